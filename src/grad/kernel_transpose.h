/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_transpose.h - transpose matrices of few columns, so that vectors hold columns.
 *
 * P = 4 or 8 is the next power of two of cols; LANES contiguous rows are handled at a time, by P
 * vectors. Vector v is loaded from the first element of its LANES / P rows, and a permutation
 * spreads them so that each row takes P lanes. (The last vector ends at its last element instead,
 * so that no memory beyond the rows is read; the permutation takes that into account.) Then log2(P)
 * steps with EVEN and ODD collect the elements of each column in one vector.
 */
#ifndef GRAD_KERNEL_TURN_H
#define GRAD_KERNEL_TURN_H

#include "grad/kernel_shuffle.h"

enum { SHORT_ROW = 8 };

#if defined HAVE_SHUFFLE && VECTOR_BYTES >= 32 && !defined GFN_REAL64
#define CAN_SHUFFLE(cols, stride) ((cols) > 2 && (cols) <= SHORT_ROW && (cols) == (stride))

INLINE vec permuted(vec x, bits place)
{
#if VECTOR_BYTES == 64
    return _mm512_permutexvar_ps((__m512i)place, x);
#else
    return _mm256_permutevar8x32_ps(x, (__m256i)place);
#endif
}

/* Load LANES bytes, one per lane. */
INLINE bits load_bytes(const uint8_t *x)
{
#if VECTOR_BYTES == 64
    return (bits)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)x));
#else
    return (bits)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)x));
#endif
}

/* The index of each lane divided by `divisor`, which is at most SHORT_ROW. */
INLINE bits lanes_over(size_t divisor)
{
    bits lane;
#pragma GCC unroll 16
    for (int l = 0; l < LANES; l++)
        lane[l] = l;
    return lane * (256 / (gfn_integer)divisor + 1) >> 8;
}

/* For vector v of P: the first element to load, and the permutation that spreads its rows. */
INLINE bits spread(size_t P, size_t v, size_t cols, size_t *first)
{
    const size_t own = LANES / P * cols, others = v + 1 < P ? 0 : LANES - own;
    *first = v * own - others;
    return lanes_over(1) - lanes_over(P) * (gfn_integer)(P - cols) + (gfn_integer)others;
}

/* Turn P vectors, in which each row takes P lanes, into columns. */
INLINE void to_columns(size_t P, vec *x, size_t cols, gfn_real *out, size_t width)
{
    vec next[SHORT_ROW];
#pragma GCC unroll 3
    for (size_t step = 1; step < P; step *= 2) {
#pragma GCC unroll 4
        for (size_t i = 0; i < P / 2; i++) {
            next[i] = EVEN(x[2 * i], x[2 * i + 1]);
            next[i + P / 2] = ODD(x[2 * i], x[2 * i + 1]);
        }
#pragma GCC unroll 8
        for (size_t i = 0; i < P; i++)
            x[i] = next[i];
    }
#pragma GCC unroll 8
    for (size_t j = 0; j < P; j++)
        if (j < cols)
            store(out + j * width, x[j]);
}

INLINE void shuffle(size_t P, const gfn_real *x, size_t cols, gfn_real *out, size_t width)
{
    vec row[SHORT_ROW];
#pragma GCC unroll 8
    for (size_t v = 0; v < P; v++) {
        size_t first;
        const bits place = spread(P, v, cols, &first);
        row[v] = permuted(load(x + first), place);
    }
    to_columns(P, row, cols, out, width);
}

INLINE void shuffle_mask(size_t P, const uint8_t *x, size_t cols, gfn_real *out, size_t width)
{
    vec row[SHORT_ROW];
#pragma GCC unroll 8
    for (size_t v = 0; v < P; v++) {
        size_t first;
        const bits place = spread(P, v, cols, &first);
        row[v] = permuted((vec)(load_bytes(x + first) != 0), place);
    }
    to_columns(P, row, cols, out, width);
}

INLINE void shuffle_back(size_t P, const gfn_real *in, size_t width, size_t cols, gfn_real *x)
{
    const size_t own = LANES / P * cols;
    const bits place = lanes_over(1) + lanes_over(cols) * (gfn_integer)(P - cols);
    vec row[SHORT_ROW], next[SHORT_ROW];
#pragma GCC unroll 8
    for (size_t j = 0; j < P; j++)
        row[j] = load(in + (j < cols ? j : 0) * width);
#pragma GCC unroll 3
    for (size_t step = 1; step < P; step *= 2) {
#pragma GCC unroll 4
        for (size_t i = 0; i < P / 2; i++) {
            next[2 * i] = LOW(row[i], row[i + P / 2]);
            next[2 * i + 1] = HIGH(row[i], row[i + P / 2]);
        }
#pragma GCC unroll 8
        for (size_t i = 0; i < P; i++)
            row[i] = next[i];
    }
#pragma GCC unroll 8
    for (size_t v = 0; v + 1 < P; v++)
        store(x + v * own, permuted(row[v], place));
    const vec last = permuted(row[P - 1], place);
    if (own == LANES)
        store(x + (P - 1) * own, last);
    else
        store_part(x + (P - 1) * own, last, own);
}

#else
#define CAN_SHUFFLE(cols, stride) 0
#define shuffle(P, x, cols, out, width) (void)0
#define shuffle_mask(P, x, cols, out, width) (void)0
#define shuffle_back(P, in, width, cols, x) (void)0
#endif

/* out[j][i] = x[i][j], i < rows, j < cols. */
static void transpose(const gfn_real *x, size_t stride, size_t cols, size_t rows, gfn_real *out,
                      size_t width)
{
    size_t i = 0;
    for (; CAN_SHUFFLE(cols, stride) && i + LANES <= rows; i += LANES) {
        if (cols <= 4)
            shuffle(4, x + i * cols, cols, out + i, width);
        else
            shuffle(8, x + i * cols, cols, out + i, width);
    }
    for (; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            out[j * width + i] = x[i * stride + j];
}

/* Transpose a mask: all bits of an element are set if its byte is not 0. */
static void transpose_mask(const uint8_t *x, size_t stride, size_t cols, size_t rows, gfn_real *out,
                           size_t width)
{
    size_t i = 0;
    for (; CAN_SHUFFLE(cols, stride) && i + LANES <= rows; i += LANES) {
        if (cols <= 4)
            shuffle_mask(4, x + i * cols, cols, out + i, width);
        else
            shuffle_mask(8, x + i * cols, cols, out + i, width);
    }
    for (; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const gfn_integer value = -(gfn_integer)(x[i * stride + j] != 0);
            memcpy(&out[j * width + i], &value, sizeof value);
        }
}

/* x[i][j] = in[j][i], i < rows, j < cols. */
static void transpose_back(const gfn_real *in, size_t width, size_t cols, size_t rows, gfn_real *x,
                           size_t stride)
{
    size_t i = 0;
    for (; CAN_SHUFFLE(cols, stride) && i + LANES <= rows; i += LANES) {
        if (cols <= 4)
            shuffle_back(4, in + i, width, cols, x + i * cols);
        else
            shuffle_back(8, in + i, width, cols, x + i * cols);
    }
    for (; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            x[i * stride + j] = in[j * width + i];
}

#endif
