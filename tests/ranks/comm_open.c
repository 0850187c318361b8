/* SPDX-License-Identifier: MIT
 *
 * A communicator when it is opened: its ranks, hosts, cores, and shared memory.
 */
#include "ranks.h"

#include <math.h>

static void size_and_rank_are_those_of_the_launcher(void **state)
{
    (void)state;
    struct gfn_launcher launcher = gfn_launcher_find(getenv);
    SETTLE(launcher.size == size && launcher.rank == rank);
    SETTLE(gfn_comm_launched_rank() == rank);
    int mpi_rank = -1, mpi_size = -1;
    MPI_Comm_rank(MPI_COMM_WORLD, &mpi_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &mpi_size);
    SETTLE(mpi_rank == rank && mpi_size == size);
    SETTLE(strchr(gfn_comm_library(comm), '.') != NULL && strlen(gfn_comm_library(comm)) < 20);
}

static void shares_add_up_to_the_cores_of_one_host(void **state)
{
    (void)state;
    double share = gfn_comm_core_share(comm), sum = 0;
    PMPI_Allreduce(&share, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    SETTLE(gfn_comm_hosts(comm) == 1);
    SETTLE(share > 0 && sum > gfn_comm_host_cores(comm) - 1e-9);
    SETTLE(sum < gfn_comm_host_cores(comm) + 1e-9);
    SETTLE(gfn_comm_hidden_cores(comm) >= 0);
}

static void shared_memory_is_hidden(void **state)
{
    (void)state;
    char name[sizeof shared_name];
    memcpy(name, shared_name, sizeof name);
    SETTLE(name[0] == '\0' || gfn_shared_memory_find(1, name) == NULL);
    memcpy(shared_name, name, sizeof name);
}

static void ranks_that_share_memory_need_no_messages(void **state)
{
    (void)state;
    int64_t *all = allocate((size_t)size), mine = number(rank, 0);
    size_t counts[64];
    int shares_memory = shared_name[0] != '\0';
    reduce(&shares_memory, MPI_LAND);
    longest = messages = 0;
    check_sum(comm, 1000);
    gfn_status status = gfn_comm_gather_i64(comm, &mine, 1, 1, all, (size_t)size, counts);
    int is_right = status == GFN_OK && gfn_comm_agree(comm, GFN_OK) == GFN_OK;
    for (int r = 0; r < size; r++)
        is_right = is_right && counts[r] == 1 && all[r] == number(r, 0);
    free(all);
    SETTLE(is_right);
    SETTLE(messages == 0 || !shares_memory);
}

static void a_second_communicator_is_refused_while_one_is_open(void **state)
{
    (void)state;
    gfn_comm *second = comm;
    SETTLE(join_ranks(&second) == GFN_ECOMM && second == comm);
    SETTLE(strstr(gfn_error_message(), "expected no open communicator") != NULL);
}

static void a_communicator_over_some_ranks_sums_those(void **state)
{
    (void)state;
    MPI_Comm half;
    gfn_comm *part = NULL;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &half); /* ranks in reverse order */
    MPI_Comm_set_errhandler(half, MPI_ERRORS_ARE_FATAL);
    gfn_status status = gfn_comm_open_mpi(half, &part);
    MPI_Comm_free(&half); /* the communicator has its own duplicate */
    SETTLE(status == GFN_OK);
    int members = (size + 1 - rank % 2) / 2;
    SETTLE(gfn_comm_size(part) == members);
    SETTLE(gfn_comm_rank(part) == members - 1 - rank / 2);
    int64_t sum = rank;
    status = gfn_comm_sum_i64(part, &sum, 1);
    SETTLE(status == GFN_OK && sum == members * (members - 1) + members * (rank % 2));
    check_mpi_error(part);
    gfn_comm_close(&part);
    SETTLE(part == NULL);
    check_sum(comm, 10); /* MPI still works */
}

static void a_null_communicator_of_mpi_is_refused(void **state)
{
    (void)state;
    gfn_comm *none = comm;
    SETTLE(gfn_comm_open_mpi(MPI_COMM_NULL, &none) == GFN_ECOMM && none == comm);
}

/* Ranks that outnumber their cores, on any machine: they wait in a different way. */
static void ranks_on_one_core_share_it_and_hide_the_others(void **state)
{
    (void)state;
    cpu_set_t old;
    gfn_comm *crowd = open_bound(size, &old);
    SETTLE(gfn_comm_host_cores(crowd) == 1);
    SETTLE(fabs(gfn_comm_core_share(crowd) - 1.0 / size) < 1e-12);
    SETTLE(gfn_comm_hidden_cores(crowd) ==
           gfn_comm_host_cores(comm) + gfn_comm_hidden_cores(comm) - 1);
    check_sum(crowd, 1000);
    close_bound(crowd, &old);
}

static void ranks_with_their_own_cores_work_with_crowded_ranks(void **state)
{
    (void)state;
    cpu_set_t old;
    gfn_comm *crowd = open_bound(size - 1, &old);
    check_sum(crowd, 1000);
    close_bound(crowd, &old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_and_rank_are_those_of_the_launcher),
        cmocka_unit_test(shares_add_up_to_the_cores_of_one_host),
        cmocka_unit_test(shared_memory_is_hidden),
        cmocka_unit_test(ranks_that_share_memory_need_no_messages),
        cmocka_unit_test(a_second_communicator_is_refused_while_one_is_open),
        cmocka_unit_test(a_communicator_over_some_ranks_sums_those),
        cmocka_unit_test(a_null_communicator_of_mpi_is_refused),
        cmocka_unit_test(ranks_on_one_core_share_it_and_hide_the_others),
        cmocka_unit_test(ranks_with_their_own_cores_work_with_crowded_ranks),
    };
    if (open_ranks() != 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&comm);
    if (join_ranks(&comm) != GFN_ECOMM) {
        fprintf(stderr, "rank %d: MPI started a second time\n", rank);
        failed++;
    }
    return failed;
}
