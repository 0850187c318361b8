/* SPDX-License-Identifier: MIT
 *
 * A step that an environment let fail can be tried again, whichever call failed, and training ends
 * with the bits of a run in which nothing failed.
 */
#include <math.h>
#include <stdatomic.h>

#include "tests/unit/fixture.h"

/* Rows of at most LENGTH letters, 0 and 1, written from the left; every row is a state and an
 * object. A word is a letter, or -1. */
enum { LENGTH = 7 };

/* All calls of functions of the world are counted; number `failing` fails. */
static atomic_long made, failing;

static void count(const void *world, const int32_t *state)
{
    if (atomic_fetch_add(&made, 1) + 1 == atomic_load(&failing))
        gfn_env_fail(world, state, "out of luck");
}

static gfn_status create(const gfn_options *options, void **world)
{
    static int nothing;
    (void)options;
    *world = &nothing;
    return GFN_OK;
}

static void destroy(void *world)
{
    (void)world;
}

/* The states have no numbers: functions are called in every step. */
static void describe(const void *world, gfn_env_spec *spec)
{
    (void)world;
    *spec = (gfn_env_spec){.shape = {.n_actions = 3,
                                     .n_back_actions = 1,
                                     .stop_action = 2,
                                     .obs_dim = 3 * LENGTH,
                                     .obs_hot = LENGTH},
                           .state_width = LENGTH,
                           .max_steps = LENGTH + 1,
                           .all_terminal = true,
                           .max_log_reward = LENGTH,
                           .log_z = NAN};
}

static int length_of(const int32_t *state)
{
    int n = 0;
    while (n < LENGTH && state[n] >= 0)
        n++;
    return n;
}

static void start(const void *world, size_t n, int32_t *state)
{
    for (size_t i = 0; i < n * LENGTH; i++)
        state[i] = -1;
    count(world, NULL);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    for (size_t i = 0; i < n; i++, mask += 3) {
        mask[0] = mask[1] = length_of(state + i * LENGTH) < LENGTH;
        mask[2] = 1;
    }
    count(world, state);
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    count(world, NULL);
    for (size_t i = 0; i < n; i++)
        state[i * LENGTH + (size_t)length_of(state + i * LENGTH)] = action[i];
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    for (size_t i = 0; i < n; i++)
        mask[i] = length_of(state + i * LENGTH) > 0;
    count(world, state);
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    (void)back;
    count(world, NULL);
    for (size_t i = 0; i < n; i++)
        if (length_of(state + i * LENGTH) > 0)
            state[i * LENGTH + (size_t)length_of(state + i * LENGTH) - 1] = -1;
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    (void)action;
    memset(back, 0, n * sizeof *back);
    count(world, state);
}

static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    (void)back;
    for (size_t i = 0; i < n; i++) {
        const int last = length_of(state + i * LENGTH) - 1;
        action[i] = last < 0 ? 0 : state[i * LENGTH + (size_t)last];
    }
    count(world, state);
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    for (size_t i = 0; i < n; i++) {
        log_reward[i] = 0;
        for (int p = 0; p < LENGTH; p++)
            log_reward[i] += state[i * LENGTH + (size_t)p] == 1;
    }
    count(world, state);
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    (void)x;
    for (size_t i = 0; i < n * LENGTH; i++)
        index[i] = (int32_t)(3 * (i % LENGTH)) + state[i] + 1;
    count(world, state);
}

static const gfn_env_ops rows_world = {
    .size = sizeof(gfn_env_ops),
    .name = "rows",
    .summary = "Rows of letters.",
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step_back,
    .back_action = back_action,
    .forward_action = forward_action,
    .log_reward = log_reward,
    .observe = observe,
};

static const char *const jobs[] = {
    "objective=tb batch-size=11 threads=1",
    "objective=tb batch-size=300 threads=2 replay=fifo replay-share=0.4 backward=learned",
    "objective=fl-db batch-size=9 threads=2 replay=reward",
    "objective=fm batch-size=7 threads=1",
};

static gfn_run *make_run(const char *settings, gfn_trainer **trainer)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(gfn_run_options_create("rows", &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, "iterations=4 hidden=5 samples=0", "test"), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 0, &run), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, trainer), GFN_OK);
    gfn_options_destroy(&options);
    return run;
}

/* Train; call number `which` fails. Returns the checksum of the parameters. */
static uint32_t train(const char *settings, long which, int *failures)
{
    gfn_trainer *trainer = NULL;
    gfn_run *run = make_run(settings, &trainer);
    atomic_store(&made, 0);
    atomic_store(&failing, which);
    *failures = 0;
    while (!gfn_trainer_is_done(trainer)) {
        const int64_t before = gfn_run_iteration(run);
        const uint32_t crc = gfn_run_params_crc(run);
        const gfn_status status = gfn_trainer_step(trainer);
        if (status == GFN_OK)
            continue;
        char expected[40];
        snprintf(expected, sizeof expected, "iteration %d: rows failed", (int)before);
        assert_int_equal(status, GFN_EENV);
        assert_ptr_equal(strstr(gfn_error_message(), expected), gfn_error_message());
        assert_non_null(strstr(gfn_error_message(), ": out of luck"));
        assert_int_equal(gfn_run_iteration(run), before);
        assert_int_equal(gfn_run_params_crc(run), crc);
        (*failures)++;
    }
    const uint32_t crc = gfn_run_params_crc(run);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    return crc;
}

static void a_step_that_failed_can_be_tried_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(jobs); i++) {
        int failures;
        const uint32_t expected = train(jobs[i], 0, &failures);
        const long all = atomic_load(&made);
        assert_int_equal(failures, 0);
        assert_true(all > 60);
        for (long which = 1; which <= all; which += which < 40 ? 1 : all / 23 + 1) {
            assert_int_equal(train(jobs[i], which, &failures), expected);
            assert_int_equal(failures, 1);
        }
    }
}

/* gfn_trainer_advance() saves what was finished, and the run can be resumed. */
static void a_failure_leaves_a_checkpoint_of_the_last_finished_step(void **state)
{
    (void)state;
    gfn_progress progress;
    gfn_report report;
    gfn_trainer *trainer = NULL;
    gfn_run *run = make_run(jobs[1], &trainer);
    assert_int_equal(gfn_trainer_keep(trainer, "kept"), GFN_OK);
    atomic_store(&failing, 0);
    assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    atomic_store(&failing, atomic_load(&made) + 5);
    assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_EENV);
    assert_non_null(
        strstr(gfn_error_message(), ": out of luck; iteration 2 is saved (hint: --resume kept)"));
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);

    int failures;
    const uint32_t expected = train(jobs[1], 0, &failures);
    assert_int_equal(gfn_run_resume(comm, "kept", NULL, 0, &run), GFN_OK);
    assert_int_equal(gfn_run_iteration(run), 2);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, NULL), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_advance(trainer, &progress), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
    assert_int_equal(gfn_run_params_crc(run), expected);
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_that_failed_can_be_tried_again),
        cmocka_unit_test(a_failure_leaves_a_checkpoint_of_the_last_finished_step),
    };
    if (gfn_env_add(&rows_world) != GFN_OK)
        return 1;
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
