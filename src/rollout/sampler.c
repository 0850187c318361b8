/* SPDX-License-Identifier: MIT */
#include "rollout/sampler.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

/* A space gets a table if calls would visit much of it anyway. */
enum { TABLE_STATES = 4096, TABLE_STATES_PER_TRAJECTORY = 16 };

static bool fits_table(const gfn_env_spec *spec, size_t capacity)
{
    return spec->n_states > 0 && spec->n_states <= TABLE_STATES &&
           (size_t)spec->n_states <= TABLE_STATES_PER_TRAJECTORY * capacity;
}

/* Count the rows: for every state that one call can visit, their parents if needed, and `extra`; in
 * a table for all states. */
static gfn_status count_rows(gfn_sampler *s, size_t extra)
{
    const gfn_env_spec *spec = gfn_env_spec_of(s->env);
    size_t rows;
    if (!gfn_multiply(s->capacity, s->max_steps + 1, &rows) ||
        !gfn_multiply(rows, s->has_parents ? 1 + s->n_back : 1, &rows) ||
        __builtin_add_overflow(rows, extra, &rows))
        rows = SIZE_MAX;
    if (s->is_table || (spec->n_states > 0 && (uint64_t)spec->n_states < rows))
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
    if (s->policy.back_mask == GFN_NO_VAR)
        GFN_TRY(gfn_allocate("backward masks", n * s->n_back, 1, &s->back_mask));
    if (s->has_rewards && !s->is_table)
        GFN_TRY(gfn_allocate("log-rewards of states", n, sizeof(double), &s->log_reward));
    GFN_TRY(gfn_allocate("probabilities", (size_t)s->threads * GFN_ROWS_CHUNK * s->n_actions,
                         sizeof(gfn_real), &s->probability));
    if (s->obs_hot > 0)
        return GFN_OK;
    return gfn_allocate("observations", (size_t)s->threads * GFN_ROWS_CHUNK * s->obs_dim,
                        sizeof(float), &s->dense);
}

static void release_parents(gfn_sampler *s)
{
    gfn_release(&s->parent);
    gfn_release(&s->parent_state);
    gfn_release(&s->log_inflow);
    s->knows_parents = false;
}

static gfn_status allocate_parents(gfn_sampler *s)
{
    release_parents(s);
    if (!s->has_parents)
        return GFN_OK;
    GFN_TRY(gfn_allocate("parents", s->max_rows * s->n_back, sizeof(gfn_parent), &s->parent));
    GFN_TRY(gfn_allocate("states of parents", GFN_ROWS_CHUNK * s->width, sizeof(int32_t),
                         &s->parent_state));
    return gfn_allocate("log-inflows", s->max_rows, sizeof(double), &s->log_inflow);
}

static gfn_status allocate_lanes(gfn_sampler *s)
{
    const size_t n = s->capacity;
    GFN_TRY(gfn_allocate("lanes", n, sizeof(size_t), &s->lane));
    GFN_TRY(gfn_allocate("states of lanes", n * s->width, sizeof(int32_t), &s->state));
    GFN_TRY(gfn_allocate("rows of lanes", n > GFN_ROWS_PART ? n : GFN_ROWS_PART, sizeof(int32_t),
                         &s->lane_row));
    GFN_TRY(gfn_allocate("actions of lanes", n, sizeof(int32_t), &s->action));
    GFN_TRY(gfn_allocate("backward actions of lanes", n, sizeof(int32_t), &s->back));
    return gfn_allocate("random words", 4 * n, sizeof(uint32_t), &s->words);
}

static void choose_kind(gfn_sampler *s, bool is_table)
{
    s->is_table = is_table;
    s->kind = is_table ? &gfn_walk_by_table : &gfn_walk_in_waves;
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
    choose_kind(s, fits_table(spec, s->capacity));
    GFN_TRY(count_rows(s, 0));
    GFN_TRY(allocate_rows(s));
    GFN_TRY(allocate_lanes(s));
    return s->is_table ? gfn_table_create(s) : GFN_OK;
}

gfn_status gfn_sampler_create(const gfn_env *env, gfn_model *model, size_t capacity, int threads,
                              gfn_sampler **sampler)
{
    if (memcmp(gfn_env_shape(env), gfn_model_shape(model), sizeof(gfn_shape)) != 0)
        return gfn_fail(GFN_EINVAL, "sampler: the model was made for another environment (hint: "
                                    "make it with gfn_env_shape() of this one)");
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
    s->temperature = 1;
    gfn_status status = set_up(s);
    if (status != GFN_OK)
        gfn_sampler_destroy(&s);
    else
        *sampler = s;
    return status;
}

static void release_rows(gfn_sampler *s)
{
    if (!s->is_table)
        gfn_release(&s->log_reward);
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

gfn_status gfn_sampler_extend(gfn_sampler *s, unsigned what, size_t extra)
{
    s->has_rewards = (what & GFN_ROWS_REWARDS) != 0;
    s->has_parents = (what & GFN_ROWS_PARENTS) != 0;
    if (!s->is_table) { /* a table has rows for all states, and their rewards */
        release_rows(s);
        choose_kind(s, (what & GFN_ROWS_TABLE) != 0);
        GFN_TRY(count_rows(s, extra));
        s->call++;
        GFN_TRY(allocate_rows(s));
        if (s->is_table)
            GFN_TRY(gfn_table_create(s));
    }
    return allocate_parents(s);
}

gfn_status gfn_sampler_explore(gfn_sampler *sampler, double epsilon, double temperature)
{
    if (!(epsilon >= 0 && epsilon <= 1) || !(temperature > 0 && isfinite(temperature)))
        return gfn_fail(GFN_EINVAL,
                        "sampler: epsilon is %g and the temperature %g, expected epsilon within 0 "
                        "and 1 and a temperature above 0 (hint: --epsilon 0.1)",
                        epsilon, temperature);
    sampler->epsilon = epsilon;
    sampler->temperature = temperature;
    sampler->explores = epsilon != 0 || temperature != 1;
    return GFN_OK;
}

void gfn_sampler_destroy(gfn_sampler **sampler)
{
    gfn_sampler *s = *sampler;
    if (s == NULL)
        return;
    release_rows(s);
    release_parents(s);
    void *arrays[] = {&s->next,     &s->edge,   &s->log_p, &s->log_reward, &s->lane,     &s->state,
                      &s->lane_row, &s->action, &s->back,  &s->words,      &s->edge_back};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
    gfn_release(sampler);
}

gfn_status gfn_sampler_trajectories(const gfn_sampler *s, gfn_trajectories **log)
{
    gfn_trajectories *made;
    GFN_TRY(gfn_trajectories_create(s->capacity, s->max_steps, s->width, &made));
    const bool is_learned = s->policy.log_pb != GFN_NO_VAR;
    gfn_status status = is_learned ? gfn_trajectories_hold_back(made) : GFN_OK;
    if (status != GFN_OK)
        gfn_trajectories_destroy(&made);
    else
        *log = made;
    return status;
}

void gfn_sampler_set_threads(gfn_sampler *sampler, int threads)
{
    sampler->threads = threads;
}

size_t gfn_sampler_capacity(const gfn_sampler *sampler)
{
    return sampler->capacity;
}

gfn_rows gfn_sampler_rows(const gfn_sampler *s)
{
    return (gfn_rows){.call = s->call,
                      .are_numbers = s->is_table,
                      .env = s->env,
                      .model = s->model,
                      .policy = s->policy,
                      .frame = s->frame,
                      .most = s->max_rows,
                      .max_steps = s->max_steps,
                      .width = s->width,
                      .n_actions = s->n_actions,
                      .n_back = s->n_back,
                      .stop_action = s->env->spec.shape.stop_action,
                      .threads = s->threads,
                      .states = gfn_state_set_states(s->states),
                      .log_reward = s->log_reward,
                      .log_inflow = s->log_inflow,
                      .parent = s->parent};
}

const int32_t *gfn_sampler_states(const gfn_sampler *sampler, size_t *n)
{
    *n = gfn_state_set_count(sampler->states);
    return gfn_state_set_states(sampler->states);
}

/* Update rows to the current parameters. */
static gfn_status renew(gfn_sampler *s)
{
    s->call++;
    return s->kind->renew(s);
}

static gfn_status walk(gfn_walk *w)
{
    w->fault = SIZE_MAX;
    GFN_TRY(w->sampler->kind->walk(w));
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
    if (s->policy.log_pb != GFN_NO_VAR && log->back == NULL)
        return gfn_fail(GFN_EINVAL, "sampler: the log holds no backward actions, which a learned "
                                    "log P_B needs (hint: gfn_trajectories_hold_back())");
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

/* A view of trajectories first ... first+n-1 of a log. */
static gfn_trajectories part_of(const gfn_trajectories *log, size_t first, size_t n)
{
    const size_t at = first * log->max_steps;
    gfn_trajectories part = *log;
    part.capacity = part.n = n;
    part.n_steps += first;
    part.action += at;
    part.row += at;
    part.log_pf = log->log_pf ? log->log_pf + at : NULL;
    part.log_pb = log->log_pb ? log->log_pb + at : NULL;
    part.back = log->back ? log->back + at : NULL;
    part.end_row += first;
    part.sum_log_pf += first;
    part.sum_log_pb += first;
    part.log_reward += first;
    part.terminal += first * log->state_width;
    return part;
}

gfn_status gfn_sampler_backward(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                                size_t n, gfn_trajectories *log)
{
    GFN_TRY(check_log(sampler, log->n + n, log));
    if (log->n > 0 && log->call != sampler->call)
        return gfn_fail(GFN_EINVAL, "sampler: it was used since it filled this log (hint: "
                                    "gfn_sampler_sample() first, or a log with n = 0)");
    if (log->n == 0) {
        GFN_TRY(renew(sampler));
        log->first = first;
    } else {
        sampler->call++; /* the log changes, although rows keep their meaning */
    }
    log->call = sampler->call;
    gfn_trajectories part = part_of(log, log->n, n);
    GFN_TRY(gfn_backward_walk(sampler, stream, first, &part));
    log->n += n;
    return walk(&(gfn_walk){.sampler = sampler, .n = n, .log = &part, .terminal = part.terminal});
}

/* Draw objects first ... first+n-1 of the stream, as many at a time as there are lanes. */
static gfn_status draw_objects(gfn_sampler *s, const gfn_stream *stream, int64_t first, size_t n,
                               int32_t *terminal)
{
    for (size_t done = 0; done < n; done += s->capacity) {
        /* Rows stay valid between parts, but there is room for the rows of one part only. */
        if (done == 0 || (!s->is_table && gfn_state_set_count(s->states) > 0))
            GFN_TRY(renew(s));
        gfn_walk w = {.sampler = s,
                      .stream = stream,
                      .first = first + (int64_t)done,
                      .n = n - done < s->capacity ? n - done : s->capacity,
                      .terminal = terminal + done * s->width};
        GFN_TRY(walk(&w));
    }
    return GFN_OK;
}

gfn_status gfn_sampler_objects(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                               size_t n, int32_t *terminal)
{
    const bool explores = sampler->explores;
    sampler->explores = false;
    gfn_status status = draw_objects(sampler, stream, first, n, terminal);
    sampler->explores = explores;
    return status;
}

/* In a table, rows are the numbers of states; without one, the set is filled with one part of the
 * states at a time. */
gfn_status gfn_sampler_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    gfn_sampler *s = self;
    const size_t k = s->n_actions, part = s->max_rows < GFN_ROWS_PART ? s->max_rows : GFN_ROWS_PART;
    const gfn_real *rows = gfn_frame_reals(s->frame, s->policy.log_pf);
    GFN_TRY(renew(s));
    for (size_t done = 0; done < n; done += part) {
        size_t m = n - done < part ? n - done : part;
        if (!s->is_table)
            gfn_state_set_clear(s->states);
        GFN_TRY(gfn_sampler_find_rows(s, m, state + done * s->width, s->lane_row));
        for (size_t i = 0; i < m; i++)
            memcpy(log_pf + (done + i) * k, rows + (size_t)s->lane_row[i] * k, k * sizeof *log_pf);
    }
    return GFN_OK;
}
