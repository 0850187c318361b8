/* SPDX-License-Identifier: MIT
 *
 * Tables in files, on a grid of 3 x 2 cells, and on a world whose objects are found by their words.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include <gfn/reward.h>
#include <zlib.h>

#include "io/array.h"
#include "io/npy.h"
#include "reward/scale.h"
#include "tests/unit/env/worlds.h"
#include "tests/unit/reward/make.h"

static gfn_env *made(const char *settings)
{
    gfn_env *env = NULL;
    assert_ok(make_rewarded(gfn_env_find("hypergrid"), settings, &env));
    return env;
}

static double reward_of(const gfn_env *env, const char *object)
{
    int32_t state[8];
    double log_r;
    assert_ok(gfn_env_read(env, object, state));
    assert_ok(gfn_env_log_reward(env, 1, state, &log_r));
    return exp(log_r);
}

static void assert_is(const gfn_env *env, const char *object, double reward)
{
    const double found = reward_of(env, object);
    if (!(fabs(found - reward) < 1e-13 * reward))
        fail_msg("%s: %.17g, expected %.17g", object, found, reward);
}

static const char lines[] = "object,energy\n"
                            "0 0,1.5\n0 1,2\n\n# a comment\n1 1,0.25\r\n\"1 0\",4\n";

static void a_table_is_read_from_every_kind_of_file(void **state)
{
    (void)state;
    static const double values[] = {1.5, 2, 4, 0.25};
    const struct gfn_array array = {.dtype = GFN_F64, .ndim = 2, .shape = {2, 2}, .data = values};
    static const char *const files[] = {"a.npy", "a.csv", "a.tsv", "a.csv.gz"};
    char tabs[sizeof lines], settings[100];
    strcpy(tabs, lines);
    for (char *c = tabs; *c; c++)
        *c = *c == ',' ? '\t' : *c;
    assert_ok(gfn_npy_save("a.npy", &array));
    put_text("a.csv", lines);
    put_text("a.tsv", tabs);
    gzFile file = gzopen("a.csv.gz", "wb");
    assert_int_equal(gzwrite(file, lines, sizeof lines - 1), sizeof lines - 1);
    assert_int_equal(gzclose(file), Z_OK);
    for (size_t i = 0; i < 4; i++) {
        snprintf(settings, sizeof settings, "size=2 table=%s", files[i]);
        gfn_env *env = made(settings);
        assert_is(env, "0 0", 1.5);
        assert_is(env, "0 1", 2);
        assert_is(env, "1 0", 4);
        assert_is(env, "1 1", 0.25);
        assert_true(fabs(gfn_env_spec_of(env)->log_z - log(7.75)) < 1e-14);
        assert_true(fabs(gfn_env_spec_of(env)->max_log_reward - log(4)) < 1e-14);
        assert_ok(gfn_env_check(env, 2385, 1000, NULL));
        gfn_env_destroy(&env);
    }
}

static void options_scale_a_table(void **state)
{
    (void)state;
    put_text("a.csv", lines);
    gfn_env *env = made("size=2 table=a.csv reward-normalize=max beta=2 reward-scale=8");
    assert_is(env, "1 0", 8);
    assert_is(env, "0 1", 2);
    gfn_env_destroy(&env);
}

static void a_value_of_0_forbids_to_stop_unless_there_is_a_floor(void **state)
{
    (void)state;
    int32_t object[2];
    put_text("a.csv", "0 0,0\n0 1,2\n1 0,0\n1 1,0\n");
    gfn_env *env = made("size=2 table=a.csv");
    assert_refused(gfn_env_read(env, "1 0", object), GFN_EINVAL, "expected an object");
    assert_is(env, "1 1", 2e-8);
    assert_false(gfn_env_spec_of(env)->all_terminal);
    assert_ok(gfn_env_check(env, 2385, 1000, NULL));
    gfn_env_destroy(&env);
    env = made("size=2 table=a.csv reward-floor=0.5");
    assert_is(env, "1 0", 0.5);
    assert_true(gfn_env_spec_of(env)->all_terminal);
    gfn_env_destroy(&env);
}

static void bad_tables_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"0 0,1\n0 1,x\n", "a.csv: line 2: expected a finite number as the value of 0 1, found"},
        {"0 0,1\n0 1,nan\n", "a.csv: line 2: expected a finite number"},
        {"0 0,1\n0 7,1\n", "a.csv: line 2: row 0: expected an object of this hypergrid"},
        {"0 0,1\n0,1,2\n", "a.csv: line 2: expected an object and a value, found 3 fields"},
        {"0 0,1\n0 1,2\n0 0,3\n", "a.csv: line 3: expected each object once, found (0, 0) as in "
                                  "line 1"},
        {"0 0,1\n0 1,2\n1 0,3\n", "expected a value of each of 4 objects, found 3 values, and none "
                                  "of (1, 1)"},
        {"0 0,1\n0 1,2\n1 0,-3\n1 1,1", "a.csv: hypergrid: (1, 0): expected values of 0 or more"},
        {"object,value\n", "a.csv: expected lines of object and value, found none"},
        {"0 0,\"1\n", "a.csv: line 1: expected a second quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gfn_env *env = NULL;
        put_text("a.csv", cases[i].text);
        assert_refused(make_rewarded(gfn_env_find("hypergrid"), "size=2 table=a.csv", &env),
                       GFN_EINVAL, cases[i].says);
    }
}

/* Bits in any order: objects have no numbers. */
static void objects_without_places_are_found_by_their_words(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    int32_t object[2];
    double log_r;
    put_text("a.csv", "1 1,0.3\n1 2,0.7\n2 1,5\n");
    assert_ok(make_rewarded(&bits_world, "length=2 table=a.csv", &env));
    assert_ok(gfn_env_read(env, "2 1", object));
    assert_ok(gfn_env_log_reward(env, 1, object, &log_r));
    assert_true(fabs(log_r - log(5)) < 1e-14);
    assert_ok(gfn_env_read(env, "2 2", object));
    assert_refused(gfn_env_log_reward(env, 1, object, &log_r), GFN_EENV,
                   "expected a value of this object in the table, found none");
    gfn_env_destroy(&env);
    put_text("a.csv", "1 1,0.3\n1 2,0\n2 1,5\n");
    assert_refused(make_rewarded(&bits_world, "length=2 table=a.csv", &env), GFN_EINVAL,
                   "expected a reward above 0 of every object, found 0 for (1, 2)");
}

/* Permutations are numbered, but have no slots: the table has values of all states. */
static void a_missing_object_is_refused_in_every_world(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    const gfn_env_ops *orders = gfn_env_find("permutation"), *sets = gfn_env_find("set");
    const gfn_env_ops *words = gfn_env_find("sequence");
    put_text("a.csv", "0 1 2,1\n0 2 1,2\n1 0 2,3\n1 2 0,4\n2 0 1,5\n");
    assert_refused(make_rewarded(orders, "items=3 table=a.csv", &env), GFN_EINVAL,
                   "expected a value of every object, found none for (2, 1, 0)");
    put_text("a.csv", "0 1 2,1\n0 2 1,2\n1 0 2,3\n1 2 0,4\n2 0 1,5\n2 1 0,0\n");
    assert_refused(make_rewarded(orders, "items=3 table=a.csv", &env), GFN_EINVAL,
                   "expected a reward above 0 of every object, found 0 for (2, 1, 0)");
    put_text("a.csv", "\"{0, 1}\",1\n\"{0, 2}\",2\n");
    assert_refused(make_rewarded(sets, "items=3 choose=2 table=a.csv", &env), GFN_EINVAL,
                   "expected a value of every object, found none for {1, 2}");
    put_text("a.csv", "AA,1\nAB,2\nBA,1\nBB,1\nA,1\n");
    assert_refused(make_rewarded(words, "letters=AB length=2 min-length=1 table=a.csv", &env),
                   GFN_EINVAL, "expected a value of every object, found none for B");
    put_text("a.csv", "AA,1\nAB,2\nBA,1\nBB,1\nA,1\nB,0\n"); /* stopping is forbidden at B */
    assert_ok(make_rewarded(words, "letters=AB length=2 min-length=1 table=a.csv", &env));
    assert_ok(gfn_env_check(env, 2385, 1000, NULL));
    gfn_env_destroy(&env);
}

static void one_source_gives_the_rewards(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    put_text("a.csv", lines);
    const gfn_env_ops *grid = gfn_env_find("hypergrid");
    assert_refused(make_rewarded(grid, "size=2 table=a.csv modes=a.csv", &env), GFN_EINVAL,
                   "modes: expected one source of rewards, found also table");
    assert_refused(make_rewarded(grid, "size=2 table=a.csv reward=cosine", &env), GFN_EINVAL,
                   "table: expected none beside the reward cosine");
    gfn_env_ops bare = bits_world;
    bare.log_reward = NULL;
    assert_refused(make_rewarded(&bare, "length=2", &env), GFN_EINVAL,
                   "bits: expected a reward of its objects, found none (hint: --table FILE");
}

static void the_formula_of_a_world_takes_an_exponent(void **state)
{
    (void)state;
    gfn_env *env = made("size=8"), *steep = made("size=8 beta=2 reward-scale=3");
    const double plain = reward_of(env, "1 1");
    assert_is(steep, "1 1", 3 * plain * plain);
    assert_true(isnan(gfn_env_spec_of(steep)->log_z));
    assert_true(fabs(gfn_env_spec_of(steep)->max_log_reward -
                     2 * gfn_env_spec_of(env)->max_log_reward - log(3)) < 1e-13);
    gfn_env_destroy(&steep);
    steep = made("size=8 reward-scale=3");
    assert_true(fabs(gfn_env_spec_of(steep)->log_z - gfn_env_spec_of(env)->log_z - log(3)) < 1e-13);
    gfn_env_destroy(&steep);
    gfn_env_destroy(&env);
}

static void distances_to_modes_give_rewards(void **state)
{
    (void)state;
    gfn_env *env = NULL;
    put_text("modes.txt", "0 0\n3 1\n");
    env = made("size=4 modes=modes.txt beta=1.5");
    assert_is(env, "3 1", 1);
    assert_is(env, "3 0", exp(-1.5));
    assert_is(env, "1 2", exp(-3));
    assert_true(fabs(gfn_env_spec_of(env)->max_log_reward) < 1e-15);
    gfn_env_destroy(&env);
    put_text("modes.csv", "object,log_p\n0 0,-1.5\n3 1,-2\n"); /* as sample --out writes it */
    env = made("size=4 modes=modes.csv");
    assert_is(env, "3 0", exp(-1));
    gfn_env_destroy(&env);
    env = made("size=4 modes=modes.txt mode-reward=hamming-mean"); /* texts have 3 characters */
    assert_is(env, "3 0", exp(-1.0 / 3));
    gfn_env_destroy(&env);
    assert_refused(make_rewarded(gfn_env_find("hypergrid"), "modes=bitseq:60", &env), GFN_EINVAL,
                   "expected objects of 8 bits or a multiple of them, found \"");
    assert_refused(make_rewarded(gfn_env_find("hypergrid"), "modes=bitseq:0", &env), GFN_EINVAL,
                   "expected bitseq:N or bitseq:N:SEED");
    put_text("modes.txt", "0 0\n3 17\n");
    assert_refused(make_rewarded(gfn_env_find("hypergrid"), "size=4 modes=modes.txt", &env),
                   GFN_EINVAL, "modes.txt: line 2: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(a_table_is_read_from_every_kind_of_file),
        scratch_test(options_scale_a_table),
        scratch_test(a_value_of_0_forbids_to_stop_unless_there_is_a_floor),
        scratch_test(bad_tables_are_refused_with_their_line),
        scratch_test(objects_without_places_are_found_by_their_words),
        scratch_test(a_missing_object_is_refused_in_every_world),
        scratch_test(one_source_gives_the_rewards),
        scratch_test(the_formula_of_a_world_takes_an_exponent),
        scratch_test(distances_to_modes_give_rewards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
