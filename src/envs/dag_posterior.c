/* SPDX-License-Identifier: MIT
 *
 * Posterior probabilities of edges, paths and Markov blankets, exactly, from the sums of
 * dag_layers.c. V is the set of all variables.
 *
 * Edges: the derivative of log Z by the weight of a parent set is its posterior probability. Going
 * through the layers forward gives P(U, L), that U is built and L is its last layer, and so the
 * derivatives by A_j(U), whose share of parent sets with variable i is 1 - A_j(U without i)/A_j(U).
 *
 * Markov blankets: "i is not in the blanket of j" forbids single parent sets, so log Z without
 * these says how probable it is.
 *
 * Paths: the descendants of s, with s itself, are D if and only if no variable outside of D has a
 * parent in D, and within D every variable but s has a parent in D: then s is the first layer of D
 * alone. So P(D) is the sum over graphs of D whose first layer is s, with parents outside of D
 * allowed, times the sum over graphs of the others, over Z. All D together take 5^d steps.
 *
 * To check by: the posteriors of all 29281 graphs of 5 variables, in tests/unit/envs/dag_solver.c.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "envs/dag_solver.h"

/* Up to this many variables, blankets and paths are computed, in a few seconds. */
enum { MOST = 12 };

enum { EDGE, PATH, BLANKET, COLUMNS };

/* Arrays, of memory that may be lacking: then what needs them is not known. */
typedef struct posterior {
    const gfn_dag_solution *solution;
    gfn_dag_layers own; /* its weights may change */
    int d;
    double probability[COLUMNS][GFN_DAG_MOST_TABLE][GFN_DAG_MOST_TABLE]; /* from, to */
} posterior;

/* ---- edges ---- */

/* What one set U needs: see gfn_dag_layers_follow(). */
typedef struct forward {
    double *reached; /* [3^d] P(U, L), as layers->share */
    double *slope;   /* [2^d][d] derivative of log Z by log A_j(U) */
    uint32_t built;
    int k, j[GFN_DAG_MOST_TABLE];
    double total; /* K(U, U), in the scale of c */
} forward;

/* Go on from U and its last layer L to all next layers: x[M] = P(U, L, M). */
static void go_on(const gfn_dag_layers *l, forward *f, double reached, const double *b)
{
    const uint32_t left = gfn_dag_all(l->d) & ~f->built;
    size_t m = 1;
    l->x[0] = reached;
    for (int i = 0; i < f->k; i++)
        for (size_t n = 0; n < (size_t)1 << i; n++)
            l->x[((size_t)1 << i) + n] = l->x[n] * b[i];
    for (uint32_t layer = left & -left; layer != 0; m++, layer = gfn_dag_layers_next(layer, left)) {
        const uint32_t set = f->built | layer;
        l->x[m] *= l->c[m];
        f->reached[l->first[set] + gfn_dag_layers_index(layer, set)] += l->x[m];
    }
    l->x[0] = 0;
}

/* Add to the derivatives by A_j(U) and A_j(U without L), of which B_j is the difference. */
static void add_slopes(const gfn_dag_layers *l, const forward *f, uint32_t last, const double *b)
{
    const size_t d = (size_t)l->d;
    for (int i = f->k; i-- > 0;) {
        const size_t half = (size_t)1 << i;
        double chosen = 0; /* P(U, L, j is in M) */
        for (size_t m = 0; m < half; m++) {
            chosen += l->x[half + m];
            l->x[m] += l->x[half + m];
        }
        if (!(b[i] > 0))
            continue;
        f->slope[f->built * d + (size_t)f->j[i]] += chosen / b[i];
        f->slope[(f->built & ~last) * d + (size_t)f->j[i]] -= chosen * (1 - b[i]) / b[i];
    }
}

static void pass_set(gfn_dag_layers *l, forward *f)
{
    const size_t first = l->first[f->built], n = (size_t)1 << __builtin_popcount(f->built);
    const double top = gfn_dag_layers_follow(l, gfn_dag_all(l->d), 0, f->built, f->j);
    uint32_t last = 0;
    double b[GFN_DAG_MOST_TABLE];
    f->k = l->d - __builtin_popcount(f->built);
    f->total = exp(l->log_k[f->built] - top);
    for (size_t i = 0; i < n; i++, last = gfn_dag_layers_next(last, f->built)) {
        const double reached = f->reached[first + i] / (l->share[first + i] * f->total);
        if (!(reached > 0 && isfinite(reached)))
            continue;
        gfn_dag_layers_shares(l, f->built, last, f->k, f->j, b);
        go_on(l, f, reached, b);
        add_slopes(l, f, last, b);
    }
}

/* P(i is a parent of j). */
static double find_edge(const gfn_dag_layers *l, const forward *f, int i, int j)
{
    double sum = 0;
    for (uint32_t set = 1; set <= gfn_dag_all(l->d); set++)
        if ((set >> i & 1) && !(set >> j & 1)) {
            const double slope = f->slope[set * (size_t)l->d + (size_t)j];
            sum -= slope * expm1(gfn_dag_layers_log_a(l, set & ~((uint32_t)1 << i), j) -
                                 gfn_dag_layers_log_a(l, set, j));
        }
    return fmin(fmax(sum, 0), 1);
}

static void find_edges(posterior *p)
{
    gfn_dag_layers *l = &p->own;
    const uint32_t all = gfn_dag_all(p->d);
    const size_t sets = (size_t)all + 1;
    forward f = {.reached = NULL};
    memcpy(l->share, p->solution->layers.share, (l->first[all] + sets) * sizeof *l->share);
    memcpy(l->log_k, p->solution->layers.log_k, sets * sizeof *l->log_k);
    if (gfn_allocate("layers", l->first[all] + sets, sizeof *f.reached, &f.reached) == GFN_OK &&
        gfn_allocate("slopes", sets * (size_t)p->d, sizeof *f.slope, &f.slope) == GFN_OK) {
        f.reached[0] = 1;
        for (; f.built < all; f.built++)
            pass_set(l, &f);
        for (int i = 0; i < p->d; i++)
            for (int j = 0; j < p->d; j++)
                p->probability[EDGE][i][j] = i == j ? 0 : find_edge(l, &f, i, j);
    }
    gfn_release(&f.reached);
    gfn_release(&f.slope);
}

/* ---- paths and Markov blankets ---- */

static void find_paths(posterior *p)
{
    gfn_dag_layers *l = &p->own;
    const uint32_t all = gfn_dag_all(p->d);
    double *log_others; /* [2^d] of the graphs of a set */
    if (gfn_allocate("sums over graphs", (size_t)all + 1, sizeof *log_others, &log_others) !=
        GFN_OK)
        return;
    for (uint32_t set = 0; set <= all; set++)
        log_others[set] = gfn_dag_layers_weigh(l, set, 0);
    memset(p->probability[PATH], 0, sizeof p->probability[PATH]);
    for (uint32_t set = 1; set <= all; set++) {
        const uint32_t others = all & ~set;
        gfn_dag_layers_weigh(l, set, others);
        for (int s = 0; s < p->d; s++) {
            const double log_p = gfn_dag_layers_log_a(l, others, s) + l->log_k[(uint32_t)1 << s] +
                                 log_others[others] - log_others[all];
            for (int t = 0; (set >> s & 1) && t < p->d; t++)
                if ((set >> t & 1) && t != s)
                    p->probability[PATH][s][t] += exp(log_p);
        }
    }
    gfn_release(&log_others);
}

static void find_blankets(posterior *p)
{
    for (int i = 0; i < p->d; i++)
        for (int j = 0; j < i; j++) {
            gfn_dag_layers_keep_apart(&p->own, i, j);
            const double log_apart = gfn_dag_layers_weigh(&p->own, gfn_dag_all(p->d), 0);
            p->probability[BLANKET][i][j] = p->probability[BLANKET][j][i] =
                fmax(0, -expm1(log_apart - p->solution->log_weight));
        }
}

void gfn_dag_posterior(const void *solution, double *value)
{
    const gfn_dag_solution *s = solution;
    posterior p = {.solution = s, .d = s->dag->d};
    double *all = &p.probability[0][0][0];
    for (size_t i = 0; i < sizeof p.probability / sizeof *all; i++)
        all[i] = NAN;
    if (gfn_dag_layers_init(&p.own, &s->dag->scores, s->beta) == GFN_OK) {
        find_edges(&p);
        if (p.d <= MOST) {
            find_paths(&p);
            find_blankets(&p);
        }
    }
    gfn_dag_layers_clear(&p.own);
    for (int i = 0; i < p.d; i++)
        for (int j = 0; j < p.d; j++)
            for (int column = 0; i != j && column < COLUMNS; column++)
                *value++ = p.probability[column][i][j];
}
