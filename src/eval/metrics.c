/* SPDX-License-Identifier: MIT
 *
 * Distances between distributions, and between a distribution and counts of samples.
 *
 * Jensen-Shannon: with m = (p+q)/2 and d = (p-q)/(p+q),
 *     jsd = 1/2 sum (p log p/m + q log q/m) = 1/2 sum m ((1+d) log(1+d) + (1-d) log(1-d)),
 * a sum without negative terms, so that small distances keep their digits. For the same reason,
 * as p and q both add up to 1, with d = p/q - 1,
 *     kl = sum q log(q/p) = sum (q log(q/p) + p - q) = sum q (d - log(1+d)) + sum of p where q = 0.
 * It is infinite if p is 0, also by underflow (below 5e-324), where q is not.
 *
 * Noise floor: for X binomial with N draws of probability q and k = floor(N q) + 1,
 *     E|X - N q| = 2 k (1-q) P(X = k)
 * (de Moivre; Diaconis and Zabell 1991, "Closed form summation for classical distributions").
 * P(X = k) without cancellation: Loader 2000, "Fast and accurate computation of binomial
 * probabilities".
 *
 * To check by: N = 2, q = 1/2 gives E|X - 1| = 1/2.
 */
#include "eval/metrics.h"

#include <math.h>

#include <gfn/eval.h>

#include "base/sum.h"
#include "eval/state_loop.h"

/* (1+d) log(1+d), continued to d = -1. */
static double half_of_jsd(double d)
{
    return d > -1 ? (1 + d) * log1p(d) : 0;
}

/* 1 + d would lose the digits of a small p. */
static double kl_term(double p, double q)
{
    if (!(q > 0))
        return p;
    const double d = (p - q) / q;
    if (fabs(d) < 0.5)
        return q * (d - log1p(d));
    return p > 0 ? q * (log(q) - log(p)) + (p - q) : INFINITY;
}

struct distances {
    const double *p, *q;
    gfn_sum l1, jsd, kl;
};

static void find_distances(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const double *p = ((struct distances *)self)->p, *q = ((struct distances *)self)->q;
    struct distances *found = part;
    for (size_t i = first; i < first + n; i++) {
        const double sum = p[i] + q[i], difference = p[i] - q[i];
        gfn_sum_add(&found->l1, fabs(difference));
        gfn_sum_add(&found->kl, kl_term(p[i], q[i]));
        if (sum > 0) {
            const double d = difference / sum;
            gfn_sum_add(&found->jsd, 0.25 * sum * (half_of_jsd(d) + half_of_jsd(-d)));
        }
    }
}

static void add_distances(void *self, const void *part)
{
    struct distances *all = self;
    const struct distances *found = part;
    gfn_sum_join(&all->l1, &found->l1);
    gfn_sum_join(&all->jsd, &found->jsd);
    gfn_sum_join(&all->kl, &found->kl);
}

void gfn_metrics_compute(int threads, size_t n, const double *p, const double *q,
                         gfn_metrics *metrics)
{
    struct distances all = {.p = p, .q = q};
    gfn_state_loop_run(threads, n, &(gfn_state_loop){find_distances, add_distances, &all});
    metrics->l1 = gfn_sum_value(&all.l1);
    metrics->tv = 0.5 * metrics->l1;
    metrics->jsd = gfn_sum_value(&all.jsd);
    metrics->kl = gfn_sum_value(&all.kl);
}

/* ---- counts ---- */

static double count_all(size_t n, const int64_t *counts)
{
    int64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += counts[i];
    return (double)total;
}

struct frequencies {
    const int64_t *counts;
    const double *q;
    double total;
    gfn_sum l1;
};

static void compare_frequencies(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const struct frequencies *f = self;
    for (size_t i = first; i < first + n; i++)
        gfn_sum_add(part, fabs((double)f->counts[i] / f->total - f->q[i]));
}

static void add_frequencies(void *self, const void *part)
{
    gfn_sum_join(&((struct frequencies *)self)->l1, part);
}

double gfn_l1_of_counts(int threads, size_t n, const int64_t *counts, const double *q)
{
    struct frequencies f = {.counts = counts, .q = q, .total = count_all(n, counts)};
    if (!(f.total > 0))
        return NAN;
    gfn_state_loop_run(threads, n, &(gfn_state_loop){compare_frequencies, add_frequencies, &f});
    return gfn_sum_value(&f.l1);
}

/* ---- binomial ---- */

/* log n! - log( sqrt(2 pi n) (n/e)^n ), n > 0 */
static double stirling_error(double n)
{
    const double half_log_2pi = 0.91893853320467274178;
    if (n <= 15)
        return log(tgamma(n + 1)) - (n + 0.5) * log(n) + n - half_log_2pi;
    const double n2 = n * n;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / n2) / n2) / n2) / n;
}

/* x log(x/y) + y - x  for x, y > 0: 0 if x = y, else positive */
static double deviance(double x, double y)
{
    const double d = (x - y) / (x + y);
    if (fabs(d) > 0.1)
        return x * log(x / y) + y - x;
    /* log(x/y) = 2 atanh(d) = 2 (d + d^3/3 + d^5/5 + ...), and y - x = -d (x + y) */
    double power = d, sum = 0;
    for (int k = 3; k < 40; k += 2) {
        power *= d * d;
        sum += power / k;
    }
    return (x - y) * d + 2 * x * sum;
}

/* P(X = k), 0 < k < n, 0 < q < 1 */
static double binomial(double k, double n, double q)
{
    const double rest = n - k, two_pi = 6.28318530717958647693;
    const double log_p = stirling_error(n) - stirling_error(k) - stirling_error(rest) -
                         deviance(k, n * q) - deviance(rest, n * (1 - q));
    return exp(log_p) * sqrt(n / (two_pi * k * rest));
}

double gfn_mean_deviation(double n, double q)
{
    const double k = floor(n * q) + 1;
    if (!(q > 0 && q < 1))
        return 0;
    if (k >= n) /* P(X = n) = q^n */
        return 2 * (1 - q) * pow(q, n);
    return 2 * (k / n) * (1 - q) * binomial(k, n, q);
}

struct deviations {
    const double *q;
    double samples;
    gfn_sum sum;
};

static void find_deviations(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const struct deviations *d = self;
    double deviation = 0;
    for (size_t i = first; i < first + n; i++) {
        if (i == first || d->q[i] != d->q[i - 1]) /* neighbours often have the same bits */
            deviation = gfn_mean_deviation(d->samples, d->q[i]);
        gfn_sum_add(part, deviation);
    }
}

static void add_deviations(void *self, const void *part)
{
    gfn_sum_join(&((struct deviations *)self)->sum, part);
}

double gfn_l1_noise_floor(int threads, size_t n, const double *q, int64_t samples)
{
    struct deviations d = {.q = q, .samples = (double)samples};
    if (samples <= 0)
        return NAN;
    gfn_state_loop_run(threads, n, &(gfn_state_loop){find_deviations, add_deviations, &d});
    return gfn_sum_value(&d.sum);
}

/* ---- chi-square ---- */

struct cell {
    double expected, count;
};

struct cells {
    const double *p;
    const int64_t *counts;
    double total;
    gfn_sum sum;
    struct cell pool, smallest;
    int64_t n;
};

_Static_assert(sizeof(struct cells) <= GFN_STATE_LOOP_PART, "a partial result has room");
_Static_assert(sizeof(struct distances) <= GFN_STATE_LOOP_PART, "a partial result has room");

static double chi_term(struct cell cell)
{
    const double difference = cell.count - cell.expected;
    return cell.expected > 0 ? difference * difference / cell.expected : 0;
}

static void find_cells(void *self, size_t first, size_t n, int thread, void *part)
{
    (void)thread;
    const double enough = 5;
    const struct cells *all = self;
    struct cells *found = part;
    found->smallest.expected = INFINITY;
    for (size_t i = first; i < first + n; i++) {
        const struct cell cell = {all->total * all->p[i], (double)all->counts[i]};
        if (!(cell.expected > 0)) {
            gfn_sum_add(&found->sum, cell.count > 0 ? INFINITY : 0);
        } else if (cell.expected < enough) {
            found->pool.expected += cell.expected;
            found->pool.count += cell.count;
        } else {
            gfn_sum_add(&found->sum, chi_term(cell));
            found->n++;
            if (cell.expected < found->smallest.expected)
                found->smallest = cell;
        }
    }
}

static void add_cells(void *self, const void *part)
{
    struct cells *all = self;
    const struct cells *found = part;
    gfn_sum_join(&all->sum, &found->sum);
    all->pool.expected += found->pool.expected;
    all->pool.count += found->pool.count;
    all->n += found->n;
    if (found->smallest.expected < all->smallest.expected)
        all->smallest = found->smallest;
}

double gfn_chi_square(int threads, size_t n, const int64_t *counts, const double *p, int64_t *df)
{
    const double enough = 5;
    struct cells all = {
        .p = p, .counts = counts, .total = count_all(n, counts), .smallest = {INFINITY, 0}};
    gfn_state_loop_run(threads, n, &(gfn_state_loop){find_cells, add_cells, &all});
    if (all.pool.expected >= enough || all.n == 0) {
        gfn_sum_add(&all.sum, chi_term(all.pool));
        all.n++;
    } else if (all.pool.expected > 0) { /* too small: pool it with the smallest cell */
        gfn_sum_add(&all.sum, -chi_term(all.smallest));
        all.smallest.expected += all.pool.expected;
        all.smallest.count += all.pool.count;
        gfn_sum_add(&all.sum, chi_term(all.smallest));
    }
    *df = all.n - 1;
    return gfn_sum_value(&all.sum);
}
