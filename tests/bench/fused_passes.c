/* SPDX-License-Identifier: MIT
 *
 * The passes, compiled once for each instruction set like grad/kernels.c, whose vectors these are.
 *
 * What fusing by hand can do and a tape cannot: no hidden layer of one_hot is ever stored, as it is
 * cheaper to compute again; softmax and its derivative see logits while they lie in registers, and
 * what the forward pass knows of them is kept turned; row i of the first layer's gradient is
 * written once, as no other state adds to it. k_hot is bound by the products of matrices, so it
 * calls the same kernels, with as few passes over memory between them as there can be.
 */
#ifndef KERNELS
#define KERNELS plain
#define VECTOR_BYTES 16
#endif

#include "grad/kernel_shuffle.h"

#include "fused.h"

#define TEXT(name) #name
#define NAME(name) TEXT(name)
#define JOIN(a, b) a##b
#define TABLE(name) JOIN(fused_, name)

INLINE vec relu(vec z)
{
    return (vec)((bits)z & (bits)(z > 0));
}

/* Lane i of the result: the sum of the lanes of x[i]. */
INLINE vec sums(const vec *x)
{
#ifdef HAVE_SHUFFLE
    vec sum[LANES];
    for (size_t i = 0; i < LANES; i++)
        sum[i] = x[i];
#pragma GCC unroll 4
    for (size_t half = LANES / 2; half > 0; half /= 2)
#pragma GCC unroll 8
        for (size_t i = 0; i < half; i++)
            sum[i] = LOW(sum[i], sum[i + half]) + HIGH(sum[i], sum[i + half]);
    return sum[0];
#else
    vec sum = {0};
    for (size_t i = 0; i < LANES; i++)
        for (size_t l = 0; l < LANES; l++)
            sum[i] += x[i][l];
    return sum;
#endif
}

INLINE gfn_real sum_of(vec x)
{
    gfn_real sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += x[i];
    return sum;
}

INLINE bits allowed(const fused_case *c, size_t action, size_t row)
{
    return (bits)load((const gfn_real *)&c->allowed[action][row]);
}

/* LANES rows of log P_F from their logits, turned. */
INLINE void softmax(fused_case *c, size_t row, size_t n_actions, const vec *logit)
{
    gfn_real turned[FUSED_MAX_ACTIONS][LANES];
    vec e[FUSED_MAX_ACTIONS], largest = all(-(gfn_real)INFINITY), sum = {0};
    for (size_t a = 0; a < n_actions; a++)
        largest = choose(allowed(c, a, row) & (bits)(logit[a] > largest), logit[a], largest);
    for (size_t a = 0; a < n_actions; a++) {
        e[a] = (vec)((bits)exp_vec(logit[a] - largest) & allowed(c, a, row));
        sum += e[a];
    }
    const vec log_sum = log_vec(sum) + largest, scale = 1 / sum;
    for (size_t a = 0; a < n_actions; a++) {
        store(&c->p[a][row], e[a] * scale);
        store(turned[a], choose(allowed(c, a, row), logit[a] - log_sum, all(-(gfn_real)INFINITY)));
    }
    for (size_t i = 0; i < LANES; i++)
        for (size_t a = 0; a < n_actions; a++)
            c->log_pf[(row + i) * n_actions + a] = turned[a][i];
}

/* d loss / d logits of LANES rows, turned. */
INLINE void d_softmax(const fused_case *c, size_t row, size_t n_actions, vec *d_logit)
{
    gfn_real turned[FUSED_MAX_ACTIONS][LANES];
    for (size_t i = 0; i < LANES; i++)
        for (size_t a = 0; a < n_actions; a++)
            turned[a][i] = c->d_log_pf[(row + i) * n_actions + a];
    vec total = {0};
    for (size_t a = 0; a < n_actions; a++) {
        d_logit[a] = (vec)((bits)load(turned[a]) & allowed(c, a, row));
        total += d_logit[a];
    }
    for (size_t a = 0; a < n_actions; a++)
        d_logit[a] -= load(&c->p[a][row]) * total;
}

/* one_hot. Where its parameters are in the vector, and vectors in a row of the hidden layer. */
enum {
    HIDDEN = 32,
    ACTIONS = 3,
    AT_B0 = FUSED_MAX_ROWS * HIDDEN,
    AT_W1 = AT_B0 + HIDDEN,
    AT_B1 = AT_W1 + HIDDEN * ACTIONS,
    PARTS = HIDDEN / LANES,
    AT_ONCE = PARTS < 2 ? PARTS : 2 /* parts whose sums fit the registers */
};

static void turn_w1(const gfn_real *params, gfn_real w1[ACTIONS][HIDDEN])
{
    for (size_t j = 0; j < HIDDEN; j++)
        for (size_t a = 0; a < ACTIONS; a++)
            w1[a][j] = params[AT_W1 + j * ACTIONS + a];
}

static void one_hot_forward(fused_case *c)
{
    gfn_real w1[ACTIONS][HIDDEN];
    turn_w1(c->params, w1);
    for (size_t row = 0; row < c->rows; row += LANES) {
        vec product[ACTIONS][LANES], logit[ACTIONS];
        for (size_t i = 0; i < LANES; i++)
            for (size_t part = 0; part < PARTS; part++) {
                const size_t j = part * LANES;
                const vec h =
                    relu(load(c->params + (row + i) * HIDDEN + j) + load(c->params + AT_B0 + j));
                for (size_t a = 0; a < ACTIONS; a++)
                    product[a][i] = part == 0 ? h * load(w1[a])
                                              : multiply_add(h, load(w1[a] + j), product[a][i]);
            }
        for (size_t a = 0; a < ACTIONS; a++)
            logit[a] = sums(product[a]) + c->params[AT_B1 + a];
        softmax(c, row, ACTIONS, logit);
    }
}

/* What LANES rows add to the gradients of b0 and w1, and their rows of that of w0; columns j and
 * following. */
INLINE void one_hot_hidden(const fused_case *c, size_t row, size_t j,
                           gfn_real d_logit[ACTIONS][LANES], gfn_real w1[ACTIONS][HIDDEN],
                           vec d_b0[AT_ONCE], vec d_w1[ACTIONS][AT_ONCE])
{
    for (size_t i = 0; i < LANES; i++)
        for (size_t part = 0; part < AT_ONCE; part++) {
            const size_t at = (row + i) * HIDDEN + j + part * LANES;
            const vec z = load(c->params + at) + load(c->params + AT_B0 + j + part * LANES);
            vec dh = {0};
            for (size_t a = 0; a < ACTIONS; a++) {
                const vec d = all(d_logit[a][i]);
                dh = multiply_add(d, load(&w1[a][j + part * LANES]), dh);
                d_w1[a][part] = multiply_add(d, relu(z), d_w1[a][part]);
            }
            const vec dz = (vec)((bits)dh & (bits)(z > 0));
            d_b0[part] += dz;
            store(c->gradient + at, dz);
        }
}

static void one_hot_backward(fused_case *c)
{
    gfn_real w1[ACTIONS][HIDDEN], d_logit[FUSED_MAX_ROWS / LANES][ACTIONS][LANES];
    vec d_b1[ACTIONS] = {{0}};
    turn_w1(c->params, w1);
    for (size_t row = 0; row < c->rows; row += LANES) {
        vec d[ACTIONS];
        d_softmax(c, row, ACTIONS, d);
        for (size_t a = 0; a < ACTIONS; a++) {
            d_b1[a] += d[a];
            store(d_logit[row / LANES][a], d[a]);
        }
    }
    for (size_t j = 0; j < HIDDEN; j += AT_ONCE * LANES) {
        vec d_b0[AT_ONCE] = {{0}}, d_w1[ACTIONS][AT_ONCE] = {{{0}}};
        for (size_t row = 0; row < c->rows; row += LANES)
            one_hot_hidden(c, row, j, d_logit[row / LANES], w1, d_b0, d_w1);
        for (size_t part = 0; part < AT_ONCE; part++) {
            store(c->gradient + AT_B0 + j + part * LANES, d_b0[part]);
            for (size_t a = 0; a < ACTIONS; a++)
                for (size_t l = 0; l < LANES; l++)
                    c->gradient[AT_W1 + (j + part * LANES + l) * ACTIONS + a] = d_w1[a][part][l];
        }
    }
    for (size_t a = 0; a < ACTIONS; a++)
        c->gradient[AT_B1 + a] = sum_of(d_b1[a]);
}

/* k_hot. Rows of hidden layers are padded: steps of a power of two would meet in few sets of the
 * cache. */
enum {
    PLACES = 80,
    ONES = 4,
    WIDE = 256,
    PADDED = WIDE + 16,
    MOVES = 5,
    AT_C0 = PLACES * WIDE, /* biases c, weights v */
    AT_V1 = AT_C0 + WIDE,
    AT_C1 = AT_V1 + WIDE * WIDE,
    AT_V2 = AT_C1 + WIDE,
    AT_C2 = AT_V2 + WIDE * MOVES
};

static _Alignas(64) gfn_real h0[FUSED_MAX_ROWS * PADDED], h1[FUSED_MAX_ROWS * PADDED];
static _Alignas(64) gfn_real dz0[FUSED_MAX_ROWS * PADDED], dz1[FUSED_MAX_ROWS * PADDED];
static gfn_real logits[FUSED_MAX_ROWS * MOVES];

static void add_ones(const fused_case *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        const int32_t *index = c->index + i * ONES;
        for (size_t j = 0; j < WIDE; j += LANES) {
            vec z = load(c->params + AT_C0 + j);
            for (size_t h = 0; h < ONES; h++)
                z += load(c->params + (size_t)index[h] * WIDE + j);
            store(h0 + i * PADDED + j, relu(z));
        }
    }
}

/* c = activation(start + a b); of a and c the rows are far apart as said, those of b close. */
static void multiply(const fused_case *c, gfn_product product)
{
    c->kernels->product(&product);
}

static void k_hot_forward(fused_case *c)
{
    add_ones(c);
    multiply(c, (gfn_product){.m = c->rows,
                              .n = WIDE,
                              .k = WIDE,
                              .a = h0,
                              .a_row = PADDED,
                              .a_col = 1,
                              .b = c->params + AT_V1,
                              .b_row = WIDE,
                              .b_col = 1,
                              .c = h1,
                              .c_row = PADDED,
                              .start = c->params + AT_C1,
                              .activation = GFN_RELU});
    multiply(c, (gfn_product){.m = c->rows,
                              .n = MOVES,
                              .k = WIDE,
                              .a = h1,
                              .a_row = PADDED,
                              .a_col = 1,
                              .b = c->params + AT_V2,
                              .b_row = MOVES,
                              .b_col = 1,
                              .c = logits,
                              .c_row = MOVES,
                              .start = c->params + AT_C2});
    for (size_t row = 0; row < c->rows; row += LANES) {
        gfn_real turned[MOVES][LANES];
        vec logit[MOVES];
        for (size_t i = 0; i < LANES; i++)
            for (size_t a = 0; a < MOVES; a++)
                turned[a][i] = logits[(row + i) * MOVES + a];
        for (size_t a = 0; a < MOVES; a++)
            logit[a] = load(turned[a]);
        softmax(c, row, MOVES, logit);
    }
}

/* dz = dh where h > 0, in place, and its sum over the rows. */
static void close_hidden(size_t rows, const gfn_real *h, gfn_real *dz, gfn_real *d_bias)
{
    for (size_t j = 0; j < WIDE; j += 4 * LANES) {
        vec sum[4] = {{0}};
        for (size_t i = 0; i < rows; i++)
            for (size_t v = 0; v < 4; v++) {
                const size_t at = i * PADDED + j + v * LANES;
                const vec d = (vec)((bits)load(dz + at) & (bits)(load(h + at) > 0));
                store(dz + at, d);
                sum[v] += d;
            }
        for (size_t v = 0; v < 4; v++)
            store(d_bias + j + v * LANES, sum[v]);
    }
}

/* The same of the first layer, whose dz goes to the rows of its ones at once. */
static void close_first(const fused_case *c)
{
    for (size_t j = 0; j < WIDE; j += 4 * LANES) {
        vec sum[4] = {{0}};
        for (size_t place = 0; place < PLACES; place++)
            for (size_t v = 0; v < 4; v++)
                store(c->gradient + place * WIDE + j + v * LANES, (vec){0});
        for (size_t i = 0; i < c->rows; i++) {
            vec d[4];
            for (size_t v = 0; v < 4; v++) {
                const size_t at = i * PADDED + j + v * LANES;
                d[v] = (vec)((bits)load(dz0 + at) & (bits)(load(h0 + at) > 0));
                sum[v] += d[v];
            }
            for (size_t h = 0; h < ONES; h++) {
                gfn_real *d_w = c->gradient + (size_t)c->index[i * ONES + h] * WIDE + j;
                for (size_t v = 0; v < 4; v++)
                    store(d_w + v * LANES, load(d_w + v * LANES) + d[v]);
            }
        }
        for (size_t v = 0; v < 4; v++)
            store(c->gradient + AT_C0 + j + v * LANES, sum[v]);
    }
}

static void k_hot_logits(fused_case *c)
{
    vec sum[MOVES] = {{0}};
    for (size_t row = 0; row < c->rows; row += LANES) {
        vec d[MOVES];
        d_softmax(c, row, MOVES, d);
        for (size_t a = 0; a < MOVES; a++) {
            sum[a] += d[a];
            for (size_t i = 0; i < LANES; i++)
                logits[(row + i) * MOVES + a] = d[a][i];
        }
    }
    for (size_t a = 0; a < MOVES; a++)
        c->gradient[AT_C2 + a] = sum_of(sum[a]);
}

static void k_hot_backward(fused_case *c)
{
    k_hot_logits(c);
    multiply(c, (gfn_product){.m = c->rows,
                              .n = WIDE,
                              .k = MOVES,
                              .a = logits,
                              .a_row = MOVES,
                              .a_col = 1,
                              .b = c->params + AT_V2,
                              .b_row = 1,
                              .b_col = MOVES,
                              .c = dz1,
                              .c_row = PADDED});
    multiply(c, (gfn_product){.m = WIDE,
                              .n = MOVES,
                              .k = c->rows,
                              .a = h1,
                              .a_row = 1,
                              .a_col = PADDED,
                              .b = logits,
                              .b_row = MOVES,
                              .b_col = 1,
                              .c = c->gradient + AT_V2,
                              .c_row = MOVES});
    close_hidden(c->rows, h1, dz1, c->gradient + AT_C1);
    multiply(c, (gfn_product){.m = c->rows,
                              .n = WIDE,
                              .k = WIDE,
                              .a = dz1,
                              .a_row = PADDED,
                              .a_col = 1,
                              .b = c->params + AT_V1,
                              .b_row = 1,
                              .b_col = WIDE,
                              .c = dz0,
                              .c_row = PADDED});
    multiply(c, (gfn_product){.m = WIDE,
                              .n = WIDE,
                              .k = c->rows,
                              .a = h0,
                              .a_row = 1,
                              .a_col = PADDED,
                              .b = dz1,
                              .b_row = PADDED,
                              .b_col = 1,
                              .c = c->gradient + AT_V1,
                              .c_row = WIDE});
    close_first(c);
}

extern const fused_passes TABLE(KERNELS);

const fused_passes TABLE(KERNELS) = {
    .kernels = NAME(KERNELS),
    .one_hot_forward = one_hot_forward,
    .one_hot_backward = one_hot_backward,
    .k_hot_forward = k_hot_forward,
    .k_hot_backward = k_hot_backward,
};
