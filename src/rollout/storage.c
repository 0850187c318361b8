/* SPDX-License-Identifier: MIT
 *
 * The memory of a sampler. All of it is allocated before the first call.
 */
#include "rollout/storage.h"

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

static gfn_status count_rows(gfn_sampler *s, size_t extra)
{
    const gfn_env_spec *spec = gfn_env_spec_of(s->env);
    size_t rows;
    if (!gfn_multiply(s->capacity, s->max_steps + 1, &rows) ||
        !gfn_multiply(rows, s->has_parents ? 1 + s->n_back : 1, &rows) ||
        __builtin_add_overflow(rows, extra, &rows))
        rows = SIZE_MAX;
    if (s->is_table || (spec->n_states > 0 && (uint64_t)spec->n_states < rows))
        rows = (size_t)spec->n_states;
    if (rows >= (size_t)1 << 30)
        return gfn_fail(GFN_EINVAL,
                        "sampler: %zu trajectories of up to %zu steps can visit more than 2^30 "
                        "states (hint: a smaller --batch-size, or more ranks)",
                        s->capacity, s->max_steps);
    s->max_rows = rows;
    return GFN_OK;
}

static void release_rows(gfn_sampler *s)
{
    gfn_state_set_destroy(&s->states);
    gfn_frame_destroy(&s->frame);
    gfn_release(&s->threshold);
    gfn_release(&s->threshold_floor);
    gfn_release(&s->log_pb);
    gfn_release(&s->ends);
    gfn_release(&s->back_mask);
    gfn_release(&s->log_reward);
    gfn_release(&s->probability);
    gfn_release(&s->dense);
}

gfn_status gfn_storage_init_rows(gfn_sampler *s, size_t extra)
{
    release_rows(s);
    GFN_TRY(count_rows(s, extra));
    const size_t n = s->max_rows, chunks = (size_t)s->threads * GFN_ROWS_CHUNK;
    GFN_TRY(gfn_state_set_create(n, s->width, &s->states));
    GFN_TRY(gfn_frame_create(s->policy.tape, &n, &s->frame));
    GFN_TRY(gfn_allocate("thresholds", (n + 1) * s->n_actions, sizeof(int32_t), &s->threshold));
    GFN_TRY(gfn_allocate("lower bounds of thresholds", n * s->n_actions, sizeof(int32_t),
                         &s->threshold_floor));
    GFN_TRY(gfn_allocate("log P_B", n, sizeof(gfn_real), &s->log_pb));
    GFN_TRY(gfn_allocate("ends", n, 1, &s->ends));
    if (s->policy.back_mask == GFN_NO_VAR)
        GFN_TRY(gfn_allocate("backward masks", n * s->n_back, 1, &s->back_mask));
    if (s->has_rewards || s->is_table)
        GFN_TRY(gfn_allocate("log-rewards of states", n, sizeof(double), &s->log_reward));
    GFN_TRY(gfn_allocate("probabilities", chunks * s->n_actions, sizeof(double), &s->probability));
    if (s->obs_hot > 0)
        return GFN_OK;
    return gfn_allocate("observations", chunks * s->obs_dim, sizeof(float), &s->dense);
}

static void release_parents(gfn_sampler *s)
{
    gfn_release(&s->parents.edge);
    gfn_release(&s->parents.log_inflow);
    gfn_release(&s->parents.state);
    s->parents.is_known = false;
}

gfn_status gfn_storage_init_parents(gfn_sampler *s)
{
    release_parents(s);
    if (!s->has_parents)
        return GFN_OK;
    GFN_TRY(gfn_allocate("parents", s->max_rows * s->n_back, sizeof(gfn_parent), &s->parents.edge));
    GFN_TRY(gfn_allocate("states of parents", GFN_ROWS_CHUNK * s->width, sizeof(int32_t),
                         &s->parents.state));
    return gfn_allocate("log-inflows", s->max_rows, sizeof(double), &s->parents.log_inflow);
}

static void release_table(gfn_state_table *table)
{
    gfn_release(&table->next);
    gfn_release(&table->edge);
    gfn_release(&table->log_p);
    gfn_release(&table->back);
}

gfn_status gfn_storage_init_table(gfn_sampler *s)
{
    gfn_state_table *table = &s->table;
    const size_t edges = (s->max_rows + 1) * s->n_actions;
    release_table(table);
    GFN_TRY(gfn_allocate("successors of states", s->max_rows * s->n_actions, sizeof(int32_t),
                         &table->next));
    GFN_TRY(gfn_allocate("edges", edges, sizeof(gfn_edge), &table->edge));
    GFN_TRY(gfn_allocate("log P of edges", edges, sizeof(gfn_log_p), &table->log_p));
    return gfn_allocate("backward actions of edges", edges, sizeof(int32_t), &table->back);
}

static void release_lanes(gfn_lanes *lanes)
{
    gfn_release(&lanes->trajectory);
    gfn_release(&lanes->state);
    gfn_release(&lanes->row);
    gfn_release(&lanes->action);
    gfn_release(&lanes->back);
    gfn_release(&lanes->words);
}

gfn_status gfn_storage_init_lanes(gfn_sampler *s)
{
    gfn_lanes *lanes = &s->lanes;
    const size_t n = s->capacity;
    release_lanes(lanes);
    GFN_TRY(gfn_allocate("lanes", n, sizeof(size_t), &lanes->trajectory));
    GFN_TRY(gfn_allocate("states of lanes", n * s->width, sizeof(int32_t), &lanes->state));
    GFN_TRY(gfn_allocate("rows of lanes", n > GFN_ROWS_PART ? n : GFN_ROWS_PART, sizeof(int32_t),
                         &lanes->row));
    GFN_TRY(gfn_allocate("actions of lanes", n, sizeof(int32_t), &lanes->action));
    GFN_TRY(gfn_allocate("backward actions of lanes", n, sizeof(int32_t), &lanes->back));
    return gfn_allocate("random words", 4 * n, sizeof(uint32_t), &lanes->words);
}

void gfn_storage_clear(gfn_sampler *s)
{
    release_rows(s);
    release_parents(s);
    release_table(&s->table);
    release_lanes(&s->lanes);
}
