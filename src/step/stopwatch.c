/* SPDX-License-Identifier: MIT */
#include "step/stopwatch.h"

#include "base/clock.h"
#include "comm/comm.h"

gfn_stopwatch gfn_stopwatch_start(gfn_comm *comm)
{
    static const char *const names[GFN_N_PHASES] = {[GFN_PHASE_SAMPLING] = "sampling",
                                                    [GFN_PHASE_GRADIENT] = "gradient",
                                                    [GFN_PHASE_OPTIMIZER] = "optimizer",
                                                    [GFN_PHASE_EVALUATION] = "evaluation",
                                                    [GFN_PHASE_FILES] = "files"};
    gfn_comm_name_phases(comm, names, GFN_N_PHASES);
    return (gfn_stopwatch){.comm = comm, .since = gfn_clock_seconds()};
}

void gfn_stopwatch_enter(gfn_stopwatch *s, gfn_phase phase, int64_t iteration)
{
    const double now = gfn_clock_seconds();
    s->seconds[s->phase] += now - s->since;
    s->phase = phase;
    s->since = now;
    gfn_comm_enter(s->comm, (int)phase, iteration);
}
