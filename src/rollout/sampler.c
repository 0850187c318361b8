/* SPDX-License-Identifier: MIT */
#include "rollout/sampler.h"

#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "env/world.h"

/* A space is unrolled into a table where calls would visit much of it anyway. */
enum { TABLE_STATES = 4096, TABLE_STATES_PER_TRAJECTORY = 16 };

static bool fits_table(const gfn_env_spec *spec, size_t capacity)
{
    return spec->n_states > 0 && spec->n_states <= TABLE_STATES &&
           (size_t)spec->n_states <= TABLE_STATES_PER_TRAJECTORY * capacity;
}

/* Rows for every state that one call can visit, and `extra`; in a table for all states. */
static gfn_status count_rows(gfn_sampler *s, size_t extra)
{
    const gfn_env_spec *spec = gfn_env_spec_of(s->env);
    size_t rows;
    if (!gfn_multiply(s->capacity, s->max_steps + 1, &rows) ||
        __builtin_add_overflow(rows, extra, &rows))
        rows = SIZE_MAX;
    const bool has_all = fits_table(spec, s->capacity);
    if (has_all || (spec->n_states > 0 && (uint64_t)spec->n_states < rows))
        rows = (size_t)spec->n_states;
    if (rows >= (size_t)1 << 30)
        return gfn_fail(GFN_EINVAL,
                        "sampler: %zu trajectories of up to %zu steps can visit more than 2^30 "
                        "states (hint: a smaller --batch-size, or more ranks)",
                        s->capacity, s->max_steps);
    s->max_rows = rows;
    return GFN_OK;
}

static gfn_status allocate_rows(gfn_sampler *s)
{
    size_t n = s->max_rows;
    GFN_TRY(gfn_state_set_create(n, s->width, &s->states));
    GFN_TRY(gfn_frame_create(s->policy.tape, &n, &s->frame));
    GFN_TRY(gfn_allocate("thresholds", (n + 1) * s->n_actions, sizeof(int32_t), &s->threshold));
    GFN_TRY(
        gfn_allocate("least thresholds", n * s->n_actions, sizeof(int32_t), &s->threshold_floor));
    GFN_TRY(gfn_allocate("log P_B", n, sizeof(gfn_real), &s->log_pb));
    GFN_TRY(gfn_allocate("ends", n, 1, &s->ends));
    GFN_TRY(gfn_allocate("backward masks", n * s->n_back, 1, &s->back_mask));
    GFN_TRY(gfn_allocate("probabilities", (size_t)s->threads * GFN_ROWS_CHUNK * s->n_actions,
                         sizeof(gfn_real), &s->probability));
    if (s->obs_hot > 0)
        return GFN_OK;
    return gfn_allocate("observations", (size_t)s->threads * GFN_ROWS_CHUNK * s->obs_dim,
                        sizeof(float), &s->dense);
}

static gfn_status allocate_lanes(gfn_sampler *s)
{
    const size_t n = s->capacity;
    GFN_TRY(gfn_allocate("lanes", n, sizeof(size_t), &s->lane));
    GFN_TRY(gfn_allocate("states of lanes", n * s->width, sizeof(int32_t), &s->state));
    GFN_TRY(gfn_allocate("rows of lanes", n > GFN_ROWS_PART ? n : GFN_ROWS_PART, sizeof(int32_t),
                         &s->lane_row));
    GFN_TRY(gfn_allocate("actions of lanes", n, sizeof(int32_t), &s->action));
    return gfn_allocate("random words", 4 * n, sizeof(uint32_t), &s->words);
}

static gfn_status set_up(gfn_sampler *s)
{
    const gfn_env_spec *spec = gfn_env_spec_of(s->env);
    s->policy = gfn_model_policy(s->model);
    s->max_steps = (size_t)spec->max_steps;
    s->width = (size_t)spec->state_width;
    s->n_actions = (size_t)spec->shape.n_actions;
    s->n_back = (size_t)spec->shape.n_back_actions;
    s->obs_dim = (size_t)spec->shape.obs_dim;
    s->obs_hot = (size_t)spec->shape.obs_hot;
    GFN_TRY(gfn_kernels_choose(&s->kernels));
    GFN_TRY(count_rows(s, 0));
    GFN_TRY(allocate_rows(s));
    GFN_TRY(allocate_lanes(s));
    return fits_table(spec, s->capacity) ? gfn_table_create(s) : GFN_OK;
}

gfn_status gfn_sampler_create(const gfn_env *env, gfn_model *model, size_t capacity, int threads,
                              gfn_sampler **sampler)
{
    if (memcmp(gfn_env_shape(env), gfn_model_shape(model), sizeof(gfn_shape)) != 0)
        return gfn_fail(GFN_EINVAL, "sampler: the model was made for another environment (hint: "
                                    "make it with gfn_env_shape() of this one)");
    if (gfn_model_backward(model) != GFN_BACKWARD_UNIFORM)
        return gfn_fail(GFN_ENOSUP,
                        "sampler: only the uniform backward policy can be sampled with");
    if (capacity == 0 || capacity > (size_t)1 << 30 || threads < 1)
        return gfn_fail(GFN_EINVAL,
                        "sampler: capacity is %zu and threads %d, both need to be at least 1",
                        capacity, threads);
    if (gfn_env_spec_of(env)->max_steps > INT64_C(1) << 30)
        return gfn_fail(GFN_EINVAL,
                        "sampler: trajectories of up to %lld steps, can do at most 2^30 (hint: a "
                        "smaller --size or --ndim)",
                        (long long)gfn_env_spec_of(env)->max_steps);
    gfn_sampler *s;
    GFN_TRY(gfn_allocate("sampler", 1, sizeof *s, &s));
    s->env = env;
    s->model = model;
    s->capacity = capacity;
    s->threads = threads;
    gfn_status status = set_up(s);
    if (status != GFN_OK)
        gfn_sampler_destroy(&s);
    else
        *sampler = s;
    return status;
}

static void release_rows(gfn_sampler *s)
{
    gfn_state_set_destroy(&s->states);
    gfn_frame_destroy(&s->frame);
    gfn_release(&s->threshold);
    gfn_release(&s->threshold_floor);
    gfn_release(&s->log_pb);
    gfn_release(&s->ends);
    gfn_release(&s->back_mask);
    gfn_release(&s->probability);
    gfn_release(&s->dense);
}

gfn_status gfn_sampler_reserve(gfn_sampler *s, size_t extra)
{
    if (s->next) /* a table has rows for all states */
        return GFN_OK;
    GFN_TRY(count_rows(s, extra));
    release_rows(s);
    s->call++;
    return allocate_rows(s);
}

void gfn_sampler_destroy(gfn_sampler **sampler)
{
    gfn_sampler *s = *sampler;
    if (s == NULL)
        return;
    release_rows(s);
    void *arrays[] = {&s->next,  &s->edge,     &s->log_p,  &s->log_reward, &s->lane,
                      &s->state, &s->lane_row, &s->action, &s->words};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(sampler);
}

gfn_status gfn_sampler_trajectories(const gfn_sampler *sampler, gfn_trajectories **log)
{
    return gfn_trajectories_create(sampler->capacity, sampler->max_steps, sampler->width, log);
}

const int32_t *gfn_sampler_states(const gfn_sampler *sampler, size_t *n)
{
    *n = gfn_state_set_count(sampler->states);
    return gfn_state_set_states(sampler->states);
}

/* Make the rows current: forget them, or in a table evaluate all of them again. */
static gfn_status renew(gfn_sampler *s)
{
    s->call++;
    if (s->next)
        return gfn_rows_refresh(s, 0, s->max_rows);
    gfn_state_set_clear(s->states);
    return GFN_OK;
}

static gfn_status walk(gfn_walk *w)
{
    w->fault = SIZE_MAX;
    GFN_TRY(w->sampler->next ? gfn_table_walk(w) : gfn_waves_walk(w));
    if (w->fault == SIZE_MAX)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "trajectory %zu: has an action that is not allowed where it is taken, goes on "
                    "after its end, or stops before it",
                    (size_t)w->fault);
}

static gfn_status check_log(const gfn_sampler *s, size_t n, const gfn_trajectories *log)
{
    if (n > s->capacity || n > log->capacity || log->max_steps != s->max_steps ||
        log->state_width != s->width)
        return gfn_fail(GFN_EINVAL,
                        "sampler: %zu trajectories of %zu steps, the sampler has room for %zu of "
                        "%zu (hint: gfn_sampler_trajectories() makes a log that fits)",
                        n, log->max_steps, s->capacity, s->max_steps);
    return GFN_OK;
}

gfn_status gfn_sampler_sample(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                              size_t n, gfn_trajectories *log)
{
    GFN_TRY(check_log(sampler, n, log));
    GFN_TRY(renew(sampler));
    log->first = first;
    log->n = n;
    gfn_walk w = {.sampler = sampler,
                  .stream = stream,
                  .first = first,
                  .n = n,
                  .log = log,
                  .terminal = log->terminal};
    log->call = sampler->call;
    return walk(&w);
}

gfn_status gfn_sampler_score(gfn_sampler *sampler, gfn_trajectories *log)
{
    GFN_TRY(check_log(sampler, log->n, log));
    for (size_t i = 0; i < log->n; i++)
        if (log->n_steps[i] < 0 || (size_t)log->n_steps[i] > log->max_steps)
            return gfn_fail(GFN_EINVAL, "trajectory %zu: has %d steps, expected 0 to %zu", i,
                            (int)log->n_steps[i], log->max_steps);
    GFN_TRY(renew(sampler));
    log->call = sampler->call;
    gfn_walk w = {.sampler = sampler, .n = log->n, .log = log, .terminal = log->terminal};
    return walk(&w);
}

gfn_status gfn_sampler_objects(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                               size_t n, int32_t *terminal)
{
    const size_t most = sampler->capacity;
    for (size_t done = 0; done < n; done += most) {
        /* Rows stay valid from one part to the next, but there is room for one part's only. */
        if (done == 0 || (!sampler->next && gfn_state_set_count(sampler->states) > 0))
            GFN_TRY(renew(sampler));
        gfn_walk w = {.sampler = sampler,
                      .stream = stream,
                      .first = first + (int64_t)done,
                      .n = n - done < most ? n - done : most,
                      .terminal = terminal + done * sampler->width};
        GFN_TRY(walk(&w));
    }
    return GFN_OK;
}

/* In a table rows are numbers; elsewhere the set is filled with one part of the states at a time.
 */
gfn_status gfn_sampler_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    gfn_sampler *s = self;
    const size_t k = s->n_actions, part = s->max_rows < GFN_ROWS_PART ? s->max_rows : GFN_ROWS_PART;
    const gfn_real *rows = gfn_frame_reals(s->frame, s->policy.log_pf);
    GFN_TRY(renew(s));
    for (size_t done = 0; done < n; done += part) {
        size_t m = n - done < part ? n - done : part;
        if (!s->next)
            gfn_state_set_clear(s->states);
        GFN_TRY(gfn_sampler_rows(s, m, state + done * s->width, s->lane_row));
        for (size_t i = 0; i < m; i++)
            memcpy(log_pf + (done + i) * k, rows + (size_t)s->lane_row[i] * k, k * sizeof *log_pf);
    }
    return GFN_OK;
}
