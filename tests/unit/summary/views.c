/* SPDX-License-Identifier: MIT
 *
 * What pictures show of the marginals of environments: the numbers that they are made of.
 */
#include "tests/unit/summary/portray.h"

#include <math.h>

#include "summary/composition.h"

/* The number in a line of a file of marginals that begins with `key`, in a column of the values. */
static double number_in(const char *directory, const char *name, const char *key, int column)
{
    char path[100], *text;
    size_t n;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(gfn_file_read(path, SIZE_MAX / 4, &text, &n), GFN_OK);
    char line[100];
    snprintf(line, sizeof line, "\n%s,", key);
    const char *at = strstr(text, line);
    if (at == NULL)
        fail_msg("%s has no line %s", path, key);
    at += strlen(line);
    for (; column > 0; column--)
        at = strchr(at, ',') + 1;
    const double value = strtod(at, NULL);
    gfn_release(&text);
    return value;
}

/* ---- maps and profiles ---- */

/* 8 slots of a bit, letters down, slots to the right; the target as in letters.csv. */
static void a_sequence_has_a_map_of_letters_and_slots(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray_well("sequence", "letters=bits:1 length=8 modes=bitseq:2" SHORT, "letters", &p);
    const gfn_map *samples = &p.samples.map[0], *target = &p.target.map[0];
    assert_int_equal(p.n_axes, 2);
    assert_true(p.has_target && p.points.n > 0);
    assert_string_equal(p.quantity, "frequency");
    assert_string_equal(p.samples.title, "500 samples");
    assert_string_equal(p.samples.axis[1], "letter");
    assert_string_equal(p.samples.axis[0], "slot");
    assert_true(samples->rows == 2 && samples->columns == 8);
    assert_string_equal(samples->label[0][1], "1");
    assert_null(samples->label[1]);
    for (size_t slot = 0; slot < 8; slot++) {
        assert_float_equal(at(samples, 0, slot) + at(samples, 1, slot), 1, 1e-9);
        for (size_t letter = 0; letter < 2; letter++) {
            char key[20];
            snprintf(key, sizeof key, "%zu,%zu", slot, letter);
            assert_float_equal(at(target, letter, slot),
                               number_in("letters", "letters.csv", key, 1), 1e-6);
            assert_float_equal(at(samples, letter, slot),
                               number_in("letters", "letters.csv", key, 0), 0.12);
        }
    }
    gfn_portrait_clear(&p);
}

/* From down, to right, names without quotes; no variable has an edge to itself. */
static void a_dag_has_a_map_of_edges(void **unused)
{
    (void)unused;
    gfn_portrait p;
    write_file("data.csv", "dose,\"blood pressure\",\"t,\"\"s\"\"\"\n"
                           "0.0,0.61,-0.52\n-0.72,-0.16,-0.77\n1.67,1.81,-0.74\n-1.3,-0.74,0.53\n"
                           "-0.1,0.61,-0.56\n-1.34,-0.05,-0.84\n-0.9,0.01,-0.81\n");
    portray_well("dag", "data=data.csv" SHORT, "graphs", &p);
    const gfn_map *target = &p.target.map[0];
    assert_int_equal(target->rows, 3);
    assert_string_equal(p.target.axis[1], "from");
    assert_string_equal(p.target.axis[0], "to");
    for (int axis = 0; axis < 2; axis++) {
        assert_string_equal(target->label[axis][0], "dose");
        assert_string_equal(target->label[axis][1], "blood pressure");
        assert_string_equal(target->label[axis][2], "t,\"s\"");
    }
    for (size_t i = 0; i < 3; i++)
        assert_true(isnan(at(target, i, i)));
    assert_float_equal(at(target, 0, 1),
                       number_in("graphs", "edges.csv", "dose,\"blood pressure\"", 3), 1e-6);
    assert_float_equal(at(target, 1, 0),
                       number_in("graphs", "edges.csv", "\"blood pressure\",dose", 3), 1e-6);
    assert_float_equal(at(target, 2, 0),
                       number_in("graphs", "edges.csv", "\"t,\"\"s\"\"\",dose", 3), 1e-6);
    gfn_portrait_clear(&p);
}

/* Too many sets to enumerate; each item is in half of them. */
static void a_set_has_a_profile_of_items(void **unused)
{
    (void)unused;
    gfn_portrait p;
    /* 40 equal energies */
    write_file("energies.csv", "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
                               "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
    portray_well("set", "energies=energies.csv choose=20" SHORT, "items", &p);
    double sum = 0;
    assert_int_equal(p.n_axes, 1);
    assert_string_equal(p.profile_axis, "item");
    assert_string_equal(p.sample_profile.name, "500 samples");
    assert_int_equal(p.target_profile.n, 40);
    for (size_t i = 0; i < 40; i++) {
        assert_float_equal(p.target_profile.y[i], 0.5, 1e-9);
        assert_float_equal(p.sample_profile.x[i], (double)i, 0);
        sum += p.sample_profile.y[i];
    }
    assert_float_equal(sum, 20, 1e-9);
    assert_true(p.target_crc != 0 && p.points.n > 0);
    gfn_portrait_clear(&p);
}

/* In a tour each item has one that follows it. */
static void a_permutation_has_a_map_of_pairs(void **unused)
{
    (void)unused;
    gfn_portrait p;
    write_file("cost.csv", "0,1,2,0.4\n0.5,0,1,2\n2,0.3,0,1\n1,2,0.7,0\n");
    portray_well("permutation", "cost=cost.csv reward=tour" SHORT, "order", &p);
    const gfn_map *maps[] = {&p.samples.map[0], &p.target.map[0]};
    assert_string_equal(p.quantity, "precedes_directly");
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 4; i++) {
            double sum = 0;
            for (size_t j = 0; j < 4; j++)
                sum += i == j ? 0 : at(maps[k], i, j);
            assert_true(isnan(at(maps[k], i, i)));
            assert_float_equal(sum, 1, 1e-9);
        }
    assert_float_equal(at(&p.target.map[0], 3, 2), number_in("order", "order.csv", "3,2", 2), 1e-6);
    gfn_portrait_clear(&p);
}

static void without_samples_the_policy_itself_is_shown(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray_well("ising", "side=2" SHORT " samples=0", "policy", &p);
    assert_int_equal(p.n_tiles, 0);
    assert_int_equal(p.n_histograms, 2);
    double sum = 0;
    for (size_t i = 0; i < p.histogram[1].n; i++)
        sum += p.histogram[1].sampled[i];
    assert_float_equal(sum, 1, 1e-9);
    gfn_portrait_clear(&p);
    portray_well("sequence", "letters=bits:1 length=8 modes=bitseq:2" SHORT " samples=0", "exact",
                 &p);
    assert_string_equal(p.samples.title, "policy, exact");
    assert_float_equal(at(&p.samples.map[0], 1, 3), number_in("exact", "letters.csv", "3,1", 0),
                       1e-6);
    gfn_portrait_clear(&p);
}

/* 14 slots of 16 words cannot be enumerated. */
static void where_no_target_is_known_samples_stand_alone(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray_well("sequence",
                 "letters=bits:4 length=14 order=any modes=bitseq:3" SHORT
                 " iterations=2 samples=40",
                 "words", &p);
    assert_false(p.has_target);
    assert_int_equal(p.samples.map[0].rows, 16);
    assert_string_equal(p.samples.map[0].label[0][5], "0101");
    assert_int_equal(gfn_portrait_save(&p, "words.png"), gfn_plot_is_built() ? GFN_OK : GFN_ENOSUP);
    gfn_portrait_clear(&p);
}

/* ---- histograms and small maps ---- */

/* The mean of a histogram, whose values are the middles of its bins; the sum must be 1. */
static double mean_of(const gfn_portrait_histogram *h, const double *p)
{
    double sum = 0, mean = 0;
    for (size_t i = 0; i < h->n; i++) {
        const double x =
            h->range[0] + ((double)i + 0.5) * (h->range[1] - h->range[0]) / (double)h->n;
        sum += p[i];
        mean += p[i] * x;
    }
    assert_float_equal(sum, 1, 1e-9);
    return mean;
}

/* 3 x 3 spins are enumerated. Energies per spin are multiples of 4 bonds, and all values are the
 * middles of bins, so the means of histograms are those of observables.csv. */
static void ising_worlds_have_histograms_beside_the_exact_ones(void **unused)
{
    (void)unused;
    static const char *const names[] = {"energy", "magnetization"};
    gfn_portrait p;
    portray_well("ising", "side=3 sigma=0.17" SHORT, "spins", &p);
    assert_int_equal(p.n_axes, 0);
    assert_int_equal(p.n_histograms, 2);
    for (size_t i = 0; i < 2; i++) {
        const gfn_portrait_histogram *h = &p.histogram[i];
        const double exact = number_in("spins", "observables.csv", names[i], 1);
        assert_string_equal(h->name, names[i]);
        assert_string_equal(h->target_name, "target");
        assert_int_equal(h->n, 10);
        assert_float_equal(h->mean, exact, 1e-6);
        assert_float_equal(mean_of(h, h->target), exact, 1e-6);
        assert_float_equal(mean_of(h, h->sampled),
                           number_in("spins", "observables.csv", names[i], 0), 0.2);
    }
    /* All spins up or down: 2 of 512, each with the largest reward. */
    assert_float_equal(p.histogram[1].target[0], p.histogram[1].target[9], 1e-12);
    assert_float_equal(p.histogram[1].target[0], exp(18 * 0.34 - p.log_z_true), 1e-9);
    gfn_portrait_clear(&p);
}

static void true_draws_stand_for_a_target_that_is_not_enumerated(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray_well("ising", "side=6 sigma=0.1" SHORT, "torus", &p);
    const gfn_portrait_histogram *energy = &p.histogram[0];
    assert_string_equal(energy->target_name, "true draws");
    assert_int_equal(energy->n, 37);
    assert_float_equal(energy->mean, number_in("torus", "observables.csv", "energy", 1), 1e-6);
    assert_float_equal(mean_of(energy, energy->target), energy->mean, 0.02);
    assert_true(energy->sampled != NULL && p.points.n > 0);
    gfn_portrait_clear(&p);
}

static void samples_of_a_lattice_are_small_maps(void **unused)
{
    (void)unused;
    gfn_portrait p;
    portray_well("ising", "side=6" SHORT, "lattice", &p);
    size_t up = 0;
    assert_int_equal(p.n_tiles, 8);
    assert_string_equal(p.tile_title, "the first of 500 samples");
    for (size_t i = 0; i < p.n_tiles; i++) {
        size_t mine = 0;
        assert_true(p.tile[i].rows == 6 && p.tile[i].columns == 6);
        for (size_t k = 0; k < 36; k++) {
            assert_true(p.tile[i].value[k] == 0 || p.tile[i].value[k] == 1);
            mine += p.tile[i].value[k] == 1;
        }
        assert_true(p.histogram[1].sampled[mine] > 0); /* bin k: k spins are up */
        up += mine;
    }
    assert_in_range(up, 1, 8 * 36 - 1);
    gfn_portrait_clear(&p);
    portray_well("ising", "side=6" SHORT " samples=3", "three", &p);
    assert_int_equal(p.n_tiles, 3);
    gfn_portrait_clear(&p);
}

/* ---- panels of histograms ---- */

/* Of 200 bins, 0.1 wide, 50 ... 169 are in use: 60 of the sum of two are shown. Another run with
 * the same bins is joined alike, and one with others is left out. */
static void bins_are_joined_and_empty_ends_are_left_out(void **unused)
{
    (void)unused;
    static double sampled[200], target[200], other[200];
    gfn_composition c = {.groups = NULL};
    gfn_groups groups = {.n_runs = 3, .n = 1};
    gfn_portrait run[3] = {{.arena = NULL}};
    for (size_t i = 50; i < 170; i++)
        sampled[i] = target[i] = (double)i / 13140;
    target[3] = 5e-5; /* too little to be shown */
    other[60] = 1;
    const gfn_portrait_histogram h = {.name = "energy",
                                      .n = 200,
                                      .range = {-10, 10},
                                      .sampled = sampled,
                                      .target = target,
                                      .target_name = "target",
                                      .mean = 0.25};
    for (size_t i = 0; i < 3; i++) {
        run[i].histogram[0] = h;
        run[i].n_histograms = 1;
    }
    run[1].histogram[0].sampled = other;
    run[2].histogram[0].range[1] = 11;
    const gfn_shown shown[] = {{&run[0], "a", 0}, {&run[1], "b", 1}, {&run[2], "c", 2}};
    c.groups = &groups;
    assert_int_equal(gfn_arena_create(&c.arena), GFN_OK);
    assert_int_equal(gfn_compose_histograms(&c, &run[0], 3, shown), GFN_OK);
    const gfn_panel *panel = &c.plain[0];
    assert_int_equal(c.picture.n_plain, 1);
    assert_int_equal(panel->n, 3);
    assert_float_equal(panel->step, 0.2, 1e-12);
    assert_float_equal(*panel->upright, 0.25, 0);
    assert_string_equal(panel->x_name, "energy (exact mean: 0.25)");
    assert_int_equal(panel->series[0].n, 60);
    assert_float_equal(panel->series[0].x[0], -4.9, 1e-9);
    assert_float_equal(panel->series[0].y[0], (50.0 + 51) / 13140, 1e-12);
    assert_float_equal(panel->series[0].y[59], (168.0 + 169) / 13140, 1e-12);
    assert_float_equal(panel->series[1].y[5], 1, 0);
    assert_int_equal(panel->series[2].style, -1);
    gfn_arena_destroy(&c.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sequence_has_a_map_of_letters_and_slots),
        cmocka_unit_test(a_dag_has_a_map_of_edges),
        cmocka_unit_test(a_set_has_a_profile_of_items),
        cmocka_unit_test(a_permutation_has_a_map_of_pairs),
        cmocka_unit_test(without_samples_the_policy_itself_is_shown),
        cmocka_unit_test(where_no_target_is_known_samples_stand_alone),
        cmocka_unit_test(ising_worlds_have_histograms_beside_the_exact_ones),
        cmocka_unit_test(true_draws_stand_for_a_target_that_is_not_enumerated),
        cmocka_unit_test(samples_of_a_lattice_are_small_maps),
        cmocka_unit_test(bins_are_joined_and_empty_ends_are_left_out),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
