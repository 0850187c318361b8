/* SPDX-License-Identifier: MIT
 *
 * Sequences of letters, built from nothing by one letter at a time: at the end (Malkin et al. 2022,
 * arXiv:2201.13259), at either end (Shen et al. 2023, arXiv:2305.07170), or in any empty slot
 * (Tiapkin et al. 2024, arXiv:2310.12934). A sequence has no reward of its own.
 *
 * A state is a word per slot: 0 is empty, 1 ... m are the letters. The letters stand at the left,
 * except if any slot may be filled.
 *
 * To check by: 8 letters of ACGT that are appended have 1 + 4 + ... + 4^8 = 87381 states.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <gfn/env.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "envs/sequence_letters.h"

enum order { APPEND, BOTH, ANY };

struct sequence {
    gfn_letters letters;
    size_t m, length;
    size_t min_length; /* of an object; length: there is no stop action */
    enum order order;
    int32_t n_actions, stop; /* -1: none */
    int64_t n_states;        /* 0 if int64 cannot hold it */
};

static const gfn_option options[] = {
    {"letters", GFN_OPTION_WORD, "ACGT", 0, 0, NULL, "Sequence",
     "one character per letter (ACGT), letters between commas (00,01,10,11), or all words of some "
     "bits (bits:8)"},
    {"length", GFN_OPTION_INT, "8", 1, GFN_ENV_MAX_ACTIONS, NULL, "Sequence",
     "letters of a sequence; the most if --min-length is set"},
    {"order", GFN_OPTION_WORD, "append", 0, 0, "append|both|any", "Sequence",
     "where a letter is added: at the end (append), at either end (both), or in any empty slot "
     "(any)"},
    {"min-length", GFN_OPTION_INT, "", 0, GFN_ENV_MAX_ACTIONS, NULL, "Sequence",
     "fewest letters: a sequence may stop from there on; unset: all have --length letters"},
    {0},
};

/* ---- creating ---- */

/* 1 + m + ... + m^length, or (m + 1)^length; 0 if int64 cannot hold it. */
static int64_t count_states(const struct sequence *s)
{
    const bool is_any = s->order == ANY;
    int64_t n = 1;
    for (size_t d = 0; d < s->length; d++)
        if (!gfn_multiply_i64(n, (int64_t)s->m + is_any, &n) || (!is_any && n++ == INT64_MAX))
            return 0;
    return n;
}

static gfn_status check_lengths(const struct sequence *s)
{
    if (s->min_length > s->length)
        return gfn_fail(GFN_EINVAL,
                        "sequence: min-length: expected at most --length %zu, found %zu (hint: a "
                        "larger --length)",
                        s->length, s->min_length);
    if (s->order == ANY && s->min_length < s->length)
        return gfn_fail(
            GFN_EINVAL,
            "sequence: min-length: expected sequences of one length if letters are "
            "added in any slot, found %zu to %zu letters (hint: --order append or both)",
            s->min_length, s->length);
    return GFN_OK;
}

/* Actions and network inputs must fit into an int. */
static gfn_status check_sizes(struct sequence *s)
{
    const int64_t m = (int64_t)s->m, length = (int64_t)s->length;
    const int64_t ways = s->order == APPEND ? 1 : s->order == BOTH ? 2 : length;
    const bool has_stop = s->min_length < s->length;
    if (ways * m + has_stop > GFN_ENV_MAX_ACTIONS)
        return gfn_fail(GFN_EINVAL,
                        "sequence: expected at most %d actions, found %" PRId64 " for %" PRId64
                        " letter%s%s (hint: fewer --letters, or --order append)",
                        GFN_ENV_MAX_ACTIONS, ways * m + has_stop, m, gfn_plural(m),
                        s->order == APPEND ? ""
                        : s->order == BOTH ? " at two ends"
                                           : " in each slot");
    if (length * (m + 1) > INT32_MAX)
        return gfn_fail(GFN_EINVAL,
                        "sequence: expected at most %d network inputs, found %" PRId64
                        ": one per slot and letter, and one per empty slot (hint: a smaller "
                        "--length)",
                        INT32_MAX, length * (m + 1));
    s->n_actions = (int32_t)(ways * m + has_stop);
    s->stop = has_stop ? s->n_actions - 1 : -1;
    return GFN_OK;
}

static enum order order_of(const char *name)
{
    return strcmp(name, "append") == 0 ? APPEND : strcmp(name, "both") == 0 ? BOTH : ANY;
}

static gfn_status init(struct sequence *s, const gfn_options *set)
{
    s->order = order_of(gfn_options_text(set, "order"));
    s->length = (size_t)gfn_options_int(set, "length");
    s->min_length = gfn_options_is_set(set, "min-length")
                        ? (size_t)gfn_options_int(set, "min-length")
                        : s->length;
    GFN_TRY(check_lengths(s));
    GFN_TRY(gfn_letters_init(&s->letters, gfn_options_text(set, "letters")));
    s->m = (size_t)s->letters.n;
    s->n_states = count_states(s);
    return check_sizes(s);
}

static void destroy(void *world)
{
    struct sequence *s = world;
    gfn_letters_clear(&s->letters);
    gfn_release(&s);
}

static gfn_status create(const gfn_options *set, void **world)
{
    struct sequence *s;
    GFN_TRY(gfn_allocate("sequence", 1, sizeof *s, &s));
    const gfn_status status = init(s, set);
    if (status == GFN_OK)
        *world = s;
    else
        destroy(s);
    return status;
}

/* The axes of an array of values of all objects: one per slot, if all objects fill all slots. */
static void describe_table(const struct sequence *s, gfn_env_spec *spec)
{
    int64_t cells = 1;
    if (s->stop >= 0 || s->length > GFN_ENV_MAX_NDIM)
        return;
    for (size_t d = 0; d < s->length; d++)
        if (!gfn_multiply_i64(cells, (int64_t)s->m, &cells))
            return;
    spec->table_ndim = (int)s->length;
    for (size_t d = 0; d < s->length; d++)
        spec->table_axis[d] = (int64_t)s->m;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const struct sequence *s = world;
    *spec = (gfn_env_spec){
        .shape =
            {
                .n_actions = s->n_actions,
                .n_back_actions = s->order == APPEND ? 1
                                  : s->order == BOTH ? 2
                                                     : (int)s->length,
                .stop_action = s->stop,
                .obs_dim = (int)(s->length * (s->m + 1)),
                .obs_hot = (int)s->length,
            },
        .state_width = (int)s->length,
        .max_steps = (int64_t)s->length + (s->stop >= 0),
        .n_states = s->n_states,
        .all_terminal = s->min_length == 0,
        .zero_is_missing = s->order != BOTH,
        .max_log_reward = NAN,
        .log_z = NAN,
    };
    describe_table(s, spec);
}

static void start(const void *world, size_t n, int32_t *state)
{
    const struct sequence *s = world;
    memset(state, 0, n * s->length * sizeof *state);
}

/* ---- edges ----
 *
 * append: action a adds letter a + 1; backward action 0 removes the last one.
 * both:   action a adds letter a + 1 at the end, action m + a at the beginning, except to nothing,
 *         where both would be the same; backward actions 0 and 1 remove the last and the first one.
 * any:    action slot * m + a sets a slot to letter a + 1; backward action `slot` empties it. */

/* Letters of a state. A loop that does not end at the first empty slot is faster. */
static size_t count_letters(const struct sequence *s, const int32_t *state)
{
    uint32_t n = 0;
    for (size_t slot = 0; slot < s->length; slot++)
        n += state[slot] != 0;
    return n;
}

static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct sequence *s = world;
    const size_t m = s->m;
    for (size_t i = 0; i < n; i++, state += s->length, mask += s->n_actions) {
        for (size_t slot = 0; s->order == ANY && slot < s->length; slot++)
            memset(mask + slot * m, state[slot] == 0, m);
        if (s->order == ANY)
            continue;
        const size_t used = count_letters(s, state);
        memset(mask, used < s->length, m);
        if (s->order == BOTH)
            memset(mask + m, used > 0 && used < s->length, m);
        if (s->stop >= 0)
            mask[s->stop] = used >= s->min_length;
    }
}

static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n; i++, state += s->length) {
        const size_t a = (size_t)action[i];
        if (s->order == ANY) {
            state[a / s->m] = (int32_t)(a % s->m) + 1;
            continue;
        }
        const size_t used = count_letters(s, state);
        if (a < s->m) {
            state[used] = (int32_t)a + 1;
        } else {
            memmove(state + 1, state, used * sizeof *state);
            state[0] = (int32_t)(a - s->m) + 1;
        }
    }
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n; i++, state += s->length) {
        for (size_t slot = 0; s->order == ANY && slot < s->length; slot++)
            *mask++ = state[slot] != 0;
        if (s->order == ANY)
            continue;
        *mask++ = state[0] != 0;
        if (s->order == BOTH)
            *mask++ = state[0] != 0 && s->length > 1 && state[1] != 0;
    }
}

static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n; i++, state += s->length) {
        if (s->order == ANY) {
            state[back[i]] = 0;
            continue;
        }
        const size_t last = count_letters(s, state) - 1;
        if (back[i] == 1)
            memmove(state, state + 1, last * sizeof *state);
        state[last] = 0;
    }
}

static void back_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back)
{
    const struct sequence *s = world;
    const int32_t m = (int32_t)s->m;
    (void)state;
    for (size_t i = 0; i < n; i++)
        back[i] = action[i] / m;
}

/* Words of what is no state may be any numbers: unsigned ones do not overflow. */
static void forward_action(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n; i++, state += s->length) {
        const uint32_t group = (uint32_t)back[i];
        size_t slot = group;
        if (s->order != ANY && group == 0)
            slot = count_letters(s, state) - 1;
        else if (s->order != ANY)
            slot = 0;
        action[i] = (int32_t)(group * (uint32_t)s->m + (uint32_t)state[slot] - 1);
    }
}

/* ---- observations and numbers ---- */

/* One of m + 1 inputs for each slot: empty, or a letter. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const struct sequence *s = world;
    const int32_t inputs = (int32_t)s->m + 1;
    (void)x;
    for (size_t i = 0; i < n; i++)
        for (size_t slot = 0; slot < s->length; slot++, state++, index++)
            *index = (int32_t)slot * inputs + *state;
}

/* By length, then by letters, the first one counting most: digits 1 ... m to the base m do that,
 * because there is no digit 0. If any slot may be filled: digits 0 ... m to the base m + 1. */
static void number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    const struct sequence *s = world;
    const int64_t base = (int64_t)s->m + (s->order == ANY);
    for (size_t i = 0; i < n; i++, state += s->length) {
        const size_t used = s->order == ANY ? s->length : count_letters(s, state);
        int64_t sum = 0;
        for (size_t slot = 0; slot < used; slot++)
            sum = sum * base + state[slot];
        number[i] = sum;
    }
}

/* Returns the letters of the state. */
static size_t state_of(const struct sequence *s, uint64_t number, int32_t *state)
{
    const bool is_any = s->order == ANY;
    const uint64_t base = (uint64_t)s->m + is_any, least = is_any ? 0 : 1;
    size_t first = s->length;
    for (; first > 0 && (is_any || number > 0); number = (number - least) / base)
        state[--first] = (int32_t)((number - least) % base + least);
    const size_t used = s->length - first;
    memmove(state, state + first, used * sizeof *state);
    memset(state + used, 0, first * sizeof *state);
    return used;
}

/* The next state in the order of the numbers, in place; `used` letters. Returns the letters. */
static size_t next_state(const struct sequence *s, size_t used, int32_t *state)
{
    const int32_t last = (int32_t)s->m, least = s->order == ANY ? 0 : 1;
    size_t slot = used;
    while (slot-- > 0) {
        if (state[slot]++ < last)
            return used;
        state[slot] = least;
    }
    state[used] = least;
    return used + 1;
}

/* Numbers are often consecutive: then incrementing the previous state saves the divisions. */
static void state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    const struct sequence *s = world;
    size_t used = 0;
    for (size_t i = 0; i < n; i++, state += s->length) {
        if (i > 0 && number[i] == number[i - 1] + 1) {
            memcpy(state, state - s->length, s->length * sizeof *state);
            used = next_state(s, used, state);
        } else {
            used = state_of(s, (uint64_t)number[i], state);
        }
    }
}

static void table_place(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n; i++, state += s->length) {
        int64_t sum = 0;
        for (size_t slot = 0; slot < s->length; slot++)
            sum = sum * (int64_t)s->m + state[slot] - 1;
        place[i] = sum;
    }
}

/* ---- text ---- */

/* The letters, joined; an empty slot before one, or the empty sequence, is a dot. */
static size_t write(const void *world, const int32_t *state, char *text, size_t size)
{
    const struct sequence *s = world;
    size_t slots = s->length;
    while (s->order != ANY && slots > 1 && state[slots - 1] == 0)
        slots--;
    return gfn_letters_write(&s->letters, slots, state, text, size);
}

static gfn_status read(const void *world, const char *text, int32_t *state)
{
    const struct sequence *s = world;
    size_t n;
    GFN_TRY(gfn_letters_read(&s->letters, text, s->length, state, &n));
    if (n >= s->min_length && n <= s->length)
        return GFN_OK;
    char least[32] = "";
    if (s->min_length < s->length)
        gfn_format(least, sizeof least, "%zu to ", s->min_length);
    return gfn_fail(GFN_EINVAL, "expected %s%zu letter%s, found %zu", least, s->length,
                    gfn_plural((int64_t)s->length), n);
}

/* ---- marginals: which letter is in a slot ---- */

static int64_t count_rows(const void *world)
{
    const struct sequence *s = world;
    return (int64_t)(s->length * s->m);
}

static void key(const void *world, int64_t row, char *text, size_t size)
{
    const struct sequence *s = world;
    const int64_t m = (int64_t)s->m;
    gfn_format(text, size, "%" PRId64 ",%s", row / m, s->letters.letter[row % m]);
}

static void find(const void *world, size_t n, const int32_t *state, double *value)
{
    const struct sequence *s = world;
    for (size_t i = 0; i < n * s->length * s->m; i++)
        value[i] = 0;
    for (size_t i = 0; i < n * s->length; i++, value += s->m)
        if (state[i] > 0)
            value[state[i] - 1] = 1;
}

/* Letters down, slots to the right. */
static void map_lines(const void *world, int64_t lines[2])
{
    const struct sequence *s = world;
    lines[0] = (int64_t)s->m;
    lines[1] = (int64_t)s->length;
}

static void cell(const void *world, int64_t row, int64_t cell[2])
{
    const struct sequence *s = world;
    cell[0] = row % (int64_t)s->m;
    cell[1] = row / (int64_t)s->m;
}

static void label(const void *world, int axis, int64_t line, char *text, size_t size)
{
    const struct sequence *s = world;
    gfn_format(text, size, "%s", axis == 0 ? s->letters.letter[line] : "");
}

static const gfn_env_marginals marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "letters",
    .keys = "slot,letter",
    .columns = "frequency",
    .count = count_rows,
    .key = key,
    .find = find,
    .map_lines = map_lines,
    .axes = "letter,slot",
    .cell = cell,
    .label = label,
};

/* An entry of the table in registry.c. */
const gfn_env_ops gfn_env_sequence = {
    .size = sizeof(gfn_env_ops),
    .name = "sequence",
    .summary = "Sequences of letters, built one letter at a time; rewards come from outside.",
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
    .observe = observe,
    .number = number,
    .state_at = state_at,
    .write = write,
    .read = read,
    .table_place = table_place,
    .marginals = &marginals,
    .source =
        "Malkin et al. 2022, arXiv:2201.13259; Shen et al. 2023, arXiv:2305.07170; Tiapkin et "
        "al. 2024, arXiv:2310.12934",
};
