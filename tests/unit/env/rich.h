/* SPDX-License-Identifier: MIT
 *
 * The ladder with all that a world may have: texts, places in tables, classes, marginals and a
 * solver. A text is "rung 3".
 */
#ifndef TESTS_UNIT_ENV_RICH_H
#define TESTS_UNIT_ENV_RICH_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/env/worlds.h"

static inline int32_t rungs_of(const void *world)
{
    gfn_env_spec spec;
    ladder_world.describe(world, &spec);
    return (int32_t)spec.n_states - 1;
}

static inline bool is_rung(const void *world, int32_t k)
{
    return k % 2 == 1 || k == rungs_of(world);
}

static inline void rich_describe(const void *world, gfn_env_spec *spec)
{
    ladder_world.describe(world, spec);
    spec->table_ndim = 2;
    spec->table_axis[0] = spec->n_states / 3 + 1;
    spec->table_axis[1] = 3;
}

static inline size_t rich_write(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)world;
    return (size_t)snprintf(text, size, "rung %d", (int)*state);
}

static inline gfn_status rich_read(const void *world, const char *text, int32_t *state)
{
    char *end = NULL;
    const long k = strncmp(text, "rung ", 5) == 0 ? strtol(text + 5, &end, 10) : -1;
    if (end == NULL || end == text + 5 || *end != '\0' || k < 0 || k > rungs_of(world))
        return gfn_fail(GFN_EINVAL, "expected rung 0 ... %d, found %s", (int)rungs_of(world), text);
    *state = (int32_t)k;
    return GFN_OK;
}

static inline void rich_place(const void *world, size_t n, const int32_t *state, int64_t *place)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        place[i] = state[i];
}

static inline void rich_class(const void *world, const int32_t *state, int32_t *words)
{
    (void)world;
    words[0] = state[0] % 4;
}

static inline void rich_partial(const void *world, size_t n, const int32_t *state, double *log_r)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        log_r[i] = 0.25 * state[i];
}

/* ---- marginals: whether the rung is in a third, and its height there ---- */

enum { RICH_ROWS = 3, RICH_VALUES = 2 * RICH_ROWS };

static inline int64_t rich_count(const void *world)
{
    (void)world;
    return RICH_ROWS;
}

static inline void rich_key(const void *world, int64_t row, char *text, size_t size)
{
    (void)world;
    snprintf(text, size, "third %d,\"from %d, up\"", (int)row + 1, (int)row);
}

static inline void rich_find(const void *world, size_t n, const int32_t *state, double *value)
{
    const int32_t third = rungs_of(world) / RICH_ROWS + 1;
    for (size_t i = 0; i < n; i++, value += RICH_VALUES) {
        memset(value, 0, RICH_VALUES * sizeof *value);
        value[2 * (state[i] / third)] = 1;
        value[2 * (state[i] / third) + 1] = state[i] % third;
    }
}

/* A profile of the thirds; an object is drawn as two cells. */
static inline void rich_lines(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = 1;
    lines[1] = RICH_ROWS;
}

static inline void rich_cell(const void *world, int64_t row, int64_t cell[2])
{
    (void)world;
    cell[0] = 0;
    cell[1] = RICH_ROWS - 1 - row;
}

static inline void rich_label(const void *world, int axis, int64_t line, char *text, size_t size)
{
    (void)world;
    if (axis == 0)
        text[0] = '\0';
    else
        snprintf(text, size, "third %d", (int)line);
}

static inline int64_t rich_bins(const void *world, int64_t row, double range[2])
{
    (void)world, (void)row;
    range[0] = 0;
    range[1] = 1;
    return 2;
}

static inline void rich_object_lines(const void *world, int64_t lines[2])
{
    (void)world;
    lines[0] = 2;
    lines[1] = 1;
}

static inline void rich_draw_object(const void *world, const int32_t *state, double *value)
{
    value[0] = (double)state[0] / rungs_of(world);
    value[1] = 1 - value[0];
}

/* ---- the solver ---- */

struct rich_solution {
    const void *world;
    double beta, log_z;
};

static inline double rich_weight(const struct rich_solution *s, int32_t k)
{
    double log_reward;
    ladder_world.log_reward(s->world, 1, &k, &log_reward);
    return is_rung(s->world, k) ? exp(s->beta * log_reward) : 0;
}

static inline gfn_status rich_solve(const void *world, double beta, void **solution)
{
    struct rich_solution *s = malloc(sizeof *s);
    double z = 0;
    if (s == NULL)
        return gfn_fail(GFN_ENOMEM, "no memory");
    *s = (struct rich_solution){.world = world, .beta = beta};
    for (int32_t k = 0; k <= rungs_of(world); k++)
        z += rich_weight(s, k);
    s->log_z = log(z);
    *solution = s;
    return GFN_OK;
}

static inline double rich_log_z(const void *solution)
{
    return ((const struct rich_solution *)solution)->log_z;
}

static inline void rich_draw(const void *solution, const gfn_stream *stream, int64_t first,
                             size_t n, int32_t *state)
{
    const struct rich_solution *s = solution;
    for (size_t i = 0; i < n; i++) {
        double left = exp(s->log_z) * gfn_random_unit(stream, (uint64_t)first + i, 0);
        int32_t k = 0;
        while (k < rungs_of(s->world) && left >= rich_weight(s, k))
            left -= rich_weight(s, k++);
        state[i] = k;
    }
}

static inline void rich_expect(const void *solution, double *value)
{
    const struct rich_solution *s = solution;
    memset(value, 0, RICH_VALUES * sizeof *value);
    for (int32_t k = 0; k <= rungs_of(s->world); k++) {
        double found[RICH_VALUES];
        if (!is_rung(s->world, k))
            continue;
        rich_find(s->world, 1, &k, found);
        for (int i = 0; i < RICH_VALUES; i++)
            value[i] += found[i] * rich_weight(s, k) / exp(s->log_z);
    }
}

static const gfn_env_solver rich_solver = {
    .size = sizeof(gfn_env_solver),
    .create = rich_solve,
    .destroy = free,
    .log_z = rich_log_z,
    .draw = rich_draw,
    .marginals = rich_expect,
};

static const gfn_env_marginals rich_marginals = {
    .size = sizeof(gfn_env_marginals),
    .name = "thirds",
    .keys = "third,begin",
    .columns = "inside,height",
    .count = rich_count,
    .key = rich_key,
    .find = rich_find,
    .map_lines = rich_lines,
    .axes = "third",
    .cell = rich_cell,
    .label = rich_label,
    .bins = rich_bins,
    .object_lines = rich_object_lines,
    .draw_object = rich_draw_object,
};

static inline gfn_env_ops rich_world(void)
{
    gfn_env_ops ops = ladder_world;
    ops.name = "rich";
    ops.describe = rich_describe;
    ops.write = rich_write;
    ops.read = rich_read;
    ops.table_place = rich_place;
    ops.class_of = rich_class;
    ops.class_name = "classes of rungs";
    ops.log_partial_reward = rich_partial;
    ops.solver = &rich_solver;
    ops.marginals = &rich_marginals;
    return ops;
}

#endif
