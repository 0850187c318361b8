/* SPDX-License-Identifier: MIT
 *
 * Who hangs: the rank that works on or lags behind, never those that wait for it.
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

static struct gfn_heartbeat pulses[RANKS];
static struct gfn_sight sights[RANKS];

/* All watched, none moves: as `waits` and `milestones` say, for `seconds` by now. */
static enum gfn_verdict judge(const char *waits, const char *milestones, double seconds,
                              size_t *culprit)
{
    memset(sights, 0, sizeof sights);
    for (size_t i = 0; i < RANKS; i++) {
        pulses[i].is_watched = waits[i] != '-';
        pulses[i].is_waiting = waits[i] == 'w';
        pulses[i].milestones = milestones[i] - '0';
        pulses[i].moves++;
    }
    gfn_watchdog_look(pulses, RANKS, 100, sights); /* something new is no time */
    gfn_watchdog_look(pulses, RANKS, seconds, sights);
    return gfn_watchdog_judge(pulses, RANKS, PATIENCE, sights, culprit);
}

static void who_works_on_while_others_wait_hangs(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("ww.w", "5545", 2.38, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("ww.w", "5545", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 2);
}

static void who_waits_for_what_others_have_left_hangs(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("wwww", "6566", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
    assert_int_equal(judge(".www", "6566", 2.39, &culprit), GFN_RANK_HANGS); /* both do */
}

static void where_all_wait_at_one_point_others_hang_after_twice_the_time(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("wwww", "7777", 4.76, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("wwww", "7777", 4.78, &culprit), GFN_OTHERS_HANG);
    assert_int_equal(culprit, 99);
}

/* It waited for long, was released by the last one, and has not had its core back yet. */
static void who_was_released_a_moment_ago_is_not_blamed_for_having_waited(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("ww.w", "5545", 2.3, &culprit), GFN_ALL_MOVE);
    pulses[2].milestones = 5;
    pulses[2].moves++;
    pulses[0].milestones = 6;
    gfn_watchdog_look(pulses, RANKS, 0.3, sights);
    assert_int_equal(gfn_watchdog_judge(pulses, RANKS, PATIENCE, sights, &culprit), GFN_ALL_MOVE);
    gfn_watchdog_look(pulses, RANKS, 2.3, sights);
    assert_int_equal(gfn_watchdog_judge(pulses, RANKS, PATIENCE, sights, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
}

static void who_is_not_watched_is_not_judged(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    assert_int_equal(judge("-www", "4555", 9, &culprit), GFN_ALL_MOVE);
    assert_int_equal(judge("-.ww", "9555", 2.39, &culprit), GFN_RANK_HANGS);
    assert_int_equal(culprit, 1);
    assert_int_equal(judge("----", "1234", 9, &culprit), GFN_ALL_MOVE);
}

static void who_moves_in_any_way_is_young_again(void **unused)
{
    (void)unused;
    size_t culprit = 99;
    judge("....", "5555", 2.3, &culprit);
    gfn_heartbeat_add(&pulses[0].moves);
    gfn_heartbeat_add(&pulses[1].milestones);
    gfn_watchdog_look(pulses, RANKS, 0.1, sights);
    assert_true(sights[0].age == 0 && sights[1].age == 0);
    assert_int_equal(gfn_watchdog_judge(pulses, RANKS, PATIENCE, sights, &culprit), GFN_RANK_HANGS);
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
    for (int i = 0; i < 100; i++) { /* longer than its patience, but on the move */
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
        cmocka_unit_test(who_works_on_while_others_wait_hangs),
        cmocka_unit_test(who_waits_for_what_others_have_left_hangs),
        cmocka_unit_test(where_all_wait_at_one_point_others_hang_after_twice_the_time),
        cmocka_unit_test(who_was_released_a_moment_ago_is_not_blamed_for_having_waited),
        cmocka_unit_test(who_is_not_watched_is_not_judged),
        cmocka_unit_test(who_moves_in_any_way_is_young_again),
        cmocka_unit_test(an_alarm_names_rank_phase_and_iteration),
        cmocka_unit_test(a_watch_is_refused_a_second_time_or_without_patience),
        cmocka_unit_test(phases_have_the_names_that_were_given),
        cmocka_unit_test(a_place_is_phase_and_iteration_and_is_cut_to_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
