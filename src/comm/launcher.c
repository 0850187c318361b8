/* SPDX-License-Identifier: MIT */
#include "comm/launcher.h"

#include <stdbool.h>
#include <stdlib.h>

#include <gfn/comm.h>

#include "base/clock.h"
#include "base/error.h"

/* The launcher is that of the first row whose variables are numbers, the size at least `least`.
 *
 * Launchers start each other (srun starts the daemons of mpirun), so the innermost come first. PMIx
 * has no variable for the size. SLURM_NTASKS and SLURM_PROCID are also set in batch scripts, which
 * are not launched, and in the shell of salloc, which is a step of one task: there Open MPI would
 * refuse to start. Processes of the last row cannot find each other. */
static const struct row {
    const char *name, *size, *rank;
    int least;
    bool is_mute;
} rows[] = {
    {"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", 1, false},
    {"MPICH's mpirun or Slurm's PMI", "PMI_SIZE", "PMI_RANK", 1, false},
    {"MPICH's mpirun", "MPI_LOCALNRANKS", "MPI_LOCALRANKID", 1, false},
    {"Slurm's srun with PMIx", "SLURM_STEP_NUM_TASKS", "PMIX_RANK", 1, false},
    {"a launcher with PMIx", NULL, "PMIX_RANK", 1, false},
    {"Slurm's srun without PMI", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", 2, true},
};

static bool read_number(const char *text, int least, int *number)
{
    char *end;
    long value = text ? strtol(text, &end, 10) : -1;
    if (value < least || value > 1 << 30 || end == text || *end != '\0')
        return false;
    *number = (int)value;
    return true;
}

struct gfn_launcher gfn_launcher_find(char *(*lookup)(const char *name))
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        int rank, size;
        if (!read_number(lookup(row->rank), 0, &rank))
            continue;
        if (row->size == NULL)
            return (struct gfn_launcher){row->name, row->rank, rank, rank + 1, rank, false};
        if (read_number(lookup(row->size), row->least, &size))
            return (struct gfn_launcher){row->name, row->size, size, size, rank, row->is_mute};
    }
    return (struct gfn_launcher){.size = 1};
}

int gfn_comm_launched_rank(void)
{
    return gfn_launcher_find(getenv).rank;
}

int gfn_comm_is_launched(void)
{
    return gfn_launcher_find(getenv).name != NULL;
}

/* A launcher ends all processes when one has failed: rank 0 needs time to print its message. */
static void wait_for_message_of_rank_0(int rank)
{
    if (rank > 0)
        gfn_clock_sleep(1);
}

gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library)
{
    wait_for_message_of_rank_0(launcher->rank);
    if (launcher->is_mute)
        return gfn_fail(
            GFN_ECOMM,
            "expected %d ranks (%s=%d, set by %s), found no way to connect them; this is "
            "process %d (hint: srun --mpi=pmix)",
            launcher->size, launcher->variable, launcher->value, launcher->name, launcher->rank);
    if (library == NULL)
        return gfn_fail(GFN_ECOMM,
                        "expected %d ranks (%s=%d, set by %s), found 1, as this build has no MPI; "
                        "this is process %d "
                        "(hint: configure --with-mpi=yes, or start it without a launcher)",
                        launcher->size, launcher->variable, launcher->value, launcher->name,
                        launcher->rank);
    return gfn_fail(GFN_ECOMM,
                    "expected %d ranks (%s=%d, set by %s), found 1, as the library is %s, which "
                    "this launcher does not serve; this is process %d "
                    "(hint: the mpirun of %s, or srun --mpi=pmix)",
                    launcher->size, launcher->variable, launcher->value, launcher->name, library,
                    launcher->rank, library);
}
