/* SPDX-License-Identifier: MIT
 *
 * Distances between distributions, and what samples can tell of them.
 *
 * Jensen-Shannon: with m = (p+q)/2 and d = (p-q)/(p+q),
 *     jsd = 1/2 sum (p log p/m + q log q/m) = 1/2 sum m ((1+d) log(1+d) + (1-d) log(1-d)),
 * of which no term is negative, so that small distances keep their digits.
 *
 * Noise floor: for X binomial with N draws of probability q and k = floor(N q) + 1,
 *     E|X - N q| = 2 k (1-q) P(X = k)
 * (de Moivre; Diaconis and Zabell 1991, "Closed form summation for classical distributions").
 * P(X = k) without cancellation: Loader 2000, "Fast and accurate computation of binomial
 * probabilities".
 *
 * To check by: N = 2, q = 1/2 gives E|X - 1| = 1/2.
 */
#include <gfn/eval.h>

#include <math.h>

#include "base/sum.h"

/* (1+d) log(1+d), continued to d = -1. */
static double half_of_jsd(double d)
{
    return d > -1 ? (1 + d) * log1p(d) : 0;
}

void gfn_metrics_compute(size_t n, const double *p, const double *q, gfn_metrics *metrics)
{
    gfn_sum l1 = {0, 0}, jsd = {0, 0}, kl = {0, 0};
    for (size_t i = 0; i < n; i++) {
        const double sum = p[i] + q[i], difference = p[i] - q[i];
        gfn_sum_add(&l1, fabs(difference));
        if (q[i] > 0)
            gfn_sum_add(&kl, p[i] > 0 ? q[i] * log(q[i] / p[i]) : INFINITY);
        if (sum > 0) {
            const double d = difference / sum;
            gfn_sum_add(&jsd, 0.25 * sum * (half_of_jsd(d) + half_of_jsd(-d)));
        }
    }
    metrics->l1 = gfn_sum_value(&l1);
    metrics->tv = 0.5 * metrics->l1;
    metrics->jsd = gfn_sum_value(&jsd);
    metrics->kl = gfn_sum_value(&kl);
    if (metrics->kl < 0) /* by rounding, where p and q are nearly equal */
        metrics->kl = 0;
}

double gfn_l1_of_counts(size_t n, const int64_t *counts, const double *q)
{
    gfn_sum l1 = {0, 0};
    double draws = 0;
    for (size_t i = 0; i < n; i++)
        draws += (double)counts[i];
    for (size_t i = 0; i < n && draws > 0; i++)
        gfn_sum_add(&l1, fabs((double)counts[i] / draws - q[i]));
    return draws > 0 ? gfn_sum_value(&l1) : NAN;
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

/* x log(x/y) + y - x  for x, y > 0: what x misses y by */
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

/* E|X - n q| / n */
static double mean_deviation(double n, double q)
{
    const double k = floor(n * q) + 1;
    if (!(q > 0 && q < 1))
        return 0;
    if (k >= n) /* P(X = n) = q^n */
        return 2 * (1 - q) * pow(q, n);
    return 2 * (k / n) * (1 - q) * binomial(k, n, q);
}

double gfn_l1_noise_floor(size_t n, const double *q, int64_t samples)
{
    gfn_sum sum = {0, 0};
    double deviation = 0;
    if (samples <= 0)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || q[i] != q[i - 1]) /* neighbours often have the same bits */
            deviation = mean_deviation((double)samples, q[i]);
        gfn_sum_add(&sum, deviation);
    }
    return gfn_sum_value(&sum);
}

/* ---- chi-square ---- */

struct cell {
    double expected, count;
};

static double chi_term(struct cell cell)
{
    const double difference = cell.count - cell.expected;
    return cell.expected > 0 ? difference * difference / cell.expected : 0;
}

double gfn_chi_square(size_t n, const int64_t *counts, const double *p, int64_t *df)
{
    const double enough = 5;
    double total = 0;
    struct cell pool = {0, 0}, smallest = {INFINITY, 0};
    gfn_sum sum = {0, 0};
    int64_t cells = 0;
    for (size_t i = 0; i < n; i++)
        total += (double)counts[i];
    for (size_t i = 0; i < n; i++) {
        const struct cell cell = {total * p[i], (double)counts[i]};
        if (!(cell.expected > 0)) {
            gfn_sum_add(&sum, cell.count > 0 ? INFINITY : 0);
        } else if (cell.expected < enough) {
            pool.expected += cell.expected;
            pool.count += cell.count;
        } else {
            gfn_sum_add(&sum, chi_term(cell));
            cells++;
            smallest = cell.expected < smallest.expected ? cell : smallest;
        }
    }
    if (pool.expected >= enough || cells == 0) {
        gfn_sum_add(&sum, chi_term(pool));
        cells++;
    } else if (pool.expected > 0) { /* the pool is too small itself: it joins the smallest cell */
        gfn_sum_add(&sum, -chi_term(smallest));
        smallest.expected += pool.expected;
        smallest.count += pool.count;
        gfn_sum_add(&sum, chi_term(smallest));
    }
    *df = cells - 1;
    return gfn_sum_value(&sum);
}
