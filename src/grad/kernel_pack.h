/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_pack.h - copy panels of b for the product of matrices, as [depth][width] reals. The
 * width is a whole number of vectors; columns beyond those of b may hold any finite numbers.
 */
#ifndef GRAD_KERNEL_PACK_H
#define GRAD_KERNEL_PACK_H

#include "grad/kernel_shuffle.h"

/* out[l][j] = in[j][l] for a square of LANES rows and columns. One step interleaves row i with row
 * i + LANES/2 for all i. Written as a binary number, the position (i, j) of an element is rotated
 * by one bit; log2(LANES) steps exchange i and j. Not inlined: inside a loop the compiler would
 * keep the addresses of all rows in registers and have none left. */
__attribute__((noinline)) static void transpose_square(const gfn_real *in, size_t in_row,
                                                       gfn_real *out, size_t out_row)
{
#ifdef HAVE_SHUFFLE
    vec row[LANES], next[LANES];
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        row[i] = load(in + i * in_row);
#pragma GCC unroll 4
    for (size_t step = 1; step < LANES; step *= 2) {
#pragma GCC unroll 8
        for (size_t i = 0; i < LANES / 2; i++) {
            next[2 * i] = LOW(row[i], row[i + LANES / 2]);
            next[2 * i + 1] = HIGH(row[i], row[i + LANES / 2]);
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < LANES; i++)
            row[i] = next[i];
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        store(out + i * out_row, row[i]);
#else
    for (size_t i = 0; i < LANES; i++)
        for (size_t j = 0; j < LANES; j++)
            out[j * out_row + i] = in[i * in_row + j];
#endif
}

/* out[l][j] = in[j][l], j < cols <= width, l < depth; 0 for j >= cols. */
static void pack_transposed(const gfn_real *in, size_t in_row, size_t cols, size_t depth,
                            gfn_real *out, size_t width)
{
    if (cols < width)
        memset(out, 0, depth * width * sizeof *out);
    for (size_t j = 0; j < cols; j += LANES)
        for (size_t l = 0; l < depth; l += LANES) {
            if (cols - j >= LANES && depth - l >= LANES) {
                transpose_square(in + j * in_row + l, in_row, out + l * width + j, width);
                continue;
            }
            size_t j_end = cols - j < LANES ? cols : j + LANES;
            size_t l_end = depth - l < LANES ? depth : l + LANES;
            for (size_t row = l; row < l_end; row++)
                for (size_t col = j; col < j_end; col++)
                    out[row * width + col] = in[col * in_row + row];
        }
}

/* out[l][j] = in[l][j], j < cols <= LANES, l < depth. Copies whole vectors as long as they do not
 * reach beyond the end of `in`. */
static void pack_part(const gfn_real *in, size_t in_row, size_t cols, size_t depth, gfn_real *out)
{
    const size_t end = (depth - 1) * in_row + cols;
    for (size_t l = 0; l < depth; l++)
        store(out + l * LANES,
              l * in_row + LANES <= end ? load(in + l * in_row) : load_part(in + l * in_row, cols));
}

#endif
