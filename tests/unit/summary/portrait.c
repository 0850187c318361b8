/* SPDX-License-Identifier: MIT
 *
 * What a picture shows of a run: the numbers that it is made of.
 */
#include "tests/unit/fixture.h"

#include <math.h>

#include "summary/portrait.h"

static size_t metric_index(const char *name)
{
    size_t i = 0;
    while (strcmp(gfn_metric_of(i)->name, name) != 0)
        i++;
    return i;
}

/* Train a run to its end, and portray it. */
static void portray(const char *settings, const char *directory, gfn_portrait *p)
{
    gfn_report report = {.last = {.modes = -1, .n_modes = -1}, .collapsed = -1};
    gfn_bounds *bounds = &report.bounds;
    gfn_draw *draw = &report.draw;
    const gfn_stream stream = {5, GFN_PURPOSE_SAMPLE, 0};
    gfn_run *run = NULL;
    work(new_run(settings), directory, INT64_MAX, FINISHED);
    assert_int_equal(gfn_run_load(comm, directory, 1, &run), GFN_OK);
    assert_int_equal(gfn_run_evaluate(run, &report.last.evaluation), GFN_OK);
    assert_int_equal(gfn_run_find_bounds(run, 0, 100, bounds), GFN_OK);
    assert_int_equal(
        gfn_run_draw(run, &stream, gfn_options_int(gfn_run_options(run), "samples"), false, draw),
        GFN_OK);
    assert_int_equal(gfn_portrait_create(run, directory, &report, p), GFN_OK);
    gfn_draw_clear(draw);
    gfn_run_destroy(&run);
}

static double sum(const gfn_map *map)
{
    double total = 0;
    for (size_t i = 0; i < map->rows * map->columns; i++)
        total += map->value[i];
    return total;
}

static void captions_say_what_was_trained_and_what_it_came_to(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB " epsilon=0.1 picture=no", "a", &p);
    assert_string_equal(p.env, "hypergrid: size 9, ndim 2, reward original, encoding auto");
    assert_string_equal(p.method, "tb, epsilon 0.1, hidden 12, batch-size 30, lr 0.0173, "
                                  "schedule cosine, seed 5");
    assert_string_equal(p.length, "60 of 60 iterations");
    assert_true(strncmp(p.result, "L1 ", 3) == 0 && strstr(p.result, "log Z ") &&
                strstr(p.result, "a perfect sampler ") && strstr(p.result, " modes"));
    gfn_portrait_clear(&p);
}

/* Options of rewards stand in front of the objective. */
static void captions_part_options_by_commas(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB " beta=2 reward-scale=3 picture=no", "h", &p);
    assert_string_equal(p.method, "beta 2, reward-scale 3, tb, hidden 12, batch-size 30, "
                                  "lr 0.0173, schedule cosine, seed 5");
    gfn_portrait_clear(&p);
}

static void a_grid_is_shown_by_samples_and_target(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB, "b", &p);
    assert_int_equal(p.n_axes, 2);
    assert_string_equal(p.samples.title, "200 samples");
    assert_string_equal(p.samples.axis[0], "x");
    assert_int_equal(p.samples.map[0].rows, 9);
    assert_float_equal(sum(&p.samples.map[0]), 1, 1e-9);
    assert_float_equal(sum(&p.target.map[0]), 1, 1e-9);
    /* Corners of 2 x 2 cells with 0.5 more, in each of which the inner cell is a mode with 2 more:
     * |x/8 - 1/2| is .5, .375, .25, ... and only .375 is between .3 and .4. */
    const double z = 81 * 0.01 + 16 * 0.5 + 4 * 2;
    assert_float_equal(p.target.map[0].value[0], 0.51 / z, 1e-9);
    assert_float_equal(p.target.map[0].value[9 + 1], 2.51 / z, 1e-9);
    assert_float_equal(p.most_targeted, 2.51 / z, 1e-9);
    gfn_portrait_clear(&p);
}

/* Of three axes the pairs (1, 0), (2, 0), (2, 1), the larger down. The world is the same along all
 * of them, its samples are not. */
static void more_dimensions_are_shown_by_marginals(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB " ndim=3 size=5", "c", &p);
    assert_int_equal(p.n_axes, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_float_equal(sum(&p.samples.map[i]), 1, 1e-9);
        assert_memory_equal(p.target.map[i].value, p.target.map[0].value,
                            25 * sizeof *p.target.map[i].value);
    }
    /* Both maps with x0 to the right have the same sums over what is down. */
    for (size_t x = 0; x < 5; x++) {
        double one = 0, two = 0;
        for (size_t y = 0; y < 5; y++) {
            one += p.samples.map[0].value[5 * y + x];
            two += p.samples.map[1].value[5 * y + x];
        }
        assert_float_equal(one, two, 1e-12);
    }
    gfn_portrait_clear(&p);
}

static void without_samples_the_policy_itself_is_shown(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB " samples=0", "d", &p);
    assert_string_equal(p.samples.title, "policy, exact");
    assert_float_equal(sum(&p.samples.map[0]), 1, 1e-9);
    gfn_portrait_clear(&p);
}

/* 200 samples that have more than 300^5 places to be in: estimates of log p of a hundred. */
static void where_nothing_is_enumerated_there_are_points(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB " size=300 ndim=5 iterations=2", "e", &p);
    assert_int_equal(p.n_axes, 0);
    assert_int_equal(p.points.n, 100);
    for (size_t i = 0; i < p.points.n; i++)
        assert_true(isfinite(p.points.x[i]) && isfinite(p.points.y[i]));
    assert_false(isnan(p.log_z_true));
    gfn_portrait_clear(&p);
}

static void curves_are_those_of_the_metrics(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray(JOB, "f", &p);
    size_t n_tv = 0;
    const gfn_series *loss = &p.curve[GFN_CURVE_LOSS], *tv = &p.curve[GFN_CURVE_TV];
    assert_int_equal(loss->n, 18); /* every 4th and every 10th of 60 iterations */
    assert_true(loss->x[0] == 4 && loss->x[17] == 60 && p.trajectories[17] == 1800);
    for (size_t i = 0; i < loss->n; i++) {
        assert_true(isfinite(loss->y[i]));
        n_tv += isfinite(tv->y[i]);
    }
    assert_int_equal(n_tv, 6);
    /* So are those results that a checkpoint does not have. */
    assert_true(p.metric[metric_index("loss")] == loss->y[17] && p.trajectories_done == 1800);
    assert_true(p.metric[metric_index("tv")] == tv->y[17]);
    gfn_portrait_clear(&p);
}

static void a_run_without_checkpoint_has_curves_alone(void **unused)
{
    (void)unused;
    gfn_portrait p;
    work(new_run(JOB " checkpoint-every=0"), "g", 30, KILLED);
    assert_int_equal(gfn_portrait_begin("g", NULL, &p), GFN_OK);
    assert_int_equal(p.n_axes, 0);
    assert_int_equal(p.points.n, 0);
    assert_int_equal(p.curve[GFN_CURVE_LOSS].n, 9);
    assert_string_equal(p.result, "no checkpoint yet");
    assert_string_equal(p.length, "60 iterations");
    assert_float_equal(p.trajectories_done, 900, 0);
    assert_true(isnan(p.metric[metric_index("l1")]) && isnan(p.metric[metric_index("modes")]));
    assert_true(p.metric[metric_index("loss")] == p.curve[GFN_CURVE_LOSS].y[8]);
    assert_true(p.metric[metric_index("time_s")] > 0);
    gfn_portrait_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captions_say_what_was_trained_and_what_it_came_to),
        cmocka_unit_test(captions_part_options_by_commas),
        cmocka_unit_test(a_grid_is_shown_by_samples_and_target),
        cmocka_unit_test(more_dimensions_are_shown_by_marginals),
        cmocka_unit_test(without_samples_the_policy_itself_is_shown),
        cmocka_unit_test(where_nothing_is_enumerated_there_are_points),
        cmocka_unit_test(curves_are_those_of_the_metrics),
        cmocka_unit_test(a_run_without_checkpoint_has_curves_alone),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
