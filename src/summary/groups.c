/* SPDX-License-Identifier: MIT */
#include "summary/groups.h"

#include "base/error.h"
#include "base/name_table.h"

/* Options that do not tell groups apart: a preset only sets others. Topics of those that do not
 * affect the result. */
static const char *const quiet_names[] = {"seed", "preset", NULL};
static const char *const quiet_topics[] = {"Running", "Output", NULL};

static bool is_telling(const gfn_option *option)
{
    return !gfn_is_among(quiet_names, option->name) && !gfn_is_among(quiet_topics, option->topic);
}

static bool has_same_options(const gfn_options *a, const gfn_options *b)
{
    for (size_t i = 0; i < gfn_options_count(a); i++) {
        const gfn_option *row = gfn_options_row(a, i);
        if (is_telling(row) && !gfn_options_is_same(a, b, row->name))
            return false;
    }
    for (size_t i = 0; i < gfn_options_count(b); i++)
        if (!gfn_options_has(a, gfn_options_row(b, i)->name))
            return false;
    return true;
}

static bool has_seed_of(const gfn_group *group, const gfn_portrait *run)
{
    for (size_t i = 0; i < group->n; i++)
        if (gfn_options_is_same(group->run[i]->options, run->options, "seed"))
            return true;
    return false;
}

/* The group of a run; groups->n if it needs a new one. */
static size_t place_of(const gfn_groups *groups, const gfn_portrait *run)
{
    size_t i = 0;
    while (i < groups->n && (!has_same_options(groups->group[i].run[0]->options, run->options) ||
                             has_seed_of(&groups->group[i], run)))
        i++;
    return i;
}

gfn_status gfn_groups_find(gfn_arena *arena, const gfn_portrait *all, size_t n, gfn_groups *groups)
{
    size_t *place; /* of each run */
    *groups = (gfn_groups){.n_runs = n};
    GFN_TRY(gfn_arena_take(arena, n, sizeof *groups->group, &groups->group));
    GFN_TRY(gfn_arena_take(arena, n, sizeof *place, &place));
    for (size_t i = 0; i < n; i++) {
        place[i] = place_of(groups, &all[i]);
        gfn_group *group = &groups->group[place[i]];
        if (place[i] == groups->n) {
            GFN_TRY(gfn_arena_take(arena, n - i, sizeof *group->run, &group->run));
            groups->n++;
        }
        group->run[group->n++] = &all[i];
    }
    return GFN_OK;
}

bool gfn_groups_differ_in(const gfn_groups *groups, const gfn_option *option)
{
    const gfn_options *first = groups->group[0].run[0]->options;
    if (!is_telling(option))
        return false;
    for (size_t i = 1; i < groups->n; i++)
        if (!gfn_options_is_same(first, groups->group[i].run[0]->options, option->name))
            return true;
    return false;
}
