/* SPDX-License-Identifier: MIT
 *
 * store/found.h - what rank 0 finds in a run directory.
 */
#ifndef STORE_FOUND_H
#define STORE_FOUND_H

#include "io/safetensors.h"
#include "run/run.h"

typedef struct gfn_found {
    gfn_status status;     /* of rank 0 so far, for load.c */
    const char *directory; /* where it looks for copies; borrowed; NULL on other ranks */
    gfn_safetensors *file; /* NULL: there is no checkpoint, only config.ini */
    char *path;            /* of the file in use */
    gfn_options *options;
    int64_t iteration;
    const char *env; /* named by the user, borrowed; NULL: the one that the file names */
    const gfn_setting *settings; /* [n_settings] of the user; borrowed */
    size_t n_settings;
    bool has_new_files;   /* the user named another file of any option */
    bool has_new_rewards; /* the user named another file of rewards */
    bool has_new_objects; /* the user named another file of terminal states */
    bool is_damaged;      /* a checksum of the last file that was tried is wrong */
    bool is_fallback; /* the newest checkpoint is damaged or missing, and this is the one before */
    bool is_changed;  /* the options differ from those of the file */
    gfn_notices notices;
} gfn_found;

/* *found must be zero at first, or have the settings of gfn_found_begin(). After any function below
 * it must be cleared, even if the function failed. */
void gfn_found_begin(gfn_found *found, const gfn_setting *settings, size_t n);
void gfn_found_clear(gfn_found *found);

/* Apply to found->options those of the settings that may differ when a run is only loaded. A file
 * of numbers with another path must have those of the copy in found->directory, if that has one.
 * Errors: GFN_EINVAL (also an unknown option), those of gfn_matrix_copy_compare(). */
gfn_status gfn_found_apply_loadable(gfn_found *found);

/* Check that there are no other settings, except env. Errors: GFN_EINVAL. */
gfn_status gfn_found_expect_loadable(const gfn_found *found);

/* open.c: the newest checkpoint, or if it is damaged or missing the one before.
 * Errors: GFN_EIO, GFN_EDATA, GFN_ENOMEM. */
gfn_status gfn_found_open(const char *directory, gfn_found *found);

/* Whether found->env, if any, can replace the environment that the file found->path names: the
 * names are equal, or both are plug-ins. Errors: GFN_EINVAL. */
gfn_status gfn_found_check_env(const gfn_found *found, const char *in_file);

/* Fail with GFN_EIO: there is no checkpoint, or no directory. */
gfn_status gfn_found_refuse(const char *directory);

/* resume.c: GFN_OK if there is a run to resume; else as gfn_found_refuse(). */
gfn_status gfn_found_expect_run(const char *directory);

/* resume.c: gfn_found_open() to resume a run: uses config.ini if there is no checkpoint yet, and
 * applies all settings.
 * Errors: those of gfn_found_open(), and GFN_EINVAL: a setting contradicts the checkpoint. */
gfn_status gfn_found_open_to_resume(const char *directory, gfn_found *found);

#endif
