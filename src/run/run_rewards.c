/* SPDX-License-Identifier: MIT
 *
 * Rewards from files: rank 0 reads the values and broadcasts them. A run directory holds a copy,
 * which later runs from this directory read: the file itself may have been changed or removed.
 */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "env/env_internal.h"
#include "io/crc.h"
#include "io/folder.h"
#include "io/npy.h"
#include "reward/table.h"
#include "run/run.h"

/* ---- values as arrays ---- */

/* The values as the array that is saved. */
static struct gfn_array value_array(const gfn_env *env, const gfn_reward_values *values)
{
    const int64_t *axis;
    struct gfn_array array = {
        .dtype = GFN_F64, .ndim = 1, .shape = {(int64_t)values->n}, .data = values->value};
    if (values->object == NULL && gfn_reward_axes(env, &array.ndim, &axis))
        memcpy(array.shape, axis, (size_t)array.ndim * sizeof *axis);
    return array;
}

static struct gfn_array object_array(const gfn_env *env, const gfn_reward_values *values)
{
    return (struct gfn_array){.dtype = GFN_I32,
                              .ndim = 2,
                              .shape = {(int64_t)values->n, env->spec.state_width},
                              .data = values->object};
}

static uint32_t find_crc(const gfn_env *env, const gfn_reward_values *values)
{
    const struct gfn_array value = value_array(env, values), object = object_array(env, values);
    uint32_t crc = 0;
    size_t bytes;
    if (values->value && gfn_array_bytes(&value, &bytes))
        crc = gfn_crc32(crc, values->value, bytes);
    if (values->object && gfn_array_bytes(&object, &bytes))
        crc = gfn_crc32(crc, values->object, bytes);
    return crc;
}

static gfn_status save(const char *directory, const char *name, const struct gfn_array *array)
{
    char *path;
    if (array->data == NULL)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(directory, name, &path));
    const gfn_status status = gfn_npy_save(path, array);
    gfn_release(&path);
    return status;
}

gfn_status gfn_run_save_rewards(const gfn_run *run, const char *directory)
{
    const struct gfn_array value = value_array(run->env, &run->rewards.values),
                           object = object_array(run->env, &run->rewards.values);
    if (run->rewards.kind == NULL)
        return GFN_OK;
    GFN_TRY(save(directory, GFN_REWARDS_FILE, &value));
    return save(directory, GFN_OBJECTS_FILE, &object);
}

static gfn_status load(const char *directory, const char *name, enum gfn_dtype dtype,
                       struct gfn_array *array)
{
    char *path;
    GFN_TRY(gfn_folder_path(directory, name, &path));
    const gfn_status status = gfn_npy_load(path, dtype, array);
    gfn_release(&path);
    return status;
}

/* Both are as they were saved, or the copies are damaged. */
static gfn_status check_copies(const char *directory, const gfn_env *env,
                               const struct gfn_array *value, const struct gfn_array *object,
                               gfn_reward_values *values)
{
    gfn_reward_values found = {.n = (size_t)object->shape[0]};
    if (object->data == NULL) {
        size_t places = 0;
        gfn_reward_has_places(env, &places);
        found.n = places;
    }
    memcpy(&found.value, &value->data, sizeof found.value);
    memcpy(&found.object, &object->data, sizeof found.object);
    const struct gfn_array same_value = value_array(env, &found),
                           same_object = object_array(env, &found);
    const bool fits = (value->data || object->data) &&
                      (value->data == NULL || gfn_array_is_like(value, &same_value)) &&
                      (object->data == NULL || gfn_array_is_like(object, &same_object));
    char text[200];
    const struct gfn_array *first = value->data ? value : object;
    if (!fits)
        return gfn_fail(GFN_EDATA,
                        "%s/%s: expected the values of all objects of this %s, found %s (hint: "
                        "restore it from a copy)",
                        directory, GFN_REWARDS_FILE, env->ops->name,
                        first->data ? gfn_array_describe(first, text, sizeof text) : "no file");
    *values = found;
    return GFN_OK;
}

static gfn_status load_copies(const char *directory, const gfn_env *env, gfn_reward_values *values)
{
    struct gfn_array value = {.data = NULL}, object = {.data = NULL};
    const bool has_objects = gfn_folder_holds(directory, GFN_OBJECTS_FILE);
    const bool has_values = !has_objects || gfn_folder_holds(directory, GFN_REWARDS_FILE);
    gfn_status status = GFN_OK;
    if (has_values)
        status = load(directory, GFN_REWARDS_FILE, GFN_F64, &value);
    if (status == GFN_OK && has_objects)
        status = load(directory, GFN_OBJECTS_FILE, GFN_I32, &object);
    if (status == GFN_OK)
        status = check_copies(directory, env, &value, &object, values);
    if (status != GFN_OK) {
        gfn_release(&value.data);
        gfn_release(&object.data);
    }
    return status;
}

/* ---- the reward of a run ---- */

static gfn_status copy_bytes(const void *from, size_t bytes, void *to)
{
    void *copy;
    memset(to, 0, sizeof copy);
    if (from == NULL)
        return GFN_OK;
    GFN_TRY(gfn_allocate("values of objects", bytes, 1, &copy));
    memcpy(copy, from, bytes);
    memcpy(to, &copy, sizeof copy);
    return GFN_OK;
}

/* The environment takes over what it gets, and rank 0 saves the values later. */
static gfn_status copy_values(const gfn_env *env, const gfn_reward_values *from,
                              gfn_reward_values *to)
{
    const size_t width = (size_t)env->spec.state_width;
    to->n = from->n;
    GFN_TRY(copy_bytes(from->value, from->n * sizeof *from->value, &to->value));
    return copy_bytes(from->object, from->n * width * sizeof *from->object, &to->object);
}

/* On rank 0. An error in the user's file is a bad option (GFN_EINVAL); in the run's copy it is
 * damage (GFN_EDATA). */
static gfn_status read_values(gfn_run *run, const char *directory)
{
    gfn_run_rewards *r = &run->rewards;
    if (directory) {
        const gfn_status status = load_copies(directory, run->env, &r->values);
        if (status != GFN_OK)
            return status == GFN_EINVAL ? GFN_EDATA : status;
    } else {
        GFN_TRY(gfn_reward_read(r->kind, run->options, run->env, &r->values));
    }
    r->crc = find_crc(run->env, &r->values);
    return GFN_OK;
}

/* Give the values of rank 0 to all ranks. */
static gfn_status share_values(gfn_run *run, gfn_reward_values *values)
{
    const size_t width = (size_t)run->env->spec.state_width;
    int64_t has[] = {values->value != NULL, values->object != NULL};
    GFN_TRY(gfn_comm_broadcast(run->comm, has, sizeof has));
    if (has[0])
        GFN_TRY(gfn_comm_broadcast_array(run->comm, "values of objects", sizeof *values->value,
                                         &values->n, &values->value));
    if (has[1])
        GFN_TRY(gfn_comm_broadcast_array(run->comm, "objects with values",
                                         width * sizeof *values->object, &values->n,
                                         &values->object));
    return GFN_OK;
}

static gfn_status give_values(gfn_run *run, const char *directory)
{
    gfn_reward_values mine = {.n = 0};
    const bool is_root = gfn_comm_rank(run->comm) == 0;
    gfn_status status = is_root ? read_values(run, directory) : GFN_OK;
    if (is_root && status == GFN_OK)
        status = copy_values(run->env, &run->rewards.values, &mine);
    status = gfn_comm_agree(run->comm, status);
    if (status == GFN_OK)
        status = share_values(run, &mine);
    if (status == GFN_OK)
        status = gfn_comm_agree(run->comm,
                                gfn_reward_use(run->rewards.kind, run->options, run->env, &mine));
    gfn_reward_values_clear(&mine);
    return status == GFN_EINVAL && directory ? GFN_EDATA : status;
}

gfn_status gfn_run_give_rewards(gfn_run *run, const char *directory)
{
    GFN_TRY(gfn_comm_agree(run->comm, gfn_reward_find(run->options, run->env, &run->rewards.kind)));
    if (run->rewards.kind)
        return give_values(run, directory);
    return gfn_comm_agree(run->comm, gfn_reward_use(NULL, run->options, run->env, NULL));
}

/* ---- comparison ---- */

static gfn_status expect_crc(const gfn_reward_kind *kind, const gfn_options *options,
                             const gfn_env *env, uint32_t expected)
{
    gfn_reward_values values = {.n = 0};
    const char *option = kind->about.option;
    GFN_TRY(gfn_reward_read(kind, options, env, &values));
    const uint32_t found = find_crc(env, &values);
    gfn_reward_values_clear(&values);
    if (found == expected)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected the rewards that the run began with, found others in %.300s "
                    "(hint: leave it out, the run has a copy)",
                    option, gfn_options_text(options, option));
}

gfn_status gfn_run_check_reward_file(const gfn_run *run)
{
    const gfn_run_rewards *r = &run->rewards;
    return r->kind ? expect_crc(r->kind, run->options, run->env, r->crc) : GFN_OK;
}

static gfn_status compare_with_copy(const gfn_options *options, const gfn_env *env,
                                    const char *directory)
{
    const gfn_reward_kind *kind;
    gfn_reward_values copy = {.n = 0};
    GFN_TRY(gfn_reward_find(options, env, &kind));
    if (kind == NULL)
        return GFN_OK;
    GFN_TRY(load_copies(directory, env, &copy));
    const uint32_t crc = find_crc(env, &copy);
    gfn_reward_values_clear(&copy);
    return expect_crc(kind, options, env, crc);
}

gfn_status gfn_rewards_compare(gfn_options *options, const char *directory)
{
    const gfn_env_ops *ops;
    gfn_env *env = NULL;
    GFN_TRY(gfn_env_open(gfn_options_text(options, "env"), &ops));
    GFN_TRY(gfn_run_read_matrices_in(options, directory));
    GFN_TRY(gfn_env_create_with(ops, options, &env));
    const gfn_status status = compare_with_copy(options, env, directory);
    gfn_env_destroy(&env);
    return status;
}

void gfn_run_release_rewards(gfn_run *run)
{
    gfn_reward_values_clear(&run->rewards.values);
}

bool gfn_run_has_rewards(const gfn_run *run, uint32_t *crc)
{
    *crc = run->rewards.crc;
    return run->rewards.kind != NULL;
}
