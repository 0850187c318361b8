/* SPDX-License-Identifier: MIT
 *
 * Sets of items: each can be put into a knapsack once, in any order, until packing stops. A set is
 * an object, and R = exp(-|room - its weight|) says how well it fills the knapsack. A state is one
 * word, in which bit i says whether item i is in.
 */
#include <gfn/gfn.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct knapsack {
    int items, room;
} knapsack;

static const gfn_option options[] = {
    {"items", GFN_OPTION_INT, "10", 1, 30, NULL, "Knapsack", "items that there are"},
    {"room", GFN_OPTION_INT, "24", 0, 1000, NULL, "Knapsack", "weight that fits in"},
    {0},
};

static gfn_status create(const gfn_options *given, void **world)
{
    const knapsack k = {(int)gfn_options_int(given, "items"), (int)gfn_options_int(given, "room")};
    if (k.room > 9 * k.items)
        return gfn_fail(GFN_EINVAL, "room: expected at most %d, found %d (hint: --items %d)",
                        9 * k.items, k.room, k.room / 9 + 1);
    *world = malloc(sizeof k);
    if (*world == NULL)
        return gfn_fail(GFN_ENOMEM, "knapsack: no memory");
    memcpy(*world, &k, sizeof k);
    return GFN_OK;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const int items = ((const knapsack *)world)->items;
    *spec = (gfn_env_spec){.shape = {.n_actions = items + 1,
                                     .n_back_actions = items,
                                     .stop_action = items,
                                     .obs_dim = 2 * items,
                                     .obs_hot = items},
                           .state_width = 1,
                           .max_steps = items + 1,
                           .n_states = INT64_C(1) << items,
                           .all_terminal = true,
                           .max_log_reward = NAN, /* not known */
                           .log_z = NAN};
}

static void start(const void *world, size_t n, int32_t *state)
{
    memset(state, 0, n * sizeof *state);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const int items = ((const knapsack *)world)->items;
    for (size_t i = 0; i < n; i++) {
        for (int item = 0; item < items; item++)
            *mask++ = !(state[i] >> item & 1);
        *mask++ = 1; /* stop */
    }
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    for (size_t i = 0; i < n; i++)
        state[i] |= 1 << action[i];
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const int items = ((const knapsack *)world)->items;
    for (size_t i = 0; i < n; i++)
        for (int item = 0; item < items; item++)
            *mask++ = state[i] >> item & 1;
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    for (size_t i = 0; i < n; i++)
        state[i] &= ~(1 << back[i]);
}

/* An item is taken out by the number by which it is put in. */
static void same_item(const void *world, size_t n, const int32_t *state, const int32_t *item,
                      int32_t *other)
{
    memcpy(other, item, n * sizeof *other);
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    const knapsack *k = world;
    for (size_t i = 0; i < n; i++) {
        int left = k->room;
        for (int item = 0; item < k->items; item++)
            left -= (state[i] >> item & 1) * (3 + item * item % 7); /* weights 3 4 7 5 5 7 4 ... */
        log_reward[i] = -fabs((double)left);
    }
}

/* Of the two inputs of an item the first is 1 while it is out, the second while it is in. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const int items = ((const knapsack *)world)->items;
    for (size_t i = 0; i < n; i++)
        for (int item = 0; item < items; item++)
            *index++ = 2 * item + (state[i] >> item & 1);
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    for (size_t i = 0; i < n; i++)
        number[i] = state[i];
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    for (size_t i = 0; i < n; i++)
        state[i] = (int32_t)number[i];
}

const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "knapsack",
    .summary = "sets of items that fill a knapsack", .options = options,
    .create = create, .destroy = free, .describe = describe, .start = start,
    .allowed = allowed, .step = step, .back_action = same_item,
    .allowed_back = allowed_back, .step_back = step_back, .forward_action = same_item,
    .log_reward = log_reward, .observe = observe, .number = number, .state_at = state_at};
