/* SPDX-License-Identifier: MIT
 *
 * Values and gradients that can be computed by hand, masked entries, and gradients of variables
 * that do not contribute.
 */
#include "tests/unit/grad/common.h"

#include <math.h>
#include <string.h>

static void assert_close(gfn_real found, double expected)
{
    if (!(fabs((double)found - expected) <= 8 * EPSILON * (1 + fabs(expected))))
        fail_msg("found %.9g, expected %.9g", (double)found, expected);
}

/* The frame of a finished tape with `rows` rows on each of its axes. */
static gfn_frame *finish(gfn_tape *tape, const size_t *rows, size_t axes)
{
    gfn_frame *frame;
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
    assert_int_equal(gfn_frame_create(tape, rows, &frame), GFN_OK);
    for (size_t i = 0; i < axes; i++)
        assert_int_equal(gfn_frame_set_rows(frame, (gfn_axis)i, rows[i]), GFN_OK);
    return frame;
}

static gfn_tape *new_tape(void)
{
    gfn_tape *tape;
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    return tape;
}

/* x = (1, -2), w = (1 2 3; 4 5 6), b = (10, 8, .5): x w + b = (3, 0, -8.5). */
static void layers_follow_their_formula(void **state)
{
    (void)state;
    static const gfn_real params[] = {1, 2, 3, 4, 5, 6, 10, 8, (gfn_real)0.5};
    static const double expected[][3] = {
        [GFN_IDENTITY] = {3, 0, -8.5},
        [GFN_RELU] = {3, 0, 0},
        [GFN_LEAKY_RELU] = {3, 0, -0.085},
        [GFN_TANH] = {0.99505475368673045, 0, -0.999999917201249}, /* tanh of 3 and -8.5 */
    };
    for (size_t set = 0; next_kernels(&set);)
        for (int act = GFN_IDENTITY; act <= GFN_TANH; act++) {
            gfn_tape *tape = new_tape();
            gfn_var x = gfn_input(tape, gfn_tape_axis(tape), 2);
            gfn_var w = gfn_param(tape, 0, 2, 3), b = gfn_param(tape, 6, 1, 3);
            gfn_var y = gfn_linear(tape, x, w, b, (gfn_activation)act);
            gfn_frame *frame = finish(tape, (size_t[]){1}, 1);
            memcpy(gfn_frame_reals(frame, x), (gfn_real[]){1, -2}, 2 * sizeof(gfn_real));
            gfn_frame_forward(frame, params);
            for (size_t j = 0; j < 3; j++)
                assert_close(gfn_frame_reals(frame, y)[j], expected[act][j]);
            gfn_frame_destroy(&frame);
            gfn_tape_destroy(&tape);
        }
}

/* Rows 2, 0 and 2 of w = (1 2; 3 4; 5 6) and b = (.25, -20): (11.25, -6). A repeated index counts
 * twice, forward and backward. */
static void hot_layers_sum_the_rows_of_their_indices(void **state)
{
    (void)state;
    static const gfn_real params[] = {1, 2, 3, 4, 5, 6, (gfn_real)0.25, -20};
    static const double expected[] = {7, 11, 0, 0, 14, 22, 7, 11};
    for (size_t set = 0; next_kernels(&set);) {
        gfn_tape *tape = new_tape();
        gfn_var index = gfn_input_indices(tape, gfn_tape_axis(tape), 3);
        gfn_var w = gfn_param(tape, 0, 3, 2), b = gfn_param(tape, 6, 1, 2);
        gfn_var y = gfn_linear_hot(tape, index, w, b, GFN_IDENTITY);
        gfn_frame *frame = finish(tape, (size_t[]){1}, 1);
        memcpy(gfn_frame_indices(frame, index), (int32_t[]){2, 0, 2}, 3 * sizeof(int32_t));
        gfn_frame_forward(frame, params);
        assert_close(gfn_frame_reals(frame, y)[0], 11.25);
        assert_close(gfn_frame_reals(frame, y)[1], -6);
        gfn_real gradient[8];
        memcpy(gfn_frame_gradient(frame, y), (gfn_real[]){7, 11}, 2 * sizeof(gfn_real));
        gfn_frame_backward(frame, params, y, gradient);
        for (size_t i = 0; i < 8; i++)
            assert_close(gradient[i], expected[i]);
        gfn_frame_destroy(&frame);
        gfn_tape_destroy(&tape);
    }
}

/* For any number of rows of w and any order of indices, the gradient of a row is the sum of its
 * rows of dz, and 0 for rows without an index, regardless of the previous contents. dz is a small
 * integer, so sums are exact. */
static void hot_gradients_are_complete_for_any_number_of_rows(void **state)
{
    (void)state;
    enum { COLS = 21, ROWS = 300 };
    static const size_t heights[] = {1, 7, 299, 4095, 4096, 4097, 9001};
    noise random = 51;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t i = 0; i < LENGTH(heights); i++) {
            const size_t height = heights[i], n = (height + 1) * COLS;
            gfn_tape *tape = new_tape();
            gfn_var index = gfn_input_indices(tape, gfn_tape_axis(tape), 2);
            gfn_var w = gfn_param(tape, 0, height, COLS), b = gfn_param(tape, n - COLS, 1, COLS);
            gfn_var y = gfn_linear_hot(tape, index, w, b, GFN_IDENTITY);
            gfn_frame *frame = finish(tape, (size_t[]){ROWS}, 1);
            gfn_real *params = make_params(&random, n, 1), *gradient = malloc(n * sizeof *gradient);
            double *expected = calloc(n, sizeof *expected);
            for (size_t j = 0; j < n; j++)
                gradient[j] = NAN;
            gfn_frame_forward(frame, params);
            for (size_t row = 0; row < ROWS; row++)
                for (size_t j = 0; j < COLS; j++)
                    gfn_frame_gradient(frame, y)[row * COLS + j] = (gfn_real)below(&random, 100);
            for (size_t k = 0; k < 2 * ROWS; k++) {
                const size_t place = below(&random, height);
                gfn_frame_indices(frame, index)[k] = (int32_t)place;
                for (size_t j = 0; j < COLS; j++) {
                    const double dz = (double)gfn_frame_gradient(frame, y)[k / 2 * COLS + j];
                    expected[place * COLS + j] += dz;
                    expected[height * COLS + j] += k % 2 ? dz : 0;
                }
            }
            gfn_frame_backward(frame, params, y, gradient);
            for (size_t j = 0; j < n; j++)
                assert_true((double)gradient[j] == expected[j]);
            free(expected);
            free(gradient);
            free(params);
            gfn_frame_destroy(&frame);
            gfn_tape_destroy(&tape);
        }
}

enum { ACTIONS = 5 };

/* One row through a log-softmax, forward and backward. */
typedef struct masked_row {
    gfn_real x[ACTIONS], y[ACTIONS], dy[ACTIONS], dx[ACTIONS];
    uint8_t mask[ACTIONS];
} masked_row;

static void run_row(masked_row *r)
{
    gfn_tape *tape = new_tape();
    gfn_axis axis = gfn_tape_axis(tape);
    gfn_var x = gfn_input(tape, axis, ACTIONS), mask = gfn_input_bytes(tape, axis, ACTIONS);
    gfn_tape_track(tape, x);
    gfn_var y = gfn_log_softmax(tape, x, mask);
    gfn_frame *frame = finish(tape, (size_t[]){1}, 1);
    memcpy(gfn_frame_reals(frame, x), r->x, sizeof r->x);
    memcpy(gfn_frame_bytes(frame, mask), r->mask, sizeof r->mask);
    gfn_frame_forward(frame, NULL);
    memcpy(r->y, gfn_frame_reals(frame, y), sizeof r->y);
    memcpy(gfn_frame_gradient(frame, y), r->dy, sizeof r->dy);
    gfn_frame_backward(frame, NULL, y, NULL);
    memcpy(r->dx, gfn_frame_gradient(frame, x), sizeof r->dx);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&tape);
}

static void log_softmax_follows_its_formula(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        masked_row r = {.x = {1000, 55, (gfn_real)(1000 + 1.0986122886681098), -3, 0}, /* + log 3 */
                        .mask = {1, 0, 255, 0, 0},
                        .dy = {3, 99, -1, 99, 99}};
        run_row(&r);
        const double error = 1000 * EPSILON; /* of x itself */
        assert_true(fabs((double)r.y[0] - log(0.25)) <= error);
        assert_true(fabs((double)r.y[2] - log(0.75)) <= error);
        assert_true(fabs((double)r.dx[0] - (3 - 0.25 * 2)) <= error);
        assert_true(fabs((double)r.dx[2] - (-1 - 0.75 * 2)) <= error);
    }
}

static void masked_entries_are_minus_infinity_and_never_read(void **state)
{
    (void)state;
    static const double garbage[] = {0, NAN, INFINITY, -INFINITY, 1e30};
    for (size_t set = 0; next_kernels(&set);) {
        masked_row first = {0};
        for (size_t i = 0; i < LENGTH(garbage); i++) {
            const gfn_real g = (gfn_real)garbage[i];
            masked_row r = {.x = {(gfn_real)0.7, g, (gfn_real)-1.3, g, (gfn_real)0.2},
                            .mask = {1, 0, 1, 0, 1},
                            .dy = {(gfn_real)0.4, g, (gfn_real)1.9, g, (gfn_real)-0.6}};
            run_row(&r);
            for (size_t j = 1; j < ACTIONS; j += 2) {
                assert_true(isinf(r.y[j]) && r.y[j] < 0);
                assert_true(r.dx[j] == 0);
            }
            if (i == 0)
                first = r;
            for (size_t j = 0; j < ACTIONS; j += 2) {
                assert_true(isfinite(r.y[j]) && r.y[j] == first.y[j]);
                assert_true(isfinite(r.dx[j]) && r.dx[j] == first.dx[j]);
            }
        }
    }
}

static void a_single_allowed_entry_has_exactly_probability_one(void **state)
{
    (void)state;
    noise random = 3;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t trial = 0; trial < 100; trial++) {
            const size_t only = below(&random, ACTIONS);
            masked_row r = {.mask = {0}};
            fill(&random, r.x, ACTIONS, 50);
            fill(&random, r.dy, ACTIONS, 50);
            r.mask[only] = 1;
            run_row(&r);
            for (size_t j = 0; j < ACTIONS; j++) {
                assert_true(j == only ? r.y[j] == 0 : isinf(r.y[j]) && r.y[j] < 0);
                assert_true(r.dx[j] == 0);
            }
        }
}

static void without_allowed_entries_all_is_minus_infinity_and_gradients_are_zero(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        masked_row r = {.x = {1, 2, (gfn_real)NAN, 4, 5}, .dy = {1, (gfn_real)NAN, 3, 4, 5}};
        run_row(&r);
        for (size_t j = 0; j < ACTIONS; j++) {
            assert_true(isinf(r.y[j]) && r.y[j] < 0);
            assert_true(r.dx[j] == 0);
        }
    }
}

static void very_small_entries_get_probability_zero_without_underflow_errors(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        masked_row r = {
            .x = {0, -1e4f, -88, -104, 0}, .mask = {1, 1, 1, 1, 0}, .dy = {1, 1, 1, 1, 0}};
        run_row(&r);
        assert_close(r.y[0], 0);
        assert_close(r.y[1], -1e4);
        assert_close(r.y[2], -88);
        assert_close(r.y[3], -104);
        assert_close(r.dx[0], 1 - 4);
        for (size_t j = 1; j < 4; j++)
            assert_close(r.dx[j], 1);
    }
}

static void nan_stays_visible(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        masked_row r = {.x = {0, (gfn_real)NAN, 1, 2, 3}, .mask = {1, 1, 1, 0, 1}};
        run_row(&r);
        assert_true(isnan(r.y[0]) && isnan(r.y[1]) && isnan(r.y[2]) && isnan(r.y[4]));
        assert_true(isinf(r.y[3]));
        for (int act = GFN_IDENTITY; act <= GFN_TANH; act++) { /* no layer hides NaN */
            gfn_tape *tape = new_tape();
            gfn_var x = gfn_input(tape, gfn_tape_axis(tape), 1);
            gfn_var y = gfn_linear(tape, x, gfn_param(tape, 0, 1, 2), gfn_param(tape, 2, 1, 2),
                                   (gfn_activation)act);
            gfn_frame *frame = finish(tape, (size_t[]){1}, 1);
            gfn_frame_reals(frame, x)[0] = (gfn_real)NAN;
            gfn_frame_forward(frame, (gfn_real[]){1, 2, 3, 4});
            assert_true(isnan(gfn_frame_reals(frame, y)[0]) && isnan(gfn_frame_reals(frame, y)[1]));
            gfn_frame_destroy(&frame);
            gfn_tape_destroy(&tape);
        }
    }
}

/* loss = mean of (log Z + segment sums of x at (row, col) - r)^2 over 2 trajectories. By hand: sums
 * -1.5 and -2.25, residuals .5 - 1.5 + .25 = -.75 and .5 - 2.25 - 1 = -2.75. */
static void a_small_loss_agrees_with_a_computation_by_hand(void **state)
{
    (void)state;
    gfn_tape *tape = new_tape();
    gfn_axis states = gfn_tape_axis(tape), steps = gfn_tape_axis(tape), ends = gfn_tape_axis(tape);
    gfn_var x = gfn_input(tape, states, 2);
    gfn_var row = gfn_input_indices(tape, steps, 1), col = gfn_input_indices(tape, steps, 1);
    gfn_var start = gfn_input_indices(tape, ends, 1), count = gfn_input_indices(tape, ends, 1);
    gfn_var r = gfn_input(tape, ends, 1), log_z = gfn_param(tape, 3, 1, 1);
    gfn_tape_track(tape, x);
    gfn_var sum = gfn_segment_sum(tape, gfn_pick(tape, x, row, col), start, count);
    gfn_var residual = gfn_sub(tape, gfn_add(tape, sum, log_z), r);
    gfn_var loss = gfn_mean(tape, gfn_square(tape, residual));
    gfn_frame *frame = finish(tape, (size_t[]){2, 3, 2}, 3);
    memcpy(gfn_frame_reals(frame, x), (gfn_real[]){-1, -5, (gfn_real)-0.5, (gfn_real)-1.75},
           4 * sizeof(gfn_real));
    memcpy(gfn_frame_indices(frame, row), (int32_t[]){0, 1, 1}, 3 * sizeof(int32_t));
    memcpy(gfn_frame_indices(frame, col), (int32_t[]){0, 0, 1}, 3 * sizeof(int32_t));
    memcpy(gfn_frame_indices(frame, start), (int32_t[]){0, 1}, 2 * sizeof(int32_t));
    memcpy(gfn_frame_indices(frame, count), (int32_t[]){2, 2}, 2 * sizeof(int32_t));
    memcpy(gfn_frame_reals(frame, r), (gfn_real[]){(gfn_real)-0.25, 1}, 2 * sizeof(gfn_real));
    gfn_real params[4] = {9, 9, 9, (gfn_real)0.5}, gradient[4] = {7, 7, 7, 7};
    gfn_frame_forward(frame, params);
    assert_close(*gfn_frame_reals(frame, loss), (0.75 * 0.75 + 2.75 * 2.75) / 2);
    gfn_frame_backward(frame, params, loss, gradient);
    static const double expected[] = {-0.75, 0, -0.75 - 2.75, -2.75};
    for (size_t i = 0; i < 4; i++)
        assert_close(gfn_frame_gradient(frame, x)[i], expected[i]);
    assert_close(gradient[3], -0.75 - 2.75);
    for (size_t i = 0; i < 3; i++) /* outside of all views */
        assert_close(gradient[i], 7);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&tape);
}

static void axes_may_be_empty(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        policy p = {
            .in = 9, .ones = 2, .hidden = 21, .layers = 1, .actions = 3, .activation = GFN_RELU};
        make_policy(&p);
        noise random = 12;
        gfn_real *params = make_params(&random, p.n_params, 1);
        gfn_real *gradient = make_params(&random, p.n_params, 1);
        gfn_frame *frame = make_frame(p.tape, 0);
        gfn_frame_forward(frame, params);
        gfn_frame_forward_rows(frame, params, 0, 0);
        gfn_frame_backward(frame, params, p.log_pf, gradient);
        for (size_t i = 0; i < p.n_params; i++)
            assert_true(gradient[i] == 0);
        free(params);
        free(gradient);
        gfn_frame_destroy(&frame);
        gfn_tape_destroy(&p.tape);
    }
    gfn_tape *tape = new_tape();
    gfn_var x = gfn_input(tape, gfn_tape_axis(tape), 2);
    gfn_tape_track(tape, x);
    gfn_var mean = gfn_mean(tape, x), sum = gfn_sum(tape, x);
    gfn_frame *frame = finish(tape, (size_t[]){4}, 0);
    gfn_frame_forward(frame, NULL);
    assert_true(*gfn_frame_reals(frame, mean) == 0 && *gfn_frame_reals(frame, sum) == 0);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&tape);
}

/* Two losses on one tape: each is differentiated alone; parameters on which it does not depend have
 * gradient 0. */
static void parameters_without_influence_have_gradient_zero(void **state)
{
    (void)state;
    gfn_tape *tape = new_tape();
    gfn_var x = gfn_input(tape, gfn_tape_axis(tape), 1), a = gfn_param(tape, 0, 1, 1);
    gfn_var b = gfn_param(tape, 1, 1, 1), unused = gfn_param(tape, 2, 1, 1);
    gfn_tape_track(tape, x);
    gfn_var first = gfn_sum(tape, gfn_mul(tape, x, a)), second = gfn_square(tape, b);
    gfn_var both = gfn_add(tape, first, second);
    gfn_frame *frame = finish(tape, (size_t[]){2}, 1);
    memcpy(gfn_frame_reals(frame, x), (gfn_real[]){3, 4}, 2 * sizeof(gfn_real));
    const gfn_real params[] = {10, 20, 30, 40};
    gfn_real gradient[4] = {5, 5, 5, 5};
    gfn_frame_forward(frame, params);
    gfn_frame_backward(frame, params, first, gradient);
    assert_true(gradient[0] == 7 && gradient[1] == 0 && gradient[2] == 0 && gradient[3] == 5);
    assert_true(gfn_frame_gradient(frame, x)[1] == 10);
    gfn_frame_backward(frame, params, second, gradient);
    assert_true(gradient[0] == 0 && gradient[1] == 40 && gradient[2] == 0 && gradient[3] == 5);
    assert_true(gfn_frame_gradient(frame, x)[1] == 0);
    gfn_frame_backward(frame, params, both, gradient);
    assert_true(gradient[0] == 7 && gradient[1] == 40);
    gfn_frame_backward(frame, params, b, gradient);
    assert_true(gradient[0] == 0 && gradient[1] == 1);
    assert_true(unused >= 0);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&tape);
}

/* A view that is requested twice is one variable: the gradients of both uses are added. */
static void shared_parameters_add_up(void **state)
{
    (void)state;
    gfn_tape *tape = new_tape();
    gfn_var a = gfn_param(tape, 1, 1, 1);
    assert_int_equal(gfn_param(tape, 1, 1, 1), a);
    gfn_var y = gfn_add(tape, gfn_mul(tape, a, gfn_param(tape, 1, 1, 1)), gfn_scale(tape, a, 3));
    gfn_frame *frame = finish(tape, NULL, 0);
    const gfn_real params[] = {0, 5};
    gfn_real gradient[2];
    gfn_frame_forward(frame, params);
    assert_true(*gfn_frame_reals(frame, y) == 40);
    gfn_frame_backward(frame, params, y, gradient);
    assert_true(gradient[1] == 13);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_follow_their_formula),
        cmocka_unit_test(hot_layers_sum_the_rows_of_their_indices),
        cmocka_unit_test(hot_gradients_are_complete_for_any_number_of_rows),
        cmocka_unit_test(log_softmax_follows_its_formula),
        cmocka_unit_test(masked_entries_are_minus_infinity_and_never_read),
        cmocka_unit_test(a_single_allowed_entry_has_exactly_probability_one),
        cmocka_unit_test(without_allowed_entries_all_is_minus_infinity_and_gradients_are_zero),
        cmocka_unit_test(very_small_entries_get_probability_zero_without_underflow_errors),
        cmocka_unit_test(nan_stays_visible),
        cmocka_unit_test(a_small_loss_agrees_with_a_computation_by_hand),
        cmocka_unit_test(axes_may_be_empty),
        cmocka_unit_test(parameters_without_influence_have_gradient_zero),
        cmocka_unit_test(shared_parameters_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
