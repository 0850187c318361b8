/* SPDX-License-Identifier: MIT */
#include "base/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 1013, TEAM = 8 };

struct work {
    int threads;
    atomic_int out_of_range; /* calls whose `thread` is out of range */
    atomic_int visits[MOST]; /* calls per index */
    atomic_int inside[TEAM]; /* running calls per thread */
    atomic_int collisions;   /* calls that met another one on their thread */
};

static void visit(void *self, size_t index, int thread)
{
    struct work *work = self;
    if (thread < 0 || thread >= work->threads) {
        atomic_fetch_add(&work->out_of_range, 1);
        return;
    }
    if (atomic_fetch_add(&work->inside[thread], 1) != 0)
        atomic_fetch_add(&work->collisions, 1);
    atomic_fetch_add(&work->visits[index], 1);
    atomic_fetch_sub(&work->inside[thread], 1);
}

static void each_index_runs_once_on_a_thread_of_the_team(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 2, 5, MOST};
    static const int threads[] = {1, 2, 3, TEAM};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (size_t j = 0; j < sizeof threads / sizeof threads[0]; j++) {
            static struct work work;
            work = (struct work){.threads = threads[j]};
            gfn_parallel_for(threads[j], lengths[i], visit, &work);
            assert_int_equal(work.out_of_range, 0);
            assert_int_equal(work.collisions, 0);
            for (size_t k = 0; k < MOST; k++)
                assert_int_equal(work.visits[k], k < lengths[i]);
        }
}

static void count_elements(void *self, size_t first, size_t n)
{
    uint8_t *visits = self;
    for (size_t i = first; i < first + n; i++)
        visits[i]++;
}

static void ranges_cover_each_element_once(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 16383, 16384, 16385, 100003};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (int threads = 1; threads <= 3; threads++) {
            uint8_t *visits = calloc(lengths[i] + 1, 1);
            gfn_parallel_ranges(threads, lengths[i], count_elements, visits);
            for (size_t k = 0; k <= lengths[i]; k++)
                assert_int_equal(visits[k], k < lengths[i]);
            free(visits);
        }
}

static void nothing(void *self, size_t index, int thread)
{
    (void)self, (void)index, (void)thread;
}

static void count_call(void *calls)
{
    (*(int *)calls)++;
}

static void a_hook_is_called_once_per_loop_until_it_is_removed(void **state)
{
    (void)state;
    int calls = 0;
    gfn_parallel_set_hook(count_call, &calls);
    gfn_parallel_for(1, 5, nothing, NULL);
    gfn_parallel_for(3, 1013, nothing, NULL);
    gfn_parallel_for(2, 0, nothing, NULL);
    assert_int_equal(calls, 3);
    gfn_parallel_set_hook(NULL, NULL);
    gfn_parallel_for(3, 1013, nothing, NULL);
    assert_int_equal(calls, 3);
}

static void an_invalid_OMP_NUM_THREADS_is_ignored(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int threads;
    } cases[] = {{"3", 3}, {"1", 1},  {"2,4", 2},  {"", 0},
                 {"0", 0}, {"-2", 0}, {"many", 0}, {"99999999999999999999", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(setenv("OMP_NUM_THREADS", cases[i].text, 1), 0);
        assert_int_equal(gfn_parallel_requested(), cases[i].threads);
    }
    assert_int_equal(unsetenv("OMP_NUM_THREADS"), 0);
    assert_int_equal(gfn_parallel_requested(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_runs_once_on_a_thread_of_the_team),
        cmocka_unit_test(ranges_cover_each_element_once),
        cmocka_unit_test(a_hook_is_called_once_per_loop_until_it_is_removed),
        cmocka_unit_test(an_invalid_OMP_NUM_THREADS_is_ignored),
        cmocka_unit_test(a_hook_is_called_once_per_loop_until_it_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
