/* SPDX-License-Identifier: MIT
 *
 * Writing samples: their histogram and the states that it counts (.npy), or the objects themselves
 * (.npy, .txt, .csv).
 */
#include "run/run.h"

#include <string.h>

#include "base/error.h"
#include "env/enumeration.h"
#include "io/array.h"
#include "io/npy.h"
#include "run/object_field.h"

gfn_status gfn_run_write_histogram(const gfn_run *run, const char *file, const int64_t *counts)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_numbered_env(run));
    if (gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    struct gfn_array array = {
        .dtype = GFN_I64, .ndim = 1, .shape = {spec->n_states}, .data = counts};
    if (spec->ndim > 0) {
        array.ndim = spec->ndim;
        memcpy(array.shape, spec->axis, (size_t)spec->ndim * sizeof *array.shape);
    }
    return gfn_npy_save(file, &array);
}

gfn_status gfn_run_write_states(const gfn_run *run, const char *file)
{
    const gfn_enumeration *e = gfn_env_enumeration(run->numbered);
    const struct gfn_array array = {
        .dtype = GFN_I32,
        .ndim = 2,
        .shape = {(int64_t)e->n, gfn_env_spec_of(run->env)->state_width},
        .data = gfn_state_set_states(e->states)};
    return gfn_npy_save(file, &array);
}

/* Lines of objects, or (.csv) of object and log R below a heading. */
static gfn_status write_lines(const gfn_run *run, const char *file, const gfn_draw *draw,
                              bool has_rewards)
{
    gfn_csv csv = {.text = NULL};
    const size_t width = (size_t)gfn_env_spec_of(run->env)->state_width;
    gfn_status status = GFN_OK;
    if (has_rewards) {
        gfn_csv_fields(&csv, "object,log_reward");
        gfn_csv_end(&csv);
    }
    for (int64_t i = 0; i < draw->n && status == GFN_OK; i++) {
        const int32_t *object = draw->objects + (size_t)i * width;
        double log_reward;
        status = gfn_csv_object(&csv, run->env, object, has_rewards);
        if (status == GFN_OK && has_rewards)
            status = gfn_env_log_reward(run->env, 1, object, &log_reward);
        if (status == GFN_OK && has_rewards)
            gfn_csv_number(&csv, log_reward);
        gfn_csv_end(&csv);
    }
    if (csv.status == GFN_OK)
        csv.status = status;
    return gfn_csv_save(&csv, file);
}

gfn_status gfn_run_write_objects(const gfn_run *run, const char *file, const gfn_draw *draw)
{
    const size_t n = strlen(file);
    if (gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    if (n > 4 && strcmp(file + n - 4, ".npy") != 0)
        return write_lines(run, file, draw, strcmp(file + n - 4, ".csv") == 0);
    const struct gfn_array array = {.dtype = GFN_I32,
                                    .ndim = 2,
                                    .shape = {draw->n, gfn_env_spec_of(run->env)->state_width},
                                    .data = draw->objects};
    return gfn_npy_save(file, &array);
}
