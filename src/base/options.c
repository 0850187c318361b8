/* SPDX-License-Identifier: MIT */
#include <gfn/options.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"
#include "base/option_matrices.h"
#include "base/option_types.h"

struct entry {
    const gfn_option *row;
    char *text;
    char *source;
    gfn_option_value value;
    gfn_matrix *matrix; /* of a GFN_OPTION_MATRIX; NULL: not read */
};

struct gfn_options {
    size_t n;
    struct entry *entries;
};

static struct entry *find(const gfn_options *options, const char *name)
{
    for (size_t i = 0; i < options->n; i++)
        if (strcmp(options->entries[i].row->name, name) == 0)
            return &options->entries[i];
    return NULL;
}

static gfn_status reject_name(const gfn_options *options, const char *name)
{
    struct gfn_nearest nearest = {.text = name};
    for (size_t i = 0; i < options->n; i++) {
        const char *other = options->entries[i].row->name;
        gfn_nearest_offer(&nearest, other, strlen(other));
    }
    const struct gfn_hint hint = gfn_nearest_hint(&nearest);
    return gfn_fail(GFN_EINVAL, "expected the name of an option, found \"%.200s\" (hint: %.*s)",
                    name, hint.length, hint.text);
}

/* ---- making and changing a set ---- */

static gfn_status no_memory(void)
{
    return gfn_fail(GFN_ENOMEM, "options: no memory");
}

static gfn_status set_entry(struct entry *entry, const char *text, const char *source)
{
    gfn_option_value checked;
    if (!gfn_option_read(entry->row, text, &checked))
        return gfn_option_reject(entry->row, text);
    if (entry->row->type == GFN_OPTION_FLAG && text[0] != '\0')
        text = checked.flag ? "yes" : "no";
    char *new_text = strdup(text), *new_source = strdup(source);
    if (new_text == NULL || new_source == NULL) {
        free(new_text);
        free(new_source);
        return no_memory();
    }
    free(entry->text);
    free(entry->source);
    gfn_matrix_free(&entry->matrix);
    entry->text = new_text;
    entry->source = new_source;
    entry->value = checked;
    return GFN_OK;
}

/* Skip "./" and "../" at the start of a path, which is relative to `folder`, and cut what they undo
 * from `folder`, which contains no links. */
static const char *skip_dots(const char *path, char *folder)
{
    for (size_t dots; (dots = strspn(path, ".")) > 0 && dots < 3 && path[dots] == '/';) {
        if (dots == 2)
            *strrchr(folder, '/') = '\0';
        if (folder[0] == '\0')
            strcpy(folder, "/");
        path += dots + strspn(path + dots, "/");
    }
    return path;
}

/* Set the absolute path that `path` means in the working directory. */
static gfn_status set_path(struct entry *entry, const char *path, const char *source)
{
    char *folder = getcwd(NULL, 0);
    if (folder == NULL) /* it was removed, or cannot be read: the path means nothing elsewhere */
        return set_entry(entry, path, source);
    path = skip_dots(path, folder);
    const size_t size = strlen(folder) + strlen(path) + 2;
    char *absolute = malloc(size);
    gfn_status status = absolute ? GFN_OK : no_memory();
    if (absolute) {
        gfn_format(absolute, size, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
        status = set_entry(entry, absolute, source);
    }
    free(absolute);
    free(folder);
    return status;
}

static gfn_status set_text(struct entry *entry, const char *text, const char *source)
{
    const bool is_relative = gfn_option_is_path(entry->row) && text[0] != '\0' && text[0] != '/' &&
                             !gfn_option_is_word(entry->row, text);
    return is_relative ? set_path(entry, text, source) : set_entry(entry, text, source);
}

static gfn_status add_row(gfn_options *options, const gfn_option *row)
{
    if (find(options, row->name) != NULL)
        return gfn_fail(GFN_EINVAL, "options: \"%s\" is in the tables twice", row->name);
    struct entry *entry = &options->entries[options->n++];
    entry->row = row;
    return set_text(entry, row->fallback, "default");
}

static gfn_status allocate(size_t n, gfn_options **options)
{
    *options = calloc(1, sizeof **options);
    if (*options == NULL)
        return no_memory();
    (*options)->entries = calloc(n ? n : 1, sizeof *(*options)->entries);
    if ((*options)->entries != NULL)
        return GFN_OK;
    free(*options);
    return no_memory();
}

gfn_status gfn_options_create(const gfn_option *const *tables, size_t n, gfn_options **options)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        for (const gfn_option *row = tables[i]; row->name != NULL; row++)
            rows++;
    gfn_options *made;
    GFN_TRY(allocate(rows, &made));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        for (const gfn_option *row = tables[i]; row->name != NULL && status == GFN_OK; row++)
            status = add_row(made, row);
    if (status != GFN_OK)
        gfn_options_destroy(&made);
    else
        *options = made;
    return status;
}

void gfn_options_destroy(gfn_options **options)
{
    if (*options == NULL)
        return;
    for (size_t i = 0; i < (*options)->n; i++) {
        gfn_matrix_free(&(*options)->entries[i].matrix);
        free((*options)->entries[i].text);
        free((*options)->entries[i].source);
    }
    free((*options)->entries);
    free(*options);
    *options = NULL;
}

gfn_status gfn_options_copy(const gfn_options *from, gfn_options **options)
{
    gfn_options *made;
    GFN_TRY(allocate(from->n, &made));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < from->n && status == GFN_OK; i++) {
        const struct entry *old = &from->entries[i];
        struct entry *new = &made->entries[made->n++];
        new->row = old->row;
        status = set_entry(new, old->text, old->source);
        if (status == GFN_OK && old->matrix)
            status = gfn_matrix_copy(old->matrix, &new->matrix);
    }
    if (status != GFN_OK)
        gfn_options_destroy(&made);
    else
        *options = made;
    return status;
}

gfn_status gfn_options_set(gfn_options *options, const char *name, const char *text,
                           const char *source)
{
    struct entry *entry = find(options, name);
    return entry ? set_text(entry, text, source) : reject_name(options, name);
}

gfn_status gfn_options_parse(gfn_options *options, const char *settings, const char *source)
{
    static const char blanks[] = " \t\r\n";
    char *copy = strdup(settings ? settings : ""), *rest;
    if (copy == NULL)
        return no_memory();
    gfn_status status = GFN_OK;
    char *word = strtok_r(copy, blanks, &rest);
    for (; word != NULL && status == GFN_OK; word = strtok_r(NULL, blanks, &rest)) {
        char *equals = strchr(word, '=');
        if (equals == NULL) {
            status =
                gfn_fail(GFN_EINVAL, "expected name=value, found \"%.200s\" (hint: size=16)", word);
        } else {
            *equals = '\0';
            status = gfn_options_set(options, word, equals + 1, source);
        }
    }
    free(copy);
    return status;
}

/* ---- reading values ---- */

size_t gfn_options_count(const gfn_options *options)
{
    return options->n;
}

const gfn_option *gfn_options_row(const gfn_options *options, size_t index)
{
    return index < options->n ? options->entries[index].row : NULL;
}

bool gfn_options_has(const gfn_options *options, const char *name)
{
    return find(options, name) != NULL;
}

const char *gfn_options_source(const gfn_options *options, const char *name)
{
    const struct entry *entry = find(options, name);
    assert(entry != NULL);
    return entry ? entry->source : NULL;
}

const char *gfn_options_text(const gfn_options *options, const char *name)
{
    const struct entry *entry = find(options, name);
    assert(entry != NULL);
    return entry ? entry->text : NULL;
}

bool gfn_options_is_set(const gfn_options *options, const char *name)
{
    const char *text = gfn_options_text(options, name);
    return text != NULL && text[0] != '\0';
}

bool gfn_options_is_same(const gfn_options *a, const gfn_options *b, const char *name)
{
    const struct entry *x = find(a, name), *y = find(b, name);
    if (x == NULL || y == NULL)
        return x == y;
    if (strcmp(x->text, y->text) == 0)
        return true;
    return x->text[0] != '\0' && y->text[0] != '\0' && x->row->type == y->row->type &&
           gfn_option_is_same(x->row, &x->value, &y->value);
}

static const gfn_option_value *get(const gfn_options *options, const char *name,
                                   gfn_option_type type)
{
    static const gfn_option_value nothing = {.number = NAN};
    const struct entry *entry = find(options, name);
    bool fits = entry != NULL && entry->row->type == type;
    assert(fits);
    return fits ? &entry->value : &nothing;
}

int64_t gfn_options_int(const gfn_options *options, const char *name)
{
    return get(options, name, GFN_OPTION_INT)->integer;
}

double gfn_options_number(const gfn_options *options, const char *name)
{
    return get(options, name, GFN_OPTION_NUMBER)->number;
}

double gfn_options_seconds(const gfn_options *options, const char *name)
{
    return get(options, name, GFN_OPTION_TIME)->number;
}

bool gfn_options_flag(const gfn_options *options, const char *name)
{
    return get(options, name, GFN_OPTION_FLAG)->flag;
}

size_t gfn_options_widths(const gfn_options *options, const char *name, int64_t widths[16])
{
    const gfn_option_value *value = get(options, name, GFN_OPTION_WIDTHS);
    memcpy(widths, value->widths, value->n_widths * sizeof widths[0]);
    return value->n_widths;
}

/* ---- tables ---- */

const gfn_matrix *gfn_options_matrix(const gfn_options *options, const char *name)
{
    const struct entry *entry = find(options, name);
    return entry ? entry->matrix : NULL;
}

gfn_status gfn_options_set_matrix(gfn_options *options, const char *name, const gfn_matrix *matrix)
{
    struct entry *entry = find(options, name);
    gfn_matrix *copy;
    if (entry == NULL)
        return reject_name(options, name);
    if (entry->row->type != GFN_OPTION_MATRIX || entry->text[0] == '\0')
        return gfn_fail(GFN_EINVAL, "%s: expected an option that names a file of numbers, found %s",
                        name, entry->text[0] ? "another type" : "it unset");
    GFN_TRY(gfn_matrix_copy(matrix, &copy));
    gfn_matrix_free(&entry->matrix);
    entry->matrix = copy;
    return GFN_OK;
}
