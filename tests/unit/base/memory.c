/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Make AddressSanitizer return NULL if memory cannot be allocated, as the C library does. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static void overflowing_products_are_detected(void **state)
{
    (void)state;
    size_t product;
    int64_t signed_product;
    assert_true(gfn_multiply(65536, 65537, &product));
    assert_true(product == (size_t)65536 * 65537);
    assert_true(gfn_multiply(SIZE_MAX, 1, &product));
    assert_false(gfn_multiply(SIZE_MAX / 2 + 1, 2, &product));
    assert_true(gfn_multiply_i64(-3037000499, 3037000499, &signed_product));
    assert_false(gfn_multiply_i64(3037000500, 3037000500, &signed_product));
    assert_false(gfn_multiply_i64(INT64_MIN, -1, &signed_product));
}

static void arrays_are_aligned_and_zero(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 7, 64, 1001, 1000003};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        int32_t *array;
        assert_int_equal(gfn_allocate("array", lengths[i], sizeof *array, &array), GFN_OK);
        assert_int_equal((uintptr_t)array % GFN_ALIGNMENT, 0);
        for (size_t j = 0; j < lengths[i]; j++)
            assert_int_equal(array[j], 0);
        memset(array, 0x5a, (lengths[i] ? lengths[i] : 1) * sizeof *array);
        gfn_release(&array);
        assert_null(array);
        gfn_release(&array);
    }
}

static void impossible_sizes_are_rejected(void **state)
{
    (void)state;
    char here, *array = &here;
    assert_int_equal(gfn_allocate("table", SIZE_MAX / 2, 3, &array), GFN_EINVAL);
    assert_null(array);
    assert_memory_equal(gfn_error_message(), "table: ", 7);
    assert_int_equal(gfn_allocate("table", SIZE_MAX, 1, &array), GFN_EINVAL);
    assert_null(array);
    assert_int_equal(gfn_allocate("table", SIZE_MAX / 4, 1, &array), GFN_ENOMEM);
    assert_null(array);
    assert_non_null(strstr(gfn_error_message(), "MiB"));
}

static void an_array_that_grows_keeps_its_elements_and_gets_zeros(void **state)
{
    (void)state;
    int32_t *array = NULL;
    size_t room = 0, moves = 0;
    for (size_t n = 0; n < 100000; n++) {
        const size_t before = room;
        assert_int_equal(gfn_grow("array", n + 1, sizeof *array, &room, &array), GFN_OK);
        assert_true(room > n);
        assert_int_equal((uintptr_t)array % GFN_ALIGNMENT, 0);
        assert_int_equal(array[room - 1], 0);
        moves += room != before;
        array[n] = (int32_t)(7 * n % 1013);
    }
    for (size_t n = 0; n < 100000; n++)
        assert_int_equal(array[n], 7 * n % 1013);
    assert_true(moves < 20); /* so that n elements take O(n) */
    assert_int_equal(gfn_grow("array", 1000003, sizeof *array, &room, &array), GFN_OK);
    assert_true(room >= 1000003);
    gfn_release(&array);
}

static void an_array_that_cannot_grow_stays(void **state)
{
    (void)state;
    int32_t *array = NULL;
    size_t room = 0;
    assert_int_equal(gfn_grow("array", 3, sizeof *array, &room, &array), GFN_OK);
    array[2] = 2385;
    const int32_t *before = array;
    const size_t room_before = room;
    assert_int_equal(gfn_grow("array", SIZE_MAX, sizeof *array, &room, &array), GFN_EINVAL);
    assert_memory_equal(gfn_error_message(), "array: ", 7);
    assert_int_equal(gfn_grow("array", SIZE_MAX / 16, sizeof *array, &room, &array), GFN_ENOMEM);
    assert_ptr_equal(array, before);
    assert_int_equal(room, room_before);
    assert_int_equal(array[2], 2385);
    gfn_release(&array);
}

enum { PIECES = 300 };

static void arrays_of_an_arena_are_aligned_zero_and_disjoint(void **state)
{
    (void)state;
    gfn_arena *arena;
    unsigned char *piece[PIECES];
    assert_int_equal(gfn_arena_create(&arena), GFN_OK);
    for (size_t i = 0; i < PIECES; i++) {
        size_t n = i * i * 37 % 5003;
        assert_int_equal(gfn_arena_take(arena, n, 1, &piece[i]), GFN_OK);
        assert_int_equal((uintptr_t)piece[i] % GFN_ALIGNMENT, 0);
        for (size_t j = 0; j < n; j++)
            assert_int_equal(piece[i][j], 0);
        memset(piece[i], (int)(i % 251 + 1), n);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < i * i * 37 % 5003; j++)
            assert_int_equal(piece[i][j], i % 251 + 1);
    double *large;
    assert_int_equal(gfn_arena_take(arena, 1 << 20, sizeof *large, &large), GFN_OK);
    large[(1 << 20) - 1] = 2.385;
    assert_int_equal(gfn_arena_take(arena, SIZE_MAX / 8, 16, &large), GFN_EINVAL);
    assert_null(large);
    gfn_arena_destroy(&arena);
    assert_null(arena);
    gfn_arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflowing_products_are_detected),
        cmocka_unit_test(arrays_are_aligned_and_zero),
        cmocka_unit_test(impossible_sizes_are_rejected),
        cmocka_unit_test(an_array_that_grows_keeps_its_elements_and_gets_zeros),
        cmocka_unit_test(an_array_that_cannot_grow_stays),
        cmocka_unit_test(arrays_of_an_arena_are_aligned_zero_and_disjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
