/* SPDX-License-Identifier: MIT
 *
 * A run from its directory: to be measured and sampled from, or to go on. Rank 0 reads; what it
 * found is given to all.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <gfn/version.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/folder.h"
#include "train/checkpoint.h"

/* What rank 0 found. */
typedef struct found {
    gfn_safetensors *file; /* NULL: there is no checkpoint, only config.ini */
    char *path;            /* of the file that was taken */
    gfn_options *options;
    int64_t iteration;
    bool is_fallback;
    bool is_changed; /* the options are no longer those of the file */
    char notice[sizeof((gfn_run *)NULL)->notice];
} found;

static void clear(found *f)
{
    gfn_safetensors_destroy(&f->file);
    gfn_options_destroy(&f->options);
    gfn_release(&f->path);
}

/* One more line for people. */
static void GFN_PRINTF(2, 3) note(found *f, const char *format, ...)
{
    const size_t used = strlen(f->notice);
    va_list arguments;
    va_start(arguments, format);
    if (used > 0)
        snprintf(f->notice + used, sizeof f->notice - used, "\n");
    vsnprintf(f->notice + strlen(f->notice), sizeof f->notice - strlen(f->notice), format,
              arguments);
    va_end(arguments);
}

/* ---- a checkpoint ---- */

static gfn_status check_texts(const gfn_safetensors *file, const char *path)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    const char *format = gfn_safetensors_text(file, "format");
    const char *crc = gfn_safetensors_text(file, GFN_CHECKPOINT_TEXTS_CRC);
    char made[9];
    if (format == NULL || strcmp(format, GFN_CHECKPOINT_FORMAT) != 0)
        return gfn_fail(GFN_EDATA,
                        "%s: format is \"%.60s\", expected \"%s\" (hint: a file that "
                        "gfn-dist %s wrote)",
                        path, format ? format : "not stated", GFN_CHECKPOINT_FORMAT, gfn_version());
    snprintf(made, sizeof made, "%08x", (unsigned)gfn_checkpoint_texts_crc(all));
    if (crc == NULL || strcmp(crc, made) != 0 || gfn_safetensors_text(file, "data_crc32") == NULL)
        return gfn_fail(GFN_EDATA,
                        "%s: the metadata is damaged: expected the checksum %.20s, found %s "
                        "(hint: use another copy)",
                        path, crc ? crc : "that is missing", made);
    return GFN_OK;
}

static gfn_status read_options(found *f)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(f->file);
    const size_t prefix = strlen(GFN_CHECKPOINT_CONFIG);
    const char *env = gfn_safetensors_text(f->file, GFN_CHECKPOINT_CONFIG "env");
    gfn_status status = gfn_run_options_create(env ? env : "not stated", &f->options);
    for (size_t i = 0; i < all->n_texts && status == GFN_OK; i++)
        if (strncmp(all->texts[i].name, GFN_CHECKPOINT_CONFIG, prefix) == 0)
            status = gfn_options_set(f->options, all->texts[i].name + prefix, all->texts[i].value,
                                     f->path);
    return status == GFN_EINVAL ? gfn_fail_in(GFN_EDATA, "%s: ", f->path) : status;
}

/* Each layer as wide as the options say: a model is not made, with all its memory, for a file that
 * does not hold it. */
static gfn_status check_layers(const found *f)
{
    int64_t widths[GFN_MAX_HIDDEN];
    const size_t n = gfn_options_widths(f->options, "hidden", widths);
    for (size_t i = 0; i < n; i++) {
        char name[48];
        snprintf(name, sizeof name, "policy.%zu.bias", i);
        struct gfn_array bias = {
            .name = name, .dtype = GFN_REAL_DTYPE, .ndim = 1, .shape = {widths[i]}};
        gfn_status status = gfn_safetensors_find(f->file, &bias);
        if (status != GFN_OK)
            return gfn_fail_in(status, "%s: ", f->path);
    }
    return GFN_OK;
}

static gfn_status read_iteration(found *f)
{
    const char *text = gfn_safetensors_text(f->file, "iteration");
    if (text && gfn_text_integer(text, &f->iteration) && f->iteration >= 0)
        return GFN_OK;
    return gfn_fail(GFN_EDATA, "%s: iteration is \"%.40s\", expected a number", f->path,
                    text ? text : "not stated");
}

static gfn_status check_file(found *f)
{
    GFN_TRY(check_texts(f->file, f->path));
    GFN_TRY(read_options(f));
    GFN_TRY(check_layers(f));
    return read_iteration(f);
}

/* f->path is `path` from now on. */
static gfn_status open_file(found *f, char *path)
{
    f->path = path;
    GFN_TRY(gfn_safetensors_load(path, &f->file));
    gfn_status status = check_file(f);
    if (status != GFN_OK) {
        gfn_safetensors_destroy(&f->file);
        gfn_options_destroy(&f->options);
    }
    return status;
}

static gfn_status refuse_directory(const char *directory)
{
    if (!gfn_folder_exists(directory))
        return gfn_fail(GFN_EIO, "%s: expected a run directory, found %s (hint: runs/latest)",
                        directory, gfn_file_exists(directory) ? "a file" : "nothing");
    return gfn_fail(GFN_EIO,
                    "%s: expected a run directory with a %s, found none (hint: a run that ended "
                    "before its first checkpoint has none)",
                    directory, GFN_CHECKPOINT_FILE);
}

/* The newest checkpoint, or where it is damaged or missing the one before. */
static gfn_status open_best(const char *directory, found *f)
{
    char *newest = NULL, *previous = NULL;
    GFN_TRY(gfn_folder_path(directory, GFN_CHECKPOINT_FILE, &newest));
    gfn_status status = gfn_folder_path(directory, GFN_CHECKPOINT_PREVIOUS, &previous);
    if (status != GFN_OK) {
        gfn_release(&newest);
        return status;
    }
    const bool has_newest = gfn_file_exists(newest), has_previous = gfn_file_exists(previous);
    char why[600] = "";
    if (has_newest) {
        status = open_file(f, newest);
        snprintf(why, sizeof why, "%s", gfn_error_message());
    } else {
        status = refuse_directory(directory);
        snprintf(why, sizeof why, "%s is missing", newest);
        gfn_release(&newest);
    }
    if (status == GFN_OK || status == GFN_ENOMEM || !has_previous) {
        gfn_release(&previous);
        return status;
    }
    gfn_release(&newest);
    status = open_file(f, previous);
    if (status != GFN_OK)
        return gfn_fail_in(status, "%s; and the one before: ", why);
    f->is_fallback = has_newest;
    note(f, "%s; %s of iteration %lld is taken instead", why, GFN_CHECKPOINT_PREVIOUS,
         (long long)f->iteration);
    return GFN_OK;
}

/* ---- going on ---- */

/* A run that ended before its first checkpoint begins anew, as its config.ini says. */
static gfn_status open_beginning(const char *directory, found *f)
{
    GFN_TRY(gfn_folder_path(directory, GFN_CONFIG_FILE, &f->path));
    if (!gfn_file_exists(f->path))
        return refuse_directory(directory);
    GFN_TRY(gfn_run_options_load(f->path, NULL, &f->options));
    for (size_t i = 0; i < gfn_options_count(f->options); i++) {
        const gfn_option *row = gfn_options_row(f->options, i);
        if (gfn_run_option_is_of_job(row->name))
            GFN_TRY(gfn_options_set(f->options, row->name, row->fallback, "default"));
    }
    note(f, "%s holds no checkpoint yet: the run begins anew", directory);
    return GFN_OK;
}

static bool has_checkpoint(const char *directory)
{
    static const char *const names[] = {GFN_CHECKPOINT_FILE, GFN_CHECKPOINT_PREVIOUS};
    bool exists = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = NULL;
        exists |= gfn_folder_path(directory, names[i], &path) == GFN_OK && gfn_file_exists(path);
        gfn_release(&path);
    }
    return exists;
}

/* What is said of a run that gets another length. */
static void note_length(found *f, int64_t before, int64_t now)
{
    const char *schedule = gfn_options_text(f->options, "schedule");
    if (strcmp(schedule, "constant") == 0)
        note(f, "iterations: %lld instead of %lld", (long long)now, (long long)before);
    else
        note(f,
             "iterations: %lld instead of %lld: from here on the %s schedule gives the learning "
             "rates of a run of %lld, and the result is that of neither run (hint: only with "
             "--schedule constant does a longer run begin as a shorter one)",
             (long long)now, (long long)before, schedule, (long long)now);
}

static gfn_status change(found *f, const gfn_options *before, const gfn_setting *s)
{
    const int64_t iterations = gfn_options_int(before, "iterations");
    GFN_TRY(gfn_options_set(f->options, s->name, s->value, "command line"));
    if (gfn_options_is_same(f->options, before, s->name))
        return gfn_options_set(f->options, s->name, gfn_options_text(before, s->name), f->path);
    if (!gfn_run_option_may_change(s->name))
        return gfn_fail(GFN_EINVAL,
                        "%s: expected %s as in %s, found %s (hint: leave it out, or begin another "
                        "run)",
                        s->name, gfn_options_text(before, s->name), f->path, s->value);
    if (strcmp(s->name, "iterations") == 0 && gfn_options_int(f->options, s->name) < f->iteration)
        return gfn_fail(GFN_EINVAL,
                        "iterations: expected at least the %lld that are done, found %s (hint: "
                        "gfn-dist eval measures a run as it is)",
                        (long long)f->iteration, s->value);
    if (strcmp(s->name, "iterations") == 0)
        note_length(f, iterations, gfn_options_int(f->options, s->name));
    f->is_changed |= !gfn_run_option_is_of_job(s->name);
    return GFN_OK;
}

static gfn_status change_all(found *f, const gfn_setting *settings, size_t n)
{
    gfn_options *before = NULL;
    gfn_status status = gfn_options_copy(f->options, &before);
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        status = change(f, before, &settings[i]);
    gfn_options_destroy(&before);
    return status;
}

/* Other kernels or another version of the program round differently. */
static void note_build(found *f)
{
    const struct {
        const char *name, *here;
    } builds[] = {{"kernels", gfn_kernels_name()}, {"version", gfn_version()}};
    for (size_t i = 0; f->file && i < sizeof builds / sizeof builds[0]; i++) {
        const char *there = gfn_safetensors_text(f->file, builds[i].name);
        if (there && strcmp(there, builds[i].here) != 0)
            note(f,
                 "%s: %.40s made the checkpoint, here is %s: the run goes on, but to other bits "
                 "than where it began%s",
                 builds[i].name, there, builds[i].here,
                 i == 0 ? " (hint: GFN_KERNELS, see README)" : "");
    }
}

static gfn_status open_to_go_on(const char *directory, const gfn_setting *settings, size_t n,
                                found *f)
{
    GFN_TRY(has_checkpoint(directory) ? open_best(directory, f) : open_beginning(directory, f));
    note_build(f);
    GFN_TRY(change_all(f, settings, n));
    if (f->file && f->iteration >= gfn_options_int(f->options, "iterations"))
        note(f, "all %lld iterations are done (hint: --iterations %lld goes on)",
             (long long)f->iteration, (long long)(2 * f->iteration));
    return GFN_OK;
}

/* ---- the run ---- */

static gfn_status read_params(const found *f, gfn_run *run)
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

/* What rank 0 found becomes the run's on all ranks. */
static gfn_status give_to_all(gfn_run *run, found *f)
{
    int64_t facts[] = {f->file != NULL, f->iteration, f->is_changed};
    GFN_TRY(gfn_comm_agree(run->comm, f->file ? read_params(f, run) : GFN_OK));
    GFN_TRY(gfn_comm_broadcast(run->comm, facts, sizeof facts));
    run->is_loaded = facts[0] != 0;
    run->iteration = facts[1];
    run->is_changed = facts[2] != 0;
    run->is_fallback = f->is_fallback;
    snprintf(run->notice, sizeof run->notice, "%s", f->notice);
    if (!run->is_loaded)
        return GFN_OK;
    run->checkpoint = f->file;
    f->file = NULL;
    return gfn_comm_broadcast(run->comm, gfn_model_params(run->model),
                              gfn_model_n_params(run->model) * sizeof(gfn_real));
}

/* `mine` is rank 0's status so far. Ends *f. */
static gfn_status revive(gfn_comm *comm, gfn_status mine, found *f, int threads, gfn_run **run)
{
    gfn_run *r = NULL;
    gfn_status status = gfn_comm_agree(comm, mine);
    if (status == GFN_OK)
        status = gfn_run_create(comm, f->options, threads, &r);
    if (status == GFN_OK)
        status = give_to_all(r, f);
    if (status == GFN_OK)
        *run = r;
    else
        gfn_run_destroy(&r);
    clear(f);
    return status;
}

gfn_status gfn_run_load(gfn_comm *comm, const char *directory, int threads, gfn_run **run)
{
    found f = {.file = NULL};
    const gfn_status status = gfn_comm_rank(comm) == 0 ? open_best(directory, &f) : GFN_OK;
    return revive(comm, status, &f, threads, run);
}

gfn_status gfn_run_resume(gfn_comm *comm, const char *directory, const gfn_setting *settings,
                          size_t n, gfn_run **run)
{
    found f = {.file = NULL};
    char *resolved = NULL;
    gfn_status status = GFN_OK;
    if (gfn_comm_rank(comm) == 0) {
        status = gfn_folder_resolve(directory, &resolved);
        if (status == GFN_OK)
            status = open_to_go_on(resolved, settings, n, &f);
    }
    status = revive(comm, status, &f, 0, run);
    if (status != GFN_OK) {
        gfn_release(&resolved);
        return status;
    }
    (*run)->origin = resolved;
    (*run)->is_resumed = true;
    return GFN_OK;
}
