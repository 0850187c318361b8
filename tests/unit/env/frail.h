/* SPDX-License-Identifier: MIT
 *
 * The ladder, in which one function fails under a condition: the test's.
 */
#ifndef TESTS_UNIT_ENV_FRAIL_H
#define TESTS_UNIT_ENV_FRAIL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/env/worlds.h"

enum function {
    START,
    ALLOWED,
    STEP,
    ALLOWED_BACK,
    STEP_BACK,
    BACK_ACTION,
    FORWARD_ACTION,
    LOG_REWARD,
    OBSERVE,
    NUMBER,
    STATE_AT,
    FUNCTIONS
};

static const char *const names[FUNCTIONS] = {
    "start",          "allowed",    "step",    "allowed_back", "step_back", "back_action",
    "forward_action", "log_reward", "observe", "number",       "state_at",
};

/* The ladder, with a record of the calls. */
struct frail {
    void *ladder;
    int order; /* 1: the first that was created, with which the others are compared */
    atomic_long calls[FUNCTIONS];
    atomic_bool has_threads; /* another thread than the first has called it */
};

static pthread_t first_thread;
static int created, living;
static enum function failing;

/* Whether the failing function fails in this call for n lanes. */
static bool (*fails)(const struct frail *frail, long call, size_t n);

static bool is_first_thread(void)
{
    return pthread_equal(pthread_self(), first_thread);
}

/* ---- the history of calls, by which a call knows that threads call different functions ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum function last_of_first;
static bool others_differ; /* other threads have called another function since */
static bool is_mixed;
static bool takes_turns; /* the first thread sleeps after calls, so that others overtake it */
static int calls_in_a_row;

/* While all threads call the same function, others call no other one between two calls of the first
 * thread. */
static void note_call(struct frail *frail, enum function f)
{
    pthread_mutex_lock(&lock);
    if (is_first_thread()) {
        is_mixed |= others_differ && last_of_first == f;
        calls_in_a_row = last_of_first == f ? calls_in_a_row + 1 : 0;
        last_of_first = f;
        others_differ = false;
    } else {
        others_differ |= last_of_first != f;
        frail->has_threads = true;
    }
    pthread_mutex_unlock(&lock);
    if (takes_turns && frail->has_threads && is_first_thread() && calls_in_a_row < 4)
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
}

/* Before a call of function f for n lanes, the first of which is `state`. */
static const void *enter(const void *world, enum function f, size_t n, const int32_t *state)
{
    struct frail *frail = (struct frail *)world;
    const long call = atomic_fetch_add(&frail->calls[f], 1);
    note_call(frail, f);
    if (f == failing && fails(frail, call, n))
        gfn_env_fail(world, state, "%s has %d", names[f], 7);
    return frail->ladder;
}

/* ---- functions ---- */

static gfn_status create(const gfn_options *options, void **world)
{
    struct frail *frail = calloc(1, sizeof *frail);
    if (frail == NULL)
        return GFN_ENOMEM;
    frail->order = ++created;
    living++;
    *world = frail;
    return ladder_world.create(options, &frail->ladder);
}

static void destroy(void *world)
{
    struct frail *frail = world;
    living--;
    ladder_world.destroy(frail->ladder);
    free(frail);
}

static void describe(const void *world, gfn_env_spec *spec)
{
    ladder_world.describe(((const struct frail *)world)->ladder, spec);
}

static void start(const void *world, size_t n, int32_t *state)
{
    ladder_world.start(enter(world, START, n, NULL), n, state);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    ladder_world.allowed(enter(world, ALLOWED, n, state), n, state, mask);
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    ladder_world.step(enter(world, STEP, n, state), n, state, action);
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    ladder_world.allowed_back(enter(world, ALLOWED_BACK, n, state), n, state, mask);
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    ladder_world.step_back(enter(world, STEP_BACK, n, state), n, state, back);
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    ladder_world.back_action(enter(world, BACK_ACTION, n, state), n, state, action, back);
}

static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    ladder_world.forward_action(enter(world, FORWARD_ACTION, n, state), n, state, back, action);
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    ladder_world.log_reward(enter(world, LOG_REWARD, n, state), n, state, log_reward);
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    ladder_world.observe(enter(world, OBSERVE, n, state), n, state, index, x);
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    ladder_world.number(enter(world, NUMBER, n, state), n, state, number);
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    ladder_world.state_at(enter(world, STATE_AT, n, NULL), n, number, state);
}

static inline gfn_env_ops frail_world(void)
{
    gfn_env_ops ops = ladder_world;
    ops.name = "frail";
    ops.create = create;
    ops.destroy = destroy;
    ops.describe = describe;
    ops.start = start;
    ops.allowed = allowed;
    ops.step = step;
    ops.allowed_back = allowed_back;
    ops.step_back = step_back;
    ops.back_action = back_action;
    ops.forward_action = forward_action;
    ops.log_reward = log_reward;
    ops.observe = observe;
    ops.number = number;
    ops.state_at = state_at;
    return ops;
}

#endif
