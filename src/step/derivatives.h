/* SPDX-License-Identifier: MIT
 *
 * step/derivatives.h - derivatives of the loss of each trajectory, summed per entry.
 */
#ifndef STEP_DERIVATIVES_H
#define STEP_DERIVATIVES_H

#include "step/columns.h"
#include "step/entries.h"
#include "step/terms.h"

/* |derivative| < 2^20: of the loss of one trajectory with respect to log P_F, log P_B, log F or log
 * Z. If log R is within +-1e5, residuals are within +-2e5 as long as log Z and flows are, and
 * derivatives within +-8e5. (Trajectories of a weight above the mean: derivatives.c.) */
#define GFN_DERIVATIVE_LIMIT 0x1p20

/* The scale of the integers, for batches of batch_size trajectories over all ranks: derivatives are
 * multiples of 2^-bits. At most 27, and few enough that the sum over a batch stays below 2^62. */
int gfn_derivative_bits(const gfn_objective *objective, int64_t batch_size);

/* The most that 2^19 losses can add to a limb of the message is 2^62. */
#define GFN_LOSS_LIMIT 0x1p42

/* Sums over trajectories: d loss / d log Z, limbs of the losses. */
typedef struct gfn_tally {
    int64_t log_z, loss[2];
    size_t fault; /* lowest trajectory that cannot be added; SIZE_MAX: none */
} gfn_tally;

/* One per thread. */
typedef struct gfn_adder {
    int64_t *sum; /* as gfn_entries.sum; that of adder 0 is the entries' own */
    gfn_scratch scratch;
    gfn_tally tally;
} gfn_adder;

/* The sums of this rank's trajectories. */
typedef struct gfn_derivative_sums {
    gfn_entries entries;
    gfn_columns columns;
    int64_t batch_size;
    double scale; /* of the integers, 2^bits */
    int threads;  /* in use: threads share the work if entries are rows */
    int n_adders;
    gfn_adder *adder; /* [n_adders] */
    int64_t log_z, loss[2];
} gfn_derivative_sums;

/* sums->entries and columns are ready; batch_size trajectories over all ranks. Errors: GFN_ENOMEM.
 */
gfn_status gfn_derivative_sums_init(gfn_derivative_sums *sums, const gfn_objective *objective,
                                    size_t max_steps, int64_t batch_size, int threads);
void gfn_derivative_sums_clear(gfn_derivative_sums *sums);

/* Forget all sums. */
void gfn_derivative_sums_forget(gfn_derivative_sums *sums);

/* Add all trajectories of the source's log. Errors: GFN_ENUMERIC (names the first trajectory whose
 * loss or derivative is not finite or out of range). */
gfn_status gfn_derivative_sums_add(gfn_derivative_sums *sums, const gfn_terms_source *source);

#endif
