/* SPDX-License-Identifier: MIT
 *
 * Test sets: copies of modes with flipped bits, and log p by backward trajectories against the
 * exact one.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include <gfn/gfn.h>

#include "env/env_internal.h"
#include "run/run.h"
#include "run/statistics.h"

enum { BITS = 16, MODES = 3 };

#define SEQUENCES "letters=bits:8 length=2 order=any modes=bitseq:3 batch-size=8 threads=1 "

/* 4,913 states, so that trajectories are walked in waves. */
#define SMALL                                                                                      \
    "letters=bits:4 length=3 order=any modes=modes.txt hidden=32 batch-size=64 lr=0.01 "           \
    "seed=5 threads=1 test-set=objects.txt "

static gfn_comm *comm;

static gfn_status make(const char *settings, gfn_run **run)
{
    gfn_options *options;
    assert_ok(gfn_comm_open_serial(&comm));
    assert_ok(gfn_run_options_create("sequence", &options));
    assert_ok(gfn_options_parse(options, settings, "test"));
    const gfn_status status = gfn_run_create(comm, options, 0, run);
    gfn_options_destroy(&options);
    if (status != GFN_OK)
        gfn_comm_close(&comm);
    return status;
}

static gfn_run *made(const char *settings)
{
    gfn_run *run = NULL;
    assert_ok(make(settings, &run));
    return run;
}

static void drop(gfn_run *run)
{
    gfn_run_destroy(&run);
    gfn_comm_close(&comm);
}

static void write_object(const gfn_run *run, size_t i, char text[BITS + 1])
{
    const size_t width = (size_t)run->env->spec.state_width;
    assert_int_equal(gfn_env_write(run->env, run->test_set.object + i * width, text, BITS + 1),
                     BITS);
}

static void copy_c_of_a_mode_differs_in_c_bits(void **state)
{
    (void)state;
    gfn_run *run = made(SEQUENCES "test-set=bitseq");
    bool is_varied = false;
    assert_int_equal(run->test_set.n, MODES * BITS);
    for (size_t mode = 0; mode < MODES; mode++) {
        char itself[BITS + 1], copy[BITS + 1], other[BITS + 1];
        write_object(run, mode * BITS, itself);
        for (size_t c = 1; c < BITS; c++) {
            size_t n = 0;
            write_object(run, mode * BITS + c, copy);
            for (size_t i = 0; i < BITS; i++)
                n += itself[i] != copy[i];
            assert_int_equal(n, c);
        }
        write_object(run, mode * BITS + 1, copy);
        write_object(run, mode * BITS + 2, other);
        for (size_t i = 0; i < BITS; i++)
            is_varied |= itself[i] != copy[i] && itself[i] == other[i];
    }
    assert_true(is_varied); /* a copy is not the one before with one more flip */
    drop(run);
}

static void all_seeds_have_the_same_test_set(void **state)
{
    (void)state;
    gfn_run *run = made(SEQUENCES "test-set=bitseq seed=0"), *other;
    int32_t first[MODES * BITS * 2];
    memcpy(first, run->test_set.object, sizeof first);
    drop(run);
    other = made(SEQUENCES "test-set=bitseq seed=7");
    assert_memory_equal(first, other->test_set.object, sizeof first);
    drop(other);
    other = made("letters=bits:8 length=2 order=any modes=bitseq:3:1 test-set=bitseq");
    assert_memory_not_equal(first, other->test_set.object, sizeof first);
    drop(other);
}

static void what_has_no_modes_of_bits_is_refused(void **state)
{
    (void)state;
    gfn_run *run = NULL;
    put_text("table.csv", "0,1\n1,2\n");
    put_text("modes.txt", "ACGT\n");
    assert_refused(make("letters=01 length=1 table=table.csv test-set=bitseq", &run), GFN_EINVAL,
                   "test-set: bitseq: expected a reward with modes, found none (hint: ");
    assert_refused(make("letters=ACGT length=4 modes=modes.txt test-set=bitseq", &run), GFN_EINVAL,
                   "test-set: bitseq: expected modes that are words of bits of one length, found "
                   "\"ACGT\" (hint: ");
    put_text("modes.txt", "0011\n");
    assert_refused(make("letters=00,11 length=2 modes=modes.txt test-set=bitseq", &run), GFN_EINVAL,
                   "test-set: bitseq: expected ");
    put_text("modes.txt", "0011\n01\n");
    assert_refused(
        make("letters=01 length=4 min-length=1 modes=modes.txt test-set=bitseq", &run), GFN_EINVAL,
        "test-set: bitseq: expected modes that are words of bits of one length, found \"01\"");
    assert_refused(make("letters=01 length=4 modes=bitseq:1 test-set=bitseq.txt", &run), GFN_EINVAL,
                   "expected objects of 8 bits");
    put_text("modes.txt", "0011\n");
    assert_refused(
        make("letters=01 length=4 modes=modes.txt test-set=bitseq.txt", &run), GFN_EINVAL,
        "test-set: expected bitseq, none or a file, found \"bitseq.txt\" (hint: ./bitseq.txt");
    put_text("objects.txt", "0011\n012\n");
    assert_refused(make("letters=01 length=4 modes=modes.txt test-set=objects.txt", &run),
                   GFN_EINVAL, "objects.txt: line 2: ");
}

/* ---- measuring ---- */

static void put_small(void)
{
    put_text("modes.txt", "000011111111\n001111000000\n");
    put_text("objects.txt", "000011111111\n001111000000\n000011111110\n001111000110\n"
                            "101010101010\n010011011011\n111100000000\n000111101111\n"
                            "000011111000\n001011000000\n");
}

static void train(gfn_run *run)
{
    gfn_trainer *trainer;
    assert_ok(gfn_trainer_create(run, &trainer));
    while (!gfn_trainer_is_done(trainer))
        assert_ok(gfn_trainer_step(trainer));
    gfn_trainer_destroy(&trainer);
}

/* Correlations of the exact log p. */
static void find_exact(gfn_run *run, double *pearson, double *spearman)
{
    const gfn_test_set *set = &run->test_set;
    const gfn_env *env = gfn_run_numbered_env(run);
    const double *p = gfn_run_exact_p(run);
    double log_p[BITS], log_r[BITS];
    int64_t number[BITS];
    assert_in_range(set->n, 2, BITS);
    assert_ok(gfn_env_number(env, set->n, set->object, number));
    assert_ok(gfn_env_log_reward(env, set->n, set->object, log_r));
    for (size_t i = 0; i < set->n; i++)
        log_p[i] = log(p[number[i]]);
    *pearson = gfn_correlation(set->n, log_p, log_r);
    assert_ok(gfn_rank(set->n, log_p));
    assert_ok(gfn_rank(set->n, log_r));
    *spearman = gfn_correlation(set->n, log_p, log_r);
}

/* Half trained and well trained, with the uniform and a learned P_B. */
static void estimates_are_near_the_exact_correlations(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        double least, most; /* of the exact correlation */
    } jobs[] = {{"iterations=40", 0.2, 0.97},
                {"iterations=40 objective=db backward=learned", 0.2, 0.99},
                {"iterations=2500", 0.995, 1}};
    put_small();
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        char settings[400];
        gfn_evaluation evaluation;
        gfn_bounds bounds, again;
        double pearson, spearman;
        snprintf(settings, sizeof settings, SMALL "test-trajectories=300 %s", jobs[i].settings);
        gfn_run *run = made(settings);
        train(run);
        assert_ok(gfn_run_evaluate(run, &evaluation));
        assert_true(evaluation.is_exact);
        find_exact(run, &pearson, &spearman);
        assert_ok(gfn_run_find_bounds(run, 0, 1, &bounds));
        print_message("%s: Pearson %.4f, exact %.4f; Spearman %.4f, exact %.4f\n", jobs[i].settings,
                      bounds.test_pearson, pearson, bounds.test_spearman, spearman);
        assert_int_equal(bounds.n_test, 10);
        assert_true(pearson > jobs[i].least && pearson < jobs[i].most);
        assert_true(fabs(bounds.test_pearson - pearson) < 0.01);
        assert_true(fabs(bounds.test_spearman - spearman) < 0.05);
        assert_ok(gfn_run_find_bounds(run, 0, 500, &again)); /* independent of the other bounds */
        assert_memory_equal(&again.test_pearson, &bounds.test_pearson, 2 * sizeof(double));
        drop(run);
    }
}

/* ---- rewards are asked once ---- */

static int64_t asked;
static void (*ask)(const void *self, const gfn_objects *objects, double *log_reward);

static void count(const void *self, const gfn_objects *objects, double *log_reward)
{
    asked += (int64_t)objects->n;
    ask(self, objects, log_reward);
}

static void the_reward_of_an_object_is_asked_once(void **state)
{
    (void)state;
    gfn_bounds bounds;
    put_small();
    gfn_run *run = made(SMALL);
    ask = run->env->reward.log_reward;
    run->env->reward.log_reward = count;
    asked = 0;
    assert_ok(gfn_run_find_bounds(run, 0, 1, &bounds));
    assert_int_equal(asked, 10 + 2); /* and that of one object for each of the other two */
    asked = 0;                       /* those of the test set are known now */
    assert_ok(gfn_run_find_bounds(run, 0, 200, &bounds));
    assert_int_equal(asked, 200 + 200); /* of ELBO and of the correlation: 200 objects each */
    assert_int_equal(bounds.n_objects, 200);
    drop(run);
}

static void rewards_that_are_equal_have_no_correlation(void **state)
{
    (void)state;
    gfn_bounds bounds;
    put_small();
    put_text("objects.txt", "000011111110\n000011111101\n");
    gfn_run *run = made(SMALL "iterations=0");
    assert_ok(gfn_run_find_bounds(run, 0, 1, &bounds));
    assert_int_equal(bounds.n_test, 2);
    assert_true(isnan(bounds.test_pearson) && isnan(bounds.test_spearman));
    drop(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(copy_c_of_a_mode_differs_in_c_bits),
        scratch_test(all_seeds_have_the_same_test_set),
        scratch_test(what_has_no_modes_of_bits_is_refused),
        scratch_test(estimates_are_near_the_exact_correlations),
        scratch_test(the_reward_of_an_object_is_asked_once),
        scratch_test(rewards_that_are_equal_have_no_correlation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
