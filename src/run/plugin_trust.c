/* SPDX-License-Identifier: MIT
 *
 * A run's environment as a plug-in: its path, its owner, and its checksum.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "run/plugin_trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "envs/registry.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/folder.h"

#define MOST_BYTES ((size_t)100 << 20)

static gfn_status read(const char *path, int fd, uint32_t *crc, bool *has_symbol)
{
    char *bytes;
    size_t n;
    GFN_TRY(gfn_file_read_open(path, fd, MOST_BYTES, &bytes, &n));
    *crc = gfn_crc32(0, bytes, n);
    *has_symbol = memmem(bytes, n, GFN_ENV_SYMBOL, sizeof GFN_ENV_SYMBOL) != NULL;
    gfn_release(&bytes);
    return GFN_OK;
}

/* CRC-32 of the loaded file, not read again: the file may be replaced before the next run. */
static gfn_status find_crc(const gfn_env_ops *ops, uint32_t *crc)
{
    gfn_env_file *file = gfn_env_file_of(ops);
    bool has_symbol;
    if (!file->has_crc)
        GFN_TRY(read(file->path, file->fd, &file->crc, &has_symbol));
    file->has_crc = true;
    *crc = file->crc;
    return GFN_OK;
}

gfn_status gfn_plugin_open(const char *env, char **name, const gfn_env_ops **ops)
{
    char *made = NULL;
    uint32_t crc;
    gfn_status status;
    if (gfn_env_is_path(env) && gfn_env_file_named(env) == NULL) {
        status = gfn_folder_absolute(env, &made);
        if (status != GFN_OK)
            return gfn_fail_in(status, "env: ");
    } else { /* a loaded path keeps the file that it named at first */
        GFN_TRY(gfn_allocate("env", strlen(env) + 1, 1, &made));
        strcpy(made, env);
    }
    status = gfn_env_open(made, ops);
    if (status == GFN_OK && gfn_env_is_path(made))
        status = find_crc(*ops, &crc);
    if (status == GFN_OK)
        *name = made;
    else
        gfn_release(&made);
    return status;
}

static gfn_status refuse_other(const char *path, uint32_t first, uint32_t mine)
{
    return gfn_fail(GFN_ECOMM,
                    "%.300s: expected the plug-in that rank 0 has, with the CRC-32 %08" PRIx32
                    ", found %08" PRIx32 " (hint: the same file on every host)",
                    path, first, mine);
}

static gfn_status check_open(const char *env, int fd, const uint32_t *expected, uint32_t *crc)
{
    bool has_symbol;
    if (!gfn_file_is_own(fd))
        return gfn_fail(GFN_EIO,
                        "env: expected a plug-in of your own, found that %.300s is no file that "
                        "only you may write; a plug-in runs code (hint: chmod go-w, or --env "
                        "%.300s trusts it)",
                        env, env);
    GFN_TRY(read(env, fd, crc, &has_symbol));
    if (expected && *expected != *crc)
        return refuse_other(env, *expected, *crc);
    if (has_symbol)
        return GFN_OK;
    return gfn_fail(
        GFN_EDATA, "env: expected a plug-in with the symbol " GFN_ENV_SYMBOL ", found %.300s", env);
}

gfn_status gfn_plugin_open_untrusted(const char *env, const uint32_t *expected)
{
    const gfn_env_ops *ops;
    uint32_t crc;
    int fd;
    if (!gfn_env_is_path(env) || gfn_env_file_named(env))
        return GFN_OK;
    if (env[0] != '/')
        return gfn_fail(GFN_EINVAL,
                        "env: expected an absolute path of a plug-in in a file, found "
                        "\"%.300s\" (hint: name it with --env)",
                        env);
    if (!gfn_file_exists(env))
        return gfn_fail(GFN_EIO,
                        "env: expected the plug-in %.300s, found nothing there (hint: --env PATH "
                        "says where it is now)",
                        env);
    GFN_TRY(gfn_file_open(env, &fd));
    gfn_status status = check_open(env, fd, expected, &crc);
    if (status != GFN_OK) {
        gfn_file_close(&fd);
        return status;
    }
    GFN_TRY(gfn_env_load(env, fd, &ops)); /* the same open file that was checked */
    return find_crc(ops, &crc);
}

gfn_plugin_facts gfn_plugin_facts_of(const char *env)
{
    const gfn_env_file *file = gfn_env_is_path(env) ? gfn_env_file_named(env) : NULL;
    return (gfn_plugin_facts){.is_untrusted = file && !file->is_trusted,
                              .crc = file ? file->crc : 0};
}

/* If plug-ins differ between ranks, each rank works, but the training is meaningless. */
gfn_status gfn_plugin_note(gfn_run *run)
{
    const char *path = gfn_options_text(run->options, "env");
    const char *notice = gfn_env_notice(run->env);
    uint32_t mine = 0, first;
    if (notice[0] && gfn_comm_rank(run->comm) == 0)
        gfn_notices_add(&run->notices, "%s", notice);
    run->is_plugin = gfn_env_is_path(path);
    if (!run->is_plugin)
        return GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, find_crc(gfn_env_kind_of(run->env), &mine)));
    first = mine;
    GFN_TRY(gfn_comm_broadcast(run->comm, &first, sizeof first));
    run->plugin_crc = first;
    return gfn_comm_agree(run->comm, first == mine ? GFN_OK : refuse_other(path, first, mine));
}
