/* SPDX-License-Identifier: MIT
 *
 * env/check_sample.h - a random part of the tested states.
 */
#ifndef ENV_CHECK_SAMPLE_H
#define ENV_CHECK_SAMPLE_H

#include "env/check_probe.h"

/* For rules that take too long to be tested in every state. */
typedef struct gfn_check_sample {
    size_t n, most, seen, width;
    int32_t *state; /* [most][width] */
} gfn_check_sample;

gfn_status gfn_check_sample_init(gfn_check_sample *sample, size_t most, size_t width,
                                 gfn_arena *arena);

/* Add a state, perhaps instead of another. */
void gfn_check_sample_add(gfn_check_sample *sample, const int32_t *state);

/* *out [n] = function(states), tested by gfn_probe_call(); from `arena`. `out` is the address of a
 * pointer to the type of the results. */
gfn_status gfn_check_sample_call(gfn_probe *probe, gfn_probe_function function,
                                 const gfn_check_sample *states, gfn_arena *arena, void *out);

#endif
