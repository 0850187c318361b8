/* SPDX-License-Identifier: MIT */
#include "base/fixed.h"

#include "base/clones.h"

GFN_CLONES
size_t gfn_fixed_add(size_t n, const gfn_real *x, int bits, int64_t *sum)
{
    const double scale = ldexp(1.0, bits), limit = gfn_fixed_limit(bits);
    int64_t offenders = 0;
    for (size_t i = 0; i < n; i++) {
        double value = x[i];
        offenders += !(fabs(value) < limit);
        /* Rubbish wraps, as unsigned numbers may. */
        sum[i] = (int64_t)((uint64_t)sum[i] + (uint64_t)gfn_fixed(value, scale));
    }
    return (size_t)offenders;
}

double gfn_fixed_join(const int64_t limbs[2])
{
    return (double)limbs[0] * 0x1p-20 + (double)limbs[1] * 0x1p-60;
}
