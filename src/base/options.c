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
#include "base/parse.h"

enum { MAX_WIDTHS = 16 };

struct value {
    int64_t integer;
    double number;
    bool flag;
    size_t n_widths;
    int64_t widths[MAX_WIDTHS];
};

struct entry {
    const gfn_option *row;
    char *text;
    char *source;
    struct value value;
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

/* ---- checking ---- */

static bool is_within(const gfn_option *row, double x)
{
    return x >= row->min && x <= row->max;
}

/* Compares integers, because a double beyond 2^53 may not be the same number. */
static bool is_integer_within(const gfn_option *row, int64_t x)
{
    return (row->min <= -0x1p63 || x >= (int64_t)ceil(row->min)) &&
           (row->max >= 0x1p63 || x <= (int64_t)floor(row->max));
}

/* Whether nearest->text is one of "a|b|c". If not, all of them have been offered to `nearest`. */
static bool is_choice(const char *choices, struct gfn_nearest *nearest)
{
    for (const char *word = choices;;) {
        size_t n = strcspn(word, "|");
        if (strlen(nearest->text) == n && strncmp(word, nearest->text, n) == 0)
            return true;
        gfn_nearest_offer(nearest, word, n);
        if (word[n] == '\0')
            return false;
        word += n + 1;
    }
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

static bool is_printable(const char *text)
{
    while (*text != '\0' && !is_control(*text))
        text++;
    return *text == '\0';
}

/* Read `text` as a value of the row's type; false if it is not one. */
static bool read_value(const gfn_option *row, const char *text, struct value *value)
{
    struct gfn_nearest nearest = {.text = text};
    *value = (struct value){.number = NAN};
    if (text[0] == '\0')
        return row->fallback[0] == '\0';
    switch (row->type) {
    case GFN_OPTION_INT:
        return gfn_parse_integer(text, &value->integer) && is_integer_within(row, value->integer);
    case GFN_OPTION_NUMBER:
        return (row->choices && is_choice(row->choices, &nearest)) ||
               (gfn_parse_number(text, &value->number) && is_within(row, value->number));
    case GFN_OPTION_TIME:
        return gfn_parse_seconds(text, &value->number) && is_within(row, value->number);
    case GFN_OPTION_FLAG:
        return gfn_parse_flag(text, &value->flag);
    case GFN_OPTION_PATH:
        return is_printable(text);
    case GFN_OPTION_WORD:
        return row->choices ? is_choice(row->choices, &nearest) : is_printable(text);
    case GFN_OPTION_WIDTHS:
        if (!gfn_parse_integers(text, MAX_WIDTHS, value->widths, &value->n_widths))
            return false;
        for (size_t i = 0; i < value->n_widths; i++)
            if (!is_integer_within(row, value->widths[i]))
                return false;
        return true;
    }
    return false;
}

const gfn_option *gfn_option_find(const gfn_option *table, const char *name)
{
    while (table && table->name && strcmp(table->name, name) != 0)
        table++;
    return table && table->name ? table : NULL;
}

/* ---- messages ---- */

void gfn_option_range(const gfn_option *row, char *text, size_t size)
{
    const bool is_whole = row->type == GFN_OPTION_INT || row->type == GFN_OPTION_WIDTHS;
    const double limit = is_whole ? 0x1p63 : HUGE_VAL;
    const bool from = row->min > -limit, to = row->max < limit;
    const char *unit = row->type == GFN_OPTION_TIME ? " seconds" : "";
    char low[400], high[400];
    gfn_format(text, size, "%s", "");
    if (row->type == GFN_OPTION_WORD || row->type == GFN_OPTION_FLAG ||
        row->type == GFN_OPTION_PATH)
        return;
    gfn_format(low, sizeof low, is_whole ? "%.0f" : "%g", row->min);
    gfn_format(high, sizeof high, is_whole ? "%.0f" : "%g", row->max);
    if (from && to)
        gfn_format(text, size, "%s to %s%s", low, high, unit);
    else if (from || to)
        gfn_format(text, size, "at %s %s%s", from ? "least" : "most", from ? low : high, unit);
}

/* " from " or " of ", which go before the range. */
static const char *preposition(const char *range)
{
    if (range[0] == '\0')
        return "";
    return strncmp(range, "at ", 3) == 0 ? " of " : " from ";
}

/* What the user may have meant: 10000 for 1e4, 256,256 for 256x256; false if nothing is known. */
static bool guess(const gfn_option *row, const char *text, char *out, size_t size)
{
    struct value value;
    double number;
    gfn_format(out, size, "%s", text);
    if (row->type == GFN_OPTION_INT && gfn_parse_number(text, &number) && fabs(number) < 0x1p53)
        gfn_format(out, size, "%.0f", number);
    else if (row->type != GFN_OPTION_WIDTHS)
        return false;
    else
        for (char *c = out; *c != '\0'; c++)
            *c = strchr("xX*; ", *c) ? ',' : *c;
    return strcmp(out, text) != 0 && read_value(row, out, &value) &&
           (row->type == GFN_OPTION_WIDTHS || !(fabs((double)value.integer - number) > 0));
}

static void write_hint(const gfn_option *row, const char *example, const char *text, char *out,
                       size_t size)
{
    const bool has_default = row->fallback[0] != '\0';
    if (guess(row, text, out, size))
        return;
    gfn_format(out, size, "%s%s%s", has_default ? "the default is " : "for example ",
               has_default ? row->fallback : example,
               has_default && row->type == GFN_OPTION_TIME ? "; units are s, m, h and d" : "");
}

static gfn_status reject_value(const gfn_option *row, const char *text)
{
    static const struct {
        const char *what, *example;
    } expected[] = {
        [GFN_OPTION_INT] = {"an integer", "16"},
        [GFN_OPTION_NUMBER] = {"a number", "0.5"},
        [GFN_OPTION_WORD] = {"text without control characters", "abc"},
        [GFN_OPTION_WIDTHS] = {"none or up to 16 integers with commas, each", "256,256"},
        [GFN_OPTION_TIME] = {"a time", "90s, 5m, 2h or 1d"},
        [GFN_OPTION_FLAG] = {"yes or no", "yes"},
        [GFN_OPTION_PATH] = {"a path without control characters", "data.npy"},
    };
    const char *words = row->type == GFN_OPTION_NUMBER && row->choices ? row->choices : "";
    char range[900], hint[200];
    if (row->type == GFN_OPTION_WORD && row->choices != NULL) {
        struct gfn_nearest nearest = {.text = text};
        is_choice(row->choices, &nearest);
        return gfn_refuse_name(row->name, row->choices, &nearest);
    }
    gfn_option_range(row, range, sizeof range);
    write_hint(row, expected[row->type].example, text, hint, sizeof hint);
    return gfn_fail(GFN_EINVAL, "%s: expected %s%s%s%s%s, found \"%.200s\" (hint: %s)", row->name,
                    words, words[0] ? " or " : "", expected[row->type].what, preposition(range),
                    range, text, hint);
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
    struct value checked;
    if (!read_value(entry->row, text, &checked))
        return reject_value(entry->row, text);
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
    const bool is_relative =
        entry->row->type == GFN_OPTION_PATH && text[0] != '\0' && text[0] != '/';
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

static bool is_same(const gfn_option *row, const struct value *x, const struct value *y)
{
    switch (row->type) {
    case GFN_OPTION_INT:
        return x->integer == y->integer;
    case GFN_OPTION_NUMBER:
    case GFN_OPTION_TIME:
        return x->number == y->number;
    case GFN_OPTION_WIDTHS:
        return x->n_widths == y->n_widths &&
               memcmp(x->widths, y->widths, x->n_widths * sizeof x->widths[0]) == 0;
    case GFN_OPTION_FLAG:
    case GFN_OPTION_PATH:
    case GFN_OPTION_WORD: /* the caller has compared the texts */
        break;
    }
    return false;
}

bool gfn_options_is_same(const gfn_options *a, const gfn_options *b, const char *name)
{
    const struct entry *x = find(a, name), *y = find(b, name);
    if (x == NULL || y == NULL)
        return x == y;
    if (strcmp(x->text, y->text) == 0)
        return true;
    return x->text[0] != '\0' && y->text[0] != '\0' && x->row->type == y->row->type &&
           is_same(x->row, &x->value, &y->value);
}

static const struct value *get(const gfn_options *options, const char *name, gfn_option_type type)
{
    static const struct value nothing = {.number = NAN};
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
    const struct value *value = get(options, name, GFN_OPTION_WIDTHS);
    memcpy(widths, value->widths, value->n_widths * sizeof widths[0]);
    return value->n_widths;
}
