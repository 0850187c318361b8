/* SPDX-License-Identifier: MIT
 *
 * Opening the checkpoint of a run directory. All checks are here, before anything is made from it.
 */
#include "store/found.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "io/folder.h"
#include "model/layers.h"
#include "run/matrix_copies.h"
#include "run/metadata.h"
#include "run/plugin_trust.h"
#include "store/checkpoint.h"
#include "store/store.h"

void gfn_found_begin(gfn_found *f, const gfn_setting *settings, size_t n)
{
    *f = (gfn_found){.settings = settings, .n_settings = n};
    for (size_t i = 0; i < n; i++)
        if (strcmp(settings[i].name, "env") == 0)
            f->env = settings[i].value;
}

void gfn_found_clear(gfn_found *f)
{
    gfn_safetensors_destroy(&f->file);
    gfn_options_destroy(&f->options);
    gfn_release(&f->path);
}

/* An older or newer format is not damage: the file may be the only good one. */
static gfn_status check_format(gfn_found *f)
{
    const char *format = gfn_safetensors_text(f->file, "format");
    const char *version = gfn_safetensors_text(f->file, "version");
    f->is_damaged = format == NULL;
    if (format == NULL)
        return gfn_fail(GFN_EDATA,
                        "%s: expected the format \"%s\", found none (hint: use another copy)",
                        f->path, GFN_CHECKPOINT_FORMAT);
    if (strcmp(format, GFN_CHECKPOINT_FORMAT) != 0)
        return gfn_fail(GFN_EDATA,
                        "%s: expected the format \"%s\", found \"%.60s\" (hint: use gfn-dist%s"
                        "%.20s, which wrote it)",
                        f->path, GFN_CHECKPOINT_FORMAT, format, version ? " " : "",
                        version ? version : "");
    return GFN_OK;
}

static gfn_status check_texts(gfn_found *f)
{
    const gfn_safetensors *file = f->file;
    const char *path = f->path;
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    const char *crc = gfn_safetensors_text(file, GFN_CHECKPOINT_TEXTS_CRC);
    char made[9];
    gfn_format(made, sizeof made, "%08x", (unsigned)gfn_checkpoint_texts_crc(all));
    f->is_damaged =
        crc == NULL || strcmp(crc, made) != 0 || gfn_safetensors_text(file, "data_crc32") == NULL;
    if (f->is_damaged)
        return gfn_fail(GFN_EDATA,
                        "%s: the metadata is damaged: expected the checksum %.20s, found %s "
                        "(hint: use another copy)",
                        path, crc ? crc : "that is missing", made);
    return GFN_OK;
}

gfn_status gfn_found_check_env(const gfn_found *f, const char *in_file)
{
    if (f->env == NULL || strcmp(f->env, in_file) == 0 ||
        (gfn_env_is_path(f->env) && gfn_env_is_path(in_file)))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "env: expected %.300s as in %s, found %.300s (hint: leave it out, or begin "
                    "another run)",
                    in_file, f->path, f->env);
}

/* Checked before it is opened, because loading a plug-in runs code. */
static gfn_status check_env_of_checkpoint(const gfn_found *f)
{
    const char *in_file = gfn_safetensors_text(f->file, GFN_METADATA_CONFIG "env");
    if (f->env)
        return gfn_found_check_env(f, in_file ? in_file : "none");
    const gfn_status status = gfn_plugin_open_untrusted(in_file ? in_file : "none", NULL);
    if (status != GFN_OK)
        gfn_fail_in(status, "%s: ", f->path);
    return status == GFN_EINVAL ? GFN_EDATA : status;
}

/* Make default *f->options. Another path of a plug-in is a change, another name an error. */
static gfn_status open_env(gfn_found *f)
{
    const char *in_file = gfn_safetensors_text(f->file, GFN_METADATA_CONFIG "env");
    const char *name = gfn_safetensors_text(f->file, GFN_CHECKPOINT_ENV_NAME);
    const gfn_env_ops *ops;
    in_file = in_file ? in_file : "not stated";
    GFN_TRY(gfn_run_options_create(f->env ? f->env : in_file, &f->options));
    const char *env = gfn_options_text(f->options, "env");
    f->is_changed |= strcmp(env, in_file) != 0;
    GFN_TRY(gfn_env_open(env, &ops));
    if (!gfn_env_is_path(env) || (name && strcmp(name, ops->name) == 0))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "env: expected the environment %.80s, found %s in %.300s",
                    name ? name : "that is not stated", ops->name, env);
}

/* The environment is open already, so its option is skipped. */
static gfn_status read_option(gfn_found *f, const char *name, const char *value)
{
    if (strcmp(name, "env") == 0 || gfn_run_option_is_retired(name))
        return GFN_OK;
    return gfn_options_set(f->options, name, value, f->path);
}

/* A checkpoint without the option log-z-init is of a version that started at 0. */
static gfn_status read_options(gfn_found *f)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(f->file);
    const size_t prefix = strlen(GFN_METADATA_CONFIG);
    gfn_status status = open_env(f);
    if (status == GFN_OK)
        status = gfn_options_set(f->options, "log-z-init", "0", f->path);
    for (size_t i = 0; i < all->n_texts && status == GFN_OK; i++)
        if (strncmp(all->texts[i].name, GFN_METADATA_CONFIG, prefix) == 0)
            status = read_option(f, all->texts[i].name + prefix, all->texts[i].value);
    return status == GFN_EINVAL ? gfn_fail_in(GFN_EDATA, "%s: ", f->path) : status;
}

/* The row of a setting; NULL: the run has no such option. */
static const gfn_option *row_of(const gfn_found *f, const gfn_setting *setting)
{
    const gfn_option *row;
    for (size_t i = 0; (row = gfn_options_row(f->options, i)) != NULL; i++)
        if (strcmp(row->name, setting->name) == 0)
            return row;
    return NULL;
}

/* A file may have moved. If its content can be compared, that is done when it is known. */
static gfn_status apply_setting(gfn_found *f, const gfn_setting *setting)
{
    gfn_options *before = NULL;
    GFN_TRY(gfn_run_options_check_name(gfn_options_text(f->options, "env"), setting->name));
    GFN_TRY(gfn_options_copy(f->options, &before));
    gfn_status status = gfn_options_set(f->options, setting->name, setting->value, "command line");
    const bool is_path = status == GFN_OK && gfn_option_is_path(row_of(f, setting));
    if (is_path && !gfn_run_option_may_change(setting->name) &&
        !gfn_options_is_set(before, setting->name))
        status = gfn_fail(GFN_EINVAL,
                          "%s: expected nothing as in %s, found %.300s (hint: leave it out, or "
                          "begin another run)",
                          setting->name, f->path, setting->value);
    if (status == GFN_OK && !gfn_options_is_same(f->options, before, setting->name)) {
        f->is_changed = true;
        f->has_new_files |= is_path;
        f->has_new_rewards |= gfn_reward_is_source(setting->name);
        f->has_new_objects |= strcmp(setting->name, "terminal-states") == 0;
        f->has_new_test_set |= strcmp(setting->name, "test-set") == 0;
    }
    gfn_options_destroy(&before);
    return status;
}

static gfn_status apply_settings(gfn_found *f)
{
    for (size_t i = 0; i < f->n_settings; i++) {
        const gfn_option *row = row_of(f, &f->settings[i]);
        if (row == NULL || gfn_run_option_is_loadable(row))
            GFN_TRY(apply_setting(f, &f->settings[i]));
    }
    return GFN_OK;
}

/* A file of numbers that is named anew must have those of the copy. */
static gfn_status compare_matrices(const gfn_found *f, const gfn_options *before)
{
    for (size_t i = 0; i < gfn_options_count(before); i++) {
        const gfn_option *row = gfn_options_row(before, i);
        if (row->type == GFN_OPTION_MATRIX && !gfn_options_is_same(f->options, before, row->name))
            GFN_TRY(gfn_matrix_copy_compare(f->options, row->name, f->directory));
    }
    return GFN_OK;
}

gfn_status gfn_found_apply_loadable(gfn_found *f)
{
    gfn_options *before = NULL;
    GFN_TRY(gfn_options_copy(f->options, &before));
    gfn_status status = apply_settings(f);
    if (status == GFN_OK)
        status = compare_matrices(f, before);
    gfn_options_destroy(&before);
    return status;
}

gfn_status gfn_found_expect_loadable(const gfn_found *f)
{
    for (size_t i = 0; i < f->n_settings; i++) {
        const gfn_setting *s = &f->settings[i];
        const gfn_option *row = row_of(f, s);
        if (strcmp(s->name, "env") != 0 && row && !gfn_run_option_is_loadable(row))
            return gfn_fail(GFN_EINVAL,
                            "%s: expected an option that names a file, exact, enumerate-limit "
                            "or test-trajectories, found %.200s (hint: leave it out, the run has a "
                            "value of its own)",
                            s->name, s->value);
    }
    return GFN_OK;
}

/* Compare the tensors with the layers that the options describe. Nothing is allocated for layers
 * that the file does not hold. */
static gfn_status check_layers(const gfn_found *f, const gfn_shape *shape)
{
    gfn_model_config config;
    gfn_layers layers;
    GFN_TRY(gfn_run_configure_model(f->options, &config));
    GFN_TRY(gfn_layers_init(&layers, shape, &config));
    for (size_t i = 0; i < layers.n_views; i++) {
        const gfn_view *view = &layers.views[i];
        struct gfn_array array = gfn_checkpoint_array(view, view->name, NULL);
        GFN_TRY(gfn_safetensors_find(f->file, &array));
    }
    return GFN_OK;
}

/* Copies of numbers must be those that the policy was trained with. */
static gfn_status check_inputs(const gfn_found *f)
{
    for (size_t i = 0; i < gfn_options_count(f->options); i++) {
        const char *option = gfn_options_row(f->options, i)->name;
        const gfn_matrix *matrix = gfn_options_matrix(f->options, option);
        char name[160], found[9];
        gfn_format(name, sizeof name, GFN_CHECKPOINT_INPUT_CRC "%s", option);
        const char *crc = gfn_safetensors_text(f->file, name);
        if (crc == NULL || matrix == NULL || !gfn_matrix_copy_is_there(f->directory, option))
            continue;
        gfn_format(found, sizeof found, "%08" PRIx32, gfn_matrix_crc(matrix));
        if (strcmp(crc, found) != 0)
            return gfn_fail(GFN_EDATA,
                            "%s: expected the numbers with the checksum %.20s that the run began "
                            "with, found %s in input-%s.npy (hint: restore it from a copy)",
                            option, crc, found, option);
    }
    return GFN_OK;
}

static gfn_status check_network(const gfn_found *f)
{
    gfn_env *env = NULL;
    const gfn_env_ops *ops;
    GFN_TRY(gfn_env_open(gfn_options_text(f->options, "env"), &ops));
    gfn_status status = gfn_run_read_matrices_in(f->options, f->directory);
    if (status == GFN_OK)
        status = check_inputs(f);
    if (status == GFN_OK)
        status = gfn_env_create_with(ops, f->options, &env);
    if (status == GFN_OK)
        status = check_layers(f, gfn_env_shape(env));
    else
        status = gfn_path_files_explain(status, ops, f->options);
    gfn_env_destroy(&env);
    if (status == GFN_EINVAL && f->has_new_files) /* not an error of the checkpoint */
        return status;
    if (status == GFN_EINVAL || status == GFN_EDATA)
        return gfn_fail_in(GFN_EDATA, "%s: ", f->path);
    return status;
}

static gfn_status read_iteration(gfn_found *f)
{
    const char *text = gfn_safetensors_text(f->file, "iteration");
    if (text && gfn_parse_integer(text, &f->iteration) && f->iteration >= 0 &&
        f->iteration <= GFN_MAX_COUNT)
        return GFN_OK;
    return gfn_fail(GFN_EDATA,
                    "%s: expected an iteration from 0 to 2^53, found %s%.40s%s (hint: use another "
                    "copy)",
                    f->path, text ? "\"" : "", text ? text : "none", text ? "\"" : "");
}

static gfn_status check_file(gfn_found *f)
{
    GFN_TRY(check_format(f));
    GFN_TRY(check_texts(f));
    GFN_TRY(check_env_of_checkpoint(f));
    GFN_TRY(read_options(f));
    GFN_TRY(gfn_found_apply_loadable(f));
    GFN_TRY(check_network(f));
    return read_iteration(f);
}

static gfn_status open_file(gfn_found *f, const char *directory, const char *name)
{
    f->is_damaged = false;
    gfn_release(&f->path);
    GFN_TRY(gfn_folder_path(directory, name, &f->path));
    gfn_status status = gfn_safetensors_load(f->path, &f->file);
    f->is_damaged = status == GFN_EDATA;
    GFN_TRY(status);
    status = check_file(f);
    if (status != GFN_OK) {
        gfn_safetensors_destroy(&f->file);
        gfn_options_destroy(&f->options);
    }
    return status;
}

gfn_status gfn_found_refuse(const char *directory)
{
    if (!gfn_folder_exists(directory))
        return gfn_fail(GFN_EIO,
                        "%s: expected a run directory, found %s (hint: ls runs; paths are "
                        "relative to this folder)",
                        directory, gfn_file_exists(directory) ? "a file" : "nothing");
    if (gfn_store_is_sweep(directory))
        return gfn_fail(GFN_EIO,
                        "%s: expected the directory of one run, found that of a sweep (hint: "
                        "one of its folders seed-...)",
                        directory);
    return gfn_fail(GFN_EIO,
                    "%s: expected a run directory with a %s, found none (hint: a run that ended "
                    "before its first checkpoint has none)",
                    directory, GFN_CHECKPOINT_FILE);
}

gfn_status gfn_found_open(const char *directory, gfn_found *f)
{
    const bool has_newest = gfn_folder_holds(directory, GFN_CHECKPOINT_FILE);
    const bool has_previous = gfn_folder_holds(directory, GFN_CHECKPOINT_PREVIOUS);
    gfn_status status =
        has_newest ? open_file(f, directory, GFN_CHECKPOINT_FILE) : gfn_found_refuse(directory);
    /* A file that cannot be read now, or only by another version, is not damaged. */
    if (status == GFN_OK || (has_newest && !f->is_damaged) || !has_previous)
        return status;
    char why[600];
    if (has_newest)
        gfn_format(why, sizeof why, "%s", gfn_error_message());
    else
        gfn_format(why, sizeof why, "%s: %s is missing", directory, GFN_CHECKPOINT_FILE);
    status = open_file(f, directory, GFN_CHECKPOINT_PREVIOUS);
    if (status != GFN_OK)
        return gfn_fail_in(status, "%s; and the one before: ", why);
    f->is_fallback = true;
    gfn_notices_add(&f->notices, "%s; %s of iteration %lld is taken instead", why,
                    GFN_CHECKPOINT_PREVIOUS, (long long)f->iteration);
    return GFN_OK;
}
