/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check_calls() on a world that reports failures: each function, in each kind of call that
 * the check makes. A failure is returned as one, not as a broken rule, and is not lost.
 */
#include <fenv.h>
#include <stdio.h>
#include <string.h>

#include "base/parallel.h"
#include "env/check_calls.h"
#include "tests/unit/env/frail.h"
#include "tests/unit/env/make.h"

enum { THREADS = 3 };

/* ---- the check ---- */

static gfn_status make(void *self, gfn_env **env)
{
    return gfn_env_create_from(self, NULL, env);
}

/* Of the usual time, enough if failures do not come by chance. */
static double effort = 0.02;

/* Check a world, which can be used afterwards. Returns the status; the message is kept. */
static gfn_status check(gfn_env_ops *ops, int threads)
{
    char message[1024];
    created = living = 0;
    first_thread = pthread_self();
    is_mixed = others_differ = false;
    gfn_env *env = make_env(ops, NULL);
    const gfn_fresh fresh = {.env = env, .make = make, .self = ops, .effort = effort};
    const gfn_status status = gfn_check_calls(&fresh, 17, &threads);
    snprintf(message, sizeof message, "%s", gfn_error_message());
    assert_int_equal(living, 1);
    failing = FUNCTIONS;
    int32_t state;
    assert_int_equal(gfn_env_start(env, 1, &state), GFN_OK);
    gfn_env_destroy(&env);
    gfn_fail(status, "%s", message);
    return status;
}

static bool has_state(enum function f)
{
    return f != START && f != STATE_AT;
}

/* A failure of function f is returned. Its message begins with `where`, and then has the state, if
 * the world named it, and the world's text. */
static void expect_failure(gfn_env_ops *ops, enum function f, const char *where)
{
    char begin[200], end[100];
    failing = f;
    const gfn_status status = check(ops, gfn_parallel_is_built() ? THREADS : 1);
    const char *message = gfn_error_message();
    snprintf(begin, sizeof begin, "%s: frail failed%s", where, has_state(f) ? " in state (" : ": ");
    snprintf(end, sizeof end, ": %s has 7", names[f]);
    if (status != GFN_EENV || strncmp(message, begin, strlen(begin)) != 0 ||
        strcmp(message + strlen(message) - strlen(end), end) != 0)
        fail_msg("expected %s...%s, found %d, %s", begin, end, status, message);
}

static void expect_failures(bool (*condition)(const struct frail *frail, long call, size_t n),
                            const char *circumstances)
{
    gfn_env_ops ops = frail_world();
    fails = condition;
    for (int f = 0; f < FUNCTIONS; f++) {
        char where[100];
        snprintf(where, sizeof where, "%s()%s", names[f], circumstances);
        expect_failure(&ops, (enum function)f, where);
    }
}

/* ---- on one thread ---- */

static bool is_first_call(const struct frail *frail, long call, size_t n)
{
    (void)n;
    return frail->order > 1 && call == 0;
}

static bool is_later_call(const struct frail *frail, long call, size_t n)
{
    (void)n;
    return frail->order > 2 && call == 9;
}

static bool is_batch(const struct frail *frail, long call, size_t n)
{
    (void)call;
    return frail->order > 1 && n > 2;
}

static bool is_of_the_first_world(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 1;
}

/* Rounds of walks with four new worlds come first, then one that is asked again what was kept. */
static bool is_asked_again(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 6;
}

static bool is_of_the_first_world_again(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 1 && created == 6;
}

static bool is_measurement(const struct frail *frail, long call, size_t n)
{
    (void)call;
    return frail->order == 1 && n > 1;
}

static void failures_in_calls_of_one_thread_are_returned(void **state)
{
    (void)state;
    expect_failures(is_first_call, "");
    expect_failures(is_later_call, "");
    expect_failures(is_batch, "");
    expect_failures(is_of_the_first_world, "");
    expect_failures(is_asked_again, "");
    expect_failures(is_of_the_first_world_again, "");
}

static void failures_while_questions_are_measured_are_returned(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    expect_failures(is_measurement, "");
}

/* In the last call of all, other environments are gone. */
static bool is_last(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 1 && created > 1 && living == 1;
}

static void a_failure_after_all_other_worlds_is_returned(void **state)
{
    (void)state;
    gfn_env_ops ops = frail_world();
    fails = is_last;
    expect_failure(&ops, OBSERVE, "observe()");
}

/* Wrong results in batches make the check ask a new world for the state alone. */
static void reward_of_batches(const void *world, size_t n, const int32_t *state, double *log_r)
{
    log_reward(world, n, state, log_r);
    for (size_t i = 0; i < n && n > 1; i++)
        log_r[i] += 1;
}

static bool is_explanation(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 3;
}

static void a_failure_in_the_search_for_a_broken_rule_is_returned(void **state)
{
    (void)state;
    gfn_env_ops ops = frail_world();
    ops.log_reward = reward_of_batches;
    fails = is_explanation;
    expect_failure(&ops, LOG_REWARD, "log_reward()");
}

static void destroy_and_fail(void *world)
{
    const struct frail *frail = world;
    if (frail->order > 1)
        gfn_env_fail(world, NULL, "the licence is lost");
    destroy(world);
}

static void describe_or_fail(const void *world, gfn_env_spec *spec)
{
    describe(world, spec);
    if (((const struct frail *)world)->order > 1)
        gfn_env_fail(world, NULL, "no second licence");
}

static void failures_in_creation_and_destruction_are_returned(void **state)
{
    (void)state;
    gfn_env_ops ops = frail_world();
    failing = FUNCTIONS;
    ops.describe = describe_or_fail;
    assert_int_equal(check(&ops, 1), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed: no second licence");
    ops = frail_world();
    ops.destroy = destroy_and_fail;
    assert_int_equal(check(&ops, 1), GFN_EENV);
    assert_string_equal(gfn_error_message(), "destroy(): frail failed: the licence is lost");
}

/* ---- on several threads ---- */

static bool is_of_another_thread(const struct frail *frail, long call, size_t n)
{
    (void)frail, (void)call, (void)n;
    return !is_first_thread();
}

static bool is_of_all_threads(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 7;
}

static void failures_on_threads_are_returned(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    expect_failures(is_of_another_thread, ", called by 3 threads at once");
    expect_failures(is_of_all_threads, ", called by 3 threads at once");
}

/* In the first round of threads, start() comes first. The first thread calls it again after
 * state_at() only when the others have ended. */
static bool is_alone_again(const struct frail *frail, long call, size_t n)
{
    (void)call, (void)n;
    return frail->order == 7 && is_first_thread() && frail->calls[STATE_AT] > 0;
}

static void a_failure_that_threads_leave_behind_is_returned(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    gfn_env_ops ops = frail_world();
    fails = is_alone_again;
    expect_failure(&ops, START, "start(), after calls by 3 threads");
}

static bool is_one_of_several_functions(const struct frail *frail, long call, size_t n)
{
    (void)frail, (void)call, (void)n;
    return is_mixed;
}

static void a_failure_among_different_functions_names_none_of_them(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    gfn_env_ops ops = frail_world();
    fails = is_one_of_several_functions;
    takes_turns = true;
    expect_failure(&ops, OBSERVE, "several functions, called by 3 threads at once");
    takes_turns = false;
}

/* ---- failures of no known world, which are noted in all ---- */

static void observe_or_fail(const void *world, size_t n, const int32_t *state, int32_t *index,
                            float *x)
{
    observe(world, n, state, index, x);
    if (((const struct frail *)world)->order == 3)
        gfn_env_fail(state, state, "observe has %d", 7);
}

static void a_failure_that_all_worlds_note_is_returned_once(void **state)
{
    (void)state;
    gfn_env_ops ops = frail_world();
    failing = FUNCTIONS;
    ops.observe = observe_or_fail;
    assert_int_equal(check(&ops, 1), GFN_EENV); /* which uses the environment afterwards */
    assert_string_equal(gfn_error_message(), "observe(): frail failed: observe has 7");
}

/* ---- the floating-point mode ---- */

static void observe_downward(const void *world, size_t n, const int32_t *state, int32_t *index,
                             float *x)
{
    observe(world, n, state, index, x);
    if (n > 2 && ((const struct frail *)world)->order > 1)
        fesetround(FE_DOWNWARD);
}

static void observe_downward_on_threads(const void *world, size_t n, const int32_t *state,
                                        int32_t *index, float *x)
{
    observe(world, n, state, index, x);
    if (!is_first_thread())
        fesetround(FE_DOWNWARD);
}

static void expect_broken_mode(gfn_env_ops *ops)
{
    failing = FUNCTIONS;
    assert_int_equal(check(ops, THREADS), GFN_EINVAL);
    const char *message = gfn_error_message();
    if (!strstr(message, "functions leave the floating-point mode as it was; in state (") ||
        !strstr(message, "expected the mode before observe(), found another"))
        fail_msg("%s", message);
    assert_int_equal(fegetround(), FE_TONEAREST);
}

static void a_mode_that_is_changed_in_batches_or_on_threads_is_detected(void **state)
{
    (void)state;
    gfn_env_ops ops = frail_world();
    ops.observe = observe_downward;
    expect_broken_mode(&ops);
    ops.observe = observe_downward_on_threads;
    if (gfn_parallel_is_built())
        expect_broken_mode(&ops);
}

/* ---- failures by chance ---- */

/* As a library that wants one caller at a time. The results are right nevertheless. */
static void reward_of_one_caller(const void *world, size_t n, const int32_t *state, double *log_r)
{
    static atomic_int callers;
    if (atomic_fetch_add(&callers, 1) > 0)
        gfn_env_fail(world, state, "log_reward has %d", 7);
    log_reward(world, n, state, log_r);
    atomic_fetch_sub(&callers, 1);
}

static bool never(const struct frail *frail, long call, size_t n)
{
    (void)frail, (void)call, (void)n;
    return false;
}

static void a_failure_if_threads_meet_is_returned(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    gfn_env_ops ops = frail_world();
    fails = never;
    ops.log_reward = reward_of_one_caller;
    effort = 1;
    expect_failure(&ops, LOG_REWARD, "log_reward(), called by 3 threads at once");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_calls_of_one_thread_are_returned),
        cmocka_unit_test(failures_while_questions_are_measured_are_returned),
        cmocka_unit_test(a_failure_after_all_other_worlds_is_returned),
        cmocka_unit_test(a_failure_in_the_search_for_a_broken_rule_is_returned),
        cmocka_unit_test(failures_in_creation_and_destruction_are_returned),
        cmocka_unit_test(failures_on_threads_are_returned),
        cmocka_unit_test(a_failure_that_threads_leave_behind_is_returned),
        cmocka_unit_test(a_failure_among_different_functions_names_none_of_them),
        cmocka_unit_test(a_failure_that_all_worlds_note_is_returned_once),
        cmocka_unit_test(a_mode_that_is_changed_in_batches_or_on_threads_is_detected),
        cmocka_unit_test(a_failure_if_threads_meet_is_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
