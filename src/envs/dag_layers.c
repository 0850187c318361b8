/* SPDX-License-Identifier: MIT
 *
 * The sum over all directed acyclic graphs of products of weights w_j(parents of j), by layers
 * (Kuipers and Moffa 2017, arXiv:1504.05006). Every term is positive, so no digits cancel, as they
 * do in the sums over sinks by inclusion and exclusion. If U is built and L is its last layer,
 *
 *     K(U, L) = sum over layers M of  K(U and M, M) prod over j in M of B_j(U, L),  K(all, L) = 1
 *     B_j(U, L) = A_j(U) - A_j(U without L),  A_j(S) = sum of w_j over the parent sets within S
 *
 * and the sum over all graphs is K(nothing, nothing), where B_j = A_j(nothing). That takes 4^d
 * steps and 3^d numbers. Weights differ by factors beyond the range of doubles, so K(U, L) is
 * stored as a share of K(U, U), which is the largest, with log K(U, U) beside it; and B_j as a
 * share of A_j. Whatever is lost by underflow is less than 1e-300 of the sum, because replacing
 * every share by 1 gives sums over graphs, too.
 *
 * To check by: with all weights 1, there are 3, 25, 543, 29281 graphs of 2, 3, 4, 5 variables.
 */
#include "envs/dag_layers.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"

/* ---- weights ---- */

static size_t first_set_of(const gfn_dag_layers *l, int j)
{
    return (size_t)j << (l->d - 1);
}

/* log w is at most 0; the largest of each variable goes to the shift. */
static void set_weights(gfn_dag_layers *l, const gfn_dag_scores *scores, double beta)
{
    const size_t sets = (size_t)1 << (l->d - 1);
    for (int j = 0; j < l->d; j++) {
        double *log_w = l->log_w + first_set_of(l, j), most = -INFINITY;
        const double *score = scores->table + first_set_of(l, j);
        for (size_t i = 0; i < sets; i++) {
            log_w[i] = isinf(score[i]) ? -INFINITY : beta * score[i];
            most = fmax(most, log_w[i]);
        }
        for (size_t i = 0; i < sets; i++)
            log_w[i] -= most;
        l->shift += most;
    }
}

static double log_sum(double x, double y)
{
    const double most = fmax(x, y), least = fmin(x, y);
    return least == -INFINITY ? most : most + log1p(exp(least - most));
}

static bool is_kept(int j, uint32_t parents, int a, int b)
{
    const uint32_t both = (uint32_t)1 << a | (uint32_t)1 << b;
    return ((parents | (uint32_t)1 << j) & both) != both;
}

void gfn_dag_layers_keep_apart(gfn_dag_layers *l, int a, int b)
{
    const int d = l->d;
    for (uint32_t set = 0; set <= gfn_dag_all(d); set++)
        for (int j = 0; j < d; j++)
            l->log_a[set * (size_t)d + (size_t)j] =
                (set >> j & 1) || (a >= 0 && !is_kept(j, set, a, b))
                    ? -INFINITY
                    : l->log_w[first_set_of(l, j) + gfn_dag_without(j, set)];
    for (int i = 0; i < d; i++)
        for (uint32_t set = 0; set <= gfn_dag_all(d); set++) {
            if (!(set >> i & 1))
                continue;
            double *to = l->log_a + set * (size_t)d;
            const double *from = l->log_a + (set ^ (uint32_t)1 << i) * (size_t)d;
            for (int j = 0; j < d; j++)
                if (!(set >> j & 1))
                    to[j] = log_sum(to[j], from[j]);
        }
}

gfn_status gfn_dag_layers_init(gfn_dag_layers *l, const gfn_dag_scores *scores, double beta)
{
    const size_t d = (size_t)scores->d, sets = (size_t)1 << d;
    size_t pairs = 0;
    *l = (gfn_dag_layers){.d = scores->d};
    GFN_TRY(gfn_allocate("weights", d * sets / 2, sizeof *l->log_w, &l->log_w));
    GFN_TRY(gfn_allocate("sums of weights", d * sets, sizeof *l->log_a, &l->log_a));
    GFN_TRY(gfn_allocate("layers", sets, sizeof *l->first, &l->first));
    GFN_TRY(gfn_allocate("scales of layers", sets, sizeof *l->log_k, &l->log_k));
    GFN_TRY(gfn_allocate("next layers", sets, sizeof *l->c, &l->c));
    GFN_TRY(gfn_allocate("next layers", sets, sizeof *l->x, &l->x));
    for (size_t set = 0; set < sets; set++) {
        l->first[set] = pairs;
        pairs += (size_t)1 << __builtin_popcountll(set);
    }
    GFN_TRY(gfn_allocate("layers", pairs, sizeof *l->share, &l->share));
    set_weights(l, scores, beta);
    gfn_dag_layers_keep_apart(l, -1, -1);
    return GFN_OK;
}

void gfn_dag_layers_clear(gfn_dag_layers *l)
{
    void *const arrays[] = {&l->log_w, &l->log_a, &l->first, &l->share, &l->log_k, &l->c, &l->x};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
}

/* ---- sums ---- */

double gfn_dag_layers_follow(gfn_dag_layers *l, uint32_t within, uint32_t before, uint32_t built,
                             int *j)
{
    const uint32_t left = within & ~built;
    double top = -INFINITY;
    size_t m = 1;
    int k = 0;
    for (uint32_t rest = left; rest != 0; rest &= rest - 1)
        j[k++] = __builtin_ctz(rest);
    l->c[0] = l->x[0] = 0;
    for (uint32_t layer = left & -left; layer != 0; m++, layer = gfn_dag_layers_next(layer, left)) {
        const uint32_t set = built | layer;
        l->x[m] = l->x[m & (m - 1)] + gfn_dag_layers_log_a(l, built | before, __builtin_ctz(layer));
        l->c[m] = l->share[l->first[set] + gfn_dag_layers_index(layer, set)];
        if (l->c[m] > 0)
            top = fmax(top, l->x[m] + l->log_k[set]);
    }
    m = 1;
    for (uint32_t layer = left & -left; layer != 0; m++, layer = gfn_dag_layers_next(layer, left))
        if (l->c[m] > 0 && top > -INFINITY)
            l->c[m] *= exp(l->x[m] + l->log_k[built | layer] - top);
        else
            l->c[m] = 0;
    return top;
}

void gfn_dag_layers_shares(const gfn_dag_layers *l, uint32_t built_before, uint32_t last, int k,
                           const int *j, double *b)
{
    for (int i = 0; i < k; i++)
        b[i] = last == 0 ? 1
                         : fmax(0, -expm1(gfn_dag_layers_log_a(l, built_before & ~last, j[i]) -
                                          gfn_dag_layers_log_a(l, built_before, j[i])));
}

/* sum over M of c[M] prod over i in M of b[i]. */
static double add_up(const double *c, double *x, int k, const double *b)
{
    for (int i = k; i-- > 0; c = x) {
        const size_t half = (size_t)1 << i;
        for (size_t m = 0; m < half; m++)
            x[m] = c[m] + b[i] * c[m + half];
    }
    return c[0];
}

/* K(built, L) for all L. */
static void weigh_set(gfn_dag_layers *l, uint32_t within, uint32_t before, uint32_t built)
{
    int j[GFN_DAG_MOST_TABLE];
    double b[GFN_DAG_MOST_TABLE];
    const double top = gfn_dag_layers_follow(l, within, before, built, j);
    const int k = __builtin_popcount(within & ~built);
    const size_t n = (size_t)1 << __builtin_popcount(built);
    double *share = l->share + l->first[built];
    uint32_t last = 0;
    for (size_t i = 0; i < n; i++, last = gfn_dag_layers_next(last, built)) {
        share[i] = 0;
        if (last == 0 && built != 0)
            continue;
        gfn_dag_layers_shares(l, built | before, last, k, j, b);
        share[i] = add_up(l->c, l->x, k, b);
    }
    const double most = share[n - 1];
    l->log_k[built] = most > 0 ? top + log(most) : -INFINITY;
    for (size_t i = 0; i < n; i++)
        share[i] = most > 0 ? share[i] / most : 0;
}

double gfn_dag_layers_weigh(gfn_dag_layers *l, uint32_t within, uint32_t before)
{
    const size_t n = (size_t)1 << __builtin_popcount(within);
    l->log_k[within] = 0;
    for (size_t i = 0; i < n; i++)
        l->share[l->first[within] + i] = 1;
    for (uint32_t built = within; built != 0;) {
        built = (built - 1) & within;
        weigh_set(l, within, before, built);
    }
    return l->log_k[0];
}
