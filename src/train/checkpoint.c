/* SPDX-License-Identifier: MIT
 *
 * A checkpoint: all that a run needs to go on, as a safetensors file.
 *
 *     policy.0.weight [in, out], policy.0.bias [out], ..., log_z [1]: parameters, y = x W + b
 *     adam.m.NAME, adam.v.NAME: the optimizer's moments of each
 *     modes [n, width]: objects of maximal reward that training has sampled
 *     metadata: format, version, iteration, params_crc, and config.NAME for every option
 */
#include "train/trainer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <gfn/version.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/folder.h"
#include "io/safetensors.h"

#define FORMAT "gfn-dist checkpoint 1"
#define CONFIG "config."

enum { FIXED_TEXTS = 4 };

#ifdef GFN_REAL64
#define REAL_DTYPE GFN_F64
#else
#define REAL_DTYPE GFN_F32
#endif

/* Lists under construction; the names and values live in an arena. */
typedef struct contents {
    gfn_arena *arena;
    struct gfn_array *arrays;
    struct gfn_text *texts;
    struct gfn_tensors tensors;
} contents;

static gfn_status print(contents *c, char **text, const char *a, const char *b)
{
    const size_t size = strlen(a) + strlen(b) + 1;
    GFN_TRY(gfn_arena_take(c->arena, size, 1, text));
    snprintf(*text, size, "%s%s", a, b);
    return GFN_OK;
}

static struct gfn_array array_of(const gfn_view *view, const char *name, const gfn_real *data)
{
    struct gfn_array array = {
        .name = name, .dtype = REAL_DTYPE, .ndim = (int)view->ndim, .data = data};
    for (size_t d = 0; d < view->ndim; d++)
        array.shape[d] = (int64_t)view->shape[d];
    return array;
}

static gfn_status add_views(contents *c, const gfn_model *model, const char *prefix,
                            const gfn_real *vector)
{
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        struct gfn_array *array = &c->arrays[c->tensors.n_arrays++];
        char *name;
        GFN_TRY(print(c, &name, prefix, view->name));
        *array = array_of(view, name, vector + view->offset);
    }
    return GFN_OK;
}

static gfn_status add_text(contents *c, const char *prefix, const char *name, const char *value)
{
    char *full;
    GFN_TRY(print(c, &full, prefix, name));
    c->texts[c->tensors.n_texts++] = (struct gfn_text){full, value};
    return GFN_OK;
}

static gfn_status add_number(contents *c, const char *name, const char *format, int64_t value)
{
    char digits[32], *text;
    snprintf(digits, sizeof digits, format, value);
    GFN_TRY(print(c, &text, digits, ""));
    return add_text(c, "", name, text);
}

static gfn_status fill(contents *c, const gfn_trainer *t)
{
    const gfn_model *model = t->run->model;
    const gfn_options *o = t->run->options;
    const size_t n_options = gfn_options_count(o);
    GFN_TRY(
        gfn_arena_take(c->arena, 3 * gfn_model_n_views(model) + 1, sizeof *c->arrays, &c->arrays));
    GFN_TRY(gfn_arena_take(c->arena, n_options + FIXED_TEXTS, sizeof *c->texts, &c->texts));
    GFN_TRY(add_views(c, model, "", gfn_model_params(t->run->model)));
    GFN_TRY(add_views(c, model, "adam.m.", t->m));
    GFN_TRY(add_views(c, model, "adam.v.", t->v));
    if (t->modes.all)
        c->arrays[c->tensors.n_arrays++] = (struct gfn_array){
            .name = "modes",
            .dtype = GFN_I32,
            .ndim = 2,
            .shape = {(int64_t)gfn_state_set_count(t->modes.all), (int64_t)t->modes.width},
            .data = gfn_state_set_states(t->modes.all)};
    GFN_TRY(add_text(c, "", "format", FORMAT));
    GFN_TRY(add_text(c, "", "version", gfn_version()));
    GFN_TRY(add_number(c, "iteration", "%" PRId64, t->run->iteration));
    GFN_TRY(add_number(c, "params_crc", "%08" PRIx64, (int64_t)gfn_run_params_crc(t->run)));
    for (size_t i = 0; i < n_options; i++) {
        const char *name = gfn_options_row(o, i)->name;
        GFN_TRY(add_text(c, CONFIG, name, gfn_options_text(o, name)));
    }
    c->tensors.arrays = c->arrays;
    c->tensors.texts = c->texts;
    return GFN_OK;
}

static gfn_status save(gfn_trainer *t, contents *c)
{
    char *path = NULL, *previous = NULL;
    gfn_status status = fill(c, t);
    if (status == GFN_OK)
        status = gfn_folder_path(t->run->directory, GFN_CHECKPOINT_FILE, &path);
    if (status == GFN_OK)
        status = gfn_folder_path(t->run->directory, GFN_CHECKPOINT_PREVIOUS, &previous);
    if (status == GFN_OK)
        status = gfn_safetensors_save(path, previous, &c->tensors);
    gfn_release(&path);
    gfn_release(&previous);
    return status;
}

gfn_status gfn_checkpoint_save(gfn_trainer *trainer)
{
    if (!gfn_trainer_is_kept(trainer) || gfn_comm_rank(trainer->run->comm) != 0)
        return GFN_OK;
    contents c = {0};
    GFN_TRY(gfn_arena_create(&c.arena));
    gfn_status status = save(trainer, &c);
    gfn_arena_destroy(&c.arena);
    trainer->last_checkpoint = gfn_clock_seconds();
    return status;
}

/* Reading, on rank 0. */

static gfn_status read_options(const gfn_safetensors *file, const char *path, gfn_options **options)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    const char *format = gfn_safetensors_text(file, "format");
    const char *env = gfn_safetensors_text(file, CONFIG "env");
    if (format == NULL || strcmp(format, FORMAT) != 0 || env == NULL)
        return gfn_fail(GFN_EDATA,
                        "%s: format is \"%s\", expected \"%s\" (hint: a file that "
                        "gfn-dist %s wrote)",
                        path, format ? format : "not stated", FORMAT, gfn_version());
    GFN_TRY(gfn_run_options_create(env, options));
    for (size_t i = 0; i < all->n_texts; i++) {
        const struct gfn_text *text = &all->texts[i];
        if (strncmp(text->name, CONFIG, strlen(CONFIG)) != 0)
            continue;
        gfn_status status =
            gfn_options_set(*options, text->name + strlen(CONFIG), text->value, path);
        if (status != GFN_OK) {
            gfn_options_destroy(options);
            return gfn_fail_in(GFN_EDATA, "%s: ", path);
        }
    }
    return GFN_OK;
}

static gfn_status read_params(const gfn_safetensors *file, const char *path, gfn_run *run)
{
    gfn_real *params = gfn_model_params(run->model);
    for (size_t i = 0; i < gfn_model_n_views(run->model); i++) {
        const gfn_view *view = gfn_model_view(run->model, i);
        struct gfn_array array = array_of(view, view->name, NULL);
        GFN_TRY(gfn_safetensors_find(file, &array));
        memcpy(params + view->offset, array.data, view->n * sizeof *params);
    }
    const char *iteration = gfn_safetensors_text(file, "iteration");
    if (iteration == NULL || !gfn_text_integer(iteration, &run->iteration) || run->iteration < 0)
        return gfn_fail(GFN_EDATA, "%s: iteration is \"%s\", expected a number", path,
                        iteration ? iteration : "not stated");
    return GFN_OK;
}

/* Make the run from rank 0's file and give its parameters to all. */
static gfn_status revive(gfn_comm *comm, const gfn_safetensors *file, const char *path,
                         const gfn_options *options, int threads, gfn_run **run)
{
    GFN_TRY(gfn_run_create(comm, options, threads, run));
    gfn_run *r = *run;
    gfn_status status = file ? read_params(file, path, r) : GFN_OK;
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(comm, gfn_model_params(r->model),
                                    gfn_model_n_params(r->model) * sizeof(gfn_real));
    if (status == GFN_OK)
        status = gfn_comm_broadcast(comm, &r->iteration, sizeof r->iteration);
    if (status != GFN_OK)
        gfn_run_destroy(run);
    return status;
}

/* Read the checkpoint of a run directory; what is wrong is said of the directory. */
static gfn_status load_file(const char *directory, char **path, gfn_safetensors **file)
{
    GFN_TRY(gfn_folder_path(directory, GFN_CHECKPOINT_FILE, path));
    if (!gfn_folder_exists(directory))
        return gfn_fail(GFN_EIO, "%s: expected a run directory, found %s (hint: runs/latest)",
                        directory, gfn_file_exists(directory) ? "a file" : "nothing");
    if (!gfn_file_exists(*path))
        return gfn_fail(
            GFN_EIO,
            "%s: expected a run directory with a %s, found none (hint: a run that ended "
            "before its first checkpoint has none)",
            directory, GFN_CHECKPOINT_FILE);
    return gfn_safetensors_load(*path, file);
}

gfn_status gfn_run_load(gfn_comm *comm, const char *directory, int threads, gfn_run **run)
{
    gfn_safetensors *file = NULL;
    gfn_options *options = NULL;
    char *path = NULL;
    gfn_run *r = NULL;
    gfn_status status = GFN_OK;
    if (gfn_comm_rank(comm) == 0) {
        status = load_file(directory, &path, &file);
        if (status == GFN_OK)
            status = read_options(file, path, &options);
    }
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = revive(comm, file, path, options, threads, &r);
    if (status == GFN_OK)
        *run = r;
    gfn_safetensors_destroy(&file);
    gfn_options_destroy(&options);
    gfn_release(&path);
    return status;
}
