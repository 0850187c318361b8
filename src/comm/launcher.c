/* SPDX-License-Identifier: MIT */
#include "comm/launcher.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/error.h"

/* The first row fits whose variables are all numbers, the size one at least `least`.
 *
 * Launchers start each other (srun starts mpirun's daemons), so the innermost stand first. PMIx has
 * no variable for the size. SLURM_NTASKS and SLURM_PROCID are set in batch scripts too, where
 * nothing was launched; and the shell that salloc gives is a step of one task, where nothing was
 * either and where Open MPI would refuse to start. The last row's processes cannot
 * find each other. */
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

/* A launcher ends all processes as soon as one has failed: the first gets time to say why. */
static void let_first_speak(int rank)
{
    const struct timespec pause = {.tv_sec = 1};
    if (rank > 0)
        nanosleep(&pause, NULL);
}

gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library)
{
    let_first_speak(launcher->rank);
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
