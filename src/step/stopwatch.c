/* SPDX-License-Identifier: MIT */
#include "step/stopwatch.h"

#include "base/clock.h"
#include "comm/comm.h"

gfn_stopwatch gfn_stopwatch_start(gfn_comm *comm)
{
    return (gfn_stopwatch){.comm = comm, .since = gfn_clock_seconds()};
}

void gfn_stopwatch_enter(gfn_stopwatch *s, gfn_phase phase, int64_t iteration)
{
    static const int name[GFN_N_PHASES] = {0, 1, 2, 5, 6, 7};
    const double now = gfn_clock_seconds();
    s->seconds[s->phase] += now - s->since;
    s->phase = phase;
    s->since = now;
    gfn_comm_enter(s->comm, name[phase], iteration);
}
