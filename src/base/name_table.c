/* SPDX-License-Identifier: MIT */
#include "base/name_table.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"

enum { MEASURED = 63 }; /* bytes that gfn_parse_distance() compares */

void gfn_nearest_offer(struct gfn_nearest *nearest, const char *name, size_t length)
{
    char word[MEASURED + 1];
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    const size_t typed = strlen(nearest->text);
    const bool is_prefix = typed > 0 && strncmp(word, nearest->text, typed) == 0;
    const size_t distance = is_prefix ? 0 : gfn_parse_distance(word, nearest->text);
    if (nearest->name != NULL && distance >= nearest->distance)
        return;
    nearest->name = name;
    nearest->length = length;
    nearest->distance = distance;
}

struct gfn_hint gfn_nearest_hint(const struct gfn_nearest *nearest)
{
    static const char list[] = "gfn-dist --help";
    if (nearest->name != NULL && 2 * nearest->distance <= strnlen(nearest->text, MEASURED))
        return (struct gfn_hint){nearest->name, (int)nearest->length};
    return (struct gfn_hint){list, sizeof list - 1};
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
    struct gfn_nearest nearest = {.text = text};
    char known[512];
    size_t used = 0;
    const char *name;
    for (*index = 0; (name = name_at(*index)) != NULL; ++*index) {
        if (strcmp(name, text) == 0)
            return GFN_OK;
        gfn_nearest_offer(&nearest, name, strlen(name));
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", *index ? ", " : "",
                                     name);
    }
    if (used < sizeof known)
        snprintf(known + used, sizeof known - used, "%s", others);
    return gfn_refuse_name(what, known, &nearest);
}

bool gfn_is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}
