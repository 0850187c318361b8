/* SPDX-License-Identifier: MIT */
#include "run/path_files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/option_matrices.h"
#include "io/csv.h"
#include "io/fields.h"
#include "io/file.h"
#include "io/folder.h"
#include "run/matrix_copies.h"
#include "run/run.h"

/* Larger files have no checksum: the run would start late. */
#define MOST_BYTES ((size_t)256 << 20)

/* Files of numbers, rewards and terminal states. */
static bool is_of_rank_0(const gfn_option *row)
{
    return row->type == GFN_OPTION_MATRIX || gfn_reward_is_source(row->name) ||
           strcmp(row->name, "terminal-states") == 0;
}

static bool names_file(const gfn_option *row, const gfn_options *options)
{
    return gfn_option_is_path(row) && gfn_options_is_set(options, row->name) &&
           !gfn_option_is_word(row, gfn_options_text(options, row->name));
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
        if (run->files.file[i].is_of_rank_0 || memcmp(mine, of_rank_0, sizeof mine) == 0)
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

static void note(const gfn_run *run, const gfn_option *row, gfn_path_file *file)
{
    file->option = row->name;
    file->is_of_rank_0 = is_of_rank_0(row);
    if (!file->is_of_rank_0 || gfn_comm_rank(run->comm) == 0)
        file->has_crc =
            gfn_file_find_crc(gfn_options_text(run->options, row->name), MOST_BYTES, &file->crc);
    file->crc = file->has_crc ? file->crc : 0;
}

gfn_status gfn_run_note_files(gfn_run *run)
{
    gfn_path_files *files = &run->files;
    const gfn_options *options = run->options;
    size_t n = 0;
    for (size_t i = 0; i < gfn_options_count(options); i++)
        n += names_file(gfn_options_row(options, i), options);
    if (n == 0)
        return GFN_OK;
    GFN_TRY(gfn_comm_agree(run->comm, gfn_allocate("files", n, sizeof *files->file, &files->file)));
    for (size_t i = 0; i < gfn_options_count(options); i++)
        if (names_file(gfn_options_row(options, i), options))
            note(run, gfn_options_row(options, i), &files->file[files->n++]);
    return compare_ranks(run);
}

/* ---- files that only rank 0 reads ---- */

gfn_status gfn_path_files_save(const gfn_run *run, const char *directory)
{
    gfn_csv csv = {0};
    char crc[9], *path;
    size_t n = 0;
    gfn_csv_fields(&csv, "option,path,crc32");
    gfn_csv_end(&csv);
    for (size_t i = 0; i < run->files.n; i++) {
        const gfn_path_file *file = &run->files.file[i];
        if (!file->is_of_rank_0 || !file->has_crc)
            continue;
        gfn_format(crc, sizeof crc, "%08" PRIx32, file->crc);
        gfn_csv_text(&csv, file->option);
        gfn_csv_text(&csv, gfn_options_text(run->options, file->option));
        gfn_csv_text(&csv, crc);
        gfn_csv_end(&csv);
        n++;
    }
    gfn_status status = n > 0 ? gfn_folder_path(directory, GFN_INPUTS_FILE, &path) : GFN_OK;
    if (n == 0 || status != GFN_OK) {
        gfn_release(&csv.text);
        return status;
    }
    status = gfn_csv_save(&csv, path);
    gfn_release(&path);
    return status;
}

static gfn_path_file *find(const gfn_run *run, const char *option)
{
    for (size_t i = 0; i < run->files.n; i++)
        if (strcmp(run->files.file[i].option, option) == 0)
            return &run->files.file[i];
    return NULL;
}

/* A file with another path has been compared by its contents. */
static void compare_one(gfn_run *run, const char *directory, char *const field[3])
{
    const char *option = field[0], *path = field[1];
    gfn_path_file *file = find(run, option);
    uint32_t before;
    if (file == NULL || strcmp(gfn_options_text(run->options, option), path) != 0 ||
        sscanf(field[2], "%8" SCNx32, &before) != 1)
        return;
    const bool is_copied =
        gfn_reward_is_source(option) || gfn_matrix_copy_is_there(directory, option);
    if (file->has_crc && file->crc != before)
        gfn_notices_add(&run->notices,
                        "%s: %.300s has changed since the run began: its CRC-32 was %08" PRIx32
                        " and is %08" PRIx32 "%s",
                        option, path, before, file->crc, is_copied ? "; the run has a copy" : "");
    file->has_crc = true;
    file->crc = before;
}

static gfn_status compare_all(gfn_run *run, const char *directory, gfn_fields *f)
{
    GFN_TRY(gfn_fields_next(f));
    while (f->n == 3) {
        compare_one(run, directory, f->field);
        GFN_TRY(gfn_fields_next(f));
    }
    return GFN_OK;
}

gfn_status gfn_path_files_compare(gfn_run *run, const char *directory)
{
    gfn_fields fields;
    char *path;
    if (gfn_comm_rank(run->comm) != 0 || directory == NULL ||
        !gfn_folder_holds(directory, GFN_INPUTS_FILE))
        return GFN_OK;
    GFN_TRY(gfn_folder_path(directory, GFN_INPUTS_FILE, &path));
    gfn_status status = gfn_fields_open(path, MOST_BYTES, GFN_TABS_OR_COMMAS, &fields);
    if (status == GFN_OK)
        status = compare_all(run, directory, &fields);
    gfn_fields_close(&fields);
    gfn_release(&path);
    return status;
}

void gfn_path_files_clear(gfn_path_files *files)
{
    gfn_release(&files->file);
}

gfn_status gfn_path_files_explain(gfn_status status, const gfn_env_ops *ops,
                                  const gfn_options *options)
{
    for (const gfn_option *row = ops->options; row && row->name && status == GFN_EIO; row++)
        if (names_file(row, options) && !gfn_file_exists(gfn_options_text(options, row->name)))
            return gfn_fail(GFN_EIO,
                            "%s: expected the file %.300s, found nothing there (hint: --%s PATH "
                            "says where it is now)",
                            row->name, gfn_options_text(options, row->name), row->name);
    return status;
}
