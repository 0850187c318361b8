/* SPDX-License-Identifier: MIT
 *
 * step/gradient_parts.h - the members of a gradient, and its two kinds, for gradient*.c alone.
 *
 *     trajectories -> derivatives per distinct state -> backward in blocks -> one sum over ranks
 *
 * Two kinds differ in what an entry is and what travels. In general (gradient_general.c) entries
 * are numbered by first visit and merged over ranks, every rank runs its share of the blocks, and
 * the gradient is summed. In a small space (gradient_small.c) entries are all states by number:
 * their sums travel instead, in one short message, and every rank runs all blocks. The kind changes
 * where blocks are cut, so it is chosen by the configuration alone.
 */
#ifndef STEP_GRADIENT_PARTS_H
#define STEP_GRADIENT_PARTS_H

#include "rollout/rows.h"
#include "step/allreduce.h"
#include "step/backward_blocks.h"
#include "step/batch_means.h"
#include "step/derivatives.h"
#include "step/gradient.h"
#include "step/merge_states.h"
#include "step/target_network.h"

/* A numbered space of at most so many states, and of at most so many per trajectory of the batch,
 * is small. One of at most GFN_WHOLE_STATES is a single block. */
enum { GFN_SMALL_STATES = 4096, GFN_SMALL_STATES_PER_TRAJECTORY = 4, GFN_WHOLE_STATES = 512 };

typedef struct gfn_gradient_kind {
    /* Allocate the members; gfn_gradient_destroy() releases them, also after an error. Local. */
    gfn_status (*allocate)(gfn_gradient *gradient);

    /* Differentiate, and sum over all ranks: vector [n_params]. Collective. */
    gfn_status (*sum)(gfn_gradient *gradient, gfn_status mine, gfn_real *vector);
} gfn_gradient_kind;

extern const gfn_gradient_kind gfn_gradient_small, gfn_gradient_general;

struct gfn_gradient {
    const gfn_gradient_kind *kind;
    gfn_comm *comm; /* borrowed, as the next two */
    gfn_sampler *sampler;
    const gfn_objective *objective;
    int64_t batch_size, n_added;
    double lambda;
    gfn_residual_loss loss; /* kind NULL: the square */
    gfn_residual_terms residuals;
    gfn_target_network target;
    gfn_rows rows; /* of the call whose trajectories were added */
    gfn_batch_means means;
    gfn_derivative_sums sums;
    gfn_merge merge; /* in general, on several ranks */
    size_t together; /* most entries of all ranks; a state counts once for each rank */
    gfn_blocks blocks;
    gfn_allreduce allreduce;
};

/* Most distinct states that derivatives of `trajectories` belong to. */
size_t gfn_gradient_most_states(const gfn_gradient *gradient, size_t trajectories);

/* Make the sampler's rows hold what the objective needs and `what` (GFN_ROWS_...), with room for
 * `extra` more rows. Errors: those of gfn_sampler_extend(). */
gfn_status gfn_gradient_reserve(gfn_gradient *gradient, unsigned what, size_t extra);

/* The message of a step. Collective. */
gfn_status gfn_gradient_exchange(gfn_gradient *gradient, gfn_status mine);

#endif
