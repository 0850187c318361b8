/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reward/scale.h"

static const gfn_option rows[] = {GFN_REWARD_OPTIONS{0}};

static gfn_status scale_of(const char *settings, bool is_table, gfn_reward_scale *scale)
{
    const gfn_option *const tables[] = {rows};
    gfn_options *options;
    assert_int_equal(gfn_options_create(tables, 1, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options, settings, "test"), GFN_OK);
    const gfn_status status = gfn_reward_scale_init(options, is_table, scale);
    gfn_options_destroy(&options);
    return status;
}

/* R by hand, from y = 0.37 unless another is given. */
static void the_reward_of_a_value_is_that_of_the_formula(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double y, reward;
    } cases[] = {
        {"", 0.37, 0.37},
        {"beta=3", 0.37, 0.050653},
        {"beta=0", 0.37, 1},
        {"beta=0", 0, 1},
        {"reward-scale=10 reward-floor=1e-3 beta=3", 0.5, 1.25},
        {"reward-scale=10 reward-floor=1e-3 beta=3", 0, 0.01},
        {"reward-scale=10 reward-floor=1e-3 beta=3", 0.09, 0.01},
        {"reward-scale=10 reward-floor=1e-3 beta=3 floor-first=yes", 0, 1e-8},
        {"reward-scale=10 reward-floor=0.5 beta=2 floor-first=yes", 0.37, 2.5},
        {"reward-scale=0.25", 0.37, 0.0925},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gfn_reward_scale scale;
        assert_int_equal(scale_of(cases[i].settings, true, &scale), GFN_OK);
        const double found = exp(gfn_reward_scale_log(&scale, log(cases[i].y)));
        if (!(fabs(found - cases[i].reward) < 1e-12 * cases[i].reward))
            fail_msg("case %zu: %.17g", i, found);
    }
}

static void only_defaults_leave_the_reward_as_it_is(void **state)
{
    (void)state;
    static const char *const others[] = {"beta=2", "beta=0.5", "reward-scale=3",
                                         "reward-floor=1e-9", "reward-normalize=max"};
    gfn_reward_scale scale;
    assert_int_equal(scale_of("", true, &scale), GFN_OK);
    assert_true(gfn_reward_scale_is_identity(&scale));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(scale_of(others[i], true, &scale), GFN_OK);
        assert_false(gfn_reward_scale_is_identity(&scale));
    }
}

/* Values that are NAN belong to no object. */
static void values_are_normalised_before_the_exponent(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double reward[3];
    } cases[] = {
        {"reward-normalize=minmax beta=2", {0, 1, 0.16}},
        {"reward-normalize=max reward-floor=0.1 floor-first=yes", {0.1, 1, 0.28}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value[] = {-1, 5, NAN, 1.4};
        gfn_reward_scale scale;
        size_t index;
        assert_int_equal(scale_of(cases[i].settings, true, &scale), GFN_OK);
        assert_int_equal(gfn_reward_scale_values(&scale, 4, value, &index), GFN_OK);
        assert_true(isnan(value[2]));
        value[2] = value[3];
        for (size_t k = 0; k < 3; k++)
            assert_true(fabs(exp(value[k]) - cases[i].reward[k]) < 1e-12);
    }
}

static void what_has_no_meaning_is_refused(void **state)
{
    (void)state;
    double negative[] = {1, 2, -0.5}, equal[] = {4, 4};
    gfn_reward_scale scale;
    size_t index;
    assert_int_equal(scale_of("reward-normalize=max", false, &scale), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "reward-normalize: expected none"));
    assert_int_equal(scale_of("floor-first=yes", true, &scale), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "expected a floor beside it"));
    assert_int_equal(scale_of("", true, &scale), GFN_OK);
    assert_int_equal(gfn_reward_scale_values(&scale, 3, negative, &index), GFN_EINVAL);
    assert_int_equal(index, 2);
    assert_non_null(strstr(gfn_error_message(), "found -0.5 (hint: --reward-normalize minmax"));
    assert_int_equal(scale_of("reward-normalize=minmax", true, &scale), GFN_OK);
    assert_int_equal(gfn_reward_scale_values(&scale, 2, equal, &index), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found 4 to 4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reward_of_a_value_is_that_of_the_formula),
        cmocka_unit_test(only_defaults_leave_the_reward_as_it_is),
        cmocka_unit_test(values_are_normalised_before_the_exponent),
        cmocka_unit_test(what_has_no_meaning_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
