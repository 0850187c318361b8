/* SPDX-License-Identifier: MIT
 *
 * The run directory: claiming one, and keeping a run there.
 */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"
#include "io/folder.h"
#include "io/ini.h"
#include "run/matrix_copies.h"
#include "store/store.h"

/* A directory for a new run holds none of these. */
static const char *const files[] = {GFN_CONFIG_FILE,     GFN_METRICS_FILE,
                                    GFN_CHECKPOINT_FILE, GFN_HISTOGRAM_FILE,
                                    GFN_SUMMARY_FILE,    GFN_CHECKPOINT_PREVIOUS,
                                    GFN_REWARDS_FILE,    GFN_INPUTS_FILE,
                                    GFN_TOP_FILE,        GFN_OBJECTS_FILE,
                                    GFN_SWEEP_FILE,      GFN_PICTURE_FILE,
                                    GFN_STATES_FILE,     NULL};

/* ---- claiming ---- */

/* Claim the folder that the user chose, and say how to go on if a run is there. */
static gfn_status claim_chosen(const char *directory)
{
    const gfn_status status = gfn_folder_claim(directory, files);
    if (status != GFN_EEXIST || !gfn_folder_exists(directory))
        return status;
    const char *const *found = files;
    while (*found && !gfn_folder_holds_bytes(directory, *found))
        found++;
    const bool is_run = gfn_store_has_checkpoint(directory) || gfn_store_is_sweep(directory);
    return gfn_fail(GFN_EEXIST,
                    "%s: expected a folder without a run, found %s (hint: another --out%s%s)",
                    directory, *found ? *found : "one", is_run ? ", or --resume " : "",
                    is_run ? directory : "");
}

/* Claim runs/NAME-DATE-TIME; if it exists, the same with the suffix -2, -3, ... */
static gfn_status claim_new(const char *name, char *path, size_t size)
{
    char stamp[32];
    gfn_clock_stamp(stamp, sizeof stamp);
    for (int i = 1; i < 1000; i++) {
        char suffix[16] = "";
        if (i > 1)
            gfn_format(suffix, sizeof suffix, "-%d", i);
        gfn_format(path, size, "runs/%s-%s%s", name, stamp, suffix);
        gfn_status status = gfn_folder_claim(path, NULL);
        if (status != GFN_EEXIST)
            return status;
    }
    return gfn_fail(GFN_EEXIST, "%s: exists, and so do all names before it (hint: --out NAME)",
                    path);
}

gfn_status gfn_store_claim(const char *name, const char *directory, gfn_notices *notices,
                           char **claimed)
{
    char fresh[160];
    if (directory == NULL) {
        GFN_TRY(claim_new(name, fresh, sizeof fresh));
        if (gfn_folder_link(fresh + strlen("runs/"), "runs/latest") != GFN_OK)
            gfn_notices_add(notices, "%s", gfn_error_message());
        directory = fresh;
    } else {
        GFN_TRY(claim_chosen(directory));
    }
    GFN_TRY(gfn_allocate("directory", strlen(directory) + 1, 1, claimed));
    strcpy(*claimed, directory);
    return GFN_OK;
}

bool gfn_store_has_checkpoint(const char *directory)
{
    return gfn_folder_holds(directory, GFN_CHECKPOINT_FILE) ||
           gfn_folder_holds(directory, GFN_CHECKPOINT_PREVIOUS);
}

bool gfn_store_is_sweep(const char *directory)
{
    return gfn_folder_holds_bytes(directory, GFN_SWEEP_FILE);
}

gfn_status gfn_store_save_config(const char *directory, const gfn_options *options,
                                 const char *const *skip)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(directory, GFN_CONFIG_FILE, &path));
    const gfn_status status = gfn_ini_save(path, options, skip);
    gfn_release(&path);
    return status;
}

/* ---- keeping a run ---- */

/* A damaged checkpoint must not replace the good one before it. */
static gfn_status set_aside(const gfn_store *s)
{
    char *path = NULL, *aside = NULL;
    if (!s->is_fallback)
        return GFN_OK;
    gfn_status status = gfn_folder_path(s->directory, GFN_CHECKPOINT_FILE, &path);
    if (status == GFN_OK)
        status = gfn_folder_path(s->directory, GFN_CHECKPOINT_DAMAGED, &aside);
    if (status == GFN_OK && gfn_file_exists(path))
        status = gfn_file_rename(path, aside);
    gfn_release(&path);
    gfn_release(&aside);
    return status;
}

static gfn_status begin(gfn_store *s, gfn_run *run, const char *directory)
{
    s->saved_iteration = -1; /* a loaded run has its checkpoint in another directory */
    gfn_release(&s->directory);
    GFN_TRY(
        gfn_store_claim(gfn_env_kind_of(run->env)->name, directory, &run->notices, &s->directory));
    GFN_TRY(gfn_store_lock(NULL, s->directory, &run->notices, &s->lock));
    GFN_TRY(gfn_store_open_metrics(s));
    GFN_TRY(claim_chosen(s->directory)); /* no other process claimed it first */
    GFN_TRY(gfn_run_save_rewards(run, s->directory));
    GFN_TRY(gfn_matrix_copies_save(run->options, s->directory));
    GFN_TRY(gfn_path_files_save(run, s->directory));
    return gfn_store_save_config(s->directory, run->options, NULL);
}

static gfn_status resume(gfn_store *s, gfn_run *run, const char *directory)
{
    if (directory && strcmp(directory, s->origin) != 0)
        return gfn_fail(GFN_EINVAL,
                        "%s: expected the directory %s, in which the run continues (hint: NULL)",
                        directory, s->origin);
    s->directory = s->origin;
    s->origin = NULL;
    GFN_TRY(gfn_store_cut_metrics(s, run->iteration, &run->notices));
    GFN_TRY(set_aside(s));
    GFN_TRY(gfn_path_files_save(run, s->directory));
    return gfn_store_save_config(s->directory, run->options, NULL);
}

gfn_status gfn_store_keep(gfn_store *s, gfn_run *run, const char *directory)
{
    if (s->state == GFN_STORE_RESUMED ? s->origin == NULL : s->metrics != NULL)
        return gfn_fail(GFN_EINVAL, "%s: the run is stored there already (hint: call it once)",
                        gfn_run_directory(run));
    const bool is_resumed = s->state == GFN_STORE_RESUMED;
    const gfn_status status = is_resumed ? resume(s, run, directory) : begin(s, run, directory);
    if (status == GFN_OK && gfn_writer_notice()[0])
        gfn_notices_add(&run->notices, "%s", gfn_writer_notice());
    if (is_resumed)
        return status;
    if (status == GFN_OK) {
        gfn_run_release_rewards(run);
    } else { /* the run is kept nowhere, and may be kept elsewhere */
        gfn_appender_close(&s->metrics);
        gfn_appender_close(&s->lock);
        gfn_release(&s->directory);
    }
    return status;
}
