/* SPDX-License-Identifier: MIT */
#include <gfn/env.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/env/make.h"

/* Whether a > p/q, where a = |2x-m| / (2m), m = size-1. */
static bool is_beyond(int64_t size, int64_t x, int64_t p, int64_t q)
{
    const int64_t m = size - 1;
    return q * llabs(2 * x - m) > p * 2 * m;
}

static bool is_all_beyond(int64_t size, const int32_t *cell, int ndim, int64_t p, int64_t q)
{
    for (int d = 0; d < ndim; d++)
        if (!is_beyond(size, cell[d], p, q))
            return false;
    return true;
}

static bool is_in_band(int64_t size, const int32_t *cell, int ndim)
{
    for (int d = 0; d < ndim; d++) {
        const int64_t m = size - 1, top = llabs(2 * cell[d] - m);
        if (!is_beyond(size, cell[d], 3, 10) || 5 * top >= 2 * 2 * m)
            return false;
    }
    return true;
}

static double expected_original(int64_t size, int ndim, const int32_t *cell)
{
    return 0.013 + 0.7 * is_all_beyond(size, cell, ndim, 1, 4) + 2.3 * is_in_band(size, cell, ndim);
}

static double expected_deceptive(int64_t size, int ndim, const int32_t *cell)
{
    return 0.013 + 0.7 * !is_all_beyond(size, cell, ndim, 1, 10) +
           2.3 * is_in_band(size, cell, ndim);
}

static double expected_sparse(int64_t size, int ndim, const int32_t *cell)
{
    int ones = 0, far = 0;
    for (int d = 0; d < ndim; d++) {
        ones += cell[d] == 1;
        far += cell[d] == size - 2;
    }
    return ones + far == ndim && ones < ndim ? 0.713 : 0.013;
}

static double expected_cosine(int64_t size, int ndim, const int32_t *cell)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    long double product = 1;
    for (int d = 0; d < ndim; d++) {
        const long double a = fabsl(cell[d] / (size - 1.0L) - 0.5L);
        product *= (cosl(50 * a) + 1) * expl(-(5 * a) * (5 * a) / 2) / sqrtl(2 * pi);
    }
    return (double)(0.013L + 0.7L * product);
}

static const struct {
    const char *settings;
    double (*expected)(int64_t size, int ndim, const int32_t *cell);
} families[] = {
    {"reward=original r0=.013 r1=.7 r2=2.3", expected_original},
    {"reward=cosine r0=.013 r1=.7", expected_cosine},
    {"reward=sparse r0=.013 r1=.7", expected_sparse},
    {"reward=deceptive r0=.013 r1=.7 r2=2.3", expected_deceptive},
};

enum { N_FAMILIES = sizeof families / sizeof families[0] };

static void compare_all_cells(size_t family, int size, int ndim)
{
    char settings[100];
    int32_t cell[8];
    long double z = 0;
    double largest = -INFINITY;
    snprintf(settings, sizeof settings, "size=%d ndim=%d %s", size, ndim,
             families[family].settings);
    gfn_env *env = make_grid(settings);
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    for (int64_t number = 0; number < spec->n_states; number++) {
        assert_int_equal(gfn_env_state_at(env, 1, &number, cell), GFN_OK);
        const double expected = families[family].expected(size, ndim, cell);
        const double found = log_reward_of(env, cell);
        if (!is_close(exp(found), expected, 1e-13))
            fail_msg("%s: %.17g in cell %lld, expected %.17g", settings, exp(found),
                     (long long)number, expected);
        z += (long double)expected;
        largest = fmax(largest, found);
    }
    if (!is_close(exp(spec->log_z), (double)z, 1e-13))
        fail_msg("%s: Z %.17g, expected %.17Lg", settings, exp(spec->log_z), z);
    assert_true(spec->max_log_reward == largest); /* exactly: modes are found by comparing with
                                                   * it */
    assert_true(spec->all_terminal);
    assert_false(spec->needs_rewards);
    gfn_env_destroy(&env);
}

static void every_family_follows_its_formula_in_every_cell(void **state)
{
    (void)state;
    static const int sizes[] = {4, 5, 6, 8, 9, 11, 16, 21, 26, 31, 41};
    for (size_t family = 0; family < N_FAMILIES; family++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            for (int ndim = 1; ndim <= (sizes[i] > 20 ? 2 : 3); ndim++)
                compare_all_cells(family, sizes[i], ndim);
    for (size_t family = 0; family < N_FAMILIES; family++)
        compare_all_cells(family, 5, 6);
    for (int size = 2; size <= 300; size++) {
        compare_all_cells(0, size, 1);
        compare_all_cells(1, size, 1);
        compare_all_cells(3, size, 1);
    }
}

/* With the published constants, which are the defaults. */
static void log_z_agrees_with_the_published_rewards(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double log_z;
    } rows[] = {
        {"", 3.750914845033389}, /* log 42.56 */
        /* Rational arithmetic: Z = 60008/3125, 570121/100000 (no band), 1490169/25000. */
        {"reward=deceptive", 2.95504360347897},
        {"reward=deceptive size=11", 1.7406784330138987},
        {"reward=deceptive size=26", 4.087768990458215},
        {"reward=deceptive size=16 ndim=4", 8.414641030857343}, /* 14102048/3125 */
        {"reward=deceptive size=40 ndim=12", 41.892881084428556},
        {"reward=deceptive size=65536 encoding=khot", 20.026521459972239},
        {"reward=deceptive size=9 ndim=32", 67.985359562672905},
        /* 3 + 64e-12, (2^32 - 1) + 1e84, (2^32 - 1) + 4^32 1e-12, 15 + 160000e-12 */
        {"reward=sparse size=8", 1.0986122886894430},
        {"reward=sparse size=1000 ndim=32", 193.41714781149984},
        {"reward=sparse size=4 ndim=32", 22.184995547934986},
        {"reward=sparse size=20 ndim=4", 2.7080502117688767},
        /* Python, with math.fsum() over the factors of one dimension. */
        {"reward=cosine", 3.403364819782857},
        {"reward=cosine size=8", 1.8952597012897194},
        {"reward=cosine size=31", 4.734493896439218},
        {"reward=cosine size=20 ndim=4", 9.68669888773846},
        {"reward=sparse size=8 r0=1e-8", 1.0986125020014204}, /* 3 + 64e-8 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_grid(rows[i].settings);
        if (!is_close(gfn_env_spec_of(env)->log_z, rows[i].log_z, 1e-13))
            fail_msg("%s: %.17g", rows[i].settings, gfn_env_spec_of(env)->log_z);
        gfn_env_destroy(&env);
    }
}

/* The values of torchgfn's formulas in single cells, with its constants. */
static void rewards_agree_with_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        int32_t cell[2];
        double reward;
    } rows[] = {
        {"reward=cosine", {0, 0}, 0.10060908880580932},
        {"reward=cosine", {7, 7}, 0.1632890888966693},
        {"reward=cosine", {8, 7}, 0.1632890888966693},
        {"reward=cosine", {3, 12}, 0.10048437172384578},
        {"reward=deceptive", {0, 0}, 1e-5},
        {"reward=deceptive", {2, 2}, 2 + 1e-5},
        {"reward=deceptive", {8, 8}, 0.1 + 1e-5},
        {"reward=deceptive", {0, 9}, 0.1 + 1e-5},
        {"reward=deceptive", {2, 5}, 1e-5},
        {"reward=sparse", {1, 14}, 1 + 1e-12},
        {"reward=sparse", {14, 14}, 1 + 1e-12},
        {"reward=sparse", {1, 1}, 1e-12},
        {"reward=sparse", {0, 0}, 1e-12},
        {"reward=sparse", {14, 13}, 1e-12},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = make_grid(rows[i].settings);
        if (!is_close(exp(log_reward_of(env, rows[i].cell)), rows[i].reward, 1e-13))
            fail_msg("row %zu: %.17g", i, exp(log_reward_of(env, rows[i].cell)));
        gfn_env_destroy(&env);
    }
}

/* By hand: with m = size-1, the centre is |2x-m| <= 2m/10 and the band 6m/10 < |2x-m| < 8m/10. */
static void sizes_with_cells_on_the_border_of_the_centre_are_right(void **state)
{
    (void)state;
    static const struct {
        int32_t size;
        const char *levels; /* . centre, o outer, # band */
    } rows[] = {
        {11, "oooo...oooo"},
        {16, "oo#ooo....ooo#oo"},
        {21, "ooo#oooo.....oooo#ooo"},
        {26, "ooo##ooooo......ooooo##ooo"},
        {31, "oooo##oooooo.......oooooo##oooo"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char settings[100];
        snprintf(settings, sizeof settings, "reward=deceptive size=%d ndim=1 r0=.25 r1=.5 r2=2",
                 rows[i].size);
        gfn_env *env = make_grid(settings);
        assert_int_equal(strlen(rows[i].levels), rows[i].size);
        for (int32_t x = 0; x < rows[i].size; x++) {
            const char level = rows[i].levels[x];
            const double expected = level == '#' ? 2.25 : level == 'o' ? 0.25 : 0.75;
            assert_true(is_close(exp(log_reward_of(env, &x)), expected, 1e-15));
        }
        gfn_env_destroy(&env);
    }
}

static void a_deceptive_grid_without_a_band_has_its_modes_in_the_centre(void **state)
{
    (void)state;
    gfn_env *env = make_grid("reward=deceptive size=11");
    assert_true(is_close(exp(gfn_env_spec_of(env)->max_log_reward), 0.1 + 1e-5, 1e-14));
    gfn_env_destroy(&env);
    env = make_grid("reward=deceptive size=2"); /* neither centre nor band */
    assert_true(is_close(exp(gfn_env_spec_of(env)->max_log_reward), 1e-5, 1e-14));
    assert_true(is_close(exp(gfn_env_spec_of(env)->log_z), 4e-5, 1e-14));
    gfn_env_destroy(&env);
}

static void every_choice_creates_an_environment(void **state)
{
    (void)state;
    const gfn_env_ops *ops = gfn_env_find("hypergrid");
    const gfn_option *row = ops->options;
    while (strcmp(row->name, "reward") != 0)
        row++;
    int made = 0;
    for (const char *word = row->choices; word;
         word = strchr(word, '|') ? strchr(word, '|') + 1 : NULL) {
        char name[32];
        gfn_options *options = NULL;
        gfn_env *env = NULL;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "|"), word);
        const bool is_file = strcmp(name, "file") == 0;
        assert_int_equal(gfn_options_create(&ops->options, 1, &options), GFN_OK);
        assert_int_equal(gfn_options_set(options, "reward", name, "test"), GFN_OK);
        if (is_file)
            assert_int_equal(gfn_options_set(options, "reward-file", "r.npy", "test"), GFN_OK);
        assert_int_equal(gfn_env_create_with(ops, options, &env), GFN_OK);
        assert_int_equal(gfn_env_spec_of(env)->needs_rewards, is_file);
        assert_int_equal(isnan(gfn_env_spec_of(env)->log_z) != 0, is_file);
        assert_int_equal(isnan(log_reward_of(env, (const int32_t[]){3, 4})) != 0, is_file);
        gfn_env_destroy(&env);
        gfn_options_destroy(&options);
        made++;
    }
    assert_int_equal(made, 5);
}

static void options_that_do_not_apply_to_a_family_are_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *word;
    } rows[] = {
        {"reward=cosine r2=2", "r2 is 2, and the reward cosine has no r2"},
        {"reward=sparse r2=0", "r2 is 0, and the reward sparse has no r2"},
        {"reward=file reward-file=a.npy r0=1", "r0 is 1, and the reward file has no r0"},
        {"reward=cosine r0=0", "r0 is 0, needs more than 0 (hint: --r0 0.1)"},
        {"reward=sparse r0=0", "r0 is 0, needs more than 0 (hint: --r0 1e-12)"},
        {"reward=deceptive r0=0", "r0 is 0, needs more than 0 (hint: --r0 1e-05)"},
        {"reward=sparse size=3", "size is 3, and the goals"},
        {"reward=cosine size=1048577 encoding=khot", "size is 1048577, and the reward cosine"},
        {"reward=file", "found none (hint: --reward-file reward.npy)"},
        {"reward-file=a.npy", "/a.npy, and the reward original reads none"},
        {"reward=file reward-file=a.npy", "gfn_env_set_rewards()"},
        {"reward=cosin", "cosine"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        assert_int_equal(gfn_env_create("hypergrid", rows[i].settings, &env), GFN_EINVAL);
        assert_null(env);
        const char *message = gfn_error_message();
        if (!strstr(message, rows[i].word) || !strstr(message, "hypergrid: ") ||
            !strstr(message, "hint:"))
            fail_msg("\"%s\" gives: %s", rows[i].settings, message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_follows_its_formula_in_every_cell),
        cmocka_unit_test(log_z_agrees_with_the_published_rewards),
        cmocka_unit_test(rewards_agree_with_the_published_ones),
        cmocka_unit_test(sizes_with_cells_on_the_border_of_the_centre_are_right),
        cmocka_unit_test(a_deceptive_grid_without_a_band_has_its_modes_in_the_centre),
        cmocka_unit_test(every_choice_creates_an_environment),
        cmocka_unit_test(options_that_do_not_apply_to_a_family_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
