/* SPDX-License-Identifier: MIT */
#include "step/stopwatch.h"

#include <stddef.h>

#include "base/clock.h"
#include "comm/comm.h"

/* The table of phases: one row each, in the order of summary.json. */
#define PHASES(ROW)                                                                                \
    ROW(GFN_PHASE_SAMPLING, sampling)                                                              \
    ROW(GFN_PHASE_GRADIENT, gradient)                                                              \
    ROW(GFN_PHASE_IMBALANCE, imbalance)                                                            \
    ROW(GFN_PHASE_COMMUNICATION, communication)                                                    \
    ROW(GFN_PHASE_OPTIMIZER, optimizer)                                                            \
    ROW(GFN_PHASE_EVALUATION, evaluation)                                                          \
    ROW(GFN_PHASE_FILES, files)

#define NAME(phase, member) [phase] = #member,
#define FIELD(phase, member) [phase] = "phases." #member,
#define OFFSET(phase, member) [phase] = offsetof(gfn_phases, member),

static const char *const names[GFN_N_PHASES] = {PHASES(NAME)};
static const char *const fields[GFN_N_PHASES] = {PHASES(FIELD)};
static const size_t offsets[GFN_N_PHASES] = {PHASES(OFFSET)};

_Static_assert(sizeof(gfn_phases) == (GFN_N_PHASES - 1) * sizeof(double),
               "every member of gfn_phases is a phase");

const char *gfn_phase_field(gfn_phase phase)
{
    return fields[phase];
}

double *gfn_phase_seconds(gfn_phases *phases, gfn_phase phase)
{
    return (double *)(void *)((char *)phases + offsets[phase]);
}

gfn_stopwatch gfn_stopwatch_start(gfn_comm *comm)
{
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
