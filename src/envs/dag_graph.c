/* SPDX-License-Identifier: MIT
 *
 * What a graph says of its variables: ancestors, Markov blankets, the Markov equivalence class.
 *
 * Two graphs are equivalent if they have the same edges, without direction, and the same colliders
 * a -> b <- c whose a and c are not adjacent. A class is one essential graph: edges that have the
 * same direction in all its graphs are arrows, the others are lines. It is found from any of its
 * graphs by turning arrows that are not strongly protected into lines until all are (Andersson,
 * Madigan and Perlman 1997, Annals of Statistics 25).
 *
 * To check by: graphs of 3, 4 and 5 variables have 11, 185 and 8782 classes (OEIS A007984).
 */
#include "envs/dag.h"

#include "base/format.h"

static bool has(uint32_t set, int i)
{
    return set >> i & 1;
}

/* By Warshall: a path through k leads on from k. */
void gfn_dag_find_ancestors(int d, const int32_t *graph, uint32_t *ancestors)
{
    for (int j = 0; j < d; j++)
        ancestors[j] = (uint32_t)graph[j];
    for (int k = 0; k < d; k++)
        for (int j = 0; ancestors[k] != 0 && j < d; j++)
            ancestors[j] |= ancestors[k] & -(ancestors[j] >> k & 1);
}

void gfn_dag_find_blankets(int d, const int32_t *graph, uint32_t *blanket)
{
    for (int j = 0; j < d; j++)
        blanket[j] = (uint32_t)graph[j];
    for (int j = 0; j < d; j++)
        for (int i = 0; i < d; i++)
            if (has((uint32_t)graph[j], i))
                blanket[i] |= (uint32_t)graph[j] | (uint32_t)1 << j;
    for (int j = 0; j < d; j++)
        blanket[j] &= ~((uint32_t)1 << j);
}

/* ---- classes ---- */

/* Adjacent variables of each, by the kind of the edge. */
typedef struct mixed {
    uint32_t from[GFN_DAG_MOST], to[GFN_DAG_MOST]; /* arrows */
    uint32_t line[GFN_DAG_MOST];
    uint32_t any[GFN_DAG_MOST];
} mixed;

static void draw_edges(mixed *g, int d, const int32_t *graph)
{
    *g = (mixed){.from = {0}};
    for (int j = 0; j < d; j++)
        for (int i = 0; i < d; i++)
            if (has((uint32_t)graph[j], i)) {
                g->from[j] |= (uint32_t)1 << i;
                g->to[i] |= (uint32_t)1 << j;
                g->any[j] |= (uint32_t)1 << i;
                g->any[i] |= (uint32_t)1 << j;
            }
}

static bool has_apart(const mixed *g, uint32_t set)
{
    for (uint32_t rest = set; rest != 0; rest &= rest - 1)
        if (rest & (rest - 1) & ~g->any[__builtin_ctz(rest)])
            return true;
    return false;
}

/* Whether a -> b is part of one of: c -> a -> b, and a -> b <- c, where c is not adjacent to the
 * other; a -> c -> b; a - c -> b <- e - a where c and e are not adjacent. */
static bool is_protected(const mixed *g, int a, int b)
{
    const uint32_t self = (uint32_t)1 << a;
    return (g->from[a] & ~g->any[b]) || (g->from[b] & ~self & ~g->any[a]) ||
           (g->to[a] & g->from[b]) || has_apart(g, g->line[a] & g->from[b]);
}

/* Turn the arrows that are not protected now into lines; returns whether there were any. */
static bool relax(mixed *g, int d)
{
    uint32_t loose[GFN_DAG_MOST], any = 0;
    for (int b = 0; b < d; b++) {
        loose[b] = 0;
        for (int a = 0; a < d; a++)
            if (has(g->from[b], a) && !is_protected(g, a, b))
                loose[b] |= (uint32_t)1 << a;
        any |= loose[b];
    }
    for (int b = 0; b < d; b++)
        for (int a = 0; a < d; a++)
            if (has(loose[b], a)) {
                g->from[b] &= ~((uint32_t)1 << a);
                g->to[a] &= ~((uint32_t)1 << b);
                g->line[a] |= (uint32_t)1 << b;
                g->line[b] |= (uint32_t)1 << a;
            }
    return any != 0;
}

void gfn_dag_find_class(const void *world, const int32_t *graph, int32_t *words)
{
    const gfn_dag *dag = world;
    mixed g;
    draw_edges(&g, dag->d, graph);
    while (relax(&g, dag->d))
        continue;
    for (int j = 0; j < dag->d; j++)
        words[j] = (int32_t)(g.from[j] | g.line[j]);
}

/* ---- marginals ---- */

static int64_t count(const void *world)
{
    const gfn_dag *dag = world;
    return dag->d * (dag->d - 1);
}

/* The two variables of a row; they differ. */
static void find_pair(int d, int64_t row, int *from, int *to)
{
    *from = (int)(row / (d - 1));
    *to = (int)(row % (d - 1));
    *to += *to >= *from;
}

static void key(const void *world, int64_t row, char *text, size_t size)
{
    const gfn_dag *dag = world;
    int from, to;
    find_pair(dag->d, row, &from, &to);
    gfn_format(text, size, "%s,%s", dag->name[from], dag->name[to]);
}

static void find(const void *world, size_t n, const int32_t *state, double *value)
{
    const gfn_dag *dag = world;
    const int d = dag->d;
    uint32_t ancestors[GFN_DAG_MOST], blanket[GFN_DAG_MOST];
    for (size_t lane = 0; lane < n; lane++, state += d) {
        gfn_dag_find_ancestors(d, state, ancestors);
        gfn_dag_find_blankets(d, state, blanket);
        for (int from = 0; from < d; from++)
            for (int to = 0; to < d; to++)
                if (from != to) {
                    *value++ = has((uint32_t)state[to], from);
                    *value++ = has(ancestors[to], from);
                    *value++ = has(blanket[to], from);
                }
    }
}

static void map_lines(const void *world, int64_t lines[2])
{
    const gfn_dag *dag = world;
    lines[0] = lines[1] = dag->d;
}

static void cell(const void *world, int64_t row, int64_t cell[2])
{
    const gfn_dag *dag = world;
    int from, to;
    find_pair(dag->d, row, &from, &to);
    cell[0] = from;
    cell[1] = to;
}

static void label(const void *world, int axis, int64_t line, char *text, size_t size)
{
    (void)axis;
    gfn_dag_write_name(world, (int)line, text, size);
}

const gfn_env_marginals gfn_dag_marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "edges",
    .keys = "from,to",
    .columns = "edge,path,markov_blanket",
    .count = count,
    .key = key,
    .find = find,
    .map_lines = map_lines,
    .axes = "from,to",
    .cell = cell,
    .label = label,
};
