/* SPDX-License-Identifier: MIT
 *
 * The figures of a comparison as text for people, and as JSON for programs.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "io/json.h"
#include "plot/text.h"
#include "summary/figures.h"

/* ---- for people ---- */

static const char *cell_of(const gfn_table *table, size_t row, size_t column)
{
    return row == 0 ? table->heading[column] : table->cell[(row - 1) * table->columns + column];
}

static size_t width_of(const gfn_table *table, size_t column)
{
    size_t width = 0;
    for (size_t row = 0; row <= table->rows; row++) {
        const size_t length = gfn_text_length(cell_of(table, row, column));
        width = length > width ? length : width;
    }
    return width;
}

/* A cell with blanks before it, and labels with blanks after them. */
static size_t write_cell(char *text, size_t size, const char *cell, size_t width, bool is_label)
{
    const int blanks = (int)(width - gfn_text_length(cell));
    return (size_t)(is_label ? gfn_format(text, size, "  %s%*s", cell, blanks, "")
                             : gfn_format(text, size, "  %*s%s", blanks, "", cell));
}

/* Bytes that are enough for all lines: of a character at most 4. */
static size_t room_of(const gfn_table *table)
{
    size_t width = 3;
    for (size_t column = 0; column < table->columns; column++)
        width += 4 * width_of(table, column) + 2;
    return (table->rows + 1) * width + (table->note ? strlen(table->note) : 0) + 8;
}

gfn_status gfn_figures_print(gfn_arena *arena, const gfn_groups *groups, char **text)
{
    const gfn_table_form form = {.sign = "+-", .has_times = true};
    gfn_table table;
    size_t used = 0;
    GFN_TRY(gfn_figures_tabulate(arena, groups, &form, &table));
    const size_t size = room_of(&table);
    GFN_TRY(gfn_arena_take(arena, size, 1, text));
    for (size_t row = 0; row <= table.rows; row++) {
        for (size_t column = 0; column < table.columns; column++)
            used += write_cell(*text + used, size - used, cell_of(&table, row, column),
                               width_of(&table, column), column == 0);
        used += (size_t)gfn_format(*text + used, size - used, "\n");
    }
    if (table.note)
        gfn_format(*text + used, size - used, "  %s\n", table.note);
    return GFN_OK;
}

/* ---- for programs ---- */

enum { MOST_NAME = 80, OF_FIGURE = 5, OF_OWNER = 4 };

typedef struct object {
    gfn_arena *arena;
    size_t n;
    struct gfn_field *field;
} object;

/* The name OWNER.NAME, or OWNER.NAME.PART. */
static gfn_status name_field(object *o, const char *owner, const char *name, const char *part,
                             const char **made)
{
    char *text;
    GFN_TRY(gfn_arena_take(o->arena, MOST_NAME, 1, &text));
    gfn_format(text, MOST_NAME, "%s.%s%s%s", owner, name, part ? "." : "", part ? part : "");
    *made = text;
    return GFN_OK;
}

static gfn_status add_text(object *o, const char *owner, const char *name, const char *value)
{
    const char *made;
    GFN_TRY(name_field(o, owner, name, NULL, &made));
    o->field[o->n++] = gfn_field_text(made, value);
    return GFN_OK;
}

static gfn_status add_number(object *o, const char *owner, const char *name, double value)
{
    const char *made;
    GFN_TRY(name_field(o, owner, name, NULL, &made));
    o->field[o->n++] = gfn_field_number(made, value);
    return GFN_OK;
}

/* The statistics of a group, unless no seed knows the value. */
static gfn_status add_figure(object *o, const char *owner, const char *name,
                             const gfn_figure *figure)
{
    const struct {
        const char *part;
        double value;
    } parts[] = {{"n", (double)figure->n},
                 {"mean", figure->mean},
                 {"standard_error", figure->error},
                 {"min", figure->min},
                 {"max", figure->max}};
    const char *made;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && figure->n > 0; i++) {
        GFN_TRY(name_field(o, owner, name, parts[i].part, &made));
        o->field[o->n++] = i == 0 ? gfn_field_int(made, (int64_t)figure->n)
                                  : gfn_field_number(made, parts[i].value);
    }
    return GFN_OK;
}

/* As in sweep.json, statistics of errors are those of their absolute values. */
static gfn_status add_figures(object *o, const char *owner, const gfn_group *group)
{
    const gfn_figure trajectories = gfn_figure_of_trajectories(group);
    GFN_TRY(add_figure(o, owner, "trajectories", &trajectories));
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        const gfn_figure figure = gfn_figure_of(group, i);
        char name[40];
        gfn_format(name, sizeof name, "%s%s", metric->is_signed ? "abs_" : "", metric->name);
        if (metric->shown & GFN_IN_COMPARISON)
            GFN_TRY(add_figure(o, owner, name, &figure));
    }
    return GFN_OK;
}

static gfn_status add_run(object *o, const char *owner, const gfn_portrait *run)
{
    const char *made;
    GFN_TRY(add_text(o, owner, "directory", run->name));
    GFN_TRY(name_field(o, owner, "seed", NULL, &made));
    o->field[o->n++] = gfn_field_int(made, gfn_options_int(run->options, "seed"));
    GFN_TRY(add_number(o, owner, "trajectories", run->trajectories_done));
    for (size_t i = 0; i < gfn_metric_count(); i++)
        if (gfn_metric_of(i)->shown & GFN_IN_COMPARISON)
            GFN_TRY(add_number(o, owner, gfn_metric_of(i)->name, run->metric[i]));
    return GFN_OK;
}

static gfn_status add_group(object *o, const gfn_group *group, size_t number)
{
    char owner[64];
    const char *made;
    gfn_format(owner, sizeof owner, "groups.%zu", number);
    GFN_TRY(add_text(o, owner, "label", group->label));
    GFN_TRY(name_field(o, owner, "seeds", NULL, &made));
    o->field[o->n++] = gfn_field_int(made, (int64_t)group->n);
    GFN_TRY(add_figures(o, owner, group));
    for (size_t i = 0; i < group->n; i++) {
        gfn_format(owner, sizeof owner, "groups.%zu.runs.%zu", number, i + 1);
        GFN_TRY(add_run(o, owner, group->run[i]));
    }
    return GFN_OK;
}

gfn_status gfn_figures_json(gfn_arena *arena, const gfn_groups *groups, const char *picture,
                            char **text)
{
    const size_t figures = OF_FIGURE * (gfn_metric_count() + 1);
    const size_t most = 1 + (groups->n + groups->n_runs) * (OF_OWNER + figures);
    object o = {.arena = arena};
    char *made = NULL;
    size_t n;
    GFN_TRY(gfn_arena_take(arena, most, sizeof *o.field, &o.field));
    o.field[o.n++] = gfn_field_text("picture", picture);
    for (size_t i = 0; i < groups->n; i++)
        GFN_TRY(add_group(&o, &groups->group[i], i + 1));
    GFN_TRY(gfn_json_text(o.field, o.n, 0, &made, &n));
    gfn_status status = gfn_arena_take(arena, n + 1, 1, text);
    if (status == GFN_OK)
        memcpy(*text, made, n);
    gfn_release(&made);
    return status;
}
