/* SPDX-License-Identifier: MIT
 *
 * Tests that results depend on nothing but the state. New environments are asked first: in batches
 * in which states repeat, because several trajectories of a batch pass through the same state; and
 * then from several threads at once. Every result is compared with that of an environment that is
 * asked for one state at a time.
 */
#include "env/check_calls.h"

#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_threads.h"

/* Distinct walks, which share the lanes; LONGEST_WALK limits the time. */
enum { WALKS = 24, LONGEST_WALK = 48 };

/* Lanes per call in the rounds of walks. Each round has a new environment. */
static const size_t batches[] = {GFN_PROBE_LANES, 2, 1, 7};
enum { ROUNDS = sizeof batches / sizeof batches[0] };

/* Iterations of the random stream from FIRST_ROUND on belong to these walks. */
enum { FIRST_ROUND = 1000 };

struct walks {
    gfn_fresh fresh;
    gfn_stream stream;
    size_t batch;    /* lanes per call */
    size_t n;        /* lanes whose walk has not ended */
    size_t *id;      /* [lanes] the walk in a lane */
    int32_t *state;  /* [lanes][width] */
    int32_t *from;   /* [lanes][width] */
    int32_t *action; /* [lanes] */
    int32_t *back;   /* [lanes] */
    int64_t *number; /* [lanes] */
    uint8_t *mask;   /* [lanes][n_actions] */
    void *unused;    /* results that are only compared */
};

static gfn_status report_dependence(const struct walks *w, gfn_probe_function f,
                                    gfn_probe_input one)
{
    char rule[100];
    gfn_format(rule, sizeof rule, "results depend on the state alone in %s()", gfn_probe_name(f));
    return gfn_probe_broken(w->fresh.env, one.state, rule,
                            "expected the same bits from every environment with these options, "
                            "whatever was asked or destroyed before, found others (hint: no clock, "
                            "rand(), addresses, counters or static variables)");
}

/* A batch has given another result than `expected`. Find out if that is because of the batch. */
static gfn_status explain(struct walks *w, gfn_probe_function f, gfn_probe_input one,
                          const void *expected)
{
    const size_t size = w->fresh.probe.bytes[f];
    char rule[100];
    GFN_TRY(gfn_fresh_renew(&w->fresh));
    GFN_TRY(gfn_probe_ask(w->fresh.fresh, w->fresh.place, f, one, w->fresh.probe.again));
    if (w->batch > 1 && memcmp(w->fresh.probe.again, expected, size) == 0) {
        gfn_format(rule, sizeof rule, "lanes are independent in %s()", gfn_probe_name(f));
        return gfn_probe_broken(w->fresh.env, one.state, rule,
                                "expected the result that the state has alone, found another one "
                                "in a call that repeats states (%zu lanes per call)",
                                w->batch);
    }
    return report_dependence(w, f, one);
}

/* out [n] = function(in) of the new environment, compared with the results of each lane alone. */
static gfn_status ask(struct walks *w, gfn_probe_function f, gfn_probe_input in, void *out)
{
    const size_t size = w->fresh.probe.bytes[f];
    if (size == 0)
        return GFN_OK;
    for (size_t first = 0, n; first < in.n; first += n) {
        n = in.n - first < w->batch ? in.n - first : w->batch;
        GFN_TRY(gfn_probe_ask(w->fresh.fresh, w->fresh.place, f,
                              gfn_probe_slice(in, w->fresh.width, first, n),
                              (char *)out + first * size));
    }
    for (size_t i = 0; i < in.n; i++) {
        const gfn_probe_input one = gfn_probe_slice(in, w->fresh.width, i, 1);
        GFN_TRY(gfn_probe_ask(w->fresh.env, w->fresh.place, f, one, w->fresh.probe.out));
        if (memcmp(w->fresh.probe.out, (char *)out + i * size, size) != 0)
            return explain(w, f, one, w->fresh.probe.out);
        gfn_fresh_keep(&w->fresh, f, one, w->fresh.probe.out);
    }
    return GFN_OK;
}

/* All questions about states. */
static gfn_status ask_states(struct walks *w)
{
    const size_t width = w->fresh.width, n_actions = w->fresh.probe.bytes[GFN_PROBE_ALLOWED];
    const gfn_probe_input states = {.n = w->n, .state = w->state};
    gfn_probe_input objects = {.state = w->from}, numbers = {.n = w->n, .number = w->number};
    GFN_TRY(ask(w, GFN_PROBE_ALLOWED, states, w->mask));
    for (size_t i = 0; i < w->n; i++)
        if (gfn_env_is_object(w->fresh.env, w->mask + i * n_actions))
            memcpy(w->from + objects.n++ * width, w->state + i * width, width * sizeof *w->from);
    GFN_TRY(ask(w, GFN_PROBE_LOG_REWARD, objects, w->unused));
    for (int f = GFN_PROBE_TABLE_PLACE; f <= GFN_PROBE_FIND; f++)
        GFN_TRY(ask(w, (gfn_probe_function)f, objects, w->unused));
    GFN_TRY(ask(w, GFN_PROBE_WRITE, states, w->unused));
    GFN_TRY(ask(w, GFN_PROBE_LOG_PARTIAL_REWARD, states, w->unused));
    GFN_TRY(ask(w, GFN_PROBE_OBSERVE, states, w->unused));
    GFN_TRY(ask(w, GFN_PROBE_ALLOWED_BACK, states, w->unused));
    if (w->fresh.env->spec.n_states == 0)
        return GFN_OK;
    GFN_TRY(ask(w, GFN_PROBE_NUMBER, states, w->number));
    return ask(w, GFN_PROBE_STATE_AT, numbers, w->unused);
}

/* Choose an action for every lane; lanes of one walk take the same. Every second walk stops only if
 * nothing else is allowed. Remove lanes that end. */
static void choose(struct walks *w, uint32_t t)
{
    const gfn_shape *shape = &w->fresh.env->spec.shape;
    const size_t n_actions = (size_t)shape->n_actions, width = w->fresh.width;
    size_t left = 0;
    for (size_t i = 0; i < w->n; i++) {
        const int32_t avoid = w->id[i] % 2 ? shape->stop_action : -1;
        const double unit = gfn_random_unit(&w->stream, w->id[i], t);
        const int32_t action =
            gfn_probe_choose(w->mask + i * n_actions, shape->n_actions, avoid, unit);
        if (action < 0 || action == shape->stop_action)
            continue;
        memcpy(w->from + left * width, w->state + i * width, width * sizeof *w->from);
        w->id[left] = w->id[i];
        w->action[left++] = action;
    }
    w->n = left;
}

/* All questions about the edges of the chosen actions, which are then taken. */
static gfn_status ask_edges(struct walks *w)
{
    const gfn_probe_input out = {.n = w->n, .state = w->from, .action = w->action};
    const gfn_probe_input there = {.n = w->n, .state = w->state, .action = w->back};
    GFN_TRY(ask(w, GFN_PROBE_BACK_ACTION, out, w->back));
    GFN_TRY(ask(w, GFN_PROBE_STEP, out, w->state));
    GFN_TRY(ask(w, GFN_PROBE_FORWARD_ACTION, there, w->unused));
    return ask(w, GFN_PROBE_STEP_BACK, there, w->unused);
}

/* Walk from the start, with a new environment. */
static gfn_status walk(struct walks *w, size_t round)
{
    GFN_TRY(gfn_fresh_renew(&w->fresh));
    w->batch = batches[round];
    w->stream.iteration = FIRST_ROUND + round;
    w->n = GFN_PROBE_LANES;
    for (size_t i = 0; i < w->n; i++)
        w->id[i] = gfn_random_word(&w->stream, WALKS + i, 0) % WALKS;
    GFN_TRY(ask(w, GFN_PROBE_START, (gfn_probe_input){.n = w->n}, w->state));
    for (uint32_t t = 0; t < LONGEST_WALK && w->n > 0; t++) {
        GFN_TRY(ask_states(w));
        choose(w, t);
        GFN_TRY(ask_edges(w));
    }
    return GFN_OK;
}

/* Ask an environment once more what is kept, one question at a time. */
static gfn_status ask_again(struct walks *w, const gfn_env *env)
{
    const gfn_fresh *fresh = &w->fresh;
    for (int f = 0; f < GFN_PROBE_FUNCTIONS; f++) {
        const gfn_kept *k = &fresh->kept[f];
        for (size_t i = 0; i < k->in.n; i++) {
            const size_t size = fresh->probe.bytes[f];
            const gfn_probe_input one = gfn_probe_slice(k->in, fresh->width, i, 1);
            GFN_TRY(gfn_probe_ask(env, fresh->place, (gfn_probe_function)f, one, w->unused));
            if (memcmp(w->unused, k->out + i * size, size) != 0)
                return report_dependence(w, (gfn_probe_function)f, one);
        }
    }
    return GFN_OK;
}

/* Threads come after this test of what one thread finds, and all other environments are destroyed
 * before the last test of the first one. */
static gfn_status check_kept(struct walks *w, int *threads, gfn_arena *arena)
{
    gfn_fresh *fresh = &w->fresh;
    GFN_TRY(gfn_fresh_renew(fresh));
    GFN_TRY(ask_again(w, fresh->fresh));
    GFN_TRY(ask_again(w, fresh->env));
    GFN_TRY(gfn_check_threads(fresh, threads, arena));
    GFN_TRY(gfn_fresh_drop(fresh));
    return ask_again(w, fresh->env);
}

static gfn_status take_memory(struct walks *w, gfn_arena *arena)
{
    const gfn_fresh *fresh = &w->fresh;
    const size_t lanes = GFN_PROBE_LANES, width = fresh->width;
    size_t largest = 0;
    for (int f = 0; f < GFN_PROBE_FUNCTIONS; f++)
        largest = fresh->probe.bytes[f] > largest ? fresh->probe.bytes[f] : largest;
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&w->id, lanes, sizeof *w->id},
        {&w->state, lanes * width, sizeof *w->state},
        {&w->from, lanes * width, sizeof *w->from},
        {&w->action, lanes, sizeof *w->action},
        {&w->back, lanes, sizeof *w->back},
        {&w->number, lanes, sizeof *w->number},
        {&w->mask, lanes, fresh->probe.bytes[GFN_PROBE_ALLOWED]},
        {&w->unused, lanes, largest},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_arena_take(arena, arrays[i].n, arrays[i].size, arrays[i].array));
    return GFN_OK;
}

static gfn_status check_all(struct walks *w, int *threads, gfn_arena *arena)
{
    GFN_TRY(gfn_fresh_init(&w->fresh, arena));
    GFN_TRY(take_memory(w, arena));
    for (size_t round = 0; round < ROUNDS; round++)
        GFN_TRY(walk(w, round));
    return check_kept(w, threads, arena);
}

gfn_status gfn_check_calls(const gfn_fresh *fresh, uint64_t seed, int *threads)
{
    gfn_arena *arena;
    GFN_TRY(gfn_arena_create(&arena));
    struct walks w = {
        .fresh = *fresh,
        .stream = {.seed = seed, .purpose = GFN_PURPOSE_CHECK},
    };
    const gfn_status status = check_all(&w, threads, arena);
    gfn_env_destroy(&w.fresh.fresh);
    if (status != GFN_OK) /* environments that are one world have all noted the same failure */
        gfn_env_forget_failure(fresh->env);
    if (fresh->place)
        *fresh->place = (gfn_env_place){.function = NULL};
    gfn_arena_destroy(&arena);
    return status;
}

gfn_status gfn_env_check_calls(const gfn_env *env, gfn_env_make make, void *self, uint64_t seed,
                               int *threads, gfn_env_place *place)
{
    const gfn_fresh fresh = {.env = env, .make = make, .self = self, .place = place, .effort = 1};
    return gfn_check_calls(&fresh, seed, threads);
}
