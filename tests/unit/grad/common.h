/* SPDX-License-Identifier: MIT
 *
 * common.h - shared by the tests of grad/: random inputs, a forward policy, and an iteration over
 * the sets of kernels of this processor.
 */
#ifndef GRAD_COMMON_H
#define GRAD_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gfn/tape.h>

#include "grad/kernels.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#ifdef GFN_REAL64
#define EPSILON 0x1p-52
#else
#define EPSILON 0x1p-23
#endif

/* Pseudorandom numbers, the same in every run (Knuth's MMIX generator). */
typedef uint64_t noise;

static inline size_t below(noise *state, size_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)((*state >> 33) * n >> 31);
}

static inline double between(noise *state, double low, double high)
{
    return low + (high - low) * ((double)below(state, (size_t)1 << 30) + 0.5) * 0x1p-30;
}

static inline void fill(noise *state, gfn_real *x, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (gfn_real)between(state, -scale, scale);
}

/* Select the next set of kernels for new frames; false after the last set. */
static inline bool next_kernels(size_t *set)
{
    static const char *const names[] = {"plain", "avx2", "avx512"};
    for (; *set < LENGTH(names); ++*set)
        if (gfn_kernels_find(names[*set])) {
            setenv("GFN_KERNELS", names[(*set)++], 1);
            return true;
        }
    unsetenv("GFN_KERNELS");
    return false;
}

/* A forward policy: index [n][ones] -> hidden layers -> log_softmax [n][actions]. */
typedef struct policy {
    size_t in, ones, hidden, layers, actions;
    gfn_activation activation;
    gfn_tape *tape;
    gfn_var index, mask, log_pf;
    gfn_var layer[4];
    size_t n_params;
} policy;

static inline void make_policy(policy *p)
{
    assert_int_equal(gfn_tape_create(&p->tape), GFN_OK);
    gfn_axis rows = gfn_tape_axis(p->tape);
    p->index = gfn_input_indices(p->tape, rows, p->ones);
    p->mask = gfn_input_bytes(p->tape, rows, p->actions);
    gfn_var x = p->index;
    size_t in = p->in, at = 0;
    for (size_t i = 0; i <= p->layers; i++) {
        bool is_last = i == p->layers;
        size_t out = is_last ? p->actions : p->hidden;
        gfn_var w = gfn_param(p->tape, at, in, out), b = gfn_param(p->tape, at + in * out, 1, out);
        gfn_activation activation = is_last ? GFN_IDENTITY : p->activation;
        x = i == 0 ? gfn_linear_hot(p->tape, x, w, b, activation)
                   : gfn_linear(p->tape, x, w, b, activation);
        p->layer[i] = x;
        at += (in + 1) * out;
        in = out;
    }
    p->log_pf = gfn_log_softmax(p->tape, x, p->mask);
    p->n_params = at;
    assert_int_equal(gfn_tape_finish(p->tape), GFN_OK);
}

static inline gfn_real *make_params(noise *state, size_t n, double scale)
{
    gfn_real *params = malloc(n * sizeof *params);
    assert_non_null(params);
    fill(state, params, n, scale);
    return params;
}

static inline gfn_frame *make_frame(const gfn_tape *tape, size_t rows)
{
    gfn_frame *frame;
    assert_int_equal(gfn_frame_create(tape, &rows, &frame), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, 0, rows), GFN_OK);
    return frame;
}

/* Observations and masks of n rows; some masks allow only one action, some none. */
static inline void fill_policy(noise *state, const policy *p, gfn_frame *frame, size_t n)
{
    int32_t *index = gfn_frame_indices(frame, p->index);
    uint8_t *mask = gfn_frame_bytes(frame, p->mask);
    for (size_t i = 0; i < n * p->ones; i++)
        index[i] = (int32_t)below(state, p->in);
    for (size_t i = 0; i < n; i++) {
        size_t kind = below(state, 8), only = below(state, p->actions);
        for (size_t j = 0; j < p->actions; j++)
            mask[i * p->actions + j] = (uint8_t)(kind == 0   ? 0
                                                 : kind == 1 ? j == only
                                                             : below(state, 3) * 77);
    }
}

#endif
