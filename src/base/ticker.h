/* SPDX-License-Identifier: MIT
 *
 * base/ticker.h - a thread that calls a function periodically.
 */
#ifndef BASE_TICKER_H
#define BASE_TICKER_H

#include <gfn/status.h>

typedef struct gfn_ticker gfn_ticker;

/* Call tick(self, seconds) every `period` seconds from a new thread, which handles no signals.
 * `seconds` is the time since the previous call, cut at two periods, so that time in which the
 * process or the machine was stopped does not count. Errors: GFN_ENOMEM (no thread). */
gfn_status gfn_ticker_start(double period, void (*tick)(void *self, double seconds), void *self,
                            gfn_ticker **ticker);

/* Stop the thread and free the ticker; no call is running or will follow when this returns. *ticker
 * may be NULL. */
void gfn_ticker_stop(gfn_ticker **ticker);

#endif
