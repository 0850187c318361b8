/* SPDX-License-Identifier: MIT */
#include "io/fields.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/file.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The end of the line that begins at `at`; line ends inside quotes do not count. */
static size_t find_end(const gfn_fields *f, size_t at)
{
    bool is_quoted = false;
    for (; at < f->size; at++) {
        if (f->separator && f->bytes[at] == '"')
            is_quoted = !is_quoted;
        if (f->bytes[at] == '\n' && !is_quoted)
            return at;
    }
    return at;
}

/* A tab outside quotes decides. */
static char find_separator(const gfn_fields *f)
{
    bool is_quoted = false;
    for (size_t at = f->at; at < f->size && (is_quoted || f->bytes[at] != '\n'); at++) {
        if (f->bytes[at] == '"')
            is_quoted = !is_quoted;
        if (f->bytes[at] == '\t' && !is_quoted)
            return '\t';
    }
    return ',';
}

static bool is_ignored(const gfn_fields *f)
{
    size_t at = f->at;
    while (at < f->size && is_blank(f->bytes[at]))
        at++;
    return at == f->size || f->bytes[at] == '\n' || f->bytes[at] == '#';
}

static void skip_line(gfn_fields *f)
{
    while (f->at < f->size && f->bytes[f->at] != '\n')
        f->at++;
    f->at += f->at < f->size;
    f->line++;
}

gfn_status gfn_fields_open(const char *path, size_t most, enum gfn_separator separator,
                           gfn_fields *f)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    *f = (gfn_fields){.path = path};
    GFN_TRY(gfn_file_read(path, most, &f->bytes, &f->size));
    if (gfn_is_gzip(f->bytes, f->size))
        GFN_TRY(gfn_gunzip(path, most, &f->bytes, &f->size));
    if (strncmp(f->bytes, byte_order_mark, 3) == 0)
        f->at = 3;
    while (f->at < f->size && is_ignored(f))
        skip_line(f);
    f->separator = separator == GFN_WHOLE_LINES ? '\0' : find_separator(f);
    return GFN_OK;
}

void gfn_fields_close(gfn_fields *f)
{
    gfn_release(&f->bytes);
    gfn_release(&f->field);
}

static gfn_status add_field(gfn_fields *f, char *text)
{
    GFN_TRY(gfn_grow("fields", f->n + 1, sizeof *f->field, &f->room, &f->field));
    f->field[f->n++] = text;
    return GFN_OK;
}

/* Remove blanks around the text and, if it is a field of several, its quotes, in place. */
static void trim(char *text, bool is_field)
{
    char *from = text, *to = text;
    while (is_blank(*from))
        from++;
    if (*from != '"' || !is_field) {
        const size_t n = strlen(from);
        memmove(text, from, n + 1);
        for (to = text + n; to > text && is_blank(to[-1]);)
            *--to = '\0';
        return;
    }
    for (from++; *from != '\0' && (*from != '"' || from[1] == '"'); from++) {
        from += *from == '"';
        *to++ = *from;
    }
    *to = '\0';
}

/* Divide the line that ends at `end`. */
static gfn_status divide(gfn_fields *f, size_t end)
{
    bool is_quoted = false;
    char *begin = f->bytes + f->at;
    for (size_t at = f->at; at <= end; at++) {
        char *c = f->bytes + at;
        if (at < end && f->separator && *c == '"')
            is_quoted = !is_quoted;
        if (at < end && (*c != f->separator || is_quoted))
            continue;
        *c = '\0';
        GFN_TRY(add_field(f, begin));
        begin = c + 1;
    }
    for (size_t i = 0; i < f->n; i++)
        trim(f->field[i], f->separator != '\0');
    return GFN_OK;
}

static int64_t count_lines(const gfn_fields *f, size_t end)
{
    int64_t lines = 1;
    for (size_t at = f->at; at < end; at++)
        lines += f->bytes[at] == '\n';
    return lines;
}

static gfn_status check_line(const gfn_fields *f, size_t end)
{
    size_t quotes = 0;
    for (size_t at = f->at; at < end; at++) {
        quotes += f->separator && f->bytes[at] == '"';
        if (f->bytes[at] == '\0')
            return gfn_fail(GFN_EDATA,
                            "%s: line %lld: expected text, found a byte 0 (hint: save it as UTF-8)",
                            f->path, (long long)f->line + 1);
    }
    if (quotes % 2 == 0)
        return GFN_OK;
    return gfn_fail(GFN_EDATA, "%s: line %lld: expected a second quote, found the end of the file",
                    f->path, (long long)f->line + 1);
}

bool gfn_fields_is_like_number(const char *text)
{
    static const char *const missing[] = {"",    "na",       "n/a",  "nan",
                                          "inf", "infinity", "null", "none"};
    const char *name = text + (text[0] == '-' || text[0] == '+');
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++)
        if (strcasecmp(name, missing[i]) == 0)
            return true;
    /* Also one that is too large, 1e999. */
    return strspn(text, "0123456789+-.eE") == strlen(text) && strpbrk(text, "0123456789");
}

const char *gfn_fields_other_separator(const gfn_fields *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (strchr(f->field[i], ';'))
            return "semicolons";
    return f->n == 1 && strpbrk(f->field[0], " \t") ? "blanks" : NULL;
}

gfn_status gfn_fields_next(gfn_fields *f)
{
    f->n = 0;
    while (f->at < f->size && is_ignored(f))
        skip_line(f);
    if (f->at >= f->size)
        return GFN_OK;
    const size_t end = find_end(f, f->at);
    const int64_t lines = count_lines(f, end);
    GFN_TRY(check_line(f, end));
    GFN_TRY(divide(f, end));
    f->line += lines;
    f->at = end + 1;
    return GFN_OK;
}
