/* SPDX-License-Identifier: MIT
 *
 * A watch over several ranks: it finds the one that hangs, and lets the one that works long work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "base/clock.h"
#include "comm/comm.h"
#include "run/run.h"

#define PATIENCE 3.0

static gfn_comm *comm;
static atomic_bool *has_alarm;

static struct {
    atomic_int n; /* alarms in this process */
    char message[512];
} heard;

static void hear(void *self, const char *message)
{
    (void)self;
    if (message)
        snprintf(heard.message, sizeof heard.message, "%s", message);
    heard.n++;
}

static int64_t over_all(int64_t n)
{
    assert_int_equal(gfn_comm_sum_i64(comm, &n, 1), GFN_OK);
    return n;
}

/* Twice the patience in one phase of rank 0. */
static gfn_status work_long(void *self)
{
    const double start = gfn_clock_seconds();
    gfn_status status = GFN_OK;
    while (status == GFN_OK && gfn_clock_seconds() - start < 1.5 * PATIENCE) {
        usleep(10000);
        status = gfn_run_beat(self);
    }
    return status;
}

/* As on hosts of their own: nobody sees others, who have to be heard. */
static void who_works_long_and_is_heard_is_left_alone(void **unused)
{
    (void)unused;
    struct gfn_heartbeat *const pulse = comm->pulse, *const pulses = comm->pulses;
    const size_t n_pulses = comm->n_pulses;
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_comm_end_watch(comm);
    gfn_comm_see_oneself(comm);
    assert_int_equal(over_all(gfn_comm_watch(comm, PATIENCE / 2, hear, NULL) != GFN_OK), 0);
    assert_int_equal(over_all(gfn_run_options_create(NULL, &options) != GFN_OK), 0);
    assert_int_equal(over_all(gfn_run_create(comm, options, 1, &run) != GFN_OK), 0);
    const gfn_status status = gfn_run_work_alone(run, work_long, run);
    assert_int_equal(over_all(status != GFN_OK), 0);
    assert_int_equal(over_all(heard.n), 0);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
    gfn_comm_end_watch(comm);
    comm->pulse = pulse;
    comm->pulses = pulses;
    comm->n_pulses = n_pulses;
    comm->has_alarm = has_alarm;
    assert_int_equal(over_all(gfn_comm_watch(comm, PATIENCE, hear, NULL) != GFN_OK), 0);
}

static void who_works_long_and_says_so_is_left_alone(void **unused)
{
    (void)unused;
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(over_all(gfn_run_options_create(NULL, &options) != GFN_OK), 0);
    assert_int_equal(over_all(gfn_run_create(comm, options, 1, &run) != GFN_OK), 0);
    const gfn_status status = gfn_run_work_alone(run, work_long, run);
    assert_int_equal(over_all(status != GFN_OK), 0);
    assert_int_equal(over_all(heard.n), 0);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
}

static gfn_status cannot(void *self)
{
    (void)self;
    gfn_options *options = NULL;
    return gfn_run_options_create("no such world", &options);
}

static void a_failure_of_the_one_that_works_is_told_by_all(void **unused)
{
    (void)unused;
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    assert_int_equal(over_all(gfn_run_options_create(NULL, &options) != GFN_OK), 0);
    assert_int_equal(over_all(gfn_run_create(comm, options, 1, &run) != GFN_OK), 0);
    const gfn_status status = gfn_run_work_alone(run, cannot, NULL);
    const int is_told = strstr(gfn_error_message(), "no such world") != NULL;
    assert_int_equal(over_all(status != GFN_EINVAL || !is_told), 0);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
}

/* The last test: an alarm is given once. One process of the host has the message. */
static void who_hangs_is_named_by_its_neighbours(void **unused)
{
    (void)unused;
    const int culprit = gfn_comm_size(comm) / 2;
    const bool is_culprit = gfn_comm_rank(comm) == culprit;
    char name[32];
    snprintf(name, sizeof name, "rank %d (process ", culprit);
    gfn_comm_enter(comm, is_culprit ? 1 : 2, 517);
    for (int i = 0; is_culprit && i < 600 && heard.n == 0; i++)
        usleep(100000);
    over_all(0); /* the others wait here */
    const int64_t n_told = over_all(heard.message[0] != '\0');
    const int is_right = heard.message[0] == '\0' ||
                         (strncmp(heard.message, name, strlen(name)) == 0 &&
                          strstr(heard.message, "it is in sampling of iteration 517;") != NULL);
    if (!is_right)
        fprintf(stderr, "%s\n", heard.message);
    assert_int_equal(over_all(!is_right), 0);
    assert_int_equal(n_told, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_works_long_and_says_so_is_left_alone),
        cmocka_unit_test(who_works_long_and_is_heard_is_left_alone),
        cmocka_unit_test(a_failure_of_the_one_that_works_is_told_by_all),
        cmocka_unit_test(who_hangs_is_named_by_its_neighbours),
    };
    if (gfn_comm_open(&comm) != GFN_OK || gfn_comm_watch(comm, PATIENCE, hear, NULL) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    has_alarm = comm->has_alarm;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&comm);
    return failed;
}
