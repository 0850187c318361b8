/* SPDX-License-Identifier: MIT
 *
 * Presets can be trained, and have the problems that they are named after.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static gfn_options *options_of(const char *preset)
{
    gfn_options *options = NULL;
    assert_int_equal(gfn_run_options_create(gfn_preset_env(preset), &options), GFN_OK);
    assert_int_equal(gfn_run_options_preset(options, preset), GFN_OK);
    return options;
}

/* Z by rational arithmetic: 42.56, 22.4, 5672; and 569.6 - 4096 (0.1 - R0). Weights and biases of
 * the networks: in (out + 1) summed by hand, with log Z. */
static void presets_are_the_problems_they_are_named_after(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        int64_t n_states;
        double z;
        size_t n_params;
    } expected[] = {
        {"seed", 256, 42.56, 257 * 32 + 33 * 3 + 1},
        {"torchgfn-2d8", 64, 22.4, 2 * (17 * 256 + 257 * 256) + 257 * (3 + 2) + 1},
        {"gfnx-20x4", 160000, 5672, 81 * 256 + 257 * 256 + 257 * (5 + 4) + 1},
        {"tb-8x4-r0.1", 4096, 569.6, 33 * 256 + 257 * 256 + 257 * 5 + 1},
        {"tb-8x4-r0.01", 4096, 200.96, 33 * 256 + 257 * 256 + 257 * 5 + 1},
        {"tb-8x4-r0.001", 4096, 164.096, 33 * 256 + 257 * 256 + 257 * 5 + 1},
    };
    gfn_comm *comm = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        gfn_options *options = options_of(expected[i].name);
        gfn_run *run = NULL;
        gfn_trainer *trainer = NULL;
        gfn_evaluation evaluation;
        assert_string_equal(gfn_preset_of(i)->name, expected[i].name);
        assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
        assert_int_equal(gfn_env_spec_of(gfn_run_env(run))->n_states, expected[i].n_states);
        assert_int_equal(gfn_model_n_params(gfn_run_model(run)), expected[i].n_params);
        assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
        assert_int_equal(gfn_run_evaluate(run, &evaluation), GFN_OK);
        assert_true(fabs(evaluation.log_z_true - log(expected[i].z)) < 1e-9);
        gfn_trainer_destroy(&trainer);
        gfn_run_destroy(&run);
        gfn_options_destroy(&options);
    }
    assert_null(gfn_preset_of(gfn_presets()));
    gfn_comm_close(&comm);
}

/* Whoever reads a configuration, where each of its values comes from is known. */
static void a_preset_says_where_it_comes_from_and_is_overridden(void **unused)
{
    (void)unused;
    gfn_options *options = options_of("gfnx-20x4");
    assert_string_equal(gfn_options_text(options, "preset"), "gfnx-20x4");
    assert_string_equal(gfn_options_source(options, "size"), "preset gfnx-20x4");
    assert_string_equal(gfn_options_source(options, "seed"), "default");
    assert_int_equal(gfn_options_set(options, "size", "9", "me"), GFN_OK);
    assert_int_equal(gfn_options_int(options, "size"), 9);
    assert_int_equal(gfn_options_int(options, "ndim"), 4);
    gfn_options_destroy(&options);
    for (size_t i = 0; i < gfn_presets(); i++) {
        const gfn_preset *p = gfn_preset_of(i);
        assert_true(p->summary[0] && p->source[0] && p->differs[0]);
    }
}

/* So that later defaults do not change what was published. Objectives without a parameter log Z
 * have no rate and no start of it. */
static void presets_set_every_option_that_learning_depends_on(void **unused)
{
    (void)unused;
    static const char *const names[] = {"objective", "backward",   "hidden",     "lr",
                                        "schedule",  "activation", "batch-size", "iterations"};
    static const char *const of_grid[] = {"size", "ndim",     "reward",  "r0",        "r1",
                                          "r2",   "encoding", "lr-logz", "log-z-init"};
    for (size_t i = 0; i < gfn_presets(); i++) {
        gfn_options *options = options_of(gfn_preset_of(i)->name);
        for (size_t k = 0; k < COUNT(names); k++)
            assert_string_not_equal(gfn_options_source(options, names[k]), "default");
        const bool is_grid = strcmp(gfn_preset_of(i)->env, "hypergrid") == 0;
        for (size_t k = 0; is_grid && k < COUNT(of_grid); k++)
            assert_string_not_equal(gfn_options_source(options, of_grid[k]), "default");
        gfn_options_destroy(&options);
    }
}

/* Of those that need no file of the user. */
static void presets_of_worlds_have_their_exact_log_z(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        double log_z;
    } expected[] = {{"ising-10", 88.187700616}};
    gfn_comm *comm = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    for (size_t i = 0; i < COUNT(expected); i++) {
        gfn_options *options = options_of(expected[i].name);
        gfn_run *run = NULL;
        gfn_evaluation evaluation;
        assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
        assert_int_equal(gfn_run_evaluate(run, &evaluation), GFN_OK);
        assert_false(evaluation.is_exact);
        if (!(fabs(evaluation.log_z_true - expected[i].log_z) < 1e-6))
            fail_msg("%s: %.12g", expected[i].name, evaluation.log_z_true);
        gfn_run_destroy(&run);
        gfn_options_destroy(&options);
    }
    gfn_comm_close(&comm);
}

static void a_preset_belongs_to_its_environment(void **unused)
{
    (void)unused;
    gfn_options *options = NULL;
    assert_string_equal(gfn_preset_env("ising-10"), "ising");
    assert_null(gfn_preset_env("ising-11"));
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_run_options_preset(options, "ising-10"), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "expected the environment ising, found hypergrid"));
    gfn_options_destroy(&options);
}

static void what_is_no_preset_is_refused(void **unused)
{
    (void)unused;
    static const gfn_option rows[] = {{"size", GFN_OPTION_INT, "3", 1, 99, NULL, NULL, NULL},
                                      {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL}};
    static const gfn_option *const tables[] = {rows};
    gfn_options *options = NULL;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_run_options_preset(options, "sead"), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(),
                           "preset: expected one of seed, torchgfn-2d8, gfnx-20x4, tb-8x4-r0.1, "));
    assert_non_null(strstr(gfn_error_message(), ", found \"sead\" (hint: seed)"));
    gfn_options_destroy(&options);
    assert_int_equal(gfn_options_create(tables, 1, &options), GFN_OK);
    assert_int_equal(gfn_run_options_preset(options, "seed"), GFN_EINVAL);
    assert_memory_equal(gfn_error_message(), "preset seed: expected the environment hypergrid", 47);
    gfn_options_destroy(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_the_problems_they_are_named_after),
        cmocka_unit_test(a_preset_says_where_it_comes_from_and_is_overridden),
        cmocka_unit_test(presets_set_every_option_that_learning_depends_on),
        cmocka_unit_test(presets_of_worlds_have_their_exact_log_z),
        cmocka_unit_test(a_preset_belongs_to_its_environment),
        cmocka_unit_test(what_is_no_preset_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
