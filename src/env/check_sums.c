/* SPDX-License-Identifier: MIT
 *
 * Sums over all objects, by which exact results of a world are tested.
 */
#include <stdlib.h>

#include "base/error.h"
#include "env/check_optional.h"

const double gfn_check_betas[GFN_CHECK_BETAS] = {1, 0.625};

/* Most values of marginals, of all objects together. */
#define MOST_VALUES ((size_t)1 << 30)

gfn_status gfn_check_sums_init(gfn_check_sums *sums, gfn_probe *probe, int64_t n_states,
                               gfn_arena *arena)
{
    const size_t n_values = probe->bytes[GFN_PROBE_FIND] / sizeof(double);
    *sums = (gfn_check_sums){.probe = probe, .least = INFINITY, .most = -INFINITY};
    if (n_values > 0 && (size_t)n_states <= MOST_VALUES / n_values)
        sums->n_values = n_values;
    for (int i = 0; i < GFN_CHECK_BETAS; i++) {
        sums->at[i].largest = -INFINITY;
        GFN_TRY(gfn_arena_take(arena, n_values, sizeof(double), &sums->at[i].w_value));
    }
    if (probe->bytes[GFN_PROBE_TABLE_PLACE] > 0)
        GFN_TRY(gfn_arena_take(arena, (size_t)n_states, sizeof *sums->place, &sums->place));
    return gfn_arena_take(arena, GFN_PROBE_LANES * n_values, sizeof(double), &sums->value);
}

static void rescale(gfn_check_sum *sum, size_t n_values, double largest)
{
    const double factor = exp(sum->largest - largest);
    sum->largest = largest;
    sum->w *= factor;
    sum->w_l *= factor;
    sum->w_l_l *= factor;
    for (size_t k = 0; k < n_values; k++)
        sum->w_value[k] *= factor;
}

static void add(gfn_check_sum *sum, double beta, double l, size_t n_values, const double *value)
{
    if (beta * l > sum->largest)
        rescale(sum, n_values, beta * l);
    const double w = exp(beta * l - sum->largest);
    sum->w += w;
    sum->w_l += w * l;
    sum->w_l_l += w * l * l;
    for (size_t k = 0; k < n_values; k++)
        sum->w_value[k] += w * value[k];
}

gfn_status gfn_check_sums_add(gfn_check_sums *sums, size_t n, const int32_t *object,
                              const double *log_reward)
{
    const gfn_probe *probe = sums->probe;
    const gfn_probe_input objects = {.n = n, .state = object};
    if (sums->n_values > 0)
        GFN_TRY(gfn_probe_ask(probe->env, probe->place, GFN_PROBE_FIND, objects, sums->value));
    if (sums->place)
        GFN_TRY(gfn_probe_ask(probe->env, probe->place, GFN_PROBE_TABLE_PLACE, objects,
                              sums->place + sums->n_objects));
    sums->n_objects += (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        const double *value = sums->value + i * sums->n_values, l = log_reward[i];
        sums->least = fmin(sums->least, l);
        sums->most = fmax(sums->most, l);
        for (int b = 0; b < GFN_CHECK_BETAS; b++)
            add(&sums->at[b], gfn_check_betas[b], l, sums->n_values, value);
    }
    return GFN_OK;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

gfn_status gfn_check_sums_places(gfn_check_sums *sums)
{
    if (sums->place == NULL)
        return GFN_OK;
    qsort(sums->place, (size_t)sums->n_objects, sizeof *sums->place, compare);
    for (int64_t i = 1; i < sums->n_objects; i++)
        if (sums->place[i] == sums->place[i - 1])
            return gfn_probe_broken(sums->probe->env, NULL, "distinct objects have distinct places",
                                    "expected table_place() to give each once, found two objects "
                                    "at %lld",
                                    (long long)sums->place[i]);
    return GFN_OK;
}
