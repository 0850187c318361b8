/* SPDX-License-Identifier: MIT
 *
 * Samples and target of runs: maps, profiles, histograms and points.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "summary/composition.h"

/* The colors of maps reach up to the largest target times this. */
#define HEADROOM 1.25

/* The runs that are considered, and the first one that has what is shown. */
typedef struct selection {
    size_t n;
    gfn_shown *shown;
    const gfn_portrait *first;
} selection;

/* ---- selection ---- */

static bool has_maps(const gfn_portrait *p)
{
    return p->n_axes >= 2;
}

static bool has_profile(const gfn_portrait *p)
{
    return p->n_axes == 1;
}

static bool has_histograms(const gfn_portrait *p)
{
    return p->n_histograms > 0;
}

static bool has_points(const gfn_portrait *p)
{
    return p->points.n > 0;
}

/* The first run of a group that has a distribution. */
static const gfn_portrait *speaker_of(const gfn_group *group)
{
    for (size_t i = 0; i < group->n; i++)
        if (group->run[i]->n_axes > 0 || has_histograms(group->run[i]) || has_points(group->run[i]))
            return group->run[i];
    return group->run[0];
}

/* Each run of the only group, or a run of each group that has a style. */
static gfn_status select_runs(gfn_composition *c, selection *s)
{
    const gfn_groups *groups = c->groups;
    const bool is_alone = groups->n == 1;
    const size_t n = is_alone ? groups->n_runs : groups->n;
    s->first = NULL;
    GFN_TRY(gfn_arena_take(c->arena, n, sizeof *s->shown, &s->shown));
    for (s->n = 0; s->n < n && (is_alone || s->n < GFN_PICTURE_STYLES); s->n++) {
        const gfn_group *group = &groups->group[is_alone ? 0 : s->n];
        gfn_shown *shown = &s->shown[s->n];
        char *name;
        *shown = is_alone ? (gfn_shown){group->run[s->n], NULL, 0}
                          : (gfn_shown){speaker_of(group), group->label, (int)s->n};
        if (!is_alone)
            continue;
        GFN_TRY(gfn_arena_take(c->arena, 64, 1, &name));
        gfn_format(name, 64, "seed %s", gfn_options_text(shown->run->options, "seed"));
        shown->name = name;
    }
    return GFN_OK;
}

static const gfn_portrait *first_with(const selection *s, bool (*has)(const gfn_portrait *p))
{
    for (size_t i = 0; i < s->n; i++)
        if (has(s->shown[i].run))
            return s->shown[i].run;
    return NULL;
}

/* Whether two runs learn the same distribution on the same grid, or have the same environment. */
static bool has_same_target(const gfn_portrait *a, const gfn_portrait *b)
{
    if (a->n_axes != b->n_axes || a->target_crc != b->target_crc)
        return false;
    for (size_t i = 0; a->n_axes > 1 && i < a->n_axes * (a->n_axes - 1) / 2; i++)
        if (a->target.map[i].rows != b->target.map[i].rows ||
            a->target.map[i].columns != b->target.map[i].columns)
            return false;
    return a->target_crc != 0 || strcmp(a->env, b->env) == 0;
}

/* The next run, from *i on, with the target of the first one; NULL: there is none. */
static const gfn_shown *next_like(const selection *s, size_t *i)
{
    while (*i < s->n && s->shown[*i].run != s->first &&
           !has_same_target(s->first, s->shown[*i].run))
        ++*i;
    return *i < s->n ? &s->shown[(*i)++] : NULL;
}

static const char *name_of(const selection *s, const gfn_portrait *run)
{
    size_t i = 0;
    while (s->shown[i].run != run)
        i++;
    return s->shown[i].name;
}

/* Note which runs are shown, if these are not all. */
static void note_selection(gfn_composition *c, const selection *s, size_t shown)
{
    const gfn_groups *groups = c->groups;
    const bool is_alone = groups->n == 1;
    const size_t all = is_alone ? groups->n_runs : groups->n;
    const char *what = is_alone ? "seed" : "group";
    char *text = c->title[2];
    size_t alike = 0, used = 0;
    for (size_t i = 0; next_like(s, &i) != NULL;)
        alike++;
    if (!is_alone && groups->n_runs > groups->n)
        used += (size_t)gfn_format(text, GFN_CAPTION_TEXT, "distributions: one seed per group");
    if (shown < all)
        used +=
            (size_t)gfn_format(text + used, GFN_CAPTION_TEXT - used,
                               alike == s->n ? "%sthe first %zu of %zu %ss" : "%s%zu of %zu %ss",
                               used ? "; " : "distributions: ", shown, all, what);
    if (alike < s->n)
        gfn_format(text + used, GFN_CAPTION_TEXT - used, ", which have the target of %s",
                   name_of(s, s->first));
    if (groups->n_runs > 1 && used > 0)
        c->picture.title[2] = text;
}

/* ---- maps ---- */

static const char *scale_name(const gfn_portrait *p)
{
    if (p->quantity)
        return p->quantity;
    if (p->n_axes > 2)
        return p->cells_in_bin > 1 ? "marginal probability, mean of neighbours"
                                   : "marginal probability";
    return p->cells_in_bin > 1 ? "probability, mean of neighbouring cells" : "probability";
}

/* Add the map of the target, then those of the samples; a single run has its samples first. */
static void add_maps(gfn_composition *c, const selection *s)
{
    gfn_picture *picture = &c->picture;
    const bool is_single = c->groups->n_runs == 1;
    const size_t most = gfn_picture_most_corners(s->first->n_axes);
    const gfn_shown *shown;
    const bool has_target = s->first->has_target;
    double largest = s->first->most_targeted;
    size_t n = 0, i = 0;
    if (!is_single && has_target)
        c->corner[n++] = s->first->target;
    while (n < most && n < GFN_MOST_CORNERS && (shown = next_like(s, &i)) != NULL) {
        c->corner[n] = shown->run->samples;
        if (!is_single)
            c->corner[n].title = shown->name;
        largest = fmax(largest, shown->run->most_sampled);
        n++;
    }
    note_selection(c, s, n - (!is_single && has_target));
    if (is_single && has_target)
        c->corner[n++] = s->first->target;
    picture->most = has_target ? fmin(largest, HEADROOM * s->first->most_targeted) : largest;
    picture->is_clipped = largest > picture->most;
    picture->scale_name = scale_name(s->first);
    picture->n_corners = n;
    picture->corner = c->corner;
}

/* The samples of a single run. */
static void add_tiles(gfn_composition *c)
{
    const gfn_portrait *run = c->groups->group[0].run[0];
    if (c->groups->n_runs > 1)
        return;
    c->picture.tile_title = run->tile_title;
    c->picture.n_tiles = run->n_tiles;
    c->picture.tile = run->tile;
}

/* ---- panels ---- */

static void add_panel(gfn_composition *c, gfn_panel panel)
{
    c->plain[c->picture.n_plain++] = panel;
}

/* A copy of a series in the style that its group has in the table. */
static gfn_series series_of(const gfn_composition *c, const gfn_shown *shown,
                            const gfn_series *series)
{
    gfn_series made = *series;
    made.style = shown->style;
    if (c->groups->n_runs > 1)
        made.name = NULL;
    return made;
}

static gfn_status add_profiles(gfn_composition *c, const selection *s)
{
    gfn_series *series;
    const gfn_shown *shown;
    size_t n = 0;
    GFN_TRY(gfn_arena_take(c->arena, s->n + 1, sizeof *series, &series));
    for (size_t i = 0; (shown = next_like(s, &i)) != NULL;)
        series[n++] = series_of(c, shown, &shown->run->sample_profile);
    note_selection(c, s, n);
    series[n] = s->first->target_profile;
    series[n].style = -1;
    n += s->first->has_target;
    add_panel(c, (gfn_panel){
                     .title = s->first->quantity ? s->first->quantity : "samples and target",
                     .x_name = s->first->cells_in_bin > 1 ? "bin of cells" : s->first->profile_axis,
                     .is_cells = true,
                     .label = s->first->profile_label,
                     .level = NAN,
                     .shift = NAN,
                     .n = n,
                     .series = series});
    return GFN_OK;
}

/* Runs that have the target of the first one. */
static gfn_status add_histograms(gfn_composition *c, const selection *s)
{
    const gfn_shown *shown;
    gfn_shown *alike;
    size_t n = 0;
    GFN_TRY(gfn_arena_take(c->arena, s->n, sizeof *alike, &alike));
    for (size_t i = 0; (shown = next_like(s, &i)) != NULL;)
        alike[n++] = *shown;
    if (s->first->n_axes == 0)
        note_selection(c, s, n);
    return gfn_compose_histograms(c, s->first, n, alike);
}

static gfn_status add_points(gfn_composition *c, const selection *s)
{
    const gfn_portrait *first = s->first;
    const bool is_exact = first && !isnan(first->log_z_true);
    gfn_series *series;
    const gfn_shown *shown;
    size_t n = 0;
    GFN_TRY(gfn_arena_take(c->arena, s->n, sizeof *series, &series));
    for (size_t i = 0; first && (shown = next_like(s, &i)) != NULL;)
        series[n++] = series_of(c, shown, &shown->run->points);
    if (first && first->n_axes == 0 && !has_histograms(first))
        note_selection(c, s, n);
    add_panel(c,
              (gfn_panel){.title = "log p(x) over log R(x)",
                          .x_name = first == NULL ? "log R(x)"
                                    : is_exact    ? "log R(x); dashed: log R(x) - log Z"
                                               : "log R(x); dashed: log R(x) - log Z, as learned",
                          .nothing = "no checkpoint yet, or no samples",
                          .is_points = true,
                          .level = NAN,
                          .shift = !first     ? NAN
                                   : is_exact ? -first->log_z_true
                                              : -first->log_z,
                          .n = n,
                          .series = series});
    return GFN_OK;
}

/* The first run that has maps decides what is shown, or the first that has a profile, and so on. */
gfn_status gfn_compose_distributions(gfn_composition *c)
{
    static bool (*const kinds[])(const gfn_portrait *p) = {has_maps, has_profile, has_histograms,
                                                           has_points};
    selection s;
    GFN_TRY(select_runs(c, &s));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && s.first == NULL; i++)
        s.first = first_with(&s, kinds[i]);
    add_tiles(c);
    if (s.first && has_maps(s.first))
        add_maps(c, &s);
    if (s.first && has_profile(s.first))
        GFN_TRY(add_profiles(c, &s));
    if (s.first && has_histograms(s.first))
        GFN_TRY(add_histograms(c, &s));
    if (s.first == NULL || has_points(s.first))
        GFN_TRY(add_points(c, &s));
    c->picture.plain = c->plain;
    return GFN_OK;
}
