/* SPDX-License-Identifier: MIT
 *
 * gfn_env_check_calls() on worlds that keep the contract, and on worlds whose results depend on
 * lanes that repeat a state, on earlier calls, on the environment or on other threads.
 */
#include <gfn/env.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "env/check_calls.h"
#include "tests/unit/env/broken.h"
#include "tests/unit/env/make.h"

enum { MOST = 1000, THREADS = 3 };

struct maker {
    const gfn_env_ops *ops;
    const char *settings;
};

static gfn_status make(void *self, gfn_env **env)
{
    const struct maker *maker = self;
    return create_any(maker->ops, maker->settings, env);
}

/* Parts of the usual time. A little is enough for worlds without a fault, and for faults that one
 * thread shows. */
#define LITTLE 0.02
#define USUAL 1.0

static gfn_status check(const gfn_env_ops *ops, const char *settings, double effort, int *threads)
{
    struct maker maker = {ops, settings};
    gfn_env_place place;
    gfn_env *env = make_any(ops, settings);
    const gfn_fresh fresh = {
        .env = env, .make = make, .self = &maker, .place = &place, .effort = effort};
    *threads = THREADS;
    const gfn_status status = gfn_check_calls(&fresh, 17, threads);
    assert_null(place.function);
    assert_null(place.state);
    gfn_env_destroy(&env);
    return status;
}

/* That gfn_env_check() accepts these worlds is tested in tests/unit/env/check.c. */
static void expect_ok(const gfn_env_ops *ops, const char *settings)
{
    int threads;
    if (check(ops, settings, LITTLE, &threads) != GFN_OK)
        fail_msg("%s, %s: %s", ops->name, settings ? settings : "", gfn_error_message());
    assert_int_equal(threads, gfn_parallel_is_built() ? THREADS : 1);
}

static void worlds_that_keep_the_contract_pass(void **state)
{
    (void)state;
    expect_ok(gfn_env_find("hypergrid"), "size=67108863 ndim=32");
    expect_ok(&bits_world, "length=12 ones=5");
    expect_ok(&bits_world, "length=3 numbered=yes");
    expect_ok(&ladder_world, NULL);
    expect_ok(&ladder_world, "rungs=1");
}

static void every_registered_kind_passes(void **state)
{
    (void)state;
    for (size_t i = 0; i < gfn_env_kinds(); i++)
        if (has_defaults(gfn_env_kind(i)))
            expect_ok(gfn_env_kind(i), NULL);
}

static gfn_status fail_to_make(void *self, gfn_env **env)
{
    (void)self, (void)env;
    return GFN_ENOMEM;
}

static void an_error_of_make_is_returned(void **state)
{
    (void)state;
    int threads = THREADS;
    struct maker maker = {&ladder_world, NULL};
    gfn_env *env = NULL;
    assert_int_equal(make(&maker, &env), GFN_OK);
    assert_int_equal(gfn_env_check_calls(env, fail_to_make, NULL, 1, &threads, NULL), GFN_ENOMEM);
    gfn_env_destroy(&env);
}

/* ---- faults that one thread shows ---- */

enum { MOST_CELLS = 64 };

static size_t cell_of(const int32_t *state)
{
    return (size_t)(8 * state[0] + state[1]) % MOST_CELLS;
}

/* A cache whose new entries are computed at the end of a call: a state that repeats is found in the
 * cache before that. */
static void reward_of_cache(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    static double cache[MOST_CELLS];
    static bool is_known[MOST_CELLS];
    bool is_new[64] = {false};
    for (size_t i = 0; i < n; i++) {
        const size_t cell = cell_of(state + 2 * i);
        is_new[i] = !is_known[cell];
        log_reward[i] = cache[cell];
        is_known[cell] = true;
    }
    for (size_t i = 0; i < n; i++)
        if (is_new[i]) {
            base->log_reward(world, 1, state + 2 * i, log_reward + i);
            cache[cell_of(state + 2 * i)] = log_reward[i];
        }
}

static void repeated_states_are_wrong(gfn_env_ops *ops)
{
    ops->log_reward = reward_of_cache;
}

/* The same if only calls for many states use the cache. */
static void mask_of_large_calls(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, mask);
    for (size_t i = 2; n > 2 && i < n; i++)
        for (size_t j = 0; j + 1 < i; j++)
            if (memcmp(state + 2 * i, state + 2 * j, 2 * sizeof *state) == 0)
                memcpy(mask + 3 * i, mask + 3 * (j + 1), 3);
}

static void repeated_states_are_wrong_in_large_calls(gfn_env_ops *ops)
{
    ops->allowed = mask_of_large_calls;
}

/* A counter: another result from some call on. */
static void observe_counted(const void *world, size_t n, const int32_t *state, int32_t *index,
                            float *x)
{
    static atomic_long calls;
    base->observe(world, n, state, index, x);
    if (atomic_fetch_add(&calls, 1) > 300)
        index[0] = (index[0] + 1) % 16;
}

static void results_change_with_time(gfn_env_ops *ops)
{
    ops->observe = observe_counted;
}

static int created;

static gfn_status create_counted(const gfn_options *options, void **world)
{
    created++;
    return base->create(options, world);
}

static void destroy_counted(void *world)
{
    created--;
    base->destroy(world);
}

static void reward_of_last(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    base->log_reward(world, n, state, log_reward);
    for (size_t i = 0; i < n; i++)
        log_reward[i] -= created == 2;
}

static void environments_share_a_variable(gfn_env_ops *ops)
{
    ops->create = create_counted;
    ops->destroy = destroy_counted;
    ops->log_reward = reward_of_last;
}

static void describe_created(const void *world, gfn_env_spec *spec)
{
    base->describe(world, spec);
    spec->max_steps += created;
}

static void descriptions_differ(gfn_env_ops *ops)
{
    ops->create = create_counted;
    ops->destroy = destroy_counted;
    ops->describe = describe_created;
}

static const struct broken alone[] = {
    {repeated_states_are_wrong, GRID, "lanes are independent in log_reward()"},
    {repeated_states_are_wrong_in_large_calls, GRID, "lanes are independent in allowed()"},
    {results_change_with_time, GRID, " observe()"},
    {environments_share_a_variable, GRID, "results depend on the state alone in log_reward()"},
    {descriptions_differ, GRID, "equal options give equal descriptions"},
};

/* ---- faults that several threads show ---- */

/* Results by way of a static buffer. The functions below differ in nothing else. Others often run
 * before it is read, so that the fault of each function is found soon; that of the last one, in its
 * short time, needs the interruptions. */
static union {
    uint8_t mask[3 * 64];
    int32_t word[2 * 64];
    int64_t number[64];
    double real[64];
    char text[64];
} buffer;

static void mask_by_buffer(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed(world, n, state, buffer.mask);
    sched_yield();
    memcpy(mask, buffer.mask, 3 * n);
}

static void mask_is_static(gfn_env_ops *ops)
{
    ops->allowed = mask_by_buffer;
}

static void back_mask_by_buffer(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    base->allowed_back(world, n, state, buffer.mask);
    sched_yield();
    memcpy(mask, buffer.mask, 2 * n);
}

static void back_mask_is_static(gfn_env_ops *ops)
{
    ops->allowed_back = back_mask_by_buffer;
}

static void step_by_buffer(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    memcpy(buffer.word, state, 2 * n * sizeof *state);
    base->step(world, n, buffer.word, action);
    sched_yield();
    memcpy(state, buffer.word, 2 * n * sizeof *state);
}

static void step_is_static(gfn_env_ops *ops)
{
    ops->step = step_by_buffer;
}

static void number_by_buffer(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    base->number(world, n, state, buffer.number);
    sched_yield();
    memcpy(number, buffer.number, n * sizeof *number);
}

static void number_is_static(gfn_env_ops *ops)
{
    ops->number = number_by_buffer;
}

static void state_at_by_buffer(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    base->state_at(world, n, number, buffer.word);
    sched_yield();
    memcpy(state, buffer.word, 2 * n * sizeof *state);
}

static void state_at_is_static(gfn_env_ops *ops)
{
    ops->state_at = state_at_by_buffer;
}

static void observe_by_buffer(const void *world, size_t n, const int32_t *state, int32_t *index,
                              float *x)
{
    base->observe(world, n, state, buffer.word, x);
    sched_yield();
    memcpy(index, buffer.word, n * sizeof *index);
}

static void observation_is_static(gfn_env_ops *ops)
{
    ops->observe = observe_by_buffer;
}

static void reward_by_buffer(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    base->log_reward(world, n, state, buffer.real);
    memcpy(log_reward, buffer.real, n * sizeof *log_reward);
}

static size_t write_by_buffer(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)world;
    snprintf(buffer.text, sizeof buffer.text, "%d %d", (int)state[0], (int)state[1]);
    sched_yield();
    return (size_t)snprintf(text, size, "%s", buffer.text);
}

static gfn_status read_numbers(const void *world, const char *text, int32_t *state)
{
    (void)world;
    return sscanf(text, "%d %d", &state[0], &state[1]) == 2
               ? GFN_OK
               : gfn_fail(GFN_EINVAL, "expected two numbers");
}

static void text_is_static(gfn_env_ops *ops)
{
    ops->write = write_by_buffer;
    ops->read = read_numbers;
}

static void reward_is_static(gfn_env_ops *ops)
{
    ops->log_reward = reward_by_buffer;
}

/* One thread alone finds the last state and its reward. */
static void reward_of_last_state(const void *world, size_t n, const int32_t *state,
                                 double *log_reward)
{
    static volatile int64_t last = -1;
    static volatile double value;
    for (size_t i = 0; i < n; i++) {
        const int64_t key = (int64_t)cell_of(state + 2 * i);
        if (key != last) {
            double found;
            last = key;
            base->log_reward(world, 1, state + 2 * i, &found);
            value = found;
        }
        log_reward[i] = value;
    }
}

static void cache_has_one_entry(gfn_env_ops *ops)
{
    ops->log_reward = reward_of_last_state;
}

/* A table that the first call fills; others may find it half full. */
enum { SLOWNESS = 100 };
static double *table;

static gfn_status create_without_table(const gfn_options *options, void **world)
{
    memset(table, 0, MOST_CELLS * sizeof *table);
    table[MOST_CELLS] = 0;
    return base->create(options, world);
}

static void reward_of_table(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    volatile double *const is_full = table + MOST_CELLS;
    if (*is_full == 0) {
        *is_full = 1;
        for (int32_t i = 0; i < SLOWNESS * MOST_CELLS; i++) {
            const int32_t cell = i / SLOWNESS, at[] = {cell / 8, cell % 8};
            base->log_reward(world, 1, at, table + cell);
        }
    }
    for (size_t i = 0; i < n; i++)
        log_reward[i] = ((volatile double *)table)[cell_of(state + 2 * i)];
}

static void table_is_filled_late(gfn_env_ops *ops)
{
    ops->create = create_without_table;
    ops->log_reward = reward_of_table;
}

static const struct broken together[] = {
    {mask_is_static, GRID, "several threads may call allowed() at once"},
    {back_mask_is_static, GRID, "several threads may call allowed_back() at once"},
    {step_is_static, GRID, "several threads may call step() at once"},
    {number_is_static, GRID, "several threads may call number() at once"},
    {state_at_is_static, GRID, "several threads may call state_at() at once"},
    {observation_is_static, GRID, "several threads may call observe() at once"},
    {text_is_static, GRID, "several threads may call write() at once"},
    {reward_is_static, GRID, "several threads may call log_reward() at once"},
    {cache_has_one_entry, GRID, "several threads may call log_reward() at once"},
    {table_is_filled_late, NULL, "size=8", "several threads may call log_reward() at once"},
};

static void expect_caught(const struct broken *rows, size_t n, double effort)
{
    for (size_t i = 0; i < n; i++) {
        int threads;
        base = rows[i].base ? rows[i].base : gfn_env_find("hypergrid");
        gfn_env_ops ops = *base;
        rows[i].break_rule(&ops);
        const gfn_status status = check(&ops, rows[i].settings, effort, &threads);
        const char *message = status == GFN_OK ? "nothing" : gfn_error_message();
        if (status != GFN_EINVAL || !strstr(message, rows[i].rule) ||
            !strstr(message, "expected") || !strstr(message, "found"))
            fail_msg("%zu: expected \"%s\", found: %s", i, rows[i].rule, message);
    }
}

/* gfn_env_check() does not detect what needs several threads. */
static void expect_not_caught(const struct broken *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        base = rows[i].base ? rows[i].base : gfn_env_find("hypergrid");
        gfn_env_ops ops = *base;
        rows[i].break_rule(&ops);
        gfn_env *env = make_env(&ops, rows[i].settings);
        if (gfn_env_check(env, 17, MOST, NULL) != GFN_OK)
            fail_msg("%zu: %s", i, gfn_error_message());
        gfn_env_destroy(&env);
    }
}

static void results_that_depend_on_calls_are_detected_and_named(void **state)
{
    (void)state;
    expect_caught(alone, sizeof alone / sizeof alone[0], LITTLE);
}

static void memory_that_threads_share_is_detected_and_named(void **state)
{
    (void)state;
    if (!gfn_parallel_is_built())
        skip();
    table = calloc(MOST_CELLS + 1, sizeof *table);
    assert_non_null(table);
    expect_not_caught(together, sizeof together / sizeof together[0]);
    expect_caught(together, sizeof together / sizeof together[0], USUAL);
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worlds_that_keep_the_contract_pass),
        cmocka_unit_test(every_registered_kind_passes),
        cmocka_unit_test(an_error_of_make_is_returned),
        cmocka_unit_test(results_that_depend_on_calls_are_detected_and_named),
        cmocka_unit_test(memory_that_threads_share_is_detected_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
