/* SPDX-License-Identifier: MIT
 *
 * Orders of n items, to which an action appends an item that is not yet there. All items are in an
 * object. Rewards are exp(-cost) of a tour, a path or a schedule (envs/permutation.h), or come from
 * outside. Each state has one parent, so the world is a tree. envs/permutation_solver.c has what is
 * known exactly.
 */
#include "envs/permutation.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* The sum of n! / (n - i)! over i fits into int64 up to this n. */
enum { MAX_NUMBERED = 20 };

/* In the order of gfn_order_cost. */
static const char *const rewards[] = {"tour", "path", "completion-time"};

static const gfn_option options[] = {
    {"items", GFN_OPTION_INT, "", 2, GFN_PERMUTATION_MAX, NULL, "Permutation",
     "items to put in order; unset: those of --cost"},
    {"cost", GFN_OPTION_MATRIX, "", 0, 0, NULL, "Permutation",
     "costs: row a, column b is the way from a to b; for completion-time, a row per item with time "
     "and weight; unset: rewards come from outside"},
    {"reward", GFN_OPTION_WORD, "tour", 0, 0, "tour|path|completion-time", "Permutation",
     "log R is minus the cost of the closed tour, of the open path, or of a schedule: the sum of "
     "weights times completion times"},
    {0},
};

/* ---- creating ---- */

static gfn_status check_times(const gfn_matrix *cost)
{
    static const char *const columns[] = {"time", "weight"};
    if (cost->n_columns > 2)
        return gfn_fail(GFN_EINVAL,
                        "permutation: cost: expected 1 or 2 columns for --reward completion-time, "
                        "found %" PRId64 " (hint: columns are time and weight)",
                        cost->n_columns);
    for (int64_t i = 0; i < cost->n_rows * cost->n_columns; i++)
        if (cost->value[i] < 0)
            return gfn_fail(
                GFN_EINVAL,
                "permutation: cost: expected at least 0, found the %s %g in row %" PRId64
                ", counted from 0 (hint: columns are time and weight)",
                columns[i % cost->n_columns], cost->value[i], i / cost->n_columns);
    return GFN_OK;
}

/* Sums of costs, and products of times and weights, must be finite. */
static gfn_status check_range(const gfn_matrix *cost)
{
    const double most = 1e100;
    for (int64_t i = 0; i < cost->n_rows * cost->n_columns; i++)
        if (fabs(cost->value[i]) > most)
            return gfn_fail(GFN_EINVAL,
                            "permutation: cost: expected numbers within %g, found %g in row "
                            "%" PRId64 ", counted from 0",
                            most, cost->value[i], i / cost->n_columns);
    return GFN_OK;
}

static gfn_status check_cost(const gfn_matrix *cost, gfn_order_cost kind, const gfn_options *set)
{
    if (cost->n_rows < 2 || cost->n_rows > GFN_PERMUTATION_MAX)
        return gfn_fail(GFN_EINVAL,
                        "permutation: cost: expected 2 to %d rows, found %" PRId64
                        " (hint: one row per item)",
                        GFN_PERMUTATION_MAX, cost->n_rows);
    if (gfn_options_is_set(set, "items") && gfn_options_int(set, "items") != cost->n_rows)
        return gfn_fail(GFN_EINVAL,
                        "permutation: expected as many items as --cost has rows, %" PRId64
                        ", found --items %" PRId64 " (hint: leave out --items)",
                        cost->n_rows, gfn_options_int(set, "items"));
    if (kind == GFN_ORDER_COMPLETION)
        return check_times(cost);
    if (cost->n_columns != cost->n_rows)
        return gfn_fail(
            GFN_EINVAL,
            "permutation: cost: expected a square matrix for --reward %s, found %" PRId64
            " x %" PRId64 " (hint: --reward completion-time has times and weights)",
            rewards[kind], cost->n_rows, cost->n_columns);
    return GFN_OK;
}

static bool is_symmetric(const gfn_permutation *p)
{
    for (int32_t a = 0; a < p->n; a++)
        for (int32_t b = 0; b < a; b++)
            if (p->cost[a * p->n + b] != p->cost[b * p->n + a])
                return false;
    return true;
}

static gfn_status read_cost(gfn_permutation *p, const gfn_options *set)
{
    const gfn_matrix *cost = gfn_options_matrix(set, "cost");
    GFN_TRY(check_cost(cost, p->kind, set));
    GFN_TRY(check_range(cost));
    const bool is_schedule = p->kind == GFN_ORDER_COMPLETION;
    p->n = (int32_t)cost->n_rows;
    const size_t n = (size_t)p->n, columns = is_schedule ? 2 : n;
    GFN_TRY(gfn_allocate("permutation", n * columns, sizeof(double), &p->cost));
    for (size_t i = 0; i < n * columns; i++) {
        const int64_t column = (int64_t)(i % columns), row = (int64_t)(i / columns);
        const bool is_there = column < cost->n_columns; /* else a weight, of 1 */
        p->cost[i] = is_there ? cost->value[row * cost->n_columns + column] : 1;
    }
    p->is_symmetric = !is_schedule && is_symmetric(p);
    return GFN_OK;
}

static void destroy(void *world)
{
    gfn_permutation *p = world;
    gfn_release(&p->cost);
    gfn_release(&p);
}

static gfn_status create(const gfn_options *set, void **world)
{
    const bool has_cost = gfn_options_is_set(set, "cost");
    gfn_permutation *made;
    if (!has_cost && !gfn_options_is_set(set, "items"))
        return gfn_fail(GFN_EINVAL, "permutation: expected --cost FILE, or --items N and rewards "
                                    "from outside, found neither (hint: --cost costs.csv)");
    GFN_TRY(gfn_allocate("permutation", 1, sizeof *made, &made));
    made->n = (int32_t)gfn_options_int(set, "items");
    while (strcmp(rewards[made->kind], gfn_options_text(set, "reward")) != 0)
        made->kind++;
    const gfn_status status = has_cost ? read_cost(made, set) : GFN_OK;
    if (status == GFN_OK)
        *world = made;
    else
        destroy(made);
    return status;
}

/* Sum of n! / (n - i)! over i <= n: orders of some of the items. */
static int64_t count_states(int32_t n)
{
    int64_t states = 1, orders = 1;
    for (int32_t i = 0; i < n; i++) {
        orders *= n - i;
        states += orders;
    }
    return states;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const gfn_permutation *p = world;
    *spec = (gfn_env_spec){
        .shape = {.n_actions = p->n,
                  .n_back_actions = 1,
                  .stop_action = -1,
                  .obs_dim = p->n * (p->n + 1) + 2 * p->n + p->n + 1,
                  .obs_hot = 2 * p->n + 1},
        .state_width = p->n,
        .max_steps = p->n,
        .n_states = p->n <= MAX_NUMBERED ? count_states(p->n) : 0,
        .needs_rewards = p->cost == NULL,
        .max_log_reward = NAN,
        .log_z = NAN,
    };
}

static void start(const void *world, size_t n, int32_t *state)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n * (size_t)p->n; i++)
        state[i] = GFN_PERMUTATION_FREE;
}

/* ---- edges: action a appends item a; the one backward action takes the last item away ---- */

static int32_t count_items(const gfn_permutation *p, const int32_t *state)
{
    int32_t length = 0;
    while (length < p->n && state[length] != GFN_PERMUTATION_FREE)
        length++;
    return length;
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_permutation *p = world;
    memset(mask, 1, n * (size_t)p->n);
    for (size_t i = 0; i < n; i++, state += p->n, mask += p->n)
        for (int32_t k = 0; k < p->n && state[k] != GFN_PERMUTATION_FREE; k++)
            mask[state[k]] = 0;
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n; i++, state += p->n)
        state[count_items(p, state)] = action[i];
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n; i++)
        mask[i] = state[i * (size_t)p->n] != GFN_PERMUTATION_FREE;
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const gfn_permutation *p = world;
    (void)back;
    for (size_t i = 0; i < n; i++, state += p->n)
        state[count_items(p, state) - 1] = GFN_PERMUTATION_FREE;
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    (void)world;
    (void)state;
    (void)action;
    memset(back, 0, n * sizeof *back);
}

static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    const gfn_permutation *p = world;
    (void)back;
    for (size_t i = 0; i < n; i++, state += p->n)
        action[i] = state[count_items(p, state) - 1];
}

/* ---- rewards ---- */

/* Sums begin at item 0 of a tour, and go in the direction with the smaller item first if both
 * directions are the same tour or path: then equal orders have equal bits. */
static double find_way(const gfn_permutation *p, const int32_t *item)
{
    const bool is_tour = p->kind == GFN_ORDER_TOUR;
    const int32_t n = p->n, ways = is_tour ? n : n - 1;
    int32_t from = 0, by = 1;
    while (is_tour && item[from] != 0)
        from++;
    const int32_t next = is_tour ? item[(from + 1) % n] : item[0];
    const int32_t last = is_tour ? item[(from + n - 1) % n] : item[n - 1];
    if (p->is_symmetric && last < next) {
        from = is_tour ? from : n - 1;
        by = n - 1;
    }
    double sum = 0;
    for (int32_t i = 0; i < ways; i++) {
        const int32_t to = (from + by) % n;
        sum += p->cost[item[from] * n + item[to]];
        from = to;
    }
    return sum;
}

static double find_completion(const gfn_permutation *p, const int32_t *item)
{
    double time = 0, sum = 0;
    for (int32_t i = 0; i < p->n; i++) {
        time += p->cost[2 * item[i]];
        sum += p->cost[2 * item[i] + 1] * time;
    }
    return sum;
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n; i++, state += p->n)
        log_r[i] = p->cost == NULL                   ? NAN
                   : p->kind == GFN_ORDER_COMPLETION ? -find_completion(p, state)
                                                     : -find_way(p, state);
}

/* That of the items so far. The way back to the first item of a tour belongs to the last step. */
static void log_partial_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n; i++, state += p->n) {
        const int32_t length = count_items(p, state);
        double sum = 0, time = 0;
        for (int32_t k = 0; k < length; k++) {
            const int32_t item = state[k];
            if (p->kind == GFN_ORDER_COMPLETION) {
                time += p->cost[2 * item];
                sum += p->cost[2 * item + 1] * time;
            } else if (k > 0) {
                sum += p->cost[state[k - 1] * p->n + item];
            }
        }
        log_r[i] = -sum;
    }
}

/* ---- numbers: orders of fewer items come first; then by the ranks of items among those that are
 * left, the first item most significant ---- */

static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const gfn_permutation *p = world;
    for (size_t i = 0; i < n; i++, state += p->n) {
        int64_t shorter = 0, orders = 1, rank = 0;
        uint32_t left = UINT32_MAX;
        for (int32_t k = 0; k < p->n && state[k] != GFN_PERMUTATION_FREE; k++) {
            const uint32_t bit = UINT32_C(1) << state[k];
            shorter += orders;
            orders *= p->n - k;
            rank = rank * (p->n - k) + __builtin_popcount(left & (bit - 1));
            left ^= bit;
        }
        number[i] = shorter + rank;
    }
}

/* The item with this rank among those whose bits are set. */
static int32_t item_of_rank(uint32_t left, int32_t rank)
{
    while (rank-- > 0)
        left &= left - 1;
    return __builtin_ctz(left);
}

static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const gfn_permutation *p = world;
    start(world, n, state);
    for (size_t i = 0; i < n; i++, state += p->n) {
        int64_t rest = number[i], orders = 1;
        int32_t length = 0;
        for (; rest >= orders; length++) {
            rest -= orders;
            orders *= p->n - length;
        }
        for (int32_t k = length; k-- > 0; rest /= p->n - k)
            state[k] = (int32_t)(rest % (p->n - k));
        uint32_t left = UINT32_MAX;
        for (int32_t k = 0; k < length; k++) {
            state[k] = item_of_rank(left, state[k]);
            left ^= UINT32_C(1) << state[k];
        }
    }
}

/* Whether each item is there, and which is the last: with the first, rewards of what follows depend
 * on nothing else, and in training with 8 items the total variation was 0.6 times that with places
 * alone. Then the item of each place, or that it is free, on which rewards from outside and state
 * flows depend. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const gfn_permutation *p = world;
    const int32_t m = p->n;
    (void)x;
    for (size_t i = 0; i < n; i++, state += m, index += 2 * m + 1) {
        const int32_t length = count_items(p, state);
        for (int32_t k = 0; k < m; k++) {
            index[k] = 2 * k;
            index[m + 1 + k] = 3 * m + 1 + k * (m + 1) + state[k] + 1;
        }
        for (int32_t k = 0; k < length; k++)
            index[state[k]]++;
        index[m] = 2 * m + (length > 0 ? state[length - 1] + 1 : 0);
    }
}

/* ---- marginals ---- */

static int64_t count_pairs(const void *world)
{
    const gfn_permutation *p = world;
    return (int64_t)p->n * (p->n - 1);
}

static void find_pair(const void *world, int64_t row, int64_t pair[2])
{
    const gfn_permutation *p = world;
    pair[0] = row / (p->n - 1);
    pair[1] = row % (p->n - 1);
    pair[1] += pair[1] >= pair[0];
}

static void write_key(const void *world, int64_t row, char *text, size_t size)
{
    int64_t pair[2];
    find_pair(world, row, pair);
    gfn_format(text, size, "%" PRId64 ",%" PRId64, pair[0], pair[1]);
}

static void find_values(const void *world, size_t n, const int32_t *state, double *value)
{
    const gfn_permutation *p = world;
    const size_t values = (size_t)count_pairs(world) * GFN_ORDER_COLUMNS;
    memset(value, 0, n * values * sizeof *value);
    for (size_t i = 0; i < n; i++, state += p->n, value += values) {
        for (int32_t b = 0; b < p->n; b++)
            for (int32_t a = 0; a < b; a++) {
                double *pair =
                    value + GFN_ORDER_COLUMNS * gfn_permutation_pair(p->n, state[a], state[b]);
                pair[GFN_ORDER_LATER] = 1;
                pair[GFN_ORDER_AT_ONCE] = a + 1 == b;
            }
        if (p->kind == GFN_ORDER_TOUR)
            value[GFN_ORDER_COLUMNS * gfn_permutation_pair(p->n, state[p->n - 1], state[0]) +
                  GFN_ORDER_AT_ONCE] = 1;
    }
}

static void map_lines(const void *world, int64_t lines[2])
{
    const gfn_permutation *p = world;
    lines[0] = lines[1] = p->n;
}

static const gfn_env_marginals marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "order",
    .keys = "first,second",
    .columns = "precedes_directly,precedes",
    .count = count_pairs,
    .key = write_key,
    .find = find_values,
    .map_lines = map_lines,
    .axes = "first,second",
    .cell = find_pair,
};

/* An entry of the table in registry.c. */
const gfn_env_ops gfn_env_permutation = {
    .size = sizeof(gfn_env_ops),
    .name = "permutation",
    .summary = "Orders of items: tours, paths and schedules, to which items are appended.",
    .options = options,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step_back,
    .back_action = back_action,
    .forward_action = forward_action,
    .log_reward = log_reward,
    .observe = observe,
    .number = number,
    .state_at = state_at,
    .solver = &gfn_permutation_solver,
    .marginals = &marginals,
    .log_partial_reward = log_partial_reward,
    .source = "exact: Held and Karp 1962, doi 10.1137/0110015",
};
