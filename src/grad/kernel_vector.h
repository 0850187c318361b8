/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_vector.h - vectors of reals, VECTOR_BYTES wide, with the vector extensions of GNU C:
 * they compile to the instruction set of the including file.
 */
#ifndef GRAD_KERNEL_VECTOR_H
#define GRAD_KERNEL_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tgmath.h>

#if VECTOR_BYTES > 16 || defined __FMA__
#include <immintrin.h>
#endif

#include <gfn/real.h>

#if defined __FINITE_MATH_ONLY__ && __FINITE_MATH_ONLY__
#error "masked entries are -inf: compile without -ffast-math and -ffinite-math-only"
#endif

#ifdef __clang__ /* fuse multiplications and additions, which gcc does by default */
#pragma STDC FP_CONTRACT ON
#endif

#ifdef GFN_REAL64
typedef int64_t gfn_integer;
#else
typedef int32_t gfn_integer;
#endif

enum { LANES = VECTOR_BYTES / sizeof(gfn_real) };

typedef gfn_real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef gfn_integer bits __attribute__((vector_size(VECTOR_BYTES)));
typedef gfn_real unaligned
    __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(gfn_real)), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const gfn_real *x)
{
    return *(const unaligned *)x;
}

INLINE void store(gfn_real *x, vec value)
{
    *(unaligned *)x = value;
}

#ifdef GFN_REAL64
#define X86(name) name##_pd
#define X86_MASK __mmask8
#else
#define X86(name) name##_ps
#define X86_MASK __mmask16
#endif

/* a b + c, with one rounding if the instruction set has fused operations. Intrinsics make that
 * certain: a compiler that avoids chains of fused operations would fuse in some tiles and not in
 * others, and the bits of a row would depend on the number of rows in its tile. */
INLINE vec multiply_add(vec a, vec b, vec c)
{
#if defined __FMA__ && VECTOR_BYTES == 64
    return X86(_mm512_fmadd)(a, b, c);
#elif defined __FMA__ && VECTOR_BYTES == 32
    return X86(_mm256_fmadd)(a, b, c);
#elif defined __FMA__
    return X86(_mm_fmadd)(a, b, c);
#else
    return a * b + c;
#endif
}

#if VECTOR_BYTES == 32
static inline __m256i first_lanes(size_t n)
{
    static const gfn_integer window[2 * LANES] = {[0 ... LANES - 1] = -1};
    return _mm256_loadu_si256((const __m256i *)(window + LANES - n));
}
#endif

/* Load the first n lanes, n < LANES; the others are 0. No memory beyond them is accessed. */
INLINE vec load_part(const gfn_real *x, size_t n)
{
#if VECTOR_BYTES == 64
    return X86(_mm512_maskz_loadu)((X86_MASK)((1u << n) - 1), x);
#elif VECTOR_BYTES == 32
    return X86(_mm256_maskload)(x, first_lanes(n));
#else
    vec value = {0};
    for (size_t i = 0; i < n; i++)
        value[i] = x[i];
    return value;
#endif
}

INLINE void store_part(gfn_real *x, vec value, size_t n)
{
#if VECTOR_BYTES == 64
    X86(_mm512_mask_storeu)(x, (X86_MASK)((1u << n) - 1), value);
#elif VECTOR_BYTES == 32
    X86(_mm256_maskstore)(x, first_lanes(n), value);
#else
    for (size_t i = 0; i < n; i++)
        x[i] = value[i];
#endif
}

/* x in all lanes. */
INLINE vec all(gfn_real x)
{
    return x - (vec){0};
}

INLINE vec choose(bits where, vec yes, vec no)
{
    return (vec)((where & (bits)yes) | (~where & (bits)no));
}

/* exp(x) for x <= 0 and log(x) for x >= 1; NaN for NaN. exp(0) = 1 and log(1) = 0 exactly. For
 * other x the result is undefined, but there is no trap. */
#ifdef GFN_REAL64

INLINE vec exp_vec(vec x)
{
    for (int i = 0; i < LANES; i++)
        x[i] = exp(x[i]);
    return x;
}

INLINE vec log_vec(vec x)
{
    for (int i = 0; i < LANES; i++)
        x[i] = log(x[i]);
    return x;
}

#else

typedef uint32_t natural __attribute__((vector_size(VECTOR_BYTES)));

/* exp(x) = 2^k exp(r), k = round(x / log 2), |r| <= log(2)/2; exp(r) by the polynomial of Cephes
 * (Moshier 1989, expf). Below -87 the result is 0. Error: 1 unit in the last place. */
INLINE vec exp_vec(vec x)
{
    const float shift = 0x1.8p23f; /* adding it leaves the rounded integer in the low bits */
    bits is_tiny = x < -87.0f;
    vec safe = choose(is_tiny, all(-87.0f), x);
    vec shifted = safe * 0x1.715476p0f + shift;
    vec k = shifted - shift;
    vec r = safe - k * 0.693359375f + k * 2.12194440e-4f;
    vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    natural power = ((natural)shifted + 127) << 23; /* drops the high bits of `shifted` */
    return choose(is_tiny, all(0.0f), p * (vec)power);
}

/* log(x) = k log 2 + log(m), m in [sqrt(1/2), sqrt(2)); log(m) by the polynomial of Cephes
 * (Moshier 1989, logf). */
INLINE vec log_vec(vec x)
{
    const uint32_t half_root = 0x3f3504f3; /* the bits of sqrt(1/2) */
    natural k = ((natural)x - half_root) >> 23;
    vec r = (vec)((natural)x - (k << 23)) - 1.0f;
    vec e = __builtin_convertvector((bits)k, vec);
    vec p = r * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * r + 1.1676998740e-1f;
    p = p * r - 1.2420140846e-1f;
    p = p * r + 1.4249322787e-1f;
    p = p * r - 1.6668057665e-1f;
    p = p * r + 2.0000714765e-1f;
    p = p * r - 2.4999993993e-1f;
    p = p * r + 3.3333331174e-1f;
    vec square = r * r;
    vec tail = p * (r * square) - e * 2.12194440e-4f - 0.5f * square;
    return choose(x != x, x, r + tail + e * 0.693359375f);
}

#endif

#endif
