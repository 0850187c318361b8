/* SPDX-License-Identifier: MIT
 *
 * Local scores of Bayesian networks: log of the marginal likelihood of variable j given its p
 * parents Pa, and the log prior of the graph, which is a sum over the variables too.
 *
 *     bge              c_p + (m + p)/2 log det R[Pa] - (m + p + 1)/2 log det R[Pa, j],
 *                      m = N + alpha_w - d,
 *                      R = t I + sum (x - mean)(x - mean)' + N alpha_mu / (N + alpha_mu) u u',
 *                      u = mean - nu; c_p is in set_terms().
 *                      Geiger and Heckerman 2002 (Annals of Statistics 30), with the corrections
 *                      of Kuipers, Moffa and Heckerman 2014 (arXiv:1402.6863)
 *     linear-gaussian  log N(x_j; 0, s^2 I + w^2 X X'), X the columns of the parents: x_j = X v +
 *                      noise of variance s^2, weights v of variance w^2, no constant. As in Deleu
 *                      et al. 2023 (arXiv:2305.19366) and gfnx, except for three signs there. With
 *                      A = X'X + l I, l = s^2/w^2, it is
 *                      -N/2 log(2 pi s^2) - 1/2 (log det A - p log l)
 *                      - (x_j'x_j - x_j'X A^-1 X'x_j) / (2 s^2)
 *
 * The bge score is a difference of scores of sets, h(Pa and j) - h(Pa), so graphs of the same
 * Markov equivalence class have the same score. To keep this true in floating point, h, or the
 * local score, is rounded to a grid so coarse that sums over the variables are exact (about 1e-12
 * for scores of hundreds). Then the modes are the whole class.
 *
 * To check by: the density of a multivariate normal distribution, in tests/unit/envs/dag_scores.c.
 */
#include "envs/dag.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

#define PI 3.14159265358979323846

/* A conditional variance of less than this share of the variance has too few digits left. */
#define LEAST_SHARE 1e-10

/* The bits of a sum that is exact. */
enum { EXACT_BITS = 52 };

/* ---- determinants ---- */

/* Of the matrix of some variables: log det without the last one, and the last pivot, which is the
 * variance of the last variable, times N, given the others. */
typedef struct factor {
    double log_det, last;
} factor;

static int list(uint32_t set, int *at)
{
    int n = 0;
    for (; set != 0; set &= set - 1)
        at[n++] = __builtin_ctz(set);
    return n;
}

/* By Cholesky; n > 0. */
static factor factorize(const gfn_dag_scores *s, int n, const int *at, double last_ridge)
{
    double l[GFN_DAG_MOST][GFN_DAG_MOST], inverse[GFN_DAG_MOST];
    factor f = {.log_det = 0};
    for (int i = 0; i < n; i++) {
        const double *row = s->matrix + at[i] * s->d;
        for (int k = 0; k <= i; k++) {
            double sum = row[at[k]];
            for (int m = 0; m < k; m++)
                sum -= l[i][m] * l[k][m];
            l[i][k] = k < i ? sum * inverse[k] : sum;
        }
        const double pivot = l[i][i] + (i < n - 1 ? s->ridge : last_ridge);
        inverse[i] = 1 / sqrt(pivot);
        if (i < n - 1)
            f.log_det += log(pivot);
        f.last = pivot;
    }
    return f;
}

static double round_to_grid(const gfn_dag_scores *s, double x)
{
    return rint(x / s->grid) * s->grid;
}

/* h of the bge score; 0 of the empty set. */
static double score_set(const gfn_dag_scores *s, uint32_t set)
{
    int at[GFN_DAG_MOST];
    const int n = list(set, at);
    if (n == 0)
        return 0;
    const factor f = factorize(s, n, at, 0);
    return round_to_grid(s, s->term[n] - 0.5 * (s->degrees + n) * (f.log_det + log(f.last)));
}

static double linear_gaussian(const gfn_dag_scores *s, int j, uint32_t parents)
{
    int at[GFN_DAG_MOST];
    const int p = list(parents, at);
    at[p] = j;
    const factor f = factorize(s, p + 1, at, 0);
    return round_to_grid(s, -0.5 * (s->n * log(2 * PI * s->variance) + f.log_det -
                                    p * log(s->ridge) + f.last / s->variance));
}

/* Without the table. */
static double find_local(const gfn_dag_scores *s, int j, uint32_t parents)
{
    const int p = __builtin_popcount(parents);
    if (p > s->most_parents)
        return -INFINITY;
    return s->prior[p] + (s->is_bge
                              ? score_set(s, parents | (uint32_t)1 << j) - score_set(s, parents)
                              : linear_gaussian(s, j, parents));
}

double gfn_dag_scores_local(const gfn_dag_scores *s, int j, uint32_t parents)
{
    return s->table ? s->table[((size_t)j << (s->d - 1)) + gfn_dag_without(j, parents)]
                    : find_local(s, j, parents);
}

/* ---- settings ---- */

static gfn_status check_positive(const gfn_options *options, const char *name)
{
    const double x = gfn_options_number(options, name);
    if (isnan(x) || x > 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "dag: expected a --%s above 0, found %g (hint: leave it out)", name,
                    x);
}

/* term[s] = sum over p < s of c_p. */
static void set_terms(gfn_dag_scores *s, double alpha_mu, double alpha_w, double t)
{
    for (int p = 0; p < s->d; p++) {
        const double prior = alpha_w - s->d + p + 1,
                     c = 0.5 * log(alpha_mu / (s->n + alpha_mu)) + lgamma(0.5 * (s->n + prior)) -
                         lgamma(0.5 * prior) - 0.5 * s->n * log(PI) + 0.5 * (prior + p) * log(t);
        s->term[p + 1] = s->term[p] + c;
    }
}

static gfn_status init_bge(gfn_dag_scores *s, const gfn_options *options, const gfn_dag_data *data)
{
    const int d = s->d;
    const double alpha_mu = gfn_options_number(options, "alpha-mu"),
                 nu = gfn_options_number(options, "bge-nu");
    double alpha_w = gfn_options_number(options, "alpha-w"),
           t = gfn_options_number(options, "bge-t");
    GFN_TRY(check_positive(options, "alpha-mu"));
    GFN_TRY(check_positive(options, "bge-t"));
    alpha_w = isnan(alpha_w) ? d + 2 : alpha_w;
    if (!(alpha_w > (isnan(t) ? d + 1 : d - 1)))
        return gfn_fail(GFN_EINVAL,
                        "dag: expected --alpha-w above %d for %d variables, found %g (hint: leave "
                        "it out: %d)",
                        isnan(t) ? d + 1 : d - 1, d, alpha_w, d + 2);
    t = isnan(t) ? alpha_mu * (alpha_w - d - 1) / (alpha_mu + 1) : t;
    const double weight = s->n * alpha_mu / (s->n + alpha_mu);
    for (int i = 0; i < d; i++)
        for (int k = 0; k < d; k++)
            s->matrix[i * d + k] = data->scatter[i * d + k] + (i == k ? t : 0) +
                                   weight * (data->mean[i] - nu) * (data->mean[k] - nu);
    s->degrees = s->n + alpha_w - d;
    set_terms(s, alpha_mu, alpha_w, t);
    return GFN_OK;
}

static gfn_status init_linear_gaussian(gfn_dag_scores *s, const gfn_options *options,
                                       const gfn_dag_data *data)
{
    const int d = s->d;
    const double noise = gfn_options_number(options, "obs-scale"),
                 weight = gfn_options_number(options, "weight-scale");
    GFN_TRY(check_positive(options, "obs-scale"));
    GFN_TRY(check_positive(options, "weight-scale"));
    s->variance = noise * noise;
    s->ridge = s->variance / (weight * weight);
    for (int i = 0; i < d; i++)
        for (int k = 0; k < d; k++)
            s->matrix[i * d + k] = data->scatter[i * d + k] + s->n * data->mean[i] * data->mean[k];
    return GFN_OK;
}

/* log prior of a variable with p parents: first + p * each, the `fair` one less log of the number
 * of sets of p parents. */
static gfn_status find_prior(const gfn_options *options, int d, double *first, double *each)
{
    const char *name = gfn_options_text(options, "prior");
    const double edges = gfn_options_number(options, "prior-edges"), share = 2 * edges / (d - 1);
    *first = *each = 0;
    if (strcmp(name, "edges") == 0)
        *each = -gfn_options_number(options, "edge-penalty");
    if (strcmp(name, "er") != 0)
        return GFN_OK;
    if (!(share > 0 && share < 1))
        return gfn_fail(GFN_EINVAL,
                        "dag: expected --prior-edges above 0 and below %g for %d variables, found "
                        "%g (hint: --prior-edges %g)",
                        0.5 * (d - 1), d, edges, 0.25 * (d - 1));
    *first = 0.5 * (d - 1) * log1p(-share);
    *each = log(share) - log1p(-share);
    return GFN_OK;
}

static double log_choices(int n, int k)
{
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

/* ---- the grid ---- */

/* A bound of |log det| of any set of variables. The conditional variance is the smallest if all
 * others are given. */
static gfn_status bound_log_det(const gfn_dag_scores *s, char *const *name, double *bound)
{
    *bound = 0;
    for (int j = 0; j < s->d; j++) {
        int at[GFN_DAG_MOST];
        const double diagonal = s->matrix[j * s->d + j] + s->ridge;
        const int p = list(gfn_dag_all(s->d) & ~((uint32_t)1 << j), at);
        at[p] = j;
        const factor f = factorize(s, p + 1, at, s->ridge);
        if (!(f.last > LEAST_SHARE * diagonal))
            return gfn_fail(
                GFN_EINVAL,
                "dag: data: expected columns that are not determined by others, found that "
                "%s is, to %g of its variance (hint: leave it out, or --standardize "
                "yes)",
                name[j], LEAST_SHARE);
        *bound += fmax(fabs(log(f.last)), fabs(log(diagonal)));
    }
    return GFN_OK;
}

static double largest(int n, const double *x)
{
    double most = 0;
    for (int i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

/* `prior`: a bound of the log prior of a variable. */
static gfn_status choose_grid(gfn_dag_scores *s, double prior, char *const *name)
{
    double log_det, bound, square = 0;
    GFN_TRY(bound_log_det(s, name, &log_det));
    for (int j = 0; j < s->d; j++)
        square = fmax(square, s->matrix[j * s->d + j]);
    if (s->is_bge)
        bound = 2 * largest(s->d + 1, s->term) + (s->degrees + s->d) * log_det;
    else
        bound = s->n * fabs(log(2 * PI * s->variance)) + log_det + s->d * fabs(log(s->ridge)) +
                square / s->variance;
    s->grid = ldexp(1, ilogb(s->d * (bound + prior) + 1) + 1 - EXACT_BITS);
    return GFN_OK;
}

/* A multiple of the grid for each edge: then all graphs with as many edges have the same prior. */
static void round_prior(gfn_dag_scores *s, double first, double each, bool is_fair)
{
    for (int p = 0; p < s->d; p++)
        s->prior[p] = round_to_grid(s, first) + p * round_to_grid(s, each) -
                      (is_fair ? round_to_grid(s, log_choices(s->d - 1, p)) : 0);
}

/* ---- the table ---- */

/* Variables x sets: of a set, its own score first. */
static gfn_status fill_table(gfn_dag_scores *s)
{
    const uint32_t sets = (uint32_t)1 << s->d;
    double *set_score = NULL;
    GFN_TRY(gfn_allocate("scores", sets / 2 * (size_t)s->d, sizeof *s->table, &s->table));
    if (s->is_bge) {
        GFN_TRY(gfn_allocate("scores of sets", sets, sizeof *set_score, &set_score));
        for (uint32_t set = 0; set < sets; set++)
            set_score[set] = __builtin_popcount(set) <= s->most_parents + 1 ? score_set(s, set) : 0;
    }
    for (int j = 0; j < s->d; j++)
        for (uint32_t set = 0; set < sets; set++) {
            const int p = __builtin_popcount(set);
            const uint32_t self = (uint32_t)1 << j;
            double *to = s->table + ((size_t)j << (s->d - 1)) + gfn_dag_without(j, set);
            if (set & self)
                continue;
            if (p > s->most_parents)
                *to = -INFINITY;
            else if (s->is_bge)
                *to = s->prior[p] + (set_score[set | self] - set_score[set]);
            else
                *to = s->prior[p] + linear_gaussian(s, j, set);
        }
    gfn_release(&set_score);
    return GFN_OK;
}

gfn_status gfn_dag_scores_init(gfn_dag_scores *s, const gfn_options *options,
                               const gfn_dag_data *data, char *const *name)
{
    const int64_t most = gfn_options_int(options, "max-parents");
    const bool is_fair = strcmp(gfn_options_text(options, "prior"), "fair") == 0;
    double first, each;
    *s = (gfn_dag_scores){
        .d = data->d,
        .n = data->n,
        .most_parents = most > 0 && most < data->d ? (int)most : data->d - 1,
        .is_bge = strcmp(gfn_options_text(options, "score"), "bge") == 0,
    };
    GFN_TRY((s->is_bge ? init_bge : init_linear_gaussian)(s, options, data));
    GFN_TRY(find_prior(options, s->d, &first, &each));
    GFN_TRY(choose_grid(s, fabs(first) + s->d * (fabs(each) + 1), name));
    round_prior(s, first, each, is_fair);
    return s->d <= GFN_DAG_MOST_TABLE ? fill_table(s) : GFN_OK;
}

void gfn_dag_scores_clear(gfn_dag_scores *s)
{
    gfn_release(&s->table);
}

/* ---- the best graph ---- */

/* By subsets (Silander and Myllymaki 2006): the best graph of a set has a variable without
 * children, which has its best parents among the others. */
gfn_status gfn_dag_scores_find_best(const gfn_dag_scores *s, double *best)
{
    const uint32_t sets = (uint32_t)1 << s->d;
    double *graph, *local = NULL; /* [sets], and of parents within a set [d][sets] */
    GFN_TRY(gfn_allocate("best graphs", sets, sizeof *graph, &graph));
    const gfn_status status =
        gfn_allocate("best parents", sets * (size_t)s->d, sizeof *local, &local);
    for (uint32_t set = 0; status == GFN_OK && set < sets; set++) {
        graph[set] = set ? -INFINITY : 0;
        for (int j = 0; j < s->d; j++) {
            double *to = local + (size_t)j * sets;
            if (set >> j & 1) {
                const uint32_t others = set & ~((uint32_t)1 << j);
                graph[set] = fmax(graph[set], graph[others] + to[others]);
                continue;
            }
            to[set] = gfn_dag_scores_local(s, j, set);
            for (uint32_t rest = set; rest != 0; rest &= rest - 1)
                to[set] = fmax(to[set], to[set & ~(rest & -rest)]);
        }
    }
    if (status == GFN_OK)
        *best = graph[sets - 1];
    gfn_release(&graph);
    gfn_release(&local);
    return status;
}
