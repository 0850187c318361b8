/* SPDX-License-Identifier: MIT
 *
 * Properties of all objectives of the library.
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
#include <gfn/status.h>

#include "objective/residuals.h"

static void every_objective_describes_itself_and_is_found(void **state)
{
    (void)state;
    assert_true(gfn_objective_kinds() > 0);
    assert_null(gfn_objective_kind(gfn_objective_kinds()));
    assert_null(gfn_objective_name(gfn_objective_kinds()));
    for (size_t i = 0; i < gfn_objective_kinds(); i++) {
        const gfn_objective *objective = gfn_objective_kind(i);
        assert_int_equal(objective->size, sizeof(gfn_objective));
        assert_true(strlen(objective->name) > 0);
        assert_true(strlen(objective->summary) > 0);
        assert_true(strstr(objective->source, "arXiv:") || strstr(objective->source, "doi:"));
        assert_non_null(objective->loss);
        assert_ptr_equal(gfn_objective_find(objective->name), objective); /* names differ */
        assert_ptr_equal(gfn_objective_name(i), objective->name);
    }
}

static void unknown_objectives_are_not_found(void **state)
{
    (void)state;
    assert_null(gfn_objective_find(""));
    assert_null(gfn_objective_find("TB"));
    assert_null(gfn_objective_find("tb "));
}

/* The values on which a loss depends: arrays of steps, and log Z. */
enum { STEPS = 9, PF = 0, PB, FLOW, INFLOW, STOP, ARRAYS, LOG_Z = ARRAYS * (STEPS + 1), VALUES };

/* A trajectory. value: its arrays [ARRAYS][STEPS + 1], then log Z. */
typedef struct trajectory {
    size_t n_steps;
    double log_reward, lambda, mean_weight, value[VALUES], log_rewards[STEPS];
    gfn_real log_pf[STEPS], log_pb[STEPS];
    const gfn_residual_loss *loss; /* NULL: the square */
    bool has_target;
    double target[STEPS]; /* log F or log P_F(stop) by a target network */
} trajectory;

/* Multiples of 1/1024 between -4 and 0: sums and the differences below are exact in float too. */
static void draw_trajectory(uint64_t number, trajectory *x)
{
    const gfn_stream stream = {20250607, GFN_PURPOSE_CHECK, 0};
    x->n_steps = (size_t)number % STEPS + 1;
    for (uint32_t i = 0; i < VALUES; i++)
        x->value[i] = -(double)(gfn_random_word(&stream, number, i) % 4096) / 1024;
    for (uint32_t t = 0; t < STEPS; t++)
        x->log_rewards[t] = -(double)(gfn_random_word(&stream, number, VALUES + t) % 64) / 16;
    for (uint32_t t = 0; t < STEPS; t++)
        x->target[t] =
            -(double)(gfn_random_word(&stream, number, VALUES + STEPS + t) % 4096) / 1024;
    x->log_reward = -1.25;
    x->lambda = 0.875;
    x->mean_weight = 3.5;
}

/* The objective gets the arrays that it asks for; the others are NULL. */
static double loss_of(const gfn_objective *o, trajectory *x, gfn_derivatives *d)
{
    const double *v = x->value;
    const size_t k = STEPS + 1;
    gfn_terms terms = {.n_steps = x->n_steps,
                       .log_flow = o->needs & GFN_NEEDS_FLOW ? v + FLOW * k : NULL,
                       .log_inflow = o->needs & GFN_NEEDS_INFLOW ? v + INFLOW * k : NULL,
                       .log_stop = o->needs & GFN_NEEDS_STOP ? v + STOP * k : NULL,
                       .log_rewards = o->needs & GFN_NEEDS_REWARDS ? x->log_rewards : NULL,
                       .log_reward = x->log_reward,
                       .log_z = v[LOG_Z],
                       .mean_weight = x->mean_weight,
                       .lambda = x->lambda};
    gfn_residual_terms residuals = {.loss = x->loss};
    if (x->has_target && (o->needs & GFN_NEEDS_FLOW))
        residuals.target_flow = x->target;
    else if (x->has_target)
        residuals.target_stop = x->target;
    if (x->has_target || x->loss)
        terms.residuals = &residuals;
    for (size_t t = 0; t < x->n_steps; t++) {
        x->log_pf[t] = (gfn_real)v[PF * k + t];
        x->log_pb[t] = (gfn_real)v[PB * k + t];
        terms.sum_log_pf += v[PF * k + t];
        terms.sum_log_pb += v[PB * k + t];
    }
    if (o->needs & GFN_NEEDS_STEPS) {
        terms.log_pf = x->log_pf;
        terms.log_pb = x->log_pb;
    }
    return o->loss(&terms, d);
}

/* Derivatives of all values; 0 for those that the objective cannot read. */
static double differentiate(const gfn_objective *o, trajectory *x, double *derivative)
{
    const size_t k = STEPS + 1;
    double *a = derivative;
    for (size_t i = 0; i < VALUES; i++)
        a[i] = 0;
    gfn_derivatives d = {.log_pf = a + PF * k,
                         .log_pb = a + PB * k,
                         .log_flow = o->needs & GFN_NEEDS_FLOW ? a + FLOW * k : NULL,
                         .log_inflow = o->needs & GFN_NEEDS_INFLOW ? a + INFLOW * k : NULL,
                         .log_stop = o->needs & GFN_NEEDS_STOP ? a + STOP * k : NULL};
    const double loss = loss_of(o, x, &d);
    a[LOG_Z] = d.log_z;
    for (size_t t = 1; t < x->n_steps && d.is_uniform; t++) {
        a[PF * k + t] = a[PF * k];
        a[PB * k + t] = a[PB * k];
    }
    return loss;
}

static double shifted_loss(const gfn_objective *o, trajectory *x, size_t i, double shift)
{
    double unused[VALUES];
    x->value[i] += shift;
    const double loss = differentiate(o, x, unused);
    x->value[i] -= shift;
    return loss;
}

/* An objective with estimate() ignores that the batch's log Z depends on its trajectory: over a
 * whole batch these terms cancel. */
static bool is_given(const gfn_objective *o, size_t i)
{
    return i == LOG_Z && o->estimate;
}

/* Central differences with h = 1/128 are exact for a loss that is quadratic in logs. For other
 * losses the error is of order h^2; 1e-3 allows third derivatives of up to about 100. */
static void derivatives_match_central_differences(void **state)
{
    (void)state;
    const double h = 0.0078125;
    for (size_t o = 0; o < gfn_objective_kinds(); o++)
        for (uint64_t number = 0; number < 50; number++) {
            const gfn_objective *objective = gfn_objective_kind(o);
            trajectory x = {0};
            double derivative[VALUES];
            draw_trajectory(number, &x);
            const double loss = differentiate(objective, &x, derivative);
            assert_true(isfinite(loss) && (loss > 0 || x.n_steps == 1));
            for (size_t i = 0; i < VALUES; i++) {
                const double difference =
                    shifted_loss(objective, &x, i, h) - shifted_loss(objective, &x, i, -h);
                const double error = fabs(difference / (2 * h) - derivative[i]);
                if (!is_given(objective, i) && error > 1e-3 * fmax(1, fabs(derivative[i])))
                    fail_msg("%s: value %zu of trajectory %d", objective->name, i, (int)number);
            }
        }
}

/* A draw with all values near 0, so that differences of exponentials are sharp. */
static void draw_small(uint64_t number, trajectory *x)
{
    draw_trajectory(number, x);
    for (size_t i = 0; i < VALUES; i++)
        x->value[i] /= 16;
    for (size_t t = 0; t < STEPS; t++) {
        x->log_rewards[t] /= 16;
        x->target[t] /= 16;
    }
}

static void check_variant(const gfn_objective *o, const gfn_residual_loss *loss, bool has_target)
{
    const double h = 0x1p-10;
    double largest = 0;
    for (uint64_t number = 0; number < 30; number++) {
        trajectory x = {.loss = loss, .has_target = has_target};
        double derivative[VALUES];
        draw_small(number, &x);
        assert_true(differentiate(o, &x, derivative) >= 0);
        for (size_t i = 0; i < VALUES; i++) {
            const double difference =
                (shifted_loss(o, &x, i, h) - shifted_loss(o, &x, i, -h)) / (2 * h);
            if (!is_given(o, i) &&
                fabs(difference - derivative[i]) > 1e-3 * fmax(1, fabs(derivative[i])))
                fail_msg("%s, %s(%g), target %d: value %zu of trajectory %d", o->name,
                         loss->kind->name, loss->scale, has_target, i, (int)number);
            largest = fmax(largest, fabs(derivative[i]));
        }
    }
    assert_true(largest > 0.1);
}

/* With every loss. Nothing is differentiated by what a target network says. */
static void derivatives_of_other_losses_match_differences_too(void **state)
{
    (void)state;
    static const double scales[] = {1, 0.35, -1};
    for (size_t k = 0; k < gfn_loss_kinds() * 3; k++)
        for (size_t i = 0; i < gfn_objective_kinds(); i++) {
            const gfn_objective *o = gfn_objective_kind(i);
            const gfn_loss_kind *kind = gfn_loss_kind_of(k / 3);
            const double scale = scales[k % 3];
            gfn_residual_loss loss;
            assert_true(o->needs & GFN_TAKES_LOSS);
            if (gfn_residual_loss_set(&loss, kind, kind->scale > 0 ? scale : NAN) != GFN_OK)
                continue;
            check_variant(o, &loss, false);
            if (o->needs & GFN_TAKES_TARGET)
                check_variant(o, &loss, true);
        }
}

/* The definition: a sum over all pairs of states. */
static double subtb_by_pairs(const trajectory *x)
{
    const double *v = x->value;
    const size_t k = STEPS + 1, n = x->n_steps;
    double sum = 0, weights = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j <= n; j++) {
            const double flow = x->has_target ? x->target[j % n] : v[FLOW * k + j];
            double delta = v[FLOW * k + i] - (j < n ? flow : x->log_reward), slope;
            for (size_t t = i; t < j; t++)
                delta += v[PF * k + t] - v[PB * k + t];
            const double weight = pow(x->lambda, (double)(j - i));
            const gfn_residual_terms residuals = {.loss = x->loss};
            sum += weight * gfn_loss_of(&residuals, delta, &slope);
            weights += weight;
        }
    return sum / weights;
}

static void sub_trajectory_balance_is_its_sum_over_pairs(void **state)
{
    (void)state;
    gfn_residual_loss linex;
    assert_int_equal(gfn_residual_loss_set(&linex, gfn_loss_find("linex"), NAN), GFN_OK);
    for (uint64_t number = 0; number < 200; number++) {
        trajectory x = {.loss = number % 4 < 2 ? NULL : &linex, .has_target = number % 2};
        double unused[VALUES];
        draw_small(number / 4, &x);
        x.lambda = number % 5 == 4 ? 1 : 0.2 + 0.3 * (double)(number % 5);
        const double loss = differentiate(gfn_objective_find("subtb"), &x, unused);
        const double expected = subtb_by_pairs(&x);
        assert_true(fabs(loss - expected) < 1e-12 * fmax(1, expected));
    }
}

/* The check values in the comments of src/objective/: a row for each objective. */
typedef struct check_values {
    const char *name;
    double log_pf[2], log_pb, flow[2], inflow[3], stop[2], log_rewards[2], log_reward;
    size_t n_steps;
    double log_z, loss;
    double residual[2]; /* forward minus backward; 0: there is none */
} check_values;

static const check_values rows[] = {
    {"tb", {-2}, -1, {0}, {0}, {0}, {0}, .25, 1, 1.5, .0625, {.25}},
    {"vargrad", {-1}, 0, {0}, {0}, {0}, {0}, 0, 1, 1.5, .25, {.5}},
    {"db", {-.5}, 0, {1}, {0}, {0}, {0}, .25, 1, 0, .0625, {.25}},
    {"fl-db", {-.5}, 0, {1}, {0}, {0}, {.75}, .25, 1, 0, .0625, {.25}},
    {"subtb", {-.5}, 0, {1}, {0}, {0}, {0}, .25, 1, 0, .0625, {.25}},
    {"fl-subtb", {-.5}, 0, {1}, {0}, {0}, {.75}, .25, 1, 0, .0625, {.25}},
    {"fm", {0, -.25}, 0, {2, .5}, {0, 1, .25}, {0}, {0}, 0, 2, 0, .3125, {.5, .25}},
    {"mdb", {-1, -.25}, 0, {0}, {0}, {-.5, -.25}, {0, 1}, 1, 2, 0, 1.75 * 1.75, {-1.75}},
};

static void check_row(const gfn_objective *objective, const check_values *row)
{
    const size_t k = STEPS + 1;
    trajectory x = {
        .n_steps = row->n_steps, .log_reward = row->log_reward, .lambda = .7, .mean_weight = 1};
    double unused[VALUES];
    x.value[PB * k] = row->log_pb;
    x.value[LOG_Z] = row->log_z;
    memcpy(x.value + PF * k, row->log_pf, sizeof row->log_pf);
    memcpy(x.value + FLOW * k, row->flow, sizeof row->flow);
    memcpy(x.value + INFLOW * k, row->inflow, sizeof row->inflow);
    memcpy(x.value + STOP * k, row->stop, sizeof row->stop);
    memcpy(x.log_rewards, row->log_rewards, sizeof row->log_rewards);
    const double loss = differentiate(objective, &x, unused);
    if (!(fabs(loss - row->loss) < 1e-15))
        fail_msg("%s: loss is %.17g, expected %g", row->name, loss, row->loss);
    /* Linex tells the sign of a residual. */
    for (int sign = -1; sign <= 1; sign += 2) {
        gfn_residual_loss linex;
        double expected = 0, slope;
        assert_int_equal(gfn_residual_loss_set(&linex, gfn_loss_find("linex"), sign), GFN_OK);
        for (size_t i = 0; i < 2; i++)
            expected += gfn_residual_loss_at(&linex, row->residual[i], &slope);
        x.loss = &linex;
        const double found = differentiate(objective, &x, unused);
        if (!(fabs(found - expected) < 1e-14))
            fail_msg("%s: linex(%d) is %.17g, expected %.17g", row->name, sign, found, expected);
    }
}

static void objectives_give_the_numbers_of_their_files(void **state)
{
    (void)state;
    for (size_t o = 0; o < gfn_objective_kinds(); o++) {
        const gfn_objective *objective = gfn_objective_kind(o);
        size_t r = 0;
        while (r < sizeof rows / sizeof rows[0] && strcmp(rows[r].name, objective->name) != 0)
            r++;
        if (r == sizeof rows / sizeof rows[0])
            fail_msg("%s: expected a row with the numbers of its file, found none",
                     objective->name);
        check_row(objective, &rows[r]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_describes_itself_and_is_found),
        cmocka_unit_test(unknown_objectives_are_not_found),
        cmocka_unit_test(derivatives_match_central_differences),
        cmocka_unit_test(derivatives_of_other_losses_match_differences_too),
        cmocka_unit_test(sub_trajectory_balance_is_its_sum_over_pairs),
        cmocka_unit_test(objectives_give_the_numbers_of_their_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
