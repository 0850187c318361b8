/* SPDX-License-Identifier: MIT
 *
 * Saving a checkpoint. It is a function of the run's configuration and iteration, of the program
 * and the kind of processor; it does not depend on clocks, jobs or the number of ranks.
 */
#include "store/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/crc.h"
#include "io/folder.h"
#include "run/matrix_copies.h"
#include "run/metadata.h"
#include "store/store.h"

/* Most texts that fill() adds to those of the build, the options and the files. */
enum { OWN_TEXTS = 6 };

/* Arrays besides parameters and moments. */
enum { OWN_ARRAYS = 5 };

/* Saving must take no more than a fiftieth of the time. Its duration is measured at the first save;
 * before that, it is estimated from a speed of the disk in bytes per second. */
enum { SAVING_SHARE = 50 };
#define SLOW_DISK 1e8
#define LEAST_SECONDS 30.0

/* Lists under construction; they live in the arena of the metadata. */
typedef struct contents {
    gfn_metadata metadata;
    struct gfn_array *arrays;
    struct gfn_tensors tensors;
} contents;

struct gfn_array gfn_checkpoint_array(const gfn_view *view, const char *name, const gfn_real *data)
{
    struct gfn_array array = {
        .name = name, .dtype = GFN_REAL_DTYPE, .ndim = (int)view->ndim, .data = data};
    for (size_t d = 0; d < view->ndim; d++)
        array.shape[d] = (int64_t)view->shape[d];
    return array;
}

void gfn_checkpoint_moment_prefix(const gfn_optimizer *optimizer, size_t moment,
                                  char prefix[GFN_MOMENT_PREFIX])
{
    gfn_format(prefix, GFN_MOMENT_PREFIX, "%s.%s.", optimizer->name, optimizer->moment[moment]);
}

static gfn_status add_views(contents *c, const gfn_model *model, const char *prefix,
                            const gfn_real *vector)
{
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        struct gfn_array *array = &c->arrays[c->tensors.n_arrays++];
        char *name;
        GFN_TRY(gfn_metadata_join(c->metadata.arena, prefix, view->name, &name));
        *array = gfn_checkpoint_array(view, name, vector + view->offset);
    }
    return GFN_OK;
}

static void add_objects(contents *c, const char *name, size_t n, size_t width,
                        const int32_t *objects)
{
    c->arrays[c->tensors.n_arrays++] =
        (struct gfn_array){name, GFN_I32, 2, {(int64_t)n, (int64_t)width}, objects};
}

/* A state to be sorted, with its size for the comparison. */
typedef struct sized_state {
    const int32_t *state;
    size_t bytes;
} sized_state;

static int compare_states(const void *a, const void *b)
{
    const sized_state *x = a, *y = b;
    return memcmp(x->state, y->state, x->bytes);
}

/* Copy n states of `width` words in the order of their bytes. */
static gfn_status copy_sorted(gfn_arena *arena, const int32_t *from, size_t n, size_t width,
                              int32_t *to)
{
    sized_state *order;
    GFN_TRY(gfn_arena_take(arena, n, sizeof *order, &order));
    for (size_t i = 0; i < n; i++)
        order[i] = (sized_state){from + i * width, width * sizeof *from};
    qsort(order, n, sizeof *order, compare_states);
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * width, order[i].state, order[i].bytes);
    return GFN_OK;
}

/* Modes are sorted, because the order in which they were found depends on the number of ranks. */
static gfn_status add_modes(contents *c, const gfn_modes *modes)
{
    const size_t n = modes->all ? gfn_state_set_count(modes->all) : 0;
    gfn_arena *arena = c->metadata.arena;
    int32_t *states;
    if (modes->all == NULL)
        return GFN_OK;
    if (modes->is_full) /* which of them are stored depends on the number of ranks */
        return gfn_metadata_add(&c->metadata, GFN_CHECKPOINT_MODES, "too many");
    GFN_TRY(gfn_arena_take(arena, n * modes->width, sizeof *states, &states));
    GFN_TRY(copy_sorted(arena, gfn_state_set_states(modes->all), n, modes->width, states));
    add_objects(c, GFN_CHECKPOINT_MODES, n, modes->width, states);
    return GFN_OK;
}

static gfn_status add_replay(contents *c, const gfn_replay_buffer *replay, size_t width)
{
    const size_t n = replay ? gfn_replay_buffer_count(replay) : 0;
    int32_t *objects;
    if (replay == NULL)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(c->metadata.arena, n * width, sizeof *objects, &objects));
    for (size_t i = 0; i < n; i++)
        memcpy(objects + i * width, gfn_replay_buffer_object(replay, i), width * sizeof *objects);
    add_objects(c, GFN_CHECKPOINT_REPLAY, n, width, objects);
    return GFN_OK;
}

static gfn_status add_top(contents *c, const gfn_top *top)
{
    gfn_arena *arena = c->metadata.arena;
    const int64_t n = (int64_t)top->n;
    double *log_reward;
    int64_t *found;
    if (top->most == 0)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(arena, top->n, sizeof *log_reward, &log_reward));
    GFN_TRY(gfn_arena_take(arena, top->n, 2 * sizeof *found, &found));
    for (size_t i = 0; i < top->n; i++) {
        log_reward[i] = top->best[i].log_reward;
        found[2 * i] = top->best[i].iteration;
        found[2 * i + 1] = top->best[i].trajectory;
    }
    add_objects(c, GFN_CHECKPOINT_TOP_OBJECT, top->n, top->width, top->object);
    c->arrays[c->tensors.n_arrays++] =
        (struct gfn_array){GFN_CHECKPOINT_TOP_REWARD, GFN_F64, 1, {n}, log_reward};
    c->arrays[c->tensors.n_arrays++] =
        (struct gfn_array){GFN_CHECKPOINT_TOP_FOUND, GFN_I64, 2, {n, 2}, found};
    return GFN_OK;
}

static gfn_status add_loss(gfn_metadata *m, double loss)
{
    char digits[40];
    gfn_format(digits, sizeof digits, "%.17g", loss);
    return isfinite(loss) ? gfn_metadata_add(m, "loss", digits) : GFN_OK;
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

static gfn_status add_plugin(gfn_metadata *m, const gfn_run *run)
{
    if (!run->is_plugin)
        return GFN_OK;
    GFN_TRY(gfn_metadata_add(m, GFN_CHECKPOINT_ENV_NAME, gfn_env_kind_of(run->env)->name));
    return gfn_metadata_add_crc(m, GFN_CHECKPOINT_ENV_CRC, run->plugin_crc);
}

/* Of files that only rank 0 reads, what was read has a checksum: the file itself may be gone. */
static gfn_status add_files(gfn_metadata *m, const gfn_path_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        const gfn_path_file *file = &files->file[i];
        char *name;
        if (!file->has_crc || file->is_of_rank_0)
            continue;
        GFN_TRY(gfn_metadata_join(m->arena, GFN_CHECKPOINT_FILE_CRC, file->option, &name));
        GFN_TRY(gfn_metadata_add_crc(m, name, file->crc));
    }
    return GFN_OK;
}

/* The numbers of files, of which the run directory has copies. */
static gfn_status add_inputs(gfn_metadata *m, const gfn_run *run)
{
    for (size_t i = 0; i < run->files.n; i++) {
        const char *option = run->files.file[i].option;
        const gfn_matrix *matrix = gfn_options_matrix(run->options, option);
        char *name;
        if (matrix == NULL)
            continue;
        GFN_TRY(gfn_metadata_join(m->arena, GFN_CHECKPOINT_INPUT_CRC, option, &name));
        GFN_TRY(gfn_metadata_add_crc(m, name, gfn_matrix_crc(matrix)));
    }
    return GFN_OK;
}

/* "adam.m.policy.0.weight" */
static gfn_status add_moments(contents *c, const gfn_update *update, const gfn_model *model)
{
    const gfn_optimizer *optimizer = update->optimizer;
    for (size_t i = 0; i < optimizer->n_moments; i++) {
        char prefix[GFN_MOMENT_PREFIX];
        gfn_checkpoint_moment_prefix(optimizer, i, prefix);
        GFN_TRY(add_views(c, model, prefix, update->moment[i]));
    }
    return GFN_OK;
}

/* Arrays as long as the parameters: these, the moments, and the target network. */
static size_t count_copies(const gfn_learner *l)
{
    return 1 + l->update.optimizer->n_moments + (l->target != NULL);
}

static gfn_status fill(contents *c, const gfn_learner *l)
{
    const gfn_run *run = l->run;
    gfn_metadata *m = &c->metadata;
    const size_t most = count_copies(l) * gfn_model_n_views(run->model) + OWN_ARRAYS;
    uint32_t rewards_crc;
    GFN_TRY(gfn_arena_take(m->arena, most, sizeof *c->arrays, &c->arrays));
    GFN_TRY(gfn_metadata_begin(m, run, OWN_TEXTS + 2 * run->files.n));
    GFN_TRY(add_views(c, run->model, "", gfn_model_params(run->model)));
    GFN_TRY(add_moments(c, &l->update, run->model));
    if (l->target)
        GFN_TRY(add_views(c, run->model, GFN_CHECKPOINT_TARGET, l->target));
    GFN_TRY(add_modes(c, &l->modes));
    GFN_TRY(add_replay(c, l->replay.buffer, l->replay.width));
    GFN_TRY(add_top(c, &l->top));
    GFN_TRY(gfn_metadata_add_build(m, run, GFN_CHECKPOINT_FORMAT));
    if (gfn_run_has_rewards(run, &rewards_crc))
        GFN_TRY(gfn_metadata_add_crc(m, GFN_CHECKPOINT_REWARDS_CRC, rewards_crc));
    GFN_TRY(add_plugin(m, run));
    GFN_TRY(add_files(m, &run->files));
    GFN_TRY(add_inputs(m, run));
    GFN_TRY(add_loss(m, l->loss));
    GFN_TRY(gfn_metadata_add_options(m, run));
    c->tensors.arrays = c->arrays;
    c->tensors.texts = m->texts;
    c->tensors.n_texts = m->n;
    GFN_TRY(
        gfn_metadata_add_crc(m, GFN_CHECKPOINT_TEXTS_CRC, gfn_checkpoint_texts_crc(&c->tensors)));
    c->tensors.n_texts = m->n;
    return GFN_OK;
}

static gfn_status save(const gfn_store *s, const gfn_learner *learner, contents *c)
{
    char *path = NULL, *previous = NULL;
    gfn_status status = fill(c, learner);
    if (status == GFN_OK)
        status = gfn_folder_path(s->directory, GFN_CHECKPOINT_FILE, &path);
    if (status == GFN_OK)
        status = gfn_folder_path(s->directory, GFN_CHECKPOINT_PREVIOUS, &previous);
    if (status == GFN_OK)
        status = gfn_safetensors_save(path, previous, &c->tensors);
    gfn_release(&path);
    gfn_release(&previous);
    return status;
}

gfn_status gfn_store_save(gfn_store *s, const gfn_learner *learner)
{
    if (s->directory == NULL || s->saved_iteration == learner->run->iteration)
        return GFN_OK;
    contents c = {0};
    const double start = gfn_clock_seconds();
    /* Sync metrics.jsonl before the checkpoint: a resumed run does not repeat its lines. */
    GFN_TRY(gfn_appender_sync(s->metrics));
    GFN_TRY(gfn_arena_create(&c.metadata.arena));
    gfn_status status = save(s, learner, &c);
    gfn_arena_destroy(&c.metadata.arena);
    s->last_saved = gfn_clock_seconds();
    s->saving_seconds = s->last_saved - start;
    if (status == GFN_OK)
        s->saved_iteration = learner->run->iteration;
    return status;
}

double gfn_store_save_period(const gfn_store *s, const gfn_learner *learner)
{
    const double bytes = (double)count_copies(learner) * sizeof(gfn_real) *
                         (double)gfn_model_n_params(learner->run->model);
    const double saving = s->saving_seconds > 0 ? s->saving_seconds : bytes / SLOW_DISK;
    return fmax(LEAST_SECONDS, SAVING_SHARE * saving);
}
