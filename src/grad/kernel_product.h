/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_product.h - the product of matrices.
 *
 * c is divided into panels, a few vectors of columns wide, and a panel into tiles of a few rows. If
 * the rows of b are contiguous and the panel is full, b is read in place; else PANEL_DEPTH rows at
 * a time are first copied, transposed or padded.
 */
#ifndef GRAD_KERNEL_PRODUCT_H
#define GRAD_KERNEL_PRODUCT_H

#include "grad/kernel_pack.h"
#include "grad/kernel_tile.h"
#include "grad/kernel_transpose.h"

enum { PANEL_DEPTH = 256 };

/* Add the products of inner elements [l, l + t->depth) to columns [j, j + t->cols) of c. */
static void run_panel(const gfn_product *p, tile *t, size_t j, size_t l, size_t vectors)
{
    static const gfn_real zeros[TILE_VECTORS * LANES];
    const bool is_first = l == 0, is_last = l + t->depth == p->k;
    const gfn_real *start = is_first ? p->start : p->c;
    t->start_row = !is_first ? p->c_row : p->start ? p->start_row : 0;
    t->activation = is_last ? p->activation : GFN_IDENTITY;
    /* Tiles of nearly equal height: 7 rows are 4 and 3, not 6 and 1. */
    size_t left = (p->m + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < p->m; left--) {
        size_t rows = (p->m - i + left - 1) / left;
        t->a = p->a + i * p->a_row + l * p->a_col;
        t->c = p->c + i * p->c_row + j;
        t->start = start ? start + i * t->start_row + j : zeros;
        tiles[vectors / 2][rows - 1](t);
        i += rows;
    }
}

/* Vectors of the widest panel that fits into `cols` columns; at least 1. */
static size_t panel_vectors(size_t cols)
{
    size_t vectors = TILE_VECTORS;
    while (vectors > 1 && vectors * LANES > cols)
        vectors /= 2;
    return vectors;
}

static void multiply(const gfn_product *p)
{
    _Alignas(64) gfn_real copy[PANEL_DEPTH * TILE_VECTORS * LANES];
    for (size_t j = 0, cols; j < p->n; j += cols) {
        const size_t vectors = panel_vectors(p->n - j), width = vectors * LANES;
        cols = p->n - j < width ? p->n - j : width;
        const bool is_copied = p->b_col != 1 || cols < width;
        tile t = {.a_row = p->a_row, .a_col = p->a_col, .c_row = p->c_row, .cols = cols};
        size_t l = 0;
        do { /* at least once: if k is 0, c = activation(start) */
            const gfn_real *b = p->b + l * p->b_row + j * p->b_col;
            t.depth = is_copied && p->k - l > PANEL_DEPTH ? PANEL_DEPTH : p->k - l;
            if (is_copied && p->b_col != 1)
                pack_transposed(b, p->b_col, cols, t.depth, copy, width);
            else if (is_copied && t.depth > 0)
                pack_part(b, p->b_row, cols, t.depth, copy);
            t.b = is_copied ? copy : b;
            t.b_row = is_copied ? width : p->b_row;
            run_panel(p, &t, j, l, vectors);
            l += t.depth;
        } while (l < p->k);
    }
}

enum { WIDTH = TILE_VECTORS * LANES };

/* Transpose the start of rows [i, i + rows) of c; columns from `rows` on are undefined. */
static void transpose_start(const gfn_product *p, size_t i, size_t rows, gfn_real *transposed)
{
    if (p->start && p->start_row > 0) {
        transpose(p->start + i * p->start_row, p->start_row, p->n, rows, transposed, WIDTH);
        return;
    }
    for (size_t j = 0; j < p->n; j++)
        for (size_t r = 0; r < WIDTH; r += LANES)
            store(transposed + j * WIDTH + r, all(p->start ? p->start[j] : 0));
}

/* With fewer than LANES columns most lanes would be idle. So compute c' = start' + b' a' for WIDTH
 * rows at a time. The order of additions for each element is the same, and so are the bits. */
static void multiply_narrow(const gfn_product *p)
{
    _Alignas(64) gfn_real transposed[LANES * WIDTH];
    for (size_t i = 0, rows; i < p->m; i += rows) {
        rows = p->m - i < WIDTH ? p->m - i : WIDTH;
        transpose_start(p, i, rows, transposed);
        multiply(&(gfn_product){
            .m = p->n,
            .n = rows,
            .k = p->k,
            .a = p->b,
            .a_row = p->b_col,
            .a_col = p->b_row,
            .b = p->a + i * p->a_row,
            .b_row = p->a_col,
            .b_col = p->a_row,
            .c = transposed,
            .c_row = WIDTH,
            .start = transposed,
            .start_row = WIDTH,
            .activation = p->activation,
        });
        transpose_back(transposed, WIDTH, p->n, rows, p->c + i * p->c_row, p->c_row);
    }
}

static void product(const gfn_product *p)
{
    if (p->n < LANES && p->m >= LANES)
        multiply_narrow(p);
    else
        multiply(p);
    if (p->activation == GFN_TANH)
        apply_tanh(p->c, p->m, p->n, p->c_row);
}

#endif
