/* SPDX-License-Identifier: MIT
 *
 * Promises of a step when something fails: the parameters stay those of the step before, and the
 * message about ranks that drift names the right one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "base/error.h"
#include "step/allreduce.h"
#include "step/gradient_parts.h"
#include "step/learner.h"

static int fails_in; /* the gather that fails: 1 is the next one, 0 none */

gfn_status __real_gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                                      int64_t *all, size_t capacity, size_t *counts);
gfn_status __wrap_gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                                      int64_t *all, size_t capacity, size_t *counts);

gfn_status __wrap_gfn_comm_gather_i64(gfn_comm *comm, const int64_t *mine, size_t n, size_t width,
                                      int64_t *all, size_t capacity, size_t *counts)
{
    if (fails_in > 0 && --fails_in == 0)
        return gfn_fail(GFN_ECOMM, "a message is lost");
    return __real_gfn_comm_gather_i64(comm, mine, n, width, all, capacity, counts);
}

static gfn_run *new_run(gfn_comm *comm, const char *settings)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

/* Steps that follow a failed one give the bits of a run in which nothing failed. */
static void check_failing_steps(const char *job)
{
    gfn_comm *comm = NULL;
    gfn_learner *learner = NULL, *other = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    gfn_run *run = new_run(comm, job), *undisturbed = new_run(comm, job);
    const size_t bytes = gfn_model_n_params(run->model) * sizeof(gfn_real);
    gfn_real *before = malloc(bytes);
    assert_non_null(before);
    assert_int_equal(gfn_learner_create(run, &learner), GFN_OK);
    assert_int_equal(gfn_learner_begin(learner), GFN_OK);
    assert_int_equal(gfn_learner_create(undisturbed, &other), GFN_OK);
    assert_int_equal(gfn_learner_begin(other), GFN_OK);
    for (int i = 0; i < 6; i++) {
        memcpy(before, gfn_model_params(run->model), bytes);
        /* The first step gathers weights, to estimate log Z, before objects to replay. */
        for (int gather = i == 0 ? 2 : 1; gather > 0; gather--) {
            fails_in = gather;
            assert_int_equal(gfn_learner_step(learner, GFN_OK), GFN_ECOMM);
            assert_memory_equal(gfn_model_params(run->model), before, bytes);
            assert_int_equal(run->iteration, i);
        }
        assert_int_equal(gfn_learner_step(learner, GFN_OK), GFN_OK);
        assert_int_equal(gfn_learner_step(other, GFN_OK), GFN_OK);
        assert_memory_equal(gfn_model_params(run->model), gfn_model_params(undisturbed->model),
                            bytes);
    }
    free(before);
    gfn_learner_destroy(&learner);
    gfn_learner_destroy(&other);
    gfn_run_destroy(&run);
    gfn_run_destroy(&undisturbed);
    gfn_comm_close(&comm);
}

static void a_step_that_fails_leaves_the_parameters_of_the_step_before(void **unused)
{
    (void)unused;
    check_failing_steps("size=7 batch-size=20 replay=fifo seed=3 lr=0.0123 samples=0");
    check_failing_steps("size=7 batch-size=20 replay=fifo seed=3 lr=0.0123 samples=0 "
                        "objective=db target-every=2 loss=linex loss-scale=-0.5");
}

static const gfn_view *find_view(const gfn_model *model, const char *name)
{
    size_t i = 0;
    while (strcmp(gfn_model_view(model, i)->name, name) != 0)
        i++;
    return gfn_model_view(model, i);
}

/* Flows that are raised to a constant in log R are raised before the first copy. */
static void the_target_network_is_the_last_of_every_few_parameters(void **unused)
{
    (void)unused;
    enum { EVERY = 3, STEPS = 10 };
    gfn_comm *comm = NULL;
    gfn_learner *learner = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    gfn_run *run = new_run(comm, "size=7 batch-size=20 objective=subtb target-every=3 r0=1e50 "
                                 "samples=0");
    const size_t n = gfn_model_n_params(run->model), bytes = n * sizeof(gfn_real);
    gfn_real *copy = malloc(bytes);
    assert_non_null(copy);
    assert_int_equal(gfn_learner_create(run, &learner), GFN_OK);
    assert_memory_equal(learner->target, gfn_model_params(run->model), bytes);
    assert_int_equal(gfn_learner_begin(learner), GFN_OK);
    for (int i = 0; i < STEPS; i++) {
        if (i % EVERY == 0 && i > 0)
            memcpy(copy, gfn_model_params(run->model), bytes);
        assert_int_equal(gfn_learner_step(learner, GFN_OK), GFN_OK);
        if (i == 0) {
            const gfn_view *bias = find_view(run->model, "flow.0.bias");
            assert_true(learner->target[bias->offset] > 100);
            memcpy(copy, learner->target, bytes);
        }
        assert_memory_equal(learner->target, copy, bytes);
    }
    free(copy);
    gfn_learner_destroy(&learner);
    gfn_run_destroy(&run);
    gfn_comm_close(&comm);
}

/* The rows that trajectories enter after their start. */
static size_t count_next_rows(const gfn_trajectories *log, size_t rows)
{
    size_t n = 0;
    bool *is_next = calloc(rows, sizeof *is_next);
    assert_non_null(is_next);
    for (size_t i = 0; i < log->n; i++)
        for (int32_t t = 1; t < log->n_steps[i]; t++) {
            bool *flag = &is_next[log->row[i * log->max_steps + (size_t)t]];
            n += !*flag;
            *flag = true;
        }
    free(is_next);
    return n;
}

/* In a space with a table and in one without. */
static void the_target_network_is_evaluated_once_for_each_distinct_next_state(void **unused)
{
    (void)unused;
    static const char *const jobs[] = {
        "objective=mdb target-every=2 size=5 batch-size=200 samples=0",
        "objective=db target-every=2 size=9 ndim=4 batch-size=200 samples=0"};
    for (size_t i = 0; i < 2; i++) {
        gfn_comm *comm = NULL;
        gfn_learner *l = NULL;
        gfn_loss loss;
        assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
        gfn_run *run = new_run(comm, jobs[i]);
        assert_int_equal(gfn_learner_create(run, &l), GFN_OK);
        assert_int_equal(gfn_learner_begin(l), GFN_OK);
        assert_int_equal(gfn_batch_sample(&l->batch, run->sampler, &l->replay, 0), GFN_OK);
        assert_int_equal(gfn_gradient_add(l->gradient, l->batch.log), GFN_OK);
        const gfn_target_network *target = &l->gradient->target;
        const size_t n = count_next_rows(l->batch.log, l->gradient->rows.most);
        assert_int_equal(target->n, n);
        assert_true(n > 10 && n < 200 * 3);
        assert_int_equal(gfn_gradient_run(l->gradient, GFN_OK, l->update.vector, &loss), GFN_OK);
        assert_int_equal(target->n, 0);
        gfn_learner_destroy(&l);
        gfn_run_destroy(&run);
        gfn_comm_close(&comm);
    }
}

static void the_rank_that_differs_from_most_is_named(void **unused)
{
    (void)unused;
    const struct {
        int size;
        int64_t state[5]; /* fingerprints, and statuses above them that do not count */
        gfn_drift wanted;
    } rows[] = {
        {1, {23}, {-1, 0, false}},
        {4, {23, 23, 23, 23}, {-1, 0, false}},
        {4, {23, 23, 23, 23 | INT64_C(1) << 40}, {-1, 0, false}},
        {2, {23, 85}, {1, 0, false}},
        {3, {23, 85, 23}, {1, 0, true}},
        {3, {85, 23, 23}, {0, 1, true}},
        {3, {23, 85, 38}, {1, 0, false}}, /* two drift, in different ways: nobody knows which */
        {5, {23, 85, 38, 23, 23}, {1, 0, true}},
        {5, {85, 38, 23, 23, 23}, {0, 2, true}},
        {4, {23, 23, 85, 85}, {2, 0, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_rank_slot slot[5];
        for (int rank = 0; rank < rows[i].size; rank++)
            slot[rank] = (gfn_rank_slot){.state = rows[i].state[rank], .work = rank};
        const gfn_drift drift = gfn_allreduce_find_drift(slot, rows[i].size);
        assert_int_equal(drift.rank, rows[i].wanted.rank);
        assert_int_equal(drift.other, rows[i].wanted.other);
        assert_int_equal(drift.has_majority, rows[i].wanted.has_majority);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_that_fails_leaves_the_parameters_of_the_step_before),
        cmocka_unit_test(the_target_network_is_the_last_of_every_few_parameters),
        cmocka_unit_test(the_target_network_is_evaluated_once_for_each_distinct_next_state),
        cmocka_unit_test(the_rank_that_differs_from_most_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
