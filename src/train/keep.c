/* SPDX-License-Identifier: MIT
 *
 * The run directory: what a run leaves behind. Rank 0 writes.
 */
#include "train/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gfn/plot.h>
#include <gfn/version.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/folder.h"
#include "io/ini.h"
#include "io/jsonl.h"
#include "io/npy.h"
#include "train/portrait.h"

/* What must not be in a directory that a new run is to be kept in. */
static const char *const files[] = {GFN_CONFIG_FILE,     GFN_METRICS_FILE,
                                    GFN_CHECKPOINT_FILE, "histogram.npy",
                                    GFN_SUMMARY_FILE,    GFN_CHECKPOINT_PREVIOUS,
                                    GFN_REWARDS_FILE,    GFN_SWEEP_FILE,
                                    GFN_PICTURE_FILE,    NULL};

bool gfn_trainer_is_kept(const gfn_trainer *trainer)
{
    return trainer->run->directory[0] != '\0';
}

/* Claim runs/NAME-DATE-TIME, or with -2, -3, ... behind it where that is taken. */
static gfn_status claim_new(const char *name, char *path, size_t size)
{
    char stamp[32];
    gfn_clock_stamp(stamp, sizeof stamp);
    for (int i = 1; i < 1000; i++) {
        char suffix[16] = "";
        if (i > 1)
            snprintf(suffix, sizeof suffix, "-%d", i);
        snprintf(path, size, "runs/%s-%s%s", name, stamp, suffix);
        gfn_status status = gfn_folder_claim(path, NULL);
        if (status != GFN_EEXIST)
            return status;
    }
    return gfn_fail(GFN_EEXIST, "%s: exists, and so do 999 others of this second", path);
}

gfn_status gfn_keep_claim(const char *name, const char *directory, char **claimed)
{
    char fresh[160];
    if (directory == NULL) {
        GFN_TRY(claim_new(name, fresh, sizeof fresh));
        GFN_TRY(gfn_folder_link(fresh + strlen("runs/"), "runs/latest"));
        directory = fresh;
    } else {
        GFN_TRY(gfn_folder_claim(directory, files));
    }
    GFN_TRY(gfn_allocate("directory", strlen(directory) + 1, 1, claimed));
    strcpy(*claimed, directory);
    return GFN_OK;
}

/* Do something with the path of a file of the run directory. */
static gfn_status with_file(gfn_trainer *t, const char *name,
                            gfn_status (*deed)(gfn_trainer *t, const char *path))
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(t->run->directory, name, &path));
    gfn_status status = deed(t, path);
    gfn_release(&path);
    return status;
}

/* Metrics stay open and locked: of two processes that want a directory, one gets it. */
static gfn_status open_metrics(gfn_trainer *t, const char *path)
{
    GFN_TRY(gfn_appender_open(path, &t->metrics));
    return gfn_appender_lock(t->metrics);
}

static gfn_status save_config(gfn_trainer *t, const char *path)
{
    return gfn_ini_save(path, t->run->options, NULL);
}

/* Where the file that the rewards came from is tomorrow, nobody knows. */
static gfn_status save_rewards(gfn_trainer *t, const char *path)
{
    return gfn_npy_save(path, &t->run->rewards);
}

/* Lines that will be written again go. */
static gfn_status cut_metrics(gfn_trainer *t, const char *path)
{
    const struct gfn_jsonl_key key = {"iteration", "time_s", t->run->iteration};
    struct gfn_jsonl_end end = {0};
    char *text = NULL;
    size_t n;
    GFN_TRY(gfn_file_read(path, SIZE_MAX / 4, &text, &n));
    gfn_status status = gfn_jsonl_find_end(text, n, path, &key, &end);
    if (status == GFN_OK && end.bytes < n)
        status = gfn_appender_cut(t->metrics, end.bytes);
    t->last_line = end.number;
    t->seconds_before = end.value;
    gfn_release(&text);
    return status;
}

/* The good checkpoint before it must not make room for a damaged one. */
static gfn_status set_aside(gfn_trainer *t, const char *path)
{
    char *aside = NULL;
    if (!t->run->is_fallback || !gfn_file_exists(path))
        return GFN_OK;
    GFN_TRY(gfn_folder_path(t->run->directory, GFN_CHECKPOINT_DAMAGED, &aside));
    gfn_status status = gfn_file_rename(path, aside);
    gfn_release(&aside);
    return status;
}

static gfn_status begin(gfn_trainer *t, const char *directory)
{
    t->saved_iteration = -1; /* a loaded run has its checkpoint elsewhere */
    char *claimed;
    GFN_TRY(gfn_keep_claim(gfn_env_kind_of(t->run->env)->name, directory, &claimed));
    gfn_release(&t->run->directory);
    t->run->directory = claimed;
    GFN_TRY(with_file(t, GFN_METRICS_FILE, open_metrics));
    GFN_TRY(gfn_folder_claim(t->run->directory, files)); /* nobody was faster */
    if (t->run->has_rewards)
        GFN_TRY(with_file(t, GFN_REWARDS_FILE, save_rewards));
    return with_file(t, GFN_CONFIG_FILE, save_config);
}

static gfn_status go_on(gfn_trainer *t, const char *directory)
{
    gfn_run *run = t->run;
    if (directory && strcmp(directory, run->origin) != 0)
        return gfn_fail(GFN_EINVAL,
                        "%s: expected the directory %s, which the run goes on in (hint: NULL)",
                        directory, run->origin);
    gfn_release(&run->directory);
    run->directory = run->origin;
    run->origin = NULL;
    t->metrics = run->metrics;
    run->metrics = NULL;
    GFN_TRY(with_file(t, GFN_METRICS_FILE, cut_metrics));
    GFN_TRY(with_file(t, GFN_CHECKPOINT_FILE, set_aside));
    return with_file(t, GFN_CONFIG_FILE, save_config);
}

/* What was due where the checkpoint was saved, if the run ended before it was done. And options
 * that changed are in a checkpoint before they count. */
static gfn_status catch_up(gfn_trainer *t)
{
    gfn_progress progress;
    GFN_TRY(gfn_comm_broadcast(t->run->comm, &t->last_line, sizeof t->last_line));
    GFN_TRY(gfn_comm_broadcast(t->run->comm, &t->seconds_before, sizeof t->seconds_before));
    if (t->run->iteration > 0 && t->run->iteration < t->iterations &&
        t->last_line < t->run->iteration) {
        gfn_trainer_progress(t, &progress);
        GFN_TRY(gfn_trainer_do_due(t, &progress));
    }
    if (t->run->is_changed)
        GFN_TRY(gfn_trainer_save(t));
    gfn_trainer_enter(t, NULL);
    return gfn_comm_agree(t->run->comm, t->file_status);
}

/* On rank 0. */
static gfn_status keep(gfn_trainer *t, const char *directory)
{
    if (t->metrics || (t->run->is_resumed && t->run->origin == NULL))
        return gfn_fail(GFN_EINVAL, "%s: the run is kept there already (hint: ask once)",
                        t->run->directory);
    gfn_status status = t->run->is_resumed ? go_on(t, directory) : begin(t, directory);
    gfn_release(&t->run->rewards.data);
    return status;
}

gfn_status gfn_trainer_keep(gfn_trainer *trainer, const char *directory)
{
    gfn_comm *comm = trainer->run->comm;
    gfn_status status = gfn_comm_rank(comm) == 0 ? keep(trainer, directory) : GFN_OK;
    GFN_TRY(gfn_comm_agree(comm, status));
    return trainer->run->is_resumed ? catch_up(trainer) : GFN_OK;
}

/* No iteration has two lines. */
gfn_status gfn_keep_metrics(gfn_trainer *t, const gfn_progress *p)
{
    if (t->metrics == NULL || p->iteration <= t->last_line)
        return GFN_OK;
    t->last_line = p->iteration;
    struct gfn_field field[16];
    size_t n = 0;
    field[n++] = gfn_field_int("iteration", p->iteration);
    field[n++] = gfn_field_int("trajectories", p->trajectories);
    field[n++] = gfn_field_number("loss", p->loss);
    field[n++] = gfn_field_number("log_z", p->log_z);
    field[n++] = gfn_field_number("time_s", p->seconds);
    field[n++] = gfn_field_number("trajectories_per_s", p->trajectories_per_second);
    if (p->has_evaluation && p->evaluation.is_exact) {
        const gfn_metrics *m = &p->evaluation.metrics;
        field[n++] = gfn_field_number("tv", m->tv);
        field[n++] = gfn_field_number("l1", m->l1);
        field[n++] = gfn_field_number("jsd", m->jsd);
        field[n++] = gfn_field_number("kl", m->kl);
    }
    if (p->has_evaluation && !isnan(p->evaluation.log_z_error))
        field[n++] = gfn_field_number("log_z_error", p->evaluation.log_z_error);
    if (p->has_evaluation && p->modes >= 0)
        field[n++] = gfn_field_int("modes", p->modes);
    if (p->has_evaluation && p->mode_regions >= 0)
        field[n++] = gfn_field_int("mode_regions", p->mode_regions);
    return gfn_jsonl_append(t->metrics, field, n);
}

enum { SUMMARY_FIELDS = 64 };

typedef struct summary {
    struct gfn_field field[SUMMARY_FIELDS];
    size_t n;
} summary;

static void add(summary *s, struct gfn_field field)
{
    if (s->n < SUMMARY_FIELDS)
        s->field[s->n++] = field;
}

/* A count that may not be known: null then. */
static struct gfn_field count(const char *name, int64_t n)
{
    return n >= 0 ? gfn_field_int(name, n) : gfn_field_number(name, NAN);
}

static void add_results(summary *s, const gfn_report *r)
{
    const gfn_evaluation *e = &r->last.evaluation;
    add(s, gfn_field_flag("complete", r->is_complete));
    add(s, gfn_field_int("iteration", r->last.iteration));
    add(s, gfn_field_int("iterations", r->last.iterations));
    add(s, gfn_field_int("trajectories", r->last.trajectories));
    add(s, gfn_field_number("metrics.loss", r->last.loss));
    add(s, gfn_field_number("metrics.log_z", e->log_z));
    add(s, gfn_field_number("metrics.log_z_true", e->log_z_true));
    add(s, gfn_field_number("metrics.log_z_error", e->log_z_error));
    add(s, gfn_field_flag("metrics.exact", e->is_exact));
    add(s, gfn_field_number("metrics.tv", e->metrics.tv));
    add(s, gfn_field_number("metrics.l1", e->metrics.l1));
    add(s, gfn_field_number("metrics.jsd", e->metrics.jsd));
    add(s, gfn_field_number("metrics.kl", e->metrics.kl));
    add(s, count("metrics.modes", r->last.modes));
    add(s, count("metrics.n_modes", r->last.n_modes));
    add(s, count("metrics.mode_regions", r->last.mode_regions));
    add(s, count("metrics.n_mode_regions", r->last.n_mode_regions));
    add(s, gfn_field_number("metrics.elbo", r->bounds.elbo.mean));
    add(s, gfn_field_number("metrics.elbo_error", r->bounds.elbo.error));
    add(s, gfn_field_number("metrics.eubo", r->bounds.eubo.mean));
    add(s, gfn_field_number("metrics.eubo_error", r->bounds.eubo.error));
    add(s, gfn_field_number("metrics.correlation", r->bounds.correlation));
    add(s, gfn_field_int("samples.n", r->draw.n));
    add(s, gfn_field_number("samples.l1", r->draw.l1));
    add(s, gfn_field_number("samples.l1_noise_floor", r->draw.l1_noise_floor));
    add(s, gfn_field_number("samples.chi_square", r->draw.chi_square));
    add(s, count("samples.chi_square_df", isnan(r->draw.chi_square) ? -1 : r->draw.chi_square_df));
    add(s, count("samples.modes", r->draw.modes));
}

static void add_machine(summary *s, const gfn_trainer *t, const gfn_report *r)
{
    const gfn_comm *comm = t->run->comm;
    add(s, gfn_field_number("time_s", r->seconds));
    add(s, gfn_field_int("resumed.iteration", t->first_iteration));
    add(s, gfn_field_number("resumed.time_s", t->seconds_before));
    add(s, gfn_field_number("iterations_per_s", r->last.iterations_per_second));
    add(s, gfn_field_number("phases.sampling", r->phases.sampling));
    add(s, gfn_field_number("phases.gradient", r->phases.gradient));
    add(s, gfn_field_number("phases.imbalance", r->phases.imbalance));
    add(s, gfn_field_number("phases.communication", r->phases.communication));
    add(s, gfn_field_number("phases.optimizer", r->phases.optimizer));
    add(s, gfn_field_number("phases.evaluation", r->phases.evaluation));
    add(s, gfn_field_number("phases.files", r->phases.files));
    add(s, gfn_field_int("ranks", gfn_comm_size(comm)));
    add(s, gfn_field_int("threads", t->run->threads));
    add(s, gfn_field_int("hosts", gfn_comm_hosts(comm)));
    add(s, gfn_field_text("layout", t->run->layout));
    add(s, gfn_field_text("mpi", gfn_comm_library(comm)));
    add(s, gfn_field_text("kernels", gfn_kernels_name()));
    add(s, gfn_field_text("version", gfn_version()));
}

static gfn_status draw_picture(const gfn_trainer *t, const gfn_report *report)
{
    gfn_portrait portrait;
    char *path = NULL;
    gfn_status status = gfn_portrait_create(t->run, t->run->directory, &report->last.evaluation,
                                            &report->draw, &portrait);
    if (status == GFN_OK)
        status = gfn_folder_path(t->run->directory, GFN_PICTURE_FILE, &path);
    if (status == GFN_OK)
        status = gfn_portraits_save(&portrait, 1, path);
    gfn_release(&path);
    gfn_portrait_clear(&portrait);
    return status;
}

/* A run has not failed where its picture has: all else is there, and it can be drawn again. */
static void keep_picture(gfn_trainer *t, gfn_report *report)
{
    const char *wanted = gfn_options_text(t->run->options, "picture");
    if (!gfn_plot_is_built() || strcmp(wanted, "yes") != 0)
        return;
    gfn_comm_pause_watch(t->run->comm, true);
    if (draw_picture(t, report) != GFN_OK)
        snprintf(report->picture_error, sizeof report->picture_error, "%s", gfn_error_message());
    gfn_comm_pause_watch(t->run->comm, false);
}

gfn_status gfn_keep_report(gfn_trainer *t, gfn_report *report)
{
    if (!gfn_trainer_is_kept(t))
        return GFN_OK;
    summary s = {.n = 0};
    char crc[16], utc[32], *path = NULL, *histogram = NULL;
    snprintf(crc, sizeof crc, "%08" PRIx32, gfn_run_params_crc(t->run));
    add_results(&s, report);
    add(&s, gfn_field_text("params_crc", crc));
    add_machine(&s, t, report);
    add(&s, gfn_field_text("finished", gfn_clock_utc(utc, sizeof utc)));
    gfn_status status = gfn_folder_path(t->run->directory, GFN_SUMMARY_FILE, &path);
    if (status == GFN_OK && report->draw.counts && report->draw.n > 0)
        status = gfn_folder_path(t->run->directory, "histogram.npy", &histogram);
    if (status == GFN_OK && histogram)
        status = gfn_run_write_histogram(t->run, histogram, report->draw.counts);
    if (status == GFN_OK)
        status = gfn_json_save(path, s.field, s.n);
    gfn_release(&path);
    gfn_release(&histogram);
    if (status == GFN_OK)
        status = gfn_keep_close(t);
    if (status == GFN_OK)
        keep_picture(t, report);
    return status;
}

gfn_status gfn_keep_close(gfn_trainer *trainer)
{
    return gfn_appender_close(&trainer->metrics);
}
