/* SPDX-License-Identifier: MIT
 *
 * Trajectory balance compared with PyTorch in float64 (tests/golden/README). The gradient is
 * computed in two ways: from the whole loss on one tape, and from the derivatives of the library's
 * objective, propagated back through the policy's tape. Compiled twice: golden uses float, golden64
 * double.
 *
 * Errors are relative to the largest entry of an array.
 */
#include <gfn/model.h>
#include <gfn/objective.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#ifdef GFN_REAL64
static const double tolerance = 1e-12;
#else
static const double tolerance = 1e-5;
#endif

enum { DOWN, RIGHT, STOP, N_ACTIONS, MAX_BATCH = 16, MAX_STEPS = 31, MAX_SIZE = 16 };

/* A file, with the states of its trajectories. The arrays hold the steps of all trajectories, one
 * trajectory after the other. */
struct golden {
    json_t *json;
    int size, batch, n_steps;
    double log_z;
    int32_t start[MAX_BATCH], count[MAX_BATCH];
    int32_t cell[MAX_BATCH * MAX_STEPS], action[MAX_BATCH * MAX_STEPS];
    gfn_real log_pb[MAX_BATCH * MAX_STEPS];
    double log_reward[MAX_BATCH];
    gfn_model *model;
};

/* ---- the hypergrid ---- */

static int is_outer(int x, int size)
{
    return abs(20 * x - 10 * (size - 1)) > 5 * (size - 1);
}

static int is_band(int x, int size)
{
    int c = abs(20 * x - 10 * (size - 1));
    return 6 * (size - 1) < c && c < 8 * (size - 1);
}

static double log_reward(int y, int x, int size)
{
    int outer = is_outer(y, size) && is_outer(x, size), band = is_band(y, size) && is_band(x, size);
    return log(0.01 + 0.5 * outer + 2.0 * band);
}

static void walk(struct golden *golden, int number, const json_t *actions)
{
    int y = 0, x = 0;
    golden->start[number] = golden->n_steps;
    golden->count[number] = (int32_t)json_array_size(actions);
    for (int32_t t = 0; t < golden->count[number]; t++) {
        int step = golden->n_steps++;
        golden->cell[step] = y * golden->size + x;
        golden->action[step] = (int32_t)json_integer_value(json_array_get(actions, (size_t)t));
        y += golden->action[step] == DOWN;
        x += golden->action[step] == RIGHT;
        int parents = (y > 0) + (x > 0);
        golden->log_pb[step] = golden->action[step] == STOP ? 0 : (gfn_real)-log((double)parents);
    }
    golden->log_reward[number] = log_reward(y, x, golden->size);
}

/* ---- reading ---- */

/* Copy [rows][cols] (or [cols]) numbers of the file to [cols][rows]. */
static void read_transposed(const json_t *json, gfn_real *out)
{
    size_t rows = json_array_size(json);
    for (size_t i = 0; i < rows; i++) {
        const json_t *row = json_array_get(json, i);
        if (!json_is_array(row))
            out[i] = (gfn_real)json_number_value(row);
        for (size_t j = 0; j < json_array_size(row); j++)
            out[j * rows + i] = (gfn_real)json_number_value(json_array_get(row, j));
    }
}

static const struct {
    const char *view, *key;
} names[] = {{"policy.0.weight", "w1"},
             {"policy.0.bias", "b1"},
             {"policy.1.weight", "w2"},
             {"policy.1.bias", "b2"}};

static void make_model(struct golden *golden)
{
    const gfn_shape shape = {N_ACTIONS, 2, STOP, golden->size * golden->size, 1};
    const gfn_model_config config = {
        .n_hidden = 1, .hidden = {json_integer_value(json_object_get(golden->json, "hidden"))}};
    assert_int_equal(gfn_model_create(&shape, &config, &golden->model), GFN_OK);
    gfn_real *params = gfn_model_params(golden->model);
    for (size_t i = 0; i < 4; i++) {
        const gfn_view *view = gfn_model_view(golden->model, i);
        assert_string_equal(view->name, names[i].view);
        read_transposed(json_object_get(golden->json, names[i].key), params + view->offset);
    }
    params[gfn_model_log_z_offset(golden->model)] = (gfn_real)golden->log_z;
}

static void open_golden(const char *name, struct golden *golden)
{
    char path[4096];
    const char *folder = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/golden/%s", folder ? folder : ".", name);
    *golden = (struct golden){.json = json_load_file(path, 0, NULL)};
    assert_non_null(golden->json);
    golden->size = (int)json_integer_value(json_object_get(golden->json, "size"));
    golden->batch = (int)json_integer_value(json_object_get(golden->json, "batch"));
    golden->log_z = json_number_value(json_object_get(golden->json, "log_z"));
    const json_t *trajectories = json_object_get(golden->json, "trajectories");
    assert_true(golden->batch <= MAX_BATCH && golden->size <= MAX_SIZE);
    for (int i = 0; i < golden->batch; i++)
        walk(golden, i, json_array_get(trajectories, (size_t)i));
    make_model(golden);
}

static void close_golden(struct golden *golden)
{
    gfn_model_destroy(&golden->model);
    json_decref(golden->json);
}

/* ---- comparing ---- */

static void assert_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)));
}

static void assert_arrays_near(size_t n, const gfn_real *found, const gfn_real *expected)
{
    double largest = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)expected[i]));
        error = fmax(error, fabs((double)found[i] - (double)expected[i]));
        assert_true(isfinite(found[i]));
    }
    assert_true(largest > 0);
    assert_true(error <= tolerance * largest);
}

static void assert_sums(const struct golden *golden, const char *key, const double *found)
{
    const json_t *expected = json_object_get(golden->json, key);
    assert_int_equal(json_array_size(expected), golden->batch);
    for (int i = 0; i < golden->batch; i++)
        assert_near(found[i], json_number_value(json_array_get(expected, (size_t)i)));
}

/* The gradient of all parameters except log Z. */
static void assert_gradient(const struct golden *golden, const gfn_real *gradient)
{
    const json_t *expected = json_object_get(golden->json, "grad");
    for (size_t i = 0; i < 4; i++) {
        const gfn_view *view = gfn_model_view(golden->model, i);
        gfn_real *numbers = calloc(view->n, sizeof *numbers);
        assert_non_null(numbers);
        read_transposed(json_object_get(expected, names[i].key), numbers);
        assert_arrays_near(view->n, gradient + view->offset, numbers);
        free(numbers);
    }
}

static double expected_loss(const struct golden *golden)
{
    return json_number_value(json_object_get(golden->json, "loss"));
}

static double expected_d_log_z(const struct golden *golden)
{
    return json_number_value(json_object_get(json_object_get(golden->json, "grad"), "log_z"));
}

/* ---- the loss as one tape ---- */

/* Each cell is a row of the policy, even if no trajectory visits it. */
static void fill_cells(const struct golden *golden, gfn_frame *frame, gfn_var observation,
                       gfn_var mask)
{
    int32_t *index = gfn_frame_indices(frame, observation);
    uint8_t *allowed = gfn_frame_bytes(frame, mask);
    int size = golden->size;
    for (int cell = 0; cell < size * size; cell++) {
        index[cell] = cell;
        allowed[N_ACTIONS * cell + DOWN] = cell / size < size - 1;
        allowed[N_ACTIONS * cell + RIGHT] = cell % size < size - 1;
        allowed[N_ACTIONS * cell + STOP] = 1;
    }
}

struct loss_tape {
    gfn_tape *tape;
    gfn_axis cells, steps, trajectories;
    gfn_var observation, mask;        /* of cells */
    gfn_var row, col, log_pb;         /* of steps */
    gfn_var start, count, log_reward; /* of trajectories */
    gfn_var sum_log_pf, sum_log_pb, log_z, loss;
};

static void record_loss(const struct golden *golden, struct loss_tape *record)
{
    assert_int_equal(gfn_tape_create(&record->tape), GFN_OK);
    gfn_tape *tape = record->tape;
    record->cells = gfn_tape_axis(tape);
    record->steps = gfn_tape_axis(tape);
    record->trajectories = gfn_tape_axis(tape);
    record->observation = gfn_input_indices(tape, record->cells, 1);
    record->mask = gfn_input_bytes(tape, record->cells, N_ACTIONS);
    record->row = gfn_input_indices(tape, record->steps, 1);
    record->col = gfn_input_indices(tape, record->steps, 1);
    record->log_pb = gfn_input(tape, record->steps, 1);
    record->start = gfn_input_indices(tape, record->trajectories, 1);
    record->count = gfn_input_indices(tape, record->trajectories, 1);
    record->log_reward = gfn_input(tape, record->trajectories, 1);
    record->log_z = gfn_param(tape, gfn_model_log_z_offset(golden->model), 1, 1);

    gfn_var log_pf = gfn_model_record(golden->model, tape, record->observation, record->mask);
    gfn_var taken = gfn_pick(tape, log_pf, record->row, record->col);
    record->sum_log_pf = gfn_segment_sum(tape, taken, record->start, record->count);
    record->sum_log_pb = gfn_segment_sum(tape, record->log_pb, record->start, record->count);
    gfn_var forward = gfn_add(tape, record->sum_log_pf, record->log_z);
    gfn_var backward = gfn_add(tape, record->log_reward, record->sum_log_pb);
    gfn_var delta = gfn_sub(tape, forward, backward);
    record->loss = gfn_mean(tape, gfn_square(tape, delta));
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
}

static void fill_loss(const struct golden *golden, const struct loss_tape *record, gfn_frame *frame)
{
    size_t steps = (size_t)golden->n_steps, batch = (size_t)golden->batch;
    size_t cells = (size_t)(golden->size * golden->size);
    assert_int_equal(gfn_frame_set_rows(frame, record->cells, cells), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, record->steps, steps), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, record->trajectories, batch), GFN_OK);
    fill_cells(golden, frame, record->observation, record->mask);
    memcpy(gfn_frame_indices(frame, record->row), golden->cell, steps * sizeof(int32_t));
    memcpy(gfn_frame_indices(frame, record->col), golden->action, steps * sizeof(int32_t));
    memcpy(gfn_frame_reals(frame, record->log_pb), golden->log_pb, steps * sizeof(gfn_real));
    memcpy(gfn_frame_indices(frame, record->start), golden->start, batch * sizeof(int32_t));
    memcpy(gfn_frame_indices(frame, record->count), golden->count, batch * sizeof(int32_t));
    for (size_t i = 0; i < batch; i++)
        gfn_frame_reals(frame, record->log_reward)[i] = (gfn_real)golden->log_reward[i];
}

static void assert_column(const struct golden *golden, const char *key, const gfn_real *column)
{
    double sums[MAX_BATCH];
    for (int i = 0; i < golden->batch; i++)
        sums[i] = (double)column[i];
    assert_sums(golden, key, sums);
}

static void check_loss_on_tape(const char *name)
{
    struct golden golden;
    struct loss_tape record;
    gfn_frame *frame;
    open_golden(name, &golden);
    record_loss(&golden, &record);
    const size_t capacity[3] = {MAX_SIZE * MAX_SIZE, MAX_BATCH * MAX_STEPS, MAX_BATCH};
    assert_int_equal(gfn_frame_create(record.tape, capacity, &frame), GFN_OK);
    fill_loss(&golden, &record, frame);

    gfn_real *params = gfn_model_params(golden.model);
    gfn_real *gradient = calloc(gfn_model_n_params(golden.model), sizeof *gradient);
    assert_non_null(gradient);
    gfn_frame_forward(frame, params);
    gfn_frame_backward(frame, params, record.loss, gradient);

    assert_column(&golden, "log_pf", gfn_frame_reals(frame, record.sum_log_pf));
    assert_column(&golden, "log_pb", gfn_frame_reals(frame, record.sum_log_pb));
    assert_column(&golden, "log_reward", gfn_frame_reals(frame, record.log_reward));
    assert_near((double)gfn_frame_reals(frame, record.loss)[0], expected_loss(&golden));
    assert_near((double)gradient[gfn_model_log_z_offset(golden.model)], expected_d_log_z(&golden));
    assert_gradient(&golden, gradient);

    free(gradient);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&record.tape);
    close_golden(&golden);
}

static void the_loss_on_a_tape_matches_pytorch_on_4x4(void **state)
{
    (void)state;
    check_loss_on_tape("tb_grid4.json");
}

static void the_loss_on_a_tape_matches_pytorch_on_16x16(void **state)
{
    (void)state;
    check_loss_on_tape("tb_grid16.json");
}

/* ---- the library's objective ---- */

struct outcome {
    double loss, d_log_z;
    double sum_log_pf[MAX_BATCH], sum_log_pb[MAX_BATCH];
    double d_log_pf[MAX_SIZE * MAX_SIZE * N_ACTIONS]; /* of each cell and action */
};

static void add_trajectory(const struct golden *golden, int number, const gfn_real *log_pf,
                           struct outcome *outcome)
{
    int first = golden->start[number];
    gfn_real taken[MAX_STEPS];
    double d_log_pf[MAX_STEPS], d_log_pb[MAX_STEPS];
    gfn_derivatives d = {.log_pf = d_log_pf, .log_pb = d_log_pb};
    gfn_terms terms = {.n_steps = (size_t)golden->count[number],
                       .log_pf = taken,
                       .log_pb = golden->log_pb + first,
                       .log_reward = golden->log_reward[number],
                       .log_z = gfn_model_log_z(golden->model)};
    for (size_t t = 0; t < terms.n_steps; t++) {
        size_t step = (size_t)first + t;
        taken[t] = log_pf[N_ACTIONS * golden->cell[step] + golden->action[step]];
        terms.sum_log_pf += (double)taken[t];
        terms.sum_log_pb += (double)terms.log_pb[t];
    }
    outcome->sum_log_pf[number] = terms.sum_log_pf;
    outcome->sum_log_pb[number] = terms.sum_log_pb;
    outcome->loss += gfn_objective_find("tb")->loss(&terms, &d) / golden->batch;
    outcome->d_log_z += d.log_z / golden->batch;
    for (size_t t = 0; t < terms.n_steps; t++) {
        size_t step = (size_t)first + t;
        outcome->d_log_pf[N_ACTIONS * golden->cell[step] + golden->action[step]] +=
            d_log_pf[d.is_uniform ? 0 : t] / golden->batch;
    }
}

static void check_registered_objective(const char *name)
{
    struct golden golden;
    gfn_frame *frame;
    open_golden(name, &golden);
    gfn_policy_tape policy = gfn_model_policy(golden.model);
    const size_t cells = (size_t)(golden.size * golden.size);
    assert_int_equal(gfn_frame_create(policy.tape, &cells, &frame), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, 0, cells), GFN_OK);
    fill_cells(&golden, frame, policy.observation, policy.mask);

    gfn_real *params = gfn_model_params(golden.model);
    gfn_real *gradient = calloc(gfn_model_n_params(golden.model), sizeof *gradient);
    assert_non_null(gradient);
    gfn_frame_forward(frame, params);
    struct outcome outcome = {0};
    for (int i = 0; i < golden.batch; i++)
        add_trajectory(&golden, i, gfn_frame_reals(frame, policy.log_pf), &outcome);
    gfn_real *d_log_pf = gfn_frame_gradient(frame, policy.log_pf);
    for (size_t i = 0; i < cells * N_ACTIONS; i++)
        d_log_pf[i] = (gfn_real)outcome.d_log_pf[i];
    gfn_frame_backward(frame, params, policy.log_pf, gradient);

    assert_sums(&golden, "log_pf", outcome.sum_log_pf);
    assert_sums(&golden, "log_pb", outcome.sum_log_pb);
    assert_near(outcome.loss, expected_loss(&golden));
    assert_near(outcome.d_log_z, expected_d_log_z(&golden));
    assert_gradient(&golden, gradient);

    free(gradient);
    gfn_frame_destroy(&frame);
    close_golden(&golden);
}

static void the_registered_objective_matches_pytorch_on_4x4(void **state)
{
    (void)state;
    check_registered_objective("tb_grid4.json");
}

static void the_registered_objective_matches_pytorch_on_16x16(void **state)
{
    (void)state;
    check_registered_objective("tb_grid16.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_on_a_tape_matches_pytorch_on_4x4),
        cmocka_unit_test(the_loss_on_a_tape_matches_pytorch_on_16x16),
        cmocka_unit_test(the_registered_objective_matches_pytorch_on_4x4),
        cmocka_unit_test(the_registered_objective_matches_pytorch_on_16x16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
