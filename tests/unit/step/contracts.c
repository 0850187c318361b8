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
static void a_step_that_fails_leaves_the_parameters_of_the_step_before(void **unused)
{
    (void)unused;
    gfn_comm *comm = NULL;
    gfn_learner *learner = NULL, *other = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    const char *job = "size=7 batch-size=20 replay=fifo seed=3 lr=0.0123 samples=0";
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
        cmocka_unit_test(the_rank_that_differs_from_most_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
