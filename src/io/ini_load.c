/* SPDX-License-Identifier: MIT
 *
 * inih splits lines into names and values. It reports no line numbers and cuts long lines silently,
 * so read_line() feeds it line by line, counts lines and checks their lengths. To inih an indented
 * line continues the value above. Here that is an error unless both values are quoted, because a
 * name indented by mistake must not become part of a value.
 */
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"
#include "io/ini.h"

/* State of one parse. */
struct reader {
    struct gfn_ini *ini;
    const char *at, *end; /* text that is not read yet */
    int line;             /* number of the line that was read last */
    bool is_indented;     /* it begins with a blank */
    bool is_quoted;       /* the last value was quoted */
    char *free;           /* free space in the pool */
    gfn_status status;    /* of the first line that is wrong */
};

static gfn_status reject(struct reader *reader, const char *what)
{
    reader->status = gfn_fail(GFN_EINVAL, "%s:%d: %s", reader->ini->source, reader->line, what);
    return reader->status;
}

/* The fgets() of inih: one line without its newline; NULL at the end or after an error. */
static char *read_line(char *line, int size, void *stream)
{
    struct reader *reader = stream;
    if (reader->status != GFN_OK || reader->at == reader->end)
        return NULL;
    const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    const char *end = newline ? newline : reader->end;
    size_t n = (size_t)(end - reader->at);
    reader->line++;
    if (n > 0 && reader->at[0] != ' ' && reader->at[0] != '\t' && !strchr(";#", reader->at[0]) &&
        memchr(reader->at, '=', n) == NULL && (size < 2 || n > (size_t)size - 2)) {
        reject(reader, "expected name = value, found no '='");
        return NULL;
    }
    if (size < 2 || n > (size_t)size - 2) {
        reject(reader, "the line is too long (hint: continue a quoted value on the next line)");
        return NULL;
    }
    memcpy(line, reader->at, n);
    line[n] = '\0';
    reader->at = newline ? newline + 1 : end;
    size_t blanks = strspn(line, " \t\v\f\r");
    reader->is_indented = blanks > 0;
    if (line[blanks] == '[') {
        reject(reader, "expected name = value, found a section (hint: leave sections out)");
        return NULL;
    }
    return line;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that the escape sequence at *at stands for, '\0' if it is invalid; *at moves to its last
 * character. */
static char read_escape(const char **at)
{
    const char *text = *at;
    if (text[1] == '\\' || text[1] == '"') {
        *at = text + 1;
        return text[1];
    }
    if (text[1] != 'x' || hex_digit(text[2]) < 0 || hex_digit(text[3]) < 0)
        return '\0';
    *at = text + 3;
    return (char)(hex_digit(text[2]) * 16 + hex_digit(text[3]));
}

/* Copy the text between the quotes to `out`, which has room for it; false if it is malformed. */
static bool unquote(const char *text, char *out)
{
    for (text++; *text != '"'; text++) {
        *out = *text == '\\' ? read_escape(&text) : *text;
        if (*out++ == '\0')
            return false;
    }
    *out = '\0';
    return text[1] == '\0';
}

static gfn_status add_value(struct reader *reader, const char *value)
{
    reader->is_quoted = value[0] == '"';
    if (!reader->is_quoted)
        strcpy(reader->free, value);
    else if (!unquote(value, reader->free))
        return reject(reader, "expected \"text\" with \\\" \\\\ or \\xHH at most, found another "
                              "use of \" or \\ (hint: a ; after a blank ends a line, write \\x3b)");
    reader->free += strlen(reader->free) + 1;
    return GFN_OK;
}

static gfn_status add_line(struct reader *reader, const char *name, const char *value)
{
    if (reader->is_indented && reader->ini->n > 0) {
        if (!reader->is_quoted || value[0] != '"')
            return reject(reader, "expected name = value at the start of the line, found a blank");
        reader->free--; /* overwrite the '\0' of the value that continues */
        return add_value(reader, value);
    }
    struct gfn_ini_entry *entry = &reader->ini->entries[reader->ini->n++];
    *entry = (struct gfn_ini_entry){reader->free, NULL, reader->line};
    strcpy(reader->free, name);
    reader->free += strlen(name) + 1;
    entry->value = reader->free;
    return name[0] == '\0' ? reject(reader, "expected name = value, found no name")
                           : add_value(reader, value);
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
    struct reader *reader = user;
    (void)section; /* read_line() rejects sections */
    return value != NULL && reader->status == GFN_OK && add_line(reader, name, value) == GFN_OK;
}

static int compare_names(const void *left, const void *right)
{
    const struct gfn_ini_entry *const *a = left, *const *b = right;
    int order = strcmp((*a)->name, (*b)->name);
    return order ? order : (*a)->line - (*b)->line;
}

static gfn_status check_names(const struct gfn_ini *ini)
{
    const struct gfn_ini_entry **sorted;
    gfn_status status = gfn_allocate(ini->source, ini->n, sizeof *sorted, &sorted);
    if (status != GFN_OK)
        return status;
    for (size_t i = 0; i < ini->n; i++)
        sorted[i] = &ini->entries[i];
    qsort(sorted, ini->n, sizeof *sorted, compare_names);
    for (size_t i = 1; i < ini->n && status == GFN_OK; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            status = gfn_fail(GFN_EINVAL, "%s:%d: \"%.100s\" is set already in line %d",
                              ini->source, sorted[i]->line, sorted[i]->name, sorted[i - 1]->line);
    gfn_release(&sorted);
    return status;
}

/* The pool has room for all names and values: with a '\0' each they are not longer than their
 * lines. */
static gfn_status allocate(struct gfn_ini *ini, const char *text, size_t n, const char *source)
{
    size_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    GFN_TRY(gfn_allocate("source", strlen(source) + 1, 1, &ini->source));
    strcpy(ini->source, source);
    GFN_TRY(gfn_allocate(source, lines, sizeof *ini->entries, &ini->entries));
    return gfn_allocate(source, n + 2, 1, &ini->pool);
}

static gfn_status parse(struct gfn_ini *ini, const char *text, size_t n)
{
    struct reader reader = {.ini = ini, .at = text, .end = text + n, .free = ini->pool};
    int error = ini_parse_stream(read_line, &reader, handle, &reader);
    if (error < 0)
        return gfn_fail(GFN_ENOMEM, "%s: no memory", ini->source);
    if (error > 0 && (reader.status == GFN_OK || error < reader.line)) {
        reader.line = error;
        return reject(&reader, "expected name = value, found no '='");
    }
    GFN_TRY(reader.status);
    return check_names(ini);
}

/* First bytes of text in other encodings, with a byte order mark or without: then the first
 * characters are ASCII, '?' below. Shells and editors of Windows write UTF-16. */
static const struct {
    const char *name, *bytes;
    size_t n;
} encodings[] = {
    {"UTF-32", "\xff\xfe\0\0", 4}, {"UTF-32", "\0\0\xfe\xff", 4}, {"UTF-16", "\xff\xfe", 2},
    {"UTF-16", "\xfe\xff", 2},     {"UTF-32LE", "?\0\0\0", 4},    {"UTF-32BE", "\0\0\0?", 4},
    {"UTF-16LE", "?\0?\0", 4},     {"UTF-16BE", "\0?\0?", 4},
};

static bool begins_with(const char *text, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '?' ? text[i] == '\0' : text[i] != bytes[i])
            return false;
    return true;
}

static gfn_status check_text(const char *text, size_t n, const char *source)
{
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (n >= encodings[i].n && begins_with(text, encodings[i].bytes, encodings[i].n))
            return gfn_fail(GFN_EDATA,
                            "%s: expected text in UTF-8, found %s (hint: iconv -f %s -t UTF-8 OLD "
                            ">NEW)",
                            source, encodings[i].name, encodings[i].name);
    if (memchr(text, '\0', n) != NULL)
        return gfn_fail(GFN_EDATA, "%s: expected text, found a zero byte", source);
    return GFN_OK;
}

gfn_status gfn_ini_parse(const char *text, size_t n, const char *source, struct gfn_ini *ini)
{
    *ini = (struct gfn_ini){0};
    if (n > GFN_INI_LIMIT)
        return gfn_fail(GFN_EDATA, "%s: expected at most %d bytes of options, found %zu", source,
                        GFN_INI_LIMIT, n);
    GFN_TRY(check_text(text, n, source));
    size_t mark = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* byte order mark */
    gfn_status status = allocate(ini, text, n, source);
    if (status == GFN_OK)
        status = parse(ini, text + mark, n - mark);
    if (status != GFN_OK)
        gfn_ini_clear(ini);
    return status;
}

gfn_status gfn_ini_read(const char *path, struct gfn_ini *ini)
{
    char *text;
    size_t n;
    *ini = (struct gfn_ini){0};
    GFN_TRY(gfn_file_read(path, GFN_INI_LIMIT, &text, &n));
    gfn_status status = gfn_ini_parse(text, n, path, ini);
    gfn_release(&text);
    return status;
}

void gfn_ini_clear(struct gfn_ini *ini)
{
    gfn_release(&ini->source);
    gfn_release(&ini->entries);
    gfn_release(&ini->pool);
    ini->n = 0;
}

const char *gfn_ini_find(const struct gfn_ini *ini, const char *name)
{
    for (size_t i = 0; i < ini->n; i++)
        if (strcmp(ini->entries[i].name, name) == 0)
            return ini->entries[i].value;
    return NULL;
}

gfn_status gfn_ini_apply(const struct gfn_ini *ini, gfn_options *options)
{
    char *source;
    size_t size = strlen(ini->source) + 16;
    GFN_TRY(gfn_allocate("source", size, 1, &source));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < ini->n && status == GFN_OK; i++) {
        const struct gfn_ini_entry *entry = &ini->entries[i];
        gfn_format(source, size, "%s:%d", ini->source, entry->line);
        status = gfn_options_set(options, entry->name, entry->value, source);
        if (status != GFN_OK)
            gfn_fail_in(status, "%s: ", source);
    }
    gfn_release(&source);
    return status;
}
