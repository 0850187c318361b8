/* SPDX-License-Identifier: MIT
 *
 * Fuzzes configuration files: entries that can be read are set as options of a run, and options are
 * read back as they were written.
 */
#include "fuzz.h"

#include <gfn/run.h>

#include "io/ini.h"

/* Options whose values may be any text; the second one has help, which is written as a comment. */
static const gfn_option any_rows[] = {
    {"text", GFN_OPTION_WORD, "", 0, 0, NULL, NULL, NULL},
    {"other", GFN_OPTION_WORD, "", 0, 0, NULL, "Texts", "a text with nothing in particular"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* Write `from` and read the text into `to`, which holds the defaults: then they must be equal. */
static void claim_read_back(const gfn_options *from, gfn_options *to)
{
    struct gfn_ini ini;
    char *text;
    size_t n;
    claim(gfn_ini_text(from, NULL, GFN_INI_HELP, &text, &n) == GFN_OK, "%s", gfn_error_message());
    claim(strlen(text) == n, "%zu bytes", n);
    claim(gfn_ini_parse(text, n, "written", &ini) == GFN_OK, "%s", gfn_error_message());
    claim(ini.n == gfn_options_count(from), "%zu entries", ini.n);
    claim(gfn_ini_apply(&ini, to) == GFN_OK, "%s", gfn_error_message());
    for (size_t i = 0; i < ini.n; i++) {
        const char *name = gfn_options_row(from, i)->name;
        claim(strcmp(gfn_options_text(from, name), gfn_options_text(to, name)) == 0,
              "%s was \"%s\", is \"%s\"", name, gfn_options_text(from, name),
              gfn_options_text(to, name));
    }
    gfn_ini_clear(&ini);
    gfn_release(&text);
}

static void try_as_texts(const struct gfn_ini *ini)
{
    const gfn_option *const tables[] = {any_rows};
    for (size_t i = 0; i < ini->n && i < 16; i++) {
        gfn_options *options = NULL, *again = NULL;
        claim(gfn_options_create(tables, 1, &options) == GFN_OK, "%s", gfn_error_message());
        claim(gfn_options_create(tables, 1, &again) == GFN_OK, "%s", gfn_error_message());
        if (gfn_options_set(options, "text", ini->entries[i].value, "input") != GFN_OK)
            claim_refused(GFN_EINVAL);
        gfn_options_set(options, "other", ini->entries[i].name, "input");
        claim_read_back(options, again);
        gfn_options_destroy(&options);
        gfn_options_destroy(&again);
    }
}

static void try_as_run(const struct gfn_ini *ini)
{
    gfn_options *options = NULL, *again = NULL;
    const char *env = gfn_ini_find(ini, "env");
    gfn_status status = gfn_run_options_create(env, &options);
    if (status == GFN_OK)
        status = gfn_ini_apply(ini, options);
    if (status == GFN_OK) {
        claim(gfn_run_options_create(env, &again) == GFN_OK, "%s", gfn_error_message());
        claim_read_back(options, again);
    } else {
        claim_refused(status);
    }
    gfn_options_destroy(&options);
    gfn_options_destroy(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gfn_ini ini;
    const gfn_status status = gfn_ini_parse((const char *)data, n, "input", &ini);
    if (status != GFN_OK) {
        claim_refused(status);
        claim(ini.n == 0 && ini.entries == NULL, "%zu entries", ini.n);
        return 0;
    }
    for (size_t i = 0; i < ini.n; i++)
        claim(gfn_ini_find(&ini, ini.entries[i].name) == ini.entries[i].value, "found another");
    try_as_texts(&ini);
    try_as_run(&ini);
    gfn_ini_clear(&ini);
    return 0;
}
