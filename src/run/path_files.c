/* SPDX-License-Identifier: MIT */
#include "run/path_files.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"
#include "run/run.h"

/* Larger files have no checksum: the run would start late. */
#define MOST_BYTES ((size_t)256 << 20)

/* The rewards of run/run_rewards.h have a checksum of their own. */
static bool is_noted(const gfn_option *row, const gfn_options *options)
{
    return gfn_option_is_path(row) && !gfn_reward_is_source(row->name) &&
           gfn_options_is_set(options, row->name);
}

/* What ranks compare of a file; an integer each, because it travels as bytes. */
enum { HAS_CRC, CRC, FACTS };

static void find_facts(const gfn_path_file *file, int64_t facts[FACTS])
{
    facts[HAS_CRC] = file->has_crc;
    facts[CRC] = file->crc;
}

static const char *describe(const int64_t facts[FACTS], char text[32])
{
    if (facts[HAS_CRC])
        gfn_format(text, 32, "the CRC-32 %08" PRIx32, (uint32_t)facts[CRC]);
    else
        gfn_format(text, 32, "no regular file");
    return text;
}

static gfn_status compare(const gfn_run *run, const int64_t *of_rank_0)
{
    char expected[32], found[32];
    for (size_t i = 0; i < run->files.n; i++, of_rank_0 += FACTS) {
        int64_t mine[FACTS];
        const char *option = run->files.file[i].option;
        find_facts(&run->files.file[i], mine);
        if (memcmp(mine, of_rank_0, sizeof mine) == 0)
            continue;
        return gfn_fail(GFN_ECOMM,
                        "%s: expected the file %.300s that rank 0 has, with %s, found %s (hint: "
                        "the same file on every host)",
                        option, gfn_options_text(run->options, option),
                        describe(of_rank_0, expected), describe(mine, found));
    }
    return GFN_OK;
}

/* If files differ between ranks, each rank works, but the training is meaningless. */
static gfn_status compare_ranks(gfn_run *run)
{
    const size_t n = run->files.n * FACTS;
    int64_t *of_rank_0;
    GFN_TRY(gfn_comm_agree(run->comm,
                           gfn_allocate("files of rank 0", n, sizeof *of_rank_0, &of_rank_0)));
    for (size_t i = 0; i < run->files.n; i++)
        find_facts(&run->files.file[i], of_rank_0 + i * FACTS);
    gfn_status status = gfn_comm_broadcast(run->comm, of_rank_0, n * sizeof *of_rank_0);
    if (status == GFN_OK)
        status = gfn_comm_agree(run->comm, compare(run, of_rank_0));
    gfn_release(&of_rank_0);
    return status;
}

gfn_status gfn_run_note_files(gfn_run *run)
{
    gfn_path_files *files = &run->files;
    const gfn_option *rows = gfn_env_kind_of(run->env)->options;
    size_t n = 0;
    for (const gfn_option *row = rows; row && row->name; row++)
        n += is_noted(row, run->options);
    if (n == 0)
        return GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, gfn_allocate("files", n, sizeof *files->file, &files->file)));
    for (const gfn_option *row = rows; row->name; row++) {
        if (!is_noted(row, run->options))
            continue;
        gfn_path_file *file = &files->file[files->n++];
        file->option = row->name;
        file->has_crc =
            gfn_file_find_crc(gfn_options_text(run->options, row->name), MOST_BYTES, &file->crc);
        file->crc = file->has_crc ? file->crc : 0;
    }
    return compare_ranks(run);
}

void gfn_path_files_clear(gfn_path_files *files)
{
    gfn_release(&files->file);
}

gfn_status gfn_path_files_explain(gfn_status status, const gfn_env_ops *ops,
                                  const gfn_options *options)
{
    for (const gfn_option *row = ops->options; row && row->name && status == GFN_EIO; row++)
        if (is_noted(row, options) && !gfn_file_exists(gfn_options_text(options, row->name)))
            return gfn_fail(GFN_EIO,
                            "%s: expected the file %.300s, found nothing there (hint: --%s PATH "
                            "says where it is now)",
                            row->name, gfn_options_text(options, row->name), row->name);
    return status;
}
