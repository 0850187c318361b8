/* SPDX-License-Identifier: MIT
 *
 * base/float_mode.h - the floating-point mode of the calling thread: how results are rounded, and
 * whether small numbers are flushed to zero. It decides about bits. Threads inherit it from their
 * creator.
 */
#ifndef BASE_FLOAT_MODE_H
#define BASE_FLOAT_MODE_H

#include <fenv.h>
#include <stdbool.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

/* The part of the mode that a few instructions read: rounding; on x86 also flush to zero. */
typedef unsigned gfn_float_mode;

#ifdef __SSE__
enum { GFN_FLOAT_MODE_BITS = 0xe040 }; /* of MXCSR: flush to zero, rounding, denormals are zero */
#endif

static inline gfn_float_mode gfn_float_mode_now(void)
{
#ifdef __SSE__
    return _mm_getcsr() & GFN_FLOAT_MODE_BITS;
#else
    return (unsigned)fegetround();
#endif
}

void gfn_float_mode_set(gfn_float_mode mode);

/* The whole floating-point environment, which has traps and flags too. */
typedef struct gfn_float_env {
    fenv_t env;
    unsigned control; /* the mode, and on x86 the traps */
} gfn_float_env;

void gfn_float_env_get(gfn_float_env *saved);

/* Restore what gfn_float_env_get() saved on this thread. Returns whether the mode or, on x86, a
 * trap was another. */
bool gfn_float_env_restore(const gfn_float_env *saved);

#endif
