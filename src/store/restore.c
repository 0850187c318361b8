/* SPDX-License-Identifier: MIT
 *
 * The rest of a checkpoint, for a learner: moments, target network, modes, loss and replay buffer.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "env/env_internal.h"
#include "run/metadata.h"
#include "run/terminal_states.h"
#include "store/checkpoint.h"
#include "store/store.h"

/* Read arrays named PREFIX and the name of each view. */
static gfn_status read_views(const gfn_safetensors *file, const gfn_model *model,
                             const char *prefix, gfn_real *vector)
{
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        char name[sizeof view->name + GFN_MOMENT_PREFIX];
        gfn_format(name, sizeof name, "%s%s", prefix, view->name);
        struct gfn_array array = gfn_checkpoint_array(view, name, NULL);
        GFN_TRY(gfn_safetensors_find(file, &array));
        memcpy(vector + view->offset, array.data, view->n * sizeof *vector);
    }
    return GFN_OK;
}

/* NULL: the file has no such array. */
static const struct gfn_array *find_array(const gfn_safetensors *file, const char *name)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    const struct gfn_array *array = NULL;
    for (size_t i = 0; i < all->n_arrays; i++)
        if (strcmp(all->arrays[i].name, name) == 0)
            array = &all->arrays[i];
    return array;
}

gfn_status gfn_checkpoint_objects(const gfn_safetensors *file, const char *name, size_t width,
                                  const int32_t **objects, size_t *n)
{
    const struct gfn_array *array = find_array(file, name);
    if (array == NULL || array->dtype != GFN_I32 || array->ndim != 2 ||
        array->shape[1] != (int64_t)width)
        return gfn_fail(GFN_EDATA,
                        "tensor \"%s\": expected int32 objects of %zu word%s, found %s (hint: use "
                        "another copy)",
                        name, width, gfn_plural((int64_t)width), array ? "something else" : "none");
    *objects = array->data;
    *n = (size_t)array->shape[0];
    return GFN_OK;
}

/* Rank 0 alone gets the modes that all ranks had found: a count is taken over the union. Of the
 * iterations of their discovery only the last one matters. */
static gfn_status read_modes(const gfn_safetensors *file, bool is_stated, gfn_modes *modes)
{
    const char *text = gfn_safetensors_text(file, GFN_CHECKPOINT_MODES_NEWEST);
    const int32_t *objects = NULL;
    int64_t newest_at = 0;
    size_t n = 0;
    if (modes->found == NULL)
        return GFN_OK;
    modes->is_full = gfn_safetensors_text(file, GFN_CHECKPOINT_MODES) != NULL;
    /* Without a largest reward, modes were not remembered: their number stays unknown. */
    if (!is_stated && find_array(file, GFN_CHECKPOINT_MODES) == NULL)
        modes->is_full = true;
    if (modes->is_full)
        return GFN_OK;
    GFN_TRY(gfn_checkpoint_objects(file, GFN_CHECKPOINT_MODES, modes->width, &objects, &n));
    if (text && !gfn_parse_integer(text, &newest_at))
        return gfn_fail(GFN_EDATA,
                        "expected an iteration as " GFN_CHECKPOINT_MODES_NEWEST ", found \"%.40s\" "
                        "(hint: use another copy)",
                        text);
    for (size_t i = 0; i < n; i++)
        gfn_modes_put(modes, objects + i * modes->width, newest_at);
    return GFN_OK;
}

/* Whether the run that saved the file kept its best objects; older ones did not. */
static bool has_top(const gfn_safetensors *file)
{
    const char *most = gfn_safetensors_text(file, GFN_METADATA_CONFIG "top");
    return most && strcmp(most, "0") != 0;
}

static gfn_status check_top(const gfn_env *env, size_t n, const int32_t *object)
{
    const gfn_status status = gfn_env_check_objects(env, n, object);
    return status == GFN_EINVAL
               ? gfn_fail_in(GFN_EDATA, "tensor \"" GFN_CHECKPOINT_TOP_OBJECT "\": ")
               : status;
}

/* Rank 0 alone gets the best objects of all ranks, which are joined. */
static gfn_status read_top(const gfn_safetensors *file, const gfn_env *env, gfn_top *top)
{
    const struct gfn_array *reward = find_array(file, GFN_CHECKPOINT_TOP_REWARD),
                           *found = find_array(file, GFN_CHECKPOINT_TOP_FOUND);
    const int32_t *object;
    size_t n;
    if (top->most == 0 || !has_top(file))
        return GFN_OK;
    GFN_TRY(gfn_checkpoint_objects(file, GFN_CHECKPOINT_TOP_OBJECT, top->width, &object, &n));
    GFN_TRY(check_top(env, n, object));
    if (reward == NULL || reward->dtype != GFN_F64 || reward->ndim != 1 ||
        reward->shape[0] != (int64_t)n || found == NULL || found->dtype != GFN_I64 ||
        found->ndim != 2 || found->shape[0] != (int64_t)n || found->shape[1] != 2)
        return gfn_fail(GFN_EDATA,
                        "tensors \"" GFN_CHECKPOINT_TOP_REWARD "\" and \"" GFN_CHECKPOINT_TOP_FOUND
                        "\": expected [%zu] and [%zu, 2], found others (hint: use another copy)",
                        n, n);
    const double *log_reward = reward->data;
    const int64_t *at = found->data;
    for (size_t i = 0; i < n; i++)
        gfn_top_put(top, object + i * top->width,
                    (gfn_top_entry){log_reward[i], at[2 * i], at[2 * i + 1], 0});
    return GFN_OK;
}

static gfn_status read_rest(const gfn_safetensors *file, gfn_learner *l)
{
    const gfn_model *model = l->run->model;
    const gfn_optimizer *optimizer = l->update.optimizer;
    const char *loss = gfn_safetensors_text(file, "loss");
    for (size_t i = 0; i < optimizer->n_moments; i++) {
        char prefix[GFN_MOMENT_PREFIX];
        gfn_checkpoint_moment_prefix(optimizer, i, prefix);
        GFN_TRY(read_views(file, model, prefix, l->update.moment[i]));
    }
    if (l->target)
        GFN_TRY(read_views(file, model, GFN_CHECKPOINT_TARGET, l->target));
    if (loss && !gfn_parse_number(loss, &l->loss))
        return gfn_fail(GFN_EDATA,
                        "expected a finite number as loss, found \"%.40s\" (hint: use another "
                        "copy)",
                        loss);
    GFN_TRY(read_top(file, l->run->env, &l->top));
    return read_modes(file, !isnan(gfn_env_spec_of(l->run->env)->max_log_reward), &l->modes);
}

/* Copy the objects of the replay buffer, if they fit. */
static gfn_status read_replay(const gfn_safetensors *file, const gfn_replay *r, int32_t **copy,
                              size_t *n)
{
    const int32_t *objects = NULL;
    if (!r->is_used)
        return GFN_OK;
    GFN_TRY(gfn_checkpoint_objects(file, GFN_CHECKPOINT_REPLAY, r->width, &objects, n));
    if (r->grows ? *n > r->capacity : *n == 0)
        return gfn_fail(GFN_EDATA,
                        "tensor \"" GFN_CHECKPOINT_REPLAY "\": expected %s%zu object%s, found %zu "
                        "(hint: use another copy)",
                        r->grows ? "at most " : "more than ", r->capacity,
                        gfn_plural((int64_t)r->capacity), *n);
    const gfn_status status = gfn_env_check_objects(r->env, *n, objects);
    if (status == GFN_EINVAL)
        return gfn_fail_in(GFN_EDATA, "tensor \"" GFN_CHECKPOINT_REPLAY "\": ");
    GFN_TRY(status);
    GFN_TRY(gfn_allocate("objects to replay", *n * r->width, sizeof **copy, copy));
    if (*n > 0)
        memcpy(*copy, objects, *n * r->width * sizeof **copy);
    return GFN_OK;
}

/* Another file of terminal states must hold the objects that the checkpoint has. */
static gfn_status check_objects(const gfn_learner *l, const int32_t *kept, size_t n_kept)
{
    const size_t width = l->replay.width;
    int32_t *objects = NULL;
    size_t n;
    GFN_TRY(gfn_run_load_terminal_states(l->run, &objects, &n));
    const bool is_same =
        objects && n == n_kept && memcmp(objects, kept, n * width * sizeof *kept) == 0;
    gfn_release(&objects);
    if (is_same)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "terminal-states: expected the objects that the run began with, found others "
                    "in %.300s (hint: leave it out, the checkpoint has them)",
                    gfn_options_text(l->run->options, "terminal-states"));
}

/* Give what rank 0 read to all ranks. */
static gfn_status give_to_all(gfn_learner *l)
{
    gfn_comm *comm = l->run->comm;
    const size_t bytes = gfn_model_n_params(l->run->model) * sizeof(gfn_real);
    for (size_t i = 0; i < l->update.optimizer->n_moments; i++)
        GFN_TRY(gfn_comm_broadcast(comm, l->update.moment[i], bytes));
    if (l->target)
        GFN_TRY(gfn_comm_broadcast(comm, l->target, bytes));
    GFN_TRY(gfn_comm_broadcast(comm, &l->loss, sizeof l->loss));
    return gfn_comm_broadcast(comm, &l->modes.is_full, sizeof l->modes.is_full);
}

gfn_status gfn_store_restore(gfn_store *s, gfn_learner *learner)
{
    int32_t *objects = NULL;
    size_t n = 0;
    gfn_status status = s->checkpoint ? read_rest(s->checkpoint, learner) : GFN_OK;
    if (status == GFN_OK && s->checkpoint)
        status = read_replay(s->checkpoint, &learner->replay, &objects, &n);
    if (status == GFN_OK && s->checkpoint && s->has_new_objects)
        status = check_objects(learner, objects, n);
    status = gfn_replay_fill(&learner->replay, status, objects, n);
    gfn_release(&objects);
    if (status == GFN_EINVAL && s->has_new_objects) /* not an error of the checkpoint */
        return status;
    if (status != GFN_OK)
        return gfn_fail_in(status, "checkpoint: ");
    gfn_safetensors_destroy(&s->checkpoint);
    s->has_checkpoint = false;
    /* A checkpoint that was not the newest is written again. */
    s->saved_iteration = s->is_changed || s->is_fallback ? -1 : learner->run->iteration;
    return give_to_all(learner);
}
