/* SPDX-License-Identifier: MIT
 *
 * Options as text, for messages between ranks: name and value alternate, each ended by a NUL;
 * `env`, which decides what other options there are, comes first.
 */
#include "run/run.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "run/plugin_trust.h"

static size_t put(char *text, const char *word)
{
    size_t n = strlen(word) + 1;
    if (text)
        memcpy(text, word, n);
    return n;
}

/* Write one row, or only measure it if text is NULL; returns its size. */
static size_t put_row(const gfn_options *options, const char *name, char *text)
{
    size_t n = put(text, name);
    return n + put(text ? text + n : NULL, gfn_options_text(options, name));
}

static gfn_status pack(const gfn_options *options, char **text, size_t *n)
{
    *n = 0;
    if (!gfn_options_has(options, "env"))
        return gfn_fail(GFN_EINVAL,
                        "run: expected options of training, found none named env (hint: "
                        "gfn_run_options_create())");
    for (size_t i = 0; i < gfn_options_count(options); i++)
        *n += put_row(options, gfn_options_row(options, i)->name, NULL);
    GFN_TRY(gfn_allocate("options as text", *n, 1, text));
    size_t used = put_row(options, "env", *text);
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const char *name = gfn_options_row(options, i)->name;
        if (strcmp(name, "env") != 0)
            used += put_row(options, name, *text + used);
    }
    return GFN_OK;
}

static gfn_status unpack(const char *text, size_t n, const gfn_plugin_facts *plugin,
                         gfn_options **options)
{
    const char *end = text + n, *value = text + strlen(text) + 1;
    if (plugin->is_untrusted)
        GFN_TRY(gfn_plugin_open_untrusted(value, &plugin->crc));
    GFN_TRY(gfn_run_options_create(value, options));
    for (const char *name = text; name < end; name = value + strlen(value) + 1) {
        value = name + strlen(name) + 1;
        gfn_status status = gfn_options_set(*options, name, value, "rank 0");
        if (status != GFN_OK) {
            gfn_options_destroy(options);
            return status;
        }
    }
    return GFN_OK;
}

gfn_status gfn_run_share_options(gfn_comm *comm, gfn_status mine, const gfn_options *of_rank_0,
                                 gfn_options **options)
{
    char *text = NULL;
    size_t n = 0;
    gfn_plugin_facts plugin = {0};
    const bool is_root = gfn_comm_rank(comm) == 0;
    if (is_root && mine == GFN_OK)
        mine = pack(of_rank_0, &text, &n);
    if (is_root && mine == GFN_OK)
        plugin = gfn_plugin_facts_of(gfn_options_text(of_rank_0, "env"));
    gfn_status status = gfn_comm_agree(comm, is_root ? mine : GFN_OK);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(comm, &plugin, sizeof plugin);
    if (status == GFN_OK)
        status = gfn_comm_broadcast_array(comm, "options as text", 1, &n, &text);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, unpack(text, n, &plugin, options));
    gfn_release(&text);
    return status;
}
