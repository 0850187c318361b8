/* SPDX-License-Identifier: MIT
 *
 * A watch over several ranks: it finds a rank that hangs, and does not mistake long work for a
 * hang.
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

#include "base/clock.h"
#include "base/error.h"
#include "base/parallel.h"
#include "comm/comm.h"

#define PATIENCE 3.0

enum { SAMPLING = 1, GRADIENT, EVALUATION, N_PHASES };
static const char *const phase_names[N_PHASES] = {NULL, "sampling", "gradient", "evaluation"};

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

static void nothing(void *self, size_t index, int thread)
{
    (void)self, (void)index, (void)thread;
}

/* Run parallel loops for longer than the patience. */
static gfn_status work_long(void *self)
{
    (void)self;
    const double start = gfn_clock_seconds();
    while (gfn_clock_seconds() - start < 1.5 * PATIENCE) {
        usleep(10000);
        gfn_parallel_for(1, 1, nothing, NULL);
    }
    return GFN_OK;
}

static void long_work_of_rank_0_is_no_hang(void **unused)
{
    (void)unused;
    assert_int_equal(over_all(gfn_comm_work_alone(comm, work_long, NULL) != GFN_OK), 0);
    assert_int_equal(over_all(heard.n), 0);
}

/* As if each rank had a host of its own: no rank sees the heartbeat of another. */
static void long_work_of_rank_0_is_no_hang_on_other_hosts_either(void **unused)
{
    (void)unused;
    struct gfn_heartbeat *const heartbeat = comm->heartbeat, *const heartbeats = comm->heartbeats;
    const size_t n_heartbeats = comm->n_heartbeats;
    gfn_comm_end_watch(comm);
    gfn_comm_use_own_heartbeat(comm);
    assert_int_equal(over_all(gfn_comm_watch(comm, PATIENCE / 2, hear, NULL) != GFN_OK), 0);
    assert_int_equal(over_all(gfn_comm_work_alone(comm, work_long, NULL) != GFN_OK), 0);
    assert_int_equal(over_all(heard.n), 0);
    gfn_comm_end_watch(comm);
    comm->heartbeat = heartbeat;
    comm->heartbeats = heartbeats;
    comm->n_heartbeats = n_heartbeats;
    comm->has_alarm = has_alarm;
    assert_int_equal(over_all(gfn_comm_watch(comm, PATIENCE, hear, NULL) != GFN_OK), 0);
}

static gfn_status fail_to_work(void *self)
{
    return gfn_fail(GFN_EINVAL, "expected %s", (const char *)self);
}

static void every_rank_gets_the_error_of_work_on_rank_0(void **unused)
{
    (void)unused;
    char what[] = "work that can be done";
    const gfn_status status = gfn_comm_work_alone(comm, fail_to_work, what);
    const int is_same = strcmp(gfn_error_message(), "expected work that can be done") == 0;
    assert_int_equal(over_all(status != GFN_EINVAL || !is_same), 0);
}

/* A new watch, which has heard nothing yet. */
static void watch_again(void)
{
    gfn_comm_end_watch(comm);
    memset(heard.message, 0, sizeof heard.message);
    heard.n = 0;
    over_all(0); /* all watches have ended */
    atomic_store(has_alarm, false);
    over_all(0); /* ... before the next one may give an alarm */
    assert_int_equal(over_all(gfn_comm_watch(comm, PATIENCE, hear, NULL) != GFN_OK), 0);
}

/* One process of the host got the message, which names the rank and the place. */
static void check_message(int culprit, const char *place)
{
    char name[32];
    snprintf(name, sizeof name, "rank %d (process ", culprit);
    const bool is_told = heard.message[0] != '\0';
    const bool is_right =
        strncmp(heard.message, name, strlen(name)) == 0 && strstr(heard.message, place) != NULL;
    if (is_told && !is_right)
        fprintf(stderr, "%s\n", heard.message);
    assert_int_equal(over_all(is_told && !is_right), 0);
    assert_int_equal(over_all(is_told), 1);
}

static void hang_until_an_alarm(void)
{
    for (int i = 0; i < 600 && !atomic_load(has_alarm); i++)
        usleep(100000);
    usleep(100000); /* the alarm is being given */
}

static void a_rank_that_hangs_is_named_once(void **unused)
{
    (void)unused;
    const int culprit = gfn_comm_size(comm) / 2;
    const bool is_culprit = gfn_comm_rank(comm) == culprit;
    watch_again();
    gfn_comm_enter(comm, is_culprit ? SAMPLING : GRADIENT, 517);
    if (is_culprit)
        hang_until_an_alarm();
    over_all(0); /* the others wait here */
    check_message(culprit, "it is in sampling of iteration 517;");
}

static gfn_status hang(void *self)
{
    (void)self;
    hang_until_an_alarm();
    return GFN_OK;
}

static void rank_0_that_hangs_in_work_alone_is_named_once(void **unused)
{
    (void)unused;
    watch_again();
    gfn_comm_enter(comm, EVALUATION, 518);
    assert_int_equal(over_all(gfn_comm_work_alone(comm, hang, NULL) != GFN_OK), 0);
    check_message(0, "it is in evaluation of iteration 518;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_work_of_rank_0_is_no_hang),
        cmocka_unit_test(long_work_of_rank_0_is_no_hang_on_other_hosts_either),
        cmocka_unit_test(every_rank_gets_the_error_of_work_on_rank_0),
        cmocka_unit_test(a_rank_that_hangs_is_named_once),
        cmocka_unit_test(rank_0_that_hangs_in_work_alone_is_named_once),
    };
    if (gfn_comm_open(&comm) != GFN_OK || gfn_comm_watch(comm, PATIENCE, hear, NULL) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    has_alarm = comm->has_alarm;
    gfn_comm_name_phases(comm, phase_names, N_PHASES);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&comm);
    return failed;
}
