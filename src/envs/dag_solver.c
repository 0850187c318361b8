/* SPDX-License-Identifier: MIT
 *
 * The solver of graphs: log Z, and independent draws, from the sums of dag_layers.c. A graph is
 * drawn layer by layer, and the parents of each variable when its layer is known.
 */
#include "envs/dag_solver.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static void destroy(void *solution)
{
    gfn_dag_solution *s = solution;
    gfn_dag_layers_clear(&s->layers);
    gfn_release(&s);
}

static gfn_status create(const void *world, double beta, void **solution)
{
    const gfn_dag *dag = world;
    if (dag->d > GFN_DAG_MOST_TABLE)
        return gfn_fail(GFN_ENOSUP,
                        "dag: expected at most %d variables for sums over all graphs, found %d",
                        GFN_DAG_MOST_TABLE, dag->d);
    gfn_dag_solution *made;
    GFN_TRY(gfn_allocate("solution", 1, sizeof *made, &made));
    made->dag = dag;
    made->beta = beta;
    const gfn_status status = gfn_dag_layers_init(&made->layers, &dag->scores, beta);
    if (status != GFN_OK) {
        destroy(made);
        return status;
    }
    made->log_weight = gfn_dag_layers_weigh(&made->layers, gfn_dag_all(dag->d), 0);
    *solution = made;
    return GFN_OK;
}

static double log_z(const void *solution)
{
    const gfn_dag_solution *s = solution;
    return s->log_weight + s->layers.shift;
}

/* ---- draws ---- */

/* The random numbers of one object. */
typedef struct randoms {
    const gfn_stream *stream;
    uint64_t object;
    uint32_t block;
} randoms;

/* In (0, 1), of 53 bits. */
static double next(randoms *r)
{
    uint32_t w[4];
    gfn_random_words(r->stream, r->object, r->block++, w);
    return ((double)(w[0] >> 5) * 0x1p26 + (double)(w[1] >> 6) + 0.5) * 0x1p-53;
}

/* A layer, as an index, after which a set is built. l->x is scratch. */
static size_t draw_layer(gfn_dag_layers *l, int k, const double *b, double u)
{
    double sum = 0;
    size_t m = 1, last = 0;
    l->x[0] = 1;
    for (int i = 0; i < k; i++)
        for (size_t n = 0; n < (size_t)1 << i; n++)
            l->x[((size_t)1 << i) + n] = l->x[n] * b[i];
    for (m = 1; m < (size_t)1 << k; m++)
        sum += l->x[m] *= l->c[m];
    u *= sum;
    for (m = 1; m < (size_t)1 << k; m++) {
        last = l->x[m] > 0 ? m : last;
        u -= l->x[m];
        if (u < 0 && l->x[m] > 0)
            break;
    }
    return last;
}

/* Parents of variable j in the built set, one of them in the last layer. */
static uint32_t draw_parents(const gfn_dag_layers *l, int j, uint32_t built, uint32_t last,
                             double u)
{
    const double *log_w = l->log_w + ((size_t)j << (l->d - 1));
    const double log_a = gfn_dag_layers_log_a(l, built, j);
    double share, negligible = -INFINITY;
    uint32_t best = 0;
    gfn_dag_layers_shares(l, built, last, 1, &j, &share);
    u *= share;
    for (uint32_t set = built & -built; set != 0; set = gfn_dag_layers_next(set, built)) {
        const double x = log_w[gfn_dag_without(j, set)] - log_a;
        if (!(set & last) || x < negligible)
            continue;
        if (best == 0)
            negligible = log(share) - 50;
        best = set;
        u -= exp(x);
        if (u < 0)
            break;
    }
    return best;
}

static void draw_graph(gfn_dag_layers *l, randoms *r, int32_t *graph)
{
    const uint32_t all = gfn_dag_all(l->d);
    int j[GFN_DAG_MOST_TABLE];
    double b[GFN_DAG_MOST_TABLE];
    uint32_t built = 0, last = 0;
    memset(graph, 0, (size_t)l->d * sizeof *graph);
    while (built != all) {
        gfn_dag_layers_follow(l, all, 0, built, j);
        const int k = __builtin_popcount(all & ~built);
        gfn_dag_layers_shares(l, built, last, k, j, b);
        const size_t index = draw_layer(l, k, b, next(r));
        uint32_t layer = 0;
        for (int i = 0; i < k; i++) {
            if (!(index >> i & 1))
                continue;
            layer |= (uint32_t)1 << j[i];
            if (built != 0)
                graph[j[i]] = (int32_t)draw_parents(l, j[i], built, last, next(r));
        }
        built |= last = layer;
    }
}

/* Several threads may draw from one solution: each has its own scratch. */
static void draw(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state)
{
    const gfn_dag_solution *s = solution;
    const size_t sets = (size_t)1 << s->layers.d;
    gfn_dag_layers own = s->layers;
    own.c = own.x = NULL;
    if (gfn_allocate("draws", sets, sizeof *own.c, &own.c) != GFN_OK ||
        gfn_allocate("draws", sets, sizeof *own.x, &own.x) != GFN_OK) {
        gfn_env_fail(s->dag, NULL, "%s", gfn_error_message());
        n = 0;
    }
    for (size_t i = 0; i < n; i++) {
        randoms r = {.stream = stream, .object = (uint64_t)first + i};
        draw_graph(&own, &r, state + i * (size_t)own.d);
    }
    gfn_release(&own.c);
    gfn_release(&own.x);
}

const gfn_env_solver gfn_dag_solver = {
    .size = sizeof(gfn_env_solver),
    .create = create,
    .destroy = destroy,
    .log_z = log_z,
    .draw = draw,
    .marginals = gfn_dag_posterior,
};
