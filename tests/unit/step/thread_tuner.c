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

enum { MOST = 4 };

typedef struct machine {
    gfn_thread_tuner tuner;
    int threads;
    double work;            /* seconds so far */
    double alone, together; /* seconds of a step */
} machine;

/* most 1: the user asked for a number of threads. */
static void start(machine *m, int most)
{
    *m = (machine){.threads = MOST};
    const int threads = gfn_thread_tuner_begin(&m->tuner, most);
    if (most > 1)
        m->threads = threads;
}

/* Take n steps; returns how many of them ran on all threads. */
static int run(machine *m, int n)
{
    int together = 0;
    for (int i = 0; i < n; i++) {
        const bool is_together = m->threads == MOST;
        assert_true(is_together || m->threads == 1);
        together += is_together;
        m->work += is_together ? m->together : m->alone;
        m->threads = gfn_thread_tuner_step(&m->tuner, m->work, m->threads);
    }
    return together;
}

static void all_threads_are_used_where_they_are_faster(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    m.alone = 1e-3;
    m.together = 0.6e-3;
    assert_true(run(&m, 1000) > 950);
}

static void one_thread_is_used_where_it_is_faster_and_all_are_tried_now_and_then(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    m.alone = 1e-3;
    m.together = 30e-3;
    const int together = run(&m, 10000);
    assert_true(together > 2);
    assert_true(together < 60);
}

static void a_machine_that_becomes_busy_is_noticed_within_a_few_steps(void **unused)
{
    (void)unused;
    machine m;
    start(&m, MOST);
    m.alone = 1e-3;
    m.together = 0.6e-3;
    run(&m, 500);
    m.together = 30e-3;
    assert_true(run(&m, 100) < 12);
    m.together = 0.6e-3;
    assert_true(run(&m, 2000) > 1000); /* and when it is idle again */
}

static void threads_that_somebody_asked_for_are_left_alone(void **unused)
{
    (void)unused;
    machine m;
    start(&m, 1);
    m.alone = 1e-3;
    m.together = 30e-3;
    assert_int_equal(run(&m, 300), 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_threads_are_used_where_they_are_faster),
        cmocka_unit_test(one_thread_is_used_where_it_is_faster_and_all_are_tried_now_and_then),
        cmocka_unit_test(a_machine_that_becomes_busy_is_noticed_within_a_few_steps),
        cmocka_unit_test(threads_that_somebody_asked_for_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
