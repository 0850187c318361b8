/* SPDX-License-Identifier: MIT */
#include "tests/unit/env/worlds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- bits: a word is 0 (not set), 1 (a 0) or 2 (a 1); action 2 p + v sets bit p to v ---- */

struct bits {
    size_t length;
    int64_t ones; /* largest number of ones */
    bool is_limited, is_numbered;
};

static const gfn_option bits_options[] = {
    {"length", GFN_OPTION_INT, "5", 1, 64, NULL, "Bits", "bits of a string"},
    {"ones", GFN_OPTION_INT, "0", 0, 64, NULL, "Bits", "bits that may be 1; 0: all"},
    {"numbered", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Bits", "whether states have numbers"},
    {0},
};

static gfn_status bits_create(const gfn_options *options, void **world)
{
    struct bits *bits = malloc(sizeof *bits);
    if (bits == NULL)
        return GFN_ENOMEM;
    const int64_t length = gfn_options_int(options, "length");
    const int64_t ones = gfn_options_int(options, "ones");
    *bits = (struct bits){
        .length = (size_t)length,
        .ones = ones > 0 ? ones : length,
        .is_limited = ones > 0,
        .is_numbered = gfn_options_flag(options, "numbered"),
    };
    *world = bits;
    return GFN_OK;
}

static void bits_destroy(void *world)
{
    free(world);
}

/* The cost of a bit p that differs from the pattern 0 1 1 0 1 1 ... */
static double bits_cost(size_t p)
{
    return 0.31 + 0.17 * (double)(p % 5);
}

static void bits_describe(const void *world, gfn_env_spec *spec)
{
    const struct bits *bits = world;
    const int length = (int)bits->length;
    *spec = (gfn_env_spec){
        .shape = {.n_actions = 2 * length,
                  .n_back_actions = length,
                  .stop_action = -1,
                  .obs_dim = 2 * length},
        .state_width = length,
        .max_steps = length,
        .max_log_reward = bits->is_limited ? NAN : 0,
        .log_z = bits->is_limited ? NAN : 0,
    };
    for (size_t p = 0; p < bits->length; p++)
        spec->log_z += log1p(exp(-bits_cost(p)));
    if (!bits->is_numbered || bits->is_limited)
        return;
    spec->n_states = 1;
    spec->ndim = length;
    for (int d = 0; d < length; d++) {
        spec->axis[d] = 3;
        spec->n_states *= 3;
    }
}

static void bits_start(const void *world, size_t n, int32_t *state)
{
    const struct bits *bits = world;
    memset(state, 0, n * bits->length * sizeof *state);
}

static void bits_allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++, state += bits->length, mask += 2 * bits->length) {
        int64_t ones = 0;
        for (size_t p = 0; p < bits->length; p++)
            ones += state[p] == 2;
        for (size_t p = 0; p < bits->length; p++) {
            mask[2 * p] = state[p] == 0;
            mask[2 * p + 1] = state[p] == 0 && ones < bits->ones;
        }
    }
}

static void bits_step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++)
        state[i * bits->length + (size_t)action[i] / 2] = 1 + action[i] % 2;
}

static void bits_allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n * bits->length; i++)
        mask[i] = state[i] != 0;
}

static void bits_step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++)
        state[i * bits->length + (size_t)back[i]] = 0;
}

static void bits_back_action(const void *world, size_t n, const int32_t *state,
                             const int32_t *action, int32_t *back)
{
    (void)world;
    (void)state;
    for (size_t i = 0; i < n; i++)
        back[i] = action[i] / 2;
}

static void bits_forward_action(const void *world, size_t n, const int32_t *state,
                                const int32_t *back, int32_t *action)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++)
        action[i] = 2 * back[i] + (state[i * bits->length + (size_t)back[i]] == 2);
}

/* Only complete strings have a reward. */
static void bits_log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++, state += bits->length) {
        log_reward[i] = 0;
        for (size_t p = 0; p < bits->length; p++) {
            if (state[p] == 0)
                log_reward[i] = NAN;
            else if (state[p] != (p % 3 ? 2 : 1))
                log_reward[i] -= bits_cost(p);
        }
    }
}

static void bits_observe(const void *world, size_t n, const int32_t *state, int32_t *index,
                         float *x)
{
    const struct bits *bits = world;
    (void)index;
    for (size_t i = 0; i < n * bits->length; i++) {
        x[2 * i] = state[i] == 1;
        x[2 * i + 1] = state[i] == 2 ? 1.5f : -0.25f;
    }
}

static void bits_number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++) {
        number[i] = 0;
        for (size_t p = 0; p < bits->length; p++)
            number[i] = 3 * number[i] + state[i * bits->length + p];
    }
}

static void bits_state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const struct bits *bits = world;
    for (size_t i = 0; i < n; i++) {
        int64_t k = number[i];
        for (size_t p = bits->length; p-- > 0; k /= 3)
            state[i * bits->length + p] = (int32_t)(k % 3);
    }
}

const gfn_env_ops bits_world = {
    .size = sizeof(gfn_env_ops),
    .name = "bits",
    .summary = "Strings of bits, set in any order.",
    .options = bits_options,
    .create = bits_create,
    .destroy = bits_destroy,
    .describe = bits_describe,
    .start = bits_start,
    .allowed = bits_allowed,
    .step = bits_step,
    .allowed_back = bits_allowed_back,
    .step_back = bits_step_back,
    .back_action = bits_back_action,
    .forward_action = bits_forward_action,
    .log_reward = bits_log_reward,
    .observe = bits_observe,
    .number = bits_number,
    .state_at = bits_state_at,
};

/* ---- ladder ---- */

struct ladder {
    int32_t rungs;
};

static const gfn_option ladder_options[] = {
    {"rungs", GFN_OPTION_INT, "9", 1, 1000, NULL, "Ladder", "the last rung"},
    {0},
};

static gfn_status ladder_create(const gfn_options *options, void **world)
{
    struct ladder *ladder = malloc(sizeof *ladder);
    if (ladder == NULL)
        return GFN_ENOMEM;
    ladder->rungs = (int32_t)gfn_options_int(options, "rungs");
    *world = ladder;
    return GFN_OK;
}

static void ladder_destroy(void *world)
{
    free(world);
}

static bool ladder_is_object(const struct ladder *ladder, int32_t k)
{
    return k % 2 == 1 || k == ladder->rungs;
}

static double ladder_value(int32_t k)
{
    return (k % 4 == 3 ? 1.7 : 0.2) - 0.013 * k;
}

static void ladder_describe(const void *world, gfn_env_spec *spec)
{
    const struct ladder *ladder = world;
    double z = 0, largest = -INFINITY;
    for (int32_t k = 0; k <= ladder->rungs; k++) {
        if (!ladder_is_object(ladder, k))
            continue;
        z += exp(ladder_value(k));
        largest = fmax(largest, ladder_value(k));
    }
    *spec = (gfn_env_spec){
        .shape = {.n_actions = LADDER_ACTIONS,
                  .n_back_actions = LADDER_BACK_ACTIONS,
                  .stop_action = LADDER_STOP,
                  .obs_dim = ladder->rungs + 1,
                  .obs_hot = 1},
        .state_width = 1,
        .max_steps = ladder->rungs,
        .n_states = ladder->rungs + 1,
        .max_log_reward = largest,
        .log_z = log(z),
    };
}

static void ladder_start(const void *world, size_t n, int32_t *state)
{
    (void)world;
    memset(state, 0, n * sizeof *state);
}

static void ladder_allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct ladder *ladder = world;
    for (size_t i = 0; i < n; i++, mask += LADDER_ACTIONS) {
        const int32_t k = state[i];
        mask[LADDER_RED] = mask[LADDER_BLUE] = k < ladder->rungs;
        mask[LADDER_JUMP] = k % 2 == 0 && k + 2 <= ladder->rungs;
        mask[LADDER_STOP] = k % 2 == 1 && k < ladder->rungs;
    }
}

static void ladder_step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        state[i] += action[i] == LADDER_JUMP ? 2 : 1;
}

static void ladder_allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    (void)world;
    for (size_t i = 0; i < n; i++, mask += LADDER_BACK_ACTIONS) {
        mask[LADDER_BACK_RED] = mask[LADDER_BACK_BLUE] = state[i] > 0;
        mask[LADDER_BACK_JUMP] = state[i] >= 2 && state[i] % 2 == 0;
    }
}

static void ladder_step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        state[i] -= back[i] == LADDER_BACK_JUMP ? 2 : 1;
}

static void ladder_back_action(const void *world, size_t n, const int32_t *state,
                               const int32_t *action, int32_t *back)
{
    static const int32_t map[LADDER_ACTIONS] = {
        [LADDER_RED] = LADDER_BACK_RED,
        [LADDER_BLUE] = LADDER_BACK_BLUE,
        [LADDER_JUMP] = LADDER_BACK_JUMP,
        [LADDER_STOP] = -1,
    };
    (void)world;
    (void)state;
    for (size_t i = 0; i < n; i++)
        back[i] = map[action[i]];
}

static void ladder_forward_action(const void *world, size_t n, const int32_t *state,
                                  const int32_t *back, int32_t *action)
{
    static const int32_t map[LADDER_BACK_ACTIONS] = {
        [LADDER_BACK_RED] = LADDER_RED,
        [LADDER_BACK_BLUE] = LADDER_BLUE,
        [LADDER_BACK_JUMP] = LADDER_JUMP,
    };
    (void)world;
    (void)state;
    for (size_t i = 0; i < n; i++)
        action[i] = map[back[i]];
}

static void ladder_log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    for (size_t i = 0; i < n; i++)
        log_reward[i] = ladder_is_object(world, state[i]) ? ladder_value(state[i]) : NAN;
}

static void ladder_observe(const void *world, size_t n, const int32_t *state, int32_t *index,
                           float *x)
{
    (void)world;
    (void)x;
    memcpy(index, state, n * sizeof *index);
}

static void ladder_number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        number[i] = state[i];
}

static void ladder_state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        state[i] = (int32_t)number[i];
}

const gfn_env_ops ladder_world = {
    .size = sizeof(gfn_env_ops),
    .name = "ladder",
    .summary = "Rungs with two ways up from each.",
    .options = ladder_options,
    .create = ladder_create,
    .destroy = ladder_destroy,
    .describe = ladder_describe,
    .start = ladder_start,
    .allowed = ladder_allowed,
    .step = ladder_step,
    .allowed_back = ladder_allowed_back,
    .step_back = ladder_step_back,
    .back_action = ladder_back_action,
    .forward_action = ladder_forward_action,
    .log_reward = ladder_log_reward,
    .observe = ladder_observe,
    .number = ladder_number,
    .state_at = ladder_state_at,
};
