/* SPDX-License-Identifier: MIT
 *
 * Losses of residuals: every row of the table, and what its scale may be.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/status.h>

#include "objective/residuals.h"

static void every_loss_describes_itself_and_is_found(void **unused)
{
    (void)unused;
    assert_string_equal(gfn_loss_name(0), "square");
    assert_null(gfn_loss_kind_of(gfn_loss_kinds()));
    assert_null(gfn_loss_name(gfn_loss_kinds()));
    assert_null(gfn_loss_find("Huber"));
    for (size_t i = 0; i < gfn_loss_kinds(); i++) {
        const gfn_loss_kind *kind = gfn_loss_kind_of(i);
        assert_ptr_equal(gfn_loss_find(kind->name), kind); /* names differ */
        assert_ptr_equal(gfn_loss_name(i), kind->name);
        assert_true(strlen(kind->summary) > 0);
        assert_true(strstr(kind->source, "arXiv:") || strstr(kind->source, "doi:"));
    }
}

/* A loss of the table with a scale; NAN: its default. */
typedef struct scaled {
    const char *name;
    double scale;
} scaled;

static gfn_residual_loss make(const scaled *s)
{
    gfn_residual_loss loss;
    assert_int_equal(gfn_residual_loss_set(&loss, gfn_loss_find(s->name), s->scale), GFN_OK);
    return loss;
}

static const scaled losses[] = {
    {"square", NAN},   {"huber", NAN},   {"huber", 0.3}, {"huber", 1000}, {"huber", 0.001},
    {"linex", NAN},    {"linex", 0.5},   {"linex", -1},  {"linex", 3},    {"linex", 0.001},
    {"linex", -0.001}, {"linex", -1000}, {"cosh", NAN},
};
enum { LOSSES = sizeof losses / sizeof losses[0] };

/* By hand; those of the file first. */
static void losses_have_the_values_of_their_formulas(void **unused)
{
    (void)unused;
    const double e = exp(1);
    const struct {
        scaled loss;
        double delta, value, slope;
    } rows[] = {
        {{"square", NAN}, -3, 9, -6},
        {{"huber", NAN}, 2, 3, 2},
        {{"huber", NAN}, -0.5, 0.25, -1},
        {{"huber", 0.5}, -2, 1.75, -1},
        {{"linex", NAN}, 2, 2 * (e * e - 3), 2 * (e * e - 1)},
        {{"linex", NAN}, -2, 2 * (exp(-2) + 1), 2 * (exp(-2) - 1)},
        {{"linex", 0.5}, 2, 8 * (e - 2), 4 * (e - 1)},
        {{"linex", -1}, -2, 2 * (e * e - 3), -2 * (e * e - 1)},
        {{"cosh", NAN}, 2, e * e + exp(-2) - 2, e * e - exp(-2)},
        {{"cosh", NAN}, -2, e * e + exp(-2) - 2, exp(-2) - e * e},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const gfn_residual_loss loss = make(&rows[i].loss);
        double slope;
        const double value = gfn_residual_loss_at(&loss, rows[i].delta, &slope);
        if (!(fabs(value - rows[i].value) < 1e-13 * fabs(rows[i].value)) ||
            !(fabs(slope - rows[i].slope) < 1e-13 * fabs(rows[i].slope)))
            fail_msg("row %zu: %.17g with slope %.17g", i, value, slope);
    }
}

/* All have the curvature 2 at 0: so the same rate fits near the goal, where losses are small but
 * not 0. The error of the square is cubic. */
static void small_residuals_cost_their_square(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < LOSSES; i++)
        for (double delta = 1e-7; delta > 1e-13; delta /= 8)
            for (int sign = -1; sign <= 1; sign += 2) {
                const gfn_residual_loss loss = make(&losses[i]);
                const double bound = 1e-3 * fmax(1, fabs(loss.scale));
                double slope;
                const double value = gfn_residual_loss_at(&loss, sign * delta, &slope);
                assert_true(value >= 0);
                assert_true(fabs(slope / (2 * sign * delta) - 1) < bound);
                if (fabs(loss.scale) * delta > 1e-11) /* else a x and e^(a x) - 1 are equal */
                    assert_true(fabs(value / (delta * delta) - 1) < bound);
            }
}

static void slopes_are_those_of_the_values(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < LOSSES; i++) {
        const gfn_residual_loss loss = make(&losses[i]);
        double before = -INFINITY, ignored;
        for (double delta = -40; delta <= 40; delta += 0.0371) {
            const double h = 1e-5, most = fmax(1, fabs(loss.scale));
            double slope;
            const double value = gfn_residual_loss_at(&loss, delta, &slope);
            const double difference = (gfn_residual_loss_at(&loss, delta + h, &ignored) -
                                       gfn_residual_loss_at(&loss, delta - h, &ignored)) /
                                      (2 * h);
            assert_true(value >= 0 && isfinite(value));
            assert_true(slope >= before); /* convex */
            assert_true(delta * slope >= 0);
            if (!(fabs(slope - difference) < 1e-5 * fmax(most, fabs(slope)) + h * fabs(value)))
                fail_msg("%s(%g) at %g: slope %.9g, differences %.9g", losses[i].name,
                         losses[i].scale, delta, slope, difference);
            before = slope;
        }
    }
}

/* Beyond, losses are tangents: residuals of large rewards leave no range. */
static void slopes_are_limited_and_losses_finite(void **unused)
{
    (void)unused;
    for (size_t i = 1; i < LOSSES; i++) {
        const gfn_residual_loss loss = make(&losses[i]);
        const double far[] = {-4e5, -30, 30, 4e5, -1e300, 1e300};
        for (size_t k = 0; k < 6; k++) {
            double slope;
            const double value = gfn_residual_loss_at(&loss, far[k], &slope);
            assert_true(isfinite(value) && value > 0);
            assert_true(fabs(slope) <= GFN_SLOPE_LIMIT * (1 + 1e-12));
            assert_true(fabs(far[k]) > 4e5 || value < 0x1p40);
        }
    }
    /* Where the slope of linex(1) and cosh would go on. */
    double slope;
    const gfn_residual_loss linex = make(&losses[5]), cosh_loss = make(&losses[12]);
    gfn_residual_loss_at(&linex, 10.3, &slope);
    assert_true(slope < 0.95 * GFN_SLOPE_LIMIT);
    gfn_residual_loss_at(&linex, 10.5, &slope);
    assert_true(fabs(slope / GFN_SLOPE_LIMIT - 1) < 1e-9);
    gfn_residual_loss_at(&cosh_loss, -11.2, &slope);
    assert_true(fabs(slope / GFN_SLOPE_LIMIT + 1) < 1e-9);
}

static void what_is_not_a_number_stays_so(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < LOSSES; i++) {
        const gfn_residual_loss loss = make(&losses[i]);
        double slope;
        assert_true(isnan(gfn_residual_loss_at(&loss, NAN, &slope)) && isnan(slope));
        assert_false(isfinite(gfn_residual_loss_at(&loss, INFINITY, &slope)));
        assert_false(isfinite(gfn_residual_loss_at(&loss, -INFINITY, &slope)));
    }
}

static void scales_that_a_loss_cannot_have_are_refused(void **unused)
{
    (void)unused;
    const scaled rows[] = {{"square", 1},        {"cosh", 2},      {"huber", -1},   {"huber", 0},
                           {"huber", INFINITY},  {"huber", 1e-4},  {"huber", 1e4},  {"linex", 0},
                           {"linex", -INFINITY}, {"linex", -1e-4}, {"linex", -1e4}, {"linex", 1e4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_residual_loss loss = {.scale = 2385};
        const gfn_loss_kind *kind = gfn_loss_find(rows[i].name);
        assert_int_equal(gfn_residual_loss_set(&loss, kind, rows[i].scale), GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), "loss-scale: expected "));
        assert_non_null(strstr(gfn_error_message(), rows[i].name));
        assert_true(loss.scale == 2385);
    }
}

/* Without a loss in the terms it is the square, to the bit. */
static void terms_without_a_loss_have_the_square(void **unused)
{
    (void)unused;
    const gfn_residual_loss square = make(&losses[0]), huber = make(&losses[1]);
    const gfn_residual_terms s = {.loss = &square}, h = {.loss = &huber};
    const gfn_terms none = {0}, with_square = {.residuals = &s}, with_huber = {.residuals = &h};
    double slope[3];
    const double a = gfn_terms_loss(&none, 2.385, &slope[0]);
    const double b = gfn_terms_loss(&with_square, 2.385, &slope[1]);
    assert_true(a == b && slope[0] == slope[1] && a == 2.385 * 2.385 && slope[0] == 4.77);
    assert_true(gfn_terms_loss(&with_huber, 2.385, &slope[2]) < a && slope[2] == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_loss_describes_itself_and_is_found),
        cmocka_unit_test(losses_have_the_values_of_their_formulas),
        cmocka_unit_test(small_residuals_cost_their_square),
        cmocka_unit_test(slopes_are_those_of_the_values),
        cmocka_unit_test(slopes_are_limited_and_losses_finite),
        cmocka_unit_test(what_is_not_a_number_stays_so),
        cmocka_unit_test(scales_that_a_loss_cannot_have_are_refused),
        cmocka_unit_test(terms_without_a_loss_have_the_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
