/* SPDX-License-Identifier: MIT
 *
 * run/measure_exact.h - the exact evaluation of a run, which is made when it is first needed.
 */
#ifndef RUN_MEASURE_EXACT_H
#define RUN_MEASURE_EXACT_H

#include <gfn/eval.h>
#include <gfn/run.h>

#include "rollout/forward.h"

typedef struct gfn_run_exact {
    bool is_planned;       /* it is known whether it is possible; the same on all ranks */
    bool is_impossible;    /* the same on all ranks */
    gfn_exact *exact;      /* on rank 0 */
    gfn_forward *forward;  /* NULL: not made yet */
    size_t part;           /* states per rank and round */
    double *edges;         /* [part][n_actions] */
    double *all_edges;     /* [size][part][n_actions], of all ranks; NULL with one rank */
    size_t *counts;        /* [size] */
    double max_log_reward; /* of all states, the same on all ranks */
    bool has_p; /* p belongs to the parameters with the CRC p_crc; the same on all ranks */
    uint32_t p_crc;
    const double *p; /* the terminal distribution, on rank 0 */
} gfn_run_exact;

/* Make the exact evaluation of a run, unless it exists; it may turn out to be impossible.
 * Collective. Errors: GFN_EENV, GFN_ECOMM. */
gfn_status gfn_run_exact_prepare(gfn_run *run);

/* Find the exact terminal distribution under the current parameters, unless it is known. Call it
 * after gfn_run_exact_prepare(), if that is possible. Collective.
 * Errors: GFN_ENUMERIC, GFN_EENV, GFN_ECOMM. */
gfn_status gfn_run_exact_find_p(gfn_run *run);

/* Free the memory; what is known about the possibility stays. */
void gfn_run_exact_clear(gfn_run_exact *exact);

#endif
