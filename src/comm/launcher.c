/* SPDX-License-Identifier: MIT */
#include "comm/launcher.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/comm.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"

typedef char *lookup_function(const char *name);

/* The launcher is that of the first row whose variables are numbers, the size at least `least`.
 *
 * Launchers start each other (srun starts the daemons of mpirun), so the innermost come first. */
static const struct row {
    const char *name, *size, *rank;
    int least;
    bool is_size_known, lacks_connection;
    enum gfn_slot_kind kind;
} rows[] = {
    {"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", 1, true, false,
     GFN_SLOT_BY_PMIX},
    {"MPICH's mpirun or Slurm's PMI", "PMI_SIZE", "PMI_RANK", 1, true, false, GFN_SLOT_BY_PMI},
    /* Here the size is the number of processes on this host. */
    {"MPICH's mpirun", "MPI_LOCALNRANKS", "MPI_LOCALRANKID", 1, false, false, GFN_SLOT_BY_PMI},
    {"Slurm's srun with PMIx", "SLURM_STEP_NUM_TASKS", "PMIX_RANK", 1, true, false,
     GFN_SLOT_BY_PMIX},
    /* PMIx has no variable for the size. */
    {"a launcher with PMIx", NULL, "PMIX_RANK", 1, false, false, GFN_SLOT_BY_PMIX},
    /* Not SLURM_NTASKS, which is also set in batch scripts, as SLURM_PROCID is: these are not
     * launched. At least 2, because the shell of salloc is a step of one task, in which Open MPI
     * would refuse to start. */
    {"Slurm's srun without PMI", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", 2, true, true,
     GFN_SLOT_BY_TASK},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool read_number(const char *text, int least, int *number)
{
    char *end;
    long value = text ? strtol(text, &end, 10) : -1;
    if (value < least || value > 1 << 30 || end == text || *end != '\0')
        return false;
    *number = (int)value;
    return true;
}

static bool read_row(const struct row *row, lookup_function *lookup, int *rank, int *size)
{
    if (!read_number(lookup(row->rank), 0, rank))
        return false;
    if (row->size != NULL)
        return read_number(lookup(row->size), row->least, size);
    *size = *rank + 1;
    return true;
}

/* The variables that the user must unset so that no row matches. */
static void list_variables(lookup_function *lookup, char *text, size_t size)
{
    int rank, ranks;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < ROWS; i++)
        if (read_row(&rows[i], lookup, &rank, &ranks) && strstr(text, rows[i].rank) == NULL &&
            used < size)
            used +=
                (size_t)gfn_format(text + used, size - used, "%s%s", used ? " " : "", rows[i].rank);
}

struct gfn_launcher gfn_launcher_find(lookup_function *lookup)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        struct gfn_launcher found = {.name = row->name,
                                     .variable = row->size ? row->size : row->rank,
                                     .lacks_connection = row->lacks_connection,
                                     .is_size_known = row->is_size_known,
                                     .kind = row->kind};
        if (!read_row(row, lookup, &found.rank, &found.size))
            continue;
        found.value = row->size ? found.size : found.rank;
        list_variables(lookup, found.unset, sizeof found.unset);
        return found;
    }
    return (struct gfn_launcher){.size = 1};
}

struct gfn_slot gfn_launcher_slot(const struct gfn_launcher *launcher, lookup_function *lookup)
{
    return gfn_slot_find(launcher->kind, lookup);
}

/* Whether this process is one of those that the launcher started, not a process that only has its
 * variables. */
static bool has_slot(const struct gfn_launcher *launcher)
{
    return launcher->name != NULL && gfn_launcher_slot(launcher, getenv).state == GFN_SLOT_OPEN;
}

int gfn_comm_launched_rank(void)
{
    const struct gfn_launcher launcher = gfn_launcher_find(getenv);
    return launcher.rank > 0 && has_slot(&launcher) ? launcher.rank : 0;
}

int gfn_comm_is_launched(void)
{
    const struct gfn_launcher launcher = gfn_launcher_find(getenv);
    return has_slot(&launcher);
}

/* A launcher ends all processes when one has failed: rank 0 needs time to print its message. */
static void wait_for_message_of_rank_0(void)
{
    if (gfn_comm_launched_rank() > 0)
        gfn_clock_sleep(1);
}

gfn_status gfn_launcher_refuse(const struct gfn_launcher *launcher, const char *library)
{
    wait_for_message_of_rank_0();
    if (launcher->lacks_connection)
        return gfn_fail(
            GFN_ECOMM,
            "expected %d ranks (%s=%d, set by %s), found no way to connect them; this is "
            "process %d (hint: srun --mpi=pmix; or, to run alone, unset %s)",
            launcher->size, launcher->variable, launcher->value, launcher->name, launcher->rank,
            launcher->unset);
    if (library == NULL)
        return gfn_fail(GFN_ECOMM,
                        "expected %d ranks (%s=%d, set by %s), found 1, as this build has no MPI; "
                        "this is process %d "
                        "(hint: configure --with-mpi=yes; or, to run alone, unset %s)",
                        launcher->size, launcher->variable, launcher->value, launcher->name,
                        launcher->rank, launcher->unset);
    return gfn_fail(GFN_ECOMM,
                    "expected %d ranks (%s=%d, set by %s), found 1, as the library is %s, which "
                    "this launcher does not serve; this is process %d "
                    "(hint: the mpirun of %s, or srun --mpi=pmix; or, to run alone, unset %s)",
                    launcher->size, launcher->variable, launcher->value, launcher->name, library,
                    launcher->rank, library, launcher->unset);
}

gfn_status gfn_launcher_refuse_slot(const struct gfn_launcher *launcher, struct gfn_slot slot)
{
    if (slot.state == GFN_SLOT_TAKEN)
        return gfn_fail(GFN_ECOMM,
                        "expected to be rank %d of %d (%s=%d, set by %s), found that process %ld, "
                        "which started this one, is that rank (hint: to run alone, unset %s)",
                        launcher->rank, launcher->size, launcher->variable, launcher->value,
                        launcher->name, (long)slot.owner, launcher->unset);
    return gfn_fail(GFN_ECOMM,
                    "expected %d ranks (%s=%d, set by %s), found that this launcher has ended or "
                    "cannot be reached from here (hint: to run alone, unset %s)",
                    launcher->size, launcher->variable, launcher->value, launcher->name,
                    launcher->unset);
}
