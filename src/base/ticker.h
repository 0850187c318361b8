/* SPDX-License-Identifier: MIT
 *
 * base/ticker.h - a thread that looks at something from time to time.
 */
#ifndef BASE_TICKER_H
#define BASE_TICKER_H

#include <gfn/status.h>

typedef struct gfn_ticker gfn_ticker;

/* Call tick(self, seconds) every `period` seconds from a thread of its own, which takes no signals.
 * `seconds` have passed since the call before, but never more than two periods: the time that the
 * process, or the machine, was stopped does not count. Errors: GFN_ENOMEM (no thread). */
gfn_status gfn_ticker_start(double period, void (*tick)(void *self, double seconds), void *self,
                            gfn_ticker **ticker);

/* Returns when no call is under way and none will come. Accepts NULL inside. */
void gfn_ticker_stop(gfn_ticker **ticker);

#endif
