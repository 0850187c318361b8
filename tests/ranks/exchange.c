/* SPDX-License-Identifier: MIT
 *
 * States and their values from every rank to every rank, for any number of ranks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/error.h"
#include "data/exchange.h"

static gfn_comm *comm;

enum { WIDTHS = 3, WIDEST = 5, CAPACITY = 300 };
static const size_t widths[WIDTHS] = {1, 2, WIDEST};

/* The number of ranks for which a claim is wrong: a rank that fails alone leaves the others
 * waiting.
 */
static int64_t count_wrong(int is_wrong)
{
    int64_t n = is_wrong;
    assert_int_equal(gfn_comm_sum_i64(comm, &n, 1), GFN_OK);
    return n;
}

/* Ranks give different numbers of records, rank 1 none. */
static size_t records_of(int rank)
{
    return rank == 1 ? 0 : (size_t)(37 + 41 * rank) % CAPACITY;
}

static int32_t word(int rank, size_t record, size_t w)
{
    return (int32_t)(rank * 1000003 + (int)(record * 101 + w) - 500000);
}

static void make_state(int rank, size_t record, size_t width, int32_t *state)
{
    for (size_t w = 0; w < width; w++)
        state[w] = word(rank, record, w);
}

static gfn_exchange make_exchange(size_t width, size_t n_values, size_t all_capacity)
{
    gfn_exchange x = {.comm = comm,
                      .width = width,
                      .n_values = n_values,
                      .capacity = CAPACITY,
                      .all_capacity = all_capacity};
    assert_int_equal(count_wrong(gfn_exchange_init(&x) != GFN_OK), 0);
    return x;
}

/* Whether `state` and `values` are those of record i of all. */
static int is_record(const gfn_exchange *x, size_t i, const int32_t *state, const int64_t *values)
{
    int rank = 0, is_right = 1;
    for (; i >= records_of(rank); rank++)
        i -= records_of(rank);
    for (size_t w = 0; w < x->width; w++)
        is_right = is_right && state[w] == word(rank, i, w);
    for (size_t v = 0; v < x->n_values; v++)
        is_right = is_right && values[v] == INT64_MAX / 3 - word(rank, i, v);
    return is_right;
}

static size_t count_records(void)
{
    size_t n = 0;
    for (int rank = 0; rank < gfn_comm_size(comm); rank++)
        n += records_of(rank);
    return n;
}

static void every_rank_gets_all_records_in_the_order_of_the_ranks(void **unused)
{
    (void)unused;
    const int rank = gfn_comm_rank(comm);
    for (size_t i = 0; i < WIDTHS; i++)
        for (size_t n_values = 0; n_values <= 2; n_values += 2) {
            gfn_exchange x = make_exchange(widths[i], n_values, count_records());
            for (size_t r = 0; r < records_of(rank); r++) {
                int32_t state[WIDEST];
                make_state(rank, r, widths[i], state);
                int64_t *values = gfn_exchange_put(&x, r, state);
                for (size_t v = 0; v < n_values; v++)
                    values[v] = INT64_MAX / 3 - word(rank, r, v);
            }
            int is_right = gfn_exchange_gather(&x, records_of(rank)) == GFN_OK;
            is_right = is_right && x.n == count_records();
            for (size_t r = 0; is_right && r < x.n; r++)
                is_right = is_record(&x, r, gfn_exchange_state(&x, r), gfn_exchange_values(&x, r));
            assert_int_equal(count_wrong(!is_right), 0);
            gfn_exchange_clear(&x);
        }
}

static void states_are_put_and_unpacked_as_arrays(void **unused)
{
    (void)unused;
    static int32_t mine[CAPACITY * WIDEST], copy[8 * CAPACITY * WIDEST];
    const int rank = gfn_comm_rank(comm);
    for (size_t i = 0; i < WIDTHS; i++) {
        const size_t width = widths[i];
        gfn_exchange x = make_exchange(width, 0, count_records());
        for (size_t r = 0; r < records_of(rank); r++)
            make_state(rank, r, width, mine + r * width);
        gfn_exchange_put_states(&x, records_of(rank), mine);
        int is_right = gfn_exchange_gather(&x, records_of(rank)) == GFN_OK;
        if (is_right)
            gfn_exchange_copy_states(&x, copy);
        const int32_t *states = gfn_exchange_unpack_states(&x);
        for (size_t r = 0; is_right && r < x.n; r++)
            is_right = is_record(&x, r, copy + r * width, NULL) &&
                       is_record(&x, r, states + r * width, NULL);
        assert_int_equal(count_wrong(!is_right), 0);
        gfn_exchange_clear(&x);
    }
}

static void too_many_records_are_an_error_on_every_rank(void **unused)
{
    (void)unused;
    gfn_exchange x = make_exchange(3, 1, count_records() - 1);
    const gfn_status status = gfn_exchange_gather(&x, records_of(gfn_comm_rank(comm)));
    assert_int_equal(count_wrong(status != GFN_EINVAL || x.n != 0), 0);
    gfn_exchange_clear(&x);
}

static void records_that_overflow_are_refused(void **unused)
{
    (void)unused;
    gfn_exchange x = {.comm = comm, .width = 3, .n_values = 2, .capacity = SIZE_MAX / 3};
    assert_int_equal(gfn_exchange_init(&x), GFN_EINVAL);
    gfn_exchange_clear(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rank_gets_all_records_in_the_order_of_the_ranks),
        cmocka_unit_test(states_are_put_and_unpacked_as_arrays),
        cmocka_unit_test(too_many_records_are_an_error_on_every_rank),
        cmocka_unit_test(records_that_overflow_are_refused),
    };
    if (gfn_comm_open(&comm) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfn_comm_close(&comm);
    return failed;
}
