/* SPDX-License-Identifier: MIT */
#include "env/check_fresh.h"

#include <string.h>

#include <gfn/random.h>

#include "base/error.h"

/* Questions that are kept of a function: so many, fewer if their results need more bytes. */
enum { MOST_KEPT = 4 * GFN_PROBE_LANES, LEAST_KEPT = 8, MOST_BYTES = 1 << 22 };

gfn_status gfn_fresh_init(gfn_fresh *fresh, gfn_arena *arena)
{
    fresh->width = (size_t)fresh->env->spec.state_width;
    GFN_TRY(gfn_probe_init(&fresh->probe, fresh->env, fresh->place, arena));
    for (int f = 0; f < GFN_PROBE_FUNCTIONS; f++) {
        gfn_kept *k = &fresh->kept[f];
        const size_t size = fresh->probe.bytes[f], fit = MOST_BYTES / (size > 0 ? size : 1);
        if (size == 0)
            continue;
        k->most = fit < LEAST_KEPT ? LEAST_KEPT : fit < MOST_KEPT ? fit : MOST_KEPT;
        GFN_TRY(gfn_arena_take(arena, k->most * fresh->width, sizeof *k->state, &k->state));
        GFN_TRY(gfn_arena_take(arena, k->most, sizeof *k->action, &k->action));
        GFN_TRY(gfn_arena_take(arena, k->most, sizeof *k->number, &k->number));
        GFN_TRY(gfn_arena_take(arena, k->most, size, &k->out));
    }
    return GFN_OK;
}

static void set_place(const gfn_fresh *fresh, const char *function)
{
    if (fresh->place)
        *fresh->place = (gfn_env_place){.function = function};
}

static bool is_same_number(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0; /* NAN is equal to NAN */
}

static bool is_same_spec(const gfn_env_spec *a, const gfn_env_spec *b)
{
    return memcmp(&a->shape, &b->shape, sizeof a->shape) == 0 && a->state_width == b->state_width &&
           a->max_steps == b->max_steps && a->n_states == b->n_states &&
           a->all_terminal == b->all_terminal && a->zero_is_missing == b->zero_is_missing &&
           is_same_number(a->max_log_reward, b->max_log_reward) &&
           is_same_number(a->log_z, b->log_z);
}

/* A world that is being destroyed is in no list any more, so its failure is noted in all others. */
gfn_status gfn_fresh_drop(gfn_fresh *fresh)
{
    gfn_status status = fresh->fresh ? gfn_env_failure(fresh->fresh) : GFN_OK;
    set_place(fresh, "destroy");
    gfn_env_destroy(&fresh->fresh);
    GFN_TRY(status);
    status = gfn_env_failure(fresh->env);
    return status == GFN_OK ? status : gfn_fail_in(status, "destroy(): ");
}

gfn_status gfn_fresh_renew(gfn_fresh *fresh)
{
    GFN_TRY(gfn_fresh_drop(fresh));
    set_place(fresh, "create");
    GFN_TRY(fresh->make(fresh->self, &fresh->fresh));
    if (is_same_spec(&fresh->env->spec, &fresh->fresh->spec))
        return GFN_OK;
    return gfn_probe_broken(fresh->env, NULL, "equal options give equal descriptions",
                            "expected what describe() has said of another environment with these "
                            "options, found something else (hint: no clock, rand() or addresses)");
}

void gfn_fresh_keep(gfn_fresh *fresh, gfn_probe_function function, gfn_probe_input one,
                    const void *out)
{
    gfn_kept *k = &fresh->kept[function];
    const gfn_stream stream = {.purpose = GFN_PURPOSE_CHECK};
    const size_t size = fresh->probe.bytes[function], width = fresh->width;
    size_t slot = k->seen++;
    if (slot >= k->most)
        slot = gfn_random_word(&stream, slot, (uint32_t)function) % k->seen;
    if (slot >= k->most)
        return;
    if (one.state)
        memcpy(k->state + slot * width, one.state, width * sizeof *one.state);
    k->action[slot] = one.action ? *one.action : 0;
    k->number[slot] = one.number ? *one.number : 0;
    memcpy(k->out + slot * size, out, size);
    k->in = (gfn_probe_input){
        .n = k->seen < k->most ? k->seen : k->most,
        .state = one.state ? k->state : NULL,
        .action = one.action ? k->action : NULL,
        .number = one.number ? k->number : NULL,
    };
}
