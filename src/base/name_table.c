/* SPDX-License-Identifier: MIT */
#include "base/name_table.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/parse.h"

enum { MEASURED = 63 }; /* bytes that gfn_parse_distance() compares */

/* Copy a text, cut at MEASURED bytes, in lower case. */
static void copy_lower(const char *text, size_t length, char copy[MEASURED + 1])
{
    gfn_format(copy, MEASURED + 1, "%.*s", (int)length, text);
    for (char *c = copy; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
}

/* Whether the text is the name with letters left out after the first. */
static bool is_abbreviation(const char *text, const char *name)
{
    if (text[0] == '\0' || text[0] != name[0])
        return false;
    for (; *name != '\0' && *text != '\0'; name++)
        text += *text == *name;
    return *text == '\0';
}

static size_t find_distance(const char *text, const char *name)
{
    const size_t typed = strlen(text);
    if (typed > 0 && strncmp(name, text, typed) == 0)
        return 0;
    const size_t distance = gfn_parse_distance(name, text);
    return is_abbreviation(text, name) ? distance / 2 : distance;
}

void gfn_nearest_offer(struct gfn_nearest *nearest, const char *name, size_t length)
{
    char word[MEASURED + 1], text[MEASURED + 1];
    copy_lower(name, length, word);
    copy_lower(nearest->text, strnlen(nearest->text, MEASURED), text);
    const size_t distance = find_distance(text, word);
    if (nearest->name != NULL && distance >= nearest->distance)
        return;
    nearest->name = name;
    nearest->length = length;
    nearest->distance = distance;
}

struct gfn_hint gfn_nearest_hint(const struct gfn_nearest *nearest)
{
    const char *list = nearest->list ? nearest->list : "gfn-dist --help";
    if (nearest->name != NULL && 2 * nearest->distance <= strnlen(nearest->text, MEASURED))
        return (struct gfn_hint){nearest->name, (int)nearest->length};
    return (struct gfn_hint){list, (int)strlen(list)};
}

gfn_status gfn_refuse_name(const char *what, const char *known, const struct gfn_nearest *nearest)
{
    const struct gfn_hint hint = gfn_nearest_hint(nearest);
    return gfn_fail(GFN_EINVAL, "%s: expected one of %s, found \"%.200s\" (hint: %.*s)", what,
                    known, nearest->text, hint.length, hint.text);
}

gfn_status gfn_find_name(const char *what, gfn_name_at *name_at, const char *others,
                         const char *text, size_t *index)
{
    struct gfn_nearest nearest = {.text = text, .list = "gfn-dist list"};
    char known[512];
    size_t used = 0;
    const char *name;
    for (*index = 0; (name = name_at(*index)) != NULL; ++*index) {
        if (strcmp(name, text) == 0)
            return GFN_OK;
        gfn_nearest_offer(&nearest, name, strlen(name));
        if (used < sizeof known)
            used += (size_t)gfn_format(known + used, sizeof known - used, "%s%s",
                                       *index ? ", " : "", name);
    }
    if (used < sizeof known)
        gfn_format(known + used, sizeof known - used, "%s", others);
    return gfn_refuse_name(what, known, &nearest);
}

bool gfn_is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}
