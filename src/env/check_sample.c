/* SPDX-License-Identifier: MIT */
#include "env/check_sample.h"

#include <string.h>

#include <gfn/random.h>

gfn_status gfn_check_sample_init(gfn_check_sample *sample, size_t most, size_t width,
                                 gfn_arena *arena)
{
    *sample = (gfn_check_sample){.most = most, .width = width};
    return gfn_arena_take(arena, most * width, sizeof *sample->state, &sample->state);
}

void gfn_check_sample_add(gfn_check_sample *sample, const int32_t *state)
{
    const gfn_stream stream = {.purpose = GFN_PURPOSE_CHECK};
    size_t slot = sample->seen++;
    if (slot >= sample->most)
        slot = gfn_random_word(&stream, slot, GFN_PROBE_FUNCTIONS) % sample->seen;
    if (slot >= sample->most)
        return;
    memcpy(sample->state + slot * sample->width, state, sample->width * sizeof *state);
    sample->n += sample->n < sample->most;
}

gfn_status gfn_check_sample_call(gfn_probe *probe, gfn_probe_function function,
                                 const gfn_check_sample *objects, gfn_arena *arena, void *out)
{
    const size_t size = probe->bytes[function];
    char *results;
    GFN_TRY(gfn_arena_take(arena, objects->n, size, &results));
    for (size_t first = 0, n; first < objects->n; first += n) {
        n = objects->n - first < GFN_PROBE_LANES ? objects->n - first : GFN_PROBE_LANES;
        const gfn_probe_input in = {.n = n, .state = objects->state + first * objects->width};
        GFN_TRY(gfn_probe_call(probe, function, in, results + first * size));
    }
    memcpy(out, &results, sizeof results);
    return GFN_OK;
}
