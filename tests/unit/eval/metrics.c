/* SPDX-License-Identifier: MIT */
#include <gfn/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

static bool is_close(double found, double expected, double tolerance)
{
    return fabs(found - expected) <= tolerance * fmax(1e-300, fabs(expected));
}

/* ---- distances ---- */

static void distances_are_those_computed_by_hand(void **state)
{
    (void)state;
    static const struct {
        double p[4], q[4];
        gfn_metrics expected; /* tv, l1, jsd, kl from the definitions, in Python */
    } rows[] = {
        {{.5, .5, 0, 0}, {.25, .75, 0, 0}, {.25, .5, 0.033822075568605205, 0.13081203594113697}},
        {{.1, 0, .62, .28}, {.25, .35, .4, 0}, {.5, 1, 0.24690141796931264, INFINITY}},
        {{.2, .3, .5, 0}, {.3, .7, 0, 0}, {.5, 1, 0.21946211278018443, 0.7147480347034918}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_metrics m;
        gfn_metrics_compute(1, 4, rows[i].p, rows[i].q, &m);
        assert_true(is_close(m.tv, rows[i].expected.tv, 1e-14));
        assert_true(is_close(m.l1, rows[i].expected.l1, 1e-14));
        assert_true(is_close(m.jsd, rows[i].expected.jsd, 1e-14));
        if (isinf(rows[i].expected.kl))
            assert_true(isinf(m.kl) && m.kl > 0);
        else
            assert_true(is_close(m.kl, rows[i].expected.kl, 1e-12));
    }
}

static void disjoint_distributions_have_the_largest_distances(void **state)
{
    (void)state;
    const double p[5] = {.2, 0, .8, 0, 0}, q[5] = {0, .35, 0, .65, 0};
    gfn_metrics m;
    gfn_metrics_compute(1, 5, p, q, &m);
    assert_true(is_close(m.tv, 1, 1e-15));
    assert_true(is_close(m.l1, 2, 1e-15));
    assert_true(is_close(m.jsd, log(2), 1e-15));
    assert_true(isinf(m.kl) && m.kl > 0);
}

static void equal_distributions_have_distance_0(void **state)
{
    (void)state;
    const double p[4] = {.3, 0, .45, .25};
    gfn_metrics m;
    gfn_metrics_compute(1, 4, p, p, &m);
    assert_true(m.tv == 0 && m.l1 == 0 && m.jsd == 0 && m.kl == 0);
    gfn_metrics_compute(1, 0, NULL, NULL, &m);
    assert_true(m.tv == 0 && m.l1 == 0 && m.jsd == 0 && m.kl == 0);
}

/* For p = q (1 + e s), s = +-1: jsd = e^2/8 and kl = e^2/2, up to e^3; no digits may be lost. */
static void small_distances_keep_their_digits(void **state)
{
    (void)state;
    enum { N = 4096 };
    static double p[N], q[N];
    const double e = 1e-6;
    for (int i = 0; i < N; i++) {
        q[i] = 1.0 / N;
        p[i] = q[i] * (1 + (i % 2 ? e : -e));
    }
    gfn_metrics m;
    gfn_metrics_compute(1, N, p, q, &m);
    assert_true(is_close(m.l1, e, 1e-9));
    assert_true(is_close(m.jsd, e * e / 8, 1e-6));
    assert_true(is_close(m.kl, e * e / 2, 1e-3));
}

/* Probabilities far apart: kl of two objects from the definition, with p = 1 - x and x. */
static void kl_is_finite_as_long_as_p_is_positive(void **state)
{
    (void)state;
    static const double x[] = {0.3, 0.2, 1e-9, 1.9e-16, 1e-17, 1e-33, 1e-300, 5e-324};
    static const double y[] = {0.5, 1e-7, 1e-300, 4e-318, 5e-324};
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)
        for (size_t k = 0; k < sizeof y / sizeof y[0]; k++) {
            const double p[2] = {1 - x[i], x[i]}, q[2] = {1 - y[k], y[k]};
            const double expected =
                q[0] * (log1p(-y[k]) - log1p(-x[i])) + y[k] * (log(y[k]) - log(x[i]));
            gfn_metrics m;
            gfn_metrics_compute(1, 2, p, q, &m);
            assert_true(fabs(m.kl - expected) <= 1e-12 * expected + 1e-16);
        }
}

static void a_million_cells_lose_nothing(void **state)
{
    (void)state;
    const size_t n = 1000003;
    double *p = malloc(n * sizeof *p), *q = malloc(n * sizeof *q);
    assert_true(p && q);
    for (size_t i = 0; i < n; i++) {
        p[i] = (i % 3 == 0 ? 1.5 : 0.75) / (double)n;
        q[i] = 1 / (double)n;
    }
    gfn_metrics m;
    gfn_metrics_compute(1, n, p, q, &m);
    const double up = (double)((n + 2) / 3), down = (double)n - up;
    assert_true(is_close(m.l1, (0.5 * up + 0.25 * down) / (double)n, 1e-15));
    free(p);
    free(q);
}

/* ---- noise floor ---- */

/* E|X/N - q| term by term. */
static double mean_deviation(int n, double q)
{
    long double sum = 0;
    for (int k = 0; k <= n; k++) {
        long double log_p = lgammal(n + 1.0L) - lgammal(k + 1.0L) - lgammal(n - k + 1.0L) +
                            k * logl(q) + (n - k) * log1pl(-q);
        sum += expl(log_p) * fabsl((long double)k / n - q);
    }
    return (double)sum;
}

static void the_closed_form_is_the_sum_over_all_outcomes(void **state)
{
    (void)state;
    static const int samples[] = {1, 2, 3, 7, 16, 50, 200, 1999};
    static const double q[] = {1e-9, 1e-4, 0.02, 0.1, 0.25, 1.0 / 3, 0.5, 0.77, 0.999, 1 - 1e-9};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        for (size_t j = 0; j < sizeof q / sizeof q[0]; j++) {
            double found = gfn_l1_noise_floor(1, 1, &q[j], samples[i]);
            double expected = mean_deviation(samples[i], q[j]);
            if (!is_close(found, expected, 1e-12))
                fail_msg("N=%d q=%g: %.17g, expected %.17g", samples[i], q[j], found, expected);
        }
    }
}

/* sqrt(2 q (1-q) / (pi N)), off by O(1/N) */
static void for_many_samples_the_floor_approaches_the_normal_approximation(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846, q[] = {0.003, 0.31, 0.5, 0.9};
    for (int64_t samples = 1000000; samples <= INT64_C(1000000000000); samples *= 1000)
        for (size_t j = 0; j < 4; j++) {
            double expected = sqrt(2 * q[j] * (1 - q[j]) / (pi * (double)samples));
            double found = gfn_l1_noise_floor(1, 1, &q[j], samples);
            assert_true(is_close(found, expected, 1.0 / (12 * 0.002 * (double)samples) + 1e-12));
        }
}

/* Published for 200,000 samples: 0.0115, 0.025, 0.107 and 0.438. All are those of r0 = 0.1, the
 * third up to one in its last digit. Expected: de Moivre's form with Python's lgamma. */
static void a_perfect_sampler_scores_the_published_floor(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double published, expected;
    } rows[] = {
        {"size=8 ndim=2 r0=.1", 0.0115, 0.011451589446686691},
        {"size=16 ndim=2 r0=.1", 0.025, 0.024946023653419497},
        {"size=8 ndim=4 r0=.1", 0.107, 0.10649690537492786},
        {"size=16 ndim=4 r0=.1", 0.438, 0.43760897318892894},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env;
        gfn_exact *exact;
        assert_int_equal(gfn_env_create("hypergrid", rows[i].settings, &env), GFN_OK);
        assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_OK);
        double floor = gfn_l1_noise_floor(1, gfn_exact_n(exact), gfn_exact_target(exact), 200000);
        assert_true(is_close(floor, rows[i].published, 0.005));
        assert_true(is_close(floor, rows[i].expected, 1e-8));
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

static void certain_and_impossible_objects_make_no_noise(void **state)
{
    (void)state;
    const double q[] = {0, 1, 0};
    assert_true(gfn_l1_noise_floor(1, 3, q, 1000) == 0);
    assert_true(isnan(gfn_l1_noise_floor(1, 3, q, 0)));
}

/* ---- chi-square ---- */

static void chi_square_is_that_computed_by_hand(void **state)
{
    (void)state;
    static const struct {
        int64_t counts[4];
        double p[4];
        double expected;
        int64_t df;
    } rows[] = {
        /* 60 in three cells of 20 */
        {{10, 20, 30, 0}, {1 / 3., 1 / 3., 1 / 3., 0}, 10, 2},
        /* 80 in 40, 32, and a pool of 4 + 4 */
        {{46, 22, 1, 11}, {.5, .4, .05, .05}, 36 / 40. + 100 / 32. + 16 / 8., 2},
        /* 40 in 20, 16, 2, 2: the pool of 4 joins the 16 */
        {{22, 14, 3, 1}, {.5, .4, .05, .05}, .2 + .2, 1},
        /* 4 together: one cell */
        {{1, 1, 1, 1}, {.5, .4, .05, .05}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t df = -1;
        double found = gfn_chi_square(1, 4, rows[i].counts, rows[i].p, &df);
        assert_true(fabs(found - rows[i].expected) < 1e-12);
        assert_int_equal(df, rows[i].df);
    }
}

static void counts_of_impossible_objects_give_infinity(void **state)
{
    (void)state;
    const int64_t counts[] = {50, 50, 1};
    const double p[] = {.5, .5, 0};
    int64_t df;
    assert_true(isinf(gfn_chi_square(1, 3, counts, p, &df)));
}

/* Add `samples` draws from p to counts [n]. */
static void draw(size_t n, const double *p, int64_t samples, uint64_t seed, int64_t *counts)
{
    const gfn_stream stream = {seed, GFN_PURPOSE_CHECK, 0};
    for (int64_t s = 0; s < samples; s++) {
        double u = gfn_random_unit(&stream, (uint64_t)s, 0);
        size_t i = 0;
        while (i + 1 < n && u >= p[i])
            u -= p[i++];
        counts[i]++;
    }
}

static void chi_square_accepts_right_samples_and_rejects_wrong_ones(void **state)
{
    (void)state;
    enum { N = 256, SAMPLES = 10000 };
    gfn_env *env;
    gfn_exact *exact;
    assert_int_equal(gfn_env_create("hypergrid", NULL, &env), GFN_OK);
    assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_OK);
    const double *q = gfn_exact_target(exact);
    double off[N]; /* 10 % from the first mode to the second */
    memcpy(off, q, sizeof off);
    off[2 * 16 + 2] *= 0.9;
    off[2 * 16 + 13] += q[2 * 16 + 2] * 0.1;
    for (uint64_t seed = 0; seed < 20; seed++) {
        int64_t right[N] = {0}, wrong[N] = {0}, df;
        draw(N, q, SAMPLES, seed, right);
        draw(N, off, SAMPLES, seed + 100, wrong);
        double chi = gfn_chi_square(1, N, right, q, &df);
        assert_true(df > 50);
        assert_true(fabs(chi - (double)df) < 5 * sqrt(2 * (double)df));
        /* the two modes are 590 +- 24 each, shifted by 59: on average 2 * 59^2/590 = 12 more */
        draw(N, off, 49 * SAMPLES, seed + 200, wrong); /* 50 times the samples: 590 more */
        assert_true(gfn_chi_square(1, N, wrong, q, &df) > (double)df + 10 * sqrt(2 * (double)df));
    }
    gfn_exact_destroy(&exact);
    gfn_env_destroy(&env);
}

/* The mean is df, the variance 2 df, so the mean of 400 is df +- sqrt(2 df / 400). */
static void chi_square_has_its_mean(void **state)
{
    (void)state;
    const double p[] = {.3, .02, .08, .15, .05, .4};
    double sum = 0;
    int64_t df = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        int64_t counts[6] = {0};
        draw(6, p, 500, 7919 + seed, counts);
        sum += gfn_chi_square(1, 6, counts, p, &df);
    }
    assert_int_equal(df, 5);
    assert_true(fabs(sum / 400 - 5) < 5 * sqrt(10 / 400.));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_those_computed_by_hand),
        cmocka_unit_test(disjoint_distributions_have_the_largest_distances),
        cmocka_unit_test(equal_distributions_have_distance_0),
        cmocka_unit_test(small_distances_keep_their_digits),
        cmocka_unit_test(kl_is_finite_as_long_as_p_is_positive),
        cmocka_unit_test(a_million_cells_lose_nothing),
        cmocka_unit_test(the_closed_form_is_the_sum_over_all_outcomes),
        cmocka_unit_test(for_many_samples_the_floor_approaches_the_normal_approximation),
        cmocka_unit_test(a_perfect_sampler_scores_the_published_floor),
        cmocka_unit_test(certain_and_impossible_objects_make_no_noise),
        cmocka_unit_test(chi_square_is_that_computed_by_hand),
        cmocka_unit_test(counts_of_impossible_objects_give_infinity),
        cmocka_unit_test(chi_square_accepts_right_samples_and_rejects_wrong_ones),
        cmocka_unit_test(chi_square_has_its_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
