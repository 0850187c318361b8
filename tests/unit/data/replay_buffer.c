/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

#include "data/replay_buffer.h"
#include "data/state_set.h"

enum { WIDTH = 3, MOST = 400 };

typedef struct thing {
    int32_t object[WIDTH];
    double log_reward;
} thing;

static uint32_t draw(uint64_t stream_number, uint32_t n)
{
    const gfn_stream stream = {2385, GFN_PURPOSE_CHECK, 4};
    return gfn_random_word(&stream, stream_number, n);
}

/* Distinct objects with few distinct rewards. */
static void make_things(size_t n, thing *things)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t word = draw(0, (uint32_t)i);
        things[i] = (thing){.object = {(int32_t)i - 57, (int32_t)word, -(int32_t)(word >> 20)},
                            .log_reward = -0.37 * (double)(word % 23)};
    }
}

/* Fisher-Yates shuffle. */
static void shuffle(size_t n, thing *things, uint64_t round)
{
    for (size_t i = n - 1; i > 0; i--) {
        const size_t k = (size_t)((uint64_t)draw(round, (uint32_t)i) * (i + 1) >> 32);
        const thing other = things[i];
        things[i] = things[k];
        things[k] = other;
    }
}

static gfn_replay_buffer *make(gfn_replay_kind kind, size_t capacity)
{
    gfn_replay_buffer *replay = NULL;
    assert_int_equal(gfn_replay_buffer_create(kind, capacity, WIDTH, &replay), GFN_OK);
    assert_int_equal(gfn_replay_buffer_count(replay), 0);
    assert_int_equal(gfn_replay_buffer_capacity(replay), capacity);
    return replay;
}

/* Add `part` objects at a time. */
static void add_parts(gfn_replay_buffer *replay, size_t n, const thing *things, size_t part)
{
    int32_t object[MOST][WIDTH];
    double log_reward[MOST];
    for (size_t i = 0; i < n; i++) {
        memcpy(object[i], things[i].object, sizeof object[i]);
        log_reward[i] = things[i].log_reward;
    }
    for (size_t done = 0; done < n; done += part)
        gfn_replay_buffer_add(replay, n - done < part ? n - done : part, object[done],
                              log_reward + done);
}

static void add_all(gfn_replay_buffer *replay, size_t n, const thing *things)
{
    add_parts(replay, n, things, n ? n : 1);
}

static void assert_holds(const gfn_replay_buffer *replay, size_t n, const thing *things)
{
    assert_int_equal(gfn_replay_buffer_count(replay), n);
    for (size_t i = 0; i < n; i++)
        assert_memory_equal(gfn_replay_buffer_object(replay, i), things[i].object,
                            sizeof things[i].object);
}

/* The order that data/replay_buffer.h documents. */
static int compare(const void *a, const void *b)
{
    const thing *x = a, *y = b;
    const size_t hash_x = gfn_state_hash(x->object, WIDTH),
                 hash_y = gfn_state_hash(y->object, WIDTH);
    if (x->log_reward > y->log_reward || x->log_reward < y->log_reward)
        return x->log_reward > y->log_reward ? -1 : 1;
    assert_true(a == b || hash_x != hash_y); /* equal hashes would need another criterion */
    return hash_x < hash_y ? -1 : hash_x > hash_y;
}

static void a_fifo_buffer_holds_the_newest_oldest_first(void **unused)
{
    (void)unused;
    static const size_t capacities[] = {1, 2, 7, 64, 200};
    thing things[MOST];
    make_things(MOST, things);
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
        const size_t capacity = capacities[c];
        gfn_replay_buffer *replay = make(GFN_REPLAY_FIFO, capacity);
        for (size_t n = 0; n < MOST; n++) { /* wraps around except for the largest capacity */
            const size_t held = n < capacity ? n : capacity;
            assert_holds(replay, held, things + n - held);
            gfn_replay_buffer_add(replay, 1, things[n].object, &things[n].log_reward);
        }
        gfn_replay_buffer_destroy(&replay);
        assert_null(replay);
        for (size_t part = 1; part <= MOST; part += 57) {
            replay = make(GFN_REPLAY_FIFO, capacity);
            add_parts(replay, MOST, things, part);
            assert_holds(replay, capacity, things + MOST - capacity);
            gfn_replay_buffer_destroy(&replay);
        }
    }
}

static void a_fifo_buffer_holds_an_object_as_often_as_it_was_added(void **unused)
{
    (void)unused;
    thing things[2];
    make_things(2, things);
    const thing sequence[] = {things[0], things[1], things[0], things[0]};
    gfn_replay_buffer *replay = make(GFN_REPLAY_FIFO, 3);
    add_all(replay, 4, sequence);
    assert_holds(replay, 3, sequence + 1);
    gfn_replay_buffer_destroy(&replay);
}

static void a_buffer_by_reward_holds_the_best_in_any_order_of_adding(void **unused)
{
    (void)unused;
    static const size_t capacities[] = {1, 2, 40, MOST - 1, MOST, 2 * MOST};
    static const size_t parts[] = {1, 1, 7, MOST, 100, 257};
    thing sorted[MOST], things[MOST];
    make_things(MOST, sorted);
    memcpy(things, sorted, sizeof things);
    qsort(sorted, MOST, sizeof *sorted, compare);
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
        const size_t capacity = capacities[c];
        for (uint64_t round = 1; round <= 6; round++) {
            gfn_replay_buffer *replay = make(GFN_REPLAY_REWARD, capacity);
            shuffle(MOST, things, round);
            add_parts(replay, MOST, round % 2 ? things : sorted, parts[round - 1]);
            assert_holds(replay, capacity < MOST ? capacity : MOST, sorted);
            gfn_replay_buffer_destroy(&replay);
        }
    }
}

static void a_buffer_by_reward_holds_each_object_once(void **unused)
{
    (void)unused;
    enum { N = 60, TIMES = 5, CAPACITY = 23 };
    thing sorted[N], things[N * TIMES];
    make_things(N, sorted);
    for (size_t i = 0; i < N * TIMES; i++)
        things[i] = sorted[i % N];
    qsort(sorted, N, sizeof *sorted, compare);
    gfn_replay_buffer *replay = make(GFN_REPLAY_REWARD, CAPACITY),
                      *large = make(GFN_REPLAY_REWARD, MOST);
    shuffle(N * TIMES, things, 9);
    add_parts(replay, N * TIMES, things, 40);
    add_all(large, N * TIMES, things);
    assert_holds(replay, CAPACITY, sorted);
    assert_holds(large, N, sorted);
    gfn_replay_buffer_destroy(&replay);
    gfn_replay_buffer_destroy(&large);
}

/* Of objects with equal rewards, neither those that were added first nor those with small words are
 * preferred. */
static void ties_are_decided_by_hash(void **unused)
{
    (void)unused;
    enum { N = 400, CAPACITY = 100 };
    thing things[N];
    int32_t low = 0;
    gfn_replay_buffer *replay = make(GFN_REPLAY_REWARD, CAPACITY);
    for (size_t i = 0; i < N; i++)
        things[i] = (thing){.object = {(int32_t)i / 20, (int32_t)i % 20, 3}, .log_reward = -1.25};
    add_all(replay, N, things);
    qsort(things, N, sizeof *things, compare);
    assert_holds(replay, CAPACITY, things);
    for (size_t i = 0; i < CAPACITY; i++)
        low += gfn_replay_buffer_object(replay, i)[0] < 10;
    assert_in_range(low, 25, 75); /* 50 expected, standard deviation 4.3 */
    gfn_replay_buffer_destroy(&replay);
}

/* 0 and -0 are equal rewards; infinite rewards are ordered too. */
static void zero_and_infinite_rewards_are_ordered(void **unused)
{
    (void)unused;
    thing sorted[6], things[6];
    static const double log_reward[6] = {709.7, 0.0, -0.0, -1e-300, -745.2, -INFINITY};
    make_things(6, sorted);
    for (size_t i = 0; i < 6; i++)
        sorted[i].log_reward = log_reward[i];
    memcpy(things, sorted, sizeof things);
    qsort(sorted, 6, sizeof *sorted, compare);
    for (uint64_t round = 1; round < 20; round++) {
        gfn_replay_buffer *replay = make(GFN_REPLAY_REWARD, 5);
        shuffle(6, things, round);
        add_all(replay, 6, things);
        assert_holds(replay, 5, sorted);
        gfn_replay_buffer_destroy(&replay);
    }
}

static void a_buffer_rebuilt_from_its_objects_behaves_equally(void **unused)
{
    (void)unused;
    static const gfn_replay_kind kinds[] = {GFN_REPLAY_FIFO, GFN_REPLAY_REWARD};
    static const size_t before[] = {0, 1, 30, 31, 32, 77, 200};
    enum { CAPACITY = 31 };
    thing things[MOST], held[CAPACITY];
    make_things(MOST, things);
    for (size_t k = 0; k < 2; k++) {
        for (size_t b = 0; b < sizeof before / sizeof before[0]; b++) {
            gfn_replay_buffer *replay = make(kinds[k], CAPACITY), *again = make(kinds[k], CAPACITY);
            add_all(replay, before[b], things);
            for (size_t i = 0; i < gfn_replay_buffer_count(replay); i++) {
                const int32_t *object = gfn_replay_buffer_object(replay, i);
                size_t from = (size_t)(object[0] + 57); /* as make_things() numbers them */
                gfn_replay_buffer_add(again, 1, object, &things[from].log_reward);
            }
            for (size_t n = before[b]; n < MOST; n += 13) {
                for (size_t i = 0; i < gfn_replay_buffer_count(replay); i++)
                    memcpy(held[i].object, gfn_replay_buffer_object(replay, i),
                           sizeof held[i].object);
                assert_holds(again, gfn_replay_buffer_count(replay), held);
                add_all(replay, n + 13 < MOST ? 13 : MOST - n, things + n);
                add_all(again, n + 13 < MOST ? 13 : MOST - n, things + n);
            }
            gfn_replay_buffer_destroy(&replay);
            gfn_replay_buffer_destroy(&again);
        }
    }
}

static void impossible_sizes_are_rejected(void **unused)
{
    (void)unused;
    gfn_replay_buffer *replay = NULL;
    assert_int_equal(gfn_replay_buffer_create(GFN_REPLAY_FIFO, 0, 2, &replay), GFN_EINVAL);
    assert_int_equal(gfn_replay_buffer_create(GFN_REPLAY_FIFO, 5, 0, &replay), GFN_EINVAL);
    assert_int_equal(gfn_replay_buffer_create(GFN_REPLAY_REWARD, (size_t)1 << 30, 2, &replay),
                     GFN_EINVAL);
    assert_int_equal(gfn_replay_buffer_create(GFN_REPLAY_REWARD, SIZE_MAX, 2, &replay), GFN_EINVAL);
    assert_int_equal(gfn_replay_buffer_create(GFN_REPLAY_FIFO, 1000, SIZE_MAX / 2, &replay),
                     GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "--replay-capacity"));
    assert_null(replay);
    gfn_replay_buffer_destroy(&replay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fifo_buffer_holds_the_newest_oldest_first),
        cmocka_unit_test(a_fifo_buffer_holds_an_object_as_often_as_it_was_added),
        cmocka_unit_test(a_buffer_by_reward_holds_the_best_in_any_order_of_adding),
        cmocka_unit_test(a_buffer_by_reward_holds_each_object_once),
        cmocka_unit_test(ties_are_decided_by_hash),
        cmocka_unit_test(zero_and_infinite_rewards_are_ordered),
        cmocka_unit_test(a_buffer_rebuilt_from_its_objects_behaves_equally),
        cmocka_unit_test(impossible_sizes_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
