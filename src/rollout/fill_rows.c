/* SPDX-License-Identifier: MIT */
#include "rollout/fill_rows.h"

#include <math.h>

#include "base/error.h"
#include "base/format.h"
#include "base/parallel.h"
#include "env/env_internal.h"
#include "rollout/faults.h"
#include "rollout/observe.h"

typedef struct job {
    gfn_sampler *sampler;
    size_t first, n;
    bool refresh;
} job;

/* Count what is allowed in n rows: ends, lower bounds of thresholds, uniform log P_B. */
static void count_choices(gfn_sampler *s, size_t first, size_t n, const uint8_t *mask,
                          const uint8_t *back)
{
    for (size_t i = 0; i < n; i++) {
        size_t edges = 0, actions = 0;
        for (size_t b = 0; b < s->n_back; b++)
            edges += back[i * s->n_back + b] != 0;
        for (size_t a = 0; a < s->n_actions; a++)
            actions += mask[i * s->n_actions + a] != 0;
        int32_t floor = INT32_MAX;
        for (size_t a = s->n_actions; a-- > 0;) {
            s->threshold_floor[(first + i) * s->n_actions + a] = floor;
            if (mask[i * s->n_actions + a])
                floor = -1;
        }
        s->log_pb[first + i] = edges > 1 ? (gfn_real)-log((double)edges) : 0;
        s->ends[first + i] = actions == 0;
    }
}

/* Fill what depends only on the state: masks, observation, uniform log P_B, log-reward. Returns
 * whether the world did its work. */
static bool describe(gfn_sampler *s, size_t first, size_t n, int thread)
{
    const gfn_env_ops *ops = s->env->ops;
    const void *world = s->env->world;
    const int32_t *state = gfn_state_set_states(s->states) + first * s->width;
    uint8_t *mask = gfn_frame_bytes(s->frame, s->policy.mask) + first * s->n_actions;
    uint8_t *back = gfn_row_back_mask(s, (int32_t)first);
    gfn_env_ask_allowed(s->env, n, state, mask);
    ops->allowed_back(world, n, state, back);
    if (!gfn_env_end_calls(s->env))
        return false;
    count_choices(s, first, n, mask, back);
    if (s->has_rewards)
        gfn_env_ask_state_reward(s->env, n, state, s->log_reward + first);
    float *dense = s->dense ? s->dense + (size_t)thread * GFN_ROWS_CHUNK * s->obs_dim : NULL;
    gfn_observe(s->env, n, state, &(gfn_observed){s->frame, s->policy.observation, first, dense});
    return gfn_env_end_calls(s->env);
}

/* Rows whose thresholds are set together: an addition to the sum of one row would wait for the one
 * before. */
enum { TOGETHER = 4 };

/* Set the thresholds of n <= TOGETHER rows; see set_thresholds(). */
static inline __attribute__((always_inline)) bool set_some_thresholds(size_t n, size_t n_actions,
                                                                      const double *p,
                                                                      const int32_t *floor,
                                                                      int32_t *threshold)
{
    double total[TOGETHER] = {0}, sum[TOGETHER] = {0}, scale[TOGETHER];
    bool is_finite = true;
    for (size_t a = 0; a < n_actions; a++)
        for (size_t i = 0; i < n; i++)
            total[i] += p[i * n_actions + a];
    for (size_t i = 0; i < n; i++) {
        const bool is_usable = total[i] < 2;                          /* not NaN, nor infinite */
        scale[i] = is_usable && total[i] > 0 ? 0x1p31 / total[i] : 0; /* 0: no action is allowed */
        is_finite &= is_usable;
    }
    for (size_t a = 0; is_finite && a < n_actions; a++)
        for (size_t i = 0; i < n; i++) {
            const size_t at = i * n_actions + a;
            sum[i] += p[at];
            /* The cast rounds down, as the sum is not negative. */
            const int64_t below = (int64_t)(sum[i] * scale[i]) - 1;
            threshold[at] = (int32_t)(below > floor[at] ? below : floor[at]);
        }
    return is_finite;
}

/* Set the thresholds of n rows from weights p [n][n_actions], which are divided by their sum;
 * returns false if these are not finite. Weights and sums are doubles, so that the frequency of an
 * action is right to 2^-31. The last allowed action gets all words that are left. */
static bool set_thresholds(size_t n, size_t n_actions, const double *p, const int32_t *floor,
                           int32_t *threshold)
{
    bool is_finite = true;
    size_t i = 0, at = 0;
    for (; i + TOGETHER <= n; i += TOGETHER, at += TOGETHER * n_actions)
        is_finite &= set_some_thresholds(TOGETHER, n_actions, p + at, floor + at, threshold + at);
    for (; i < n; i++, at += n_actions)
        is_finite &= set_some_thresholds(1, n_actions, p + at, floor + at, threshold + at);
    return is_finite;
}

static double sum_of(size_t n, const double *x)
{
    double part[TOGETHER] = {0};
    for (size_t i = 0; i < n; i++)
        part[i % TOGETHER] += x[i];
    return part[0] + part[1] + part[2] + part[3];
}

/* Replace log P_F of a row by the probabilities of a sampler that explores. */
static void explore(const gfn_sampler *s, const gfn_real *log_pf, double *p)
{
    const size_t k = s->n_actions;
    gfn_real largest = -(gfn_real)INFINITY;
    size_t allowed = 0;
    for (size_t a = 0; a < k; a++) {
        allowed += !(log_pf[a] == -INFINITY);
        largest = log_pf[a] > largest ? log_pf[a] : largest;
    }
    s->kernels->exps_double(k, log_pf, (double)largest, 1 / s->temperature, p);
    const double scale = (1 - s->epsilon) / sum_of(k, p), even = s->epsilon / (double)allowed;
    for (size_t a = 0; a < k; a++)
        p[a] = log_pf[a] == -INFINITY ? 0 : p[a] * scale + even;
}

/* Turn log P_F of n rows into the probabilities that actions are drawn with: P_F, or, if the
 * sampler explores with epsilon and temperature T,
 *
 *     (1 - epsilon) P_F(a)^(1/T) / sum over a' of P_F(a')^(1/T) + epsilon / number of actions
 */
static void find_probabilities(const gfn_sampler *s, size_t n, const gfn_real *log_pf, double *p)
{
    const size_t k = s->n_actions;
    if (!s->explores) {
        s->kernels->exps_double(n * k, log_pf, 0, 1, p);
        return;
    }
    for (size_t i = 0; i < n; i++)
        explore(s, log_pf + i * k, p + i * k);
}

static void task(void *self, size_t index, int thread)
{
    const job *j = self;
    gfn_sampler *s = j->sampler;
    size_t done = index * GFN_ROWS_CHUNK, first = j->first + done;
    size_t n = j->n - done < GFN_ROWS_CHUNK ? j->n - done : GFN_ROWS_CHUNK;
    if (!j->refresh && !describe(s, first, n, thread))
        return;
    gfn_frame_forward_rows(s->frame, gfn_model_params(s->model), first, n);
    const size_t k = s->n_actions;
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf) + first * k;
    double *p = s->probability + (size_t)thread * GFN_ROWS_CHUNK * k;
    find_probabilities(s, n, log_pf, p);
    if (!set_thresholds(n, k, p, s->threshold_floor + first * k, s->threshold + first * k))
        atomic_store_explicit(&s->broken, true, memory_order_relaxed);
}

/* Report the first state whose policy is not finite. */
static gfn_status refuse(gfn_sampler *s, size_t first, size_t n)
{
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf);
    size_t row = first;
    for (; row + 1 < first + n; row++) {
        bool is_nan = false;
        for (size_t a = 0; a < s->n_actions; a++)
            is_nan |= isnan(log_pf[row * s->n_actions + a]);
        if (is_nan)
            break;
    }
    return gfn_fail_policy(s->env, gfn_state_set_states(s->states) + row * s->width);
}

/* After describe(): a failure of the world, or of a log-reward. */
static gfn_status check_world(const gfn_sampler *s, size_t first, size_t n)
{
    GFN_TRY(gfn_env_failure(s->env));
    if (!s->has_rewards)
        return GFN_OK;
    return gfn_env_check_rewards(s->env, n, gfn_state_set_states(s->states) + first * s->width,
                                 s->log_reward + first);
}

static gfn_status run(gfn_sampler *s, size_t first, size_t n, bool refresh)
{
    if (n == 0)
        return GFN_OK;
    job j = {.sampler = s, .first = first, .n = n, .refresh = refresh};
    gfn_frame_set_rows(s->frame, 0, first + n);
    atomic_store_explicit(&s->broken, false, memory_order_relaxed);
    gfn_parallel_for(s->threads, (n + GFN_ROWS_CHUNK - 1) / GFN_ROWS_CHUNK, task, &j);
    if (!refresh)
        GFN_TRY(check_world(s, first, n));
    if (atomic_load_explicit(&s->broken, memory_order_relaxed))
        return refuse(s, first, n);
    return GFN_OK;
}

gfn_status gfn_rows_fill(gfn_sampler *sampler, size_t first, size_t n)
{
    return run(sampler, first, n, false);
}

gfn_status gfn_rows_refresh(gfn_sampler *sampler, size_t first, size_t n)
{
    return run(sampler, first, n, true);
}

gfn_status gfn_sampler_find_rows(gfn_sampler *sampler, size_t n, const int32_t *state, int32_t *row)
{
    const size_t before = gfn_state_set_count(sampler->states);
    for (size_t i = 0; i < n; i++) {
        row[i] = gfn_state_set_add(sampler->states, state + i * sampler->width);
        if (row[i] < 0)
            return gfn_fail(GFN_EINVAL, "sampler: no room for %zu more state%s", n - i,
                            gfn_plural((int64_t)(n - i)));
    }
    return gfn_rows_fill(sampler, before, gfn_state_set_count(sampler->states) - before);
}
