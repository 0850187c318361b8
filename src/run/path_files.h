/* SPDX-License-Identifier: MIT
 *
 * run/path_files.h - the files that an environment reads: those that its options of the type
 * GFN_OPTION_PATH name. The library does not know what is in them. Ranks compare their checksums
 * here; store/load.c compares them with those of the checkpoint.
 */
#ifndef RUN_PATH_FILES_H
#define RUN_PATH_FILES_H

#include <gfn/run.h>

typedef struct gfn_path_file {
    const char *option; /* its name; borrowed from the kind of environment */
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

void gfn_path_files_clear(gfn_path_files *files);

/* Replace the message of `status`, an error of making an environment from `options`, if a file
 * that they name is missing. Returns `status`. */
gfn_status gfn_path_files_explain(gfn_status status, const gfn_env_ops *ops,
                                  const gfn_options *options);

#endif
