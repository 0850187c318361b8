/* SPDX-License-Identifier: MIT
 *
 * run/path_files.h - the files that options name.
 *
 * The library does not know what is in those that every rank reads: ranks compare their checksums
 * here, and store/load.c compares them with those of the checkpoint. Files that only rank 0 reads
 * have no part in a checkpoint, because a run has what it needs of them: their checksums are in a
 * file of the run directory, to tell the user if they have changed.
 */
#ifndef RUN_PATH_FILES_H
#define RUN_PATH_FILES_H

#include <gfn/run.h>

/* A line for each file that only rank 0 reads: option,path,crc32. */
#define GFN_INPUTS_FILE "inputs.csv"

typedef struct gfn_path_file {
    const char *option; /* its name; borrowed from the table of options */
    bool is_of_rank_0;  /* only rank 0 reads it, and later runs read a copy; others have no CRC */
    bool has_crc;       /* it is a regular file, and not a huge one */
    uint32_t crc;       /* CRC-32 of its bytes */
} gfn_path_file;

typedef struct gfn_path_files {
    size_t n;
    gfn_path_file *file; /* [n] */
} gfn_path_files;

/* Find the checksums, and check that all ranks agree. Collective. Errors: GFN_ECOMM (the files of
 * ranks differ), GFN_ENOMEM. */
gfn_status gfn_run_note_files(gfn_run *run);

/* Save paths and checksums of the files that only rank 0 reads, if there are some. On rank 0.
 * Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_path_files_save(const gfn_run *run, const char *directory);

/* Compare the checksums with those that were saved in `directory`, if there are some: add a notice
 * for each file that has changed, which keeps the saved one. Other ranks do
 * nothing. `directory` may be NULL. Errors: GFN_EIO, GFN_ENOMEM, GFN_EDATA. */
gfn_status gfn_path_files_compare(gfn_run *run, const char *directory);

void gfn_path_files_clear(gfn_path_files *files);

/* Replace the message of `status`, an error of making an environment from `options`, if a file
 * that they name is missing. Returns `status`. */
gfn_status gfn_path_files_explain(gfn_status status, const gfn_env_ops *ops,
                                  const gfn_options *options);

#endif
