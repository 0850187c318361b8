/* SPDX-License-Identifier: MIT
 *
 * What a trainer takes over from the checkpoint that its run was loaded from.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "train/checkpoint.h"

static gfn_status read_moments(const gfn_safetensors *file, const gfn_model *model,
                               const char *prefix, gfn_real *moments)
{
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *view = gfn_model_view(model, i);
        char name[sizeof view->name + 16];
        snprintf(name, sizeof name, "%s%s", prefix, view->name);
        struct gfn_array array = gfn_checkpoint_array(view, name, NULL);
        GFN_TRY(gfn_safetensors_find(file, &array));
        memcpy(moments + view->offset, array.data, view->n * sizeof *moments);
    }
    return GFN_OK;
}

gfn_status gfn_checkpoint_objects(const gfn_safetensors *file, const char *name, size_t width,
                                  const int32_t **objects, size_t *n)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    const struct gfn_array *array = NULL;
    for (size_t i = 0; i < all->n_arrays; i++)
        if (strcmp(all->arrays[i].name, name) == 0)
            array = &all->arrays[i];
    if (array == NULL || array->dtype != GFN_I32 || array->ndim != 2 ||
        array->shape[1] != (int64_t)width)
        return gfn_fail(GFN_EDATA,
                        "tensor \"%s\": expected int32 objects of %zu words, found %s (hint: use "
                        "another copy)",
                        name, width, array ? "something else" : "none");
    *objects = array->data;
    *n = (size_t)array->shape[0];
    return GFN_OK;
}

/* Rank 0 remembers what all ranks had found: a count takes the union. */
static gfn_status read_modes(const gfn_safetensors *file, gfn_modes *modes)
{
    const int32_t *objects = NULL;
    size_t n = 0;
    if (modes->found == NULL)
        return GFN_OK;
    modes->is_full = gfn_safetensors_text(file, GFN_CHECKPOINT_MODES) != NULL;
    if (modes->is_full)
        return GFN_OK;
    GFN_TRY(gfn_checkpoint_objects(file, GFN_CHECKPOINT_MODES, modes->width, &objects, &n));
    for (size_t i = 0; i < n; i++)
        gfn_state_set_add(modes->found, objects + i * modes->width);
    return GFN_OK;
}

static gfn_status fill(gfn_trainer *t)
{
    const gfn_safetensors *file = t->run->checkpoint;
    const char *loss = gfn_safetensors_text(file, "loss");
    GFN_TRY(read_moments(file, t->run->model, "adam.m.", t->m));
    GFN_TRY(read_moments(file, t->run->model, "adam.v.", t->v));
    if (loss && !gfn_parse_number(loss, &t->loss))
        return gfn_fail(GFN_EDATA, "loss is \"%.40s\", expected a number", loss);
    return read_modes(file, &t->modes);
}

gfn_status gfn_trainer_restore(gfn_trainer *t)
{
    gfn_run *run = t->run;
    const size_t bytes = gfn_model_n_params(run->model) * sizeof(gfn_real);
    gfn_status status = run->checkpoint ? fill(t) : GFN_OK;
    status = gfn_replays_restore(t, status);
    if (status != GFN_OK)
        return gfn_fail_in(status, "checkpoint: ");
    gfn_safetensors_destroy(&run->checkpoint);
    run->has_checkpoint = false;
    GFN_TRY(gfn_comm_broadcast(run->comm, t->m, bytes));
    GFN_TRY(gfn_comm_broadcast(run->comm, t->v, bytes));
    GFN_TRY(gfn_comm_broadcast(run->comm, &t->loss, sizeof t->loss));
    GFN_TRY(gfn_comm_broadcast(run->comm, &t->modes.is_full, sizeof t->modes.is_full));
    /* A checkpoint that was not the newest is written anew. */
    t->saved_iteration = run->is_changed || run->is_fallback ? -1 : run->iteration;
    return GFN_OK;
}
