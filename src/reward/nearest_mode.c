/* SPDX-License-Identifier: MIT
 *
 * Rewards by the distance to the nearest of given objects, the modes:
 *
 *     log R = -d                hamming
 *     log R = -d / length       hamming-mean
 *
 * before exponent, floor and scale. d counts the characters in which the texts of two objects
 * differ, letters or bits; if one is longer, its further characters count too. A mode is found by
 * any object within the distance `mode-distance`.
 *
 * bitseq:N are the modes of Malkin et al. 2022 (arXiv:2201.13259, section 5.2): each is a text of
 * blocks of 8 bits, drawn independently from five. bitseq:N:SEED draws others. To check by: the
 * distances of the blocks to 00000000 are 0, 8, 4, 4 and 4.
 */

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "data/state_set.h"
#include "env/env_internal.h"
#include "reward/object_lines.h"
#include "reward/reward.h"
#include "reward/scale.h"

#define BITSEQ "bitseq:"

enum { MOST_MODES = 1 << 20, MOST_TEXT = 1 << 16, MOST_WIDTH = 1 << 12, BLOCK = 8 };

typedef struct modes {
    const gfn_env *env;
    gfn_reward_scale scale;
    bool is_mean;
    size_t n, most;        /* modes; bytes of the longest text */
    size_t *length;        /* [n] */
    char *text;            /* [n][most] */
    size_t words;          /* of 64 bits that a text has if all are as many bits; else 0 */
    uint64_t *bits;        /* [n][words] the texts, packed */
    size_t part;           /* characters of a word, if the texts of all have as many; else 0 */
    size_t reach;          /* distance within which a mode is found */
    gfn_state_set *object; /* the modes as objects */
} modes;

/* An object whose distances are wanted. */
typedef struct subject {
    size_t n;
    bool is_packed; /* `bits` can be compared with those of the modes */
    char text[MOST_TEXT];
    uint64_t bits[MOST_TEXT / 64];
    uint64_t counts[MOST_TEXT / 64]; /* a bit per character: whether a difference counts */
} subject;

/* ---- the modes ---- */

/* The text of an object that is built with the first allowed actions. */
static gfn_status write_any(const gfn_env *env, char *text, size_t size)
{
    int32_t *state = NULL, action;
    uint8_t *mask = NULL, done = GFN_LIVE;
    gfn_status status =
        gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state);
    if (status == GFN_OK)
        status = gfn_allocate("a mask", (size_t)env->spec.shape.n_actions, 1, &mask);
    if (status == GFN_OK)
        status = gfn_env_start(env, 1, state);
    while (status == GFN_OK && done == GFN_LIVE) {
        status = gfn_env_allowed(env, 1, state, &done, mask);
        for (action = 0; status == GFN_OK && !mask[action];)
            action++;
        if (status == GFN_OK)
            status = gfn_env_step(env, 1, state, &done, &action);
    }
    if (status == GFN_OK && gfn_env_write(env, state, text, size) >= size)
        status = gfn_fail(GFN_EINVAL, "%s: expected objects of at most %zu characters, found more",
                          env->ops->name, size - 1);
    gfn_release(&state);
    gfn_release(&mask);
    return status;
}

static gfn_status draw_bits(const gfn_env *env, uint64_t seed, int64_t mode, int32_t *object)
{
    static const char *const blocks[] = {"00000000", "11111111", "11110000", "00001111",
                                         "00111100"};
    enum { BLOCKS = sizeof blocks / sizeof blocks[0] };
    const gfn_stream stream = {seed, GFN_PURPOSE_TARGET, 1};
    char text[MOST_TEXT];
    GFN_TRY(write_any(env, text, sizeof text));
    const size_t n = strlen(text);
    if (n == 0 || n % BLOCK != 0 || strspn(text, "01") != n)
        return gfn_fail(GFN_EINVAL,
                        "expected objects of %d bits or a multiple of them, found \"%.100s\" "
                        "(hint: --letters bits:8 --length 15)",
                        BLOCK, text);
    for (size_t i = 0; i < n / BLOCK; i++) {
        const uint64_t word = gfn_random_word(&stream, (uint64_t)mode, (uint32_t)i);
        memcpy(text + i * BLOCK, blocks[word * BLOCKS >> 32], BLOCK);
    }
    return gfn_env_read(env, text, object);
}

/* "60" or "60:7" */
static gfn_status read_bitseq(const char *text, const gfn_env *env, gfn_reward_values *values)
{
    char count[32];
    const char *colon = strchr(text, ':');
    const size_t digits = colon ? (size_t)(colon - text) : strlen(text);
    int64_t n = 0, seed = 0;
    gfn_format(count, sizeof count, "%.*s", (int)(digits < 20 ? digits : 20), text);
    if (!gfn_parse_integer(count, &n) || n < 1 || n > MOST_MODES ||
        (colon && (!gfn_parse_integer(colon + 1, &seed) || seed < 0)))
        return gfn_fail(GFN_EINVAL,
                        "modes: expected " BITSEQ "N or " BITSEQ "N:SEED with N of 1 to %d, found "
                        "\"" BITSEQ "%.100s\" (hint: " BITSEQ "60)",
                        MOST_MODES, text);
    const size_t width = (size_t)env->spec.state_width;
    GFN_TRY(gfn_allocate("modes", (size_t)n, width * sizeof(int32_t), &values->object));
    for (; values->n < (size_t)n; values->n++)
        GFN_TRY(
            draw_bits(env, (uint64_t)seed, (int64_t)values->n, values->object + values->n * width));
    return GFN_OK;
}

static gfn_status read(const char *text, const gfn_env *env, gfn_reward_values *values)
{
    const size_t n = strlen(BITSEQ);
    *values = (gfn_reward_values){.n = 0};
    const gfn_status status = strncmp(text, BITSEQ, n) == 0
                                  ? read_bitseq(text + n, env, values)
                                  : gfn_object_lines_read(text, env, &values->object, &values->n);
    if (status != GFN_OK)
        gfn_reward_values_clear(values);
    return status;
}

/* ---- the reward ---- */

static void destroy(void *self)
{
    modes *m = self;
    gfn_state_set_destroy(&m->object);
    gfn_release(&m->length);
    gfn_release(&m->text);
    gfn_release(&m->bits);
    gfn_release(&m);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t count_words(size_t bits)
{
    return (bits + 63) / 64;
}

/* Pack a text of bits; returns whether it has no other characters. */
static bool pack(size_t n, const char *text, uint64_t *bits)
{
    unsigned others = 0;
    memset(bits, 0, count_words(n) * sizeof *bits);
    for (size_t i = 0; i < n; i++) {
        const unsigned digit = (unsigned char)text[i] ^ (unsigned char)'0';
        others |= digit & ~1U;
        bits[i / 64] |= (uint64_t)(digit & 1) << (i % 64);
    }
    return others == 0;
}

static void write_subject(const modes *m, const int32_t *object, subject *x)
{
    x->n = smaller(gfn_env_write(m->env, object, x->text, sizeof x->text), sizeof x->text - 1);
    x->is_packed = m->words > 0 && x->n == m->length[0] && pack(x->n, x->text, x->bits);
    memset(x->counts, 0xff, count_words(x->n) * sizeof *x->counts);
}

static size_t find_text_distance(const modes *m, const subject *x, size_t mode)
{
    const char *text = m->text + mode * m->most;
    const size_t common = smaller(x->n, m->length[mode]);
    size_t differ = x->n + m->length[mode] - 2 * common;
    for (size_t i = 0; i < common; i++)
        differ += (x->text[i] != text[i]) & (x->counts[i / 64] >> (i % 64) & 1);
    return differ;
}

/* For 60 modes of 120 bits, packing takes 0.08 us and the distances 0.25 us, instead of 0.94 us for
 * those of the texts. */
static size_t find_distance(const modes *m, const subject *x, size_t mode)
{
    const uint64_t *bits = m->bits + mode * m->words;
    size_t differ = 0;
    if (!x->is_packed)
        return find_text_distance(m, x, mode);
    for (size_t i = 0; i < m->words; i++)
        differ += (size_t)__builtin_popcountll((x->bits[i] ^ bits[i]) & x->counts[i]);
    return differ;
}

/* The distance to the nearest mode, divided by the length if the options ask for that. */
static double find_nearest(const modes *m, const subject *x)
{
    size_t nearest = SIZE_MAX;
    for (size_t mode = 0; mode < m->n; mode++)
        nearest = smaller(nearest, find_distance(m, x, mode));
    return m->is_mean && x->n > 0 ? (double)nearest / (double)x->n : (double)nearest;
}

static void find_score(const void *self, const gfn_objects *objects, double *score)
{
    const modes *m = self;
    const size_t width = (size_t)m->env->spec.state_width;
    subject x;
    for (size_t i = 0; i < objects->n; i++) {
        write_subject(m, objects->state + i * width, &x);
        score[i] = find_nearest(m, &x);
    }
}

static void find_log_reward(const void *self, const gfn_objects *objects, double *log_reward)
{
    const modes *m = self;
    find_score(self, objects, log_reward);
    for (size_t i = 0; i < objects->n; i++)
        log_reward[i] = gfn_reward_scale_log(&m->scale, -log_reward[i]);
}

/* The distance in the words that are there: the others have those of a mode, and do not count. (If
 * the characters of a text were not those of the words in order, this would be another function of
 * the state, which is no error.) */
static void find_log_partial_reward(const void *self, const gfn_objects *states, double *log_reward)
{
    const modes *m = self;
    const size_t width = (size_t)m->env->spec.state_width;
    const int32_t *mode = gfn_state_set_states(m->object);
    int32_t filled[MOST_WIDTH];
    subject x;
    for (size_t i = 0; i < states->n; i++) {
        const int32_t *state = states->state + i * width;
        for (size_t w = 0; w < width; w++)
            filled[w] = state[w] != 0 ? state[w] : mode[w];
        write_subject(m, filled, &x);
        for (size_t w = 0; w < width; w++)
            for (size_t c = w * m->part; state[w] == 0 && c < smaller((w + 1) * m->part, x.n); c++)
                x.counts[c / 64] &= ~(UINT64_C(1) << (c % 64));
        log_reward[i] = gfn_reward_scale_log(&m->scale, -find_nearest(m, &x));
    }
}

static void add_near(const void *self, const int32_t *object, gfn_state_set *found)
{
    const modes *m = self;
    const int32_t *mode = gfn_state_set_states(m->object);
    subject x;
    write_subject(m, object, &x);
    for (size_t i = 0; i < m->n; i++)
        if (find_distance(m, &x, i) <= m->reach)
            gfn_state_set_add(found, mode + i * (size_t)m->env->spec.state_width);
}

/* ---- setting up ---- */

static gfn_status keep_objects(modes *m, const gfn_reward_values *values)
{
    const size_t width = (size_t)m->env->spec.state_width;
    GFN_TRY(gfn_state_set_create(values->n, width, &m->object));
    for (size_t i = 0; i < values->n; i++)
        gfn_state_set_add(m->object, values->object + i * width);
    m->n = gfn_state_set_count(m->object);
    return GFN_OK;
}

static gfn_status keep_texts(modes *m)
{
    const size_t width = (size_t)m->env->spec.state_width;
    const int32_t *object = gfn_state_set_states(m->object);
    GFN_TRY(gfn_allocate("modes", m->n, sizeof *m->length, &m->length));
    for (size_t i = 0; i < m->n; i++) {
        char first[1];
        m->length[i] = gfn_env_write(m->env, object + i * width, first, sizeof first);
        m->most = m->length[i] + 1 > m->most ? m->length[i] + 1 : m->most;
    }
    if (m->most > MOST_TEXT)
        return gfn_fail(GFN_EINVAL, "modes: expected objects of less than %d characters, found %zu",
                        MOST_TEXT, m->most - 1);
    GFN_TRY(gfn_allocate("modes", m->n, m->most, &m->text));
    for (size_t i = 0; i < m->n; i++)
        gfn_env_write(m->env, object + i * width, m->text + i * m->most, m->most);
    return GFN_OK;
}

static gfn_status keep_bits(modes *m)
{
    const size_t words = count_words(m->length[0]);
    bool are_bits = words > 0;
    GFN_TRY(gfn_allocate("modes", m->n * words, sizeof *m->bits, &m->bits));
    for (size_t i = 0; i < m->n && are_bits; i++)
        are_bits = m->length[i] == m->length[0] &&
                   pack(m->length[i], m->text + i * m->most, m->bits + i * words);
    m->words = are_bits ? words : 0;
    return GFN_OK;
}

/* Characters of a word of the state, 0 if they are not as many in all. */
static size_t find_part(const modes *m)
{
    const size_t width = (size_t)m->env->spec.state_width;
    for (size_t i = 0; i < m->n; i++)
        if (m->length[i] != m->length[0])
            return 0;
    return m->length[0] % width == 0 ? m->length[0] / width : 0;
}

/* The least log R of an object within reach: of the farthest one, and the shortest one too if
 * distances are divided by lengths, which are 1 at least. */
static double find_least_log_reward(const modes *m)
{
    return gfn_reward_scale_log(&m->scale, -(double)m->reach);
}

static gfn_status make(const gfn_options *options, gfn_env *env, const gfn_reward_values *values,
                       modes *m)
{
    *m = (modes){.env = env};
    m->is_mean = strcmp(gfn_options_text(options, "mode-reward"), "hamming-mean") == 0;
    if (gfn_options_has(options, "mode-distance"))
        m->reach = (size_t)gfn_options_int(options, "mode-distance");
    GFN_TRY(gfn_reward_scale_init(options, false, &m->scale));
    GFN_TRY(keep_objects(m, values));
    GFN_TRY(keep_texts(m));
    GFN_TRY(keep_bits(m));
    m->part = find_part(m);
    const bool knows_parts =
        env->spec.zero_is_missing && env->spec.state_width <= MOST_WIDTH && m->part > 0;
    const gfn_env_reward reward = {
        .self = m,
        .destroy = destroy,
        .log_reward = find_log_reward,
        .log_partial_reward = knows_parts ? find_log_partial_reward : NULL,
        .score = find_score,
        .max_log_reward = gfn_reward_scale_log(&m->scale, 0),
        .log_z = NAN,
        .power = NAN,
        .modes = {.n = m->n,
                  .object = gfn_state_set_states(m->object),
                  .least_log_reward = find_least_log_reward(m),
                  .add_near = add_near},
    };
    return gfn_env_use_reward(env, &reward);
}

static gfn_status use(const gfn_options *options, gfn_env *env, gfn_reward_values *values)
{
    modes *m;
    gfn_status status = gfn_allocate("modes", 1, sizeof *m, &m);
    if (status == GFN_OK) {
        status = make(options, env, values, m);
        if (status != GFN_OK)
            destroy(m);
    }
    gfn_reward_values_clear(values);
    return status;
}

const gfn_reward_kind gfn_reward_modes = {
    {"modes", "distance to the nearest of given objects", "-beta d, or -beta d / length"},
    read,
    use,
};
