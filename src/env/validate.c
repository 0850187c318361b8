/* SPDX-License-Identifier: MIT
 *
 * Checks of the table and the spec of a world, before its other functions are called.
 */
#include "env/env_internal.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Longest name; a table may be at most MAX_FACTOR times as large as this library knows it. */
enum { MAX_NAME = 64, MAX_FACTOR = 8 };

/* Letters, digits, '-' and '_', because names of environments become parts of paths. */
static bool is_name(const char *name, size_t most)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const size_t n = strlen(name);
    return n > 0 && n <= most && name[0] != '-' && strspn(name, allowed) == n;
}

/* A plug-in may have been compiled with a newer header, which has more types. */
static gfn_status check_type(const gfn_env_ops *ops, const gfn_option *row)
{
    const bool has_bounds =
        row->type != GFN_OPTION_WORD && row->type != GFN_OPTION_FLAG && !gfn_option_is_path(row);
    if ((int)row->type < GFN_OPTION_INT || (int)row->type > GFN_OPTION_MATRIX)
        return gfn_fail(GFN_EINVAL,
                        "%s: option %s: expected a type of gfn_option_type, found %d (hint: "
                        "compile with this library's headers)",
                        ops->name, row->name, (int)row->type);
    if (has_bounds && !(row->min <= row->max)) /* also rejects NaN */
        return gfn_fail(GFN_EINVAL,
                        "%s: option %s: expected min <= max, found %g and %g (hint: both are "
                        "inclusive)",
                        ops->name, row->name, row->min, row->max);
    return GFN_OK;
}

/* Defaults are not checked here: gfn_options_create() does that. */
static gfn_status check_rows(const gfn_env_ops *ops)
{
    for (const gfn_option *row = ops->options; row && row->name; row++) {
        if (!is_name(row->name, MAX_NAME))
            return gfn_fail(GFN_EINVAL,
                            "%s: expected an option's name of letters, digits, - and _, found "
                            "\"%.100s\" (hint: options end with a row {0})",
                            ops->name, row->name);
        if (row->fallback == NULL || row->help == NULL)
            return gfn_fail(GFN_EINVAL,
                            "%s: option %s: expected a default and a help text, found no %s (hint: "
                            "the default \"\" is unset)",
                            ops->name, row->name, row->help ? "default" : "help");
        if (row->topic == NULL)
            return gfn_fail(GFN_EINVAL,
                            "%s: option %s: expected a topic (a heading), found none (hint: "
                            ".topic = \"Environment\")",
                            ops->name, row->name);
        GFN_TRY(check_type(ops, row));
    }
    return GFN_OK;
}

gfn_env_ops gfn_env_complete_ops(const gfn_env_ops *ops)
{
    gfn_env_ops all = {.size = 0};
    memcpy(&all, ops, ops->size < sizeof all ? ops->size : sizeof all);
    all.size = sizeof all;
    return all;
}

gfn_env_solver gfn_env_complete_solver(const gfn_env_solver *solver)
{
    gfn_env_solver all = {.size = 0};
    memcpy(&all, solver, solver->size < sizeof all ? solver->size : sizeof all);
    all.size = sizeof all;
    return all;
}

gfn_env_marginals gfn_env_complete_marginals(const gfn_env_marginals *marginals)
{
    gfn_env_marginals all = {.size = 0};
    memcpy(&all, marginals, marginals->size < sizeof all ? marginals->size : sizeof all);
    all.size = sizeof all;
    return all;
}

/* The tables that another one names: a plug-in may have older or newer ones. */
static gfn_status check_sizes(const gfn_env_ops *ops)
{
    const gfn_env_ops all = gfn_env_complete_ops(ops);
    const struct {
        const char *type;
        const size_t *size; /* the first member; NULL: there is no such table */
        size_t least, known;
    } rows[] = {
        {"gfn_env_solver", all.solver ? &all.solver->size : NULL, sizeof *all.solver,
         sizeof *all.solver},
        {"gfn_env_marginals", all.marginals ? &all.marginals->size : NULL,
         offsetof(gfn_env_marginals, map_lines), sizeof *all.marginals},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].size &&
            (*rows[i].size < rows[i].least || *rows[i].size > MAX_FACTOR * rows[i].known))
            return gfn_fail(GFN_EINVAL,
                            "%s: %s of %zu bytes, needs %zu (hint: set .size = sizeof(%s) and "
                            "compile with this library's headers)",
                            ops->name ? ops->name : "environment", rows[i].type, *rows[i].size,
                            rows[i].least, rows[i].type);
    return GFN_OK;
}

static gfn_status check_members(const gfn_env_ops *ops)
{
    const gfn_env_ops all = gfn_env_complete_ops(ops);
    const gfn_env_marginals shown =
        all.marginals ? gfn_env_complete_marginals(all.marginals) : (gfn_env_marginals){.size = 0};
    const struct {
        const char *name;
        bool is_there;
    } rows[] = {
        {"name", ops->name != NULL},
        {"summary", ops->summary != NULL},
        {"create", ops->create != NULL},
        {"destroy", ops->destroy != NULL},
        {"describe", ops->describe != NULL},
        {"start", ops->start != NULL},
        {"allowed", ops->allowed != NULL},
        {"step", ops->step != NULL},
        {"allowed_back", ops->allowed_back != NULL},
        {"step_back", ops->step_back != NULL},
        {"back_action", ops->back_action != NULL},
        {"forward_action", ops->forward_action != NULL},
        {"observe", ops->observe != NULL},
        {"read", all.read != NULL || all.write == NULL},
        {"class_name", all.class_name != NULL || all.class_of == NULL},
        {"create of the solver", !all.solver || all.solver->create},
        {"destroy of the solver", !all.solver || all.solver->destroy},
        {"log_z of the solver", !all.solver || all.solver->log_z},
        {"name of the marginals", !all.marginals || all.marginals->name},
        {"keys of the marginals", !all.marginals || all.marginals->keys},
        {"columns of the marginals", !all.marginals || all.marginals->columns},
        {"count of the marginals", !all.marginals || all.marginals->count},
        {"key of the marginals", !all.marginals || all.marginals->key},
        {"find of the marginals", !all.marginals || all.marginals->find},
        {"axes of the marginals", shown.map_lines == NULL || shown.axes},
        {"draw_object of the marginals", shown.object_lines == NULL || shown.draw_object},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!rows[i].is_there)
            return gfn_fail(GFN_EINVAL,
                            "%s: %s is NULL (hint: gfn/env.h says which members of gfn_env_ops may "
                            "be)",
                            ops->name ? ops->name : "environment", rows[i].name);
    /* It names a file of the run directory. */
    if (all.marginals &&
        (!is_name(all.marginals->name, MAX_NAME) || strcmp(all.marginals->name, "top") == 0))
        return gfn_fail(GFN_EINVAL,
                        "%s: expected a name of the marginals of at most %d letters, digits, - and "
                        "_, other than top, found \"%.100s\" (hint: it names a file)",
                        ops->name, MAX_NAME, all.marginals->name);
    return GFN_OK;
}

gfn_status gfn_env_check_ops(const gfn_env_ops *ops)
{
    /* The table may be that of 0.1. The upper limit detects a symbol that is not such a table. */
    const size_t least = offsetof(gfn_env_ops, write);
    if (ops == NULL || ops->size < least || ops->size > MAX_FACTOR * sizeof *ops)
        return gfn_fail(GFN_EINVAL,
                        "environment: gfn_env_ops of %zu bytes, needs %zu (hint: set .size = "
                        "sizeof(gfn_env_ops) and compile with this library's headers)",
                        ops ? ops->size : 0, least);
    GFN_TRY(check_sizes(ops));
    GFN_TRY(check_members(ops));
    if (!is_name(ops->name, MAX_NAME))
        return gfn_fail(GFN_EINVAL,
                        "environment: expected a name of at most %d letters, digits, - and _, "
                        "found \"%.100s\" (hint: .name = \"my-world\")",
                        MAX_NAME, ops->name);
    return check_rows(ops);
}

/* Whether there is a legal number of positive extents. *cells: their product; 0 if it overflows. */
static bool are_extents(int ndim, const int64_t *axis, int64_t *cells)
{
    bool fits = true;
    *cells = 1;
    if (ndim < 0 || ndim > GFN_ENV_MAX_NDIM)
        return false;
    for (int d = 0; d < ndim; d++) {
        if (axis[d] < 1)
            return false;
        fits = fits && gfn_multiply_i64(*cells, axis[d], cells);
    }
    *cells = fits ? *cells : 0;
    return true;
}

static bool axes_fit(const gfn_env_spec *spec)
{
    int64_t cells;
    return are_extents(spec->ndim, spec->axis, &cells) &&
           (spec->ndim == 0 || spec->n_states == cells);
}

static bool table_fits(const gfn_env_spec *spec, const gfn_env_ops *all)
{
    int64_t cells;
    return are_extents(spec->table_ndim, spec->table_axis, &cells) &&
           (spec->table_ndim == 0 || (cells > 0 && all->table_place != NULL));
}

gfn_status gfn_env_check_spec(const gfn_env_ops *ops, const gfn_env_spec *spec)
{
    const gfn_shape *shape = &spec->shape;
    bool numbers = ops->number != NULL && ops->state_at != NULL;
    const gfn_env_ops all = gfn_env_complete_ops(ops);
    const struct {
        bool holds;
        const char *rule;
        int64_t found;
    } rows[] = {
        {shape->n_actions > 0 && shape->n_actions <= GFN_ENV_MAX_ACTIONS,
         "n_actions is within 1 ... GFN_ENV_MAX_ACTIONS", shape->n_actions},
        {shape->n_back_actions > 0 && shape->n_back_actions <= GFN_ENV_MAX_ACTIONS,
         "n_back_actions is within 1 ... GFN_ENV_MAX_ACTIONS", shape->n_back_actions},
        {shape->stop_action >= -1 && shape->stop_action < shape->n_actions,
         "stop_action is -1 or below n_actions", shape->stop_action},
        {shape->obs_dim > 0, "obs_dim is positive", shape->obs_dim},
        {shape->obs_hot >= 0 && shape->obs_hot <= shape->obs_dim, "obs_hot is within 0 ... obs_dim",
         shape->obs_hot},
        {spec->state_width > 0, "state_width is positive", spec->state_width},
        {spec->max_steps > 0, "max_steps is positive", spec->max_steps},
        {spec->n_states >= 0, "n_states is not negative", spec->n_states},
        {spec->n_states == 0 || numbers, "n_states is 0 where number or state_at is NULL",
         spec->n_states},
        {axes_fit(spec), "axis[ndim] are positive and n_states is their product", spec->ndim},
        {table_fits(spec, &all),
         "table_axis[table_ndim] are positive, their product fits, and table_place is not NULL",
         spec->table_ndim},
        {!isinf(spec->max_log_reward), "max_log_reward is finite or NAN", 0},
        {!isinf(spec->log_z), "log_z is finite or NAN", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!rows[i].holds)
            return gfn_fail(GFN_EINVAL,
                            "%s: the description of the world is wrong: expected that "
                            "%s, found %lld",
                            ops->name, rows[i].rule, (long long)rows[i].found);
    return GFN_OK;
}
