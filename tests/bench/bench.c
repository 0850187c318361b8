/* SPDX-License-Identifier: MIT
 *
 * bench NAME=VALUE...: measure one job in one layout and print one JSON object. It uses the public
 * interface only. scripts/bench runs it for every row of its tables, under a launcher where there
 * are several ranks, and makes tables of what it says.
 *
 * Learning rates are 0, so that the policy stays what it is and every repeat is the same work: the
 * initial policy, or one that was trained before. A repeat is a stretch of steps of the trainer;
 * between repeats the core's peak is measured, in the same second.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/gfn.h>

#include "peak.h"

#define TRY(call)                                                                                  \
    do {                                                                                           \
        gfn_status try_status = (call);                                                            \
        if (try_status != GFN_OK)                                                                  \
            return try_status;                                                                     \
    } while (0)

enum { MAX_REPEATS = 1000, DRAWN = 10000, COUNTED = 2048, TRIALS = 5 };
#define PEAK_SECONDS 0.02
#define LONG_TRIALS 0.5         /* seconds after which no other trial begins */
#define FOREVER "1000000000000" /* iterations: the caller of a trainer owns the loop */

static const gfn_option rows[] = {
    {"job", GFN_OPTION_WORD, "", 0, 0, NULL, "Bench",
     "options of the run, as \"size=16 batch-size=256 threads=2\""},
    {"trained", GFN_OPTION_WORD, "", 0, 0, NULL, "Bench",
     "run directory of a policy of the same shape; unset: the initial policy"},
    {"repeats", GFN_OPTION_INT, "5", 1, MAX_REPEATS, NULL, "Bench", "stretches that are timed"},
    {"seconds", GFN_OPTION_TIME, "0.15", 1e-3, 1e3, NULL, "Bench", "length of a stretch"},
    {"end", GFN_OPTION_WORD, "", 0, 0, NULL, "Bench",
     "new run directory: time evaluation, samples and files too"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* Seconds of what is done seldom; NAN: not measured. */
typedef struct bench_end {
    double first_evaluation, evaluation; /* the first also prepares the space */
    double objects, draw;                /* DRAWN objects; the same, counted and judged */
    double files;
} bench_end;

typedef struct bench {
    gfn_options *own;
    gfn_comm *comm;
    gfn_run *run;
    gfn_trainer *trainer;
    double flop_per_state;

    int64_t steps;               /* of a repeat */
    size_t n;                    /* repeats */
    double seconds[MAX_REPEATS]; /* of a step */
    gfn_phases phases;           /* of a step, in the best repeat */
    double states;               /* evaluated in a step, on average */
    double peak_gflops;
    double steps_per_trajectory;
    double peak_memory; /* bytes */
    bench_end end;
} bench;

/* Floating-point operations for one state, forward and backward. y = x W costs 2 in out, dx and dW
 * as much each; the first layer has no dx, and its k ones of input cost k out, forth and back. */
static double flop_per_state(const gfn_model *model)
{
    const int hot = gfn_model_shape(model)->obs_hot;
    double sum = 0;
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        const double in = (double)view->shape[0], out = (double)view->shape[1];
        if (view->ndim != 2)
            continue;
        if (sum > 0)
            sum += 6 * in * out;
        else
            sum += hot > 0 ? 2 * hot * out : 4 * in * out;
    }
    return sum;
}

/* What is wrong, where the library does not know it. */
static const char *message;

static gfn_status fail(gfn_status status, const char *text)
{
    message = text;
    return status;
}

static gfn_status job_options(const bench *b, gfn_options **options)
{
    TRY(gfn_run_options_create(NULL, options));
    TRY(gfn_options_parse(*options, gfn_options_text(b->own, "job"), "job"));
    return gfn_options_parse(*options,
                             "lr=0 lr-logz=0 log-z-init=0 schedule=constant eval-every=0 "
                             "log-every=0 iterations=" FOREVER,
                             "bench");
}

/* A copy of the parameters of a trained run; NULL where none is asked for. */
static gfn_status load(const bench *b, gfn_real **params, size_t *n)
{
    const char *directory = gfn_options_text(b->own, "trained");
    gfn_run *run = NULL;
    *params = NULL;
    if (directory[0] == '\0')
        return GFN_OK;
    TRY(gfn_run_load(b->comm, directory, 1, &run));
    gfn_model *model = gfn_run_model(run);
    *n = gfn_model_n_params(model);
    *params = malloc(*n * sizeof **params);
    if (*params)
        memcpy(*params, gfn_model_params(model), *n * sizeof **params);
    gfn_run_destroy(&run);
    return *params ? GFN_OK : fail(GFN_ENOMEM, "no memory for parameters");
}

static gfn_status set_up(bench *b)
{
    gfn_options *options = NULL;
    gfn_real *params = NULL;
    size_t n = 0;
    gfn_status status = load(b, &params, &n);
    if (status == GFN_OK)
        status = job_options(b, &options);
    if (status == GFN_OK)
        status = gfn_run_create(b->comm, options, 0, &b->run);
    if (status == GFN_OK)
        status = gfn_trainer_create(b->run, &b->trainer); /* sets log Z */
    if (status == GFN_OK && params) {
        gfn_model *model = gfn_run_model(b->run);
        if (gfn_model_n_params(model) == n)
            memcpy(gfn_model_params(model), params, n * sizeof *params);
        else
            status = fail(GFN_EINVAL, "the trained policy has another shape than the job's");
    }
    if (status == GFN_OK)
        b->flop_per_state = flop_per_state(gfn_run_model(b->run));
    gfn_options_destroy(&options);
    free(params);
    return status;
}

/* n steps; counts the states that were evaluated. */
static gfn_status stretch(bench *b, int64_t n, double *seconds, double *states)
{
    const double start = bench_seconds();
    *states = 0;
    for (int64_t i = 0; i < n; i++) {
        size_t evaluated;
        TRY(gfn_trainer_step(b->trainer));
        gfn_sampler_states(gfn_run_sampler(b->run), &evaluated);
        *states += (double)evaluated;
    }
    *seconds = bench_seconds() - start;
    return GFN_OK;
}

/* How many steps a repeat has: as rank 0 finds. This also warms up. */
static gfn_status calibrate(bench *b)
{
    const double wanted = gfn_options_seconds(b->own, "seconds");
    double seconds = 0, states;
    for (int64_t n = 1; seconds < wanted / 3; n *= 2) {
        TRY(stretch(b, n, &seconds, &states));
        TRY(gfn_comm_broadcast(b->comm, &seconds, sizeof seconds));
        b->steps = (int64_t)((double)n * wanted / seconds) + 1;
    }
    return GFN_OK;
}

static gfn_phases phases_of_a_step(const gfn_phases *before, const gfn_phases *after, double steps)
{
    return (gfn_phases){
        .sampling = (after->sampling - before->sampling) / steps,
        .gradient = (after->gradient - before->gradient) / steps,
        .imbalance = (after->imbalance - before->imbalance) / steps,
        .communication = (after->communication - before->communication) / steps,
        .optimizer = (after->optimizer - before->optimizer) / steps,
    };
}

static gfn_status repeat(bench *b)
{
    const bool has_peak = gfn_comm_size(b->comm) == 1;
    double best = INFINITY, all_states = 0;
    b->n = (size_t)gfn_options_int(b->own, "repeats");
    for (size_t i = 0; i < b->n; i++) {
        gfn_phases before, after;
        double seconds, states;
        gfn_trainer_phases(b->trainer, &before);
        TRY(stretch(b, b->steps, &seconds, &states));
        gfn_trainer_phases(b->trainer, &after);
        b->seconds[i] = seconds / (double)b->steps;
        all_states += states;
        if (seconds < best)
            b->phases = phases_of_a_step(&before, &after, (double)b->steps);
        best = fmin(best, seconds);
        if (has_peak)
            b->peak_gflops =
                fmax(b->peak_gflops, bench_peak_gflops(gfn_kernels_name(), PEAK_SECONDS));
    }
    b->states = has_peak ? all_states / ((double)b->n * (double)b->steps) : NAN;
    if (!has_peak)
        b->peak_gflops = NAN;
    return GFN_OK;
}

/* The most memory that this process has held so far, in bytes; NAN: the system does not tell. */
static double peak_memory(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    double kilobytes = NAN;
    char line[256];
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lf kB", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return 1024 * kilobytes;
}

/* Steps of a trajectory, the stop action included: the mean over COUNTED trajectories or more. */
static gfn_status count_steps(bench *b)
{
    const gfn_options *options = gfn_run_options(b->run);
    const int64_t batch = gfn_options_int(options, "batch-size");
    gfn_sampler *sampler = gfn_run_sampler(b->run);
    gfn_trajectories *log = NULL;
    int64_t first, n, sums[2] = {0, 0};
    gfn_comm_share(b->comm, batch, &first, &n);
    gfn_status status = gfn_sampler_trajectories(sampler, &log);
    for (int64_t i = 0; i * batch < COUNTED && status == GFN_OK; i++) {
        const gfn_stream stream = {0, GFN_PURPOSE_TRAIN, (uint64_t)i};
        status = gfn_sampler_sample(sampler, &stream, first, (size_t)n, log);
        for (size_t k = 0; k < log->n && status == GFN_OK; k++)
            sums[0] += log->n_steps[k];
        sums[1] += n;
    }
    gfn_trajectories_destroy(&log);
    status = gfn_comm_agree(b->comm, status);
    if (status == GFN_OK)
        status = gfn_comm_sum_i64(b->comm, sums, 2);
    b->steps_per_trajectory = (double)sums[0] / (double)sums[1];
    return status;
}

/* An evaluation is kept until parameters change, so one of them moves by a unit in its last place:
 * log Z, which changes no trajectory. */
static gfn_status time_evaluation(bench *b)
{
    gfn_model *model = gfn_run_model(b->run);
    gfn_real *log_z = gfn_model_params(model) + gfn_model_log_z_offset(model), kept = *log_z;
    gfn_evaluation evaluation;
    double start = bench_seconds();
    TRY(gfn_run_evaluate(b->run, &evaluation));
    b->end.first_evaluation = bench_seconds() - start;
    *log_z = nextafterf((float)kept, INFINITY);
    start = bench_seconds();
    TRY(gfn_run_evaluate(b->run, &evaluation));
    b->end.evaluation = bench_seconds() - start;
    *log_z = kept;
    return GFN_OK;
}

static gfn_status time_objects(bench *b)
{
    const gfn_stream stream = {0, GFN_PURPOSE_SAMPLE, 0};
    const size_t width = (size_t)gfn_env_spec_of(gfn_run_env(b->run))->state_width;
    int64_t first, n;
    gfn_comm_share(b->comm, DRAWN, &first, &n);
    int32_t *objects = malloc(((size_t)n * width + 1) * sizeof *objects);
    if (objects == NULL)
        return fail(GFN_ENOMEM, "no memory for objects");
    gfn_status status = GFN_OK;
    const double end = bench_seconds() + LONG_TRIALS;
    for (int i = 0; i < TRIALS && status == GFN_OK && (i == 0 || bench_seconds() < end); i++) {
        const double start = bench_seconds();
        status = gfn_sampler_objects(gfn_run_sampler(b->run), &stream, first, (size_t)n, objects);
        b->end.objects = fmin(b->end.objects, bench_seconds() - start);
    }
    free(objects);
    return status;
}

/* Collective, so rank 0 says whether there is another trial. */
static gfn_status time_draw(bench *b)
{
    const gfn_stream stream = {0, GFN_PURPOSE_SAMPLE, 0};
    double spent = 0;
    for (int i = 0; i < TRIALS && spent < LONG_TRIALS; i++) {
        gfn_draw draw;
        const double start = bench_seconds();
        TRY(gfn_run_draw(b->run, &stream, DRAWN, false, &draw));
        const double seconds = bench_seconds() - start;
        gfn_draw_clear(&draw);
        b->end.draw = fmin(b->end.draw, seconds);
        spent += seconds;
        TRY(gfn_comm_broadcast(b->comm, &spent, sizeof spent));
    }
    return GFN_OK;
}

static gfn_status time_files(bench *b)
{
    gfn_report report;
    const double start = bench_seconds();
    TRY(gfn_trainer_keep(b->trainer, gfn_options_text(b->own, "end")));
    const double kept = bench_seconds() - start;
    TRY(gfn_trainer_finish(b->trainer, &report));
    b->end.files = kept + report.phases.files;
    gfn_draw_clear(&report.draw);
    return GFN_OK;
}

static gfn_status measure(bench *b)
{
    TRY(set_up(b));
    TRY(calibrate(b));
    TRY(repeat(b));
    b->peak_memory = peak_memory();
    TRY(count_steps(b));
    if (!gfn_options_is_set(b->own, "end"))
        return GFN_OK;
    TRY(time_evaluation(b));
    TRY(time_objects(b));
    TRY(time_draw(b));
    return time_files(b);
}

static void print_text(const char *name, const char *text)
{
    printf("\"%s\": \"", name);
    for (; *text; text++)
        printf(*text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    printf("\", ");
}

static void print_number(const char *name, double value, const char *end)
{
    if (isfinite(value))
        printf("\"%s\": %.9g%s", name, value, end);
    else
        printf("\"%s\": null%s", name, end);
}

static void print_machine(const bench *b)
{
    print_text("job", gfn_options_text(b->own, "job"));
    print_text("policy", gfn_options_is_set(b->own, "trained") ? "trained" : "early");
    print_text("version", gfn_version());
    print_text("kernels", gfn_kernels_name());
    print_text("mpi", gfn_comm_library(b->comm));
    print_text("layout", gfn_run_layout(b->run));
    printf("\"ranks\": %d, \"threads\": %d, ", gfn_comm_size(b->comm), gfn_run_threads(b->run));
}

static void print_steps(const bench *b)
{
    const int64_t batch = gfn_options_int(gfn_run_options(b->run), "batch-size");
    printf("\"batch_size\": %" PRId64 ", \"parameters\": %zu, \"steps\": %" PRId64 ", ", batch,
           gfn_model_n_params(gfn_run_model(b->run)), b->steps);
    print_number("steps_per_trajectory", b->steps_per_trajectory, ", ");
    print_number("states", b->states, ", ");
    print_number("flop", b->states * b->flop_per_state, ", ");
    print_number("peak_gflops", b->peak_gflops, ", ");
    print_number("peak_memory", b->peak_memory, ", ");
    printf("\"seconds\": [");
    for (size_t i = 0; i < b->n; i++)
        printf("%s%.9g", i > 0 ? ", " : "", b->seconds[i]);
    printf("], \"phases\": {");
    print_number("sampling", b->phases.sampling, ", ");
    print_number("gradient", b->phases.gradient, ", ");
    print_number("imbalance", b->phases.imbalance, ", ");
    print_number("communication", b->phases.communication, ", ");
    print_number("optimizer", b->phases.optimizer, "}, ");
}

static void print_end(const bench_end *e)
{
    printf("\"end\": {");
    print_number("first_evaluation", e->first_evaluation, ", ");
    print_number("evaluation", e->evaluation, ", ");
    print_number("objects", e->objects, ", ");
    print_number("draw", e->draw, ", ");
    print_number("files", e->files, "}");
}

static gfn_status read_arguments(int argc, char **argv, gfn_options **own)
{
    const gfn_option *const tables[] = {rows};
    TRY(gfn_options_create(tables, 1, own));
    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals == NULL)
            return fail(GFN_EINVAL, "expected NAME=VALUE (hint: scripts/bench is for people)");
        *equals = '\0';
        TRY(gfn_options_set(*own, argv[i], equals + 1, "command line"));
    }
    return GFN_OK;
}

int main(int argc, char **argv)
{
    static bench b = {.end = {NAN, NAN, NAN, NAN, NAN}};
    gfn_status status = read_arguments(argc, argv, &b.own);
    if (status == GFN_OK)
        status = gfn_comm_open(&b.comm);
    if (status == GFN_OK)
        status = measure(&b);
    if (status != GFN_OK) {
        fprintf(stderr, "bench: %s\n", message ? message : gfn_error_message());
        if (b.comm)
            gfn_comm_abort(b.comm, 1);
        return 1;
    }
    if (gfn_comm_rank(b.comm) == 0) {
        printf("{");
        print_machine(&b);
        print_steps(&b);
        print_end(&b.end);
        printf("}\n");
    }
    gfn_trainer_destroy(&b.trainer);
    gfn_run_destroy(&b.run);
    gfn_comm_close(&b.comm);
    gfn_options_destroy(&b.own);
    return 0;
}
