/* SPDX-License-Identifier: MIT */
#include "run/object_field.h"

#include "base/error.h"
#include "base/memory.h"

enum { SHORT = 256 };

static void add(gfn_csv *csv, const char *text, bool is_quoted)
{
    if (is_quoted)
        gfn_csv_text(csv, text);
    else
        gfn_csv_fields(csv, text);
}

gfn_status gfn_csv_object(gfn_csv *csv, const gfn_env *env, const int32_t *object, bool is_quoted)
{
    char short_text[SHORT], *text;
    const size_t n = gfn_env_write(env, object, short_text, sizeof short_text);
    if (n < sizeof short_text) {
        add(csv, short_text, is_quoted);
        return GFN_OK;
    }
    GFN_TRY(gfn_allocate("text of an object", n + 1, 1, &text));
    gfn_env_write(env, object, text, n + 1);
    add(csv, text, is_quoted);
    gfn_release(&text);
    return GFN_OK;
}
