/* SPDX-License-Identifier: MIT
 *
 * A sweep: its directory, and the runs in it. The runs know nothing of it: whether one is done is
 * in its own summary, and how one goes on is its own affair.
 */
#include "summary/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "io/ini.h"
#include "io/json.h"
#include "io/npy.h"
#include "step/learner.h"
#include "store/found.h"
#include "store/store.h"

static const char *const not_shared[] = {"seed", NULL};

size_t gfn_sweep_count(const gfn_sweep *sweep)
{
    return sweep->n;
}

int64_t gfn_sweep_seed(const gfn_sweep *sweep, size_t index)
{
    return sweep->seed[index];
}

bool gfn_sweep_is_done(const gfn_sweep *sweep, size_t index)
{
    return sweep->is_done[index];
}

const gfn_options *gfn_sweep_options(const gfn_sweep *sweep)
{
    return sweep->options;
}

const char *gfn_sweep_directory(const gfn_sweep *sweep)
{
    return sweep->directory ? sweep->directory : "";
}

const char *gfn_sweep_place(const gfn_sweep *sweep, size_t index)
{
    const size_t size = strlen(gfn_sweep_directory(sweep)) + 32;
    if (sweep->place == NULL)
        return "";
    snprintf(sweep->place, size, "%s/seed-%" PRId64, sweep->directory, sweep->seed[index]);
    return sweep->place;
}

bool gfn_sweep_is_there(const char *directory)
{
    return gfn_store_is_sweep(directory);
}

/* ---- new sweeps ---- */

static gfn_status read_seeds(gfn_sweep *sweep, const char *text)
{
    GFN_TRY(gfn_allocate("seeds", GFN_MAX_SEEDS, sizeof *sweep->seed, &sweep->seed));
    GFN_TRY(gfn_allocate("seeds", strlen(text) + 1, 1, &sweep->text));
    strcpy(sweep->text, text);
    if (gfn_parse_ranges(text, GFN_MAX_SEEDS, sweep->seed, &sweep->n)) {
        size_t i = 0;
        while (i < sweep->n && sweep->seed[i] <= GFN_MAX_COUNT)
            i++;
        if (i == sweep->n)
            return GFN_OK;
    }
    return gfn_fail(GFN_EINVAL,
                    "seeds: expected numbers and ranges, each seed once and at most %d, found "
                    "\"%.200s\" (hint: 0-9 or 0,3,7)",
                    GFN_MAX_SEEDS, text);
}

static gfn_status take_directory(gfn_sweep *sweep, char *directory)
{
    sweep->directory = directory;
    return gfn_allocate("directory", strlen(directory) + 32, 1, &sweep->place);
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

/* Allocate room for the results of the runs, on rank 0. */
static gfn_status make_room(gfn_sweep *sweep)
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
    char *path;
    GFN_TRY(gfn_folder_path(sweep->directory, GFN_CONFIG_FILE, &path));
    gfn_status status = gfn_ini_save(path, sweep->options, not_shared);
    gfn_release(&path);
    return status;
}

/* Create a run and its learner before anything is written: they reject options that contradict each
 * other, and a batch that does not fit into memory. */
static gfn_status try_out(gfn_comm *comm, const gfn_options *options, gfn_run **run)
{
    gfn_learner *learner = NULL;
    GFN_TRY(gfn_run_create(comm, options, 0, run));
    GFN_TRY(gfn_learner_create(*run, false, &learner));
    gfn_learner_destroy(&learner);
    return GFN_OK;
}

/* All seeds use the rewards of the first: the original reward file may be moved or changed. */
static gfn_status save_rewards(const gfn_sweep *sweep, const gfn_run *run)
{
    char *path;
    if (!run->has_rewards)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(sweep->directory, GFN_REWARDS_FILE, &path));
    gfn_status status = gfn_npy_save(path, &run->rewards);
    gfn_release(&path);
    return status;
}

/* Only one process can create the folder of the first seed, so only one gets the directory. */
static gfn_status found_directory(gfn_sweep *sweep, const gfn_run *run, const char *directory)
{
    char *claimed;
    GFN_TRY(gfn_store_claim(gfn_env_kind_of(run->env)->name, directory, &claimed));
    GFN_TRY(take_directory(sweep, claimed));
    GFN_TRY(gfn_folder_claim(gfn_sweep_place(sweep, 0), NULL));
    GFN_TRY(save_rewards(sweep, run));
    GFN_TRY(gfn_sweep_save(sweep));
    return save_config(sweep);
}

static gfn_status prepare(gfn_sweep *sweep, const gfn_options *options, const char *seeds)
{
    GFN_TRY(read_seeds(sweep, seeds));
    GFN_TRY(make_room(sweep));
    return gfn_options_copy(options, &sweep->options);
}

static gfn_status make(gfn_comm *comm, gfn_sweep **sweep)
{
    GFN_TRY(gfn_comm_agree(comm, gfn_allocate("sweep", 1, sizeof **sweep, sweep)));
    (*sweep)->comm = comm;
    return GFN_OK;
}

static gfn_status give(gfn_status status, gfn_sweep *made, gfn_sweep **sweep)
{
    if (status == GFN_OK)
        *sweep = made;
    else
        gfn_sweep_destroy(&made);
    return status;
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
        status = gfn_comm_agree(comm, is_root ? found_directory(s, run, directory) : GFN_OK);
    gfn_run_destroy(&run);
    return give(status, s, sweep);
}

void gfn_sweep_destroy(gfn_sweep **sweep)
{
    gfn_sweep *s = *sweep;
    if (s == NULL)
        return;
    gfn_options_destroy(&s->options);
    gfn_release(&s->seed);
    gfn_release(&s->is_done);
    gfn_release(&s->text);
    gfn_release(&s->directory);
    gfn_release(&s->place);
    gfn_release(&s->iteration);
    gfn_release(&s->value);
    gfn_release(&s->crc);
    gfn_release(sweep);
}

/* ---- resumed sweeps ---- */

/* Read the seeds from sweep.json. */
static gfn_status load_seeds(gfn_sweep *sweep)
{
    char *path = NULL;
    gfn_json *json = NULL;
    GFN_TRY(gfn_folder_path(sweep->directory, GFN_SWEEP_FILE, &path));
    gfn_status status = gfn_json_load(path, &json);
    if (status == GFN_OK) {
        const char *seeds = gfn_json_string(json, "seeds");
        status = read_seeds(sweep, seeds ? seeds : "");
        if (status == GFN_EINVAL)
            status = gfn_fail_in(GFN_EDATA, "%s: ", path);
    }
    gfn_json_destroy(&json);
    gfn_release(&path);
    return status;
}

gfn_status gfn_sweep_look(const char *directory, gfn_sweep **sweep)
{
    gfn_sweep *s;
    char *copy;
    GFN_TRY(gfn_allocate("sweep", 1, sizeof *s, &s));
    gfn_status status = gfn_allocate("directory", strlen(directory) + 1, 1, &copy);
    if (status == GFN_OK) {
        strcpy(copy, directory);
        status = take_directory(s, copy);
    }
    return give(status == GFN_OK ? load_seeds(s) : status, s, sweep);
}

/* Replace the seeds; the new list must contain all old ones. */
static gfn_status change_seeds(gfn_sweep *sweep, const char *seeds)
{
    gfn_sweep before = *sweep;
    sweep->seed = NULL;
    sweep->text = NULL;
    gfn_status status = read_seeds(sweep, seeds);
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
                            "%s (hint: --resume %s goes on with one of its runs)",
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
    gfn_found f = {.file = NULL};
    gfn_status status = gfn_found_open_to_go_on(sweep->directory, settings, n, &f);
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
    GFN_TRY(load_seeds(sweep));
    if (seeds)
        GFN_TRY(change_seeds(sweep, seeds));
    GFN_TRY(check_settings(sweep, settings, n));
    GFN_TRY(make_room(sweep));
    GFN_TRY(load_options(sweep, settings, n, &is_changed));
    for (size_t i = 0; i < sweep->n; i++)
        GFN_TRY(gfn_sweep_read(sweep, i));
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
            status = take_directory(s, resolved);
        if (status == GFN_OK)
            status = load(s, seeds, settings, n);
    }
    return give(share(s, status), s, sweep);
}

/* ---- its runs ---- */

static gfn_status begin_new(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    gfn_options *options = NULL;
    gfn_status status = GFN_OK;
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRId64, sweep->seed[index]);
    if (sweep->options)
        status = gfn_options_copy(sweep->options, &options);
    if (options)
        status = gfn_options_set(options, "seed", seed, "seeds");
    status = gfn_comm_agree(sweep->comm, status);
    if (status == GFN_OK)
        status = gfn_run_create_in(sweep->comm, options, 0, sweep->directory, run);
    gfn_options_destroy(&options);
    return status;
}

/* Options that may change, and the path of the plug-in, are passed from the sweep to the run. */
static gfn_status go_on(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    enum { MOST = 64 };
    gfn_setting settings[MOST];
    size_t n = 0;
    for (size_t i = 0; sweep->options && i < gfn_options_count(sweep->options) && n < MOST; i++) {
        const char *name = gfn_options_row(sweep->options, i)->name;
        if (gfn_run_option_may_change(name) || strcmp(name, "env") == 0)
            settings[n++] = (gfn_setting){name, gfn_options_text(sweep->options, name)};
    }
    return gfn_run_resume(sweep->comm, gfn_sweep_place(sweep, index), settings, n, run);
}

static gfn_status in_seed(gfn_status status, const gfn_sweep *sweep, size_t index)
{
    return status == GFN_OK ? status
                            : gfn_fail_in(status, "seed %" PRId64 ": ", sweep->seed[index]);
}

gfn_status gfn_sweep_begin(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    int64_t is_there = gfn_comm_rank(sweep->comm) == 0 &&
                       gfn_found_expect_run(gfn_sweep_place(sweep, index)) == GFN_OK;
    gfn_status status = gfn_comm_broadcast(sweep->comm, &is_there, sizeof is_there);
    if (status == GFN_OK)
        status = is_there ? go_on(sweep, index, run) : begin_new(sweep, index, run);
    return in_seed(status, sweep, index);
}

gfn_status gfn_sweep_end(gfn_sweep *sweep, size_t index, gfn_status mine)
{
    gfn_status status = mine;
    if (status == GFN_OK && gfn_comm_rank(sweep->comm) == 0)
        status = gfn_sweep_read(sweep, index);
    if (status == GFN_OK && gfn_comm_rank(sweep->comm) == 0)
        status = gfn_sweep_save(sweep);
    if (mine == GFN_OK)
        status = gfn_comm_agree(sweep->comm, status);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(sweep->comm, &sweep->is_done[index], sizeof(bool));
    return in_seed(status, sweep, index);
}
