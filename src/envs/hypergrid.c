/* SPDX-License-Identifier: MIT
 *
 * The hypergrid of Bengio et al. 2021 (arXiv:2106.04399): cells of a size^ndim grid, built from the
 * corner at 0 by steps of +1 along one dimension. Stopping is allowed in all cells. Their rewards
 * are in envs/hypergrid_rewards.c.
 */
#include "base/format.h"
#include "env/env_internal.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "envs/hypergrid_rewards.h"

struct hypergrid {
    int64_t size;
    int ndim;
    int64_t n_states; /* size^ndim; 0 if int64 cannot hold it */
    bool is_onehot;   /* one-hot observation of the cell; else of each coordinate (k-hot) */
    gfn_grid_rewards rewards;
};

/* Encodings of the network input, ROW(name, most dimensions that are one-hot). */
#define ENCODINGS(ROW)                                                                             \
    ROW("auto", 2)                                                                                 \
    ROW("onehot", GFN_ENV_MAX_NDIM)                                                                \
    ROW("khot", 0)

#define ENCODING(name, most_onehot) {name, most_onehot},

static const struct {
    const char *name;
    int most_onehot;
} encodings[] = {ENCODINGS(ENCODING)};

/* The names of a table as the choices of an option, "a|b": each brings its '|', and the first one
 * is left out. */
#define FAMILY_CHOICE(name) "|" #name
#define ENCODING_CHOICE(name, most_onehot) "|" name
#define CHOICES(table, choice) (&table(choice)[1])

static const gfn_option options[] = {
    {"size", GFN_OPTION_INT, "16", 2, INT32_MAX, NULL, "Hypergrid", "cells per side"},
    {"ndim", GFN_OPTION_INT, "2", 1, GFN_ENV_MAX_NDIM, NULL, "Hypergrid", "dimensions"},
    {"reward", GFN_OPTION_WORD, "original", 0, 0, CHOICES(GFN_REWARD_FAMILIES, FAMILY_CHOICE),
     "Hypergrid", "reward family (see gfn-dist help environments)"},
    {GFN_REWARD_FILE, GFN_OPTION_PATH, "", 0, 0, NULL, "Hypergrid",
     "rewards of all cells for --reward file: a .npy file, one axis per dimension"},
    {"r0", GFN_OPTION_NUMBER, "", 0, 1e300, NULL, "Hypergrid",
     "reward everywhere, more than 0; unset: 0.01, cosine 0.1, sparse 1e-12, deceptive 1e-5"},
    {"r1", GFN_OPTION_NUMBER, "", 0, 1e300, NULL, "Hypergrid",
     "reward added in the outer parts, by the waves (cosine), at the goals (sparse) or around the "
     "centre (deceptive); unset: 0.5, sparse 1, deceptive 0.1"},
    {"r2", GFN_OPTION_NUMBER, "", 0, 1e300, NULL, "Hypergrid",
     "reward added in the modes (original and deceptive); unset: 2"},
    {"encoding", GFN_OPTION_WORD, "auto", 0, 0, CHOICES(ENCODINGS, ENCODING_CHOICE), "Hypergrid",
     "network input: one-hot of the cell (onehot), of each coordinate (khot), or onehot up to 2 "
     "dimensions and khot beyond (auto)"},
    {0},
};

/* size^ndim; 0 if int64 cannot hold it. */
static int64_t count_states(int64_t size, int ndim)
{
    int64_t n = 1;
    for (int d = 0; d < ndim; d++)
        if (!gfn_multiply_i64(n, size, &n))
            return 0;
    return n;
}

/* The width of the network input must fit into an int. */
static gfn_status check_encoding(const struct hypergrid *grid)
{
    if (!grid->is_onehot && grid->size * grid->ndim > INT32_MAX)
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: size %" PRId64 " in %d dimension%s makes %" PRId64
                        " network inputs, at most %d (hint: a smaller --size or --ndim)",
                        grid->size, grid->ndim, gfn_plural(grid->ndim), grid->size * grid->ndim,
                        INT32_MAX);
    if (grid->is_onehot && (grid->n_states == 0 || grid->n_states > INT32_MAX))
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: a one-hot encoding of %" PRId64 "^%d cells makes more than %d "
                        "network inputs (hint: --encoding khot)",
                        grid->size, grid->ndim, INT32_MAX);
    return GFN_OK;
}

static bool is_onehot(const char *encoding, int ndim)
{
    size_t i = 0;
    while (strcmp(encodings[i].name, encoding) != 0)
        i++;
    return ndim <= encodings[i].most_onehot;
}

static void destroy(void *world)
{
    struct hypergrid *grid = world;
    gfn_grid_rewards_clear(&grid->rewards);
    gfn_release(&grid);
}

static gfn_status create(const gfn_options *set, void **world)
{
    struct hypergrid grid = {
        .size = gfn_options_int(set, "size"),
        .ndim = (int)gfn_options_int(set, "ndim"),
    };
    grid.n_states = count_states(grid.size, grid.ndim);
    grid.is_onehot = is_onehot(gfn_options_text(set, "encoding"), grid.ndim);
    GFN_TRY(check_encoding(&grid));
    struct hypergrid *made;
    GFN_TRY(gfn_allocate("hypergrid", 1, sizeof *made, &made));
    *made = grid;
    gfn_status status =
        gfn_grid_rewards_init(&made->rewards, set, grid.size, grid.ndim, grid.n_states);
    if (status == GFN_OK)
        *world = made;
    else
        destroy(made);
    return status;
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
        .needs_rewards = gfn_grid_rewards_is_waiting(&grid->rewards),
        .max_log_reward = grid->rewards.max_log_reward,
        .log_z = grid->rewards.log_z,
        .ndim = ndim,
        .has_constant_deltas = true,
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

/* ---- rewards, numbers and observations ---- */

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const struct hypergrid *grid = world;
    gfn_grid_rewards_log_reward(&grid->rewards, n, state, log_r);
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *cell)
{
    const struct hypergrid *grid = world;
    for (size_t i = 0; i < n; i++)
        cell[i] = gfn_grid_rewards_number(&grid->rewards, state + i * (size_t)grid->ndim);
}

/* Numbers are often consecutive: then incrementing the previous cell saves the divisions. */
static void state_at(const void *world, size_t n, const int64_t *cell, int32_t *state)
{
    const struct hypergrid *grid = world;
    const size_t ndim = (size_t)grid->ndim;
    for (size_t i = 0; i < n; i++, state += ndim) {
        uint64_t k = (uint64_t)cell[i], size = (uint64_t)grid->size;
        size_t d = ndim;
        if (i > 0 && cell[i] == cell[i - 1] + 1) {
            memcpy(state, state - ndim, ndim * sizeof *state);
            while (d-- > 0 && ++state[d] == grid->size)
                state[d] = 0;
            continue;
        }
        for (; d-- > 0; k /= size)
            state[d] = (int32_t)(k % size);
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

/* An entry of the table in registry.c. */
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
    .source = "Bengio et al. 2021, arXiv:2106.04399",
};
