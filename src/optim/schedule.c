/* SPDX-License-Identifier: MIT
 *
 * With s = iteration / iterations:
 *
 *     constant 1        linear 1 - s        cosine (1 + cos(pi s)) / 2
 *     decay    min(1, left / length), of the `left` iterations before the end,
 *              with length = iterations / 4, below 1000 iterations^2 / 4000
 *
 * Cosine: Loshchilov and Hutter, "SGDR", ICLR 2017, arXiv:1608.03983, equation 5, without restarts.
 * Decay: a short run needs its full rate for most of its steps, and the end needs a decay to 0; its
 * measured results are in doc/methods.md.
 *
 * To check by: linear and cosine are both 1/2 at half of the iterations, decay is at seven eighths
 * of 1000 or more.
 */
#include <gfn/optim.h>

#include <math.h>

#include "base/error.h"
#include "base/name_table.h"

/* A short run is far from its goal at its end: it gains less by a decay than it loses by smaller
 * steps. So its decay is shorter. */
static double decay(double left, double iterations)
{
    const double length = iterations < 1000 ? iterations * iterations / 4000 : iterations / 4;
    return left < length ? left / length : 1;
}

double gfn_schedule_factor(gfn_schedule schedule, int64_t iteration, int64_t iterations)
{
    double s = iteration < iterations ? (double)iteration / (double)iterations : 1;
    switch (schedule) {
    case GFN_CONSTANT:
        return 1;
    case GFN_LINEAR:
        return 1 - s;
    case GFN_COSINE:
        return (1 + cos(3.14159265358979323846 * s)) / 2;
    case GFN_DECAY:
        return s < 1 ? decay((double)(iterations - iteration), (double)iterations) : 0;
    }
    return 1;
}

static const char *const names[] = {[GFN_CONSTANT] = "constant",
                                    [GFN_LINEAR] = "linear",
                                    [GFN_COSINE] = "cosine",
                                    [GFN_DECAY] = "decay"};

const char *gfn_schedule_name(size_t index)
{
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

gfn_status gfn_schedule_find(const char *name, gfn_schedule *schedule)
{
    size_t index;
    GFN_TRY(gfn_find_name("schedule", gfn_schedule_name, "", name, &index));
    *schedule = (gfn_schedule)index;
    return GFN_OK;
}
