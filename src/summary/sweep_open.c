/* SPDX-License-Identifier: MIT
 *
 * A sweep made or resumed on all ranks. Its options are those of all its runs, except for the seed.
 */
#include "summary/sweep.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "run/matrix_copies.h"
#include "run/run.h"
#include "step/learner.h"
#include "store/found.h"
#include "store/store.h"

static const char *const not_shared[] = {"seed", NULL};

static gfn_status make(gfn_comm *comm, gfn_sweep **sweep)
{
    GFN_TRY(gfn_comm_agree(comm, gfn_allocate("sweep", 1, sizeof **sweep, sweep)));
    (*sweep)->comm = comm;
    return GFN_OK;
}

/* Pass the sweep on, or destroy it after an error. */
static gfn_status give(gfn_status status, gfn_sweep *made, gfn_sweep **sweep)
{
    if (status == GFN_OK)
        *sweep = made;
    else
        gfn_sweep_destroy(&made);
    return status;
}

/* Broadcast the seeds, and which of them are done. */
static gfn_status share(gfn_sweep *sweep, gfn_status mine)
{
    gfn_comm *comm = sweep->comm;
    GFN_TRY(gfn_comm_agree(comm, mine));
    GFN_TRY(gfn_comm_broadcast_array(comm, "seeds", sizeof *sweep->seed, &sweep->n, &sweep->seed));
    return gfn_comm_broadcast_array(comm, "seeds", sizeof *sweep->is_done, &sweep->n,
                                    &sweep->is_done);
}

/* Allocate the results of the runs, on rank 0. */
static gfn_status allocate_results(gfn_sweep *sweep)
{
    const size_t n = sweep->n, columns = gfn_sweep_columns();
    GFN_TRY(gfn_allocate("seeds", n, sizeof *sweep->is_done, &sweep->is_done));
    GFN_TRY(gfn_allocate("results", n, sizeof *sweep->iteration, &sweep->iteration));
    GFN_TRY(gfn_allocate("results", n, sizeof *sweep->crc, &sweep->crc));
    GFN_TRY(gfn_allocate("results", n * columns, sizeof *sweep->value, &sweep->value));
    for (size_t i = 0; i < n; i++)
        sweep->iteration[i] = -1;
    return GFN_OK;
}

static gfn_status save_config(const gfn_sweep *sweep)
{
    return gfn_store_save_config(sweep->directory, sweep->options, not_shared);
}

/* ---- new sweeps ---- */

/* Create a run and its learner before anything is written: they reject options that contradict each
 * other, and a batch that does not fit into memory. */
static gfn_status try_out(gfn_comm *comm, const gfn_options *options, gfn_run **run)
{
    gfn_learner *learner = NULL;
    GFN_TRY(gfn_run_create(comm, options, 0, run));
    GFN_TRY(gfn_learner_create(*run, &learner));
    const gfn_status status = gfn_learner_begin(learner);
    gfn_learner_destroy(&learner);
    return status;
}

/* Only one process can create the folder of the first seed, so only one gets the directory. */
static gfn_status claim_directory(gfn_sweep *sweep, const gfn_run *run, const char *directory)
{
    char *claimed;
    GFN_TRY(gfn_store_claim(gfn_env_kind_of(run->env)->name, directory, &sweep->notices, &claimed));
    GFN_TRY(gfn_sweep_set_directory(sweep, claimed));
    GFN_TRY(gfn_folder_claim(gfn_sweep_place(sweep, 0), NULL));
    GFN_TRY(gfn_run_save_rewards(run, sweep->directory)); /* for all seeds */
    GFN_TRY(gfn_matrix_copies_save(run->options, sweep->directory));
    GFN_TRY(gfn_path_files_save(run, sweep->directory));
    GFN_TRY(gfn_sweep_save(sweep));
    return save_config(sweep);
}

static gfn_status prepare(gfn_sweep *sweep, const gfn_options *options, const char *seeds)
{
    GFN_TRY(gfn_sweep_set_seeds(sweep, seeds));
    GFN_TRY(allocate_results(sweep));
    return gfn_options_copy(options, &sweep->options);
}

gfn_status gfn_sweep_create(gfn_comm *comm, const gfn_options *options, const char *seeds,
                            const char *directory, gfn_sweep **sweep)
{
    const bool is_root = gfn_comm_rank(comm) == 0;
    gfn_sweep *s = NULL;
    gfn_run *run = NULL;
    GFN_TRY(make(comm, &s));
    gfn_status status = share(s, is_root ? prepare(s, options, seeds) : GFN_OK);
    if (status == GFN_OK)
        status = try_out(comm, options, &run);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, is_root ? claim_directory(s, run, directory) : GFN_OK);
    gfn_run_destroy(&run);
    return give(status, s, sweep);
}

/* ---- resumed sweeps ---- */

/* Replace the seeds; the new list must contain all old ones. */
static gfn_status change_seeds(gfn_sweep *sweep, const char *seeds)
{
    gfn_sweep before = *sweep;
    sweep->seed = NULL;
    sweep->text = NULL;
    gfn_status status = gfn_sweep_set_seeds(sweep, seeds);
    for (size_t i = 0; i < before.n && status == GFN_OK; i++) {
        size_t k = 0;
        while (k < sweep->n && sweep->seed[k] != before.seed[i])
            k++;
        if (k == sweep->n)
            status = gfn_fail(GFN_EINVAL,
                              "seeds: expected all of %.200s, which %s has, found %.200s "
                              "(hint: leave it out)",
                              before.text, sweep->directory, seeds);
    }
    gfn_release(&before.seed);
    gfn_release(&before.text);
    return status;
}

static gfn_status check_settings(const gfn_sweep *sweep, const gfn_setting *settings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(settings[i].name, "seed") == 0)
            return gfn_fail(GFN_EINVAL,
                            "seed: expected none beside the seeds %.200s of the sweep %s, found "
                            "%s (hint: --resume %s continues one of its runs)",
                            sweep->text, sweep->directory, settings[i].value,
                            gfn_sweep_place(sweep, 0));
    return GFN_OK;
}

static gfn_status expect_sweep(const gfn_sweep *sweep)
{
    if (!gfn_sweep_is_there(sweep->directory))
        return gfn_fail(GFN_EIO,
                        "%s: expected the directory of a sweep with a %s, found none (hint: --out "
                        "begins one)",
                        sweep->directory, GFN_SWEEP_FILE);
    if (gfn_folder_holds(sweep->directory, GFN_CONFIG_FILE))
        return GFN_OK;
    return gfn_fail(GFN_EIO,
                    "%s: expected a sweep with its %s, found none (hint: begin another one)",
                    sweep->directory, GFN_CONFIG_FILE);
}

/* Like a run without a checkpoint, a sweep takes its options from its config.ini. */
static gfn_status load_options(gfn_sweep *sweep, const gfn_setting *settings, size_t n,
                               bool *is_changed)
{
    gfn_found f;
    gfn_found_begin(&f, settings, n);
    f.directory = sweep->directory;
    gfn_status status = gfn_found_open_to_resume(sweep->directory, &f);
    if (status == GFN_OK && f.has_new_rewards)
        status = gfn_rewards_compare(f.options, sweep->directory);
    if (status == GFN_OK) {
        sweep->options = f.options;
        f.options = NULL;
    }
    *is_changed = f.is_changed || f.env;
    gfn_found_clear(&f);
    return status;
}

static gfn_status check_length(const gfn_sweep *sweep)
{
    const int64_t iterations = gfn_options_int(sweep->options, "iterations");
    for (size_t i = 0; i < sweep->n; i++)
        if (sweep->iteration[i] > iterations)
            return gfn_fail(GFN_EINVAL,
                            "iterations: expected at least the %" PRId64 " that seed %" PRId64
                            " has done, found %" PRId64 " (hint: leave it out)",
                            sweep->iteration[i], sweep->seed[i], iterations);
    return GFN_OK;
}

/* On rank 0. All checks come before anything is written. */
static gfn_status load(gfn_sweep *sweep, const char *seeds, const gfn_setting *settings, size_t n)
{
    bool is_changed;
    GFN_TRY(expect_sweep(sweep));
    GFN_TRY(gfn_sweep_load_seeds(sweep));
    if (seeds)
        GFN_TRY(change_seeds(sweep, seeds));
    GFN_TRY(check_settings(sweep, settings, n));
    GFN_TRY(allocate_results(sweep));
    GFN_TRY(load_options(sweep, settings, n, &is_changed));
    for (size_t i = 0; i < sweep->n; i++)
        GFN_TRY(gfn_sweep_load_result(sweep, i));
    GFN_TRY(check_length(sweep));
    if (is_changed)
        GFN_TRY(save_config(sweep));
    return gfn_sweep_save(sweep);
}

gfn_status gfn_sweep_resume(gfn_comm *comm, const char *directory, const char *seeds,
                            const gfn_setting *settings, size_t n, gfn_sweep **sweep)
{
    gfn_sweep *s = NULL;
    char *resolved = NULL;
    GFN_TRY(make(comm, &s));
    gfn_status status = GFN_OK;
    if (gfn_comm_rank(comm) == 0) {
        status = gfn_folder_resolve(directory, &resolved);
        if (status == GFN_OK)
            status = gfn_sweep_set_directory(s, resolved);
        if (status == GFN_OK)
            status = load(s, seeds, settings, n);
    }
    return give(share(s, status), s, sweep);
}
