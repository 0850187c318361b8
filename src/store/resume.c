/* SPDX-License-Identifier: MIT
 *
 * What a resumed run reads from its directory, and the settings that may change.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gfn/version.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/folder.h"
#include "io/ini.h"
#include "store/checkpoint.h"
#include "store/found.h"
#include "store/store.h"

static gfn_status check_env_of_config(const gfn_found *f)
{
    struct gfn_ini ini;
    if (f->env == NULL)
        return GFN_OK;
    GFN_TRY(gfn_ini_read(f->path, &ini));
    const char *in_file = gfn_ini_find(&ini, "env");
    const gfn_status status = gfn_found_check_env(f, in_file ? in_file : GFN_DEFAULT_ENV);
    gfn_ini_clear(&ini);
    return status;
}

/* A run that ended before its first checkpoint starts again from its config.ini. */
static gfn_status open_beginning(const char *directory, gfn_found *f)
{
    GFN_TRY(gfn_folder_path(directory, GFN_CONFIG_FILE, &f->path));
    if (!gfn_file_exists(f->path))
        return gfn_found_refuse(directory);
    GFN_TRY(check_env_of_config(f));
    GFN_TRY(gfn_run_options_load(f->path, f->env, &f->options));
    for (size_t i = 0; i < gfn_options_count(f->options); i++) {
        const gfn_option *row = gfn_options_row(f->options, i);
        if (gfn_run_option_is_of_job(row->name))
            GFN_TRY(gfn_options_set(f->options, row->name, row->fallback, "default"));
    }
    gfn_notices_add(&f->notices, "%s holds no checkpoint yet: the run begins anew", directory);
    return gfn_found_apply_loadable(f);
}

gfn_status gfn_found_expect_run(const char *directory)
{
    return gfn_store_has_checkpoint(directory) || gfn_folder_holds(directory, GFN_CONFIG_FILE)
               ? GFN_OK
               : gfn_found_refuse(directory);
}

/* Compare config.ini with the checkpoint: the job may have been killed after it wrote config.ini
 * and before the checkpoint, or the newest checkpoint is lost. */
static gfn_status note_other_length(const char *directory, gfn_found *f)
{
    char *path = NULL;
    gfn_options *last = NULL;
    GFN_TRY(gfn_folder_path(directory, GFN_CONFIG_FILE, &path));
    if (f->file && gfn_file_exists(path) &&
        gfn_run_options_load(path, gfn_options_text(f->options, "env"), &last) == GFN_OK &&
        !gfn_options_is_same(last, f->options, "iterations"))
        gfn_notices_add(&f->notices,
                        "iterations: %s in the checkpoint, %s in %s: the checkpoint counts (hint: "
                        "--iterations)",
                        gfn_options_text(f->options, "iterations"),
                        gfn_options_text(last, "iterations"), path);
    gfn_options_destroy(&last);
    gfn_release(&path);
    return GFN_OK;
}

/* Whether the steps that are done had the full rates, as a run of so many iterations gives them. No
 * schedule grows, so the last one decides. */
static bool had_full_rates(const gfn_found *f, int64_t iterations)
{
    gfn_schedule schedule = GFN_CONSTANT;
    const char *name = gfn_options_text(f->options, "schedule");
    return gfn_schedule_find(name, &schedule) == GFN_OK &&
           (f->iteration == 0 || gfn_schedule_factor(schedule, f->iteration - 1, iterations) >= 1);
}

/* Whether the steps that are done are those of a run of `now` iterations. */
static bool is_independent_of_length(const gfn_found *f, int64_t before, int64_t now)
{
    const gfn_options *o = f->options;
    const double until = gfn_options_number(o, "explore-until");
    const bool has_constant_schedule =
        strcmp(gfn_options_text(o, "explore-schedule"), "constant") == 0;
    const bool explores =
        gfn_options_number(o, "epsilon") > 0 || fabs(gfn_options_number(o, "temperature") - 1) > 0;
    return had_full_rates(f, before) && had_full_rates(f, now) &&
           (!explores || until <= 0 || (has_constant_schedule && until >= 1));
}

/* Notice printed when --iterations changes on resume. */
static void note_length(gfn_found *f, int64_t before, int64_t now)
{
    if (is_independent_of_length(f, before, now))
        gfn_notices_add(&f->notices, "iterations: %lld instead of %lld", (long long)now,
                        (long long)before);
    else
        gfn_notices_add(
            &f->notices,
            "iterations: %lld instead of %lld: from here on learning rates and exploration are "
            "those of a run of %lld, and the result differs from that of a run of %lld from the "
            "start (hint: equal only before rates decay, and with constant exploration)",
            (long long)now, (long long)before, (long long)now, (long long)now);
}

/* Objects in the checkpoint's list of the best. */
static int64_t count_top(const gfn_found *f)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(f->file);
    for (size_t i = 0; i < all->n_arrays; i++)
        if (strcmp(all->arrays[i].name, GFN_CHECKPOINT_TOP_OBJECT) == 0)
            return all->arrays[i].ndim > 0 ? all->arrays[i].shape[0] : 0;
    return 0;
}

/* Notice printed when --top grows on resume: a full list may have dropped objects. */
static void note_top(gfn_found *f, int64_t before, int64_t now)
{
    if (f->file == NULL || f->iteration == 0 || now <= before || count_top(f) < before)
        return;
    gfn_notices_add(&f->notices,
                    "top: %lld instead of %lld: of the %lld iterations before, top.csv has %s%lld "
                    "object%s (hint: a larger --top from the start)",
                    (long long)now, (long long)before, (long long)f->iteration,
                    before > 0 ? "only the best " : "", (long long)before, gfn_plural(before));
}

static const char *or_nothing(const char *text)
{
    return text[0] ? text : "nothing";
}

static gfn_status change(gfn_found *f, const gfn_options *before, const gfn_setting *s)
{
    const int64_t iterations = gfn_options_int(before, "iterations");
    GFN_TRY(gfn_options_set(f->options, s->name, s->value, "command line"));
    if (gfn_options_is_same(f->options, before, s->name))
        return gfn_options_set(f->options, s->name, gfn_options_text(before, s->name), f->path);
    if (!gfn_run_option_may_change(s->name))
        return gfn_fail(GFN_EINVAL,
                        "%s: expected %s as in %s, found %s (hint: leave it out, or begin another "
                        "run)",
                        s->name, or_nothing(gfn_options_text(before, s->name)), f->path, s->value);
    if (strcmp(s->name, "iterations") == 0 && gfn_options_int(f->options, s->name) < f->iteration)
        return gfn_fail(GFN_EINVAL,
                        "iterations: expected at least the %lld that are done, found %s (hint: "
                        "gfn-dist eval measures a run as it is)",
                        (long long)f->iteration, s->value);
    if (strcmp(s->name, "iterations") == 0)
        note_length(f, iterations, gfn_options_int(f->options, s->name));
    if (strcmp(s->name, "top") == 0)
        note_top(f, gfn_options_int(before, s->name), gfn_options_int(f->options, s->name));
    f->is_changed |= !gfn_run_option_is_of_job(s->name);
    return GFN_OK;
}

/* If a setting is given twice, the last one is used. */
static bool is_last(const gfn_setting *settings, size_t n, size_t i)
{
    for (size_t k = i + 1; k < n; k++)
        if (strcmp(settings[k].name, settings[i].name) == 0)
            return false;
    return true;
}

/* Apply the settings, except env: the environment is open already. */
static gfn_status change_all(gfn_found *f)
{
    const gfn_setting *settings = f->settings;
    const size_t n = f->n_settings;
    gfn_options *before = NULL;
    gfn_status status = gfn_options_copy(f->options, &before);
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        if (is_last(settings, n, i) && strcmp(settings[i].name, "env") != 0)
            status = change(f, before, &settings[i]);
    gfn_options_destroy(&before);
    return status;
}

/* Other kernels or another version of the program round differently. */
static void note_build(gfn_found *f)
{
    const struct {
        const char *name, *here;
    } builds[] = {{"kernels", gfn_kernels_name()}, {"version", gfn_version()}};
    for (size_t i = 0; f->file && i < sizeof builds / sizeof builds[0]; i++) {
        const char *there = gfn_safetensors_text(f->file, builds[i].name);
        if (there && strcmp(there, builds[i].here) != 0)
            gfn_notices_add(
                &f->notices,
                "%s: %.40s made the checkpoint, here is %s: the run continues, but to other "
                "bits than where it began%s",
                builds[i].name, there, builds[i].here,
                i == 0 ? " (hint: GFN_KERNELS, see gfn-dist help design)" : "");
    }
}

static void note_end(gfn_found *f)
{
    const long long done = (long long)f->iteration, more = done > 0 ? 2 * done : 1000;
    if (done == 1)
        gfn_notices_add(&f->notices, "the only iteration is done (hint: --iterations 2 continues)");
    else
        gfn_notices_add(&f->notices,
                        "all %lld iterations are done (hint: --iterations %lld continues)", done,
                        more);
}

gfn_status gfn_found_open_to_resume(const char *directory, gfn_found *f)
{
    GFN_TRY(gfn_store_has_checkpoint(directory) ? gfn_found_open(directory, f)
                                                : open_beginning(directory, f));
    GFN_TRY(note_other_length(directory, f));
    note_build(f);
    GFN_TRY(change_all(f));
    if (f->file && f->iteration >= gfn_options_int(f->options, "iterations"))
        note_end(f);
    return GFN_OK;
}
