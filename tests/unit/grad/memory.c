/* SPDX-License-Identifier: MIT
 *
 * Nothing is allocated after a frame is created. The functions below replace those of the C
 * library; local.mk has the option for the linker.
 */
#include "tests/unit/grad/common.h"

static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    allocations++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    allocations++;
    return __real_realloc(block, size);
}

static void runs_do_not_allocate(void **state)
{
    (void)state;
    for (size_t set = 0; next_kernels(&set);) {
        policy p = {
            .in = 80, .ones = 4, .hidden = 300, .layers = 2, .actions = 5, .activation = GFN_TANH};
        noise random = 6;
        allocations = 0;
        make_policy(&p);
        gfn_frame *frame = make_frame(p.tape, 500), *block = make_frame(p.tape, 96);
        gfn_real *params = make_params(&random, p.n_params, 0.3);
        gfn_real *gradient = make_params(&random, p.n_params, 1);
        assert_true(allocations > 4); /* proves that the functions above are used */
        fill_policy(&random, &p, frame, 500);
        allocations = 0;
        for (int32_t round = 0; round < 3; round++) {
            const int32_t row[] = {4, 5, 6, 90, 91, 1, 0, 499};
            gfn_frame_forward(frame, params);
            gfn_frame_forward_rows(frame, params, 17, 200);
            assert_int_equal(gfn_frame_copy_rows(block, frame, LENGTH(row), row), GFN_OK);
            fill(&random, gfn_frame_gradient(block, p.log_pf), LENGTH(row) * p.actions, 1);
            gfn_frame_backward(block, params, p.log_pf, gradient);
            assert_int_equal(gfn_frame_set_rows(block, 0, 96), GFN_OK);
        }
        assert_int_equal(allocations, 0);
        gfn_frame_destroy(&frame);
        gfn_frame_destroy(&block);
        gfn_tape_destroy(&p.tape);
        free(params);
        free(gradient);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs_do_not_allocate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
