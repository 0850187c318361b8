/* SPDX-License-Identifier: MIT
 *
 * A picture of one run, or of groups of runs.
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "summary/composition.h"
#include "summary/figures.h"

/* Rows of the table in a picture. */
enum { MOST_ROWS = 40 };

static void title_one(gfn_composition *c)
{
    const gfn_portrait *p = c->groups->group[0].run[0];
    gfn_format(c->title[1], GFN_CAPTION_TEXT, "%s; %s", p->method, p->length);
    c->picture.title[0] = p->env;
    c->picture.title[1] = c->title[1];
    c->picture.title[2] = p->result;
}

/* "9 runs in 3 groups, which differ in lr; tb, hidden 32, ..." */
static gfn_status title_many(gfn_composition *c)
{
    const gfn_groups *groups = c->groups;
    char differences[GFN_CAPTION_TEXT], method[GFN_CAPTION_TEXT], count[80];
    gfn_groups_describe_differences(groups, differences);
    gfn_groups_describe_method(groups, method);
    GFN_TRY(gfn_groups_describe_env(groups, c->title[0]));
    if (groups->n == 1)
        gfn_format(count, sizeof count, "%zu seeds", groups->n_runs);
    else if (groups->n < groups->n_runs)
        gfn_format(count, sizeof count, "%zu runs in %zu groups", groups->n_runs, groups->n);
    else
        gfn_format(count, sizeof count, "%zu runs", groups->n_runs);
    gfn_format(c->title[1], GFN_CAPTION_TEXT, "%s%s%s; %s", count,
               differences[0] ? ", which differ in " : "", differences, method);
    c->picture.title[0] = c->title[0];
    c->picture.title[1] = c->title[1];
    return GFN_OK;
}

static gfn_status compose(gfn_composition *c)
{
    const gfn_table_form form = {.sign = "\xc2\xb1", .most_rows = MOST_ROWS};
    GFN_TRY(gfn_compose_distributions(c));
    GFN_TRY(gfn_compose_curves(c));
    if (c->groups->n_runs == 1) {
        title_one(c);
        return GFN_OK;
    }
    GFN_TRY(title_many(c));
    GFN_TRY(gfn_figures_tabulate(c->arena, c->groups, &form, &c->table));
    c->picture.table = &c->table;
    return GFN_OK;
}

/* Try again for a while if another process is saving the same picture. */
static gfn_status save(const gfn_picture *picture, const char *path, const char *width)
{
    enum { TRIES = 100 };
    gfn_status status = gfn_picture_save(picture, path, width);
    for (int i = 0; i < TRIES && status == GFN_EEXIST; i++) {
        gfn_clock_sleep(0.05);
        status = gfn_picture_save(picture, path, width);
    }
    return status;
}

gfn_status gfn_groups_save(const gfn_groups *groups, const char *path, const char *width)
{
    gfn_composition *c;
    GFN_TRY(gfn_allocate("picture", 1, sizeof *c, &c));
    c->groups = groups;
    gfn_status status = gfn_arena_create(&c->arena);
    if (status == GFN_OK)
        status = compose(c);
    if (status == GFN_OK)
        status = save(&c->picture, path, width);
    gfn_arena_destroy(&c->arena);
    gfn_release(&c);
    return status;
}

gfn_status gfn_portrait_save(const gfn_portrait *portrait, const char *path)
{
    const gfn_portrait *run[] = {portrait};
    gfn_group one = {1, run, ""};
    const gfn_groups groups = {1, 1, &one};
    return gfn_groups_save(&groups, path, NULL);
}
