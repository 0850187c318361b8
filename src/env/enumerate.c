/* SPDX-License-Identifier: MIT
 *
 * Finding and numbering the states of an environment that does not number them. All states are
 * found breadth first from the start; then Kahn's algorithm orders them so that every state comes
 * after all its parents: the order of the search itself would not do if a state can be reached by
 * paths of different lengths. One thread does this, and the order of states and actions decides
 * everything, so the numbers are the same for any number of threads.
 *
 * To check by: the ladder of tests/unit/env/worlds.h, whose jumps skip a rung, is numbered by its
 * rungs.
 */
#include "env/enumeration.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "env/env_internal.h"

/* States at a time; edges at a time. */
enum { CHUNK = 256, MOST_EDGES = 1 << 16 };

/* The limits that the library chooses: it must not delay the start of a run. */
enum { AUTO_EDGES = 1 << 22, AUTO_SECONDS = 10 };

enum { FIRST_CAPACITY = 1024 };

typedef struct search {
    const gfn_env *env;
    size_t width, n_actions, chunk;
    const gfn_enumeration_limits *limits;
    double begin; /* moment */

    /* In the order of the search, with room for `capacity` states. */
    size_t capacity, first; /* the first state whose edges are not known */
    gfn_state_set *found;
    int32_t *place;
    double *log_reward;

    /* Scratch, for `chunk` states. */
    int32_t *state; /* [chunk][width] */
    uint8_t *mask;  /* [chunk][n_actions] */
    size_t *lane;   /* [chunk] the states that an action is taken in, or that have a reward */
    int32_t *action;
    int32_t *to; /* [chunk][width] these states, then their successors */
    double *reward;
    size_t slice; /* objects to ask for next */
} search;

static gfn_status init_scratch(search *s)
{
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&s->state, s->chunk * s->width, sizeof *s->state},
        {&s->mask, s->chunk * s->n_actions, 1},
        {&s->lane, s->chunk, sizeof *s->lane},
        {&s->action, s->chunk, sizeof *s->action},
        {&s->to, s->chunk * s->width, sizeof *s->to},
        {&s->reward, s->chunk, sizeof *s->reward},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_allocate("enumeration", arrays[i].n, arrays[i].size, arrays[i].array));
    return GFN_OK;
}

static void clear(search *s)
{
    void *const arrays[] = {&s->place, &s->log_reward, &s->state, &s->mask,
                            &s->lane,  &s->action,     &s->to,    &s->reward};
    gfn_state_set_destroy(&s->found);
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
}

/* ---- limits ---- */

static gfn_status refuse_more(const search *s)
{
    /* A kind that can number its states does not do so if there are too many. */
    const bool can_number = s->env->ops->number != NULL;
    return gfn_fail(GFN_ENOSUP,
                    "%s: expected at most %" PRId64 " states to enumerate, found more (hint: a "
                    "larger --enumerate-limit, if there are at most %d%s)",
                    s->env->ops->name, s->limits->states, GFN_ENV_MAX_ENUMERATED,
                    can_number ? "" : ", or number and state_at of the environment");
}

static gfn_status check_time(const search *s)
{
    if (s->limits->seconds <= 0 || gfn_clock_seconds() - s->begin <= s->limits->seconds)
        return GFN_OK;
    return gfn_fail(GFN_ENOSUP,
                    "%s: expected that its states are enumerated in %g seconds, found %zu of them "
                    "by then (hint: --enumerate-limit N takes the time that it needs)",
                    s->env->ops->name, s->limits->seconds, gfn_state_set_count(s->found));
}

/* Bytes of a state: words, slots of the hash table, edges and log R. They exist twice while arrays
 * grow, and while they are ordered. */
static double bytes_of(const search *s, size_t capacity)
{
    const size_t slots = 5 * sizeof(int32_t);
    return 2 * (double)capacity *
           (double)((s->width + s->n_actions) * sizeof(int32_t) + slots + sizeof(double));
}

static gfn_status check_bytes(const search *s, size_t capacity)
{
    if (s->limits->bytes <= 0 || bytes_of(s, capacity) <= s->limits->bytes)
        return GFN_OK;
    return gfn_fail(GFN_ENOMEM,
                    "%s: expected memory to enumerate %zu states, found %.2g GiB for it (hint: a "
                    "machine with more memory)",
                    s->env->ops->name, capacity, s->limits->bytes / (double)(1 << 30));
}

/* ---- the search ---- */

static gfn_status grow_array(const search *s, size_t capacity, size_t size, void *array)
{
    void *larger, **old = array;
    GFN_TRY(gfn_allocate("enumeration", capacity, size, &larger));
    if (*old)
        memcpy(larger, *old, s->capacity * size);
    gfn_release(old);
    *old = larger;
    return GFN_OK;
}

/* Make room for twice as many states. */
static gfn_status grow(search *s)
{
    size_t capacity = s->capacity ? 2 * s->capacity : FIRST_CAPACITY;
    gfn_state_set *larger;
    const size_t most = (size_t)s->limits->states;
    if (s->capacity == most)
        return refuse_more(s);
    capacity = capacity < most ? capacity : most;
    GFN_TRY(check_bytes(s, capacity));
    GFN_TRY(grow_array(s, capacity, s->n_actions * sizeof *s->place, &s->place));
    GFN_TRY(grow_array(s, capacity, sizeof *s->log_reward, &s->log_reward));
    GFN_TRY(gfn_state_set_create(capacity, s->width, &larger));
    const size_t n = s->found ? gfn_state_set_count(s->found) : 0;
    for (size_t i = 0; i < n; i++)
        gfn_state_set_add(larger, gfn_state_set_states(s->found) + i * s->width);
    gfn_state_set_destroy(&s->found);
    s->found = larger;
    s->capacity = capacity;
    return GFN_OK;
}

static gfn_status add(search *s, const int32_t *state, int32_t *number)
{
    while ((*number = gfn_state_set_add(s->found, state)) < 0)
        GFN_TRY(grow(s));
    return GFN_OK;
}

/* Copy to s->to those of n states in which an action is allowed; -1: those that are objects.
 * Returns their number. */
static size_t collect(search *s, size_t n, int32_t action)
{
    size_t wanted = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *mask = s->mask + i * s->n_actions;
        if (action >= 0 ? !mask[action] : !gfn_env_is_object(s->env, mask))
            continue;
        memcpy(s->to + wanted * s->width, s->state + i * s->width, s->width * sizeof *s->to);
        s->action[wanted] = action;
        s->lane[wanted++] = i;
    }
    return wanted;
}

/* Add the states that an action leads to. */
static gfn_status take(search *s, size_t n, int32_t action)
{
    const size_t edges = collect(s, n, action);
    s->env->ops->step(s->env->world, edges, s->to, s->action);
    GFN_TRY(gfn_env_failure(s->env));
    for (size_t j = 0; j < edges; j++) {
        int32_t number;
        GFN_TRY(add(s, s->to + j * s->width, &number));
        s->place[(s->first + s->lane[j]) * s->n_actions + (size_t)action] = number;
    }
    return GFN_OK;
}

/* log R of `objects` states, in slices that are small if rewards take long. */
static gfn_status ask_rewards(search *s, size_t objects)
{
    const double most = 0.2, few = 0.02; /* seconds */
    for (size_t done = 0, n; done < objects; done += n) {
        const double begin = gfn_clock_seconds();
        n = objects - done < s->slice ? objects - done : s->slice;
        gfn_env_ask_log_reward(s->env, n, s->to + done * s->width, s->reward + done);
        GFN_TRY(gfn_env_failure(s->env));
        GFN_TRY(check_time(s));
        gfn_parallel_show_progress();
        const double seconds = gfn_clock_seconds() - begin;
        if (seconds > most && s->slice > 1)
            s->slice /= 2;
        else if (seconds < few && s->slice < s->chunk)
            s->slice *= 2;
    }
    return GFN_OK;
}

static gfn_status find_rewards(search *s, size_t n)
{
    const size_t objects = collect(s, n, -1);
    for (size_t i = 0; i < n; i++)
        s->log_reward[s->first + i] = -INFINITY;
    GFN_TRY(ask_rewards(s, objects));
    for (size_t j = 0; j < objects; j++)
        s->log_reward[s->first + s->lane[j]] = s->reward[j];
    return GFN_OK;
}

/* Find all edges of the next n states. */
static gfn_status expand(search *s, size_t n)
{
    const size_t k = s->n_actions;
    const int32_t stop = s->env->spec.shape.stop_action;
    memcpy(s->state, gfn_state_set_states(s->found) + s->first * s->width,
           n * s->width * sizeof *s->state);
    gfn_env_ask_allowed(s->env, n, s->state, s->mask);
    GFN_TRY(gfn_env_failure(s->env));
    for (size_t i = 0; i < n; i++) {
        int32_t *place = s->place + (s->first + i) * k;
        const uint8_t *mask = s->mask + i * k;
        for (size_t a = 0; a < k; a++)
            place[a] = GFN_NO_EDGE;
        if (stop >= 0 && mask[stop])
            place[stop] = (int32_t)(s->first + i);
        if (!gfn_env_has_action(s->env, mask))
            place[0] = GFN_NO_ACTION;
    }
    for (int32_t a = 0; a < (int32_t)k; a++)
        if (a != stop)
            GFN_TRY(take(s, n, a));
    return check_time(s);
}

static gfn_status find_all(search *s)
{
    int32_t number;
    GFN_TRY(init_scratch(s));
    GFN_TRY(grow(s));
    s->env->ops->start(s->env->world, 1, s->state);
    GFN_TRY(gfn_env_failure(s->env));
    GFN_TRY(add(s, s->state, &number));
    for (size_t n; s->first < gfn_state_set_count(s->found); s->first += n) {
        const size_t left = gfn_state_set_count(s->found) - s->first;
        n = left < s->chunk ? left : s->chunk;
        GFN_TRY(expand(s, n));
        GFN_TRY(find_rewards(s, n));
        gfn_parallel_show_progress();
    }
    return GFN_OK;
}

/* ---- the order ---- */

static bool is_edge(const search *s, size_t action, int32_t place)
{
    return place >= 0 && (int32_t)action != s->env->spec.shape.stop_action;
}

static gfn_status refuse_cycle(const search *s, size_t n, const int32_t *parents)
{
    char text[200];
    size_t i = 0;
    while (i + 1 < n && parents[i] == 0)
        i++;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected that no state is reached twice on one path, found state %s on a "
                    "cycle, or after one (hint: no action may undo another)",
                    s->env->ops->name,
                    gfn_env_state_text(s->env, gfn_state_set_states(s->found) + i * s->width, text,
                                       sizeof text));
}

/* Kahn's algorithm: order[n] is also the queue of states all of whose parents are in it;
 * parents[n] counts the edges from other states. */
static gfn_status order_states(const search *s, size_t n, int32_t *parents, int32_t *order)
{
    const size_t k = s->n_actions;
    size_t known = 0;
    for (size_t i = 0; i < n * k; i++)
        if (is_edge(s, i % k, s->place[i]))
            parents[s->place[i]]++;
    if (parents[0] == 0)
        order[known++] = 0;
    for (size_t next = 0; next < known; next++) {
        const int32_t *place = s->place + (size_t)order[next] * k;
        for (size_t a = 0; a < k; a++)
            if (is_edge(s, a, place[a]) && --parents[place[a]] == 0)
                order[known++] = place[a];
    }
    return known == n ? GFN_OK : refuse_cycle(s, n, parents);
}

/* Copy what was found in the new order; number[n] gets the number of each state. */
static gfn_status renumber(const search *s, gfn_enumeration *e, const int32_t *order,
                           int32_t *number)
{
    const size_t k = s->n_actions;
    GFN_TRY(gfn_state_set_create(e->n, s->width, &e->states));
    GFN_TRY(gfn_allocate("edges of all states", e->n * k, sizeof *e->place, &e->place));
    GFN_TRY(gfn_allocate("rewards of all states", e->n, sizeof(double), &e->log_reward));
    for (size_t i = 0; i < e->n; i++)
        number[order[i]] = (int32_t)i;
    for (size_t i = 0; i < e->n; i++) {
        const size_t from = (size_t)order[i];
        gfn_state_set_add(e->states, gfn_state_set_states(s->found) + from * s->width);
        e->log_reward[i] = s->log_reward[from];
        for (size_t a = 0; a < k; a++) {
            const int32_t place = s->place[from * k + a];
            e->place[i * k + a] = place < 0 ? place : number[place];
        }
    }
    return GFN_OK;
}

static gfn_status number_all(const search *s, gfn_enumeration *e)
{
    int32_t *number = NULL, *order = NULL;
    e->n = gfn_state_set_count(s->found);
    gfn_status status = gfn_allocate("numbers of states", e->n, sizeof *number, &number);
    if (status == GFN_OK)
        status = gfn_allocate("order of states", e->n, sizeof *order, &order);
    if (status == GFN_OK)
        status = order_states(s, e->n, number, order);
    if (status == GFN_OK)
        status = renumber(s, e, order, number);
    gfn_release(&number);
    gfn_release(&order);
    return status;
}

gfn_enumeration_limits gfn_enumeration_limits_of(const gfn_env *env, int64_t most)
{
    gfn_enumeration_limits limits = {.states = most};
    if (most <= 0) {
        limits.states = AUTO_EDGES / env->spec.shape.n_actions;
        limits.seconds = AUTO_SECONDS;
    }
    if (limits.states > GFN_ENV_MAX_ENUMERATED)
        limits.states = GFN_ENV_MAX_ENUMERATED;
    return limits;
}

gfn_status gfn_enumeration_init(gfn_enumeration *e, const gfn_env *env,
                                const gfn_enumeration_limits *limits)
{
    search s = {.env = env, .limits = limits, .begin = gfn_clock_seconds(), .slice = 1};
    *e = (gfn_enumeration){.n = 0};
    s.width = (size_t)env->spec.state_width;
    s.n_actions = (size_t)env->spec.shape.n_actions;
    s.chunk = s.n_actions < MOST_EDGES / CHUNK ? CHUNK : MOST_EDGES / s.n_actions;
    gfn_status status = find_all(&s);
    if (status == GFN_OK)
        status = number_all(&s, e);
    clear(&s);
    return status;
}

void gfn_enumeration_clear(gfn_enumeration *e)
{
    gfn_state_set_destroy(&e->states);
    gfn_release(&e->place);
    gfn_release(&e->log_reward);
}
