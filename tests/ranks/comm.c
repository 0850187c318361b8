/* SPDX-License-Identifier: MIT
 *
 * The functions of a communicator on any number of ranks, with messages through shared memory, by
 * MPI, or by both if there are several hosts.
 */
#include "ranks.h"

#include <time.h>

#include "base/memory.h"
#include "base/parallel.h"

static void sums_are_exact_and_in_place(void **state)
{
    (void)state;
    const size_t lengths[] = {0,    1,    2,     7,      64,     65,     784,
                              1000, 4608, 36865, 131071, 131072, 131073, 300001};
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

/* The number of records of a rank: unequal, some have none. */
static size_t records_of(int of_rank)
{
    return (size_t)(of_rank * 5 + 2) % 4;
}

static void nap(uint64_t dice)
{
    const struct timespec time = {.tv_nsec = (long)(dice >> 8) % 100000};
    if (dice % 16 == 0)
        nanosleep(&time, NULL);
    else if (dice % 16 < 4)
        sched_yield();
}

/* No message of the test itself in between, which would let all ranks catch up. */
static void ranks_that_lag_behind_get_the_right_result(void **state)
{
    (void)state;
    int64_t x[700], mine[6], all[6 * 64];
    size_t counts[64];
    int is_right = 1;
    const int rounds = gfn_comm_hosts(comm) == 1
                           ? 300
                           : 30; /* simulated hosts poll although ranks outnumber cores */
    for (int round = 0; round < rounds && size <= 64; round++) {
        const size_t n = (size_t)number(round, 1) % 700, gives = (size_t)(rank + round) % 3;
        nap((uint64_t)number(rank + 1000, (size_t)round));
        for (size_t i = 0; i < n; i++)
            x[i] = number(rank, i + (size_t)round);
        is_right = is_right && gfn_comm_sum_i64(comm, x, n) == GFN_OK;
        for (size_t i = 0; i < n; i += 1 + n / 5)
            is_right = is_right && x[i] == total(i + (size_t)round);
        for (size_t i = 0; i < 2 * gives; i++)
            mine[i] = number(rank, i + (size_t)round);
        nap((uint64_t)number(rank + 2000, (size_t)round));
        is_right =
            is_right && gfn_comm_gather_i64(comm, mine, gives, 2, all, 3 * 64, counts) == GFN_OK;
        const int64_t *record = all;
        for (int r = 0; r < size; r++) {
            is_right = is_right && counts[r] == (size_t)(r + round) % 3;
            for (size_t i = 0; i < 2 * ((size_t)(r + round) % 3); i++)
                is_right = is_right && *record++ == number(r, i + (size_t)round);
        }
    }
    SETTLE(is_right);
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
    check_gather(50001); /* longer than one exchange of shared memory */
}

static void records_with_more_words_than_a_message_go_as_a_whole(void **state)
{
    (void)state;
    comm->most = 30;
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
    check_gather(3);
}

static void gather_of_more_than_mpi_counts_fails_on_every_rank(void **state)
{
    (void)state;
    int64_t mine[2] = {1, 2}, all[64];
    size_t counts[64], n = rank == size - 1 ? 2 : 0;
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
    SETTLE(longest <= 1 && messages <= 1); /* cheap: at most one message of one word */
}

/* Rank r fails if bit r is set, with a different status and message on each rank. */
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

static void all_ranks_get_the_error_of_the_lowest_that_failed(void **state)
{
    (void)state;
    for (int r = 0; r < size; r++)
        check_agree(1u << r);
    check_agree((1u << size) - 1);
    check_agree(1u << (size - 1) | 1u << size / 2);
}

static void long_error_messages_are_cut(void **state)
{
    (void)state;
    char text[1100];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    SETTLE(gfn_comm_agree(comm, gfn_fail(GFN_EIO, "%s", text)) == GFN_EIO);
    SETTLE(strlen(gfn_error_message()) == 1023);
}

static void an_error_of_mpi_becomes_a_status_with_the_text_of_mpi(void **state)
{
    (void)state;
    check_mpi_error(comm);
}

static void check_broadcast_array(size_t n)
{
    static int32_t of_rank_0[1001];
    int32_t *array = of_rank_0;
    for (size_t i = 0; i < n; i++)
        of_rank_0[i] = (int32_t)number(0, i);
    size_t found = rank == 0 ? n : 99;
    SETTLE(gfn_comm_broadcast_array(comm, "numbers", sizeof *array, &found, &array) == GFN_OK);
    SETTLE(found == n && (array == of_rank_0) == (rank == 0));
    int is_right = 1;
    for (size_t i = 0; i < n; i++)
        is_right = is_right && array[i] == (int32_t)number(0, i);
    SETTLE(is_right);
    if (rank > 0)
        gfn_release(&array);
}

static void an_array_of_rank_0_is_allocated_on_the_others(void **state)
{
    (void)state;
    check_broadcast_array(0);
    check_broadcast_array(1);
    check_broadcast_array(1001);
}

static void an_array_that_cannot_be_allocated_is_an_error_on_every_rank(void **state)
{
    (void)state;
    int32_t word = 7, *array = &word;
    size_t n = SIZE_MAX / 2;
    if (size == 1) /* no rank allocates it */
        return;
    SETTLE(gfn_comm_broadcast_array(comm, "numbers", sizeof word, &n, &array) == GFN_EINVAL);
    SETTLE(array == (rank == 0 ? &word : NULL));
}

/* ---- work of rank 0 alone ---- */

static void nothing(void *self, size_t index, int thread)
{
    (void)self, (void)index, (void)thread;
}

/* Parallel loops for 1.3 seconds, longer than rank 0 is silent if others cannot see its progress.
 */
static gfn_status work(void *calls)
{
    const struct timespec nap = {.tv_nsec = 13000000};
    for (int i = 0; i < 100; i++) {
        nanosleep(&nap, NULL);
        gfn_parallel_for(1, 1, nothing, NULL);
    }
    ++*(int *)calls;
    return GFN_OK;
}

static void long_work_is_done_by_rank_0_alone(void **state)
{
    (void)state;
    int calls = 0;
    const int64_t moves = comm->heartbeat->moves;
    messages = 0;
    SETTLE(gfn_comm_work_alone(comm, work, &calls) == GFN_OK);
    SETTLE(calls == (rank == 0));
    SETTLE(rank > 0 || comm->heartbeat->moves - moves >= 100);
    SETTLE(comm->n_heartbeats == (size_t)size ? messages == 0 : messages > 0);
}

static gfn_status work_in_vain(void *calls)
{
    ++*(int *)calls;
    return gfn_fail(GFN_EDATA, "work of rank %d", rank);
}

static void all_ranks_get_the_error_of_work_on_rank_0(void **state)
{
    (void)state;
    int calls = 0;
    SETTLE(gfn_comm_work_alone(comm, work_in_vain, &calls) == GFN_EDATA);
    SETTLE(strcmp(gfn_error_message(), "work of rank 0") == 0);
    SETTLE(calls == (rank == 0));
}

static void agreement_takes_one_message_of_one_word(void **state)
{
    (void)state;
    longest = messages = 0;
    SETTLE(gfn_comm_agree(comm, GFN_OK) == GFN_OK);
    SETTLE(longest == (size > 1) && messages == longest);
}

static void simulated_hosts_are_counted(void **state)
{
    (void)state;
    SETTLE(gfn_comm_hosts(comm) == (size + host_size - 1) / host_size);
}

static void ranks_on_one_core_send_without_blocking(void **state)
{
    (void)state;
    cpu_set_t old;
    gfn_comm *crowd = open_bound(size, &old);
    blocking = 0;
    check_sum(crowd, 1000);
    SETTLE(blocking == (size == 1));
    close_bound(crowd, &old);
}

/* The communicator that main() opened, while another one of all ranks replaces it. */
static gfn_comm *opened;

static int open_cut(int ranks_of_a_host)
{
    host_size = ranks_of_a_host;
    opened = comm;
    return gfn_comm_open_mpi(MPI_COMM_WORLD, &comm) != GFN_OK;
}

static int close_cut(void **state)
{
    (void)state;
    gfn_comm_close(&comm);
    comm = opened;
    host_size = 0;
    return 0;
}

static int open_hosts_of_2(void **state)
{
    (void)state;
    return open_cut(2);
}

static int open_hosts_of_3(void **state)
{
    (void)state;
    return open_cut(3);
}

static int open_hosts_of_1(void **state)
{
    (void)state;
    return open_cut(1);
}

static int open_without_memory(void **state)
{
    (void)state;
    poor_rank = size - 1;
    return open_cut(0);
}

static int close_without_memory(void **state)
{
    poor_rank = -1;
    return close_cut(state);
}

/* Claims for any way of carrying messages. */
#define EVERYWHERE                                                                                 \
    cmocka_unit_test(sums_are_exact_and_in_place),                                                 \
        cmocka_unit_test(ranks_that_lag_behind_get_the_right_result),                              \
        cmocka_unit_test(extreme_values_are_added_exactly),                                        \
        cmocka_unit_test(broadcast_copies_from_rank_0_to_all),                                     \
        cmocka_unit_test(gather_keeps_the_order_of_ranks),                                         \
        cmocka_unit_test(gather_of_nothing_is_nothing),                                            \
        cmocka_unit_test(gather_without_room_fails_on_every_rank),                                 \
        cmocka_unit_test(all_ranks_agree_when_nothing_failed),                                     \
        cmocka_unit_test(all_ranks_get_the_error_of_the_lowest_that_failed),                       \
        cmocka_unit_test(long_error_messages_are_cut),                                             \
        cmocka_unit_test(an_array_of_rank_0_is_allocated_on_the_others),                           \
        cmocka_unit_test(an_array_that_cannot_be_allocated_is_an_error_on_every_rank),             \
        cmocka_unit_test(long_work_is_done_by_rank_0_alone),                                       \
        cmocka_unit_test(all_ranks_get_the_error_of_work_on_rank_0),                               \
        cmocka_unit_test(an_error_of_mpi_becomes_a_status_with_the_text_of_mpi)

int main(void)
{
    const struct CMUnitTest one_host[] = {EVERYWHERE};
    const struct CMUnitTest no_memory[] = {
        EVERYWHERE,
        cmocka_unit_test(sums_longer_than_a_message_go_in_parts),
        cmocka_unit_test(records_with_more_words_than_a_message_go_as_a_whole),
        cmocka_unit_test(gather_of_more_than_mpi_counts_fails_on_every_rank),
        cmocka_unit_test(agreement_takes_one_message_of_one_word),
        cmocka_unit_test(ranks_on_one_core_send_without_blocking),
    };
    const struct CMUnitTest hosts[] = {
        EVERYWHERE,
        cmocka_unit_test(simulated_hosts_are_counted),
    };
    if (open_ranks() != 0)
        return 1;
    int failed = cmocka_run_group_tests(one_host, NULL, NULL) +
                 cmocka_run_group_tests(no_memory, open_without_memory, close_without_memory) +
                 cmocka_run_group_tests(hosts, open_hosts_of_1, close_cut) +
                 cmocka_run_group_tests(hosts, open_hosts_of_2, close_cut) +
                 cmocka_run_group_tests(hosts, open_hosts_of_3, close_cut);
    gfn_comm_close(&comm);
    return failed;
}
