/* SPDX-License-Identifier: MIT */
#include "step/top.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* A rank remembers so many times more objects than it keeps, so that cuts are rare. */
enum { SPARE = 4 };

gfn_status gfn_top_init(gfn_top *top, const gfn_run *run)
{
    const gfn_env_spec *spec = gfn_env_spec_of(run->env);
    *top = (gfn_top){.most = (size_t)gfn_options_int(run->options, "top"),
                     .width = (size_t)spec->state_width,
                     .least = -INFINITY};
    if (top->most == 0)
        return GFN_OK;
    const size_t ranks = (size_t)gfn_comm_size(run->comm);
    top->exchange = (gfn_exchange){.comm = run->comm,
                                   .width = top->width,
                                   .n_values = 3,
                                   .capacity = top->most,
                                   .all_capacity = ranks * top->most};
    GFN_TRY(gfn_exchange_init(&top->exchange));
    GFN_TRY(gfn_state_set_create(SPARE * top->most, top->width, &top->found));
    GFN_TRY(gfn_state_set_create(top->most, top->width, &top->joined));
    GFN_TRY(gfn_allocate("best objects", SPARE * top->most, sizeof *top->entry, &top->entry));
    GFN_TRY(gfn_allocate("best objects", ranks * top->most, sizeof *top->best, &top->best));
    GFN_TRY(gfn_allocate("best objects", ranks * top->most, top->width * sizeof *top->object,
                         &top->object));
    const gfn_rows rows = gfn_sampler_rows(run->sampler);
    return rows.are_numbers
               ? gfn_allocate("known objects", (size_t)spec->n_states, 1, &top->is_known)
               : GFN_OK;
}

void gfn_top_clear(gfn_top *top)
{
    gfn_state_set_destroy(&top->found);
    gfn_state_set_destroy(&top->joined);
    gfn_exchange_clear(&top->exchange);
    gfn_release(&top->entry);
    gfn_release(&top->is_known);
    gfn_release(&top->object);
    gfn_release(&top->best);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* The better one first. */
static int compare(const void *a, const void *b)
{
    const gfn_top_entry *x = a, *y = b;
    if (x->log_reward < y->log_reward || x->log_reward > y->log_reward)
        return x->log_reward > y->log_reward ? -1 : 1;
    const int by_iteration = compare_numbers(x->iteration, y->iteration);
    return by_iteration ? by_iteration : compare_numbers(x->trajectory, y->trajectory);
}

/* Keep the best. A set cannot forget single states, so it is filled again. */
static void cut(gfn_top *top)
{
    const size_t n = gfn_state_set_count(top->found), kept = n < top->most ? n : top->most;
    const int32_t *states = gfn_state_set_states(top->found);
    qsort(top->entry, n, sizeof *top->entry, compare);
    for (size_t i = 0; i < kept; i++) {
        memcpy(top->object + i * top->width, states + (size_t)top->entry[i].index * top->width,
               top->width * sizeof *states);
        top->entry[i].index = (int32_t)i;
    }
    gfn_state_set_clear(top->found);
    for (size_t i = 0; i < kept; i++)
        gfn_state_set_add(top->found, top->object + i * top->width);
    if (kept == top->most)
        top->least = top->entry[kept - 1].log_reward;
}

void gfn_top_put(gfn_top *top, const int32_t *object, gfn_top_entry entry)
{
    const size_t before = gfn_state_set_count(top->found);
    entry.index = gfn_state_set_add(top->found, object);
    if (gfn_state_set_count(top->found) == before) /* it is known */
        return;
    top->entry[before] = entry;
    if (before + 1 == SPARE * top->most)
        cut(top);
}

void gfn_top_add(gfn_top *top, const gfn_rows *rows, const gfn_trajectories *log, size_t n,
                 int64_t iteration, int64_t first)
{
    for (size_t i = 0; i < n && top->most > 0; i++) {
        const double log_reward = log->log_reward[i];
        if (!(log_reward > top->least))
            continue;
        if (rows->are_numbers && top->is_known) {
            uint8_t *is_known = &top->is_known[log->end_row[i]];
            if (*is_known)
                continue;
            *is_known = 1;
        }
        gfn_top_put(top, log->terminal + i * top->width,
                    (gfn_top_entry){log_reward, iteration, first + (int64_t)i, 0});
    }
}

/* ---- all ranks ---- */

static void pack(gfn_top *top, size_t n)
{
    const int32_t *states = gfn_state_set_states(top->found);
    for (size_t i = 0; i < n; i++) {
        const gfn_top_entry *e = &top->entry[i];
        int64_t *value =
            gfn_exchange_put(&top->exchange, i, states + (size_t)e->index * top->width);
        memcpy(&value[0], &e->log_reward, sizeof e->log_reward);
        value[1] = e->iteration;
        value[2] = e->trajectory;
    }
}

static void unpack(gfn_top *top)
{
    const gfn_exchange *x = &top->exchange;
    for (size_t i = 0; i < x->n; i++) {
        const int64_t *value = gfn_exchange_values(x, i);
        gfn_top_entry *e = &top->best[i];
        memcpy(&e->log_reward, &value[0], sizeof e->log_reward);
        e->iteration = value[1];
        e->trajectory = value[2];
        e->index = (int32_t)i;
    }
}

gfn_status gfn_top_join(gfn_top *top)
{
    top->n = 0;
    if (top->most == 0)
        return GFN_OK;
    gfn_state_set_clear(top->joined);
    cut(top);
    const size_t mine = gfn_state_set_count(top->found);
    pack(top, mine);
    GFN_TRY(gfn_exchange_gather(&top->exchange, mine));
    unpack(top);
    qsort(top->best, top->exchange.n, sizeof *top->best, compare);
    for (size_t i = 0; i < top->exchange.n && top->n < top->most; i++) {
        const int32_t *object = gfn_exchange_state(&top->exchange, (size_t)top->best[i].index);
        gfn_state_set_add(top->joined, object);
        if (gfn_state_set_count(top->joined) == top->n) /* a better entry is the same object */
            continue;
        memcpy(top->object + top->n * top->width, object, top->width * sizeof *object);
        top->best[top->n++] = top->best[i];
    }
    return GFN_OK;
}
