/* SPDX-License-Identifier: MIT
 *
 * A run's environment as a plug-in: where it is, whose it is, and whether it is still the same.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "train/plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "env/world.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/folder.h"

#define MOST_BYTES ((size_t)100 << 20)

gfn_status gfn_plugin_open(const char *env, char **name, const gfn_env_ops **ops)
{
    char *made = NULL;
    gfn_status status;
    if (gfn_env_is_path(env)) {
        status = gfn_folder_absolute(env, &made);
        if (status != GFN_OK)
            return gfn_fail_in(status, "env: ");
    } else {
        GFN_TRY(gfn_allocate("env", strlen(env) + 1, 1, &made));
        strcpy(made, env);
    }
    status = gfn_env_open(made, ops);
    if (status == GFN_OK)
        *name = made;
    else
        gfn_release(&made);
    return status;
}

static gfn_status read(const char *path, uint32_t *crc, bool *has_symbol)
{
    char *bytes;
    size_t n;
    GFN_TRY(gfn_file_read(path, MOST_BYTES, &bytes, &n));
    *crc = gfn_crc32(0, bytes, n);
    *has_symbol = memmem(bytes, n, GFN_ENV_SYMBOL, sizeof GFN_ENV_SYMBOL) != NULL;
    gfn_release(&bytes);
    return GFN_OK;
}

gfn_status gfn_plugin_check_file(const char *env)
{
    uint32_t crc;
    bool has_symbol;
    if (!gfn_env_is_path(env))
        return GFN_OK;
    if (env[0] != '/')
        return gfn_fail(GFN_EINVAL,
                        "env: expected a plug-in's path from the root on in a file, found "
                        "\"%.300s\" (hint: name it with --env)",
                        env);
    if (!gfn_file_exists(env))
        return gfn_fail(GFN_EIO,
                        "env: expected the plug-in %.300s, found nothing there (hint: --env PATH "
                        "says where it is now)",
                        env);
    if (!gfn_file_is_own(env))
        return gfn_fail(GFN_EIO,
                        "env: expected a plug-in of your own, found that %.300s is no file that "
                        "only you may write; a plug-in runs code (hint: --env %.300s trusts it)",
                        env, env);
    GFN_TRY(read(env, &crc, &has_symbol));
    if (has_symbol)
        return GFN_OK;
    return gfn_fail(
        GFN_EDATA, "env: expected a plug-in with the symbol " GFN_ENV_SYMBOL ", found %.300s", env);
}

/* Ranks whose plug-ins differ would each be right and together train nothing. */
gfn_status gfn_plugin_note(gfn_run *run)
{
    const char *path = gfn_options_text(run->options, "env");
    uint32_t mine = 0, first;
    bool has_symbol;
    run->is_plugin = gfn_env_is_path(path);
    if (!run->is_plugin)
        return GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, read(path, &mine, &has_symbol)));
    first = mine;
    GFN_TRY(gfn_comm_broadcast(run->comm, &first, sizeof first));
    run->plugin_crc = first;
    gfn_status status = GFN_OK;
    if (first != mine)
        status = gfn_fail(GFN_ECOMM,
                          "%.300s: expected the plug-in that rank 0 has, with the CRC-32 %08" PRIx32
                          ", found %08" PRIx32 " (hint: the same file on every host)",
                          path, first, mine);
    return gfn_comm_agree(run->comm, status);
}
