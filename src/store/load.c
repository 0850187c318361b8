/* SPDX-License-Identifier: MIT
 *
 * A run from its directory: to be measured and sampled from, or to be resumed. Rank 0 reads the
 * files and broadcasts what all ranks need.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "store/checkpoint.h"
#include "store/found.h"
#include "store/store.h"

static gfn_status read_params(const gfn_found *f, gfn_run *run)
{
    gfn_real *params = gfn_model_params(run->model);
    for (size_t i = 0; i < gfn_model_n_views(run->model); i++) {
        const gfn_view *view = gfn_model_view(run->model, i);
        struct gfn_array array = gfn_checkpoint_array(view, view->name, NULL);
        gfn_status status = gfn_safetensors_find(f->file, &array);
        if (status != GFN_OK)
            return gfn_fail_in(status, "%s: ", f->path);
        memcpy(params + view->offset, array.data, view->n * sizeof *params);
    }
    run->iteration = f->iteration;
    return GFN_OK;
}

/* The rewards must be those that the policy was trained for. */
static gfn_status check_rewards(const gfn_found *f, const gfn_run *run)
{
    const char *crc = gfn_safetensors_text(f->file, GFN_CHECKPOINT_REWARDS_CRC);
    uint32_t of_run;
    char found[9];
    if (!gfn_run_has_rewards(run, &of_run))
        return GFN_OK;
    gfn_format(found, sizeof found, "%08" PRIx32, of_run);
    if (crc && strcmp(crc, found) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EDATA,
                    "%s: expected rewards with the checksum %.20s beside it, found %s in %s "
                    "(hint: the rewards that the run began with)",
                    f->path, crc ? crc : "that is missing", found, GFN_REWARDS_FILE);
}

/* On rank 0. */
static gfn_status check_and_read(const gfn_found *f, gfn_run *run)
{
    if (f->file)
        GFN_TRY(check_rewards(f, run));
    if (f->has_new_rewards)
        GFN_TRY(gfn_run_check_reward_file(run));
    return f->file ? read_params(f, run) : GFN_OK;
}

/* A plug-in that has changed is no error: the run continues with it, and a notice says so. */
static void note_plugin(gfn_found *f, const gfn_run *run)
{
    const char *crc = f->file ? gfn_safetensors_text(f->file, GFN_CHECKPOINT_ENV_CRC) : NULL;
    char found[9];
    gfn_format(found, sizeof found, "%08" PRIx32, run->plugin_crc);
    if (run->is_plugin && crc && strcmp(crc, found) != 0)
        gfn_notices_add(&f->notices,
                        "env: %.300s is not the plug-in that made the checkpoint: its CRC-32 was "
                        "%.8s and is %s (hint: gfn-dist check-env)",
                        gfn_options_text(run->options, "env"), crc, found);
}

/* The same of the files that the environment reads on every rank. */
static void note_files(gfn_found *f, const gfn_run *run)
{
    for (size_t i = 0; f->file && i < run->files.n; i++) {
        const gfn_path_file *file = &run->files.file[i];
        char name[160], found[9];
        gfn_format(name, sizeof name, GFN_CHECKPOINT_FILE_CRC "%s", file->option);
        gfn_format(found, sizeof found, "%08" PRIx32, file->crc);
        const char *crc = gfn_safetensors_text(f->file, name);
        if (crc && file->has_crc && strcmp(crc, found) != 0)
            gfn_notices_add(&f->notices,
                            "%s: %.300s is not the file that made the checkpoint: its CRC-32 was "
                            "%.8s and is %s (hint: --%s PATH says where that one is)",
                            file->option, gfn_options_text(run->options, file->option), crc, found,
                            file->option);
    }
}

/* Give what rank 0 found to the run on all ranks. */
static gfn_status give_to_all(gfn_run *run, gfn_found *f)
{
    int64_t facts[] = {f->file != NULL, f->iteration, f->is_changed, f->has_new_objects};
    gfn_store *store;
    GFN_TRY(gfn_comm_agree(run->comm, gfn_store_of(run, &store)));
    GFN_TRY(gfn_comm_agree(run->comm, check_and_read(f, run)));
    GFN_TRY(gfn_comm_broadcast(run->comm, facts, sizeof facts));
    store->state = GFN_STORE_OPENED;
    store->has_checkpoint = facts[0] != 0;
    run->iteration = facts[1];
    store->is_changed = facts[2] != 0;
    store->has_new_objects = facts[3] != 0;
    store->is_fallback = f->is_fallback;
    note_plugin(f, run);
    note_files(f, run);
    if (f->notices.text[0])
        gfn_notices_add(&run->notices, "%s", f->notices.text);
    if (!store->has_checkpoint)
        return GFN_OK;
    store->checkpoint = f->file;
    f->file = NULL;
    return gfn_comm_broadcast(run->comm, gfn_model_params(run->model),
                              gfn_model_n_params(run->model) * sizeof(gfn_real));
}

/* Make the run on all ranks of what rank 0 found, and clear *f. */
static gfn_status run_from_files(gfn_comm *comm, gfn_found *f, int threads, gfn_run **run)
{
    gfn_run *r = NULL;
    gfn_status status = gfn_comm_agree(comm, f->status);
    if (status == GFN_OK)
        status = gfn_run_create_in(comm, f->options, threads, f->directory, &r);
    if (status == GFN_OK)
        status = give_to_all(r, f);
    if (status == GFN_OK)
        *run = r;
    else
        gfn_run_destroy(&r);
    gfn_found_clear(f);
    return status;
}

gfn_status gfn_run_load_changed(gfn_comm *comm, const char *directory, int threads,
                                const gfn_settings *changes, gfn_run **run)
{
    gfn_found f;
    gfn_found_begin(&f, changes->setting, changes->n);
    if (gfn_comm_rank(comm) == 0) {
        f.directory = directory;
        f.status = gfn_found_open(directory, &f);
    }
    if (f.options && f.status == GFN_OK)
        f.status = gfn_found_expect_loadable(&f);
    return run_from_files(comm, &f, threads, run);
}

gfn_status gfn_run_load_with(gfn_comm *comm, const char *directory, int threads, const char *env,
                             gfn_run **run)
{
    const gfn_setting setting = {"env", env};
    const gfn_settings changes = {&setting, env ? 1 : 0};
    return gfn_run_load_changed(comm, directory, threads, &changes, run);
}

gfn_status gfn_run_load(gfn_comm *comm, const char *directory, int threads, gfn_run **run)
{
    return gfn_run_load_with(comm, directory, threads, NULL, run);
}

/* Lock the run before anything is read: another job may still be saving. */
static gfn_status open_alone(gfn_comm *comm, const char *directory, gfn_found *f,
                             gfn_appender **lock, gfn_appender **metrics)
{
    char *path = NULL;
    GFN_TRY(gfn_found_expect_run(directory));
    gfn_status status = gfn_store_lock(comm, directory, &f->notices, lock);
    GFN_TRY(status == GFN_EEXIST ? GFN_EIO : status); /* the same request may succeed later */
    GFN_TRY(gfn_folder_path(directory, GFN_METRICS_FILE, &path));
    status = gfn_appender_open(path, metrics);
    gfn_release(&path);
    return status;
}

gfn_status gfn_run_resume(gfn_comm *comm, const char *directory, const gfn_setting *settings,
                          size_t n, gfn_run **run)
{
    gfn_found f;
    char *resolved = NULL;
    gfn_appender *lock = NULL, *metrics = NULL;
    gfn_found_begin(&f, settings, n);
    if (gfn_comm_rank(comm) == 0) {
        f.status = gfn_folder_resolve(directory, &resolved);
        f.directory = resolved;
        if (f.status == GFN_OK)
            f.status = open_alone(comm, resolved, &f, &lock, &metrics);
        if (f.status == GFN_OK)
            f.status = gfn_found_open_to_resume(resolved, &f);
    }
    const gfn_status status = run_from_files(comm, &f, 0, run);
    if (status != GFN_OK) {
        gfn_appender_close(&metrics);
        gfn_appender_close(&lock);
        gfn_release(&resolved);
        return status;
    }
    gfn_store *store = (*run)->store;
    store->state = GFN_STORE_RESUMED;
    store->origin = resolved;
    store->lock = lock;
    store->metrics = metrics;
    return GFN_OK;
}
