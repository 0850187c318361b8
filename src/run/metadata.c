/* SPDX-License-Identifier: MIT */
#include "run/metadata.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include <gfn/version.h>

#include "base/error.h"
#include "base/format.h"

enum { BUILD_TEXTS = 5 }; /* texts that gfn_metadata_add_build() adds */

gfn_status gfn_metadata_join(gfn_arena *arena, const char *a, const char *b, char **text)
{
    const size_t size = strlen(a) + strlen(b) + 1;
    GFN_TRY(gfn_arena_take(arena, size, 1, text));
    gfn_format(*text, size, "%s%s", a, b);
    return GFN_OK;
}

gfn_status gfn_metadata_add(gfn_metadata *m, const char *name, const char *value)
{
    char *copy;
    assert(m->n < m->most);
    GFN_TRY(gfn_metadata_join(m->arena, value, "", &copy));
    m->texts[m->n++] = (struct gfn_text){name, copy};
    return GFN_OK;
}

gfn_status gfn_metadata_add_number(gfn_metadata *m, const char *name, uint64_t value)
{
    char digits[32];
    gfn_format(digits, sizeof digits, "%" PRIu64, value);
    return gfn_metadata_add(m, name, digits);
}

gfn_status gfn_metadata_add_crc(gfn_metadata *m, const char *name, uint32_t crc)
{
    char digits[32];
    gfn_format(digits, sizeof digits, "%08" PRIx32, crc);
    return gfn_metadata_add(m, name, digits);
}

gfn_status gfn_metadata_begin(gfn_metadata *m, const gfn_run *run, size_t more)
{
    m->most = BUILD_TEXTS + gfn_options_count(run->options) + more;
    return gfn_arena_take(m->arena, m->most, sizeof *m->texts, &m->texts);
}

gfn_status gfn_metadata_add_build(gfn_metadata *m, const gfn_run *run, const char *format)
{
    GFN_TRY(gfn_metadata_add(m, "format", format));
    GFN_TRY(gfn_metadata_add(m, "version", gfn_version()));
    GFN_TRY(gfn_metadata_add(m, "kernels", gfn_kernels_name()));
    GFN_TRY(gfn_metadata_add_number(m, "iteration", (uint64_t)run->iteration));
    return gfn_metadata_add_crc(m, "params_crc", gfn_run_params_crc(run));
}

gfn_status gfn_metadata_add_options(gfn_metadata *m, const gfn_run *run)
{
    for (size_t i = 0; i < gfn_options_count(run->options); i++) {
        const char *name = gfn_options_row(run->options, i)->name;
        char *full;
        if (gfn_run_option_is_of_job(name))
            continue;
        GFN_TRY(gfn_metadata_join(m->arena, GFN_METADATA_CONFIG, name, &full));
        GFN_TRY(gfn_metadata_add(m, full, gfn_options_text(run->options, name)));
    }
    return GFN_OK;
}
