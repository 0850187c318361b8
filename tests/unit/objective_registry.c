/* SPDX-License-Identifier: MIT
 *
 * What is true of every objective that is registered.
 */
#include <gfn/objective.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

static void every_objective_describes_itself_and_is_found(void **state)
{
    (void)state;
    assert_true(gfn_objective_kinds() > 0);
    assert_null(gfn_objective_kind(gfn_objective_kinds()));
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        assert_int_equal(objective->size, sizeof(gfn_objective));
        assert_true(strlen(objective->name) > 0);
        assert_true(strlen(objective->summary) > 0);
        assert_non_null(strstr(objective->source, "arXiv:"));
        assert_non_null(objective->loss);
        assert_ptr_equal(gfn_objective_find(objective->name), objective); /* so names differ */
    }
}

static void unknown_objectives_are_not_found(void **state)
{
    (void)state;
    assert_null(gfn_objective_find(""));
    assert_null(gfn_objective_find("TB"));
    assert_null(gfn_objective_find("tb "));
}

enum { STEPS = 9 };

struct trajectory {
    gfn_real log_pf[STEPS], log_pb[STEPS];
    gfn_terms terms;
};

/* Multiples of 1/1024 between -4 and 0: sums and the differences below are exact in float too. */
static void draw_trajectory(uint64_t number, struct trajectory *trajectory)
{
    const gfn_stream stream = {20250607, GFN_PURPOSE_CHECK, 0};
    gfn_terms *terms = &trajectory->terms;
    *terms = (gfn_terms){.n_steps = (size_t)number % STEPS + 1,
                         .log_pf = trajectory->log_pf,
                         .log_pb = trajectory->log_pb};
    double values[2 * STEPS + 2];
    for (uint32_t i = 0; i < 2 * STEPS + 2; i++)
        values[i] = -(double)(gfn_random_word(&stream, number, i) % 4096) / 1024;
    for (size_t t = 0; t < terms->n_steps; t++) {
        trajectory->log_pf[t] = (gfn_real)values[2 * t];
        trajectory->log_pb[t] = (gfn_real)values[2 * t + 1];
        terms->sum_log_pf += values[2 * t];
        terms->sum_log_pb += values[2 * t + 1];
    }
    terms->log_reward = values[2 * STEPS] + 2;
    terms->log_z = values[2 * STEPS + 1] + 3;
}

static double shifted_loss(const gfn_objective *objective, struct trajectory *trajectory, size_t t,
                           double shift)
{
    gfn_terms terms = trajectory->terms;
    gfn_real kept = 0;
    double unused[STEPS];
    gfn_derivatives derivatives = {.log_pf = unused};
    if (t < terms.n_steps) {
        kept = trajectory->log_pf[t];
        trajectory->log_pf[t] += (gfn_real)shift;
        terms.sum_log_pf += shift;
    } else {
        terms.log_z += shift;
    }
    double loss = objective->loss(&terms, &derivatives);
    if (t < terms.n_steps)
        trajectory->log_pf[t] = kept;
    return loss;
}

/* Central differences with h = 1/128 are exact for a loss that is quadratic in logs. Elsewhere the
 * error is of order h^2: 1e-3 allows for third derivatives up to about 100. */
static void derivatives_match_central_differences(void **state)
{
    (void)state;
    const double h = 0.0078125;
    for (size_t i = 0; i < gfn_objective_kinds(); i++)
        for (uint64_t number = 0; number < 50; number++) {
            const gfn_objective *objective = gfn_objective_kind(i);
            struct trajectory trajectory;
            double derivatives[STEPS + 1];
            gfn_derivatives d = {.log_pf = derivatives};
            draw_trajectory(number, &trajectory);
            size_t n = trajectory.terms.n_steps;
            double loss = objective->loss(&trajectory.terms, &d);
            derivatives[n] = d.log_z;
            assert_true(isfinite(loss));
            for (size_t t = 0; t <= n; t++) {
                double difference = shifted_loss(objective, &trajectory, t, h) -
                                    shifted_loss(objective, &trajectory, t, -h);
                const double derivative = derivatives[t < n && d.is_uniform ? 0 : t];
                double error = fabs(difference / (2 * h) - derivative);
                assert_true(error <= 1e-3 * fmax(1, fabs(derivative)));
            }
        }
}

static void who_needs_sums_only_reads_no_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        struct trajectory trajectory;
        double derivatives[2][STEPS];
        gfn_derivatives d[2] = {{.log_pf = derivatives[0]}, {.log_pf = derivatives[1]}};
        draw_trajectory(7, &trajectory);
        gfn_terms sums = trajectory.terms;
        sums.log_pf = sums.log_pb = NULL;
        if (!objective->needs_sums_only)
            continue;
        assert_true(objective->loss(&trajectory.terms, &d[0]) == objective->loss(&sums, &d[1]));
        assert_true(d[0].log_z == d[1].log_z && d[0].is_uniform == d[1].is_uniform);
        for (size_t t = 0; t < (d[0].is_uniform ? 1 : sums.n_steps); t++)
            assert_true(derivatives[0][t] == derivatives[1][t]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_describes_itself_and_is_found),
        cmocka_unit_test(unknown_objectives_are_not_found),
        cmocka_unit_test(derivatives_match_central_differences),
        cmocka_unit_test(who_needs_sums_only_reads_no_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
