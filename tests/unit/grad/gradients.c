/* SPDX-License-Identifier: MIT
 *
 * Every operation is compared with central differences, in double, for random shapes and every set
 * of kernels. The function differentiated is the sum of c y over the outputs y, with random c.
 */
#include "tests/unit/grad/common.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grad/frame.h"

enum { MOST_VARIABLES = 8, SHAPES = 40, PROBES = 24 };

/* Contents of an input. */
enum source {
    REALS,
    POSITIVE,
    BYTES,
    BYTES_NOT_ZERO,
    BELOW_LIMIT,   /* indices below `limit` */
    BELOW_ROWS,    /* rows of axis 0 */
    SEGMENT_START, /* segments of the axis `limit` */
    SEGMENT_COUNT, /* recorded directly after its start */
};

/* One operation, recorded with random shapes. */
typedef struct trial {
    noise state;
    size_t number; /* trials 0, 1, ... of one operation */
    gfn_tape *tape;
    gfn_axis axis[2];
    size_t rows[3];
    size_t n_params, n_inputs;
    struct {
        gfn_var var;
        enum source source;
        gfn_axis axis;
        size_t rows, cols, limit;
        bool is_tracked;
    } input[MOST_VARIABLES];
    gfn_real *params, *gradient, *factor; /* factor: c */
    gfn_frame *frame;
    gfn_var y;
} trial;

/* Elements of a variable in the frame, padding included. */
static size_t n_elements(const trial *t, gfn_var var)
{
    const gfn_variable *v = &t->tape->variables[var];
    return (v->axis == GFN_FIXED ? v->rows : t->rows[v->axis]) * v->stride;
}

/* A random size; 1 and sizes around those of vectors, tiles and panels are likely. */
static size_t some_size(trial *t)
{
    static const size_t sizes[] = {1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33, 64, 65, 100};
    return sizes[below(&t->state, LENGTH(sizes))];
}

static gfn_var add_input(trial *t, enum source source, gfn_axis axis, size_t cols)
{
    const bool is_reals = source <= POSITIVE, is_bytes = !is_reals && source <= BYTES_NOT_ZERO;
    gfn_var var = is_reals   ? gfn_input(t->tape, axis, cols)
                  : is_bytes ? gfn_input_bytes(t->tape, axis, cols)
                             : gfn_input_indices(t->tape, axis, cols);
    bool is_tracked = is_reals && below(&t->state, 4) > 0;
    if (is_tracked)
        gfn_tape_track(t->tape, var);
    size_t rows = axis == GFN_FIXED ? 1 : t->rows[axis];
    assert_true(t->n_inputs < MOST_VARIABLES);
    t->input[t->n_inputs].var = var;
    t->input[t->n_inputs].source = source;
    t->input[t->n_inputs].axis = axis;
    t->input[t->n_inputs].rows = rows;
    t->input[t->n_inputs].cols = cols;
    t->input[t->n_inputs].is_tracked = is_tracked;
    t->n_inputs++;
    return var;
}

static gfn_var add_indices(trial *t, enum source source, gfn_axis axis, size_t cols, size_t limit)
{
    gfn_var var = add_input(t, source, axis, cols);
    t->input[t->n_inputs - 1].limit = limit;
    return var;
}

static gfn_var add_param(trial *t, size_t rows, size_t cols)
{
    gfn_var var = gfn_param(t->tape, t->n_params, rows, cols);
    t->n_params += rows * cols;
    return var;
}

/* An input of reals or a parameter, at random. */
static gfn_var add_reals(trial *t, enum source source, size_t cols)
{
    if (source == REALS && below(&t->state, 4) == 0)
        return add_param(t, 1 + below(&t->state, 5), cols);
    return add_input(t, source, t->axis[0], cols);
}

static gfn_var record_linear(trial *t)
{
    static const size_t deep[] = {256, 257, 300};
    size_t in = some_size(t), out = some_size(t);
    if (t->number % 10 == 9)
        *(t->number % 20 == 9 ? &in : &out) = deep[below(&t->state, LENGTH(deep))];
    gfn_var x = add_input(t, REALS, t->axis[0], in);
    gfn_var w = add_param(t, in, out), b = add_param(t, 1, out);
    return gfn_linear(t->tape, x, w, b, (gfn_activation)(t->number % 4));
}

/* A hidden layer, whose rows may be padded. */
static gfn_var record_two_layers(trial *t)
{
    size_t hidden = 128 + 4 * below(&t->state, 4), out = some_size(t);
    gfn_var x = add_input(t, REALS, t->axis[0], some_size(t));
    gfn_var w = add_param(t, gfn_tape_cols(t->tape, x), hidden), b = add_param(t, 1, hidden);
    gfn_var y = gfn_linear(t->tape, x, w, b, (gfn_activation)(t->number % 4));
    w = add_param(t, hidden, out);
    b = add_param(t, 1, out);
    return gfn_linear(t->tape, y, w, b, GFN_IDENTITY);
}

static gfn_var record_linear_hot(trial *t)
{
    size_t in = some_size(t), out = some_size(t);
    gfn_var index = add_indices(t, BELOW_LIMIT, t->axis[0], 1 + below(&t->state, 4), in);
    gfn_var w = add_param(t, in, out), b = add_param(t, 1, out);
    return gfn_linear_hot(t->tape, index, w, b, (gfn_activation)(t->number % 4));
}

static gfn_var record_log_softmax(trial *t)
{
    size_t cols = t->number % 10 == 9 ? 300 : some_size(t);
    gfn_var x = add_input(t, REALS, t->axis[0], cols);
    return gfn_log_softmax(t->tape, x, add_input(t, BYTES, t->axis[0], cols));
}

static gfn_var record_log_sum_exp(trial *t)
{
    size_t cols = some_size(t);
    gfn_var x = add_input(t, REALS, t->axis[0], cols);
    return gfn_log_sum_exp(t->tape, x, add_input(t, BYTES_NOT_ZERO, t->axis[0], cols));
}

static gfn_var record_pick(trial *t)
{
    size_t cols = some_size(t);
    gfn_var x = add_input(t, REALS, t->axis[0], cols);
    gfn_var row = add_indices(t, BELOW_ROWS, t->axis[1], 1, 0);
    return gfn_pick(t->tape, x, row, add_indices(t, BELOW_LIMIT, t->axis[1], 1, cols));
}

static gfn_var record_segment_sum(trial *t)
{
    gfn_var x = add_input(t, REALS, t->axis[0], 1);
    gfn_var start = add_indices(t, SEGMENT_START, t->axis[1], 1, 0);
    return gfn_segment_sum(t->tape, x, start, add_input(t, SEGMENT_COUNT, t->axis[1], 1));
}

/* Two arrays, an array and a scalar, or one array twice. */
static gfn_var record_binary(trial *t, gfn_var (*record)(gfn_tape *, gfn_var, gfn_var))
{
    size_t cols = some_size(t), kind = t->number % 4;
    gfn_var a = add_input(t, REALS, t->axis[0], cols);
    gfn_var b = kind == 0   ? add_param(t, 1, 1)
                : kind == 1 ? add_input(t, REALS, GFN_FIXED, 1)
                : kind == 2 ? a
                            : add_input(t, REALS, t->axis[0], cols);
    return record(t->tape, a, b);
}

static gfn_var record_add(trial *t)
{
    return record_binary(t, gfn_add);
}

static gfn_var record_sub(trial *t)
{
    return record_binary(t, gfn_sub);
}

static gfn_var record_mul(trial *t)
{
    return record_binary(t, gfn_mul);
}

static gfn_var record_square(trial *t)
{
    return gfn_square(t->tape, add_reals(t, REALS, some_size(t)));
}

static gfn_var record_exp(trial *t)
{
    return gfn_exp(t->tape, add_reals(t, REALS, some_size(t)));
}

static gfn_var record_log(trial *t)
{
    return gfn_log(t->tape, add_reals(t, POSITIVE, some_size(t)));
}

static gfn_var record_scale(trial *t)
{
    return gfn_scale(t->tape, add_reals(t, REALS, some_size(t)), -2.385);
}

static gfn_var record_sum(trial *t)
{
    return gfn_sum(t->tape, add_reals(t, REALS, some_size(t)));
}

static gfn_var record_mean(trial *t)
{
    return gfn_mean(t->tape, add_reals(t, REALS, some_size(t)));
}

static const struct {
    const char *name;
    gfn_var (*record)(trial *t);
} checks[] = {
    {"linear", record_linear},
    {"linear", record_two_layers},
    {"linear_hot", record_linear_hot},
    {"log_softmax", record_log_softmax},
    {"log_sum_exp", record_log_sum_exp},
    {"pick", record_pick},
    {"segment_sum", record_segment_sum},
    {"add", record_add},
    {"sub", record_sub},
    {"mul", record_mul},
    {"square", record_square},
    {"exp", record_exp},
    {"log", record_log},
    {"scale", record_scale},
    {"sum", record_sum},
    {"mean", record_mean},
};

static void fill_indices(trial *t, size_t i)
{
    int32_t *index = gfn_frame_indices(t->frame, t->input[i].var);
    for (size_t j = 0; j < t->input[i].rows * t->input[i].cols; j++) {
        size_t n = t->rows[0];
        if (t->input[i].source == BELOW_LIMIT)
            n = t->input[i].limit;
        if (t->input[i].source == SEGMENT_START)
            n = t->rows[t->input[i].limit] + 1; /* an empty segment may begin at the end */
        if (t->input[i].source == SEGMENT_COUNT)
            n = t->rows[t->input[i - 1].limit] + 1 -
                (size_t)gfn_frame_indices(t->frame, t->input[i - 1].var)[j];
        index[j] = (int32_t)below(&t->state, n);
    }
}

static void fill_inputs(trial *t)
{
    for (size_t i = 0; i < t->n_inputs; i++) {
        size_t n = t->input[i].rows * t->input[i].cols;
        gfn_real *x = gfn_frame_reals(t->frame, t->input[i].var);
        uint8_t *byte = gfn_frame_bytes(t->frame, t->input[i].var);
        if (x)
            fill(&t->state, x, n, 1.5);
        for (size_t j = 0; x && t->input[i].source == POSITIVE && j < n; j++)
            x[j] = fabs(x[j]) + (gfn_real)0.25;
        for (size_t j = 0; byte && j < n; j++)
            byte[j] = t->input[i].source == BYTES ? (uint8_t)(below(&t->state, 3) * 100) : 1;
        if (!x && !byte)
            fill_indices(t, i);
    }
}

/* Record the operation; in every other trial twice, so that its backward pass must add to gradients
 * that are already assigned. */
static void set_up(trial *t, gfn_var (*record)(trial *t))
{
    assert_int_equal(gfn_tape_create(&t->tape), GFN_OK);
    for (int i = 0; i < 2; i++) {
        t->axis[i] = gfn_tape_axis(t->tape);
        t->rows[i] = t->number == 0 ? 1 : some_size(t);
    }
    t->y = record(t);
    if (t->y >= 0 && below(&t->state, 2)) {
        gfn_node again = t->tape->nodes[t->tape->n_nodes - 1];
        t->y = gfn_add(t->tape, t->y, gfn_tape_record(t->tape, &again));
    }
    if (gfn_tape_finish(t->tape) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    assert_int_equal(gfn_frame_create(t->tape, t->rows, &t->frame), GFN_OK);
    for (size_t i = 0; i < t->tape->n_axes; i++)
        assert_int_equal(gfn_frame_set_rows(t->frame, (gfn_axis)i, t->rows[i]), GFN_OK);
    fill_inputs(t);
    t->params = make_params(&t->state, t->n_params + 1, 1);
    t->gradient = make_params(&t->state, t->n_params + 1, 1);
    t->factor = make_params(&t->state, n_elements(t, t->y), 1);
}

static void clear(trial *t)
{
    gfn_frame_destroy(&t->frame);
    gfn_tape_destroy(&t->tape);
    free(t->params);
    free(t->gradient);
    free(t->factor);
}

/* The sum of c y without masked entries of a log-softmax. */
static double value(trial *t)
{
    gfn_frame_forward(t->frame, t->params);
    const gfn_real *y = gfn_frame_reals(t->frame, t->y);
    double sum = 0;
    for (size_t i = 0; i < n_elements(t, t->y); i++) {
        assert_false(isnan(y[i]));
        if (!isinf(y[i]))
            sum += (double)t->factor[i] * (double)y[i];
    }
    return sum;
}

/* Run backward. Before, everything that must be written is NaN; so is the gradient of masked
 * entries, which must not be read. */
static void differentiate(trial *t)
{
    for (size_t i = 0; i < t->tape->n_variables; i++) {
        gfn_real *gradient = gfn_frame_gradient(t->frame, (gfn_var)i);
        for (size_t j = 0; gradient && j < n_elements(t, (gfn_var)i); j++)
            gradient[j] = (gfn_real)NAN;
    }
    for (size_t i = 0; i <= t->n_params; i++)
        t->gradient[i] = (gfn_real)NAN;
    const gfn_real *y = gfn_frame_reals(t->frame, t->y);
    gfn_real *gradient = gfn_frame_gradient(t->frame, t->y);
    const bool is_scalar = gfn_is_scalar(&t->tape->variables[t->y]);
    if (is_scalar)
        t->factor[0] = 1;
    for (size_t i = 0; gradient && !is_scalar && i < n_elements(t, t->y); i++)
        gradient[i] = isinf(y[i]) ? (gfn_real)NAN : t->factor[i];
    gfn_frame_backward(t->frame, t->params, t->y, t->gradient);
    assert_true(isnan(t->gradient[t->n_params])); /* nothing is written beyond the last view */
}

static double central_difference(trial *t, gfn_real *x, double step)
{
    const gfn_real kept = *x;
    *x = (gfn_real)((double)kept + step);
    double high = value(t);
    *x = (gfn_real)((double)kept - step);
    double low = value(t);
    *x = kept;
    return (high - low) / (2 * step);
}

/* Vary some of the n numbers at x, whose gradient should be g. The smaller step is for the rare
 * case that the larger one crosses the kink of a ReLU. */
static void probe(trial *t, const char *name, gfn_real *x, const gfn_real *g, size_t n)
{
    for (size_t k = 0; k < (n < PROBES ? n : PROBES); k++) {
        const size_t i = n < PROBES ? k : below(&t->state, n);
        double expected = 0, error = NAN;
        for (double step = 1e-5; step > 1e-8 && !(error <= 2e-7 * (1 + fabs(expected)));
             step /= 100) {
            expected = central_difference(t, x + i, step);
            error = fabs((double)g[i] - expected);
        }
        if (!(error <= 2e-7 * (1 + fabs(expected))))
            fail_msg("%s, trial %zu, kernels %s: gradient %.12g, central difference %.12g", name,
                     t->number, t->frame->kernels->name, (double)g[i], expected);
    }
}

static void check_trial(trial *t, const char *name)
{
    value(t);
    differentiate(t);
    if (t->n_params > 0)
        probe(t, name, t->params, t->gradient, t->n_params);
    for (size_t i = 0; i < t->n_inputs; i++) {
        gfn_real *x = gfn_frame_reals(t->frame, t->input[i].var);
        gfn_real *g = gfn_frame_gradient(t->frame, t->input[i].var);
        if (t->input[i].is_tracked)
            probe(t, name, x, g, t->input[i].rows * t->input[i].cols);
        else
            assert_null(g);
    }
}

static void run_check(size_t check)
{
    for (size_t set = 0; next_kernels(&set);)
        for (size_t number = 0; number < SHAPES; number++) {
            trial t = {.state = 7919 * number + check, .number = number};
            set_up(&t, checks[check].record);
            check_trial(&t, checks[check].name);
            clear(&t);
        }
}

static void every_operation_agrees_with_central_differences(void **state)
{
    (void)state;
    for (size_t i = 0; gfn_operations[i] != NULL; i++) {
        bool is_checked = false;
        for (size_t j = 0; j < LENGTH(checks); j++)
            if (strcmp(checks[j].name, gfn_operations[i]->name) == 0) {
                run_check(j);
                is_checked = true;
            }
        if (!is_checked)
            fail_msg("operation %s has no gradient check", gfn_operations[i]->name);
    }
}

/* The mean over trajectories of (log Z + sum of log P_F - log R - sum of log P_B)^2: a policy,
 * three axes, and operations that connect them. */
static gfn_var record_trajectory_balance(trial *t)
{
    const size_t in = 11, hidden = 1 + below(&t->state, 40), actions = 1 + below(&t->state, 5);
    gfn_axis steps = t->axis[1], trajectories = gfn_tape_axis(t->tape);
    t->rows[2] = 1 + below(&t->state, 9);
    gfn_var observation = add_indices(t, BELOW_LIMIT, t->axis[0], 3, in);
    gfn_var mask = add_input(t, BYTES_NOT_ZERO, t->axis[0], actions);
    gfn_var w = add_param(t, in, hidden), b = add_param(t, 1, hidden);
    gfn_var h = gfn_linear_hot(t->tape, observation, w, b, GFN_RELU);
    w = add_param(t, hidden, actions);
    b = add_param(t, 1, actions);
    gfn_var log_pf = gfn_log_softmax(t->tape, gfn_linear(t->tape, h, w, b, GFN_IDENTITY), mask);
    gfn_var row = add_indices(t, BELOW_ROWS, steps, 1, 0);
    gfn_var action = add_indices(t, BELOW_LIMIT, steps, 1, actions);
    gfn_var step = gfn_pick(t->tape, log_pf, row, action);
    gfn_var start = add_indices(t, SEGMENT_START, trajectories, 1, 1);
    gfn_var count = add_input(t, SEGMENT_COUNT, trajectories, 1);
    gfn_var sum = gfn_segment_sum(t->tape, step, start, count);
    gfn_var given = add_input(t, REALS, trajectories, 1); /* log R + sum of log P_B */
    gfn_var residual = gfn_add(t->tape, gfn_sub(t->tape, sum, given), add_param(t, 1, 1));
    return gfn_mean(t->tape, gfn_square(t->tape, residual));
}

static void a_whole_loss_agrees_with_central_differences(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);)
        for (size_t number = 0; number < SHAPES; number++) {
            trial t = {.state = number, .number = number};
            set_up(&t, record_trajectory_balance);
            check_trial(&t, "trajectory balance");
            clear(&t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_agrees_with_central_differences),
        cmocka_unit_test(a_whole_loss_agrees_with_central_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
