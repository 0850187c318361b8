/* SPDX-License-Identifier: MIT
 *
 * Estimates of a policy's quality, and of log Z, from trajectories, also without exact evaluation.
 * With
 *
 *     w(trajectory) = log R(x) + sum log P_B - sum log P_F
 *
 *     ELBO = mean of w over trajectories of the policy <= log Z
 *     EUBO = mean of w over trajectories drawn backward from objects of the target >= log Z
 *
 * (Blessing et al. 2024, "Beyond ELBOs: a large-scale evaluation of variational methods for
 * sampling", arXiv:2406.07423), both equal to log Z if the policy is right. And, over objects x
 * that the policy drew, or that are given as a test set, with several trajectories drawn backward
 * from each:
 *
 *     log p(x) = log R(x) + log mean of exp(-w),
 *
 * which has the correlation 1 with log R(x) if the policy is right (Malkin et al. 2022,
 * arXiv:2201.13259). P_B is the model's: if it has flows of edges, as for flow matching, then that
 * of the flows. Z itself is the mean of exp(w) over trajectories of any policy, with any P_B.
 */
#include "run/run.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "rollout/rows.h"
#include "run/statistics.h"

/* Limits: trajectories per bound, objects of the correlation. Trajectories per object. Trajectories
 * at a time, of all ranks. */
enum { MOST = 2000, OBJECTS = GFN_MOST_POINTS, EACH = 16, PART = 4096 };

typedef struct weighing {
    gfn_run *run;
    uint64_t seed;
    gfn_trajectories *log;
    size_t width;
    int32_t *objects;    /* [MOST][width] that are drawn */
    int64_t *mine, *all; /* [n] weights of this rank and of all ranks, as the bits of doubles */
    size_t *counts;
    double *weight; /* [n] */
} weighing;

/* Streams of random numbers: trajectories of the policy, trajectories drawn backward from the
 * target, objects for the correlation, trajectories drawn backward from each object, trajectories
 * of the policy before the first step, trajectories drawn backward from the test set. */
enum { OF_POLICY, OF_TARGET, OF_OBJECTS, OF_EACH, OF_START, OF_TEST };

/* Objects from which trajectories are drawn backward: trajectory i from object i / each. */
typedef struct origins {
    const int32_t *object; /* [n][width] */
    double *log_reward;    /* [n]; NULL: not known */
    int64_t each;
} origins;

static gfn_stream stream_of(const weighing *w, int which)
{
    return (gfn_stream){w->seed, GFN_PURPOSE_BOUND, (uint64_t)which};
}

/* Draw trajectories first ... first + n - 1 of the stream into w->log: from their origins, or
 * (NULL) by the policy. */
static gfn_status draw(weighing *w, const gfn_stream *stream, const origins *from, int64_t first,
                       size_t n)
{
    gfn_trajectories *log = w->log;
    log->n = 0;
    if (from == NULL)
        return gfn_sampler_sample(w->run->sampler, stream, first, n, log);
    for (size_t i = 0; i < n; i++) {
        const size_t object = (size_t)((first + (int64_t)i) / from->each);
        memcpy(log->terminal + i * w->width, from->object + object * w->width,
               w->width * sizeof *log->terminal);
        if (from->log_reward)
            log->log_reward[i] = from->log_reward[object];
    }
    return from->log_reward ? gfn_sampler_backward_rewarded(w->run->sampler, stream, first, n, log)
                            : gfn_sampler_backward(w->run->sampler, stream, first, n, log);
}

/* Weights of this rank's trajectories first ... first + n - 1 of the stream. */
static gfn_status weigh_share(weighing *w, const gfn_stream *stream, const origins *from,
                              int64_t first, int64_t n)
{
    const gfn_trajectories *log = w->log;
    for (int64_t done = 0, some; done < n; done += some) {
        some = n - done < (int64_t)log->capacity ? n - done : (int64_t)log->capacity;
        GFN_TRY(draw(w, stream, from, first + done, (size_t)some));
        for (int64_t i = 0; i < some; i++) {
            const double weight = log->log_reward[i] + log->sum_log_pb[i] - log->sum_log_pf[i];
            memcpy(&w->mine[done + i], &weight, sizeof weight);
        }
    }
    return GFN_OK;
}

/* Weights of trajectories first ... first + n - 1 of the stream, in w->weight on every rank. */
static gfn_status weigh(weighing *w, int which, const origins *from, int64_t first, int64_t n)
{
    const gfn_stream stream = stream_of(w, which);
    int64_t my_first, my_n;
    gfn_comm_share(w->run->comm, n, &my_first, &my_n);
    gfn_status status = weigh_share(w, &stream, from, first + my_first, my_n);
    GFN_TRY(gfn_comm_agree(w->run->comm, status));
    GFN_TRY(
        gfn_comm_gather_i64(w->run->comm, w->mine, (size_t)my_n, 1, w->all, (size_t)n, w->counts));
    memcpy(w->weight, w->all, (size_t)n * sizeof *w->weight);
    return GFN_OK;
}

/* ---- objects ---- */

/* Draw numbers of n objects from the target, by inverting its distribution. On rank 0. */
static void draw_targets(const weighing *w, int64_t n, int64_t *number)
{
    const gfn_exact *exact = gfn_run_exact_of(w->run);
    const double *target = gfn_exact_target(exact);
    const gfn_stream stream = {w->seed, GFN_PURPOSE_TARGET, 0};
    double below = 0;
    size_t x = 0, last = 0;
    for (int64_t i = 0; i < n; i++)
        w->weight[i] = gfn_random_unit(&stream, (uint64_t)i, 0);
    gfn_sort((size_t)n, w->weight);
    for (int64_t i = 0; i < n; i++) {
        for (; x < gfn_exact_n(exact) && below + target[x] <= w->weight[i]; x++) {
            below += target[x];
            last = target[x] > 0 ? x : last;
        }
        number[i] = (int64_t)(x < gfn_exact_n(exact) ? x : last);
    }
}

/* Objects that the mathematics of the environment draws. */
static gfn_status draw_truth(weighing *w, int64_t n)
{
    gfn_comm *comm = w->run->comm;
    const gfn_stream stream = {w->seed, GFN_PURPOSE_TARGET, 0};
    gfn_status status = GFN_OK;
    if (gfn_comm_rank(comm) == 0)
        status = gfn_run_draw_truth(w->run, &stream, (size_t)n, w->objects);
    if (gfn_comm_rank(comm) == 0 && status == GFN_OK)
        status = gfn_run_observe_truth(w->run, n, w->objects);
    GFN_TRY(gfn_comm_agree(comm, status));
    return gfn_comm_broadcast(comm, w->objects, (size_t)n * w->width * sizeof *w->objects);
}

/* Draw objects from the target on every rank; *is_known: there is an exact evaluation, or a
 * solution. */
static gfn_status find_targets(weighing *w, int64_t n, bool *is_known)
{
    gfn_comm *comm = w->run->comm;
    *is_known = gfn_run_exact_of(w->run) != NULL;
    GFN_TRY(gfn_comm_broadcast(comm, is_known, sizeof *is_known));
    if (!*is_known && gfn_run_draws_truth(w->run)) {
        *is_known = true;
        return draw_truth(w, n);
    }
    if (!*is_known)
        return GFN_OK;
    if (gfn_comm_rank(comm) == 0)
        draw_targets(w, n, w->all);
    GFN_TRY(gfn_comm_broadcast(comm, w->all, (size_t)n * sizeof *w->all));
    return gfn_comm_agree(
        comm, gfn_env_state_at(gfn_run_numbered_env(w->run), (size_t)n, w->all, w->objects));
}

/* Log of the mean of exp(-weight) of n trajectories. */
static double log_mean(const double *weight, int64_t n)
{
    double least = INFINITY, sum = 0;
    for (int64_t k = 0; k < n; k++)
        least = fmin(least, weight[k]);
    for (int64_t k = 0; k < n; k++)
        sum += exp(least - weight[k]);
    return log(sum / (double)n) - least;
}

/* Estimate log p(x) of n objects, whose rewards are known. */
static gfn_status estimate_log_p(weighing *w, int which, const origins *from, int64_t n,
                                 double *log_p)
{
    const int64_t each = from->each, most = each < PART ? PART / each : 1;
    for (int64_t first = 0, some; first < n; first += some) {
        some = n - first < most ? n - first : most;
        GFN_TRY(weigh(w, which, from, first * each, some * each));
        for (int64_t i = 0; i < some; i++)
            log_p[first + i] = from->log_reward[first + i] + log_mean(w->weight + i * each, each);
    }
    return GFN_OK;
}

/* Correlation of log p(x) and log R(x) over n objects that the policy draws. */
static gfn_status find_correlation(weighing *w, int64_t n, double *correlation)
{
    gfn_run *run = w->run;
    const gfn_stream stream = stream_of(w, OF_OBJECTS);
    double *log_p = run->points.log_p, *log_r = run->points.log_r;
    const origins from = {w->objects, log_r, EACH};
    gfn_status status = gfn_sampler_objects(run->sampler, &stream, 0, (size_t)n, w->objects);
    if (status == GFN_OK)
        status = gfn_env_log_reward(run->env, (size_t)n, w->objects, log_r);
    GFN_TRY(gfn_comm_agree(run->comm, status));
    GFN_TRY(estimate_log_p(w, OF_EACH, &from, n, log_p));
    run->points.n = (size_t)n;
    *correlation = gfn_correlation((size_t)n, log_p, log_r);
    return GFN_OK;
}

/* Correlations over the test set; log_p [n] and log_r [n] are memory to work with. */
static gfn_status compare_test_set(weighing *w, double *log_p, double *log_r, gfn_bounds *bounds)
{
    const gfn_test_set *set = &w->run->test_set;
    const origins from = {set->object, set->log_reward,
                          gfn_options_int(w->run->options, "test-trajectories")};
    GFN_TRY(estimate_log_p(w, OF_TEST, &from, (int64_t)set->n, log_p));
    bounds->test_pearson = gfn_correlation(set->n, log_p, set->log_reward);
    if (isnan(bounds->test_pearson)) /* values without order */
        return GFN_OK;
    memcpy(log_r, set->log_reward, set->n * sizeof *log_r);
    gfn_status status = gfn_rank(set->n, log_p);
    if (status == GFN_OK)
        status = gfn_rank(set->n, log_r);
    bounds->test_spearman = gfn_correlation(set->n, log_p, log_r);
    return gfn_comm_agree(w->run->comm, status);
}

static gfn_status find_test(weighing *w, gfn_bounds *bounds)
{
    double *log_p = NULL, *log_r = NULL;
    bounds->n_test = (int64_t)w->run->test_set.n;
    if (bounds->n_test == 0)
        return GFN_OK;
    GFN_TRY(gfn_run_ask_test_rewards(w->run));
    gfn_status status = gfn_allocate("test set", (size_t)bounds->n_test, sizeof *log_p, &log_p);
    if (status == GFN_OK)
        status = gfn_allocate("test set", (size_t)bounds->n_test, sizeof *log_r, &log_r);
    status = gfn_comm_agree(w->run->comm, status);
    if (status == GFN_OK)
        status = compare_test_set(w, log_p, log_r, bounds);
    gfn_release(&log_p);
    gfn_release(&log_r);
    return status;
}

static gfn_status find_all(weighing *w, int64_t n, gfn_bounds *bounds)
{
    bool is_known;
    bounds->n = n;
    GFN_TRY(weigh(w, OF_POLICY, NULL, 0, n));
    bounds->elbo = gfn_estimate_mean((size_t)n, w->weight);
    GFN_TRY(find_targets(w, n, &is_known));
    if (is_known) {
        GFN_TRY(weigh(w, OF_TARGET, &(origins){w->objects, NULL, 1}, 0, n));
        bounds->eubo = gfn_estimate_mean((size_t)n, w->weight);
    }
    bounds->n_objects = n < OBJECTS ? n : OBJECTS;
    return find_correlation(w, bounds->n_objects, &bounds->correlation);
}

static gfn_status allocate(weighing *w)
{
    const int64_t each = gfn_options_int(w->run->options, "test-trajectories");
    const size_t most = (size_t)(each > PART ? each : PART);
    if (gfn_model_flow(w->run->model) == GFN_FLOW_EDGES)
        GFN_TRY(gfn_sampler_go_back_by_flows(w->run->sampler, true));
    GFN_TRY(gfn_sampler_trajectories(w->run->sampler, &w->log));
    gfn_trajectories_hold_sums(w->log);
    GFN_TRY(gfn_allocate("objects", MOST * w->width, sizeof(int32_t), &w->objects));
    GFN_TRY(gfn_allocate("weights of this rank", most, sizeof(int64_t), &w->mine));
    GFN_TRY(gfn_allocate("weights of all ranks", most, sizeof(int64_t), &w->all));
    GFN_TRY(gfn_allocate("weights", most, sizeof(double), &w->weight));
    return gfn_allocate("counts of ranks", (size_t)gfn_comm_size(w->run->comm), sizeof(size_t),
                        &w->counts);
}

static void clear(weighing *w)
{
    gfn_trajectories_destroy(&w->log);
    gfn_release(&w->objects);
    gfn_release(&w->mine);
    gfn_release(&w->all);
    gfn_release(&w->weight);
    gfn_release(&w->counts);
}

static weighing weighing_of(gfn_run *run, uint64_t seed)
{
    return (weighing){
        .run = run, .seed = seed, .width = (size_t)gfn_env_spec_of(run->env)->state_width};
}

gfn_status gfn_run_find_bounds(gfn_run *run, uint64_t seed, int64_t n, gfn_bounds *bounds)
{
    weighing w = weighing_of(run, seed);
    gfn_bounds found = {.elbo = {NAN, NAN},
                        .eubo = {NAN, NAN},
                        .correlation = NAN,
                        .test_pearson = NAN,
                        .test_spearman = NAN};
    gfn_status status = GFN_OK;
    run->points.n = 0;
    n = n < MOST ? n : MOST;
    if (n > 0)
        status = gfn_comm_agree(run->comm, allocate(&w));
    if (n > 0 && status == GFN_OK)
        status = find_all(&w, n, &found);
    if (n > 0 && status == GFN_OK)
        status = find_test(&w, &found);
    gfn_sampler_go_back_by_flows(run->sampler, false);
    if (status == GFN_OK)
        *bounds = found;
    status = gfn_run_fail_in(run, status);
    clear(&w);
    return status;
}

/* All ranks add the same weights in the same order. */
static double log_mean_exp(size_t n, const double *weight)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, weight[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp(weight[i] - most);
    return most + log(sum / (double)n);
}

gfn_status gfn_run_estimate_log_z(gfn_run *run, int64_t n, double *log_z)
{
    weighing w = weighing_of(run, (uint64_t)gfn_options_int(run->options, "seed"));
    n = n < MOST ? n : MOST;
    gfn_status status = gfn_comm_agree(run->comm, allocate(&w));
    if (status == GFN_OK)
        status = weigh(&w, OF_START, NULL, 0, n);
    if (status == GFN_OK)
        *log_z = log_mean_exp((size_t)n, w.weight);
    gfn_sampler_go_back_by_flows(run->sampler, false);
    clear(&w);
    return status;
}
