/* SPDX-License-Identifier: MIT
 *
 * Distances to given modes, by packed bits and by text, and the modes near which an object lies.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include <gfn/eval.h>
#include <gfn/random.h>
#include <gfn/reward.h>

#include "data/state_set.h"
#include "env/env_internal.h"
#include "tests/unit/reward/make.h"

enum { BITS = 72, WORDS = BITS / 8 };

static gfn_status make(const char *settings, gfn_env **env)
{
    return make_rewarded(gfn_env_find("sequence"), settings, env);
}

static gfn_env *made(const char *settings)
{
    gfn_env *env = NULL;
    assert_ok(make(settings, &env));
    return env;
}

static double log_reward_of(const gfn_env *env, const char *text)
{
    int32_t state[BITS];
    double log_reward;
    assert_ok(gfn_env_read(env, text, state));
    assert_ok(gfn_env_log_reward(env, 1, state, &log_reward));
    return log_reward;
}

/* The modes near which objects lie, n lines of text. */
static int64_t count_near(const gfn_env *env, size_t n, const char *const *text)
{
    int32_t state[8 * BITS];
    int64_t modes = -1;
    for (size_t i = 0; i < n; i++)
        assert_ok(gfn_env_read(env, text[i], state + i * (size_t)env->spec.state_width));
    assert_ok(gfn_count_modes(env, n, state, &modes));
    return modes;
}

static void write_bits(uint64_t trajectory, char text[BITS + 2])
{
    const gfn_stream stream = {2385, GFN_PURPOSE_CHECK, 0};
    for (uint32_t i = 0; i < BITS; i++)
        text[i] = (char)('0' + (gfn_random_word(&stream, trajectory, i) & 1));
    strcpy(text + BITS, "\n");
}

static int count_differences(const char *a, const char *b)
{
    int n = 0;
    for (size_t i = 0; i < BITS; i++)
        n += a[i] != b[i];
    return n;
}

/* 72 bits are more than one word of the machine. */
static void distances_count_bits_of_words(void **state)
{
    (void)state;
    enum { MODES = 7, OBJECTS = 40 };
    char modes[MODES][BITS + 2], all[MODES * (BITS + 1) + 1] = "";
    for (uint64_t i = 0; i < MODES; i++) {
        write_bits(i, modes[i]);
        strcat(all, modes[i]);
    }
    put_text("modes.txt", all);
    gfn_env *env = made("letters=bits:8 length=9 order=any modes=modes.txt");
    assert_int_equal(env->spec.state_width, WORDS);
    assert_int_equal(env->reward.modes.n, MODES);
    for (uint64_t k = 0; k < OBJECTS; k++) {
        char object[BITS + 2];
        int nearest = BITS;
        write_bits(100 + k, object);
        for (int i = 0; i < MODES; i++) {
            const int n = count_differences(object, modes[i]);
            nearest = n < nearest ? n : nearest;
        }
        assert_true(fabs(log_reward_of(env, object) + nearest) < 1e-12);
    }
    gfn_env_destroy(&env);
}

/* As text: the same distances by letters, and with longer objects. */
static void distances_count_letters_and_what_is_longer(void **state)
{
    (void)state;
    put_text("modes.txt", "ACGT\nAC\n");
    gfn_env *env = made("letters=ACGT length=5 min-length=1 modes=modes.txt");
    assert_true(fabs(log_reward_of(env, "ACGA") + 1) < 1e-12);
    assert_true(fabs(log_reward_of(env, "TCG") + 2) < 1e-12);
    assert_true(fabs(log_reward_of(env, "ACGTA") + 1) < 1e-12);
    gfn_env_destroy(&env);
    put_text("modes.txt", "0101\n01\n"); /* bits of different lengths */
    env = made("letters=01 length=5 min-length=1 modes=modes.txt");
    assert_true(fabs(log_reward_of(env, "01010") + 1) < 1e-12);
    assert_true(fabs(log_reward_of(env, "11") + 1) < 1e-12);
    gfn_env_destroy(&env);
}

static void modes_within_the_distance_are_found(void **state)
{
    (void)state;
    static const char *const near_one[] = {"0000011111110000"};
    static const char *const between[] = {"0000000011110000"};
    static const char *const both[] = {"0000011111110000", "1111111100000001"};
    static const char *const far[] = {"0000011111111000"};
    static const char *const itself[] = {"0000000000000000", "0000000000000000"};
    put_text("modes.txt", "0000000000000000\n0000111111110000\n1111111100000000\n"
                          "0000000000000000\n");
    gfn_env *env = made("letters=bits:8 length=2 order=any modes=modes.txt mode-distance=4");
    assert_int_equal(env->reward.modes.n, 3); /* one stands there twice */
    assert_int_equal(count_near(env, 1, near_one), 1);
    assert_int_equal(count_near(env, 1, between), 2); /* 4 bits from either */
    assert_int_equal(count_near(env, 2, both), 2);
    assert_int_equal(count_near(env, 2, itself), 1);
    gfn_env_destroy(&env);
    env = made("letters=bits:8 length=2 order=any modes=modes.txt mode-distance=1");
    assert_int_equal(count_near(env, 1, near_one), 1);
    assert_int_equal(count_near(env, 1, between), 0);
    assert_int_equal(count_near(env, 1, far), 0);
    gfn_env_destroy(&env);
    env = made("letters=bits:8 length=2 order=any modes=modes.txt");
    assert_int_equal(count_near(env, 2, both), 0);
    assert_int_equal(count_near(env, 2, itself), 1);
    gfn_env_destroy(&env);
}

/* Training asks only about objects whose log R is not below. */
static void no_object_near_a_mode_has_less_than_the_least_reward(void **state)
{
    (void)state;
    static const char *const options[] = {"beta=2", "mode-reward=hamming-mean", "beta=0.5",
                                          "beta=3 reward-floor=0.1 reward-scale=7",
                                          "beta=3 reward-floor=0.1 floor-first=yes"};
    put_text("modes.txt", "00000000\n");
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char settings[200];
        snprintf(settings, sizeof settings,
                 "letters=01 length=8 modes=modes.txt mode-distance=3 %s", options[i]);
        gfn_env *env = made(settings);
        assert_true(log_reward_of(env, "10010010") >= env->reward.modes.least_log_reward);
        gfn_env_destroy(&env);
    }
    gfn_env *env = made("letters=01 length=8 modes=modes.txt mode-distance=3 beta=2");
    assert_true(log_reward_of(env, "10010011") < env->reward.modes.least_log_reward);
    gfn_env_destroy(&env);
}

/* The least number of bits in which a text differs from a mode, in slots that are not empty. */
static int distance_of_slots(const gfn_env *env, const char *text, const int32_t *slot)
{
    int nearest = BITS;
    for (size_t k = 0; k < env->reward.modes.n; k++) {
        char mode[BITS + 1];
        int differ = 0;
        gfn_env_write(env, env->reward.modes.object + k * WORDS, mode, sizeof mode);
        for (int i = 0; i < BITS; i++)
            differ += slot[i / 8] != 0 && mode[i] != text[i];
        nearest = differ < nearest ? differ : nearest;
    }
    return nearest;
}

static void parts_have_the_distance_of_what_is_there(void **state)
{
    (void)state;
    gfn_env *env = made("letters=bits:8 length=9 order=any modes=bitseq:7 beta=2 reward-scale=3");
    assert_true(gfn_env_has_partial_rewards(env));
    for (uint32_t k = 0; k < 200; k++) {
        const gfn_stream stream = {.seed = k, .purpose = GFN_PURPOSE_CHECK};
        int32_t slot[WORDS];
        char text[BITS + 1];
        double log_reward;
        for (uint32_t i = 0; i < WORDS; i++)
            slot[i] = 1 + (int32_t)(gfn_random_word(&stream, 0, i) % 256);
        gfn_env_write(env, slot, text, sizeof text);
        gfn_env_ask_state_reward(env, 1, slot, &log_reward);
        assert_true(log_reward == log_reward_of(env, text)); /* of an object, its own */
        for (uint32_t i = 0; i < WORDS; i++)
            slot[i] *= gfn_random_word(&stream, 1, i) % WORDS < k % 10;
        gfn_env_ask_state_reward(env, 1, slot, &log_reward);
        const int distance = distance_of_slots(env, text, slot);
        assert_true(fabs(log_reward - (log(3) - 2 * distance)) < 1e-12);
    }
    gfn_env_destroy(&env);
    /* They keep the rules, also where all states are tested. */
    env = made("letters=bits:4 length=2 order=any modes=bitseq:2");
    assert_ok(gfn_env_check(env, 2385, 1000, NULL));
    gfn_env_destroy(&env);
    env = made("letters=bits:8 length=9 order=both modes=bitseq:7"); /* slots move */
    assert_false(gfn_env_has_partial_rewards(env));
    gfn_env_destroy(&env);
}

/* By hand, of modes GATTACA and GACCACA; modes of different lengths have no partial rewards. */
static void letters_that_are_there_are_compared(void **state)
{
    (void)state;
    static const struct {
        int32_t slot[7]; /* A 1, C 2, G 3, T 4 */
        double expected;
    } cases[] = {
        {{0, 0, 0, 0, 0, 0, 0}, 0},  {{3, 1, 0, 0, 1, 0, 1}, 0},  {{0, 0, 2, 2, 0, 0, 0}, 0},
        {{0, 0, 2, 4, 0, 0, 0}, -1}, {{1, 0, 2, 2, 0, 0, 4}, -2}, {{4, 4, 4, 4, 4, 4, 4}, -5},
    };
    put_text("modes.txt", "GATTACA\nGACCACA\n");
    gfn_env *env = made("letters=ACGT length=7 order=any modes=modes.txt");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double log_reward;
        gfn_env_ask_state_reward(env, 1, cases[i].slot, &log_reward);
        assert_true(log_reward == cases[i].expected);
    }
    gfn_env_destroy(&env);
    put_text("modes.txt", "GATTACA\nGACC\n");
    env = made("letters=ACGT length=7 min-length=3 modes=modes.txt");
    assert_false(gfn_env_has_partial_rewards(env));
    gfn_env_destroy(&env);
}

/* Exponent, scale and floor are those of objects. */
static void parts_have_the_scale_of_a_formula(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double expected;
    } cases[] = {
        {"side=2 sigma=0.3", 0.6},
        {"side=2 sigma=0.3 beta=3 reward-scale=10", 3 * 0.6 + 2.302585092994046},
        {"side=2 sigma=0.3 reward-floor=7.38905609893065", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gfn_env *env;
        double log_reward = NAN;
        assert_ok(make_rewarded(gfn_env_find("ising"), cases[i].settings, &env));
        assert_true(gfn_env_has_partial_rewards(env));
        gfn_env_ask_state_reward(env, 1, (int32_t[]){2, 2, 0, 0}, &log_reward);
        assert_true(fabs(log_reward - cases[i].expected) < 1e-12);
        gfn_env_destroy(&env);
    }
}

static void a_distance_needs_modes(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    put_text("table.csv", "0,1\n1,2\n");
    assert_refused(make("letters=01 length=1 table=table.csv mode-distance=3", &env), GFN_EINVAL,
                   "mode-distance: expected modes beside it, found none (hint: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(distances_count_bits_of_words),
        scratch_test(distances_count_letters_and_what_is_longer),
        scratch_test(modes_within_the_distance_are_found),
        scratch_test(no_object_near_a_mode_has_less_than_the_least_reward),
        scratch_test(parts_have_the_distance_of_what_is_there),
        scratch_test(letters_that_are_there_are_compared),
        scratch_test(parts_have_the_scale_of_a_formula),
        scratch_test(a_distance_needs_modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
