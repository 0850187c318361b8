/* SPDX-License-Identifier: MIT
 *
 * peak.h - the most arithmetic that one core can do, measured.
 */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

/* Seconds of a clock that only runs forward. */
double bench_seconds(void);

/* Single-precision operations per second, in 10^9, of multiply-adds that wait for nothing, on
 * vectors as wide as those of the kernels `kernels` (gfn_kernels_name()): the best of several
 * trials, `seconds` long together. */
double bench_peak_gflops(const char *kernels, double seconds);

#endif
