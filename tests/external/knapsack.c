/* SPDX-License-Identifier: MIT
 *
 * Sets of items: each can be put into a knapsack once, in any order, until packing stops. A set is
 * an object, and R = exp(-|room - its weight|) says how well it fills the knapsack.
 */
#include <gfn/gfn.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct knapsack {
    size_t items; /* a state is so many words: 1 where the item is in */
    int64_t room;
} knapsack;

static const gfn_option options[] = {
    {"items", GFN_OPTION_INT, "10", 1, 30, NULL, "Knapsack", "items that there are"},
    {"room", GFN_OPTION_INT, "24", 0, 1000, NULL, "Knapsack", "weight that fits in"},
    {0},
};

static int64_t weight_of(size_t item)
{
    return 3 + (int64_t)(item * item % 7); /* 3 4 7 5 5 7 4, and again */
}

static gfn_status create(const gfn_options *given, void **world)
{
    const knapsack k = {(size_t)gfn_options_int(given, "items"), gfn_options_int(given, "room")};
    int64_t all = 0;
    for (size_t i = 0; i < k.items; i++)
        all += weight_of(i);
    if (k.room > all)
        return gfn_fail(GFN_EINVAL,
                        "room: expected at most %d, the weight of all items, found %d "
                        "(hint: --items %d)",
                        (int)all, (int)k.room, (int)k.items + 1);
    *world = malloc(sizeof k);
    if (*world == NULL)
        return gfn_fail(GFN_ENOMEM, "knapsack: no memory");
    memcpy(*world, &k, sizeof k);
    return GFN_OK;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const knapsack *k = world;
    const int items = (int)k->items;
    *spec = (gfn_env_spec){
        .shape = {.n_actions = items + 1,
                  .n_back_actions = items,
                  .stop_action = items,
                  .obs_dim = items},
        .state_width = items,
        .max_steps = items + 1,
        .n_states = INT64_C(1) << items,
        .all_terminal = true,
        .max_log_reward = NAN, /* not known */
        .log_z = NAN,
    };
}

static void start(const void *world, size_t n, int32_t *state)
{
    const knapsack *k = world;
    memset(state, 0, n * k->items * sizeof *state);
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const knapsack *k = world;
    for (size_t lane = 0; lane < n; lane++, state += k->items) {
        for (size_t i = 0; i < k->items; i++)
            *mask++ = !state[i];
        *mask++ = 1; /* stop */
    }
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const knapsack *k = world;
    for (size_t lane = 0; lane < n; lane++)
        state[lane * k->items + (size_t)action[lane]] = 1;
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const knapsack *k = world;
    for (size_t i = 0; i < n * k->items; i++)
        mask[i] = state[i] != 0;
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const knapsack *k = world;
    for (size_t lane = 0; lane < n; lane++)
        state[lane * k->items + (size_t)back[lane]] = 0;
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
    for (size_t lane = 0; lane < n; lane++, state += k->items) {
        int64_t left = k->room;
        for (size_t i = 0; i < k->items; i++)
            left -= state[i] * weight_of(i);
        log_reward[lane] = -fabs((double)left);
    }
}

static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const knapsack *k = world;
    for (size_t i = 0; i < n * k->items; i++)
        x[i] = (float)state[i];
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const knapsack *k = world;
    for (size_t lane = 0; lane < n; lane++, state += k->items) {
        number[lane] = 0;
        for (size_t i = 0; i < k->items; i++)
            number[lane] += (int64_t)state[i] << i;
    }
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const knapsack *k = world;
    for (size_t lane = 0; lane < n; lane++)
        for (size_t i = 0; i < k->items; i++)
            *state++ = number[lane] >> i & 1;
}

const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops),
    .name = "knapsack",
    .summary = "sets of items that fill a knapsack",
    .options = options,
    .create = create,
    .destroy = free,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step_back,
    .back_action = same_item,
    .forward_action = same_item,
    .log_reward = log_reward,
    .observe = observe,
    .number = number,
    .state_at = state_at,
};
