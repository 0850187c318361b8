/* SPDX-License-Identifier: MIT
 *
 * Training on several ranks. Every rank also trains alone, on one thread, and compares. Verdicts
 * are summed over the ranks before they are asserted, so that no rank is left waiting.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gfn.h>

static gfn_comm *comm, *alone;

/* Assert on every rank that `failures` is 0 on all ranks. */
static void assert_all(int64_t failures)
{
    assert_int_equal(gfn_comm_sum_i64(comm, &failures, 1), GFN_OK);
    assert_int_equal(failures, 0);
}

enum { STEPS = 12 };

typedef struct outcome {
    gfn_status status;
    uint32_t crc;
    double loss[STEPS];
    gfn_evaluation evaluation;
    double l1;
    int64_t modes, modes_found, regions_found; /* in the samples, in training */
} outcome;

static void train(gfn_comm *on, const char *settings, int threads, outcome *o)
{
    const gfn_stream stream = {9, GFN_PURPOSE_SAMPLE, 0};
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_progress progress;
    gfn_draw draw = {0};
    memset(o, 0, sizeof *o);
    o->status = gfn_run_options_create(NULL, &options);
    if (o->status == GFN_OK)
        o->status = gfn_options_parse(options, settings, "test");
    if (o->status == GFN_OK)
        o->status = gfn_run_create(on, options, threads, &run);
    if (o->status == GFN_OK)
        o->status = gfn_trainer_create(run, &trainer);
    for (int i = 0; i < STEPS && o->status == GFN_OK; i++) {
        o->status = gfn_trainer_advance(trainer, &progress);
        o->loss[i] = progress.loss;
    }
    if (o->status == GFN_OK)
        o->status = gfn_run_evaluate(run, &o->evaluation);
    if (o->status == GFN_OK)
        o->status = gfn_run_draw(run, &stream, 101, false, &draw);
    if (o->status == GFN_OK) {
        o->crc = gfn_run_params_crc(run);
        o->l1 = draw.l1;
        o->modes = draw.modes;
        o->modes_found = progress.modes;
        o->regions_found = progress.mode_regions;
    }
    gfn_draw_clear(&draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
}

/* Bit by bit. */
static bool is_same(const outcome *a, const outcome *b)
{
    const gfn_metrics *p = &a->evaluation.metrics, *q = &b->evaluation.metrics;
    return a->status == GFN_OK && b->status == GFN_OK && a->crc == b->crc &&
           memcmp(a->loss, b->loss, sizeof a->loss) == 0 && memcmp(p, q, sizeof *p) == 0 &&
           memcmp(&a->evaluation.log_z, &b->evaluation.log_z, sizeof(double)) == 0 &&
           memcmp(&a->l1, &b->l1, sizeof(double)) == 0 && a->modes == b->modes &&
           a->modes_found == b->modes_found && a->regions_found == b->regions_found;
}

static void results_do_not_depend_on_ranks_or_threads(void **unused)
{
    (void)unused;
    static const char *const jobs[] = {
        "size=16 batch-size=37 iterations=100 eval-every=1",
        "size=16 batch-size=3 iterations=100 seed=4",
        "size=5 ndim=4 batch-size=64 hidden=24,17 iterations=100 eval-every=3",
        "size=9 ndim=3 batch-size=1 encoding=onehot iterations=100",
        "size=70 batch-size=129 hidden=none iterations=100",
        /* more trajectories than log Z is estimated from */
        "size=5 batch-size=2501 iterations=100 backward=learned epsilon=0.3",
        "size=9 batch-size=37 objective=db target-every=5 loss=linex",
        "size=5 ndim=4 batch-size=64 objective=mdb target-every=4 loss=cosh backward=tied",
        "size=6 ndim=3 batch-size=30 objective=fl-subtb target-every=7 loss=huber",
        "size=9 batch-size=37 objective=vargrad loss=huber loss-scale=0.3",
        "size=5 ndim=4 batch-size=29 objective=fm loss=linex loss-scale=-1",
        /* 531441 states: evaluated in two rounds */
        "size=9 ndim=6 batch-size=5 hidden=6 iterations=100 eval-every=0",
    };
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        outcome expected, found;
        train(alone, jobs[i], 1, &expected);
        for (int threads = 1; threads <= 3; threads++) {
            train(comm, jobs[i], threads, &found);
            assert_all(!is_same(&expected, &found));
        }
    }
}

static void shares_follow_each_other_in_rank_order(void **unused)
{
    (void)unused;
    const int64_t totals[] = {0, 1, 2, 7, 37, 4096};
    for (size_t i = 0; i < 6; i++) {
        int64_t first, mine, share[9] = {0}, next = 0;
        gfn_comm_share(comm, totals[i], &first, &mine);
        share[gfn_comm_rank(comm)] = first * 10000 + mine;
        assert_all(gfn_comm_sum_i64(comm, share, 9) != GFN_OK);
        int64_t wrong = 0;
        for (int rank = 0; rank < gfn_comm_size(comm); rank++) {
            wrong += share[rank] / 10000 != next;
            next += share[rank] % 10000;
            wrong += share[rank] % 10000 > totals[i] / gfn_comm_size(comm) + 1;
        }
        assert_all(wrong + (next != totals[i]));
    }
}

static void seeds_give_other_results(void **unused)
{
    (void)unused;
    outcome a, b;
    train(comm, "size=8 batch-size=10 seed=1", 1, &a);
    train(comm, "size=8 batch-size=10 seed=2", 1, &b);
    assert_all(a.status != GFN_OK || b.status != GFN_OK || a.crc == b.crc);
}

/* A run, its trainer, and one step; then the parameters of the last rank are changed. */
static gfn_status step_with_spoilt_parameter(gfn_real value, bool on_last_rank_only)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_status status = gfn_run_options_create(NULL, &options);
    if (status == GFN_OK)
        status = gfn_options_parse(options, "size=6 batch-size=20", "test");
    if (status == GFN_OK)
        status = gfn_run_create(comm, options, 1, &run);
    if (status == GFN_OK)
        status = gfn_trainer_create(run, &trainer);
    if (status == GFN_OK)
        status = gfn_trainer_step(trainer);
    if (status == GFN_OK) {
        if (!on_last_rank_only || gfn_comm_rank(comm) == gfn_comm_size(comm) - 1)
            gfn_model_params(gfn_run_model(run))[3] += value;
        status = gfn_trainer_step(trainer);
    }
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
    return status;
}

static void a_rank_that_drifts_is_named_in_the_same_step(void **unused)
{
    (void)unused;
    const gfn_status status = step_with_spoilt_parameter((gfn_real)0x1p-20, true);
    char name[32];
    snprintf(name, sizeof name, "rank %d holds", gfn_comm_size(comm) - 1);
    if (gfn_comm_size(comm) == 1)
        assert_all(status != GFN_OK);
    else
        assert_all(status != GFN_ECOMM || strstr(gfn_error_message(), name) == NULL);
}

static void a_failure_of_one_rank_is_an_error_on_all(void **unused)
{
    (void)unused;
    const gfn_status status = step_with_spoilt_parameter((gfn_real)NAN, true);
    assert_all(status != GFN_ENUMERIC || strstr(gfn_error_message(), "iteration 1: ") == NULL ||
               strstr(gfn_error_message(), "not finite") == NULL);
}

static void invalid_options_are_refused_on_all_ranks(void **unused)
{
    (void)unused;
    outcome o;
    train(comm, "size=70000 ndim=2 encoding=onehot", 1, &o);
    assert_all(o.status == GFN_OK);
    train(comm, "objective=nonsense", 1, &o);
    assert_all(o.status != GFN_EINVAL);
}

static void a_stop_requested_by_one_rank_stops_all_in_the_same_step(void **unused)
{
    (void)unused;
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_progress progress = {0};
    assert_all(gfn_run_options_create(NULL, &options) != GFN_OK ||
               gfn_options_parse(options, "size=6 batch-size=20", "test") != GFN_OK);
    assert_all(gfn_run_create(comm, options, 1, &run) != GFN_OK);
    assert_all(gfn_trainer_create(run, &trainer) != GFN_OK);
    gfn_status status = GFN_OK;
    while (status == GFN_OK && !gfn_trainer_is_done(trainer)) {
        if (gfn_run_iteration(run) == 5 && gfn_comm_rank(comm) == gfn_comm_size(comm) / 2)
            gfn_trainer_request_stop(trainer);
        status = gfn_trainer_advance(trainer, &progress);
    }
    assert_all(status != GFN_OK || progress.iteration != 6);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
}

/* On rank 0, a folder for a sweep. */
static void make_folder(char folder[256])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, 256, "%s/gfn-sweep-XXXXXX", tmp ? tmp : ".");
    assert_all(gfn_comm_rank(comm) == 0 && mkdtemp(folder) == NULL);
}

static void remove_folder(const char *folder)
{
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_all(gfn_comm_rank(comm) == 0 && system(command) != 0);
}

static void a_seed_that_fails_on_one_rank_ends_on_all(void **unused)
{
    (void)unused;
    const bool is_last = gfn_comm_rank(comm) == gfn_comm_size(comm) - 1;
    gfn_options *options = NULL;
    gfn_sweep *sweep = NULL;
    char folder[256], place[300];
    make_folder(folder);
    snprintf(place, sizeof place, "%s/sweep", folder);
    assert_all(gfn_run_options_create(NULL, &options) != GFN_OK ||
               gfn_options_parse(options, "size=6 batch-size=20", "test") != GFN_OK);
    assert_all(gfn_sweep_create(comm, options, "3,5", place, &sweep) != GFN_OK);
    const gfn_status mine =
        is_last ? gfn_options_set(options, "size", "none", "test") : GFN_OK; /* an error */
    const gfn_status status = gfn_sweep_end(sweep, 1, mine);
    assert_all(status != GFN_EINVAL || strstr(gfn_error_message(), "seed 5: ") == NULL ||
               strstr(gfn_error_message(), "size: expected") == NULL);
    gfn_sweep_destroy(&sweep);
    gfn_options_destroy(&options);
    remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_ranks_or_threads),
        cmocka_unit_test(shares_follow_each_other_in_rank_order),
        cmocka_unit_test(seeds_give_other_results),
        cmocka_unit_test(a_rank_that_drifts_is_named_in_the_same_step),
        cmocka_unit_test(a_failure_of_one_rank_is_an_error_on_all),
        cmocka_unit_test(invalid_options_are_refused_on_all_ranks),
        cmocka_unit_test(a_stop_requested_by_one_rank_stops_all_in_the_same_step),
        cmocka_unit_test(a_seed_that_fails_on_one_rank_ends_on_all),
    };
    if (gfn_comm_open(&comm) != GFN_OK || gfn_comm_open_serial(&alone) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&alone);
    gfn_comm_close(&comm);
    return failed;
}
