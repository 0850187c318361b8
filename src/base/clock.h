/* SPDX-License-Identifier: MIT
 *
 * base/clock.h - clocks: for reporting and for limits, never for results.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>

/* Monotonic seconds since an arbitrary moment. */
double gfn_clock_seconds(void);

/* Do nothing for so long, or until a signal comes. */
void gfn_clock_sleep(double seconds);

/* Local date and time as "20260102-030405", at most size - 1 characters. Returns text. */
const char *gfn_clock_stamp(char *text, size_t size);

/* UTC date and time as "2026-01-02T03:04:05Z". Returns text. */
const char *gfn_clock_utc(char *text, size_t size);

#endif
