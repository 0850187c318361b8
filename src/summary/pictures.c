/* SPDX-License-Identifier: MIT
 *
 * Pictures of runs from their directories. All ranks load and measure one run after another; rank 0
 * stores a portrait of each.
 */
#include <gfn/picture.h>
#include <gfn/plot.h>
#include <gfn/sweep.h>

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "store/found.h"
#include "store/store.h"
#include "summary/portrait.h"
#include "summary/sweep.h"

typedef struct gallery {
    gfn_comm *comm;
    gfn_arena *arena; /* owns the names */
    size_t n_given;   /* given directories; a sweep counts once */
    size_t n;         /* the same on all ranks */
    char *name[GFN_MAX_SEEDS];
    gfn_settings changes;
    bool is_sweep; /* the runs are those of one sweep */
    gfn_portrait *portrait;
} gallery;

/* ---- selection of runs ---- */

static gfn_status add_name(gallery *g, const char *name)
{
    if (g->n == GFN_MAX_SEEDS)
        return gfn_fail(GFN_EINVAL, "expected at most %d runs, found more (hint: fewer)",
                        GFN_MAX_SEEDS);
    GFN_TRY(gfn_arena_take(g->arena, strlen(name) + 1, 1, &g->name[g->n]));
    strcpy(g->name[g->n++], name);
    return GFN_OK;
}

/* Add the runs of the seeds that have started. */
static gfn_status add_sweep(gallery *g, const char *directory)
{
    gfn_sweep *sweep;
    GFN_TRY(gfn_sweep_load(directory, &sweep));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < gfn_sweep_count(sweep) && status == GFN_OK; i++)
        if (gfn_folder_holds(gfn_sweep_place(sweep, i), GFN_CONFIG_FILE))
            status = add_name(g, gfn_sweep_place(sweep, i));
    gfn_sweep_destroy(&sweep);
    return status;
}

/* The changes of the configuration, and its plug-in. */
static gfn_status add_changes(gallery *g, const gfn_plot_config *config)
{
    const gfn_settings *given = &config->changes;
    gfn_setting *all;
    GFN_TRY(gfn_arena_take(g->arena, given->n + 1, sizeof *all, &all));
    g->changes.setting = all;
    if (config->env)
        all[g->changes.n++] = (gfn_setting){"env", config->env};
    for (size_t i = 0; i < given->n; i++)
        all[g->changes.n++] = given->setting[i];
    return GFN_OK;
}

static gfn_status add_names(gallery *g, const char *const *directories, size_t n)
{
    g->n_given = n;
    for (size_t i = 0; i < n; i++) {
        const bool is_sweep = gfn_sweep_is_there(directories[i]);
        g->is_sweep = is_sweep && n == 1;
        GFN_TRY(is_sweep ? add_sweep(g, directories[i]) : add_name(g, directories[i]));
    }
    if (g->n == 0)
        return gfn_fail(GFN_EINVAL, "expected a run directory, found none (hint: runs/latest)");
    return gfn_allocate("pictures", g->n, sizeof *g->portrait, &g->portrait);
}

/* ---- portraits ---- */

static gfn_status portray(gallery *g, size_t i, gfn_run *run)
{
    const gfn_options *o = gfn_run_options(run);
    const gfn_stream stream = {(uint64_t)gfn_options_int(o, "seed"), GFN_PURPOSE_SAMPLE, 0};
    const int64_t samples = gfn_options_int(o, "samples");
    gfn_evaluation evaluation;
    gfn_bounds bounds;
    gfn_draw draw;
    gfn_status status = GFN_OK;
    GFN_TRY(gfn_run_evaluate(run, &evaluation));
    if (!evaluation.is_exact)
        GFN_TRY(gfn_run_find_bounds(run, stream.seed, samples, &bounds));
    GFN_TRY(gfn_run_draw(run, &stream, samples, false, &draw));
    if (g->portrait)
        status = gfn_portrait_create(run, g->name[i], &evaluation, &draw, &g->portrait[i]);
    gfn_draw_clear(&draw);
    return gfn_comm_agree(g->comm, status);
}

static gfn_status visit(gallery *g, size_t i, const gfn_plot_config *config)
{
    bool has_checkpoint = g->portrait && gfn_store_has_checkpoint(g->name[i]);
    const bool has_config = g->portrait && gfn_folder_holds(g->name[i], GFN_CONFIG_FILE);
    gfn_run *run = NULL;
    gfn_status status = GFN_OK;
    GFN_TRY(gfn_comm_broadcast(g->comm, &has_checkpoint, sizeof has_checkpoint));
    if (!has_checkpoint) {
        if (g->portrait)
            status = has_config ? gfn_portrait_begin(g->name[i], config->env, &g->portrait[i])
                                : gfn_found_refuse(g->name[i]);
        return gfn_comm_agree(g->comm, status);
    }
    GFN_TRY(gfn_run_load_changed(g->comm, g->portrait ? g->name[i] : "", config->threads,
                                 &g->changes, &run));
    if (config->tell && gfn_run_notice(run)[0])
        config->tell(gfn_run_notice(run));
    const size_t told = strlen(gfn_run_notice(run));
    status = portray(g, i, run);
    const char *more = gfn_run_notice(run) + told;
    if (config->tell && more[0])
        config->tell(more + (more[0] == '\n'));
    gfn_run_destroy(&run);
    return status;
}

/* ---- the picture ---- */

static gfn_status save(const gallery *g, const char *directory, const char *file, char *written,
                       size_t size)
{
    char *path = NULL;
    if (file == NULL && g->n_given == 1) {
        GFN_TRY(gfn_folder_path(directory, g->is_sweep ? GFN_COMPARISON_FILE : GFN_PICTURE_FILE,
                                &path));
        file = path;
    }
    file = file ? file : GFN_COMPARISON_FILE;
    gfn_comm_pause_watch(g->comm, true);
    gfn_status status = gfn_portraits_save(g->portrait, g->n, file);
    gfn_comm_pause_watch(g->comm, false);
    if (status == GFN_OK && written)
        gfn_format(written, size, "%s", file);
    gfn_release(&path);
    return status;
}

static gfn_status draw(gallery *g, const char *const *directories, size_t n,
                       const gfn_plot_config *config, char *written, size_t size)
{
    const bool is_root = gfn_comm_rank(g->comm) == 0;
    GFN_TRY(gfn_comm_agree(
        g->comm,
        is_root ? gfn_picture_check(config->file ? config->file : GFN_PICTURE_FILE) : GFN_OK));
    GFN_TRY(gfn_comm_agree(g->comm, add_changes(g, config)));
    GFN_TRY(gfn_comm_agree(g->comm, is_root ? add_names(g, directories, n) : GFN_OK));
    GFN_TRY(gfn_comm_broadcast(g->comm, &g->n, sizeof g->n));
    for (size_t i = 0; i < g->n; i++)
        GFN_TRY(visit(g, i, config));
    return gfn_comm_agree(g->comm,
                          is_root ? save(g, directories[0], config->file, written, size) : GFN_OK);
}

gfn_status gfn_plot_runs(gfn_comm *comm, const char *const *directories, size_t n,
                         const gfn_plot_config *config, char *written, size_t size)
{
    gallery *g = NULL;
    gfn_status status = gfn_allocate("pictures", 1, sizeof *g, &g);
    if (status == GFN_OK)
        status = gfn_arena_create(&g->arena);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK) {
        g->comm = comm;
        status = draw(g, directories, n, config, written, size);
    }
    for (size_t i = 0; g && g->portrait && i < g->n; i++)
        gfn_portrait_clear(&g->portrait[i]);
    if (g) {
        gfn_release(&g->portrait);
        gfn_arena_destroy(&g->arena);
    }
    gfn_release(&g);
    return status;
}
