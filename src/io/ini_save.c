/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/name_table.h"
#include "io/file.h"
#include "io/ini.h"

/* Lengths in bytes. inih reads lines of less than 200 bytes. */
enum { MOST_PLAIN = 100, MOST_PART = 120, COMMENT_COLUMN = 32, COLUMNS = 100, MOST_SOURCE = 60 };

static bool is_plain_byte(char c)
{
    return c >= ' ' && c <= '~' && c != ';' && c != '"';
}

static bool is_plain(const char *value)
{
    size_t n = strlen(value);
    for (size_t i = 0; i < n; i++)
        if (!is_plain_byte(value[i]))
            return false;
    return n == 0 || (n <= MOST_PLAIN && value[0] != ' ' && value[n - 1] != ' ');
}

/* Returns the number of columns. */
static int write_byte(FILE *out, char c)
{
    if (is_plain_byte(c) && c != '\\')
        return fprintf(out, "%c", c);
    if (c == '"' || c == '\\')
        return fprintf(out, "\\%c", c);
    return fprintf(out, "\\x%02x", (unsigned)(unsigned char)c);
}

/* Write a quoted value on as many lines as it needs; returns the columns of the last line. */
static int write_quoted(FILE *out, const char *value, int column)
{
    column += fprintf(out, "\"");
    for (; *value != '\0'; value++) {
        if (column >= MOST_PART) {
            fprintf(out, "\"\n");
            column = fprintf(out, "    \"");
        }
        column += write_byte(out, *value);
    }
    return column + fprintf(out, "\"");
}

/* A source as text for one line: of a long one the end, which holds the line number. */
static const char *describe_source(const char *source, char text[MOST_SOURCE + 4])
{
    const size_t n = strlen(source);
    if (n > MOST_SOURCE)
        gfn_format(text, MOST_SOURCE + 4, "...%s", source + n - MOST_SOURCE);
    else
        gfn_format(text, MOST_SOURCE + 4, "%s", source);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            *c = '?';
    return text;
}

static int comment_width(int column)
{
    return column < COMMENT_COLUMN ? COMMENT_COLUMN - column : 1;
}

/* Write "name = value", with the help if it fits into the line. */
static void write_with_help(FILE *out, const gfn_option *row, const char *value)
{
    int column = fprintf(out, "%s =%s", row->name, value[0] ? " " : "");
    bool plain = is_plain(value);
    column = plain ? column + fprintf(out, "%s", value) : write_quoted(out, value, column);
    const char *help = row->help ? row->help : "";
    int width = comment_width(column);
    if (plain && help[0] != '\0' && !strchr(help, '\n') &&
        column + width + 2 + (int)strlen(help) <= COLUMNS)
        fprintf(out, "%*s; %s", width, "", help);
    fprintf(out, "\n");
}

/* Write "name = value" with its source, on the line above if the value is quoted. */
static void write_with_source(FILE *out, const char *name, const char *value, const char *source)
{
    const bool plain = is_plain(value);
    char text[MOST_SOURCE + 4];
    if (!plain)
        fprintf(out, "; %s\n", describe_source(source, text));
    int column = fprintf(out, "%s =%s", name, value[0] ? " " : "");
    if (plain) {
        column += fprintf(out, "%s", value);
        fprintf(out, "%*s; %s", comment_width(column), "", describe_source(source, text));
    } else {
        write_quoted(out, value, column);
    }
    fprintf(out, "\n");
}

static void write_rows(FILE *out, const gfn_options *options, const char *const *skip,
                       enum gfn_ini_comments comments)
{
    const char *topic = NULL;
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const gfn_option *row = gfn_options_row(options, i);
        if (skip && gfn_is_among(skip, row->name))
            continue;
        if (row->topic != NULL && (topic == NULL || strcmp(topic, row->topic) != 0))
            fprintf(out, "%s# %s\n", topic ? "\n" : "", row->topic);
        topic = row->topic;
        const char *value = gfn_options_text(options, row->name);
        if (comments == GFN_INI_SOURCES)
            write_with_source(out, row->name, value, gfn_options_source(options, row->name));
        else
            write_with_help(out, row, value);
    }
}

gfn_status gfn_ini_text(const gfn_options *options, const char *const *skip,
                        enum gfn_ini_comments comments, char **text, size_t *n)
{
    char *made = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&made, &length);
    if (out == NULL)
        return gfn_fail(GFN_ENOMEM, "options: no memory for their text");
    write_rows(out, options, skip, comments);
    bool is_good = !ferror(out);
    is_good = fclose(out) == 0 && is_good;
    gfn_status status = GFN_OK;
    if (!is_good)
        status = gfn_fail(GFN_ENOMEM, "options: no memory for their text");
    else if (length > GFN_INI_LIMIT)
        status = gfn_fail(GFN_EINVAL, "options: expected at most %d bytes of text, found %zu",
                          GFN_INI_LIMIT, length);
    if (status == GFN_OK)
        status = gfn_allocate("options", length + 1, 1, text);
    if (status == GFN_OK) {
        memcpy(*text, made, length);
        *n = length;
    }
    free(made);
    return status;
}

gfn_status gfn_ini_save(const char *path, const gfn_options *options, const char *const *skip)
{
    char *text;
    size_t n;
    GFN_TRY(gfn_ini_text(options, skip, GFN_INI_HELP, &text, &n));
    gfn_status status = gfn_file_replace(path, NULL, text, n);
    gfn_release(&text);
    return status;
}
