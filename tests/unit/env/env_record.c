/* SPDX-License-Identifier: MIT
 *
 * Failures that a world reports by gfn_env_fail(), and floating-point modes that it leaves changed.
 */
#include <fenv.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

/* The ladder, in which one function fails, or changes the rounding mode. */
static gfn_env_ops frail;
static const char *failing;
static bool names_state, rounds_down;

static void act(const char *function, const void *world, const int32_t *state)
{
    if (failing && strcmp(failing, function) == 0)
        gfn_env_fail(world, names_state ? state : NULL, "%s has %d", function, 7);
    if (rounds_down)
        fesetround(FE_DOWNWARD);
}

static void describe(const void *world, gfn_env_spec *spec)
{
    ladder_world.describe(world, spec);
    act("describe", world, NULL);
}

static void start(const void *world, size_t n, int32_t *state)
{
    ladder_world.start(world, n, state);
    act("start", world, NULL);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    ladder_world.allowed(world, n, state, mask);
    act("allowed", world, state);
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    act("step", world, state);
    ladder_world.step(world, n, state, action);
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    ladder_world.allowed_back(world, n, state, mask);
    act("allowed_back", world, state);
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    act("step_back", world, state);
    ladder_world.step_back(world, n, state, back);
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    ladder_world.log_reward(world, n, state, log_reward);
    act("log_reward", world, state);
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    ladder_world.observe(world, n, state, index, x);
    act("observe", world, state);
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    ladder_world.number(world, n, state, number);
    act("number", world, state);
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    ladder_world.state_at(world, n, number, state);
    act("state_at", world, NULL);
}

/* A world that reports a failure while it is created, but no status. */
static gfn_status create_wrongly(const gfn_options *options, void **world)
{
    const gfn_status status = ladder_world.create(options, world);
    gfn_env_fail(*world, NULL, "no licence");
    return status;
}

static int set_up(void **state)
{
    (void)state;
    frail = ladder_world;
    frail.name = "frail";
    frail.describe = describe;
    frail.start = start;
    frail.allowed = allowed;
    frail.step = step;
    frail.allowed_back = allowed_back;
    frail.step_back = step_back;
    frail.log_reward = log_reward;
    frail.observe = observe;
    frail.number = number;
    frail.state_at = state_at;
    failing = NULL;
    names_state = rounds_down = false;
    return fesetround(FE_TONEAREST);
}

/* ---- the functions of the library that call those of the world ---- */

static gfn_status call_start(const gfn_env *env)
{
    int32_t rung;
    return gfn_env_start(env, 1, &rung);
}

static gfn_status call_allowed(const gfn_env *env)
{
    const int32_t rung = 3;
    uint8_t mask[LADDER_ACTIONS];
    return gfn_env_allowed(env, 1, &rung, NULL, mask);
}

static gfn_status call_step(const gfn_env *env)
{
    const int32_t action = LADDER_BLUE;
    int32_t rung = 3;
    uint8_t done = GFN_LIVE;
    return gfn_env_step(env, 1, &rung, &done, &action);
}

static gfn_status call_allowed_back(const gfn_env *env)
{
    const int32_t rung = 3;
    uint8_t mask[LADDER_BACK_ACTIONS];
    return gfn_env_allowed_back(env, 1, &rung, mask);
}

static gfn_status call_step_back(const gfn_env *env)
{
    const int32_t back = LADDER_BACK_RED;
    int32_t rung = 3;
    uint8_t done = GFN_LIVE;
    return gfn_env_step_back(env, 1, &rung, &done, &back);
}

static gfn_status call_log_reward(const gfn_env *env)
{
    const int32_t rung = 3;
    double log_r;
    return gfn_env_log_reward(env, 1, &rung, &log_r);
}

static gfn_status call_observe(const gfn_env *env)
{
    const int32_t rung = 3;
    int32_t index;
    return gfn_env_observe(env, 1, &rung, &index, NULL);
}

static gfn_status call_number(const gfn_env *env)
{
    const int32_t rung = 3;
    int64_t found;
    return gfn_env_number(env, 1, &rung, &found);
}

static gfn_status call_state_at(const gfn_env *env)
{
    const int64_t three = 3;
    int32_t rung;
    return gfn_env_state_at(env, 1, &three, &rung);
}

static const struct {
    const char *function;
    gfn_status (*call)(const gfn_env *env);
    bool has_state;
} calls[] = {
    {"start", call_start, false},        {"allowed", call_allowed, true},
    {"step", call_step, true},           {"allowed_back", call_allowed_back, true},
    {"step_back", call_step_back, true}, {"log_reward", call_log_reward, true},
    {"observe", call_observe, true},     {"number", call_number, true},
    {"state_at", call_state_at, false},
};

enum { CALLS = sizeof calls / sizeof calls[0] };

/* ---- failures ---- */

static void a_failure_is_the_error_of_the_call_and_of_no_other(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, "rungs=9");
    for (size_t i = 0; i < CALLS; i++)
        for (int named = 0; named < 2; named++) {
            char expected[100];
            names_state = named;
            snprintf(expected, sizeof expected, "frail failed%s: %s has 7",
                     named && calls[i].has_state ? " in state (3)" : "", calls[i].function);
            failing = calls[i].function;
            assert_int_equal(calls[i].call(env), GFN_EENV);
            assert_string_equal(gfn_error_message(), expected);
            failing = NULL;
            assert_int_equal(calls[i].call(env), GFN_OK);
        }
    gfn_env_destroy(&env);
}

static void a_failure_belongs_to_the_environment_of_the_world(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, "rungs=9"), *other = make_env(&frail, "rungs=7");
    names_state = true;
    failing = "observe";
    assert_int_equal(call_observe(env), GFN_EENV);
    failing = NULL;
    assert_int_equal(call_observe(other), GFN_OK);
    gfn_env_destroy(&other);
    gfn_env_destroy(&env);
}

static void the_first_failure_counts(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, NULL);
    names_state = true;
    failing = "allowed"; /* in gfn_env_step() before the step */
    assert_int_equal(call_step(env), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed in state (3): allowed has 7");
    gfn_env_destroy(&env);
}

static void *fail_on_a_thread(void *world)
{
    gfn_env_fail(world, NULL, "a thread of its own");
    return NULL;
}

/* A world may have threads. */
static void *last_world;

static gfn_status create_and_tell(const gfn_options *options, void **world)
{
    const gfn_status status = ladder_world.create(options, world);
    last_world = *world;
    return status;
}

static void any_thread_may_report_a_failure(void **state)
{
    (void)state;
    pthread_t thread;
    frail.create = create_and_tell;
    gfn_env *env = make_env(&frail, NULL);
    assert_int_equal(pthread_create(&thread, NULL, fail_on_a_thread, last_world), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(call_observe(env), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed: a thread of its own");
    gfn_env_destroy(&env);
}

static void a_failure_of_an_unknown_world_is_not_lost(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, NULL);
    const int32_t rung = 3;
    gfn_env_fail(&rung, &rung, "a pointer to something else");
    assert_int_equal(call_observe(env), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed: a pointer to something else");
    gfn_env_destroy(&env);
    gfn_env_fail(&rung, &rung, "there is no environment");
    env = make_env(&frail, NULL);
    assert_int_equal(call_observe(env), GFN_OK);
    gfn_env_destroy(&env);
}

static void an_environment_that_fails_at_its_creation_is_not_made(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    failing = "describe";
    assert_int_equal(gfn_env_create_from(&frail, NULL, &env), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed: describe has 7");
    failing = NULL;
    frail.create = create_wrongly;
    assert_int_equal(gfn_env_create_from(&frail, NULL, &env), GFN_EENV);
    assert_string_equal(gfn_error_message(), "frail failed: no licence");
    assert_null(env);
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, NULL);
    char text[3000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    gfn_env_fail(text, NULL, "%s", text);
    assert_int_equal(call_observe(env), GFN_EENV);
    assert_int_equal(strlen(gfn_error_message()), strlen("frail failed: ") + 511);
    gfn_env_destroy(&env);
}

static void checks_report_failures_and_name_the_function(void **state)
{
    (void)state;
    gfn_env *env = make_env(&frail, NULL);
    const int32_t rung = 3;
    names_state = true;
    for (size_t i = 0; i < CALLS; i++) {
        char expected[100];
        snprintf(expected, sizeof expected, "%s(): frail failed", calls[i].function);
        failing = calls[i].function;
        assert_int_equal(gfn_env_check(env, 17, 1000, NULL), GFN_EENV);
        assert_ptr_equal(strstr(gfn_error_message(), expected), gfn_error_message());
        const bool is_used = strcmp(failing, "log_reward") != 0 &&
                             strcmp(failing, "observe") != 0 && strcmp(failing, "number") != 0 &&
                             strcmp(failing, "state_at") != 0;
        assert_int_equal(gfn_env_check_objects(env, 1, &rung), is_used ? GFN_EENV : GFN_OK);
    }
    failing = NULL;
    assert_int_equal(gfn_env_check(env, 17, 1000, NULL), GFN_OK);
    assert_int_equal(gfn_env_check_objects(env, 1, &rung), GFN_OK);
    gfn_env_destroy(&env);
}

static void an_enumeration_returns_failures_and_so_does_what_it_makes(void **state)
{
    static const char *const used[] = {"start", "allowed", "step", "log_reward"};
    (void)state;
    gfn_env *env = make_env(&frail, "rungs=9"), *numbered = NULL;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        failing = used[i];
        assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_EENV);
        assert_null(numbered);
        assert_non_null(strstr(gfn_error_message(), failing));
    }
    failing = NULL;
    assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
    failing = "observe";
    assert_int_equal(call_observe(numbered), GFN_EENV);
    assert_int_equal(call_observe(env), GFN_EENV);
    failing = NULL;
    assert_int_equal(call_observe(numbered), GFN_OK);
    gfn_env_destroy(&numbered);
    assert_int_equal(call_observe(env), GFN_OK);
    gfn_env_destroy(&env);
}

/* ---- the floating-point mode ---- */

static void the_mode_is_restored_after_every_call(void **state)
{
    (void)state;
    rounds_down = true;
    gfn_env *env = make_env(&frail, NULL); /* describe changes it */
    assert_int_equal(fegetround(), FE_TONEAREST);
    for (size_t i = 0; i < CALLS; i++) {
        assert_int_equal(calls[i].call(env), GFN_OK);
        assert_int_equal(fegetround(), FE_TONEAREST);
    }
    const char *notice = gfn_env_notice(env);
    assert_ptr_equal(strstr(notice, "frail: its functions change the floating-point mode"), notice);
    assert_null(strchr(notice, '\n')); /* once */
    assert_int_equal(gfn_env_check(env, 17, 1000, NULL), GFN_EINVAL);
    assert_non_null(
        strstr(gfn_error_message(), "functions leave the floating-point mode as it was"));
    assert_int_equal(fegetround(), FE_TONEAREST);
    gfn_env_destroy(&env);
}

static void the_mode_of_the_creator_is_kept(void **state)
{
    (void)state;
    assert_int_equal(fesetround(FE_UPWARD), 0);
    gfn_env *env = make_env(&frail, NULL);
    for (size_t i = 0; i < CALLS; i++)
        assert_int_equal(calls[i].call(env), GFN_OK);
    assert_int_equal(fegetround(), FE_UPWARD);
    assert_string_equal(gfn_env_notice(env), "");
    gfn_env_destroy(&env);
    assert_int_equal(fesetround(FE_TONEAREST), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_failure_is_the_error_of_the_call_and_of_no_other, set_up),
        cmocka_unit_test_setup(a_failure_belongs_to_the_environment_of_the_world, set_up),
        cmocka_unit_test_setup(the_first_failure_counts, set_up),
        cmocka_unit_test_setup(any_thread_may_report_a_failure, set_up),
        cmocka_unit_test_setup(a_failure_of_an_unknown_world_is_not_lost, set_up),
        cmocka_unit_test_setup(an_environment_that_fails_at_its_creation_is_not_made, set_up),
        cmocka_unit_test_setup(a_long_message_is_cut, set_up),
        cmocka_unit_test_setup(checks_report_failures_and_name_the_function, set_up),
        cmocka_unit_test_setup(an_enumeration_returns_failures_and_so_does_what_it_makes, set_up),
        cmocka_unit_test_setup(the_mode_is_restored_after_every_call, set_up),
        cmocka_unit_test_setup(the_mode_of_the_creator_is_kept, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
