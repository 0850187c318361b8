/* SPDX-License-Identifier: MIT
 *
 * The exact terminal distribution of a policy, by one pass over the states in topological order:
 *
 *     u(s0) = 1,   u(s') = sum over edges u(s) P_F(s'|s),   p(x) = u(x) P_F(stop|x)
 *
 * and p(x) = u(x) if x has no action at all. Once the flow u(s) of a state has been pushed along
 * its edges it is no longer needed, and p(s) replaces it: stopping is an edge from a state to
 * itself. The order of the additions is that of the numbers and actions, for any size of a chunk.
 *
 * The ends of edges are not stored, unless the library has enumerated the states. If every action
 * adds a constant to the number of a state, as in a grid (spec.has_constant_deltas), one array of
 * these constants is enough. In other environments the ends are computed again for each chunk of
 * every run.
 *
 * To check by: size=2 ndim=2 and a uniform policy end in the cells (0,0) (0,1) (1,0) (1,1) with
 * probabilities 1/3, 1/6, 1/6, 1/3.
 */
#include "eval/exact.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/sum.h"
#include "eval/edges.h"
#include "eval/state_loop.h"
#include "eval/target.h"

enum { CHUNK_STATES = 4096, CHUNK_EDGES = 1 << 18 };

struct gfn_exact {
    const gfn_env *env;
    int threads;
    size_t n, width, n_actions;
    gfn_target target;
    gfn_sum sum;
    double *flow;            /* [n] u, and p of the states that have been pushed */
    size_t next;             /* the state to be pushed next */
    gfn_edge_table **tables; /* [threads] */
    int64_t *number_delta;   /* [n_actions] what an action adds to a number; NULL: not constant */

    /* A chunk of states, which begins at e->next. */
    size_t chunk;
    int32_t *place;   /* [chunk][n_actions] ends of edges, if there is no number_delta */
    int32_t *state;   /* [chunk][width]; this and the next three: for gfn_exact_run() */
    uint8_t *mask;    /* [chunk][n_actions] */
    gfn_real *log_pf; /* [chunk][n_actions] */
    double *edges;    /* [chunk][n_actions] */
};

int64_t gfn_exact_bytes(int64_t n_states)
{
    return (int64_t)(2 * sizeof(double) + sizeof(int64_t)) * n_states; /* target, flow, counts */
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- creation ---- */

static gfn_status allocate(gfn_exact *e)
{
    const size_t edges = e->chunk * e->n_actions;
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&e->flow, e->n, sizeof *e->flow},
        {&e->tables, (size_t)e->threads, sizeof *e->tables},
        {&e->place, edges, sizeof *e->place},
        {&e->state, e->chunk * e->width, sizeof *e->state},
        {&e->mask, edges, 1},
        {&e->log_pf, edges, sizeof *e->log_pf},
        {&e->edges, edges, sizeof *e->edges},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_allocate("exact evaluation", arrays[i].n, arrays[i].size, arrays[i].array));
    for (int t = 0; t < e->threads; t++)
        GFN_TRY(gfn_edge_table_create(e->env, &e->tables[t]));
    return GFN_OK;
}

void gfn_exact_destroy(gfn_exact **exact)
{
    gfn_exact *e = *exact;
    if (e == NULL)
        return;
    for (int t = 0; e->tables && t < e->threads; t++)
        gfn_edge_table_destroy(&e->tables[t]);
    void *const arrays[] = {&e->flow,  &e->tables, &e->number_delta, &e->place,
                            &e->state, &e->mask,   &e->log_pf,       &e->edges};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_target_clear(&e->target);
    gfn_release(exact);
}

/* The initial state, number 0, allows all actions. */
static gfn_status find_number_deltas(gfn_exact *e)
{
    if (!e->env->spec.has_constant_deltas)
        return GFN_OK;
    GFN_TRY(
        gfn_allocate("exact evaluation", e->n_actions, sizeof *e->number_delta, &e->number_delta));
    gfn_edge_table *table = e->tables[0];
    if (!gfn_edge_table_load(table, 0, 1) || !gfn_edge_table_place(table, 0, 1, e->place))
        return gfn_env_failure(e->env);
    for (size_t a = 0; a < e->n_actions; a++)
        e->number_delta[a] = e->place[a] > 0 ? e->place[a] : 0;
    return GFN_OK;
}

static gfn_status check(const gfn_env *env)
{
    const gfn_env_spec *spec = &env->spec;
    if (spec->n_states == 0)
        return gfn_fail(GFN_ENOSUP, "exact evaluation: the states of %s cannot be numbered",
                        env->ops->name);
    if (spec->n_states > GFN_EXACT_MAX_STATES)
        return gfn_fail(GFN_ENOSUP,
                        "exact evaluation: %s has %" PRId64 " states, at most %" PRId64
                        " can be evaluated (hint: a smaller --size or --ndim)",
                        env->ops->name, spec->n_states, GFN_EXACT_MAX_STATES);
    return GFN_OK;
}

gfn_status gfn_exact_create(const gfn_env *env, int threads, gfn_exact **exact)
{
    gfn_exact *e;
    GFN_TRY(check(env));
    GFN_TRY(gfn_allocate("exact evaluation", 1, sizeof *e, &e));
    e->env = env;
    e->threads = threads;
    e->n = (size_t)env->spec.n_states;
    e->width = (size_t)env->spec.state_width;
    e->n_actions = (size_t)env->spec.shape.n_actions;
    e->chunk = smaller(e->n, smaller(CHUNK_STATES, CHUNK_EDGES / e->n_actions));
    gfn_status status = allocate(e);
    if (status == GFN_OK)
        status = find_number_deltas(e);
    if (status == GFN_OK)
        status = gfn_target_create(env, threads, &e->target);
    if (status != GFN_OK)
        gfn_exact_destroy(&e);
    else
        *exact = e;
    return status;
}

size_t gfn_exact_n(const gfn_exact *exact)
{
    return exact->n;
}

const double *gfn_exact_target(const gfn_exact *exact)
{
    return exact->target.q;
}

double gfn_exact_log_z(const gfn_exact *exact)
{
    return exact->target.log_z;
}

double gfn_exact_max_log_reward(const gfn_exact *exact)
{
    return exact->target.max_log_reward;
}

int64_t gfn_exact_n_modes(const gfn_exact *exact)
{
    return exact->target.n_modes;
}

int64_t gfn_exact_n_mode_regions(const gfn_exact *exact)
{
    return exact->target.n_regions;
}

/* ---- the pass ---- */

void gfn_exact_begin(gfn_exact *e)
{
    memset(e->flow, 0, e->n * sizeof *e->flow);
    e->flow[0] = 1; /* the initial state: it has no parents, so it comes first */
    e->next = 0;
}

/* States that are never reached are skipped: there the policy may return anything, also NaN. */
static void push_by_delta(gfn_exact *e, size_t n, const double *edges)
{
    const size_t k = e->n_actions, last = e->n - 1;
    const int64_t *delta = e->number_delta;
    double *flow = e->flow;
    for (size_t s = e->next; s < e->next + n; s++, edges += k) {
        const double u = flow[s];
        if (u == 0)
            continue;
        flow[s] = 0;
        for (size_t a = 0; a < k; a++) /* adds 0 if the edge would leave the grid */
            flow[smaller(s + (size_t)delta[a], last)] += u * edges[a];
    }
}

static void push_by_place(gfn_exact *e, size_t n, const int32_t *place, const double *edges)
{
    const size_t k = e->n_actions;
    double *flow = e->flow;
    for (size_t s = e->next; s < e->next + n; s++, edges += k, place += k) {
        const double u = flow[s];
        if (u == 0 || place[0] == GFN_NO_ACTION) /* there p(x) = u(x) */
            continue;
        flow[s] = 0;
        for (size_t a = 0; a < k; a++)
            if (place[a] != GFN_NO_EDGE)
                flow[place[a]] += u * edges[a];
    }
}

/* A task is the part of a chunk that fits into the edge table of a thread. */
typedef struct part {
    gfn_exact *exact;
    gfn_edge_table *table;
    size_t at, n; /* states of the chunk */
} part;

typedef struct job {
    gfn_exact *exact;
    size_t n; /* states of the chunk */
    void (*work)(const part *p);
} job;

static void task(void *self, size_t index, int thread)
{
    const job *j = self;
    part p = {.exact = j->exact, .table = j->exact->tables[thread]};
    p.at = index * p.table->room;
    p.n = smaller(j->n - p.at, p.table->room);
    j->work(&p);
}

static void work_on_chunk(gfn_exact *e, size_t n, void (*work)(const part *p))
{
    const size_t room = e->tables[0]->room;
    gfn_parallel_for(e->threads, (n + room - 1) / room, task, &(job){e, n, work});
}

static void place_edges(const part *p)
{
    const gfn_exact *e = p->exact;
    const size_t first = e->next + p->at;
    if (gfn_edge_table_load(p->table, first, p->n))
        gfn_edge_table_place(p->table, first, p->n, e->place + p->at * e->n_actions);
}

/* The ends of the edges of the next n states. */
static const int32_t *find_places(gfn_exact *e, size_t n)
{
    const gfn_enumeration *all = gfn_env_enumeration(e->env);
    if (all && all->place)
        return all->place + e->next * e->n_actions;
    work_on_chunk(e, n, place_edges);
    return e->place;
}

void gfn_exact_push(gfn_exact *e, size_t n, const double *edges)
{
    for (size_t m; n > 0; n -= m, e->next += m, edges += m * e->n_actions) {
        m = e->number_delta ? n : smaller(n, e->chunk);
        if (e->number_delta) {
            push_by_delta(e, m, edges);
            continue;
        }
        const int32_t *place = find_places(e, m);
        if (!gfn_env_end_calls(e->env)) /* gfn_exact_end() returns the failure */
            return;
        push_by_place(e, m, place, edges);
    }
}

static void add_flows(void *self, size_t first, size_t n, int thread, void *sum)
{
    (void)thread;
    const gfn_exact *e = self;
    for (size_t i = first; i < first + n; i++)
        gfn_sum_add(sum, e->flow[i]);
}

static void join_sums(void *self, const void *sum)
{
    gfn_exact *e = self;
    gfn_sum_join(&e->sum, sum);
}

gfn_status gfn_exact_end(gfn_exact *e, const double **p)
{
    GFN_TRY(gfn_env_failure(e->env));
    e->sum = (gfn_sum){0, 0};
    gfn_state_loop_run(e->threads, e->n, &(gfn_state_loop){add_flows, join_sums, e});
    const double total = gfn_sum_value(&e->sum), tolerance = 1e-6;
    if (!(fabs(total - 1) <= tolerance))
        return gfn_fail(GFN_ENUMERIC,
                        "exact evaluation: the probabilities of all objects of %s add up to %g, "
                        "expected 1 (hint: normalize log P_F over the allowed actions)",
                        e->env->ops->name, total);
    *p = e->flow;
    return GFN_OK;
}

/* ---- with a policy ---- */

void gfn_edges_find(size_t n, size_t n_actions, const uint8_t *mask, const gfn_real *log_pf,
                    double *edges)
{
    const double nearly = 5e-4; /* far above the rounding of a row of floats */
    for (size_t at = 0; at < n * n_actions; at += n_actions) {
        double sum = 0;
        for (size_t a = at; a < at + n_actions; a++) {
            edges[a] = mask[a] ? exp((double)log_pf[a]) : 0;
            sum += edges[a];
        }
        for (size_t a = at; fabs(sum - 1) < nearly && a < at + n_actions; a++)
            edges[a] /= sum;
    }
}

static void load_states(const part *p)
{
    const gfn_exact *e = p->exact;
    if (!gfn_edge_table_load(p->table, e->next + p->at, p->n))
        return;
    memcpy(e->state + p->at * e->width, p->table->state, p->n * e->width * sizeof *e->state);
    memcpy(e->mask + p->at * e->n_actions, p->table->mask, p->n * e->n_actions);
}

static void find_edges(const part *p)
{
    const gfn_exact *e = p->exact;
    const size_t at = p->at * e->n_actions;
    gfn_edges_find(p->n, e->n_actions, e->mask + at, e->log_pf + at, e->edges + at);
}

gfn_status gfn_exact_run(gfn_exact *exact, gfn_policy_function policy, void *self, const double **p)
{
    gfn_exact *e = exact;
    gfn_exact_begin(e);
    while (e->next < e->n) {
        const size_t m = smaller(e->n - e->next, e->chunk);
        work_on_chunk(e, m, load_states);
        GFN_TRY(gfn_env_failure(e->env));
        GFN_TRY(policy(self, m, e->state, e->log_pf));
        work_on_chunk(e, m, find_edges);
        gfn_exact_push(e, m, e->edges);
    }
    return gfn_exact_end(e, p);
}
