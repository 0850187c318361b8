/* SPDX-License-Identifier: MIT
 *
 * Rules about what is known of states and objects: partial rewards, their places in tables, their
 * classes, and their marginals. That results depend on the object alone is tested by
 * gfn_probe_call().
 */
#include <stdlib.h>
#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_values.h"

gfn_status gfn_check_sample_init(gfn_check_sample *sample, size_t most, size_t width,
                                 gfn_arena *arena)
{
    *sample = (gfn_check_sample){.most = most, .width = width};
    return gfn_arena_take(arena, most * width, sizeof *sample->state, &sample->state);
}

void gfn_check_sample_add(gfn_check_sample *sample, const int32_t *state)
{
    const gfn_stream stream = {.purpose = GFN_PURPOSE_CHECK};
    size_t slot = sample->seen++;
    if (slot >= sample->most)
        slot = gfn_random_word(&stream, slot, GFN_PROBE_FUNCTIONS) % sample->seen;
    if (slot >= sample->most)
        return;
    memcpy(sample->state + slot * sample->width, state, sample->width * sizeof *state);
    sample->n += sample->n < sample->most;
}

/* out [n] = function(objects), which is tested. */
static gfn_status call_all(gfn_probe *probe, gfn_probe_function function,
                           const gfn_check_sample *objects, gfn_arena *arena, void *out)
{
    const size_t size = probe->bytes[function];
    char *results;
    GFN_TRY(gfn_arena_take(arena, objects->n, size, &results));
    for (size_t first = 0, n; first < objects->n; first += n) {
        n = objects->n - first < GFN_PROBE_LANES ? objects->n - first : GFN_PROBE_LANES;
        const gfn_probe_input in = {.n = n, .state = objects->state + first * objects->width};
        GFN_TRY(gfn_probe_call(probe, function, in, results + first * size));
    }
    memcpy(out, &results, sizeof results);
    return GFN_OK;
}

/* ---- rewards of states that are no objects ---- */

gfn_status gfn_check_partial_rewards(gfn_probe *probe, const gfn_check_sample *states,
                                     gfn_arena *arena)
{
    double *log_reward;
    if (probe->bytes[GFN_PROBE_LOG_PARTIAL_REWARD] == 0)
        return GFN_OK;
    GFN_TRY(call_all(probe, GFN_PROBE_LOG_PARTIAL_REWARD, states, arena, &log_reward));
    for (size_t i = 0; i < states->n; i++)
        if (!isfinite(log_reward[i]))
            return gfn_probe_broken(probe->env, states->state + i * states->width,
                                    "log_partial_reward() of any state is finite",
                                    "expected a finite number, found %g", log_reward[i]);
    return GFN_OK;
}

/* Fill what is missing in each state by one of the objects. */
gfn_status gfn_check_missing(gfn_probe *probe, const gfn_check_sample *states,
                             const gfn_check_sample *objects, gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    const size_t width = states->width;
    int32_t *filled;
    if (!env->spec.zero_is_missing || objects->n == 0)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(arena, width, sizeof *filled, &filled));
    for (size_t i = 0; i < states->n; i++) {
        const int32_t *state = states->state + i * width;
        const int32_t *object = objects->state + i % objects->n * width;
        char text[200];
        for (size_t w = 0; w < width; w++)
            filled[w] = state[w] != 0 ? state[w] : object[w];
        gfn_probe_begin_call(probe, "allowed_back", filled);
        const gfn_status status = gfn_env_check_objects(env, 1, filled);
        GFN_TRY(status == GFN_EINVAL ? GFN_OK : status);
        if (status != GFN_OK)
            return gfn_probe_broken(env, state, "words of objects fill what is missing",
                                    "expected an object with those of %s where words are 0, found "
                                    "none (hint: zero_is_missing)",
                                    gfn_env_state_text(env, object, text, sizeof text));
    }
    return GFN_OK;
}

/* ---- places ---- */

gfn_status gfn_check_places(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    const size_t width = objects->width, bytes = width * sizeof(int32_t);
    int64_t *place, places = 1;
    if (probe->bytes[GFN_PROBE_TABLE_PLACE] == 0)
        return GFN_OK;
    for (int d = 0; d < env->spec.table_ndim; d++)
        places *= env->spec.table_axis[d];
    GFN_TRY(call_all(probe, GFN_PROBE_TABLE_PLACE, objects, arena, &place));
    for (size_t i = 0; i < objects->n; i++) {
        const int32_t *object = objects->state + i * width;
        char text[200];
        if (place[i] < 0 || place[i] >= places)
            return gfn_probe_broken(env, object, "places are within table_axis",
                                    "expected 0 ... %lld, found %lld", (long long)places - 1,
                                    (long long)place[i]);
        for (size_t k = 0; k < i; k++)
            if (place[i] == place[k] && memcmp(object, objects->state + k * width, bytes) != 0)
                return gfn_probe_broken(
                    env, object, "distinct objects have distinct places",
                    "expected a place of its own, found %lld, as that of %s", (long long)place[i],
                    gfn_env_state_text(env, objects->state + k * width, text, sizeof text));
    }
    return GFN_OK;
}

/* ---- classes ---- */

gfn_status gfn_check_classes(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena)
{
    int32_t *words;
    if (probe->bytes[GFN_PROBE_CLASS_OF] == 0)
        return GFN_OK;
    if (probe->env->ops->class_name[0] == '\0')
        return gfn_probe_broken(probe->env, NULL, "classes have a name",
                                "expected a plural as class_name, found \"\" (hint: \"Markov "
                                "equivalence classes\")");
    return call_all(probe, GFN_PROBE_CLASS_OF, objects, arena, &words);
}

/* ---- marginals ---- */

/* Names in a text of fields; commas in double quotes do not count. */
static size_t count_names(const char *text)
{
    size_t n = 1;
    bool is_quoted = false;
    for (; *text; text++) {
        is_quoted ^= *text == '"';
        n += *text == ',' && !is_quoted;
    }
    return n;
}

enum { MOST_KEY = 512, FILL = 0x5a };

/* text [MOST_KEY]: the key of a row, cut to `size`. */
static gfn_status find_key(const gfn_probe *probe, int64_t row, size_t size, char *text)
{
    const gfn_env *env = probe->env;
    memset(text, FILL, MOST_KEY);
    gfn_probe_begin_call(probe, "marginals->key", NULL);
    env->ops->marginals->key(env->world, row, text, size);
    GFN_TRY(gfn_probe_end_call(probe, "marginals->key", NULL));
    bool is_inside = strnlen(text, size) < size;
    for (size_t i = size; i < MOST_KEY; i++)
        is_inside = is_inside && text[i] == FILL;
    if (is_inside)
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "marginals->key() cuts its text",
                            "expected a text with its '\\0' in %zu byte%s for row %lld, found a "
                            "write beyond, or no '\\0'",
                            size, gfn_plural((int64_t)size), (long long)row);
}

static gfn_status check_key(const gfn_probe *probe, int64_t row, const char *key)
{
    const gfn_env *env = probe->env;
    const char *headings = env->ops->marginals->keys;
    char cut[MOST_KEY];
    if (count_names(key) != count_names(headings) || key[0] == '\0' || strpbrk(key, "\r\n"))
        return gfn_probe_broken(env, NULL, "marginals->key() gives a name per heading",
                                "expected names for \"%.100s\" on one line for row %lld, found "
                                "\"%.100s\"",
                                headings, (long long)row, key);
    const size_t half = strlen(key) / 2 + 1;
    GFN_TRY(find_key(probe, row, half, cut));
    if (strncmp(cut, key, half - 1) == 0 && strlen(cut) == half - 1)
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "marginals->key() cuts its text",
                            "expected the first %zu bytes of \"%.100s\" for row %lld, found "
                            "\"%.100s\"",
                            half - 1, key, (long long)row, cut);
}

struct named_row {
    int64_t row;
    char key[MOST_KEY];
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct named_row *)a)->key, ((const struct named_row *)b)->key);
}

/* Keys of rows, some of many. */
static gfn_status check_keys(const gfn_probe *probe, gfn_arena *arena)
{
    enum { MOST_KEYS = 4096 };
    const gfn_env *env = probe->env;
    const int64_t rows = env->ops->marginals->count(env->world);
    const int64_t n = rows < MOST_KEYS ? rows : MOST_KEYS;
    struct named_row *all;
    GFN_TRY(gfn_arena_take(arena, (size_t)n, sizeof *all, &all));
    for (int64_t i = 0; i < n; i++) {
        all[i].row = rows == n ? i : i * (rows / n);
        GFN_TRY(find_key(probe, all[i].row, MOST_KEY, all[i].key));
        GFN_TRY(check_key(probe, all[i].row, all[i].key));
    }
    qsort(all, (size_t)n, sizeof *all, compare);
    for (int64_t i = 1; i < n; i++)
        if (strcmp(all[i].key, all[i - 1].key) == 0)
            return gfn_probe_broken(env, NULL, "rows of marginals have distinct keys",
                                    "expected \"%.100s\" once, found it of the rows %lld and %lld",
                                    all[i].key, (long long)all[i - 1].row, (long long)all[i].row);
    return GFN_OK;
}

gfn_status gfn_check_marginals(gfn_probe *probe, const gfn_check_sample *objects, gfn_arena *arena)
{
    const size_t n_values = probe->bytes[GFN_PROBE_FIND] / sizeof(double);
    double *value;
    if (probe->env->ops->marginals == NULL)
        return GFN_OK;
    GFN_TRY(check_keys(probe, arena));
    if (n_values == 0)
        return GFN_OK;
    GFN_TRY(call_all(probe, GFN_PROBE_FIND, objects, arena, &value));
    for (size_t i = 0; i < objects->n * n_values; i++)
        if (!isfinite(value[i]))
            return gfn_probe_broken(probe->env, objects->state + i / n_values * objects->width,
                                    "marginals are finite",
                                    "expected a finite number as value %zu of marginals->find(), "
                                    "found %g",
                                    i % n_values, value[i]);
    return GFN_OK;
}
