/* SPDX-License-Identifier: MIT
 *
 * Orders of items with the weight exp(-beta cost), by sums over subsets (Held and Karp 1962, doi
 * 10.1137/0110015, with sums instead of minima). After the items of a set S, the last one j,
 *
 *     tail(S, j) = log of the sum over k not in S of exp(step(S, j, k) + tail(S + k, k))
 *
 * is the log of the weights of all ways to go on; step is -beta times what k costs: the way from j,
 * or the weight of k times the time of S and k, for which j does not matter. All is kept as logs,
 * because costs may be of any size. Tours are cut at item 0, and each counts n times.
 *
 * With equal costs c of the n ways of a tour, log Z = log n! - beta n c.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "envs/permutation.h"

/* MAX_ITEMS of the subsets: 168 MB and some seconds. */
enum { MAX_ITEMS = 20 };

struct solution {
    const gfn_permutation *order;
    double beta;
    int m;        /* items of the subsets */
    int first;    /* the item that is number 0 among them: 1 if tours are cut at item 0 */
    double *tail; /* [2^m][m] */
    double log_z;
};

/* What can follow (S, j). */
struct choices {
    int n;
    int item[GFN_PERMUTATION_MAX];
    double log_weight[GFN_PERMUTATION_MAX]; /* of all orders that go on so */
    double largest;
};

static bool is_tour(const struct solution *s)
{
    return s->order->kind == GFN_ORDER_TOUR;
}

/* Time of the items of a set. */
static double time_of(const struct solution *s, uint32_t set)
{
    double time = 0;
    for (int k = 0; s->order->kind == GFN_ORDER_COMPLETION && k < s->m; k++)
        time += set >> k & 1 ? s->order->cost[2 * k] : 0;
    return time;
}

/* Cost of k after j; j < 0: at the beginning. time: of the items before. */
static double step_cost(const struct solution *s, double time, int j, int k)
{
    const gfn_permutation *order = s->order;
    if (order->kind == GFN_ORDER_COMPLETION)
        return order->cost[2 * k + 1] * (time + order->cost[2 * k]);
    if (j < 0)
        return is_tour(s) ? order->cost[k + s->first] : 0;
    return order->cost[(j + s->first) * order->n + k + s->first];
}

static void find_choices(const struct solution *s, uint32_t set, double time, int j,
                         struct choices *c)
{
    c->n = 0;
    c->largest = -INFINITY;
    for (int k = 0; k < s->m; k++) {
        if (set >> k & 1)
            continue;
        const size_t next = (size_t)(set | UINT32_C(1) << k) * (size_t)s->m + (size_t)k;
        const double log_weight = -s->beta * step_cost(s, time, j, k) + s->tail[next];
        c->item[c->n] = k;
        c->log_weight[c->n++] = log_weight;
        c->largest = fmax(c->largest, log_weight);
    }
}

/* Make the weights relative to the largest; returns their sum. */
static double sum_choices(struct choices *c)
{
    double sum = 0;
    for (int i = 0; i < c->n; i++)
        sum += c->log_weight[i] = exp(c->log_weight[i] - c->largest);
    return sum;
}

static double log_sum(const struct solution *s, uint32_t set, double time, int j)
{
    struct choices c;
    find_choices(s, set, time, j, &c);
    return c.largest + log(sum_choices(&c));
}

static void fill_tails(struct solution *s)
{
    const uint32_t all = (UINT32_C(1) << s->m) - 1;
    for (uint32_t set = all; set > 0; set--) {
        const double time = time_of(s, set);
        double *tail = s->tail + (size_t)set * (size_t)s->m;
        for (int j = 0; j < s->m; j++) {
            if (!(set >> j & 1))
                continue;
            if (set < all)
                tail[j] = log_sum(s, set, time, j);
            else
                tail[j] = is_tour(s) ? -s->beta * s->order->cost[(j + 1) * s->order->n] : 0;
        }
    }
    s->log_z = log_sum(s, 0, 0, -1) + (is_tour(s) ? log(s->order->n) : 0);
}

static void destroy(void *solution)
{
    struct solution *s = solution;
    gfn_release(&s->tail);
    gfn_release(&s);
}

static gfn_status create(const void *world, double beta, void **solution)
{
    const gfn_permutation *order = world;
    const int first = order->kind == GFN_ORDER_TOUR;
    struct solution *s;
    if (order->cost == NULL)
        return gfn_fail(GFN_ENOSUP, "permutation: rewards come from outside, and their sum is not "
                                    "known (hint: --cost FILE)");
    if (order->n - first > MAX_ITEMS)
        return gfn_fail(GFN_ENOSUP,
                        "permutation: sums over the subsets of %d items take too much memory, "
                        "expected at most %d items (hint: without exact values, bounds remain)",
                        (int)order->n, MAX_ITEMS + first);
    GFN_TRY(gfn_allocate("permutation", 1, sizeof *s, &s));
    *s = (struct solution){
        .order = order, .beta = beta, .m = order->n - first, .first = first, .tail = NULL};
    const size_t tails = ((size_t)1 << s->m) * (size_t)s->m;
    const gfn_status status = gfn_allocate("permutation", tails, sizeof(double), &s->tail);
    if (status != GFN_OK) {
        destroy(s);
        return status;
    }
    fill_tails(s);
    *solution = s;
    return GFN_OK;
}

static double log_z(const void *solution)
{
    const struct solution *s = solution;
    return s->log_z;
}

/* ---- drawing ---- */

/* The first choice whose cumulative weight exceeds the share u of all, or the last one. */
static int choose(struct choices *c, double u)
{
    double rest = u * sum_choices(c);
    int i = 0;
    while (i + 1 < c->n && rest >= c->log_weight[i])
        rest -= c->log_weight[i++];
    return c->item[i];
}

static void draw_order(const struct solution *s, const gfn_stream *stream, int64_t object,
                       int32_t *item)
{
    const int n = s->order->n;
    int at = 0, j = -1;
    if (is_tour(s)) { /* any place may be the first of a tour */
        at = (int)(gfn_random_unit(stream, (uint64_t)object, GFN_PERMUTATION_MAX) * n);
        item[at] = 0;
        at++;
    }
    uint32_t set = 0;
    for (int i = 0; i < s->m; i++, at++) {
        struct choices c;
        find_choices(s, set, time_of(s, set), j, &c);
        j = choose(&c, gfn_random_unit(stream, (uint64_t)object, (uint32_t)i));
        set |= UINT32_C(1) << j;
        item[at % n] = j + s->first;
    }
}

static void draw(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state)
{
    const struct solution *s = solution;
    for (size_t i = 0; i < n; i++)
        draw_order(s, stream, first + (int64_t)i, state + i * (size_t)s->order->n);
}

/* ---- marginals ---- */

/* Sums over the orders, with items of the world; of a tour, from its cut on. */
struct pairs {
    double at_once[GFN_PERMUTATION_MAX][GFN_PERMUTATION_MAX]; /* P(second follows first at once) */
    double later[GFN_PERMUTATION_MAX][GFN_PERMUTATION_MAX];   /* P(second follows first) */
    double place[GFN_PERMUTATION_MAX];                        /* mean place of an item, from 0 on */
};

/* From the probability p of (S, j), add what can follow to reached [2^m][m]. */
static void go_on(const struct solution *s, uint32_t set, int j, double p, double *reached,
                  struct pairs *pairs)
{
    struct choices c;
    find_choices(s, set, time_of(s, set), j, &c);
    const double sum = sum_choices(&c);
    for (int i = 0; i < c.n; i++) {
        const int k = c.item[i];
        const double flow = p * c.log_weight[i] / sum;
        reached[(size_t)(set | UINT32_C(1) << k) * (size_t)s->m + (size_t)k] += flow;
        if (j + s->first >= 0)
            pairs->at_once[j + s->first][k + s->first] += flow;
    }
}

/* Add (S, j), which is reached with probability p, to the sums. */
static void add_pairs(const struct solution *s, uint32_t set, int j, double p, struct pairs *pairs)
{
    const int item = j + s->first;
    pairs->place[item] += p * (__builtin_popcount(set) - 1 + s->first);
    for (int k = 0; k < s->m; k++)
        if (k != j && set >> k & 1)
            pairs->later[k + s->first][item] += p;
}

static void fill_pairs(const struct solution *s, double *reached, struct pairs *pairs)
{
    const uint32_t all = (UINT32_C(1) << s->m) - 1;
    go_on(s, 0, -1, 1, reached, pairs);
    for (uint32_t set = 1; set <= all; set++)
        for (int j = 0; j < s->m; j++) {
            const double p = reached[(size_t)set * (size_t)s->m + (size_t)j];
            if (p == 0)
                continue;
            add_pairs(s, set, j, p, pairs);
            if (set < all)
                go_on(s, set, j, p, reached, pairs);
            else if (is_tour(s))
                pairs->at_once[j + 1][0] += p;
        }
    for (int k = 1; is_tour(s) && k < s->order->n; k++)
        pairs->later[0][k] = 1;
}

/* A tour begins at each of its n places with the same probability. If b follows a after the cut, at
 * distance d, it follows in all but d of these orders; otherwise in d of them, at distance -d. */
static double later_of(const struct solution *s, const struct pairs *pairs, int a, int b)
{
    const double distance = pairs->place[b] - pairs->place[a];
    return pairs->later[a][b] - (is_tour(s) ? distance / s->order->n : 0);
}

static void find_marginals(const void *solution, double *value)
{
    const struct solution *s = solution;
    const int32_t n = s->order->n;
    const size_t values = (size_t)n * (size_t)(n - 1) * GFN_ORDER_COLUMNS;
    const size_t states = ((size_t)1 << s->m) * (size_t)s->m;
    double *reached;
    struct pairs pairs = {.place = {0}};
    for (size_t i = 0; i < values; i++)
        value[i] = NAN;
    if (gfn_allocate("permutation", states, sizeof *reached, &reached) != GFN_OK)
        return;
    fill_pairs(s, reached, &pairs);
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = 0; b < n; b++) {
            if (a == b)
                continue;
            double *pair = value + GFN_ORDER_COLUMNS * gfn_permutation_pair(n, a, b);
            pair[GFN_ORDER_AT_ONCE] = pairs.at_once[a][b];
            pair[GFN_ORDER_LATER] = later_of(s, &pairs, a, b);
        }
    gfn_release(&reached);
}

const gfn_env_solver gfn_permutation_solver = {
    .size = sizeof(gfn_env_solver),
    .create = create,
    .destroy = destroy,
    .log_z = log_z,
    .draw = draw,
    .marginals = find_marginals,
};
