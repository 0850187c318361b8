/* SPDX-License-Identifier: MIT
 *
 * The verbs of a communicator on any number of ranks. A claim is checked on every rank, the verdict
 * is reduced by MPI itself, and then all ranks assert the same: one that fails alone would leave
 * the others waiting.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <gfn/mpi.h>

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fail.h"
#include "comm/comm.h"

enum { GUARD = 4711 };

static gfn_comm *comm;
static int rank, size;

/* By MPI's own hooks: the longest message, how many there were, and how many of them blocked. */
static int longest, messages, blocking;

static void note(int elements)
{
    longest = elements > longest ? elements : longest;
    messages++;
}

int MPI_Allreduce(const void *in, void *out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm on)
{
    note(n);
    blocking++;
    return PMPI_Allreduce(in, out, n, type, op, on);
}

int MPI_Iallreduce(const void *in, void *out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm on,
                   MPI_Request *request)
{
    note(n);
    return PMPI_Iallreduce(in, out, n, type, op, on, request);
}

int MPI_Ibcast(void *data, int n, MPI_Datatype type, int root, MPI_Comm on, MPI_Request *request)
{
    note(n);
    return PMPI_Ibcast(data, n, type, root, on, request);
}

static void settle(int is_true, const char *claim)
{
    int all = 0;
    if (!is_true)
        fprintf(stderr, "rank %d of %d: not so: %s (last message: %s)\n", rank, size, claim,
                gfn_error_message());
    PMPI_Allreduce(&is_true, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    assert_true(all);
}

#define SETTLE(claim) settle(claim, #claim)

/* Numbers with entropy, small enough that thousands can be added. */
static int64_t number(int of_rank, size_t i)
{
    uint64_t x = ((uint64_t)of_rank * 1000003 + i + 1) * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9;
    return (int64_t)(x ^ x >> 32) >> 13;
}

static int64_t *allocate(size_t n)
{
    int64_t *x = malloc((n + 1) * sizeof *x);
    assert_non_null(x);
    x[n] = GUARD;
    return x;
}

static void size_and_rank_are_what_the_launcher_said(void **state)
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
    MPI_Allreduce(&share, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    SETTLE(gfn_comm_hosts(comm) == 1);
    SETTLE(share > 0 && sum > gfn_comm_host_cores(comm) - 1e-9);
    SETTLE(sum < gfn_comm_host_cores(comm) + 1e-9);
    SETTLE(gfn_comm_hidden_cores(comm) >= 0);
}

static void check_sum(gfn_comm *on, size_t n)
{
    int64_t *x = allocate(n);
    for (size_t i = 0; i < n; i++)
        x[i] = number(rank, i);
    gfn_status status = gfn_comm_sum_i64(on, x, n);
    int is_right = x[n] == GUARD;
    for (size_t i = 0; i < n; i++) {
        int64_t sum = 0;
        for (int r = 0; r < size; r++)
            sum += number(r, i);
        is_right = is_right && x[i] == sum;
    }
    free(x);
    SETTLE(status == GFN_OK);
    SETTLE(is_right);
}

static void sums_are_exact_and_in_place(void **state)
{
    (void)state;
    const size_t lengths[] = {0, 1, 2, 7, 1000, 36865, 300001};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        check_sum(comm, lengths[i]);
}

static void sums_longer_than_a_message_go_in_parts(void **state)
{
    (void)state;
    comm->most = 7;
    const size_t lengths[] = {0, 6, 7, 8, 14, 100};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        longest = messages = 0;
        check_sum(comm, lengths[i]);
        SETTLE(longest <= 7 && messages == (int)(lengths[i] + 6) / 7);
    }
    comm->most = GFN_COMM_MOST;
}

static void extreme_values_are_added_exactly(void **state)
{
    (void)state;
    int64_t x[] = {rank == 0 ? INT64_MAX : 0, rank == size - 1 ? INT64_MIN : 0, -1, rank & 1};
    SETTLE(gfn_comm_sum_i64(comm, x, 4) == GFN_OK);
    SETTLE(x[0] == INT64_MAX && x[1] == INT64_MIN && x[2] == -size && x[3] == size / 2);
}

static void check_broadcast(size_t bytes)
{
    unsigned char data[1001] = {0};
    for (size_t i = 0; i < bytes && rank == 0; i++)
        data[i] = (unsigned char)number(0, i);
    gfn_status status = gfn_comm_broadcast(comm, data, bytes);
    int is_right = data[bytes] == 0;
    for (size_t i = 0; i < bytes; i++)
        is_right = is_right && data[i] == (unsigned char)number(0, i);
    SETTLE(status == GFN_OK);
    SETTLE(is_right);
}

static void broadcast_copies_from_rank_0_to_all(void **state)
{
    (void)state;
    check_broadcast(0);
    check_broadcast(1);
    check_broadcast(1000);
    comm->most = 7;
    check_broadcast(7);
    longest = messages = 0;
    check_broadcast(1000);
    SETTLE(longest == 7 && messages == 143);
    comm->most = GFN_COMM_MOST;
}

/* Uneven, and nothing from some. */
static size_t records_of(int of_rank)
{
    return (size_t)(of_rank * 5 + 2) % 4;
}

static void check_gather(size_t width)
{
    size_t total = 0, counts[64] = {0};
    for (int r = 0; r < size; r++)
        total += records_of(r);
    int64_t *mine = allocate(records_of(rank) * width), *all = allocate(total * width);
    for (size_t i = 0; i < records_of(rank) * width; i++)
        mine[i] = number(rank, i);
    gfn_status status =
        gfn_comm_gather_i64(comm, mine, records_of(rank), width, all, total, counts);
    int is_right = all[total * width] == GUARD && mine[records_of(rank) * width] == GUARD;
    const int64_t *record = all;
    for (int r = 0; r < size; r++) {
        is_right = is_right && counts[r] == records_of(r);
        for (size_t i = 0; i < records_of(r) * width; i++)
            is_right = is_right && *record++ == number(r, i);
    }
    free(mine);
    free(all);
    SETTLE(status == GFN_OK);
    SETTLE(is_right);
}

static void gather_keeps_the_order_of_ranks(void **state)
{
    (void)state;
    check_gather(1);
    check_gather(3);
    check_gather(1000);
    comm->most = 30; /* more words than that: whole records are sent */
    check_gather(5);
    check_gather(29);
    comm->most = GFN_COMM_MOST;
}

static void gather_of_nothing_is_nothing(void **state)
{
    (void)state;
    size_t counts[64];
    memset(counts, 0xff, sizeof counts);
    SETTLE(gfn_comm_gather_i64(comm, NULL, 0, 3, NULL, 0, counts) == GFN_OK);
    SETTLE(counts[0] == 0 && counts[size - 1] == 0);
}

static void gather_without_room_fails_on_every_rank(void **state)
{
    (void)state;
    int64_t mine[2] = {1, 2}, all[64] = {GUARD};
    size_t counts[64], n = rank == size - 1 ? 2 : 0;
    SETTLE(gfn_comm_gather_i64(comm, mine, n, 1, all, 1, counts) == GFN_EINVAL);
    SETTLE(all[0] == GUARD && strstr(gfn_error_message(), "room for 1") != NULL);
    SETTLE(gfn_comm_gather_i64(comm, mine, SIZE_MAX / 2, 3, all, SIZE_MAX, counts) == GFN_EINVAL);
    comm->most = 1;
    SETTLE(gfn_comm_gather_i64(comm, mine, n, 1, all, 64, counts) == GFN_ECOMM);
    comm->most = GFN_COMM_MOST;
    check_gather(3);
}

static void all_ranks_agree_when_nothing_failed(void **state)
{
    (void)state;
    gfn_fail(GFN_EIO, "an old message");
    longest = messages = 0;
    SETTLE(gfn_comm_agree(comm, GFN_OK) == GFN_OK);
    SETTLE(longest == (size > 1) && messages == longest); /* cheap: one message of one word */
}

/* Rank r fails if bit r is set, each with a status and a message of its own. */
static void check_agree(unsigned failing)
{
    int first = __builtin_ctz(failing), fails = failing >> rank & 1;
    gfn_status mine = fails ? (gfn_status)(1 + rank % GFN_ENOSUP) : GFN_OK;
    char message[64];
    if (first == 0)
        snprintf(message, sizeof message, "number 0 was bad");
    else
        snprintf(message, sizeof message, "rank %d: number %d was bad", first, first * first);
    if (fails)
        gfn_fail(mine, "number %d was bad", rank * rank);
    else
        gfn_fail(GFN_OK, "nothing");
    SETTLE(gfn_comm_agree(comm, mine) == (gfn_status)(1 + first % GFN_ENOSUP));
    if (size > 1)
        SETTLE(strcmp(gfn_error_message(), message) == 0);
}

static void all_ranks_learn_of_the_lowest_that_failed(void **state)
{
    (void)state;
    for (int r = 0; r < size; r++)
        check_agree(1u << r);
    check_agree((1u << size) - 1);
    check_agree(1u << (size - 1) | 1u << size / 2);
}

static void long_messages_arrive_cut_but_whole_up_to_there(void **state)
{
    (void)state;
    char text[1100];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    SETTLE(gfn_comm_agree(comm, gfn_fail(GFN_EIO, "%s", text)) == GFN_EIO);
    SETTLE(strlen(gfn_error_message()) == 1023);
}

static void check_mpi_error(gfn_comm *on)
{
    int64_t word = 1;
    SETTLE(on->verbs->broadcast(on, &word, sizeof word, on->size) == GFN_ECOMM);
    SETTLE(strncmp(gfn_error_message(), "MPI_Ibcast: ", 12) == 0);
    SETTLE(strlen(gfn_error_message()) > 20);
}

static void an_error_of_mpi_becomes_a_status_with_its_text(void **state)
{
    (void)state;
    check_mpi_error(comm);
}

static void a_second_communicator_is_refused_while_one_is_open(void **state)
{
    (void)state;
    gfn_comm *second = NULL;
    SETTLE(gfn_comm_open(&second) == GFN_ECOMM && second == NULL);
    SETTLE(strstr(gfn_error_message(), "open already") != NULL);
}

static void a_communicator_over_some_ranks_sums_those(void **state)
{
    (void)state;
    MPI_Comm half;
    gfn_comm *part = NULL;
    MPI_Comm_split(MPI_COMM_WORLD, rank % 2, -rank, &half); /* in reverse order */
    MPI_Comm_set_errhandler(half, MPI_ERRORS_ARE_FATAL);
    gfn_status status = gfn_comm_open_mpi(half, &part);
    MPI_Comm_free(&half); /* it was duplicated */
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
    check_sum(comm, 10); /* MPI goes on */
}

static void no_communicator_of_mpi_is_refused(void **state)
{
    (void)state;
    gfn_comm *none = NULL;
    SETTLE(gfn_comm_open_mpi(MPI_COMM_NULL, &none) == GFN_ECOMM && none == NULL);
}

/* Bind the ranks below `end` to one core that all have, and open a communicator over all. */
static gfn_comm *open_bound(int end, cpu_set_t *old)
{
    cpu_set_t one, after;
    gfn_comm *crowd = NULL;
    int core = 0, is_kept = sched_getaffinity(0, sizeof *old, old) == 0;
    while (core < CPU_SETSIZE - 1 && !CPU_ISSET(core, old))
        core++;
    PMPI_Allreduce(MPI_IN_PLACE, &core, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (rank >= end)
        one = *old;
    is_kept = is_kept && sched_setaffinity(0, sizeof one, &one) == 0;
    gfn_status status = gfn_comm_open_mpi(MPI_COMM_WORLD, &crowd);
    is_kept = is_kept && sched_getaffinity(0, sizeof after, &after) == 0;
    SETTLE(status == GFN_OK);
    SETTLE(is_kept && CPU_EQUAL(&one, &after));
    return crowd;
}

static void close_bound(gfn_comm *crowd, const cpu_set_t *old)
{
    gfn_comm_close(&crowd);
    SETTLE(sched_setaffinity(0, sizeof *old, old) == 0);
}

/* Ranks that outnumber their cores, whatever the machine: they wait in another way then. */
static void ranks_on_one_core_share_it_and_hide_the_others(void **state)
{
    (void)state;
    cpu_set_t old;
    gfn_comm *crowd = open_bound(size, &old);
    SETTLE(gfn_comm_host_cores(crowd) == 1);
    SETTLE(fabs(gfn_comm_core_share(crowd) - 1.0 / size) < 1e-12);
    SETTLE(gfn_comm_hidden_cores(crowd) ==
           gfn_comm_host_cores(comm) + gfn_comm_hidden_cores(comm) - 1);
    blocking = 0;
    check_sum(crowd, 1000);
    SETTLE(blocking == (size == 1));
    close_bound(crowd, &old);
}

static void ranks_with_cores_of_their_own_get_on_with_crowded_ones(void **state)
{
    (void)state;
    cpu_set_t old;
    gfn_comm *crowd = open_bound(size - 1, &old);
    check_sum(crowd, 1000);
    close_bound(crowd, &old);
}

int main(void)
{
    if (gfn_comm_open(&comm) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    rank = gfn_comm_rank(comm);
    size = gfn_comm_size(comm);
    if (rank > 0 && freopen("/dev/null", "w", stdout) == NULL)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_and_rank_are_what_the_launcher_said),
        cmocka_unit_test(shares_add_up_to_the_cores_of_one_host),
        cmocka_unit_test(sums_are_exact_and_in_place),
        cmocka_unit_test(sums_longer_than_a_message_go_in_parts),
        cmocka_unit_test(extreme_values_are_added_exactly),
        cmocka_unit_test(broadcast_copies_from_rank_0_to_all),
        cmocka_unit_test(gather_keeps_the_order_of_ranks),
        cmocka_unit_test(gather_of_nothing_is_nothing),
        cmocka_unit_test(gather_without_room_fails_on_every_rank),
        cmocka_unit_test(all_ranks_agree_when_nothing_failed),
        cmocka_unit_test(all_ranks_learn_of_the_lowest_that_failed),
        cmocka_unit_test(long_messages_arrive_cut_but_whole_up_to_there),
        cmocka_unit_test(an_error_of_mpi_becomes_a_status_with_its_text),
        cmocka_unit_test(a_second_communicator_is_refused_while_one_is_open),
        cmocka_unit_test(a_communicator_over_some_ranks_sums_those),
        cmocka_unit_test(no_communicator_of_mpi_is_refused),
        cmocka_unit_test(ranks_on_one_core_share_it_and_hide_the_others),
        cmocka_unit_test(ranks_with_cores_of_their_own_get_on_with_crowded_ones),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&comm);
    if (gfn_comm_open(&comm) != GFN_ECOMM) {
        fprintf(stderr, "rank %d: MPI started a second time\n", rank);
        failed++;
    }
    return failed;
}
