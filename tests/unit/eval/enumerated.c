/* SPDX-License-Identifier: MIT
 *
 * The exact evaluation of states that the library has numbered is that of the environment's own
 * numbers, state by state.
 */
#include <gfn/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/env/jump_first.h"
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
} worlds[] = {
    {NULL, "size=2 ndim=2"},
    {NULL, "size=91 ndim=2 r0=1e-3 r1=.7"},
    {NULL, "size=9 ndim=4 r0=1e-4"},
    {&ladder_world, "rungs=1"},
    {&ladder_world, "rungs=37"},
    {&bits_world, "length=7 numbered=yes"},
    {&bits_world, "length=9 numbered=yes"},
};
enum { WORLDS = sizeof worlds / sizeof worlds[0] };

/* Weights of actions that depend on the words of a state, not on its number. */
static gfn_status lean(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    const gfn_env *env = self;
    const size_t k = (size_t)env->spec.shape.n_actions, width = (size_t)env->spec.state_width;
    uint8_t *mask = calloc(n, k);
    gfn_env_allowed(env, n, state, NULL, mask);
    for (size_t i = 0; i < n; i++) {
        double sum = 0, weight[64];
        for (size_t a = 0; a < k; a++) {
            const size_t hash = gfn_state_hash(state + i * width, width) + 7919 * a;
            weight[a] = mask[i * k + a] ? 1 + (double)(hash % 101) / 37 : 0;
            sum += weight[a];
        }
        for (size_t a = 0; a < k; a++)
            log_pf[i * k + a] = (gfn_real)log(weight[a] / sum);
    }
    free(mask);
    return GFN_OK;
}

static gfn_exact *evaluate(gfn_env *env, int threads, const double **p)
{
    gfn_exact *exact = NULL;
    if (gfn_exact_create(env, threads, &exact) != GFN_OK ||
        gfn_exact_run(exact, lean, env, p) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return exact;
}

static void assert_close(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12 * fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void compare(gfn_env *env, gfn_env *numbered)
{
    const double *p, *q;
    gfn_exact *own = evaluate(env, 1, &p), *found = evaluate(numbered, 2, &q);
    const size_t n = gfn_exact_n(own);
    assert_int_equal(gfn_exact_n(found), n);
    assert_close(gfn_exact_log_z(found), gfn_exact_log_z(own));
    assert_int_equal(gfn_exact_n_modes(found), gfn_exact_n_modes(own));
    for (int64_t i = 0; i < (int64_t)n; i++) {
        int32_t state[64];
        int64_t number = -1;
        assert_int_equal(gfn_env_state_at(env, 1, &i, state), GFN_OK);
        assert_int_equal(gfn_env_number(numbered, 1, state, &number), GFN_OK);
        assert_in_range(number, 0, n - 1);
        assert_close(gfn_exact_target(found)[number], gfn_exact_target(own)[i]);
        assert_close(q[number], p[i]);
    }
    gfn_exact_destroy(&own);
    gfn_exact_destroy(&found);
}

static void the_distribution_is_that_of_the_environments_own_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_env(worlds[i].ops, worlds[i].settings), *numbered = NULL;
        assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
        compare(env, numbered);
        gfn_env_destroy(&numbered);
        gfn_env_destroy(&env);
    }
}

static void paths_of_different_lengths_are_added_up(void **state)
{
    (void)state;
    const gfn_env_ops ops = jump_first();
    gfn_env *env = make_env(&ops, "rungs=90"), *numbered = NULL;
    assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
    compare(env, numbered);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

/* Where only the states are known, the ends of edges and rewards are computed. */
static void states_of_another_rank_suffice(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_env(worlds[i].ops, worlds[i].settings), *numbered = NULL;
        gfn_env *adopted = NULL;
        assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
        const gfn_enumeration *known = numbered->enumeration;
        assert_int_equal(
            gfn_env_adopt_states(env, known->n, gfn_state_set_states(known->states), &adopted),
            GFN_OK);
        compare(env, adopted);
        gfn_env_destroy(&adopted);
        gfn_env_destroy(&numbered);
        gfn_env_destroy(&env);
    }
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=8"), *numbered = NULL;
    const double *one, *three;
    assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
    gfn_exact *a = evaluate(numbered, 1, &one), *b = evaluate(numbered, 3, &three);
    const size_t bytes = gfn_exact_n(a) * sizeof(double);
    assert_memory_equal(one, three, bytes);
    assert_memory_equal(gfn_exact_target(a), gfn_exact_target(b), bytes);
    gfn_exact_destroy(&a);
    gfn_exact_destroy(&b);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

static void objects_are_counted_by_these_numbers(void **state)
{
    (void)state;
    gfn_env *env = make_env(&bits_world, "length=3 ones=1"), *numbered = NULL;
    static const int32_t objects[3][3] = {{1, 1, 2}, {1, 1, 1}, {1, 1, 2}}, wrong[3] = {2, 2, 1};
    int64_t counts[20] = {0}, number[2];
    assert_int_equal(gfn_env_enumerate(env, 0, &numbered), GFN_OK);
    assert_int_equal(gfn_env_spec_of(numbered)->n_states, 20);
    assert_int_equal(gfn_histogram_add(numbered, 3, objects[0], counts), GFN_OK);
    assert_int_equal(gfn_env_number(numbered, 2, objects[0], number), GFN_OK);
    assert_int_equal(counts[number[0]], 2);
    assert_int_equal(counts[number[1]], 1);
    assert_int_equal(gfn_histogram_add(numbered, 1, wrong, counts), GFN_EINVAL);
    assert_int_equal(gfn_histogram_add(env, 3, objects[0], counts), GFN_ENOSUP);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distribution_is_that_of_the_environments_own_numbers),
        cmocka_unit_test(paths_of_different_lengths_are_added_up),
        cmocka_unit_test(states_of_another_rank_suffice),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(objects_are_counted_by_these_numbers),
    };
    return cmocka_run_group_tests_name("enumerated", tests, NULL, NULL);
}
