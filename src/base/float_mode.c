/* SPDX-License-Identifier: MIT */
#include "base/float_mode.h"

void gfn_float_mode_set(gfn_float_mode mode)
{
#ifdef __SSE__
    /* fesetround() sets the rounding of the older unit too; its values are those of this unit,
     * three bits lower. */
    fesetround((int)(mode >> 3 & 0xc00));
    _mm_setcsr((_mm_getcsr() & ~(unsigned)GFN_FLOAT_MODE_BITS) | mode);
#else
    fesetround((int)mode);
#endif
}

/* Everything except flags. */
static unsigned control_now(void)
{
#ifdef __SSE__
    return _mm_getcsr() & ~(unsigned)_MM_EXCEPT_MASK;
#else
    return gfn_float_mode_now();
#endif
}

void gfn_float_env_get(gfn_float_env *saved)
{
    fegetenv(&saved->env);
    saved->control = control_now();
}

bool gfn_float_env_restore(const gfn_float_env *saved)
{
    const bool is_changed = control_now() != saved->control;
    fesetenv(&saved->env);
#ifdef __SSE__
    _mm_setcsr(saved->control); /* not every C library restores flushing */
#endif
    return is_changed;
}
