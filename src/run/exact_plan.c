/* SPDX-License-Identifier: MIT
 *
 * Whether there will be exact evaluations, and the memory that they take: known before training. If
 * the environment does not number its states, rank 0 finds them, and sends them to the other ranks
 * in the order of their numbers. Only evaluations use these numbers: training has the same bits
 * without them.
 */
#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "env/enumeration.h"
#include "eval/exact.h"
#include "io/memory_left.h"

/* Share of the memory that is left, for states. */
#define STATES_SHARE 0.25

/* The size from which a hint is given. */
#define HINT_BYTES ((int64_t)256 << 20)

static bool is_wanted(const gfn_run *run)
{
    return strcmp(gfn_options_text(run->options, "exact"), "no") != 0;
}

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
        gfn_notices_add(&run->hints,
                        "exact evaluation of %" PRId64
                        " states: %.1f GiB on rank 0 (hint: --exact no does "
                        "without)",
                        n_states, gfn_memory_gib((double)needed));
    return true;
}

static gfn_status decide(gfn_run *run)
{
    const int64_t n_states = gfn_env_spec_of(gfn_run_numbered_env(run))->n_states;
    bool *is_impossible = &run->exact.is_impossible;
    run->exact.is_planned = true;
    *is_impossible = !is_wanted(run) || n_states <= 0 || n_states > GFN_EXACT_MAX_STATES;
    if (*is_impossible)
        return GFN_OK;
    if (gfn_comm_rank(run->comm) == 0)
        *is_impossible = !fits(run, n_states);
    return gfn_comm_broadcast(run->comm, is_impossible, sizeof *is_impossible);
}

gfn_status gfn_run_plan(gfn_run *run)
{
    return gfn_env_spec_of(run->env)->n_states > 0 ? decide(run) : GFN_OK;
}

/* ---- states without numbers ---- */

/* Training may never visit the state in which the environment failed. */
static gfn_status say_when(void)
{
    char text[1000];
    gfn_format(text, sizeof text, "%s", gfn_error_message());
    return gfn_fail(GFN_EENV,
                    "%s, while states were enumerated (hint: --enumerate-limit 0 trains without "
                    "that)",
                    text);
}

/* On rank 0. */
static gfn_status find_states(void *self)
{
    gfn_run *run = self;
    const double left = (double)gfn_memory_left("");
    int64_t most;
    gfn_run_enumeration_limit(run->options, &most);
    gfn_enumeration_limits limits = gfn_enumeration_limits_of(run->env, most);
    limits.bytes = left > 0 ? STATES_SHARE * left : 0;
    const gfn_status status = gfn_env_enumerate_within(run->env, &limits, &run->numbered);
    return status == GFN_EENV ? say_when() : status;
}

static gfn_status share_states(gfn_run *run)
{
    const bool is_root = gfn_comm_rank(run->comm) == 0;
    const size_t width = (size_t)gfn_env_spec_of(run->env)->state_width;
    const gfn_enumeration *found = is_root ? gfn_env_enumeration(run->numbered) : NULL;
    size_t n = is_root ? found->n : 0;
    const int32_t *states = is_root ? gfn_state_set_states(found->states) : NULL;
    GFN_TRY(gfn_comm_broadcast_array(run->comm, "states", width * sizeof *states, &n, &states));
    gfn_status status = GFN_OK;
    if (!is_root) {
        status = gfn_env_adopt_states(run->env, n, states, &run->numbered);
        gfn_release(&states);
    }
    return gfn_comm_agree(run->comm, status);
}

/* A space that cannot be enumerated is no error: samples measure it. */
static void give_up(gfn_run *run)
{
    run->exact.is_impossible = true;
    gfn_env_destroy(&run->numbered);
    if (gfn_comm_rank(run->comm) == 0 && !gfn_run_has_solver(run))
        gfn_notices_add(&run->notices, "no exact evaluation: %s", gfn_error_message());
}

gfn_status gfn_run_enumerate(gfn_run *run)
{
    gfn_run_exact *e = &run->exact;
    int64_t most;
    if (e->is_planned)
        return GFN_OK;
    e->is_planned = true;
    e->is_impossible = !is_wanted(run) || !gfn_run_enumeration_limit(run->options, &most);
    if (e->is_impossible)
        return GFN_OK;
    gfn_status status = gfn_comm_work_alone(run->comm, find_states, run);
    if (status == GFN_OK)
        status = share_states(run);
    if (status == GFN_ECOMM || status == GFN_EENV)
        return status;
    if (status != GFN_OK) {
        give_up(run);
        return GFN_OK;
    }
    gfn_notices_add(&run->hints, "exact evaluation: %" PRId64 " states were enumerated",
                    gfn_env_spec_of(run->numbered)->n_states);
    return decide(run);
}
