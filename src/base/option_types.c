/* SPDX-License-Identifier: MIT */
#include "base/option_types.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"
#include "base/option_matrices.h"
#include "base/parse.h"

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

bool gfn_option_read(const gfn_option *row, const char *text, gfn_option_value *value)
{
    struct gfn_nearest nearest = {.text = text};
    *value = (gfn_option_value){.number = NAN};
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
    case GFN_OPTION_MATRIX:
        return is_printable(text);
    case GFN_OPTION_WORD:
        return row->choices ? is_choice(row->choices, &nearest) : is_printable(text);
    case GFN_OPTION_WIDTHS:
        if (!gfn_parse_integers(text, GFN_MAX_WIDTHS, value->widths, &value->n_widths))
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

bool gfn_option_is_path(const gfn_option *row)
{
    return row->type == GFN_OPTION_PATH || row->type == GFN_OPTION_MATRIX;
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
    if (row->type == GFN_OPTION_WORD || row->type == GFN_OPTION_FLAG || gfn_option_is_path(row))
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
    gfn_option_value value;
    double number;
    gfn_format(out, size, "%s", text);
    if (row->type == GFN_OPTION_INT && gfn_parse_number(text, &number) && fabs(number) < 0x1p53)
        gfn_format(out, size, "%.0f", number);
    else if (row->type != GFN_OPTION_WIDTHS)
        return false;
    else
        for (char *c = out; *c != '\0'; c++)
            *c = strchr("xX*; ", *c) ? ',' : *c;
    return strcmp(out, text) != 0 && gfn_option_read(row, out, &value) &&
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

gfn_status gfn_option_reject(const gfn_option *row, const char *text)
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
        [GFN_OPTION_MATRIX] = {"a path without control characters", "data.csv"},
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

bool gfn_option_is_same(const gfn_option *row, const gfn_option_value *x, const gfn_option_value *y)
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
    case GFN_OPTION_MATRIX:
    case GFN_OPTION_WORD: /* the caller has compared the texts */
        break;
    }
    return false;
}
