/* SPDX-License-Identifier: MIT
 *
 * What the rounding of log-probabilities leaves of exact metrics. Built twice: with policies in
 * float, and in double.
 */
#include "tests/unit/env/make.h"
#include "tests/unit/env/worlds.h"
#include "tests/unit/eval/perfect.h"

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
} worlds[] = {
    {NULL, "size=2 ndim=2"},
    {NULL, "size=16 ndim=2"},
    {NULL, "size=9 ndim=4 r0=1e-4 r1=1 r2=3"},
    {&ladder_world, "rungs=37"},
    {&bits_world, "length=7 numbered=yes"},
};

/* P_F of the states, perturbed by up to `size` and normalized in double. */
static void perturb(struct table *table, double size)
{
    const size_t k = (size_t)table->env->spec.shape.n_actions;
    for (size_t s = 0; s < (size_t)table->env->spec.n_states; s++) {
        double *log_pf = table->log_pf + s * k, sum = 0;
        for (size_t a = 0; a < k; a++)
            sum += exp(log_pf[a] += size * cos((double)(2385 * s + 17 * a)));
        for (size_t a = 0; a < k; a++)
            log_pf[a] -= log(sum);
    }
}

/* The terminal distribution of a table without the rounding to gfn_real. */
static double *find_p(const struct table *table)
{
    const gfn_env *env = table->env;
    const int32_t k = env->spec.shape.n_actions, stop = env->spec.shape.stop_action;
    double *flow = calloc((size_t)env->spec.n_states, sizeof *flow);
    flow[0] = 1;
    for (int64_t s = 0; s < env->spec.n_states; s++) {
        const double *log_pf = table->log_pf + s * k, u = flow[s];
        uint8_t mask[64];
        int32_t state[64], next[64];
        env->ops->state_at(env->world, 1, &s, state);
        env->ops->allowed(env->world, 1, state, mask);
        if (gfn_env_has_action(env, mask))
            flow[s] = stop >= 0 ? u * exp(log_pf[stop]) : 0;
        for (int32_t a = 0; a < k; a++) {
            int64_t child;
            if (!mask[a] || a == stop)
                continue;
            memcpy(next, state, (size_t)env->spec.state_width * sizeof *next);
            env->ops->step(env->world, 1, next, &a);
            env->ops->number(env->world, 1, next, &child);
            flow[child] += u * exp(log_pf[a]);
        }
    }
    return flow;
}

/* Log-probabilities in float add up to 1 within 1e-7 only, which would be first order in kl. */
static void metrics_are_those_of_a_policy_in_double(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof worlds / sizeof worlds[0]; w++) {
        gfn_env *env = make_env(worlds[w].ops, worlds[w].settings);
        gfn_exact *exact = NULL;
        assert_int_equal(gfn_exact_create(env, 1, &exact), GFN_OK);
        struct table table;
        make_perfect(&table, env);
        perturb(&table, 2e-4);
        double *expected_p = find_p(&table), sum = 0;
        const double *p, *target = gfn_exact_target(exact);
        assert_int_equal(gfn_exact_run(exact, look_up, &table, &p), GFN_OK);
        gfn_metrics found, expected;
        gfn_metrics_compute(1, gfn_exact_n(exact), p, target, &found);
        gfn_metrics_compute(1, gfn_exact_n(exact), expected_p, target, &expected);
        assert_close(found.kl, expected.kl, 1e3 * tolerance);
        assert_close(found.l1, expected.l1, 1e3 * tolerance);
        for (size_t i = 0; i < gfn_exact_n(exact); i++)
            sum += p[i];
        assert_close(sum, 1, 1e-13);
        free(expected_p);
        free(table.log_pf);
        gfn_exact_destroy(&exact);
        gfn_env_destroy(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_those_of_a_policy_in_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
