/* SPDX-License-Identifier: MIT
 *
 * Sets of exactly k of n items, built from nothing by one item at a time, in any order (Pan et al.
 * 2023, arXiv:2302.01687). log R is the negative sum of the energies of the items in the set, or of
 * its items and pairs of items.
 *
 * To check by: with energies of 0, log Z is the log of the number of sets: log 252 for 5 of 10.
 */
#include "envs/set.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"

/* Items if neither --items nor --energies says how many. */
enum { DEFAULT_ITEMS = 10 };

/* Sums of energies must be finite. */
#define MAX_ENERGY 1e100

static const gfn_option options[] = {
    {"items", GFN_OPTION_INT, "", 1, GFN_SET_MAX_ITEMS, NULL, "Set",
     "items to choose from; unset: as many as --energies has, or 10"},
    {"choose", GFN_OPTION_INT, "5", 1, GFN_SET_MAX_ITEMS, NULL, "Set", "items of every set"},
    {"energies", GFN_OPTION_MATRIX, "", 0, 0, NULL, "Set",
     "energies, whose negative sum is log R: a number per item, or a symmetric matrix of pairs "
     "with "
     "the items on its diagonal; unset: rewards come from outside, as by --table"},
    {0},
};

/* ---- energies ---- */

static bool is_vector(const gfn_matrix *m)
{
    return m->n_rows == 1 || m->n_columns == 1;
}

static gfn_status check_shape(const gfn_matrix *m, int64_t items)
{
    const int64_t n = m->n_rows > m->n_columns ? m->n_rows : m->n_columns;
    if (!is_vector(m) && m->n_rows != m->n_columns)
        return gfn_fail(
            GFN_EINVAL,
            "set: energies: expected a number per item, or a square matrix, found %" PRId64
            " x %" PRId64 " numbers (hint: numpy.save() of an array of n, or n x n)",
            m->n_rows, m->n_columns);
    if (n > GFN_SET_MAX_ITEMS)
        return gfn_fail(GFN_EINVAL,
                        "set: energies: expected at most %d items, found %" PRId64
                        " (hint: another file)",
                        GFN_SET_MAX_ITEMS, n);
    if (items > 0 && items != n)
        return gfn_fail(GFN_EINVAL,
                        "set: energies: expected those of --items %" PRId64 ", found %" PRId64
                        " (hint: without --items, the file says how many there are)",
                        items, n);
    return GFN_OK;
}

static gfn_status check_values(const gfn_matrix *m)
{
    const int64_t n = m->n_columns;
    for (int64_t i = 0; i < m->n_rows * n; i++)
        if (!(fabs(m->value[i]) <= MAX_ENERGY))
            return gfn_fail(GFN_EINVAL,
                            "set: energies: expected numbers between -%g and %g, found %g (hint: "
                            "another unit)",
                            MAX_ENERGY, MAX_ENERGY, m->value[i]);
    for (int64_t i = 0; i < n && !is_vector(m); i++)
        for (int64_t j = 0; j < i; j++)
            if (m->value[i * n + j] != m->value[j * n + i])
                return gfn_fail(
                    GFN_EINVAL,
                    "set: energies: expected a symmetric matrix, found %g in row %" PRId64
                    " and column %" PRId64 ", and %g in row %" PRId64 " and column %" PRId64
                    " (hint: (E + E.T) / 2 of it)",
                    m->value[i * n + j], i, j, m->value[j * n + i], j, i);
    return GFN_OK;
}

struct energy {
    double value;
    int32_t item;
};

static int compare(const void *a, const void *b)
{
    const struct energy *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value ? 1 : x->item - y->item;
}

/* The lowest first: then the sums of log_reward() of sets with the same energies have the same
 * bits, and none exceeds that of the k lowest, because rounding keeps the order of sums. */
static gfn_status sort_energies(gfn_item_set *set)
{
    const size_t n = (size_t)set->n;
    struct energy *sorted;
    GFN_TRY(gfn_allocate("energies", n, sizeof *sorted, &sorted));
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct energy){set->energy[i], (int32_t)i};
    qsort(sorted, n, sizeof *sorted, compare);
    for (size_t i = 0; i < n; i++) {
        set->energy[i] = sorted[i].value;
        set->item[i] = sorted[i].item;
    }
    gfn_release(&sorted);
    return GFN_OK;
}

static gfn_status find_totals(gfn_item_set *set)
{
    void *solution;
    double lowest = 0;
    for (int32_t i = 0; i < set->k; i++)
        lowest += set->energy[i];
    set->max_log_reward = 0 - lowest;
    GFN_TRY(gfn_set_solver.create(set, 1, &solution));
    set->log_z = gfn_set_solver.log_z(solution);
    gfn_set_solver.destroy(solution);
    return GFN_OK;
}

static gfn_status set_energies(gfn_item_set *set, const gfn_matrix *m)
{
    const size_t n = (size_t)set->n;
    const bool is_single = m == NULL || is_vector(m);
    const size_t numbers = is_single ? n : n * n;
    GFN_TRY(gfn_allocate("energies", numbers, sizeof *set->energy, &set->energy));
    if (m)
        memcpy(set->energy, m->value, numbers * sizeof *set->energy);
    if (!is_single)
        return GFN_OK;
    GFN_TRY(gfn_allocate("energies", n, sizeof *set->item, &set->item));
    GFN_TRY(sort_energies(set));
    return m ? find_totals(set) : GFN_OK;
}

/* ---- creating ---- */

static gfn_status init(gfn_item_set *set, const gfn_options *given)
{
    const gfn_matrix *m = gfn_options_matrix(given, "energies");
    int64_t n = gfn_options_is_set(given, "items") ? gfn_options_int(given, "items") : 0;
    *set = (gfn_item_set){.is_waiting = m == NULL, .max_log_reward = NAN, .log_z = NAN};
    if (m) {
        GFN_TRY(check_shape(m, n));
        GFN_TRY(check_values(m));
        n = m->n_rows > m->n_columns ? m->n_rows : m->n_columns;
    }
    set->n = n > 0 ? (int32_t)n : DEFAULT_ITEMS;
    set->k = (int32_t)gfn_options_int(given, "choose");
    set->width = ((size_t)set->n + 31) / 32;
    if (set->k > set->n)
        return gfn_fail(GFN_EINVAL,
                        "set: choose: expected at most as many as there are items, %d, found %d "
                        "(hint: a smaller --choose, or more --items)",
                        (int)set->n, (int)set->k);
    GFN_TRY(set_energies(set, m));
    return gfn_set_count_states(set);
}

static void destroy(void *world)
{
    gfn_item_set *set = world;
    gfn_release(&set->energy);
    gfn_release(&set->item);
    gfn_release(&set->binomial);
    gfn_release(&set->first);
    gfn_release(&set);
}

static gfn_status create(const gfn_options *given, void **world)
{
    gfn_item_set *set;
    GFN_TRY(gfn_allocate("set", 1, sizeof *set, &set));
    const gfn_status status = init(set, given);
    if (status == GFN_OK)
        *world = set;
    else
        destroy(set);
    return status;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const gfn_item_set *set = world;
    *spec = (gfn_env_spec){
        .shape =
            {
                .n_actions = set->n,
                .n_back_actions = set->n,
                .stop_action = -1,
                .obs_dim = set->n + set->k,
                .obs_hot = set->k,
            },
        .state_width = (int)set->width,
        .max_steps = set->k,
        .n_states = set->n_states,
        .needs_rewards = set->is_waiting,
        .max_log_reward = set->max_log_reward,
        .log_z = set->log_z,
    };
}

static void start(const void *world, size_t n, int32_t *state)
{
    const gfn_item_set *set = world;
    memset(state, 0, n * set->width * sizeof *state);
}

/* ---- edges: action i adds item i, backward action i removes it ---- */

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_item_set *set = world;
    for (size_t i = 0; i < n; i++, state += set->width, mask += set->n) {
        const bool is_full = gfn_set_count(set, state) >= set->k;
        for (int32_t item = 0; item < set->n; item++)
            mask[item] = !is_full && !gfn_set_has(state, item);
    }
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_item_set *set = world;
    for (size_t i = 0; i < n; i++, state += set->width, mask += set->n)
        for (int32_t item = 0; item < set->n; item++)
            mask[item] = gfn_set_has(state, item);
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const gfn_item_set *set = world;
    for (size_t i = 0; i < n; i++)
        gfn_set_toggle(state + i * set->width, action[i]);
}

static void same_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *other)
{
    (void)world;
    (void)state;
    memcpy(other, action, n * sizeof *other);
}

/* ---- rewards and observations ---- */

static double single_energy(const gfn_item_set *set, const int32_t *state)
{
    double sum = 0;
    for (int32_t i = 0; i < set->n; i++)
        if (gfn_set_has(state, set->item[i]))
            sum += set->energy[i];
    return sum;
}

/* Write the items of a set, in order, and return their number. */
static int32_t list_items(const gfn_item_set *set, const int32_t *state, int32_t *item)
{
    int32_t n = 0;
    for (size_t w = 0; w < set->width; w++)
        for (uint32_t bits = (uint32_t)state[w]; bits != 0; bits &= bits - 1)
            item[n++] = (int32_t)(32 * w) + __builtin_ctz(bits);
    return n;
}

/* Every pair counts once. */
static double pair_energy(const gfn_item_set *set, const int32_t *state)
{
    int32_t item[GFN_SET_MAX_ITEMS];
    const int32_t n = list_items(set, state, item);
    double sum = 0;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j <= i; j++)
            sum += set->energy[(size_t)item[i] * (size_t)set->n + (size_t)item[j]];
    return sum;
}

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const gfn_item_set *set = world;
    for (size_t i = 0; i < n; i++, state += set->width)
        log_r[i] = 0 - (set->item ? single_energy(set, state) : pair_energy(set, state));
}

/* The items in the set; input n + j stands for the missing item j of k. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const gfn_item_set *set = world;
    (void)x;
    for (size_t i = 0; i < n; i++, state += set->width, index += set->k)
        for (int32_t j = list_items(set, state, index); j < set->k; j++)
            index[j] = set->n + j;
}

/* ---- text ---- */

/* "{0, 2, 7}" */
static size_t write(const void *world, const int32_t *state, char *text, size_t size)
{
    const gfn_item_set *set = world;
    size_t used = 0;
    const char *separator = "{";
    char item[16];
    for (int32_t i = 0; i <= set->n; i++) {
        const bool is_end = i == set->n;
        if (!is_end && !gfn_set_has(state, i))
            continue;
        if (is_end)
            gfn_format(item, sizeof item, "%s}", used == 0 ? "{" : "");
        else
            gfn_format(item, sizeof item, "%s%d", separator, (int)i);
        if (used < size)
            gfn_format(text + used, size - used, "%s", item);
        used += strlen(item);
        separator = ", ";
    }
    return used;
}

/* Add the item that a text of some bytes means. */
static gfn_status read_item(const gfn_item_set *set, const char *text, size_t size, int32_t *state)
{
    char word[32];
    int64_t item;
    gfn_format(word, sizeof word, "%.*s", (int)(size < sizeof word ? size : sizeof word), text);
    if (size >= sizeof word || !gfn_parse_integer(word, &item) || item < 0 || item >= set->n)
        return gfn_fail(GFN_EINVAL, "expected items from 0 to %d, found \"%s\"", (int)set->n - 1,
                        word);
    if (gfn_set_has(state, (int32_t)item))
        return gfn_fail(GFN_EINVAL, "expected different items, found %d twice", (int)item);
    gfn_set_toggle(state, (int32_t)item);
    return GFN_OK;
}

/* With or without braces and commas. */
static gfn_status read(const void *world, const char *text, int32_t *state)
{
    static const char separators[] = " \t,";
    const gfn_item_set *set = world;
    const bool has_braces = text[0] == '{' && text[strlen(text) - 1] == '}';
    const char *const end = text + strlen(text) - has_braces;
    memset(state, 0, set->width * sizeof *state);
    for (const char *c = text + has_braces; c < end;) {
        size_t size = strcspn(c, separators);
        if (size > (size_t)(end - c))
            size = (size_t)(end - c);
        if (size > 0)
            GFN_TRY(read_item(set, c, size, state));
        c += size + (size == 0);
    }
    const int32_t found = gfn_set_count(set, state);
    if (found == set->k)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "expected %d item%s, found %d", (int)set->k, gfn_plural(set->k),
                    (int)found);
}

/* ---- marginals: whether an item is in the set ---- */

static int64_t count_rows(const void *world)
{
    return ((const gfn_item_set *)world)->n;
}

static void key(const void *world, int64_t row, char *text, size_t size)
{
    (void)world;
    gfn_format(text, size, "%" PRId64, row);
}

static void find(const void *world, size_t n, const int32_t *state, double *value)
{
    const gfn_item_set *set = world;
    for (size_t i = 0; i < n; i++, state += set->width)
        for (int32_t item = 0; item < set->n; item++)
            *value++ = gfn_set_has(state, item);
}

static void map_lines(const void *world, int64_t lines[2])
{
    lines[0] = 1;
    lines[1] = count_rows(world);
}

static const gfn_env_marginals marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "items",
    .keys = "item",
    .columns = "included",
    .count = count_rows,
    .key = key,
    .find = find,
    .map_lines = map_lines,
    .axes = "item",
};

/* An entry of the table in registry.c. */
const gfn_env_ops gfn_env_set = {
    .size = sizeof(gfn_env_ops),
    .name = "set",
    .summary = "Sets of exactly k of n items with energies of items or pairs.",
    .options = options,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = step,
    .allowed_back = allowed_back,
    .step_back = step,
    .back_action = same_action,
    .forward_action = same_action,
    .log_reward = log_reward,
    .observe = observe,
    .number = gfn_set_number,
    .state_at = gfn_set_state_at,
    .write = write,
    .read = read,
    .solver = &gfn_set_solver,
    .marginals = &marginals,
    .log_partial_reward = log_reward, /* that of the items so far */
    .source = "Pan et al. 2023, arXiv:2302.01687",
};
