/* SPDX-License-Identifier: MIT
 *
 * gfn/real.h - the floating-point type of parameters, activations and log-probabilities.
 *
 * Sums of logs, losses and rewards are double everywhere. The installed library uses float.
 * Defining GFN_REAL64 for the whole build makes everything double; tests use such a build to
 * compare with references to 1e-12.
 */
#ifndef GFN_REAL_H
#define GFN_REAL_H

#ifdef GFN_REAL64
typedef double gfn_real;
#else
typedef float gfn_real;
#endif

#endif
