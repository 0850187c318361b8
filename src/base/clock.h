/* SPDX-License-Identifier: MIT
 *
 * base/clock.h - clocks: for reporting and for limits, never for results.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Monotonic seconds since an arbitrary moment. */
double gfn_clock_seconds(void);

/* Sleep for this long, or until a signal arrives. */
void gfn_clock_sleep(double seconds);

/* Local date and time as "20260102-030405"; "" if `size` is too small. Returns text. */
const char *gfn_clock_stamp(char *text, size_t size);

/* UTC date and time as "2026-01-02T03:04:05Z"; "" if `size` is too small. Returns text. */
const char *gfn_clock_utc(char *text, size_t size);

#endif
