/* SPDX-License-Identifier: MIT
 *
 * The environments are those that the launchers set: of Open MPI 4.1.4 and MPICH 4.0.2 as observed
 * (without irrelevant variables), of Slurm as srun(1), sbatch(1) and salloc(1) document them.
 */
#include "comm/launcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { VARIABLES = 8 };

struct environment {
    const char *what;
    const char *set[VARIABLES]; /* "NAME=value", then NULL */
    const char *name;           /* part of the launcher's name; NULL: no launcher */
    int size, rank;
};

static const struct environment environments[] = {
    {"a terminal", {"HOME=/root", "OMPI_ALLOW_RUN_AS_ROOT=1"}, NULL, 1, 0},
    {"mpirun of Open MPI",
     {"OMPI_COMM_WORLD_SIZE=5", "OMPI_COMM_WORLD_RANK=3", "OMPI_COMM_WORLD_LOCAL_SIZE=2",
      "PMIX_RANK=3"},
     "Open MPI",
     5,
     3},
    {"one rank", {"OMPI_COMM_WORLD_SIZE=1", "OMPI_COMM_WORLD_RANK=0"}, "Open MPI", 1, 0},
    {"mpirun of MPICH",
     {"PMI_SIZE=7", "PMI_RANK=6", "PMI_FD=8", "MPI_LOCALNRANKS=4"},
     "MPICH",
     7,
     6},
    {"mpirun -pmi-port of MPICH",
     {"PMI_PORT=vm:41569", "PMI_ID=1", "MPI_LOCALNRANKS=2", "MPI_LOCALRANKID=1"},
     "MPICH",
     2,
     1},
    {"srun --mpi=pmix",
     {"SLURM_STEP_NUM_TASKS=6", "SLURM_PROCID=2", "PMIX_RANK=2"},
     "srun with PMIx",
     6,
     2},
    {"srun --mpi=pmix of one task",
     {"SLURM_STEP_NUM_TASKS=1", "SLURM_PROCID=0", "PMIX_RANK=0"},
     "srun with PMIx",
     1,
     0},
    {"srun --mpi=pmi2",
     {"SLURM_STEP_NUM_TASKS=6", "SLURM_PROCID=4", "PMI_SIZE=6", "PMI_RANK=4", "PMI_FD=9"},
     "PMI",
     6,
     4},
    {"plain srun", {"SLURM_STEP_NUM_TASKS=3", "SLURM_PROCID=1"}, "srun without PMI", 3, 1},
    {"a batch script", {"SLURM_NTASKS=8", "SLURM_PROCID=0", "SLURM_JOB_ID=11"}, NULL, 1, 0},
    {"the shell of salloc", {"SLURM_STEP_NUM_TASKS=1", "SLURM_PROCID=0"}, NULL, 1, 0},
    {"mpirun whose daemons srun started",
     {"SLURM_STEP_NUM_TASKS=2", "SLURM_PROCID=1", "OMPI_COMM_WORLD_SIZE=8",
      "OMPI_COMM_WORLD_RANK=5"},
     "Open MPI",
     8,
     5},
    {"prterun, which tells no size", {"PMIX_RANK=4"}, "PMIx", 5, 4},
    {"a size alone", {"OMPI_COMM_WORLD_SIZE=4"}, NULL, 1, 0},
    {"a size that is no number", {"PMI_SIZE=4x", "PMI_RANK=0"}, NULL, 1, 0},
    {"an empty size", {"PMI_SIZE=", "PMI_RANK=0"}, NULL, 1, 0},
    {"a size of zero", {"PMI_SIZE=0", "PMI_RANK=0"}, NULL, 1, 0},
    {"a negative rank", {"PMI_SIZE=2", "PMI_RANK=-1"}, NULL, 1, 0},
    {"a huge size", {"PMI_SIZE=99999999999999999999", "PMI_RANK=0"}, NULL, 1, 0},
};

static const struct environment *current;

static char *lookup(const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < VARIABLES && current->set[i] != NULL; i++)
        if (strncmp(current->set[i], name, length) == 0 && current->set[i][length] == '=')
            return (char *)current->set[i] + length + 1;
    return NULL;
}

static void every_launcher_is_recognized(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++) {
        current = &environments[i];
        struct gfn_launcher found = gfn_launcher_find(lookup);
        if ((found.name != NULL) != (current->name != NULL))
            fail_msg("%s: found %s", current->what, found.name ? found.name : "no launcher");
        if (current->name != NULL && strstr(found.name, current->name) == NULL)
            fail_msg("%s: found %s", current->what, found.name);
        if (found.size != current->size || found.rank != current->rank)
            fail_msg("%s: found rank %d of %d", current->what, found.rank, found.size);
    }
}

static void assert_message_has(const char *part)
{
    if (strstr(gfn_error_message(), part) == NULL)
        fail_msg("no \"%s\" in \"%s\"", part, gfn_error_message());
}

static void refusal_says_expected_found_and_hint(void **state)
{
    (void)state;
    current = &environments[3];
    struct gfn_launcher launcher = gfn_launcher_find(lookup);
    assert_int_equal(gfn_launcher_refuse(&launcher, "Open MPI 4.1.4"), GFN_ECOMM);
    assert_message_has("expected 7 ranks");
    assert_message_has("PMI_SIZE=7");
    assert_message_has("MPICH's mpirun");
    assert_message_has("found 1");
    assert_message_has("library is Open MPI 4.1.4");
    assert_message_has("process 6");
    assert_message_has("hint: the mpirun of Open MPI 4.1.4");
    assert_message_has("unset PMI_RANK)");
}

static void refusal_of_a_build_without_mpi_says_so(void **state)
{
    (void)state;
    current = &environments[1];
    struct gfn_launcher launcher = gfn_launcher_find(lookup);
    assert_int_equal(gfn_launcher_refuse(&launcher, NULL), GFN_ECOMM);
    assert_message_has("expected 5 ranks (OMPI_COMM_WORLD_SIZE=5");
    assert_message_has("no MPI");
    assert_message_has("process 3"); /* other ranks: a second later */
    assert_message_has("hint: configure --with-mpi=yes");
}

static void a_launcher_that_cannot_connect_ranks_is_refused_with_any_library(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++) {
        current = &environments[i];
        const struct gfn_launcher launcher = gfn_launcher_find(lookup);
        assert_int_equal(launcher.lacks_connection,
                         strcmp(environments[i].what, "plain srun") == 0);
    }
    current = &environments[8];
    const struct gfn_launcher mute = gfn_launcher_find(lookup);
    assert_int_equal(gfn_launcher_refuse(&mute, "Open MPI 4.1.4"), GFN_ECOMM);
    assert_message_has("expected 3 ranks (SLURM_STEP_NUM_TASKS=3");
    assert_message_has("hint: srun --mpi=pmix");
}

/* Only a size of the whole job shows that a process is alone. */
static void sizes_of_one_host_and_of_pmix_alone_are_not_those_of_the_job(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof environments / sizeof environments[0]; i++) {
        current = &environments[i];
        const struct gfn_launcher launcher = gfn_launcher_find(lookup);
        const bool is_partial = strstr(current->what, "-pmi-port") || strstr(current->what, "prte");
        assert_int_equal(launcher.is_size_known, launcher.name != NULL && !is_partial);
    }
}

static void variables_to_unset_are_those_of_all_launchers(void **state)
{
    (void)state;
    static const struct environment nested = {
        .set = {"OMPI_COMM_WORLD_SIZE=5", "OMPI_COMM_WORLD_RANK=3", "PMIX_RANK=3", "PMI_RANK=x",
                "SLURM_STEP_NUM_TASKS=6", "SLURM_PROCID=2"}};
    current = &nested;
    struct gfn_launcher launcher = gfn_launcher_find(lookup);
    assert_string_equal(launcher.unset, "OMPI_COMM_WORLD_RANK PMIX_RANK SLURM_PROCID");
    const struct gfn_slot taken = {GFN_SLOT_TAKEN, 4711}, closed = {.state = GFN_SLOT_CLOSED};
    assert_int_equal(gfn_launcher_refuse_slot(&launcher, taken), GFN_ECOMM);
    assert_message_has("expected to be rank 3 of 5 (OMPI_COMM_WORLD_SIZE=5");
    assert_message_has("process 4711");
    assert_message_has("unset OMPI_COMM_WORLD_RANK PMIX_RANK SLURM_PROCID)");
    assert_int_equal(gfn_launcher_refuse_slot(&launcher, closed), GFN_ECOMM);
    assert_message_has("expected 5 ranks (OMPI_COMM_WORLD_SIZE=5, set by Open MPI's mpirun)");
    assert_message_has("unset OMPI_COMM_WORLD_RANK PMIX_RANK SLURM_PROCID)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_launcher_is_recognized),
        cmocka_unit_test(refusal_says_expected_found_and_hint),
        cmocka_unit_test(refusal_of_a_build_without_mpi_says_so),
        cmocka_unit_test(sizes_of_one_host_and_of_pmix_alone_are_not_those_of_the_job),
        cmocka_unit_test(variables_to_unset_are_those_of_all_launchers),
        cmocka_unit_test(a_launcher_that_cannot_connect_ranks_is_refused_with_any_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
