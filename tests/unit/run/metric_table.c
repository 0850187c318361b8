/* SPDX-License-Identifier: MIT
 *
 * The table of metrics: names that identify, values that are read from the right place.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/report.h>

static const gfn_metric *find(const char *name)
{
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (strcmp(gfn_metric_of(i)->name, name) == 0)
            return gfn_metric_of(i);
    fail_msg("no metric %s", name);
    return NULL;
}

static void names_and_fields_are_unique_and_values_lie_in_the_report(void **unused)
{
    (void)unused;
    assert_null(gfn_metric_of(gfn_metric_count()));
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *m = gfn_metric_of(i);
        assert_true(m->offset + sizeof(double) <= sizeof(gfn_report));
        assert_true(m->heading[0] != '\0' && m->digits > 0);
        for (size_t k = 0; k < i; k++) {
            const gfn_metric *other = gfn_metric_of(k);
            assert_string_not_equal(m->name, other->name);
            assert_string_not_equal(m->field, other->field);
            assert_true(m->distance || other->distance || m->offset != other->offset);
        }
    }
}

/* Values of distances beyond that number are unknown. */
static void the_evaluation_has_a_place_for_every_distance(void **unused)
{
    (void)unused;
    size_t distances = 0;
    for (size_t i = 0; i < gfn_metric_count(); i++)
        distances += gfn_metric_of(i)->distance != NULL;
    assert_in_range(distances, 0, GFN_MAX_DISTANCES);
}

static void values_are_those_of_the_report(void **unused)
{
    (void)unused;
    gfn_report report = {.seconds = 2.385,
                         .last = {.loss = 0.23, .modes = 23, .n_modes = -1},
                         .bounds = {.elbo = {3.85, 0.17}, .correlation = NAN},
                         .draw = {.l1 = 0.85, .modes = 0}};
    report.last.evaluation.metrics = (gfn_metrics){0.385, 0.77, 0.023, 0.0085};
    report.last.evaluation.log_z_error = -0.0238;
    const struct {
        const char *name;
        double value;
    } rows[] = {{"tv", 0.385},
                {"l1", 0.77},
                {"jsd", 0.023},
                {"kl", 0.0085},
                {"log_z_error", -0.0238},
                {"modes", 23},
                {"n_modes", NAN},
                {"elbo", 3.85},
                {"elbo_error", 0.17},
                {"loss", 0.23},
                {"samples_l1", 0.85},
                {"samples_modes", 0},
                {"time_s", 2.385},
                {"correlation", NAN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const double value = gfn_metric_value(find(rows[i].name), &report);
        if (isnan(rows[i].value))
            assert_true(isnan(value));
        else
            assert_true(value == rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_fields_are_unique_and_values_lie_in_the_report),
        cmocka_unit_test(the_evaluation_has_a_place_for_every_distance),
        cmocka_unit_test(values_are_those_of_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
