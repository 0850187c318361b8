/* SPDX-License-Identifier: MIT */
#include <gfn/trajectories.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

static gfn_status allocate(gfn_trajectories *t)
{
    size_t n = t->capacity, steps, words;
    if (!gfn_multiply(n, t->max_steps, &steps) || !gfn_multiply(n, t->state_width, &words))
        return gfn_fail(GFN_EINVAL,
                        "trajectories: %zu of %zu step%s are more than memory can address "
                        "(hint: a smaller --batch-size)",
                        n, t->max_steps, gfn_plural((int64_t)t->max_steps));
    GFN_TRY(gfn_allocate("steps of trajectories", n, sizeof(int32_t), &t->n_steps));
    GFN_TRY(gfn_allocate("actions of trajectories", steps, sizeof(int32_t), &t->action));
    GFN_TRY(gfn_allocate("rows of trajectories", steps, sizeof(int32_t), &t->row));
    GFN_TRY(gfn_allocate("log P_F of trajectories", steps, sizeof(gfn_real), &t->log_pf));
    GFN_TRY(gfn_allocate("log P_B of trajectories", steps, sizeof(gfn_real), &t->log_pb));
    GFN_TRY(gfn_allocate("rows of ends", n, sizeof(int32_t), &t->end_row));
    GFN_TRY(gfn_allocate("sums of log P_F", n, sizeof(double), &t->sum_log_pf));
    GFN_TRY(gfn_allocate("sums of log P_B", n, sizeof(double), &t->sum_log_pb));
    GFN_TRY(gfn_allocate("log-rewards", n, sizeof(double), &t->log_reward));
    return gfn_allocate("terminal states", words, sizeof(int32_t), &t->terminal);
}

gfn_status gfn_trajectories_create(size_t capacity, size_t max_steps, size_t state_width,
                                   gfn_trajectories **trajectories)
{
    if (capacity == 0 || max_steps == 0 || state_width == 0)
        return gfn_fail(GFN_EINVAL,
                        "trajectories: capacity, max_steps and state_width are %zu, %zu "
                        "and %zu, need to be positive",
                        capacity, max_steps, state_width);
    gfn_trajectories *t;
    GFN_TRY(gfn_allocate("trajectories", 1, sizeof *t, &t));
    t->capacity = capacity;
    t->max_steps = max_steps;
    t->state_width = state_width;
    gfn_status status = allocate(t);
    if (status != GFN_OK)
        gfn_trajectories_destroy(&t);
    else
        *trajectories = t;
    return status;
}

void gfn_trajectories_hold_sums(gfn_trajectories *trajectories)
{
    gfn_release(&trajectories->log_pf);
    gfn_release(&trajectories->log_pb);
}

gfn_status gfn_trajectories_hold_back(gfn_trajectories *trajectories)
{
    const size_t steps = trajectories->capacity * trajectories->max_steps;
    if (trajectories->back)
        return GFN_OK;
    return gfn_allocate("backward actions", steps, sizeof(int32_t), &trajectories->back);
}

void gfn_trajectories_destroy(gfn_trajectories **trajectories)
{
    gfn_trajectories *t = *trajectories;
    if (t == NULL)
        return;
    gfn_release(&t->n_steps);
    gfn_release(&t->action);
    gfn_release(&t->row);
    gfn_release(&t->log_pf);
    gfn_release(&t->log_pb);
    gfn_release(&t->back);
    gfn_release(&t->end_row);
    gfn_release(&t->sum_log_pf);
    gfn_release(&t->sum_log_pb);
    gfn_release(&t->log_reward);
    gfn_release(&t->terminal);
    gfn_release(trajectories);
}
