/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"

bool gfn_parse_integer(const char *text, int64_t *value)
{
    size_t sign = text[0] == '-' || text[0] == '+';
    size_t digits = strspn(text + sign, "0123456789");
    if (digits == 0 || text[sign + digits] != '\0')
        return false;
    errno = 0;
    long long parsed = strtoll(text, NULL, 10);
    if (errno != 0)
        return false;
    *value = parsed;
    return true;
}

bool gfn_parse_number(const char *text, double *value)
{
    size_t length = strlen(text);
    if (length == 0 || strspn(text, "+-.0123456789eE") != length)
        return false;
    char *end;
    bool in_range;
    const double parsed = gfn_format_read(text, &end, &in_range);
    if (!in_range || *end != '\0')
        return false;
    *value = parsed;
    return true;
}

bool gfn_parse_seconds(const char *text, double *value)
{
    static const struct {
        char unit;
        double seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char number[64];
    size_t length = strlen(text);
    if (length == 0 || length >= sizeof number)
        return false;
    memcpy(number, text, length + 1);
    double factor = 1, parsed;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[length - 1] == units[i].unit) {
            factor = units[i].seconds;
            number[length - 1] = '\0';
        }
    }
    if (!gfn_parse_number(number, &parsed) || parsed < 0 || parsed > 1e300)
        return false;
    *value = parsed * factor;
    return true;
}

bool gfn_parse_flag(const char *text, bool *value)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i % 2;
            return true;
        }
    }
    return false;
}

bool gfn_parse_integers(const char *text, size_t max, int64_t *values, size_t *n)
{
    *n = 0;
    if (strcmp(text, "none") == 0)
        return true;
    for (;;) {
        char part[32];
        size_t length = strcspn(text, ",");
        if (*n == max || length >= sizeof part)
            return false;
        memcpy(part, text, length);
        part[length] = '\0';
        if (!gfn_parse_integer(part, &values[*n]))
            return false;
        ++*n;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

/* Read "3" or "0-9", which has `length` bytes. */
static bool read_range(const char *text, size_t length, int64_t *first, int64_t *last)
{
    char part[64];
    if (length >= sizeof part)
        return false;
    memcpy(part, text, length);
    part[length] = '\0';
    char *dash = strchr(part, '-');
    if (dash)
        *dash = '\0';
    return gfn_parse_integer(part, first) && gfn_parse_integer(dash ? dash + 1 : part, last) &&
           *first >= 0 && *last >= *first;
}

static bool is_among(const int64_t *values, size_t n, int64_t value)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] == value)
            return true;
    return false;
}

bool gfn_parse_ranges(const char *text, size_t max, int64_t *values, size_t *n)
{
    *n = 0;
    for (;;) {
        const size_t length = strcspn(text, ",");
        int64_t first, last;
        if (!read_range(text, length, &first, &last) || (uint64_t)(last - first) >= max - *n)
            return false;
        for (int64_t i = first;; i++) {
            if (is_among(values, *n, i))
                return false;
            values[(*n)++] = i;
            if (i == last)
                break;
        }
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t gfn_parse_distance(const char *a, const char *b)
{
    size_t na = strnlen(a, LONGEST), nb = strnlen(b, LONGEST);
    size_t row[LONGEST + 1]; /* distances from a's first i bytes to b's first 0 ... nb */
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[nb];
}
