/* SPDX-License-Identifier: MIT
 *
 * A function of the library that fails leaves its result as it was (gfn/status.h): if it refuses
 * its arguments, and if memory is too small, whichever allocation fails.
 */
#include <math.h>

#include "tests/unit/fixture.h"

/* ---- allocations that fail (linked with --wrap) ---- */

static size_t allocations, failing; /* number `failing` fails; 0: none */

static bool fails(void)
{
    return ++allocations == failing;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

/* ---- what the calls use ---- */

#define SMALL "size=4 hidden=4 batch-size=8 iterations=2 samples=20 threads=1"

static const gfn_shape shape = {
    .n_actions = 3, .n_back_actions = 2, .stop_action = 2, .obs_dim = 16, .obs_hot = 1};
static const gfn_model_config config = {.n_hidden = 1, .hidden = {4}};
static const gfn_model_config too_wide = {.n_hidden = 1, .hidden = {-1}};
static const gfn_option twice[] = {{"a", GFN_OPTION_INT, "1", 0, 9, NULL, "Topic", "help"},
                                   {"a", GFN_OPTION_INT, "1", 0, 9, NULL, "Topic", "help"},
                                   {0}};
static const gfn_option *const tables[] = {twice};
static const gfn_report report = {.last = {.iteration = 2}};
static const gfn_stream stream = {7, GFN_PURPOSE_SAMPLE, 0};
static const int32_t corner[2] = {0, 0};
static const char *const nowhere[] = {"nowhere"};
static const char *const runs[] = {"run"};

static const gfn_env_ops *kind;
static gfn_env *grid, *huge, *waiting;
static gfn_options *options, *impossible;
static gfn_model *model;
static gfn_sampler *sampler;
static gfn_gradient *gradient;
static gfn_exact *exact;
static gfn_tape *recording, *tape;
static gfn_run *run, *spoilt, *wild;
static gfn_trainer *drifting;
static gfn_sweep *sweep, *damaged;

static gfn_status uniform(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    (void)self;
    (void)state;
    for (size_t i = 0; i < 3 * n; i++)
        log_pf[i] = 0; /* these probabilities add up to 3 */
    return GFN_OK;
}

/* A directory that no earlier call has made. */
static const char *fresh(void)
{
    static char name[32];
    static int n;
    snprintf(name, sizeof name, "fresh-%d", n++);
    return name;
}

static gfn_status write_picture(const char *file, char *written)
{
    const gfn_plot_config plot = {.threads = 1, .file = file};
    return gfn_plot_runs(comm, runs, 1, &plot, written, sizeof(gfn_report));
}

static gfn_status reverse(gfn_gradient *g, double *loss)
{
    gfn_real vector[1000];
    return gfn_gradient_backward(g, GFN_OK, vector, loss);
}

/* ---- the calls ---- */

#define CALL(name, type, call)                                                                     \
    static gfn_status name(void *result)                                                           \
    {                                                                                              \
        type *out = result;                                                                        \
        return call;                                                                               \
    }
#define DROP(name, type)                                                                           \
    static void drop_##name(void *result)                                                          \
    {                                                                                              \
        gfn_##name##_destroy((type *)result);                                                      \
    }

/* clang-format off */
CALL(comm_open, gfn_comm *, gfn_comm_open(out))
CALL(comm_open_serial, gfn_comm *, gfn_comm_open_serial(out))
CALL(env_open_none, const gfn_env_ops *, gfn_env_open("nonsense", out))
CALL(env_open_file, const gfn_env_ops *, gfn_env_open("./nowhere.so", out))
CALL(env_create_none, gfn_env *, gfn_env_create("hypergrid", "size=1", out))
CALL(env_create, gfn_env *, gfn_env_create("hypergrid", "size=4", out))
CALL(env_from_none, gfn_env *,
     gfn_env_create_from(kind, "reward=file reward-file=a.npy", out))
CALL(env_from, gfn_env *, gfn_env_create_from(kind, "size=4 reward=cosine", out))
CALL(env_with_none, gfn_env *, gfn_env_create_with(kind, impossible, out))
CALL(env_with, gfn_env *, gfn_env_create_with(kind, options, out))
CALL(env_enumerate_none, gfn_env *, gfn_env_enumerate(grid, 15, out))
CALL(env_enumerate, gfn_env *, gfn_env_enumerate(grid, 16, out))
CALL(exact_none, gfn_exact *, gfn_exact_create(huge, 1, out))
CALL(exact_create, gfn_exact *, gfn_exact_create(grid, 1, out))
CALL(exact_run, const double *, gfn_exact_run(exact, uniform, NULL, out))
CALL(modes_none, int64_t, gfn_count_modes(waiting, 1, corner, out))
CALL(modes, int64_t, gfn_count_modes(grid, 1, corner, out))
CALL(l1_of_objects, double, gfn_l1_of_objects(grid, 1, corner, out, out + 1))
CALL(gradient_none, gfn_gradient *, gfn_gradient_create(comm, sampler, NULL, 8, out))
CALL(gradient_create, gfn_gradient *,
     gfn_gradient_create(comm, sampler, gfn_objective_kind(0), 8, out))
CALL(gradient_backward, double, reverse(gradient, out))
CALL(backward_find, gfn_backward, gfn_backward_find("nonsense", out))
CALL(flow_find, gfn_flow, gfn_flow_find("nonsense", out))
CALL(activation_find, gfn_activation, gfn_activation_find("nonsense", out))
CALL(model_none, gfn_model *, gfn_model_create(&shape, &too_wide, out))
CALL(model_create, gfn_model *, gfn_model_create(&shape, &config, out))
CALL(schedule_find, gfn_schedule, gfn_schedule_find("nonsense", out))
CALL(optimizer_find, const gfn_optimizer *, gfn_optimizer_find("nonsense", out))
CALL(options_none, gfn_options *, gfn_options_create(tables, 1, out))
CALL(options_create, gfn_options *, gfn_options_create(&kind->options, 1, out))
CALL(options_copy, gfn_options *, gfn_options_copy(options, out))
CALL(plot_none, char, gfn_plot_runs(comm, nowhere, 1, &(gfn_plot_config){0}, out, 8))
CALL(plot_nowhere, char, write_picture("nowhere/a.png", out))
CALL(run_options_none, gfn_options *, gfn_run_options_create("nonsense", out))
CALL(run_options_create, gfn_options *, gfn_run_options_create("hypergrid", out))
CALL(options_load_none, gfn_options *, gfn_run_options_load("nowhere.ini", NULL, out))
CALL(options_load_bad, gfn_options *, gfn_run_options_load("bad.ini", NULL, out))
CALL(options_load, gfn_options *, gfn_run_options_load("run/config.ini", NULL, out))
CALL(options_ini, char *, gfn_run_options_ini(options, out))
CALL(report_json, char *, gfn_report_json(run, &report, out))
CALL(run_none, gfn_run *, gfn_run_create(comm, impossible, 1, out))
CALL(run_create, gfn_run *, gfn_run_create(comm, options, 1, out))
CALL(run_load_none, gfn_run *, gfn_run_load(comm, "nowhere", 1, out))
CALL(run_load, gfn_run *, gfn_run_load(comm, "run", 1, out))
CALL(run_load_with, gfn_run *, gfn_run_load_with(comm, "run", 1, "./nowhere.so", out))
CALL(run_load_changed, gfn_run *,
     gfn_run_load_changed(comm, "run", 1,
                          &(gfn_settings){&(gfn_setting){"size", "4"}, 1}, out))
CALL(run_resume_none, gfn_run *, gfn_run_resume(comm, "nowhere", NULL, 0, out))
CALL(run_resume, gfn_run *, gfn_run_resume(comm, "run", NULL, 0, out))
CALL(evaluate, gfn_evaluation, gfn_run_evaluate(spoilt, out))
CALL(draw_none, gfn_draw, gfn_run_draw(spoilt, &stream, 9, false, out))
CALL(draw, gfn_draw, gfn_run_draw(run, &stream, 9, false, out))
CALL(bounds_none, gfn_bounds, gfn_run_find_bounds(spoilt, 0, 9, out))
CALL(bounds, gfn_bounds, gfn_run_find_bounds(run, 0, 9, out))
CALL(sampler_none, gfn_sampler *, gfn_sampler_create(grid, model, 0, 1, out))
CALL(sampler_create, gfn_sampler *, gfn_sampler_create(grid, model, 9, 1, out))
CALL(sampler_trajectories, gfn_trajectories *, gfn_sampler_trajectories(sampler, out))
CALL(sweep_none, gfn_sweep *, gfn_sweep_create(comm, options, "9-0", fresh(), out))
CALL(sweep_create, gfn_sweep *, gfn_sweep_create(comm, options, "0-1", fresh(), out))
CALL(sweep_resume_none, gfn_sweep *, gfn_sweep_resume(comm, "nowhere", NULL, NULL, 0, out))
CALL(sweep_resume, gfn_sweep *, gfn_sweep_resume(comm, "sweep", NULL, NULL, 0, out))
CALL(sweep_begin_none, gfn_run *, gfn_sweep_begin(damaged, 0, out))
CALL(sweep_begin, gfn_run *, gfn_sweep_begin(sweep, 0, out))
CALL(tape_create, gfn_tape *, gfn_tape_create(out))
CALL(frame_none, gfn_frame *, gfn_frame_create(recording, (const size_t[]){9}, out))
CALL(frame_create, gfn_frame *, gfn_frame_create(tape, (const size_t[]){9}, out))
CALL(trainer_none, gfn_trainer *, gfn_trainer_create(spoilt, out))
CALL(trainer_create, gfn_trainer *, gfn_trainer_create(run, out))
CALL(trainer_advance, gfn_progress, gfn_trainer_advance(drifting, out))
CALL(trainer_finish, gfn_report, gfn_trainer_finish(drifting, out))
CALL(trajectories_none, gfn_trajectories *, gfn_trajectories_create(9, 0, 2, out))
CALL(trajectories_create, gfn_trajectories *, gfn_trajectories_create(9, 7, 2, out))
/* clang-format on */

DROP(env, gfn_env *)
DROP(exact, gfn_exact *)
DROP(gradient, gfn_gradient *)
DROP(model, gfn_model *)
DROP(options, gfn_options *)
DROP(run, gfn_run *)
DROP(sampler, gfn_sampler *)
DROP(sweep, gfn_sweep *)
DROP(tape, gfn_tape *)
DROP(frame, gfn_frame *)
DROP(trainer, gfn_trainer *)
DROP(trajectories, gfn_trajectories *)

static void drop_comm(void *result)
{
    gfn_comm_close(result);
}

static void drop_draw(void *result)
{
    gfn_draw_clear(result);
}

static void drop_text(void *result)
{
    free(*(char **)result);
}

static void drop_nothing(void *result)
{
    (void)result;
}

/* ---- they fail ---- */

enum { RESULT = sizeof(gfn_report), PATTERN = 0x5a };

static void say(const char *name, const char *what)
{
    print_error("%s: %s (%s)\n", name, what, gfn_error_message());
}

static bool changed(const char *name, const unsigned char *result)
{
    size_t i = 0;
    while (i < RESULT && result[i] == PATTERN)
        i++;
    if (i < RESULT)
        say(name, "the result has changed");
    return i < RESULT;
}

static void a_refusal_leaves_the_result_unchanged(void **unused)
{
    /* clang-format off */
#define ROW(call) {#call, call}
    static const struct {
        const char *name;
        gfn_status (*call)(void *result);
    } rows[] = {
        ROW(env_open_none), ROW(env_open_file), ROW(env_create_none), ROW(env_from_none),
        ROW(env_with_none), ROW(env_enumerate_none),
        ROW(exact_none), ROW(exact_run), ROW(modes_none), ROW(gradient_none),
        ROW(gradient_backward), ROW(backward_find), ROW(flow_find), ROW(activation_find),
        ROW(model_none), ROW(schedule_find), ROW(optimizer_find), ROW(options_none),
        ROW(plot_none), ROW(plot_nowhere), ROW(run_options_none), ROW(options_load_none),
        ROW(options_load_bad), ROW(run_none), ROW(run_load_none), ROW(run_load_with),
        ROW(run_load_changed),
        ROW(run_resume_none), ROW(evaluate), ROW(draw_none), ROW(bounds_none), ROW(sampler_none),
        ROW(sweep_none), ROW(sweep_resume_none), ROW(sweep_begin_none), ROW(frame_none),
        ROW(trainer_none), ROW(trainer_advance), ROW(trainer_finish), ROW(trajectories_none),
    };
#undef ROW
    /* clang-format on */
    (void)unused;
    int failures = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        _Alignas(16) unsigned char result[RESULT];
        memset(result, PATTERN, sizeof result);
        if (rows[i].call(result) == GFN_OK)
            fail_msg("%s: expected an error, found none", rows[i].name);
        failures += changed(rows[i].name, result);
    }
    assert_int_equal(failures, 0);
}

static void a_lack_of_memory_leaves_the_result_unchanged(void **unused)
{
    /* clang-format off */
#define ROW(call, drop) {#call, call, drop}
    static const struct {
        const char *name;
        gfn_status (*call)(void *result);
        void (*drop)(void *result);
    } rows[] = {
        ROW(comm_open, drop_comm), ROW(comm_open_serial, drop_comm), ROW(env_create, drop_env),
        ROW(env_from, drop_env), ROW(env_with, drop_env), ROW(env_enumerate, drop_env),
        ROW(exact_create, drop_exact),
        ROW(modes, drop_nothing), ROW(l1_of_objects, drop_nothing),
        ROW(gradient_create, drop_gradient), ROW(model_create, drop_model),
        ROW(options_create, drop_options), ROW(options_copy, drop_options),
        ROW(run_options_create, drop_options), ROW(options_load, drop_options),
        ROW(options_ini, drop_text), ROW(report_json, drop_text),
        ROW(run_create, drop_run), ROW(run_load, drop_run),
        ROW(run_resume, drop_run), ROW(draw, drop_draw), ROW(bounds, drop_nothing),
        ROW(sampler_create, drop_sampler), ROW(sampler_trajectories, drop_trajectories),
        ROW(sweep_create, drop_sweep), ROW(sweep_resume, drop_sweep), ROW(sweep_begin, drop_run),
        ROW(tape_create, drop_tape), ROW(frame_create, drop_frame),
        ROW(trainer_create, drop_trainer), ROW(trajectories_create, drop_trajectories),
    };
#undef ROW
    /* clang-format on */
    (void)unused;
    int failures = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t k = 0;
        bool has_changed = false;
        do {
            _Alignas(16) unsigned char result[RESULT];
            memset(result, PATTERN, sizeof result);
            allocations = 0;
            failing = ++k;
            const gfn_status status = rows[i].call(result);
            failing = 0;
            if (status == GFN_OK)
                rows[i].drop(result);
            else if (allocations < k)
                fail_msg("%s: expected no error, found %s", rows[i].name, gfn_error_message());
            else
                has_changed = changed(rows[i].name, result);
        } while (allocations >= k && !has_changed); /* until each allocation has failed once */
        failures += has_changed;
        assert_true(k > 1);
    }
    assert_int_equal(failures, 0);
}

/* ---- set-up ---- */

static void put(const char *path, const char *text)
{
    assert_int_equal(gfn_file_replace(path, NULL, text, strlen(text)), GFN_OK);
}

static gfn_options *made_from(const char *settings)
{
    gfn_options *made;
    assert_int_equal(gfn_run_options_create(NULL, &made), GFN_OK);
    assert_int_equal(gfn_options_parse(made, settings, "test"), GFN_OK);
    return made;
}

static void make_parts(void)
{
    kind = gfn_env_find("hypergrid");
    options = made_from(SMALL);
    impossible = made_from("size=70000 encoding=onehot");
    gfn_options *of_file = made_from("reward=file reward-file=a.npy size=4");
    assert_int_equal(gfn_env_create("hypergrid", "size=4", &grid), GFN_OK);
    assert_int_equal(gfn_env_create("hypergrid", "size=999 ndim=32", &huge), GFN_OK);
    assert_int_equal(gfn_env_create_with(kind, of_file, &waiting), GFN_OK);
    gfn_options_destroy(&of_file);
    assert_int_equal(gfn_model_create(gfn_env_shape(grid), &config, &model), GFN_OK);
    gfn_model_init(model, 1);
    assert_int_equal(gfn_sampler_create(grid, model, 9, 1, &sampler), GFN_OK);
    assert_int_equal(gradient_create(&gradient), GFN_OK);
    assert_int_equal(gfn_exact_create(grid, 1, &exact), GFN_OK);
    assert_int_equal(gfn_tape_create(&recording), GFN_OK);
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    assert_int_equal(gfn_input(tape, gfn_tape_axis(tape), 3), 0);
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
}

static void make_runs(void)
{
    gfn_trainer *trainer;
    work(new_run(SMALL), "run", 2, FINISHED);
    put("bad.ini", "size = 16\nbatch-size = none\n");
    run = new_run(SMALL);
    spoilt = new_run(SMALL);
    assert_int_equal(gfn_trainer_create(spoilt, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_destroy(&trainer);
    gfn_model_params(gfn_run_model(spoilt))[0] = NAN;
    /* Its weights exceed all numbers after one step. */
    wild = new_run("size=4 hidden=16,16,16,16,16,16,16,16,16,16,16,16 batch-size=8 iterations=9 "
                   "samples=20 threads=1 activation=leaky-relu lr=1e3 eval-every=1");
    assert_int_equal(gfn_trainer_create(wild, &drifting), GFN_OK);
    assert_int_equal(gfn_sweep_create(comm, options, "0-1", "sweep", &sweep), GFN_OK);
    assert_int_equal(gfn_sweep_create(comm, options, "0-1", "damaged", &damaged), GFN_OK);
    put("damaged/seed-0/checkpoint.safetensors", "damaged");
}

static int make_all(void **state)
{
    if (open_folder(state) != 0)
        return 1;
    make_parts();
    make_runs();
    return 0;
}

static int drop_all(void **state)
{
    gfn_trainer_destroy(&drifting);
    gfn_sweep_destroy(&sweep);
    gfn_sweep_destroy(&damaged);
    gfn_run_destroy(&run);
    gfn_run_destroy(&spoilt);
    gfn_run_destroy(&wild);
    gfn_tape_destroy(&recording);
    gfn_tape_destroy(&tape);
    gfn_exact_destroy(&exact);
    gfn_gradient_destroy(&gradient);
    gfn_sampler_destroy(&sampler);
    gfn_model_destroy(&model);
    gfn_env_destroy(&grid);
    gfn_env_destroy(&huge);
    gfn_env_destroy(&waiting);
    gfn_options_destroy(&options);
    gfn_options_destroy(&impossible);
    return close_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_leaves_the_result_unchanged),
        cmocka_unit_test(a_lack_of_memory_leaves_the_result_unchanged),
    };
    return cmocka_run_group_tests(tests, make_all, drop_all);
}
