/* SPDX-License-Identifier: MIT */
#include "base/fixed_point.h"

#include "base/clones.h"

GFN_CLONES
size_t gfn_fixed_add(size_t n, const gfn_real *x, int bits, int64_t *sum)
{
    const double scale = ldexp(1.0, bits), limit = gfn_fixed_limit(bits);
    int64_t offenders = 0;
    for (size_t i = 0; i < n; i++) {
        double value = x[i];
        offenders += !(fabs(value) < limit);
        /* A value out of range gives an undefined integer: add as unsigned, which may wrap. */
        sum[i] = (int64_t)((uint64_t)sum[i] + (uint64_t)gfn_fixed(value, scale));
    }
    return (size_t)offenders;
}

/* (double)x, in a form that the compiler can vectorize: a vector instruction for the conversion
 * exists only from AVX-512 on. The two halves of the integer become the mantissas of doubles with
 * the exponents of 2^84 and 2^52, which are exact. The subtraction removes these powers and the
 * offset of the sign bit, also exactly; only the last sum rounds. */
static inline double to_double(int64_t x)
{
    const uint64_t high = ((uint64_t)x >> 32) ^ UINT64_C(0x4530000080000000);
    const uint64_t low = ((uint64_t)x & 0xffffffff) | UINT64_C(0x4330000000000000);
    double above, below;
    memcpy(&above, &high, sizeof above);
    memcpy(&below, &low, sizeof below);
    return (above - (0x1p84 + 0x1p63 + 0x1p52)) + below;
}

GFN_CLONES
void gfn_fixed_reals(size_t n, const int64_t *sum, double unit, gfn_real *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (gfn_real)(to_double(sum[i]) * unit);
}

GFN_CLONES
size_t gfn_fixed_offenders(size_t n, const gfn_real *x, int bits)
{
    const gfn_real limit = (gfn_real)gfn_fixed_limit(bits);
    int offenders = 0;
    for (size_t i = 0; i < n; i++)
        offenders += !((x[i] < 0 ? -x[i] : x[i]) < limit);
    return (size_t)offenders;
}

GFN_CLONES
int gfn_fixed_magnitude(size_t n, const int64_t *sum)
{
    uint64_t any = 0; /* has the highest bit of every magnitude */
    for (size_t i = 0; i < n; i++)
        any |= (uint64_t)(sum[i] < 0 ? ~sum[i] : sum[i]);
    int bits = 0;
    for (; any > 0; any >>= 1)
        bits++;
    return bits;
}

double gfn_fixed_join(const int64_t limbs[2])
{
    return (double)limbs[0] * 0x1p-20 + (double)limbs[1] * 0x1p-60;
}
