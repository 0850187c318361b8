/* SPDX-License-Identifier: MIT */
#include "base/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

enum { MEASURED = 63 }; /* bytes that gfn_text_distance() looks at */

void gfn_nearest_offer(struct gfn_nearest *nearest, const char *name, size_t length)
{
    char word[MEASURED + 1];
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    const size_t typed = strlen(nearest->text);
    const bool is_begin = typed > 0 && strncmp(word, nearest->text, typed) == 0;
    const size_t distance = is_begin ? 0 : gfn_text_distance(word, nearest->text);
    if (nearest->name != NULL && distance >= nearest->distance)
        return;
    nearest->name = name;
    nearest->length = length;
    nearest->distance = distance;
}

struct gfn_hint gfn_nearest_hint(const struct gfn_nearest *nearest, const char *list)
{
    if (nearest->name != NULL && 2 * nearest->distance <= strnlen(nearest->text, MEASURED))
        return (struct gfn_hint){nearest->name, (int)nearest->length};
    return (struct gfn_hint){list, (int)strlen(list)};
}

gfn_status gfn_refuse_name(const char *what, gfn_name_at *name_at, const char *text)
{
    struct gfn_nearest nearest = {.text = text};
    char known[512] = "";
    size_t used = 0;
    const char *name;
    for (size_t i = 0; (name = name_at(i)) != NULL; i++) {
        gfn_nearest_offer(&nearest, name, strlen(name));
        if (used < sizeof known)
            used +=
                (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", name);
    }
    const struct gfn_hint hint = gfn_nearest_hint(&nearest, "gfn-dist --help");
    return gfn_fail(GFN_EINVAL, "%s: expected one of %s, found \"%.200s\" (hint: %.*s)", what,
                    known, text, hint.length, hint.text);
}
