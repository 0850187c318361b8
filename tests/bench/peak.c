/* SPDX-License-Identifier: MIT
 *
 * Multiply-adds in 12 independent chains, which is what two units with a latency of up to 6 cycles
 * can have under way, and what 16 registers can hold beside the two factors.
 */
#include "peak.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#if defined __x86_64__ && defined __GNUC__
#define HAS_X86 1
#include <immintrin.h>
#else
#define HAS_X86 0
#endif

enum { CHAINS = 12 };

/* x = a x + b in every chain, n times. Registers, so written out: no array, no loop. */
#define LOOP(name, attributes, vector, set, multiply_add)                                          \
    attributes static float name(size_t n)                                                         \
    {                                                                                              \
        const vector a = set(0.999f), b = set(0.001f);                                             \
        vector x0 = set(0.1f), x1 = set(0.2f), x2 = set(0.3f), x3 = set(0.4f), x4 = set(0.5f),     \
               x5 = set(0.6f), x6 = set(0.7f), x7 = set(0.8f), x8 = set(0.9f), x9 = set(1.1f),     \
               x10 = set(1.2f), x11 = set(1.3f);                                                   \
        for (; n > 0; n--) {                                                                       \
            x0 = multiply_add(x0, a, b);                                                           \
            x1 = multiply_add(x1, a, b);                                                           \
            x2 = multiply_add(x2, a, b);                                                           \
            x3 = multiply_add(x3, a, b);                                                           \
            x4 = multiply_add(x4, a, b);                                                           \
            x5 = multiply_add(x5, a, b);                                                           \
            x6 = multiply_add(x6, a, b);                                                           \
            x7 = multiply_add(x7, a, b);                                                           \
            x8 = multiply_add(x8, a, b);                                                           \
            x9 = multiply_add(x9, a, b);                                                           \
            x10 = multiply_add(x10, a, b);                                                         \
            x11 = multiply_add(x11, a, b);                                                         \
        }                                                                                          \
        x0 += x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;                              \
        float first;                                                                               \
        memcpy(&first, &x0, sizeof first);                                                         \
        return first;                                                                              \
    }

typedef float vector4 __attribute__((vector_size(16)));
#define SET4(x) ((vector4){x, x, x, x})
#define MULTIPLY_ADD4(x, a, b) ((x) * (a) + (b))
LOOP(loop_plain, , vector4, SET4, MULTIPLY_ADD4)

#if HAS_X86
LOOP(loop_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps, _mm256_fmadd_ps)
LOOP(loop_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps, _mm512_fmadd_ps)
#endif

/* The first row is for kernels that are not in the table. */
static const struct {
    const char *kernels;
    float (*loop)(size_t n);
    int lanes;
} loops[] = {
    {"plain", loop_plain, 4},
#if HAS_X86
    {"avx2", loop_avx2, 8},
    {"avx512", loop_avx512, 16},
#endif
};

double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_peak_gflops(const char *kernels, double seconds)
{
    const double trial = 1e-3;
    volatile float result; /* or nothing would be computed */
    size_t row = 0, n = 1000;
    double best = 0;
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++)
        if (strcmp(loops[i].kernels, kernels) == 0)
            row = i;
    const double end = bench_seconds() + seconds;
    for (double start = bench_seconds(), now = start; now < end; start = now) {
        result = loops[row].loop(n);
        now = bench_seconds();
        const double operations = 2.0 * CHAINS * loops[row].lanes * (double)n;
        if (now - start < trial)
            n *= 2;
        else if (operations / (now - start) > best)
            best = operations / (now - start);
    }
    (void)result;
    return 1e-9 * best;
}
