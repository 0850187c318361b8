/* SPDX-License-Identifier: MIT */
#include "summary/marginals_picture.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/folder.h"
#include "plot/picture.h"

/* Limits: rows and columns of a map, columns of values that are shown, maps and images. */
enum { MOST_NAMES = 512, MOST_COLUMNS = 3, MOST_CORNERS = 8, TEXT = 160 };

/* Different names, in the order in which they appear first. */
typedef struct names {
    size_t n;
    const char **name; /* [MOST_NAMES] */
} names;

typedef struct sketch {
    gfn_arena *arena;
    const gfn_run *run;
    const gfn_env_marginals *named;
    const gfn_marginals *m;
    char title[GFN_PICTURE_LINES][TEXT];
    gfn_corner corner[MOST_CORNERS];
    gfn_panel panel[GFN_PICTURE_CURVES];
    gfn_series series[GFN_PICTURE_CURVES][2];
    gfn_panel plain;
    gfn_picture picture;
} sketch;

static gfn_status copy_text(sketch *s, const char *text, size_t n, const char **copy)
{
    char *made;
    GFN_TRY(gfn_arena_take(s->arena, n + 1, 1, &made));
    memcpy(made, text, n);
    made[n] = '\0';
    *copy = made;
    return GFN_OK;
}

/* ---- names of rows ---- */

/* The next name of a row, "A" or "\"a, b\"", without its quotes. Returns what follows. */
static gfn_status next_name(sketch *s, const char **at, const char **name)
{
    const char *from = *at;
    const bool is_quoted = *from == '"';
    size_t n = is_quoted ? strcspn(from + 1, "\"") : strcspn(from, ",");
    GFN_TRY(copy_text(s, from + is_quoted, n, name));
    from += n + (is_quoted ? 2 : 0);
    *at = from + (*from == ',');
    return GFN_OK;
}

/* The place of a name, which is added if it is new; MOST_NAMES: there are too many. */
static size_t place_of(names *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->name[i], name) == 0)
            return i;
    if (all->n == MOST_NAMES)
        return MOST_NAMES;
    all->name[all->n] = name;
    return all->n++;
}

typedef struct places {
    names side[2];
    size_t *place[2]; /* [rows] */
    bool is_map;      /* every row has two names, and there are not too many */
} places;

/* If rows and columns have the same names, both get the order of the rows. */
static void share_order(size_t rows, places *p)
{
    const names *down = &p->side[0], *right = &p->side[1];
    size_t place[MOST_NAMES];
    for (size_t i = 0; i < right->n; i++) {
        for (place[i] = 0; place[i] < down->n; place[i]++)
            if (strcmp(down->name[place[i]], right->name[i]) == 0)
                break;
        if (place[i] == down->n || down->n != right->n)
            return;
    }
    for (size_t row = 0; row < rows; row++)
        p->place[1][row] = place[p->place[1][row]];
    p->side[1] = p->side[0];
}

static gfn_status find_places(sketch *s, places *p)
{
    char key[1024];
    const char *name;
    for (int k = 0; k < 2; k++) {
        GFN_TRY(gfn_arena_take(s->arena, MOST_NAMES, sizeof(char *), &p->side[k].name));
        GFN_TRY(gfn_arena_take(s->arena, s->m->rows, sizeof(size_t), &p->place[k]));
    }
    p->is_map = strchr(s->named->keys, ',') != NULL;
    for (size_t row = 0; row < s->m->rows && p->is_map; row++) {
        const char *at = key;
        s->named->key(s->run->env->world, (int64_t)row, key, sizeof key);
        for (int k = 0; k < 2 && p->is_map; k++) {
            GFN_TRY(next_name(s, &at, &name));
            p->place[k][row] = place_of(&p->side[k], name);
            p->is_map = p->place[k][row] < MOST_NAMES;
        }
        p->is_map = p->is_map && *at == '\0';
    }
    if (p->is_map)
        share_order(s->m->rows, p);
    return GFN_OK;
}

/* Word k of "edge,path,markov_blanket". */
static gfn_status word_of(sketch *s, const char *words, size_t k, const char **word)
{
    for (; k > 0 && *words; k--) {
        words += strcspn(words, ",");
        words += *words == ',';
    }
    return copy_text(s, words, strcspn(words, ","), word);
}

/* "10000 samples", or what is better known. */
static const char *source_of(sketch *s)
{
    char text[64];
    const char *copy = "";
    if (s->m->policy)
        return "policy, exact";
    gfn_format(text, sizeof text, "%lld sample%s", (long long)s->m->n, gfn_plural(s->m->n));
    return copy_text(s, text, strlen(text), &copy) == GFN_OK ? copy : "samples";
}

/* ---- maps ---- */

static gfn_status add_map(sketch *s, const places *p, const double *values, size_t column,
                          const char *source)
{
    gfn_corner *corner = &s->corner[s->picture.n_corners];
    const size_t rows = p->side[0].n, columns = p->side[1].n;
    const char *what;
    char text[TEXT];
    double *value;
    GFN_TRY(gfn_arena_take(s->arena, rows * columns, sizeof *value, &value));
    for (size_t row = 0; row < s->m->rows; row++) {
        const double found = values[row * s->m->columns + column];
        value[p->place[0][row] * columns + p->place[1][row]] = found;
        if (isfinite(found))
            s->picture.most = fmax(s->picture.most, found);
    }
    *corner = (gfn_corner){.n_axes = 2};
    GFN_TRY(word_of(s, s->named->columns, column, &what));
    gfn_format(text, sizeof text, "%s (%s)", what, source);
    GFN_TRY(copy_text(s, text, strlen(text), &corner->title));
    for (size_t k = 0; k < 2; k++)
        GFN_TRY(word_of(s, s->named->keys, 1 - k, &corner->axis[k]));
    corner->map[0] = (gfn_map){.rows = rows,
                               .columns = columns,
                               .value = value,
                               .extent = {(double)rows, (double)columns},
                               .label = {p->side[0].name, p->side[1].name}};
    s->picture.n_corners++;
    return GFN_OK;
}

static gfn_status add_maps(sketch *s, const places *p)
{
    const double *found = gfn_marginals_best(s->m);
    const size_t columns = s->m->columns < MOST_COLUMNS ? s->m->columns : MOST_COLUMNS;
    for (size_t k = 0; k < columns; k++)
        GFN_TRY(add_map(s, p, found, k, source_of(s)));
    for (size_t k = 0; s->m->target && k < columns; k++)
        GFN_TRY(add_map(s, p, s->m->target, k, "target"));
    s->picture.scale_name = "probability, or mean";
    gfn_format(s->title[1], TEXT, "rows: %s; columns: %s", s->corner[0].axis[1],
               s->corner[0].axis[0]);
    return GFN_OK;
}

/* ---- profiles and histograms ---- */

static gfn_status add_series(sketch *s, gfn_series *series, size_t n, double first, double step)
{
    double *x, *y;
    GFN_TRY(gfn_arena_take(s->arena, n, sizeof *x, &x));
    GFN_TRY(gfn_arena_take(s->arena, n, sizeof *y, &y));
    for (size_t i = 0; i < n; i++)
        x[i] = first + (double)i * step;
    *series = (gfn_series){.n = n, .x = x, .y = y};
    return GFN_OK;
}

static gfn_status add_profile(sketch *s)
{
    const double *from[2] = {gfn_marginals_best(s->m), s->m->target};
    const size_t n = s->m->rows;
    for (size_t k = 0; k < 2 && from[k]; k++) {
        double *y;
        GFN_TRY(add_series(s, &s->series[0][k], n, 0, 1));
        GFN_TRY(gfn_arena_take(s->arena, n, sizeof *y, &y));
        for (size_t i = 0; i < n; i++)
            y[i] = from[k][i * s->m->columns];
        s->series[0][k].y = y;
        s->series[0][k].name = k == 0 ? source_of(s) : "target";
        s->series[0][k].style = k == 0 ? 0 : -1;
        s->plain.n = k + 1;
    }
    s->plain.series = s->series[0];
    s->plain.is_cells = true;
    s->plain.level = s->plain.shift = NAN;
    GFN_TRY(word_of(s, s->named->columns, 0, &s->plain.title));
    GFN_TRY(word_of(s, s->named->keys, 0, &s->plain.x_name));
    s->picture.plain = &s->plain;
    return GFN_OK;
}

static gfn_status add_histogram(sketch *s, size_t row)
{
    const gfn_quantity *q = &s->run->quantities.quantity[row];
    gfn_panel *panel = &s->panel[row];
    char key[TEXT];
    *panel = (gfn_panel){.x_name = "value", .level = NAN, .shift = NAN, .series = s->series[row]};
    for (size_t k = 0; k < (s->run->quantities.has_target ? 2 : 1); k++) {
        const double *share = k == 0 ? q->sampled : q->target;
        gfn_series *series = &s->series[row][k];
        double *y;
        GFN_TRY(add_series(s, series, q->bins, q->first, q->width));
        GFN_TRY(gfn_arena_take(s->arena, q->bins, sizeof *y, &y));
        memcpy(y, share, q->bins * sizeof *y);
        series->y = y;
        series->name = k == 0 ? "samples" : "target";
        series->style = k == 0 ? 0 : -1;
        panel->n = k + 1;
    }
    s->named->key(s->run->env->world, (int64_t)row, key, sizeof key);
    return copy_text(s, key, strlen(key), &panel->title);
}

static gfn_status add_image(sketch *s, size_t i)
{
    const int64_t *axis = s->run->env->spec.image_axis;
    gfn_corner *corner = &s->corner[i];
    char text[TEXT];
    *corner = (gfn_corner){.n_axes = 2, .axis = {"", ""}};
    corner->map[0] = (gfn_map){.rows = (size_t)axis[0],
                               .columns = (size_t)axis[1],
                               .value = s->run->quantities.image + i * (size_t)(axis[0] * axis[1]),
                               .extent = {(double)axis[0], (double)axis[1]}};
    gfn_format(text, sizeof text, "sample %zu", i);
    return copy_text(s, text, strlen(text), &corner->title);
}

static gfn_status add_histograms(sketch *s)
{
    for (size_t i = 0; i < s->run->quantities.n_images; i++)
        GFN_TRY(add_image(s, i));
    s->picture.n_corners = s->run->quantities.n_images;
    s->picture.most = 1;
    s->picture.scale_name = "from the least value to the largest";
    for (size_t row = 0; row < s->m->rows && row < GFN_PICTURE_CURVES; row++) {
        GFN_TRY(add_histogram(s, row));
        s->picture.n_curves++;
    }
    gfn_format(s->title[1], TEXT, "histograms of %lld sample%s", (long long)s->m->n,
               gfn_plural(s->m->n));
    return GFN_OK;
}

/* ---- the picture ---- */

static gfn_status fill(sketch *s, bool *is_empty)
{
    places p = {.is_map = false};
    gfn_format(s->title[0], TEXT, "%s: %s", s->run->env->ops->name, s->named->name);
    s->picture.corner = s->corner;
    s->picture.curve = s->panel;
    for (int i = 0; i < 2; i++)
        s->picture.title[i] = s->title[i];
    if (s->run->quantities.n > 0)
        return add_histograms(s);
    GFN_TRY(find_places(s, &p));
    if (p.is_map)
        return add_maps(s, &p);
    *is_empty = strchr(s->named->keys, ',') != NULL;
    return *is_empty ? GFN_OK : add_profile(s);
}

gfn_status gfn_marginals_picture_save(const gfn_run *run, const char *directory)
{
    bool is_empty = gfn_marginals_best(&run->marginals) == NULL;
    char name[100], *path = NULL;
    sketch *s;
    if (is_empty)
        return GFN_OK;
    GFN_TRY(gfn_allocate("picture", 1, sizeof *s, &s));
    s->run = run;
    s->named = run->env->ops->marginals;
    s->m = &run->marginals;
    gfn_status status = gfn_arena_create(&s->arena);
    if (status == GFN_OK)
        status = fill(s, &is_empty);
    gfn_format(name, sizeof name, "%.80s.png", s->named->name);
    if (status == GFN_OK && !is_empty)
        status = gfn_folder_path(directory, name, &path);
    if (path)
        status = gfn_picture_save(&s->picture, path, NULL);
    gfn_release(&path);
    gfn_arena_destroy(&s->arena);
    gfn_release(&s);
    return status;
}
