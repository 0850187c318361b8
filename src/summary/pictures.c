/* SPDX-License-Identifier: MIT
 *
 * Pictures of runs from their directories. All ranks load and measure one run after another; rank 0
 * stores a portrait of each.
 */
#include <gfn/picture.h>
#include <gfn/plot.h>
#include <gfn/sweep.h>

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "comm/comm.h"
#include "io/folder.h"
#include "store/found.h"
#include "store/store.h"
#include "summary/composition.h"
#include "summary/figures.h"
#include "summary/sweep.h"

typedef struct gallery {
    gfn_comm *comm;
    gfn_arena *arena; /* owns names, groups and texts */
    size_t n_given;   /* given directories; a sweep counts once */
    size_t n;         /* the same on all ranks */
    char *name[GFN_MAX_SEEDS];
    char *
        place[GFN_MAX_SEEDS]; /* the directory that was given, perhaps of a sweep, as it is shown */
    bool is_alone[GFN_MAX_SEEDS]; /* the run's own directory was given */
    gfn_settings changes;
    bool is_sweep; /* the runs are those of one sweep */
    gfn_portrait *portrait;
} gallery;

/* ---- selection of runs ---- */

static gfn_status copy(gallery *g, const char *name, char **kept)
{
    GFN_TRY(gfn_arena_take(g->arena, strlen(name) + 1, 1, kept));
    strcpy(*kept, name);
    return GFN_OK;
}

static gfn_status add_name(gallery *g, const char *name, char *place)
{
    if (g->n == GFN_MAX_SEEDS)
        return gfn_fail(GFN_EINVAL, "expected at most %d runs, found more (hint: fewer)",
                        GFN_MAX_SEEDS);
    GFN_TRY(copy(g, name, &g->name[g->n]));
    g->place[g->n++] = place;
    return GFN_OK;
}

static gfn_status add_run(gallery *g, const char *name, char *place)
{
    GFN_TRY(add_name(g, name, place));
    g->is_alone[g->n - 1] = true;
    return GFN_OK;
}

/* A directory as it is shown: "." and the like get the name that they stand for. */
static gfn_status name_place(gallery *g, const char *directory, char **place)
{
    const char *end = directory + strlen(directory);
    char *absolute = NULL;
    while (end > directory && end[-1] == '/')
        end--;
    const bool is_relative = end > directory && end[-1] == '.' &&
                             (end - directory == 1 || end[-2] == '/' || end[-2] == '.');
    if (!is_relative || gfn_folder_absolute(directory, &absolute) != GFN_OK)
        return copy(g, directory, place);
    const gfn_status status = copy(g, absolute, place);
    gfn_release(&absolute);
    return status;
}

/* Add the runs of the seeds that have started. */
static gfn_status add_sweep(gallery *g, const char *directory, char *place)
{
    gfn_sweep *sweep;
    GFN_TRY(gfn_sweep_load(directory, &sweep));
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < gfn_sweep_count(sweep) && status == GFN_OK; i++)
        if (gfn_folder_holds(gfn_sweep_place(sweep, i), GFN_CONFIG_FILE))
            status = add_name(g, gfn_sweep_place(sweep, i), place);
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
        char *place;
        g->is_sweep = is_sweep && n == 1;
        GFN_TRY(name_place(g, directories[i], &place));
        GFN_TRY(is_sweep ? add_sweep(g, directories[i], place) : add_run(g, directories[i], place));
    }
    if (g->n == 0)
        return gfn_fail(GFN_EINVAL, "expected a run directory, found none (hint: runs/latest)");
    return gfn_allocate("pictures", g->n, sizeof *g->portrait, &g->portrait);
}

/* ---- groups ---- */

/* Group and label the runs, whose portraits have been begun at least. */
static gfn_status find_groups(gallery *g, const gfn_plot_config *config, gfn_groups *groups)
{
    for (size_t i = 0; i < g->n; i++) {
        g->portrait[i].place = g->place[i];
        if (g->is_alone[i])
            g->portrait[i].name = g->place[i];
    }
    GFN_TRY(gfn_groups_find(g->arena, g->portrait, g->n, groups));
    return gfn_groups_label(g->arena, groups, config->labels);
}

/* Refuse labels before any run is loaded, if all runs say in config.ini what they are. */
static gfn_status check_labels(gallery *g, const gfn_plot_config *config)
{
    gfn_groups groups;
    gfn_status status = GFN_OK;
    size_t begun = 0;
    if (config->labels == NULL)
        return GFN_OK;
    for (; begun < g->n && status == GFN_OK; begun++)
        status = gfn_portrait_begin(g->name[begun], config->env, &g->portrait[begun]);
    status = status == GFN_OK ? find_groups(g, config, &groups) : GFN_OK;
    for (size_t i = 0; i < begun; i++)
        gfn_portrait_clear(&g->portrait[i]);
    return status;
}

/* ---- portraits ---- */

/* What only training knows is unknown. */
static gfn_report make_report(void)
{
    const gfn_estimate unknown = {NAN, NAN};
    return (gfn_report){.last = {.modes = -1,
                                 .n_modes = -1,
                                 .modes_all_at = -1,
                                 .mode_regions = -1,
                                 .n_mode_regions = -1},
                        .bounds = {.elbo = unknown,
                                   .eubo = unknown,
                                   .correlation = NAN,
                                   .test_pearson = NAN,
                                   .test_spearman = NAN},
                        .collapsed = -1};
}

static gfn_status portray(gallery *g, size_t i, gfn_run *run)
{
    const gfn_options *o = gfn_run_options(run);
    const gfn_stream stream = {(uint64_t)gfn_options_int(o, "seed"), GFN_PURPOSE_SAMPLE, 0};
    const int64_t samples = gfn_options_int(o, "samples");
    gfn_report report = make_report();
    gfn_evaluation *evaluation = &report.last.evaluation;
    gfn_status status = GFN_OK;
    GFN_TRY(gfn_run_evaluate(run, evaluation));
    if (!evaluation->is_exact)
        GFN_TRY(gfn_run_find_bounds(run, stream.seed, samples, &report.bounds));
    GFN_TRY(gfn_run_draw(run, &stream, samples, false, &report.draw));
    if (g->portrait)
        status = gfn_portrait_create(run, g->name[i], &report, &g->portrait[i]);
    gfn_draw_clear(&report.draw);
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

/* A run alone has no table. */
static gfn_status print_results(gallery *g, const gfn_groups *groups, const gfn_plot_config *config,
                                const char *file)
{
    char *text;
    if (config->print == NULL || (groups->n_runs == 1 && !config->wants_json))
        return GFN_OK;
    GFN_TRY(config->wants_json ? gfn_figures_json(g->arena, groups, file, &text)
                               : gfn_figures_print(g->arena, groups, &text));
    config->print(text);
    return GFN_OK;
}

static gfn_status save(gallery *g, const char *directory, const gfn_plot_config *config,
                       char *written, size_t size)
{
    const char *file = config->file;
    gfn_groups groups;
    char *path = NULL;
    GFN_TRY(find_groups(g, config, &groups));
    if (file == NULL && g->n_given == 1) {
        GFN_TRY(gfn_folder_path(directory, g->is_sweep ? GFN_COMPARISON_FILE : GFN_PICTURE_FILE,
                                &path));
        file = path;
    }
    file = file ? file : GFN_COMPARISON_FILE;
    gfn_comm_pause_watch(g->comm, true);
    gfn_status status = gfn_groups_save(&groups, file, config->width);
    gfn_comm_pause_watch(g->comm, false);
    if (status == GFN_OK)
        status = print_results(g, &groups, config, file);
    if (status == GFN_OK && written)
        gfn_format(written, size, "%s", file);
    gfn_release(&path);
    return status;
}

/* What is wrong is found before any work: on rank 0. */
static gfn_status prepare(gallery *g, const char *const *directories, size_t n,
                          const gfn_plot_config *config)
{
    GFN_TRY(gfn_picture_check(config->file ? config->file : GFN_PICTURE_FILE, config->width));
    GFN_TRY(add_names(g, directories, n));
    return check_labels(g, config);
}

static gfn_status draw(gallery *g, const char *const *directories, size_t n,
                       const gfn_plot_config *config, char *written, size_t size)
{
    const bool is_root = gfn_comm_rank(g->comm) == 0;
    GFN_TRY(gfn_comm_agree(g->comm, add_changes(g, config)));
    GFN_TRY(gfn_comm_agree(g->comm, is_root ? prepare(g, directories, n, config) : GFN_OK));
    GFN_TRY(gfn_comm_broadcast(g->comm, &g->n, sizeof g->n));
    for (size_t i = 0; i < g->n; i++)
        GFN_TRY(visit(g, i, config));
    return gfn_comm_agree(g->comm,
                          is_root ? save(g, directories[0], config, written, size) : GFN_OK);
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
