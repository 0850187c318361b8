/* SPDX-License-Identifier: MIT
 *
 * Whether there will be exact evaluations, and the memory that they take: known before training.
 */
#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "eval/exact.h"
#include "io/memory_left.h"

/* The size from which a hint is given. */
#define HINT_BYTES ((int64_t)256 << 20)

/* Whether the exact evaluation fits into the memory of rank 0. On rank 0. */
static bool fits(gfn_run *run, int64_t n_states)
{
    const int64_t needed = gfn_exact_bytes(n_states), left = gfn_memory_left("");
    if (!gfn_memory_has_room((double)needed, left)) {
        gfn_notices_add(
            &run->notices,
            "exact evaluation of %" PRId64 " states needs %.2g GiB on rank 0, where %.2g GiB "
            "are left: metrics will be of samples alone (hint: a machine with more memory)",
            n_states, gfn_memory_gib((double)needed), gfn_memory_gib((double)left));
        return false;
    }
    if (needed >= HINT_BYTES)
        gfn_notices_add(&run->hints, "exact evaluation of %" PRId64 " states: %.1f GiB on rank 0",
                        n_states, gfn_memory_gib((double)needed));
    return true;
}

gfn_status gfn_run_plan(gfn_run *run)
{
    const int64_t n_states = gfn_env_spec_of(run->env)->n_states;
    bool *is_impossible = &run->exact.is_impossible;
    *is_impossible = n_states <= 0 || n_states > GFN_EXACT_MAX_STATES;
    if (*is_impossible)
        return GFN_OK;
    if (gfn_comm_rank(run->comm) == 0)
        *is_impossible = !fits(run, n_states);
    return gfn_comm_broadcast(run->comm, is_impossible, sizeof *is_impossible);
}
