/* SPDX-License-Identifier: MIT
 *
 * Rules about marginals: the keys of their rows, and their values. That results depend on the
 * object alone is tested by gfn_probe_call().
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_optional.h"

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
    if (gfn_count_names(key) != gfn_count_names(headings) || key[0] == '\0' || strpbrk(key, "\r\n"))
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
    GFN_TRY(gfn_check_sample_call(probe, GFN_PROBE_FIND, objects, arena, &value));
    for (size_t i = 0; i < objects->n * n_values; i++)
        if (!isfinite(value[i]))
            return gfn_probe_broken(probe->env, objects->state + i / n_values * objects->width,
                                    "marginals are finite",
                                    "expected a finite number as value %zu of marginals->find(), "
                                    "found %g",
                                    i % n_values, value[i]);
    return GFN_OK;
}
