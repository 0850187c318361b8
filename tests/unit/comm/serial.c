/* SPDX-License-Identifier: MIT */
#include <gfn/comm.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"

static const char *const launchers[] = {
    "OMPI_COMM_WORLD_SIZE", "PMI_SIZE",       "MPI_LOCALNRANKS", "PMIX_RANK",
    "SLURM_STEP_NUM_TASKS", "SLURM_TASK_PID",
};

static int open_alone(void **state)
{
    return gfn_comm_open_serial((gfn_comm **)state) != GFN_OK;
}

static int close_again(void **state)
{
    gfn_comm_close((gfn_comm **)state);
    gfn_comm_close((gfn_comm **)state); /* may be NULL */
    return *state != NULL;
}

static void one_rank_on_one_host_has_all_its_cores(void **state)
{
    gfn_comm *comm = *state;
    assert_int_equal(gfn_comm_rank(comm), 0);
    assert_int_equal(gfn_comm_size(comm), 1);
    assert_int_equal(gfn_comm_hosts(comm), 1);
    assert_true(gfn_comm_host_cores(comm) >= 1);
    assert_float_equal(gfn_comm_core_share(comm), gfn_comm_host_cores(comm), 0);
    assert_int_equal(gfn_comm_hidden_cores(comm), 0);
    assert_string_equal(gfn_comm_library(comm), "none");
}

static void sum_and_broadcast_leave_everything_as_it_is(void **state)
{
    int64_t x[] = {INT64_MIN, -2385, INT64_MAX}, y[3];
    memcpy(y, x, sizeof x);
    assert_int_equal(gfn_comm_sum_i64(*state, x, 3), GFN_OK);
    assert_int_equal(gfn_comm_broadcast(*state, x, sizeof x), GFN_OK);
    assert_memory_equal(x, y, sizeof x);
    assert_int_equal(gfn_comm_sum_i64(*state, NULL, 0), GFN_OK);
    assert_int_equal(gfn_comm_broadcast(*state, NULL, 0), GFN_OK);
}

static void gather_copies_and_counts(void **state)
{
    const int64_t mine[] = {7, -8, 9, 10, -11, 12};
    int64_t all[8] = {0};
    size_t counts[2] = {99, 99};
    assert_int_equal(gfn_comm_gather_i64(*state, mine, 2, 3, all, 2, counts), GFN_OK);
    assert_memory_equal(all, mine, sizeof mine);
    assert_int_equal(all[6], 0);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 99);
    assert_int_equal(gfn_comm_gather_i64(*state, NULL, 0, 3, NULL, 0, counts), GFN_OK);
    assert_int_equal(counts[0], 0);
}

static void gather_refuses_what_does_not_fit(void **state)
{
    const int64_t mine[] = {7, -8};
    int64_t all[2] = {0};
    size_t counts[1];
    assert_int_equal(gfn_comm_gather_i64(*state, mine, 2, 1, all, 1, counts), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "2 records"));
    assert_non_null(strstr(gfn_error_message(), "room for 1"));
    assert_int_equal(all[0], 0);
    assert_int_equal(gfn_comm_gather_i64(*state, mine, SIZE_MAX / 2, 3, all, SIZE_MAX, counts),
                     GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "overflow"));
}

static void a_failure_alone_keeps_its_message(void **state)
{
    assert_int_equal(gfn_comm_agree(*state, GFN_OK), GFN_OK);
    gfn_fail(GFN_EIO, "metrics.jsonl: disk full");
    assert_int_equal(gfn_comm_agree(*state, GFN_EIO), GFN_EIO);
    assert_string_equal(gfn_error_message(), "metrics.jsonl: disk full");
}

static void abort_without_others_returns(void **state)
{
    gfn_comm_abort(*state, 3);
    assert_int_equal(gfn_comm_size(*state), 1);
}

static void open_without_a_launcher_is_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        unsetenv(launchers[i]);
    gfn_comm *comm = NULL;
    assert_int_equal(gfn_comm_launched_rank(), 0);
    assert_int_equal(gfn_comm_open(&comm), GFN_OK);
    assert_string_equal(gfn_comm_library(comm), "none");
    gfn_comm_close(&comm);
    assert_null(comm);
    assert_int_equal(gfn_comm_open(&comm), GFN_OK); /* any number of times */
    gfn_comm_close(&comm);
}

static void the_launched_rank_is_known_without_a_communicator(void **state)
{
    (void)state;
    char process[24];
    snprintf(process, sizeof process, "%ld", (long)getpid());
    setenv("SLURM_STEP_NUM_TASKS", "8", 1);
    setenv("SLURM_PROCID", "5", 1);
    setenv("SLURM_TASK_PID", process, 1);
    assert_int_equal(gfn_comm_launched_rank(), 5);
    assert_true(gfn_comm_is_launched());
    unsetenv("SLURM_TASK_PID");
    assert_int_equal(gfn_comm_launched_rank(), 0);
    assert_false(gfn_comm_is_launched());
    unsetenv("SLURM_STEP_NUM_TASKS");
    unsetenv("SLURM_PROCID");
}

static void one_rank_of_a_launcher_is_alone(void **state)
{
    (void)state;
    gfn_comm *comm = NULL;
    setenv("PMI_SIZE", "1", 1);
    setenv("PMI_RANK", "0", 1);
    assert_int_equal(gfn_comm_open(&comm), GFN_OK);
    assert_string_equal(gfn_comm_library(comm), "none");
    gfn_comm_close(&comm);
    setenv("PMI_SIZE", "3", 1);
    setenv("PMI_RANK", "2", 1);
    setenv("PMI_FD", "no descriptor", 1);
    assert_int_equal(gfn_comm_open(&comm), GFN_ECOMM);
    assert_null(comm);
    assert_non_null(strstr(gfn_error_message(), "unset PMI_RANK"));
    assert_int_equal(gfn_comm_launched_rank(), 0);
    unsetenv("PMI_SIZE");
    unsetenv("PMI_RANK");
    unsetenv("PMI_FD");
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, open_alone, close_again)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(one_rank_on_one_host_has_all_its_cores),
        ALONE(sum_and_broadcast_leave_everything_as_it_is),
        ALONE(gather_copies_and_counts),
        ALONE(gather_refuses_what_does_not_fit),
        ALONE(a_failure_alone_keeps_its_message),
        ALONE(abort_without_others_returns),
        cmocka_unit_test(open_without_a_launcher_is_alone),
        cmocka_unit_test(one_rank_of_a_launcher_is_alone),
        cmocka_unit_test(the_launched_rank_is_known_without_a_communicator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
