/* SPDX-License-Identifier: MIT
 *
 * Rows have the same bits in any grouping; without that, results would depend on ranks and threads.
 * Tested with every set of kernels of this processor, shapes around those of vectors and tiles, and
 * all activations.
 */
#include "tests/unit/grad/common.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"

enum { ROWS = 301 };

static const policy shapes[] = {
    {.in = 256, .ones = 1, .hidden = 32, .layers = 1, .actions = 3, .activation = GFN_RELU},
    {.in = 80, .ones = 4, .hidden = 256, .layers = 2, .actions = 5, .activation = GFN_RELU},
    {.in = 9, .ones = 2, .hidden = 37, .layers = 3, .actions = 1, .activation = GFN_TANH},
    {.in = 30, .ones = 3, .hidden = 1, .layers = 1, .actions = 17, .activation = GFN_LEAKY_RELU},
    {.in = 5, .ones = 1, .hidden = 300, .layers = 2, .actions = 16, .activation = GFN_IDENTITY},
    {.in = 40, .ones = 2, .hidden = 16, .layers = 0, .actions = 67, .activation = GFN_RELU},
};

/* A policy, its parameters, and a frame in which all rows are computed at once. */
typedef struct setting {
    policy policy;
    gfn_real *params;
    gfn_frame *frame;
} setting;

static setting make_setting(size_t shape)
{
    noise random = 31 * shape + 5;
    setting s = {.policy = shapes[shape]};
    make_policy(&s.policy);
    s.params = make_params(&random, s.policy.n_params, 0.4);
    s.frame = make_frame(s.policy.tape, ROWS);
    fill_policy(&random, &s.policy, s.frame, ROWS);
    gfn_frame_forward(s.frame, s.params);
    return s;
}

static void clear_setting(setting *s)
{
    gfn_frame_destroy(&s->frame);
    gfn_tape_destroy(&s->policy.tape);
    free(s->params);
}

/* A frame with the same inputs, not yet run. */
static gfn_frame *copy_inputs(const setting *s)
{
    const policy *p = &s->policy;
    gfn_frame *frame = make_frame(p->tape, ROWS);
    memcpy(gfn_frame_indices(frame, p->index), gfn_frame_indices(s->frame, p->index),
           ROWS * p->ones * sizeof(int32_t));
    memcpy(gfn_frame_bytes(frame, p->mask), gfn_frame_bytes(s->frame, p->mask), ROWS * p->actions);
    return frame;
}

static bool has_equal_row(const policy *p, gfn_var var, gfn_frame *a, size_t i, gfn_frame *b,
                          size_t j)
{
    const size_t stride = gfn_tape_stride(p->tape, var), cols = gfn_tape_cols(p->tape, var);
    return memcmp(gfn_frame_reals(a, var) + i * stride, gfn_frame_reals(b, var) + j * stride,
                  cols * sizeof(gfn_real)) == 0;
}

static void assert_equal_frames(const setting *s, gfn_frame *frame)
{
    const policy *p = &s->policy;
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t l = 0; l <= p->layers; l++)
            assert_true(has_equal_row(p, p->layer[l], s->frame, i, frame, i));
        assert_true(has_equal_row(p, p->log_pf, s->frame, i, frame, i));
    }
}

static void rows_one_by_one_equal_one_batch(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
            setting s = make_setting(shape);
            gfn_frame *frame = copy_inputs(&s);
            for (size_t i = 0; i < ROWS; i++)
                gfn_frame_forward_rows(frame, s.params, i, 1);
            assert_equal_frames(&s, frame);
            gfn_frame_destroy(&frame);
            clear_setting(&s);
        }
}

static void any_split_equals_one_batch(void **state)
{
    (void)state;
    noise random = 99;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
            setting s = make_setting(shape);
            gfn_frame *frame = copy_inputs(&s);
            for (size_t first = 0, n; first < ROWS; first += n) {
                n = 1 + below(&random, below(&random, 2) ? 20 : 120);
                if (n > ROWS - first)
                    n = ROWS - first;
                gfn_frame_forward_rows(frame, s.params, first, n);
            }
            assert_equal_frames(&s, frame);
            gfn_frame_destroy(&frame);
            clear_setting(&s);
        }
}

typedef struct shared {
    const setting *setting;
    gfn_frame *frame;
} shared;

static void run_part(void *self, size_t index, int thread)
{
    const shared *part = self;
    const size_t first = index * 23, n = ROWS - first < 23 ? ROWS - first : 23;
    (void)thread;
    gfn_frame_forward_rows(part->frame, part->setting->params, first, n);
}

static void threads_on_one_frame_equal_one_batch(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
            setting s = make_setting(shape);
            gfn_frame *frame = copy_inputs(&s);
            shared part = {.setting = &s, .frame = frame};
            gfn_parallel_for(3, (ROWS + 22) / 23, run_part, &part);
            assert_equal_frames(&s, frame);
            gfn_frame_destroy(&frame);
            clear_setting(&s);
        }
}

static void a_row_does_not_depend_on_its_neighbours(void **state)
{
    (void)state;
    noise random = 8;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
            setting s = make_setting(shape);
            const policy *p = &s.policy;
            const size_t n = 1 + below(&random, 40);
            gfn_frame *frame = make_frame(p->tape, n);
            int32_t row[40];
            for (size_t i = 0; i < n; i++)
                row[i] = (int32_t)below(&random, ROWS);
            assert_int_equal(gfn_frame_copy_rows(frame, s.frame, n, row), GFN_OK);
            memset(gfn_frame_reals(frame, p->log_pf), 0, n * p->actions * sizeof(gfn_real));
            gfn_frame_forward(frame, s.params);
            for (size_t i = 0; i < n; i++)
                assert_true(has_equal_row(p, p->log_pf, s.frame, (size_t)row[i], frame, i));
            gfn_frame_destroy(&frame);
            clear_setting(&s);
        }
}

static void chosen_rows_are_copied(void **state)
{
    (void)state;
    static const int32_t row[] = {7, 8, 9, 9, 8, 7, 300, 0, 1, 299, 300, 2, 4, 6, 6};
    for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
        setting s = make_setting(shape);
        const policy *p = &s.policy;
        gfn_frame *copy = make_frame(p->tape, LENGTH(row));
        assert_int_equal(gfn_frame_copy_rows(copy, s.frame, LENGTH(row), row), GFN_OK);
        for (size_t i = 0; i < LENGTH(row); i++) {
            const size_t from = (size_t)row[i];
            for (size_t l = 0; l <= p->layers; l++)
                assert_true(has_equal_row(p, p->layer[l], s.frame, from, copy, i));
            assert_true(has_equal_row(p, p->log_pf, s.frame, from, copy, i));
            assert_memory_equal(gfn_frame_indices(s.frame, p->index) + from * p->ones,
                                gfn_frame_indices(copy, p->index) + i * p->ones,
                                p->ones * sizeof(int32_t));
            assert_memory_equal(gfn_frame_bytes(s.frame, p->mask) + from * p->actions,
                                gfn_frame_bytes(copy, p->mask) + i * p->actions, p->actions);
        }
        gfn_frame_destroy(&copy);
        clear_setting(&s);
    }
}

/* The gradient of a block of rows, which is copied from a frame, and computed again in a new frame,
 * whose gradients are NaN before. */
static void check_block(const setting *s, noise *random, size_t n)
{
    const policy *p = &s->policy;
    gfn_frame *gathered = make_frame(p->tape, n), *anew = make_frame(p->tape, n + 7);
    gfn_real *gradient[2] = {malloc(p->n_params * sizeof(gfn_real)),
                             malloc(p->n_params * sizeof(gfn_real))};
    gfn_real *given = make_params(random, n * p->actions, 1);
    int32_t row[ROWS];
    for (size_t i = 0; i < n; i++) /* some successive rows are neighbours, others are not */
        row[i] = i > 0 && below(random, 2) && row[i - 1] + 1 < ROWS ? row[i - 1] + 1
                                                                    : (int32_t)below(random, ROWS);
    assert_int_equal(gfn_frame_copy_rows(gathered, s->frame, n, row), GFN_OK);
    assert_int_equal(gfn_frame_copy_rows(anew, s->frame, n, row), GFN_OK);
    gfn_frame_forward(anew, s->params);
    for (size_t i = 0; i < p->n_params; i++)
        gradient[0][i] = gradient[1][i] = (gfn_real)NAN;
    for (size_t l = 0; l <= p->layers; l++)
        for (size_t i = 0; i < n * gfn_tape_stride(p->tape, p->layer[l]); i++)
            gfn_frame_gradient(anew, p->layer[l])[i] = (gfn_real)NAN;
    memcpy(gfn_frame_gradient(gathered, p->log_pf), given, n * p->actions * sizeof *given);
    memcpy(gfn_frame_gradient(anew, p->log_pf), given, n * p->actions * sizeof *given);
    gfn_frame_backward(gathered, s->params, p->log_pf, gradient[0]);
    gfn_frame_backward(anew, s->params, p->log_pf, gradient[1]);
    for (size_t i = 0; i < p->n_params; i++)
        assert_true(isfinite(gradient[0][i]));
    assert_memory_equal(gradient[0], gradient[1], p->n_params * sizeof(gfn_real));
    gfn_frame_destroy(&gathered);
    gfn_frame_destroy(&anew);
    free(gradient[0]);
    free(gradient[1]);
    free(given);
}

static void copied_rows_have_the_gradient_of_rows_in_place(void **state)
{
    (void)state;
    static const size_t blocks[] = {1, 2, 7, 16, 86, 96, ROWS};
    noise random = 15;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t shape = 0; shape < LENGTH(shapes); shape++) {
            setting s = make_setting(shape);
            for (size_t i = 0; i < LENGTH(blocks); i++)
                check_block(&s, &random, blocks[i]);
            clear_setting(&s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_one_by_one_equal_one_batch),
        cmocka_unit_test(any_split_equals_one_batch),
        cmocka_unit_test(threads_on_one_frame_equal_one_batch),
        cmocka_unit_test(a_row_does_not_depend_on_its_neighbours),
        cmocka_unit_test(chosen_rows_are_copied),
        cmocka_unit_test(copied_rows_have_the_gradient_of_rows_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
