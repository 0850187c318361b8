/* SPDX-License-Identifier: MIT
 *
 * The hypergrid of Bengio et al. 2021 (arXiv:2106.04399): cells of a size^ndim grid, built from the
 * corner at 0 by steps of +1 along one dimension; stopping is always allowed.
 *
 *     R(x) = r0 + r1 prod_d [a_d > 1/4] + r2 prod_d [3/10 < a_d < 2/5],  a = |x/(size-1) - 1/2|
 *
 * The borders are decided in integers: with m = size-1 and c = |20 x - 10 m|, a > 1/4 is c > 5 m
 * and 3/10 < a < 2/5 is 6 m < c < 8 m. The second band lies within the first, so a product over
 * the dimensions is a minimum: R takes at most three values.
 *
 * To check by: size=16 ndim=2 r0=0.01 has 4 cells of R = 2.51 and log Z = log 42.56 = 3.75091.
 */
#include "env/world.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

/* Where a coordinate lies, and where a cell lies: the least of its coordinates. */
enum { INNER, OUTER, BAND, LEVELS };

struct hypergrid {
    int64_t size;
    int ndim;
    bool is_onehot;        /* observation: the cell; else each coordinate (k-hot) */
    int64_t n_states;      /* size^ndim; 0 where int64 cannot hold it */
    double log_r[LEVELS];  /* log R by level */
    double log_reward_max; /* over the levels that occur */
    double log_z;
};

static const gfn_option options[] = {
    {"size", GFN_OPTION_INT, "16", 2, INT32_MAX, NULL, "Hypergrid", "cells per side"},
    {"ndim", GFN_OPTION_INT, "2", 1, GFN_ENV_MAX_NDIM, NULL, "Hypergrid", "dimensions"},
    {"reward", GFN_OPTION_WORD, "original", 0, 0, "original", "Hypergrid",
     "reward family: original (Bengio et al. 2021)"},
    {"r0", GFN_OPTION_NUMBER, "0.01", 0, 1e300, NULL, "Hypergrid",
     "reward everywhere, more than 0"},
    {"r1", GFN_OPTION_NUMBER, "0.5", 0, 1e300, NULL, "Hypergrid",
     "reward added in the outer parts"},
    {"r2", GFN_OPTION_NUMBER, "2", 0, 1e300, NULL, "Hypergrid", "reward added in the modes"},
    {"encoding", GFN_OPTION_WORD, "auto", 0, 0, "auto|onehot|khot", "Hypergrid",
     "network input: one-hot of the cell (onehot), of each coordinate (khot), or onehot up to 2 "
     "dimensions and khot beyond (auto)"},
    {0},
};

static int level_of(int64_t size, int32_t x)
{
    const int64_t m = size - 1, c = llabs(20 * (int64_t)x - 10 * m);
    return (c > 6 * m && c < 8 * m) ? BAND : c > 5 * m ? OUTER : INNER;
}

/* log of r0 size^d + r1 outer^d + r2 band^d, where outer and band count the coordinates of their
 * kind: on the left x < m/4, or m/10 < x < m/5; on the right their mirror images. */
static void sum_rewards(struct hypergrid *grid, double r0, double r1, double r2)
{
    const int64_t m = grid->size - 1;
    const int64_t outer = 2 * ((m + 3) / 4), band = 2 * ((m + 4) / 5 - 1 - m / 10);
    const double count[LEVELS] = {(double)grid->size, (double)outer, (double)band};
    const double r[LEVELS] = {r0, r1, r2};
    double part[LEVELS], largest = -INFINITY, sum = 0;
    for (int i = 0; i < LEVELS; i++) {
        part[i] = log(r[i]) + grid->ndim * log(count[i]);
        largest = fmax(largest, part[i]);
    }
    for (int i = 0; i < LEVELS; i++)
        sum += exp(part[i] - largest);
    grid->log_z = largest + log(sum);
    grid->log_reward_max = grid->log_r[band > 0 ? BAND : OUTER];
}

/* size^ndim; 0 where int64 cannot hold it. */
static int64_t count_states(int64_t size, int ndim)
{
    int64_t n = 1;
    for (int d = 0; d < ndim; d++)
        if (!gfn_multiply_i64(n, size, &n))
            return 0;
    return n;
}

/* The network's input must be countable in int. */
static gfn_status check_encoding(const struct hypergrid *grid)
{
    if (!grid->is_onehot && grid->size * grid->ndim > INT32_MAX)
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: size %" PRId64 " in %d dimensions makes %" PRId64
                        " network inputs, at most %d (hint: a smaller --size or --ndim)",
                        grid->size, grid->ndim, grid->size * grid->ndim, INT32_MAX);
    if (grid->is_onehot && (grid->n_states == 0 || grid->n_states > INT32_MAX))
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: a one-hot encoding of %" PRId64 "^%d cells makes more than %d "
                        "network inputs (hint: --encoding khot)",
                        grid->size, grid->ndim, INT32_MAX);
    return GFN_OK;
}

static gfn_status create(const gfn_options *set, void **world)
{
    const double r0 = gfn_options_number(set, "r0"), r1 = gfn_options_number(set, "r1");
    const double r2 = gfn_options_number(set, "r2");
    const char *encoding = gfn_options_text(set, "encoding");
    struct hypergrid grid = {
        .size = gfn_options_int(set, "size"),
        .ndim = (int)gfn_options_int(set, "ndim"),
        .log_r = {log(r0), log(r0 + r1), log(r0 + r1 + r2)},
    };
    if (!(r0 > 0))
        return gfn_fail(GFN_EINVAL, "hypergrid: r0 is %g, needs more than 0 (hint: --r0 0.01)", r0);
    grid.n_states = count_states(grid.size, grid.ndim);
    grid.is_onehot = strcmp(encoding, "auto") ? !strcmp(encoding, "onehot") : grid.ndim <= 2;
    GFN_TRY(check_encoding(&grid));
    sum_rewards(&grid, r0, r1, r2);
    struct hypergrid *made;
    GFN_TRY(gfn_allocate("hypergrid", 1, sizeof *made, &made));
    *made = grid;
    *world = made;
    return GFN_OK;
}

static void destroy(void *world)
{
    gfn_release(&world);
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const struct hypergrid *grid = world;
    const int ndim = grid->ndim;
    *spec = (gfn_env_spec){
        .shape =
            {
                .n_actions = ndim + 1,
                .n_back_actions = ndim,
                .stop_action = ndim,
                .obs_dim = (int)(grid->is_onehot ? grid->n_states : grid->size * ndim),
                .obs_hot = grid->is_onehot ? 1 : ndim,
            },
        .state_width = ndim,
        .max_steps = ndim * (grid->size - 1) + 1,
        .n_states = grid->n_states,
        .all_terminal = true,
        .max_log_reward = grid->log_reward_max,
        .log_z = grid->log_z,
        .ndim = ndim,
    };
    for (int d = 0; d < ndim; d++)
        spec->axis[d] = grid->size;
}

static void start(const void *world, size_t n, int32_t *state)
{
    const struct hypergrid *grid = world;
    memset(state, 0, n * (size_t)grid->ndim * sizeof *state);
}

/* ---- edges: action d is +1 along dimension d, backward action d is -1 ---- */

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    const int32_t last = (int32_t)(grid->size - 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; d < ndim; d++)
            mask[i * (ndim + 1) + d] = state[i * ndim + d] < last;
        mask[i * (ndim + 1) + ndim] = 1;
    }
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++)
        state[i * ndim + (size_t)action[i]]++;
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct hypergrid *grid = world;
    const size_t words = n * (size_t)grid->ndim;
    for (size_t i = 0; i < words; i++)
        mask[i] = state[i] > 0;
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++)
        state[i * ndim + (size_t)back[i]]--;
}

static void same_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *other)
{
    (void)world;
    (void)state;
    memcpy(other, action, n * sizeof *other);
}

/* ---- what a cell is worth, how a network sees it, its number ---- */

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++) {
        int level = BAND;
        for (size_t d = 0; d < ndim && level > INNER; d++) {
            int one = level_of(grid->size, state[i * ndim + d]);
            level = one < level ? one : level;
        }
        log_r[i] = grid->log_r[level];
    }
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *cell)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++) {
        int64_t k = 0;
        for (size_t d = 0; d < ndim; d++)
            k = k * grid->size + state[i * ndim + d];
        cell[i] = k;
    }
}

static void state_at(const void *world, size_t n, const int64_t *cell, int32_t *state)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++) {
        uint64_t k = (uint64_t)cell[i], size = (uint64_t)grid->size;
        for (size_t d = ndim; d-- > 0; k /= size)
            state[i * ndim + d] = (int32_t)(k % size);
    }
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    const int32_t size = (int32_t)grid->size;
    (void)x;
    for (size_t i = 0; i < n; i++) {
        int32_t cell = 0;
        for (size_t d = 0; d < ndim; d++) {
            if (grid->is_onehot)
                cell = cell * size + state[i * ndim + d];
            else
                index[i * ndim + d] = (int32_t)d * size + state[i * ndim + d];
        }
        if (grid->is_onehot)
            index[i] = cell;
    }
}

/* A row of registry.c. */
const gfn_env_ops gfn_env_hypergrid = {
    .size = sizeof(gfn_env_ops),
    .name = "hypergrid",
    .summary = "Cells of a size^ndim grid, reached by steps of +1 from a corner.",
    .options = options,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step_back,
    .back_action = same_action,
    .forward_action = same_action,
    .log_reward = log_reward,
    .observe = observe,
    .number = number,
    .state_at = state_at,
};
