/* SPDX-License-Identifier: MIT
 *
 * store/found.h - what rank 0 finds in a run directory.
 */
#ifndef STORE_FOUND_H
#define STORE_FOUND_H

#include "io/safetensors.h"
#include "run/run.h"

typedef struct gfn_found {
    gfn_safetensors *file; /* NULL: there is no checkpoint, only config.ini */
    char *path;            /* of the file that was taken */
    gfn_options *options;
    int64_t iteration;
    const char *env;  /* that the user names, borrowed; NULL: whatever the file names */
    bool is_damaged;  /* the last file that was tried, as its checksums say */
    bool is_fallback; /* the newest checkpoint is damaged or missing, this is the one before */
    bool is_changed;  /* the options are no longer those of the file */
    gfn_notices notices;
} gfn_found;

/* *found is zeroed at first, but for env. All functions below leave something to clear, also where
 * they fail. */
void gfn_found_clear(gfn_found *found);

/* open.c: the newest checkpoint, or if it is damaged or missing the one before.
 * Errors: GFN_EIO, GFN_EDATA, GFN_ENOMEM. */
gfn_status gfn_found_open(const char *directory, gfn_found *found);

/* Whether found->env, if any, can stand for the environment that is named in the file found->path:
 * the same name, or plug-ins both. Errors: GFN_EINVAL. */
gfn_status gfn_found_check_env(const gfn_found *found, const char *in_file);

/* GFN_EIO: there is no checkpoint, or no directory. */
gfn_status gfn_found_refuse(const char *directory);

/* resume.c: GFN_OK where there is something to go on with; else as gfn_found_refuse(). */
gfn_status gfn_found_expect_run(const char *directory);

/* resume.c: the same to go on, or config.ini where there is no checkpoint yet, and with settings.
 * Errors: these, and GFN_EINVAL: a setting contradicts what was found. */
gfn_status gfn_found_open_to_go_on(const char *directory, const gfn_setting *settings, size_t n,
                                   gfn_found *found);

#endif
