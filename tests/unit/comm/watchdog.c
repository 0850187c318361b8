/* SPDX-License-Identifier: MIT
 *
 * The rank that hangs is the one that works on or lags behind, never those that wait for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/comm.h>

#include "base/clock.h"
#include "comm/comm.h"
#include "comm/watchdog.h"

enum { RANKS = 4 };
#define PATIENCE 2.385

static struct gfn_heartbeat heartbeats[RANKS];
static struct gfn_observation observations[RANKS];

/* The verdict if no rank moves for `seconds`. Rank i is unwatched if waits[i] is '-', waits if it
 * is 'w', and has reached milestone milestones[i]. */
static enum gfn_verdict judge(const char *waits, const char *milestones, double seconds,
                              size_t *culprit)
{
    memset(observations, 0, sizeof observations);
    for (size_t i = 0; i < RANKS; i++) {
        heartbeats[i].is_watched = waits[i] != '-';
        heartbeats[i].is_waiting = waits[i] == 'w';
        heartbeats[i].milestones = milestones[i] - '0';
        heartbeats[i].moves++;
    }
    gfn_watchdog_observe(heartbeats, RANKS, 100,
                         observations); /* time before a change does not count */
    gfn_watchdog_observe(heartbeats, RANKS, seconds, observations);
    return gfn_watchdog_judge(heartbeats, RANKS, PATIENCE, observations, culprit);
}

static void a_rank_that_works_on_while_others_wait_hangs(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("ww.w", "5545", 2.38, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("ww.w", "5545", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 2);
}

static void a_rank_that_waits_for_a_message_that_others_have_passed_hangs(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("wwww", "6566", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
    assert_int_equal(judge(".www", "6566", 2.39, &culprit), GFN_RANK_HANGS); /* both ranks hang */
}

static void other_ranks_hang_if_all_wait_at_one_point_for_twice_the_time(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("wwww", "7777", 4.76, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("wwww", "7777", 4.78, &culprit), GFN_OTHERS_HANG);
    assert_int_equal(culprit, 99);
}

/* It waited long, was released by the last rank, and has not got its core back yet. */
static void time_spent_waiting_does_not_count_after_the_release(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("ww.w", "5545", 2.3, &culprit), GFN_ALL_MOVE);
    heartbeats[2].milestones = 5;
    heartbeats[2].moves++;
    heartbeats[0].milestones = 6;
    gfn_watchdog_observe(heartbeats, RANKS, 0.3, observations);
    assert_int_equal(gfn_watchdog_judge(heartbeats, RANKS, PATIENCE, observations, &culprit),
                     GFN_ALL_MOVE);
    gfn_watchdog_observe(heartbeats, RANKS, 2.3, observations);
    assert_int_equal(gfn_watchdog_judge(heartbeats, RANKS, PATIENCE, observations, &culprit),
                     GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
}

static void a_rank_that_is_not_watched_never_hangs(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("-www", "4555", 9, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("-.ww", "9555", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
    assert_int_equal(judge("----", "1234", 9, &culprit), GFN_ALL_MOVE);
}

static void any_progress_resets_the_age(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    judge("....", "5555", 2.3, &culprit);
    gfn_heartbeat_add(&heartbeats[0].moves);
    gfn_heartbeat_add(&heartbeats[1].milestones);
    gfn_watchdog_observe(heartbeats, RANKS, 0.1, observations);
    assert_true(observations[0].age == 0 && observations[1].age == 0);
    assert_int_equal(gfn_watchdog_judge(heartbeats, RANKS, PATIENCE, observations, &culprit),
                     GFN_RANK_HANGS);
    assert_int_equal(culprit, 2);
}

static struct {
    atomic_bool is_given;
    char message[512];
} alarm_given;

static void note_alarm(void *self, const char *message)
{
    assert_ptr_equal(self, &alarm_given);
    if (message)
        snprintf(alarm_given.message, sizeof alarm_given.message, "%s", message);
    alarm_given.is_given = true;
}

static const char *const phases[] = {NULL, "sampling", "evaluation"};

static void an_alarm_names_rank_phase_and_iteration(void **unused)
{
    (void)unused;
    gfn_comm *comm = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    assert_int_equal(gfn_comm_watch(comm, 0.4, note_alarm, &alarm_given), GFN_OK);
    for (int i = 0; i < 100; i++) { /* longer than the patience, but with progress */
        int64_t x = i;
        assert_int_equal(gfn_comm_sum_i64(comm, &x, 1), GFN_OK);
        usleep(10000);
    }
    assert_false(alarm_given.is_given);
    gfn_comm_name_phases(comm, phases, 3);
    gfn_comm_enter(comm, 2, 517);
    const double start = gfn_clock_seconds();
    while (!alarm_given.is_given && gfn_clock_seconds() - start < 60)
        usleep(1000);
    assert_true(gfn_clock_seconds() - start >= 0.3);
    assert_non_null(strstr(alarm_given.message, "rank 0 (process "));
    assert_non_null(strstr(alarm_given.message, "it is in evaluation of iteration 517;"));
    assert_non_null(strstr(alarm_given.message, "(hint: "));
    gfn_comm_close(&comm);
}

static void a_watch_is_refused_a_second_time_or_without_patience(void **unused)
{
    (void)unused;
    gfn_comm *comm = NULL;
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    assert_int_equal(gfn_comm_watch(comm, 0, note_alarm, NULL), GFN_EINVAL);
    assert_int_equal(gfn_comm_watch(comm, 600, note_alarm, NULL), GFN_OK);
    assert_int_equal(gfn_comm_watch(comm, 600, note_alarm, NULL), GFN_EINVAL);
    gfn_comm_close(&comm);
}

static void phases_have_the_names_that_were_given(void **unused)
{
    (void)unused;
    gfn_comm *comm = NULL;
    const char *none = "set-up, evaluation, samples or ending";
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    assert_string_equal(gfn_comm_phase_name(comm, 1), none);
    gfn_comm_name_phases(comm, phases, 3);
    assert_string_equal(gfn_comm_phase_name(comm, 0), none);
    assert_string_equal(gfn_comm_phase_name(comm, 1), "sampling");
    assert_string_equal(gfn_comm_phase_name(comm, 2), "evaluation");
    assert_string_equal(gfn_comm_phase_name(comm, 3), none);
    assert_string_equal(gfn_comm_phase_name(comm, -1), none);
    gfn_comm_close(&comm);
}

static void a_place_is_phase_and_iteration_and_is_cut_to_the_room(void **unused)
{
    (void)unused;
    gfn_comm *comm;
    char text[64];
    assert_int_equal(gfn_comm_open_serial(&comm), GFN_OK);
    assert_string_equal(gfn_comm_place(comm, text, sizeof text),
                        "in set-up, evaluation, samples or ending");
    gfn_comm_name_phases(comm, phases, 3);
    gfn_comm_enter(comm, 1, 512);
    assert_string_equal(gfn_comm_place(comm, text, sizeof text), "in sampling of iteration 512");
    assert_string_equal(gfn_comm_place(comm, text, 12), "in sampling");
    gfn_comm_enter(comm, 0, 513);
    assert_string_equal(gfn_comm_place(comm, text, sizeof text), "after iteration 513");
    gfn_comm_close(&comm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_that_works_on_while_others_wait_hangs),
        cmocka_unit_test(a_rank_that_waits_for_a_message_that_others_have_passed_hangs),
        cmocka_unit_test(other_ranks_hang_if_all_wait_at_one_point_for_twice_the_time),
        cmocka_unit_test(time_spent_waiting_does_not_count_after_the_release),
        cmocka_unit_test(a_rank_that_is_not_watched_never_hangs),
        cmocka_unit_test(any_progress_resets_the_age),
        cmocka_unit_test(an_alarm_names_rank_phase_and_iteration),
        cmocka_unit_test(a_watch_is_refused_a_second_time_or_without_patience),
        cmocka_unit_test(phases_have_the_names_that_were_given),
        cmocka_unit_test(a_place_is_phase_and_iteration_and_is_cut_to_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
