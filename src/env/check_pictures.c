/* SPDX-License-Identifier: MIT
 *
 * Rules about what pictures show of marginals: maps, labels, bins and drawn objects.
 */
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_optional.h"

/* Larger maps, and rows beyond, are not tested. */
enum { MOST_CELLS = 1 << 20, MOST_ROWS = 4096, MOST_LABEL = 64, FILL = 0x5a };

typedef struct pictures {
    const gfn_probe *probe;
    const gfn_env *env;
    const void *world;
    const gfn_env_marginals *named;
    gfn_arena *arena;
    int64_t rows;
} pictures;

/* *cells = number of cells of a map; 0: none, or too many to be tested. */
static gfn_status check_lines(const pictures *p, const char *function, const int64_t lines[2],
                              int64_t *cells)
{
    const bool is_none = lines[0] == 0 && lines[1] == 0;
    *cells = 0;
    if (!is_none && (lines[0] < 1 || lines[1] < 1))
        return gfn_probe_broken(p->env, NULL, "maps have lines down and to the right",
                                "expected two numbers above 0 of %s, or 0 and 0, found %lld and "
                                "%lld",
                                function, (long long)lines[0], (long long)lines[1]);
    if (!is_none && lines[0] <= MOST_CELLS / lines[1])
        *cells = lines[0] * lines[1];
    return GFN_OK;
}

/* Each row has a cell of its own. */
static gfn_status check_cells(const pictures *p, const int64_t lines[2], int64_t cells)
{
    uint8_t *is_taken;
    if (p->named->cell == NULL && p->rows != cells)
        return gfn_probe_broken(p->env, NULL, "the rows of marginals are the cells of the map",
                                "expected %lld, or a function `cell`, found %lld", (long long)cells,
                                (long long)p->rows);
    GFN_TRY(gfn_arena_take(p->arena, (size_t)cells, 1, &is_taken));
    for (int64_t row = 0; p->named->cell && row < p->rows; row++) {
        int64_t at[2] = {-1, -1};
        gfn_probe_begin_call(p->probe, "marginals->cell", NULL);
        p->named->cell(p->world, row, at);
        GFN_TRY(gfn_probe_end_call(p->probe, "marginals->cell", NULL));
        if (at[0] < 0 || at[0] >= lines[0] || at[1] < 0 || at[1] >= lines[1])
            return gfn_probe_broken(
                p->env, NULL, "cells are within the map",
                "expected a cell below %lld and %lld for row %lld, found %lld and "
                "%lld",
                (long long)lines[0], (long long)lines[1], (long long)row, (long long)at[0],
                (long long)at[1]);
        if (is_taken[at[0] * lines[1] + at[1]]++)
            return gfn_probe_broken(
                p->env, NULL, "each row has a cell of its own",
                "expected a cell for row %lld that no other row has, found %lld, %lld",
                (long long)row, (long long)at[0], (long long)at[1]);
    }
    return GFN_OK;
}

static gfn_status check_label(const pictures *p, int axis, int64_t line, size_t size)
{
    char text[MOST_LABEL + 1];
    memset(text, FILL, sizeof text);
    gfn_probe_begin_call(p->probe, "marginals->label", NULL);
    p->named->label(p->world, axis, line, text, size);
    GFN_TRY(gfn_probe_end_call(p->probe, "marginals->label", NULL));
    if (strnlen(text, size) < size && text[size] == FILL)
        return GFN_OK;
    return gfn_probe_broken(
        p->env, NULL, "marginals->label() cuts its text",
        "expected a text with its '\\0' in %zu byte%s for line %lld of axis %d, "
        "found a write beyond, or no '\\0'",
        size, gfn_plural((int64_t)size), (long long)line, axis);
}

static gfn_status check_map(const pictures *p)
{
    int64_t lines[2] = {-1, -1}, cells;
    if (p->named->map_lines == NULL)
        return GFN_OK;
    gfn_probe_begin_call(p->probe, "marginals->map_lines", NULL);
    p->named->map_lines(p->world, lines);
    GFN_TRY(gfn_probe_end_call(p->probe, "marginals->map_lines", NULL));
    GFN_TRY(check_lines(p, "map_lines()", lines, &cells));
    if (cells == 0)
        return GFN_OK;
    GFN_TRY(check_cells(p, lines, cells));
    for (int axis = 0; p->named->label && axis < 2; axis++)
        for (int64_t line = 0; line < lines[axis]; line++) {
            GFN_TRY(check_label(p, axis, line, MOST_LABEL));
            GFN_TRY(check_label(p, axis, line, 2));
        }
    return GFN_OK;
}

static gfn_status check_bins(const pictures *p)
{
    for (int64_t row = 0; p->named->bins && row < p->rows && row < MOST_ROWS; row++) {
        double range[2] = {NAN, NAN};
        gfn_probe_begin_call(p->probe, "marginals->bins", NULL);
        const int64_t bins = p->named->bins(p->world, row, range);
        GFN_TRY(gfn_probe_end_call(p->probe, "marginals->bins", NULL));
        if (bins < 0 || bins > GFN_ENV_MAX_BINS)
            return gfn_probe_broken(p->env, NULL, "bins are not too many",
                                    "expected 0 ... %d of row %lld, found %lld", GFN_ENV_MAX_BINS,
                                    (long long)row, (long long)bins);
        if (bins > 0 && !(isfinite(range[0]) && isfinite(range[1]) && range[0] < range[1]))
            return gfn_probe_broken(p->env, NULL, "bins divide a range",
                                    "expected finite, increasing ends of row %lld, found %g and %g",
                                    (long long)row, range[0], range[1]);
    }
    return GFN_OK;
}

static gfn_status check_drawn(const pictures *p, const int32_t *object, int64_t cells,
                              double *value)
{
    const double beyond = 2385;
    for (int64_t i = 0; i < cells; i++)
        value[i] = NAN;
    value[cells] = beyond;
    gfn_probe_begin_call(p->probe, "marginals->draw_object", object);
    p->named->draw_object(p->world, object, value);
    GFN_TRY(gfn_probe_end_call(p->probe, "marginals->draw_object", object));
    for (int64_t i = 0; i < cells; i++)
        if (!(value[i] >= 0 && value[i] <= 1))
            return gfn_probe_broken(p->env, object, "objects are drawn from 0 to 1",
                                    "expected 0 ... 1 as value %lld, found %g", (long long)i,
                                    value[i]);
    if (value[cells] == beyond)
        return GFN_OK;
    return gfn_probe_broken(p->env, object, "draw_object() writes the cells of its map",
                            "expected %lld values, found a write beyond", (long long)cells);
}

static gfn_status check_draw_object(const pictures *p, const gfn_check_sample *objects)
{
    int64_t lines[2] = {-1, -1}, cells;
    double *value;
    if (p->named->object_lines == NULL)
        return GFN_OK;
    gfn_probe_begin_call(p->probe, "marginals->object_lines", NULL);
    p->named->object_lines(p->world, lines);
    GFN_TRY(gfn_probe_end_call(p->probe, "marginals->object_lines", NULL));
    GFN_TRY(check_lines(p, "object_lines()", lines, &cells));
    if (cells == 0)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(p->arena, (size_t)cells + 1, sizeof *value, &value));
    for (size_t i = 0; i < objects->n; i++)
        GFN_TRY(check_drawn(p, objects->state + i * objects->width, cells, value));
    return GFN_OK;
}

gfn_status gfn_check_pictures(const gfn_probe *probe, const gfn_check_sample *objects,
                              gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    pictures p = {.probe = probe,
                  .env = env,
                  .world = env->world,
                  .named = env->ops->marginals,
                  .arena = arena};
    if (p.named == NULL)
        return GFN_OK;
    p.rows = p.named->count(p.world);
    GFN_TRY(check_map(&p));
    GFN_TRY(check_bins(&p));
    return check_draw_object(&p, objects);
}
