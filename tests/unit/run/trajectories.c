/* SPDX-License-Identifier: MIT
 *
 * The file of whole trajectories against the environment, the policy and the objects of the same
 * stream.
 */
#include "tests/unit/fixture.h"

#include <math.h>

#include "io/safetensors.h"

enum { N = 150, SIZE = 5, MOST_STEPS = 4096 };
static const char name[] = "trajectories.safetensors";
static const gfn_stream stream = {2385, GFN_PURPOSE_SAMPLE, 0};

/* The arrays of the file, borrowed from it. */
typedef struct fixture {
    gfn_run *run;
    int64_t width, steps;
    gfn_safetensors *file;
    const int64_t *first;
    const int32_t *states, *actions, *objects;
    const float *log_pf, *log_pb;
    const double *log_reward;
} fixture;

static const void *find(const fixture *f, const char *array, enum gfn_dtype dtype, int64_t rows,
                        int64_t columns)
{
    struct gfn_array wanted = {
        .name = array, .dtype = dtype, .ndim = columns ? 2 : 1, .shape = {rows, columns}};
    assert_int_equal(gfn_safetensors_find(f->file, &wanted), GFN_OK);
    return wanted.data;
}

/* A policy that has learned something, and n trajectories of it, although somebody has explored
 * before. */
static void open_file(fixture *f, const char *settings, int64_t n)
{
    gfn_trainer *trainer;
    f->run = new_run(settings);
    f->width = gfn_env_spec_of(gfn_run_env(f->run))->state_width;
    assert_int_equal(gfn_trainer_create(f->run, &trainer), GFN_OK);
    while (!gfn_trainer_is_done(trainer))
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    assert_int_equal(gfn_sampler_explore(gfn_run_sampler(f->run), 0.9, 3), GFN_OK);
    assert_int_equal(gfn_run_write_trajectories(f->run, &stream, n, name), GFN_OK);
    assert_int_equal(gfn_safetensors_load(name, &f->file), GFN_OK);
    f->first = find(f, "first", GFN_I64, n + 1, 0);
    f->steps = f->first[n];
    f->states = find(f, "states", GFN_I32, f->steps, f->width);
    f->actions = find(f, "actions", GFN_I32, f->steps, 0);
    f->log_pf = find(f, "log_pf", GFN_F32, f->steps, 0);
    f->log_pb = find(f, "log_pb", GFN_F32, f->steps, 0);
    f->objects = find(f, "objects", GFN_I32, n, f->width);
    f->log_reward = find(f, "log_reward", GFN_F64, n, 0);
}

static void close_file(fixture *f)
{
    gfn_safetensors_destroy(&f->file);
    gfn_run_destroy(&f->run);
}

/* Settings of every kind: in a table and in waves, with each backward policy. */
static const char *const all[] = {
    "size=5 batch-size=300 iterations=20 hidden=9 threads=1",
    "size=5 ndim=6 batch-size=16 iterations=9 hidden=9 lr=0.02 threads=1 encoding=khot",
    "size=5 batch-size=300 iterations=20 hidden=9,7 backward=learned activation=tanh threads=1",
    "size=5 ndim=3 batch-size=30 iterations=9 backward=tied threads=1 objective=subtb",
};

/* +1 along the dimension of the action; the last action of each trajectory stops. */
static void steps_lead_from_the_start_to_the_object(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < COUNT(all); k++) {
        fixture f = {0};
        open_file(&f, all[k], N);
        assert_int_equal(f.first[0], 0);
        for (int64_t i = 0; i < N; i++) {
            int32_t state[8] = {0};
            assert_true(f.first[i] < f.first[i + 1]);
            for (int64_t t = f.first[i]; t < f.first[i + 1]; t++) {
                assert_memory_equal(f.states + t * f.width, state, (size_t)f.width * sizeof *state);
                assert_int_equal(f.actions[t] == f.width, t == f.first[i + 1] - 1);
                assert_in_range(f.actions[t], 0, f.width);
                if (f.actions[t] < f.width)
                    assert_in_range(++state[f.actions[t]], 1, SIZE - 1);
            }
            assert_memory_equal(f.objects + i * f.width, state, (size_t)f.width * sizeof *state);
        }
        close_file(&f);
    }
}

static void objects_are_those_that_are_drawn(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < COUNT(all); k++) {
        fixture f = {0};
        gfn_draw draw;
        double log_reward[N];
        open_file(&f, all[k], N);
        assert_int_equal(gfn_run_draw(f.run, &stream, N, true, &draw), GFN_OK);
        assert_memory_equal(draw.objects, f.objects, (size_t)(N * f.width) * sizeof *f.objects);
        gfn_env_log_reward(gfn_run_env(f.run), N, f.objects, log_reward);
        assert_memory_equal(log_reward, f.log_reward, sizeof log_reward);
        gfn_draw_clear(&draw);
        close_file(&f);
    }
}

static void log_probabilities_are_those_of_the_policy(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < COUNT(all); k++) {
        fixture f = {0};
        static gfn_real log_pf[MOST_STEPS * 8];
        open_file(&f, all[k], N);
        const int64_t actions = f.width + 1;
        assert_in_range(f.steps, N, MOST_STEPS);
        assert_int_equal(
            gfn_sampler_log_pf(gfn_run_sampler(f.run), (size_t)f.steps, f.states, log_pf), GFN_OK);
        for (int64_t t = 0; t < f.steps; t++)
            assert_true((float)log_pf[t * actions + f.actions[t]] == f.log_pf[t]);
        close_file(&f);
    }
}

/* Uniform: one over the coordinates that are not 0 where the step leads. */
static void log_pb_is_uniform_or_learned(void **unused)
{
    (void)unused;
    fixture f = {0};
    for (int is_learned = 0; is_learned < 2; is_learned++) {
        int64_t differ = 0;
        open_file(&f, all[is_learned ? 2 : 0], N);
        for (int64_t t = 0; t < f.steps; t++) {
            const bool is_stop = f.actions[t] == f.width;
            const int32_t *next = f.states + (t + 1) * f.width;
            const double uniform = is_stop ? 0 : -log((next[0] > 0) + (next[1] > 0));
            differ += fabs(uniform - (double)f.log_pb[t]) > 1e-6;
            if (is_stop || fabs(uniform) < 0.1)
                assert_true(fabs((double)f.log_pb[t]) < 1e-6);
        }
        assert_int_equal(differ > 0, is_learned);
        close_file(&f);
    }
}

/* Flow matching: log P_B is that of the flows, so flows that are nearly exact have nearly the same
 * log R + sum log P_B - sum log P_F along every trajectory. */
static void log_pb_is_that_of_flows(void **unused)
{
    (void)unused;
    fixture f = {0};
    open_file(&f, "size=5 batch-size=64 iterations=1500 objective=fm threads=1", N);
    for (int64_t i = 0; i < N; i++) {
        double w = f.log_reward[i];
        for (int64_t t = f.first[i]; t < f.first[i + 1]; t++)
            w += (double)f.log_pb[t] - (double)f.log_pf[t];
        assert_true(fabs(w - log(2.25)) < 1e-3); /* Z = 25 r0 + 4 r1 */
    }
    close_file(&f);
}

static void the_file_says_what_it_is(void **unused)
{
    (void)unused;
    fixture f = {0};
    open_file(&f, all[0], 2);
    static const char *const texts[][2] = {{"format", "gfn-dist trajectories 1"},
                                           {"seed", "2385"},
                                           {"iteration", "20"},
                                           {"config.size", "5"},
                                           {"config.hidden", "9"}};
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_string_equal(gfn_safetensors_text(f.file, texts[i][0]), texts[i][1]);
    assert_non_null(strstr(gfn_safetensors_text(f.file, "states"), "each step leaves"));
    assert_null(gfn_safetensors_text(f.file, "config.threads")); /* of the job, not of the draws */
    close_file(&f);
}

static void none_is_a_file_too(void **unused)
{
    (void)unused;
    fixture f = {0};
    open_file(&f, all[0], 0);
    assert_int_equal(f.steps, 0);
    close_file(&f);
}

static void a_file_that_cannot_be_written_is_an_error(void **unused)
{
    (void)unused;
    gfn_run *run = new_run(all[0]);
    assert_int_equal(gfn_run_write_trajectories(run, &stream, 3, "nowhere/t.safetensors"), GFN_EIO);
    assert_non_null(strstr(gfn_error_message(), "nowhere/t.safetensors"));
    gfn_run_destroy(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_lead_from_the_start_to_the_object),
        cmocka_unit_test(objects_are_those_that_are_drawn),
        cmocka_unit_test(log_probabilities_are_those_of_the_policy),
        cmocka_unit_test(log_pb_is_uniform_or_learned),
        cmocka_unit_test(log_pb_is_that_of_flows),
        cmocka_unit_test(the_file_says_what_it_is),
        cmocka_unit_test(none_is_a_file_too),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
