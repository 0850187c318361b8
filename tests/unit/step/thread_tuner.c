/* SPDX-License-Identifier: MIT
 *
 * The choice of threads on machines whose steps take what the test says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "step/thread_tuner.h"

enum { MOST = 8 };

typedef struct machine {
    gfn_thread_tuner tuner;
    int threads;
    double work;              /* seconds so far */
    double seconds[MOST + 1]; /* of a step on 1, 2, 4, 8 threads */
    int steps[MOST + 1];      /* taken so far on so many threads */
} machine;

static void set_seconds(machine *m, double one, double two, double four, double eight)
{
    m->seconds[1] = one;
    m->seconds[2] = two;
    m->seconds[4] = four;
    m->seconds[8] = eight;
}

/* most 1: the user asked for a number of threads. */
static void start(machine *m, int most)
{
    *m = (machine){.threads = MOST};
    const int threads = gfn_thread_tuner_begin(&m->tuner, most);
    if (most > 1)
        m->threads = threads;
}

/* Take n steps; returns how many of them ran on so many threads. */
static int run(machine *m, int n, int threads)
{
    const int before = m->steps[threads];
    for (int i = 0; i < n; i++) {
        assert_in_range(m->threads, 1, MOST);
        assert_true(m->seconds[m->threads] > 0);
        m->steps[m->threads]++;
        m->work += m->seconds[m->threads];
        m->threads = gfn_thread_tuner_step(&m->tuner, m->work, m->threads);
    }
    return m->steps[threads] - before;
}

static void all_threads_are_used_where_they_are_faster(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    set_seconds(&m, 1e-3, 0.8e-3, 0.7e-3, 0.6e-3);
    assert_true(run(&m, 1000, MOST) > 950);
    assert_true(m.steps[4] < 10 && m.steps[2] == 0);
}

static void one_thread_is_used_where_it_is_faster_and_all_are_tried_now_and_then(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    set_seconds(&m, 1e-3, 30e-3, 30e-3, 30e-3);
    assert_true(run(&m, 10000, 1) > 9900);
    assert_in_range(m.steps[MOST], 3, 60);
    assert_true(m.work < 1.1 * 10000 * 1e-3 + 30e-3 * m.steps[MOST]);
}

/* Small jobs on many cores, and machines on which other programs use some of the cores. */
static void half_of_the_threads_or_a_quarter_are_used_where_they_are_fastest(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    set_seconds(&m, 1e-3, 0.7e-3, 0.5e-3, 0.6e-3);
    assert_true(run(&m, 10000, 4) > 9700);
    start(&m, MOST);
    set_seconds(&m, 1e-3, 0.8e-3, 30e-3, 30e-3);
    assert_true(run(&m, 10000, 2) > 9700);
    assert_in_range(m.steps[MOST], 3, 60);
    start(&m, 6);
    m.seconds[6] = m.seconds[3] = 0.7e-3;
    m.seconds[1] = 1e-3;
    assert_true(run(&m, 1000, 6) > 950); /* equally fast: all */
}

static void a_machine_that_becomes_busy_is_noticed_within_a_few_steps(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    set_seconds(&m, 1e-3, 0.8e-3, 0.7e-3, 0.6e-3);
    run(&m, 500, MOST);
    set_seconds(&m, 1e-3, 30e-3, 30e-3, 30e-3);
    assert_true(run(&m, 100, 1) > 80);
    set_seconds(&m, 1e-3, 0.8e-3, 0.7e-3, 0.6e-3);
    assert_true(run(&m, 2000, MOST) > 1000); /* and when it is idle again */
}

static void threads_that_somebody_asked_for_are_left_alone(void **unused)
{
    (void)unused;
    machine m;
    start(&m, 1);
    set_seconds(&m, 1e-3, 30e-3, 30e-3, 30e-3);
    assert_int_equal(run(&m, 300, MOST), 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_threads_are_used_where_they_are_faster),
        cmocka_unit_test(one_thread_is_used_where_it_is_faster_and_all_are_tried_now_and_then),
        cmocka_unit_test(half_of_the_threads_or_a_quarter_are_used_where_they_are_fastest),
        cmocka_unit_test(a_machine_that_becomes_busy_is_noticed_within_a_few_steps),
        cmocka_unit_test(threads_that_somebody_asked_for_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
