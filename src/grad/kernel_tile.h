/* SPDX-License-Identifier: MIT
 *
 * grad/kernel_tile.h - the inner loop of the product of matrices: a tile of at most TILE_ROWS rows
 * and TILE_VECTORS vectors of columns, which stays in registers during the loop over the inner
 * dimension.
 */
#ifndef GRAD_KERNEL_TILE_H
#define GRAD_KERNEL_TILE_H

#include "grad/kernel_layer.h"
#include "grad/kernel_vector.h"

enum {
    TILE_ROWS = 6,
    TILE_VECTORS = VECTOR_BYTES == 64 ? 4 : 2, /* 32 registers with AVX-512, else 16 */
};

typedef struct tile {
    size_t depth;
    const gfn_real *a;
    size_t a_row, a_col;
    const gfn_real *b; /* [depth][b_row] */
    size_t b_row;
    gfn_real *c;
    size_t c_row;
    const gfn_real *start; /* first term of c */
    size_t start_row;
    size_t cols; /* of a tile one vector wide: <= LANES; of others not used */
    gfn_activation activation;
} tile;

/* Repeat statements for all rows i and vectors j of a tile. These macros replace loops, because not
 * all compilers unroll loops before they allocate registers, and the sums must be in registers. */
#define IN_ROW(number, ...)                                                                        \
    {                                                                                              \
        enum { i = number };                                                                       \
        if (i < rows) {                                                                            \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define IN_VECTOR(number, ...)                                                                     \
    {                                                                                              \
        enum { j = number };                                                                       \
        if (j < vectors) {                                                                         \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define EACH_OF_3(first, ...)                                                                      \
    IN_ROW(first, __VA_ARGS__) IN_ROW(first + 1, __VA_ARGS__) IN_ROW(first + 2, __VA_ARGS__)
#define EACH_ROW(...) EACH_OF_3(0, __VA_ARGS__) EACH_OF_3(3, __VA_ARGS__)
#define EACH_OF_2(...) IN_VECTOR(0, __VA_ARGS__) IN_VECTOR(1, __VA_ARGS__)
#if VECTOR_BYTES == 64
#define EACH_VECTOR(...) EACH_OF_2(__VA_ARGS__) IN_VECTOR(2, __VA_ARGS__) IN_VECTOR(3, __VA_ARGS__)
#else
#define EACH_VECTOR(...) EACH_OF_2(__VA_ARGS__)
#endif

INLINE void add_products(size_t rows, size_t vectors, const tile *t, size_t a_row, size_t a_col,
                         vec sum[TILE_ROWS][TILE_VECTORS])
{
    const gfn_real *a = t->a, *b = t->b;
    for (size_t l = 0; l < t->depth; l++, a += a_col, b += t->b_row) {
        vec b_l[TILE_VECTORS];
        EACH_VECTOR(b_l[j] = load(b + j * LANES);)
        EACH_ROW(vec a_il = all(a[i * a_row]);
                 EACH_VECTOR(sum[i][j] = multiply_add(a_il, b_l[j], sum[i][j]);))
    }
}

/* `rows` and `vectors` are constants in every call. */
INLINE void run_tile(size_t rows, size_t vectors, const tile *given)
{
    const tile t = *given; /* a copy, or its members would be loaded again after each store */
    vec sum[TILE_ROWS][TILE_VECTORS];
    const size_t n = vectors == 1 ? t.cols : LANES;
    EACH_ROW(EACH_VECTOR(sum[i][j] = load_columns(t.start + i * t.start_row + j * LANES, n);))
    /* Two calls, so that the compiler knows which step is 1. */
    if (t.a_col == 1)
        add_products(rows, vectors, &t, t.a_row, 1, sum);
    else
        add_products(rows, vectors, &t, 1, t.a_col, sum);
    if (t.activation != GFN_IDENTITY) {
        EACH_ROW(EACH_VECTOR(sum[i][j] = activate(sum[i][j], t.activation);))
    }
    EACH_ROW(EACH_VECTOR(store_columns(t.c + i * t.c_row + j * LANES, sum[i][j], n);))
}

#define TILE(rows, vectors)                                                                        \
    static void tile_##rows##_##vectors(const tile *t)                                             \
    {                                                                                              \
        run_tile(rows, vectors, t);                                                                \
    }

TILE(1, 1)
TILE(2, 1)
TILE(3, 1)
TILE(4, 1)
TILE(5, 1)
TILE(6, 1)
TILE(1, 2)
TILE(2, 2)
TILE(3, 2)
TILE(4, 2)
TILE(5, 2)
TILE(6, 2)
#if VECTOR_BYTES == 64
TILE(1, 4)
TILE(2, 4)
TILE(3, 4)
TILE(4, 4)
TILE(5, 4)
TILE(6, 4)
#endif

/* Indexed by the number of vectors (1, 2 or 4) / 2 and the number of rows - 1. */
static void (*const tiles[][TILE_ROWS])(const tile *) = {
    {tile_1_1, tile_2_1, tile_3_1, tile_4_1, tile_5_1, tile_6_1},
    {tile_1_2, tile_2_2, tile_3_2, tile_4_2, tile_5_2, tile_6_2},
#if VECTOR_BYTES == 64
    {tile_1_4, tile_2_4, tile_3_4, tile_4_4, tile_5_4, tile_6_4},
#endif
};

#endif
