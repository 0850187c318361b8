/* SPDX-License-Identifier: MIT
 *
 * Saving a checkpoint. It is a function of the run's configuration and iteration, of the program
 * and the kind of processor: no clock, no job and no number of ranks leaves a trace in it.
 */
#include "train/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/version.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"
#include "io/crc.h"
#include "io/folder.h"

enum { FIXED_TEXTS = 11 };

/* Saving shall take no more than a fiftieth of the time. How long it takes is known after the first
 * time; before, a disk is assumed that takes so many bytes a second. */
enum { SAVING_SHARE = 50 };
#define SLOW_DISK 1e8
#define LEAST_SECONDS 30.0

/* Lists under construction; the names and values live in an arena. */
typedef struct contents {
    gfn_arena *arena;
    struct gfn_array *arrays;
    struct gfn_text *texts;
    struct gfn_tensors tensors;
} contents;

static gfn_status join(contents *c, char **text, const char *a, const char *b)
{
    const size_t size = strlen(a) + strlen(b) + 1;
    GFN_TRY(gfn_arena_take(c->arena, size, 1, text));
    snprintf(*text, size, "%s%s", a, b);
    return GFN_OK;
}

struct gfn_array gfn_checkpoint_array(const gfn_view *view, const char *name, const gfn_real *data)
{
    struct gfn_array array = {
        .name = name, .dtype = GFN_REAL_DTYPE, .ndim = (int)view->ndim, .data = data};
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
        GFN_TRY(join(c, &name, prefix, view->name));
        *array = gfn_checkpoint_array(view, name, vector + view->offset);
    }
    return GFN_OK;
}

static gfn_status add_text(contents *c, const char *prefix, const char *name, const char *value)
{
    char *full;
    GFN_TRY(join(c, &full, prefix, name));
    c->texts[c->tensors.n_texts++] = (struct gfn_text){full, value};
    return GFN_OK;
}

static gfn_status add_number(contents *c, const char *name, const char *format, int64_t value)
{
    char digits[32], *text;
    snprintf(digits, sizeof digits, format, value);
    GFN_TRY(join(c, &text, digits, ""));
    return add_text(c, "", name, text);
}

static _Thread_local size_t state_bytes; /* of those that are being sorted */

static int compare_states(const void *a, const void *b)
{
    return memcmp(a, b, state_bytes);
}

/* Modes in an order of their own: who found them first depends on the number of ranks. */
static gfn_status add_modes(contents *c, const gfn_modes *modes)
{
    const size_t n = modes->all ? gfn_state_set_count(modes->all) : 0;
    int32_t *states;
    if (modes->all == NULL)
        return GFN_OK;
    if (modes->is_full) /* which of them are remembered depends on the ranks */
        return add_text(c, "", GFN_CHECKPOINT_MODES, "too many");
    GFN_TRY(gfn_arena_take(c->arena, n * modes->width, sizeof *states, &states));
    state_bytes = modes->width * sizeof *states;
    if (n > 0)
        memcpy(states, gfn_state_set_states(modes->all), n * state_bytes);
    qsort(states, n, state_bytes, compare_states);
    c->arrays[c->tensors.n_arrays++] =
        (struct gfn_array){.name = GFN_CHECKPOINT_MODES,
                           .dtype = GFN_I32,
                           .ndim = 2,
                           .shape = {(int64_t)n, (int64_t)modes->width},
                           .data = states};
    return GFN_OK;
}

static gfn_status add_replay(contents *c, const gfn_replay *replay, size_t width)
{
    const size_t n = replay ? gfn_replay_count(replay) : 0;
    int32_t *objects;
    if (replay == NULL)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(c->arena, n * width, sizeof *objects, &objects));
    for (size_t i = 0; i < n; i++)
        memcpy(objects + i * width, gfn_replay_object(replay, i), width * sizeof *objects);
    c->arrays[c->tensors.n_arrays++] = (struct gfn_array){.name = GFN_CHECKPOINT_REPLAY,
                                                          .dtype = GFN_I32,
                                                          .ndim = 2,
                                                          .shape = {(int64_t)n, (int64_t)width},
                                                          .data = objects};
    return GFN_OK;
}

static gfn_status add_loss(contents *c, double loss)
{
    char digits[40], *text;
    if (!isfinite(loss))
        return GFN_OK;
    snprintf(digits, sizeof digits, "%.17g", loss);
    GFN_TRY(join(c, &text, digits, ""));
    return add_text(c, "", "loss", text);
}

uint32_t gfn_checkpoint_texts_crc(const struct gfn_tensors *tensors)
{
    uint32_t all = 0;
    for (size_t i = 0; i < tensors->n_texts; i++) {
        const struct gfn_text *text = &tensors->texts[i];
        if (strcmp(text->name, GFN_CHECKPOINT_TEXTS_CRC) == 0 ||
            strcmp(text->name, "data_crc32") == 0)
            continue;
        const uint32_t crc = gfn_crc32(0, text->name, strlen(text->name) + 1);
        all ^= gfn_crc32(crc, text->value, strlen(text->value) + 1);
    }
    return all;
}

static gfn_status add_plugin(contents *c, const gfn_run *run)
{
    if (!run->is_plugin)
        return GFN_OK;
    GFN_TRY(add_text(c, "", GFN_CHECKPOINT_ENV_NAME, gfn_env_kind_of(run->env)->name));
    return add_number(c, GFN_CHECKPOINT_ENV_CRC, "%08" PRIx64, run->plugin_crc);
}

static gfn_status fill(contents *c, const gfn_trainer *t)
{
    const gfn_model *model = t->run->model;
    const gfn_options *o = t->run->options;
    const size_t n_options = gfn_options_count(o);
    GFN_TRY(
        gfn_arena_take(c->arena, 3 * gfn_model_n_views(model) + 2, sizeof *c->arrays, &c->arrays));
    GFN_TRY(gfn_arena_take(c->arena, n_options + FIXED_TEXTS, sizeof *c->texts, &c->texts));
    GFN_TRY(add_views(c, model, "", gfn_model_params(t->run->model)));
    GFN_TRY(add_views(c, model, "adam.m.", t->m));
    GFN_TRY(add_views(c, model, "adam.v.", t->v));
    GFN_TRY(add_modes(c, &t->modes));
    GFN_TRY(add_replay(c, t->replays.buffer, t->log->state_width));
    GFN_TRY(add_text(c, "", "format", GFN_CHECKPOINT_FORMAT));
    GFN_TRY(add_text(c, "", "version", gfn_version()));
    GFN_TRY(add_text(c, "", "kernels", gfn_kernels_name()));
    GFN_TRY(add_number(c, "iteration", "%" PRId64, t->run->iteration));
    GFN_TRY(add_number(c, "params_crc", "%08" PRIx64, (int64_t)gfn_run_params_crc(t->run)));
    if (t->run->has_rewards)
        GFN_TRY(add_number(c, GFN_CHECKPOINT_REWARDS_CRC, "%08" PRIx64, t->run->rewards_crc));
    GFN_TRY(add_plugin(c, t->run));
    GFN_TRY(add_loss(c, t->loss));
    for (size_t i = 0; i < n_options; i++) {
        const char *name = gfn_options_row(o, i)->name;
        if (!gfn_run_option_is_of_job(name))
            GFN_TRY(add_text(c, GFN_CHECKPOINT_CONFIG, name, gfn_options_text(o, name)));
    }
    c->tensors.arrays = c->arrays;
    c->tensors.texts = c->texts;
    return add_number(c, GFN_CHECKPOINT_TEXTS_CRC, "%08" PRIx64,
                      (int64_t)gfn_checkpoint_texts_crc(&c->tensors));
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
    const double start = gfn_clock_seconds();
    /* No line that a checkpoint makes unrepeatable may be lost with the machine. */
    GFN_TRY(gfn_appender_sync(trainer->metrics));
    GFN_TRY(gfn_arena_create(&c.arena));
    gfn_status status = save(trainer, &c);
    gfn_arena_destroy(&c.arena);
    trainer->last_checkpoint = gfn_clock_seconds();
    trainer->saving_seconds = trainer->last_checkpoint - start;
    if (status == GFN_OK)
        trainer->saved_iteration = trainer->run->iteration;
    return status;
}

double gfn_checkpoint_period(const gfn_trainer *trainer)
{
    const double bytes = 3.0 * sizeof(gfn_real) * (double)gfn_model_n_params(trainer->run->model);
    const double saving = trainer->saving_seconds > 0 ? trainer->saving_seconds : bytes / SLOW_DISK;
    return fmax(LEAST_SECONDS, SAVING_SHARE * saving);
}
