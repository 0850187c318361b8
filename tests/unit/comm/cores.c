/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/cores.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { RANKS = 5 };

struct host {
    struct gfn_cores own[RANKS], all;
};

/* Rank i holds the cores in the bits of masks[i]; the launcher could give those in `granted`. */
static struct host *make_host(int ranks, const uint64_t *masks, uint64_t granted, int first_core)
{
    struct host *host = calloc(1, sizeof *host);
    assert_non_null(host);
    for (int rank = 0; rank < ranks; rank++)
        for (int bit = 0; bit < 64; bit++) {
            int core = first_core + bit;
            host->own[rank].held[core] = masks[rank] >> bit & 1;
            host->own[rank].granted[core] = granted >> bit & 1;
            host->all.held[core] += host->own[rank].held[core];
            host->all.granted[core] += host->own[rank].granted[core];
        }
    return host;
}

static void ranks_that_share_all_cores_get_equal_parts(void **state)
{
    (void)state;
    const uint64_t masks[] = {3, 3, 3};
    struct host *host = make_host(3, masks, 3, 0);
    for (int rank = 0; rank < 3; rank++) {
        struct gfn_core_count count = gfn_cores_count(&host->own[rank], &host->all);
        assert_int_equal(count.usable, 2);
        assert_int_equal(count.hidden, 0);
        assert_float_equal(count.share, 2.0 / 3, 1e-12);
    }
    free(host);
}

/* Computed by hand: core 0 has ranks 0 and 1, core 1 ranks 1 and 2, core 2 rank 1, core 3 rank 2,
 * core 5 none; core 4 has rank 2 although the launcher could not have given it. */
static void overlapping_masks_are_shared_core_by_core(void **state)
{
    (void)state;
    const uint64_t masks[] = {0x01, 0x07, 0x1a};
    const double shares[] = {0.5, 0.5 + 0.5 + 1, 0.5 + 1 + 1};
    struct host *host = make_host(3, masks, 0x2f, 0);
    for (int rank = 0; rank < 3; rank++) {
        struct gfn_core_count count = gfn_cores_count(&host->own[rank], &host->all);
        assert_int_equal(count.usable, 5);
        assert_int_equal(count.hidden, 1);
        assert_float_equal(count.share, shares[rank], 1e-12);
    }
    free(host);
}

static void shares_add_up_to_the_cores_also_on_large_machines(void **state)
{
    (void)state;
    const uint64_t masks[RANKS] = {0xf00dfacedeadbeef, 0x123456789abcdef, 1ull << 63, 0xff00ff, 0};
    struct host *host = make_host(RANKS, masks, ~0ull, GFN_CORES_MAX - 64);
    double sum = 0;
    struct gfn_core_count count = {0};
    for (int rank = 0; rank < RANKS; rank++) {
        count = gfn_cores_count(&host->own[rank], &host->all);
        sum += count.share;
    }
    uint64_t any = masks[0] | masks[1] | masks[2] | masks[3];
    assert_int_equal(count.usable, __builtin_popcountll(any));
    assert_int_equal(count.hidden, 64 - __builtin_popcountll(any));
    assert_float_equal(sum, count.usable, 1e-9);
    assert_float_equal(count.share, 0, 0); /* the last rank holds nothing */
    free(host);
}

struct limit {
    struct gfn_core_count before;
    struct gfn_quota all[2]; /* of this rank and another */
    int ranks;
    struct gfn_core_count after;
};

static const struct limit limits[] = {
    {{4, 2, 0, 4, false}, {{0}}, 1, {4, 2, 0, 4, false}}, /* no quota */
    {{4, 0, 0, 4, false}, {{1, {{7, 1, 4.5}}}}, 1, {4, 0, 0, 4, false}},
    {{4, 0, 0, 4, false}, {{1, {{7, 1, 1.5}}}}, 1, {2, 0, 2, 2, false}},
    {{2, 0, 0, 2, false}, {{1, {{7, 1, 0.5}}}}, 1, {1, 0, 1, 1, true}},
    {{2, 0, 0, 1, false}, {{1, {{7, 1, 0.5}}}, {1, {{7, 1, 0.5}}}}, 2, {1, 0, 1, 0.5, true}},
    {{2, 0, 0, 1, false}, {{1, {{7, 1, 0.5}}}, {1, {{7, 2, 0.7}}}}, 2, {2, 0, 0, 1, true}},
    {{2, 0, 0, 1, false}, {{0}, {1, {{7, 1, 0.5}}}}, 2, {2, 0, 0, 1, false}},
    {{1, 3, 0, 1, false}, {{1, {{7, 1, 2.5}}}}, 1, {1, 2, 0, 1, false}}, /* bound to one core */
    {{2, 2, 0, 2, false}, {{1, {{7, 1, 1}}}}, 1, {1, 0, 1, 1, false}},
    {{2, 0, 0, 2, false}, {{1, {{7, 1, 1e-9}}}}, 1, {1, 0, 1, 1, true}},
};

static void a_quota_limits_cores_and_shares_and_leaves_nothing_to_unhide(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct gfn_core_count count = limits[i].before;
        const struct gfn_core_count *after = &limits[i].after;
        gfn_cores_limit(&count, limits[i].all, limits[i].ranks, 0);
        if (count.usable != after->usable || count.hidden != after->hidden ||
            count.withheld != after->withheld || count.is_crowded != after->is_crowded)
            fail_msg("limit %zu: usable %d, hidden %d, withheld %d, crowded %d", i, count.usable,
                     count.hidden, count.withheld, count.is_crowded);
        assert_float_equal(count.share, after->share, 1e-12);
    }
}

static void this_process_holds_cores_and_reading_them_changes_none(void **state)
{
    (void)state;
    static struct gfn_cores alone, launched, again;
    gfn_cores_read(&alone, false);
    assert_memory_equal(alone.held, alone.granted, sizeof alone.held);
    assert_true(gfn_cores_count(&alone, &alone).usable >= 1);
    gfn_cores_read(&launched, true);
    for (int i = 0; i < GFN_CORES_MAX; i++)
        assert_true(launched.granted[i] >= launched.held[i]);
    gfn_cores_read(&again, false);
    assert_memory_equal(alone.held, launched.held, sizeof alone.held);
    assert_memory_equal(alone.held, again.held, sizeof alone.held);
}

#ifdef __linux__

static void bind_to(int core)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
}

/* The number of cores hidden from a process that binds itself to `core`, or whose parent is bound.
 */
static int count_hidden(int core, bool by_parent)
{
    static struct gfn_cores own;
    cpu_set_t old;
    int status = 0;
    assert_int_equal(sched_getaffinity(0, sizeof old, &old), 0);
    if (by_parent)
        bind_to(core);
    pid_t child = fork();
    if (child == 0) {
        bind_to(core);
        gfn_cores_read(&own, true);
        _exit(gfn_cores_count(&own, &own).hidden & 0xff);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    sched_setaffinity(0, sizeof old, &old);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* On a machine with one core nothing can be hidden: both are 0. */
static void only_cores_of_the_parent_count_as_hidden(void **state)
{
    (void)state;
    static struct gfn_cores own;
    int core = 0;
    gfn_cores_read(&own, false);
    while (core < GFN_CORES_MAX - 1 && !own.held[core])
        core++;
    int usable = gfn_cores_count(&own, &own).usable;
    assert_int_equal(count_hidden(core, false), (usable - 1) & 0xff);
    assert_int_equal(count_hidden(core, true), 0);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_that_share_all_cores_get_equal_parts),
        cmocka_unit_test(overlapping_masks_are_shared_core_by_core),
        cmocka_unit_test(shares_add_up_to_the_cores_also_on_large_machines),
        cmocka_unit_test(a_quota_limits_cores_and_shares_and_leaves_nothing_to_unhide),
        cmocka_unit_test(this_process_holds_cores_and_reading_them_changes_none),
#ifdef __linux__
        cmocka_unit_test(only_cores_of_the_parent_count_as_hidden),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
