/* SPDX-License-Identifier: MIT
 *
 * Writing samples as .npy files: their histogram, the states that it counts, or the objects
 * themselves.
 */
#include "run/run.h"

#include <string.h>

#include "env/enumeration.h"
#include "io/array.h"
#include "io/npy.h"

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

gfn_status gfn_run_write_objects(const gfn_run *run, const char *file, const gfn_draw *draw)
{
    if (gfn_comm_rank(run->comm) != 0)
        return GFN_OK;
    const struct gfn_array array = {.dtype = GFN_I32,
                                    .ndim = 2,
                                    .shape = {draw->n, gfn_env_spec_of(run->env)->state_width},
                                    .data = draw->objects};
    return gfn_npy_save(file, &array);
}
