/* SPDX-License-Identifier: MIT
 *
 * The exact terminal distribution of a policy, by one sweep over the states in topological order:
 *
 *     u(s0) = 1,   u(s') = sum over edges u(s) P_F(s'|s),   p(x) = u(x) P_F(stop|x)
 *
 * and p(x) = u(x) where x has no action at all. u and p lie in one array, so that stopping is an
 * edge like any other: from u(x) to p(x). The order of the additions is that of the numbers and
 * actions, whatever the size of a chunk.
 *
 * To check by: size=2 ndim=2 and a uniform policy end in the cells (0,0) (0,1) (1,0) (1,1) with
 * probabilities 1/3, 1/6, 1/6, 1/3.
 */
#include <gfn/eval.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/sum.h"
#include "env/world.h"

/* Places that an edge does not lead to. */
enum { NO_EDGE = -1, NO_ACTION = -2 };

enum {
    CHUNK_STATES = 4096,
    CHUNK_EDGES = 1 << 18,
    MAX_KEPT_ACTIONS = 19, /* more would need more than about 100 bytes a state */
};

struct gfn_exact {
    const gfn_env *env;
    size_t n, width, n_actions;
    double log_z;
    int64_t n_modes;
    double *target; /* [n] */
    double *flow;   /* u [n], p [n] */
    int32_t *place; /* [n][n_actions] where each edge leads in `flow`; NULL: made when needed */

    /* One chunk of states, and those among them that have one action. */
    size_t chunk;
    int64_t *number;      /* [chunk] */
    int32_t *state;       /* [chunk][width] */
    uint8_t *mask;        /* [chunk][n_actions] */
    gfn_real *log_pf;     /* [chunk][n_actions] */
    int32_t *chunk_place; /* [chunk][n_actions], where `place` is NULL */
    size_t *lane;         /* [chunk] */
    int32_t *action;      /* [chunk] */
    int32_t *to;          /* [chunk][width] */
    double *log_reward;   /* [chunk] */
};

static gfn_status allocate(gfn_exact *e)
{
    const bool is_kept = e->n_actions <= MAX_KEPT_ACTIONS;
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&e->target, e->n, sizeof *e->target},
        {&e->flow, 2 * e->n, sizeof *e->flow},
        {is_kept ? &e->place : &e->chunk_place, (is_kept ? e->n : e->chunk) * e->n_actions,
         sizeof(int32_t)},
        {&e->number, e->chunk, sizeof *e->number},
        {&e->state, e->chunk * e->width, sizeof *e->state},
        {&e->mask, e->chunk * e->n_actions, 1},
        {&e->log_pf, e->chunk * e->n_actions, sizeof *e->log_pf},
        {&e->lane, e->chunk, sizeof *e->lane},
        {&e->action, e->chunk, sizeof *e->action},
        {&e->to, e->chunk * e->width, sizeof *e->to},
        {&e->log_reward, e->chunk, sizeof *e->log_reward},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_allocate("exact evaluation", arrays[i].n, arrays[i].size, arrays[i].array));
    return GFN_OK;
}

void gfn_exact_destroy(gfn_exact **exact)
{
    gfn_exact *e = *exact;
    if (e == NULL)
        return;
    void *const arrays[] = {&e->target, &e->flow,   &e->place,  &e->number,
                            &e->state,  &e->mask,   &e->log_pf, &e->chunk_place,
                            &e->lane,   &e->action, &e->to,     &e->log_reward};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(exact);
}

/* ---- the graph, chunk by chunk ---- */

/* Put the states first ... first+m-1 into e->state. */
static void load_states(gfn_exact *e, size_t first, size_t m)
{
    for (size_t i = 0; i < m; i++)
        e->number[i] = (int64_t)(first + i);
    e->env->ops->state_at(e->env->world, m, e->number, e->state);
}

/* Where the edges of one action lead. */
static void place_edges(gfn_exact *e, size_t m, int32_t action, int32_t *place)
{
    const size_t k = e->n_actions;
    size_t edges = 0;
    for (size_t i = 0; i < m; i++) {
        if (!e->mask[i * k + (size_t)action])
            continue;
        memcpy(e->to + edges * e->width, e->state + i * e->width, e->width * sizeof *e->to);
        e->action[edges] = action;
        e->lane[edges++] = i;
    }
    e->env->ops->step(e->env->world, edges, e->to, e->action);
    e->env->ops->number(e->env->world, edges, e->to, e->number);
    for (size_t j = 0; j < edges; j++)
        place[e->lane[j] * k + (size_t)action] = (int32_t)e->number[j];
}

/* place [m][n_actions] of the states first ... first+m-1, which are in e->state. */
static void place_all(gfn_exact *e, size_t first, size_t m, int32_t *place)
{
    const int32_t stop = e->env->spec.shape.stop_action, n_actions = (int32_t)e->n_actions;
    e->env->ops->allowed(e->env->world, m, e->state, e->mask);
    for (size_t i = 0; i < m * e->n_actions; i++)
        place[i] = NO_EDGE;
    for (int32_t action = 0; action < n_actions; action++)
        if (action != stop)
            place_edges(e, m, action, place);
    for (size_t i = 0; i < m; i++) {
        const uint8_t *mask = e->mask + i * e->n_actions;
        if (stop >= 0 && mask[stop])
            place[i * e->n_actions + (size_t)stop] = (int32_t)(e->n + first + i);
        if (!gfn_env_has_action(e->env, mask))
            place[i * e->n_actions] = NO_ACTION;
    }
}

/* ---- preparation ---- */

/* log R of the chunk's objects into target; -INFINITY elsewhere. e->mask is the chunk's. */
static void load_rewards(gfn_exact *e, size_t first, size_t m)
{
    size_t objects = 0;
    for (size_t i = 0; i < m; i++) {
        e->target[first + i] = -INFINITY;
        if (!gfn_env_is_object(e->env, e->mask + i * e->n_actions))
            continue;
        memcpy(e->to + objects * e->width, e->state + i * e->width, e->width * sizeof *e->to);
        e->lane[objects++] = i;
    }
    e->env->ops->log_reward(e->env->world, objects, e->to, e->log_reward);
    for (size_t j = 0; j < objects; j++)
        e->target[first + e->lane[j]] = e->log_reward[j];
}

/* Turn log R into R/Z. */
static void normalize(gfn_exact *e)
{
    double largest = -INFINITY;
    gfn_sum sum = {0, 0};
    for (size_t i = 0; i < e->n; i++)
        largest = fmax(largest, e->target[i]);
    for (size_t i = 0; i < e->n; i++) {
        e->n_modes += e->target[i] >= largest;
        e->target[i] = exp(e->target[i] - largest);
        gfn_sum_add(&sum, e->target[i]);
    }
    const double z = gfn_sum_value(&sum);
    for (size_t i = 0; i < e->n; i++)
        e->target[i] /= z;
    e->log_z = largest + log(z);
}

static size_t chunk_at(const gfn_exact *e, size_t first)
{
    return e->n - first < e->chunk ? e->n - first : e->chunk;
}

static size_t chunk_size(size_t n, size_t n_actions)
{
    size_t chunk = CHUNK_EDGES / n_actions;
    chunk = chunk < CHUNK_STATES ? chunk : CHUNK_STATES;
    return chunk < n ? chunk : n;
}

gfn_status gfn_exact_create(const gfn_env *env, gfn_exact **exact)
{
    const gfn_env_spec *spec = &env->spec;
    if (spec->n_states == 0)
        return gfn_fail(GFN_ENOSUP, "exact evaluation: the states of %s cannot be numbered",
                        env->ops->name);
    if (spec->n_states > GFN_EXACT_MAX_STATES)
        return gfn_fail(GFN_ENOSUP,
                        "exact evaluation: %s has %" PRId64 " states, at most %" PRId64
                        " can be enumerated (hint: a smaller --size or --ndim)",
                        env->ops->name, spec->n_states, GFN_EXACT_MAX_STATES);
    gfn_exact *e;
    GFN_TRY(gfn_allocate("exact evaluation", 1, sizeof *e, &e));
    e->env = env;
    e->n = (size_t)spec->n_states;
    e->width = (size_t)spec->state_width;
    e->n_actions = (size_t)spec->shape.n_actions;
    e->chunk = chunk_size(e->n, e->n_actions);
    gfn_status status = allocate(e);
    if (status != GFN_OK) {
        gfn_exact_destroy(&e);
        return status;
    }
    for (size_t first = 0; first < e->n; first += e->chunk) {
        const size_t m = chunk_at(e, first);
        load_states(e, first, m);
        place_all(e, first, m, e->place ? e->place + first * e->n_actions : e->chunk_place);
        load_rewards(e, first, m);
    }
    normalize(e);
    *exact = e;
    return GFN_OK;
}

size_t gfn_exact_n(const gfn_exact *exact)
{
    return exact->n;
}

const double *gfn_exact_target(const gfn_exact *exact)
{
    return exact->target;
}

double gfn_exact_log_z(const gfn_exact *exact)
{
    return exact->log_z;
}

int64_t gfn_exact_n_modes(const gfn_exact *exact)
{
    return exact->n_modes;
}

/* ---- the sweep ---- */

/* Push the flow of the states first ... first+m-1 along their edges. */
static void push(gfn_exact *e, size_t first, size_t m, const int32_t *place)
{
    const size_t n_actions = e->n_actions;
    double *restrict flow = e->flow;
    for (size_t i = 0; i < m; i++) {
        const double u = flow[first + i];
        const int32_t *to = place + i * n_actions;
        const gfn_real *log_pf = e->log_pf + i * n_actions;
        if (u == 0) /* never reached: what the policy would do there does not matter */
            continue;
        if (to[0] == NO_ACTION) {
            flow[e->n + first + i] = u;
            continue;
        }
        for (size_t a = 0; a < n_actions; a++)
            if (to[a] != NO_EDGE)
                flow[to[a]] += u * exp((double)log_pf[a]);
    }
}

static gfn_status check_sum(const gfn_exact *e)
{
    gfn_sum sum = {0, 0};
    for (size_t i = 0; i < e->n; i++)
        gfn_sum_add(&sum, e->flow[e->n + i]);
    const double total = gfn_sum_value(&sum);
    /* A row of float probabilities adds up to 1 within 1e-7, and rows follow each other. */
    const double tolerance = 1e-3 + 1e-7 * (double)e->env->spec.max_steps;
    if (!(fabs(total - 1) <= tolerance))
        return gfn_fail(GFN_ENUMERIC,
                        "exact evaluation: the probabilities of all objects of %s add up to %g, "
                        "expected 1 (hint: log P_F is normalized over the allowed actions?)",
                        e->env->ops->name, total);
    return GFN_OK;
}

gfn_status gfn_exact_run(gfn_exact *exact, gfn_policy_function policy, void *self, const double **p)
{
    gfn_exact *e = exact;
    memset(e->flow, 0, 2 * e->n * sizeof *e->flow);
    e->flow[0] = 1; /* the start: it has no parents, so it comes first */
    for (size_t first = 0; first < e->n; first += e->chunk) {
        const size_t m = chunk_at(e, first);
        load_states(e, first, m);
        GFN_TRY(policy(self, m, e->state, e->log_pf));
        if (e->place == NULL)
            place_all(e, first, m, e->chunk_place);
        push(e, first, m, e->place ? e->place + first * e->n_actions : e->chunk_place);
    }
    GFN_TRY(check_sum(e));
    *p = e->flow + e->n;
    return GFN_OK;
}
