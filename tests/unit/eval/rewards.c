/* SPDX-License-Identifier: MIT
 *
 * Grids whose rewards are given by cell, some of them 0, judged by the exact distribution.
 */
#include <gfn/eval.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 7, CELLS = SIDE * SIDE, ACTIONS = 3 };

static gfn_env *make(int64_t size, const double *reward)
{
    gfn_env *env = NULL;
    char settings[32];
    const int64_t axis[] = {size, size};
    snprintf(settings, sizeof settings, "size=%d", (int)size);
    if (gfn_env_create("hypergrid", settings, &env) != GFN_OK ||
        gfn_env_set_rewards(env, 2, axis, reward) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    return env;
}

/* Compute p of a policy log_pf [cells][ACTIONS], and the target. */
static void judge(const gfn_env *env, gfn_policy_function policy, void *self, double *p,
                  double *target)
{
    gfn_exact *exact = NULL;
    const double *found;
    if (gfn_exact_create(env, 1, &exact) != GFN_OK ||
        gfn_exact_run(exact, policy, self, &found) != GFN_OK)
        fail_msg("%s", gfn_error_message());
    const size_t n = gfn_exact_n(exact);
    memcpy(p, found, n * sizeof *p);
    memcpy(target, gfn_exact_target(exact), n * sizeof *target);
    assert_true(fabs(gfn_exact_log_z(exact) - gfn_env_spec_of(env)->log_z) < 1e-14);
    gfn_exact_destroy(&exact);
}

static gfn_status uniform(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    uint8_t mask[ACTIONS];
    for (size_t i = 0; i < n; i++) {
        gfn_env_allowed(self, 1, state + 2 * i, NULL, mask);
        const double count = mask[0] + mask[1] + mask[2];
        for (int a = 0; a < ACTIONS; a++)
            log_pf[i * ACTIONS + (size_t)a] = mask[a] ? (gfn_real)-log(count) : (gfn_real)-INFINITY;
    }
    return GFN_OK;
}

/* Computed by hand: no path stops at (0,0) or (1,0), so a quarter of all paths end in (0,1). */
static void a_uniform_policy_never_ends_in_a_hole(void **state)
{
    (void)state;
    const double reward[] = {0, 1, 0, 3}, expected[] = {0, 0.25, 0, 0.75};
    double p[4], target[4];
    gfn_env *env = make(2, reward);
    judge(env, uniform, env, p, target);
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(p[i] - expected[i]) < 1e-7); /* log P_F is a float */
        assert_true(target[i] == expected[i]);
    }
    gfn_env_destroy(&env);
}

/* ---- the policy of exact flows ---- */

static gfn_status look_up(void *self, size_t n, const int32_t *state, gfn_real *log_pf)
{
    const double *pf = self;
    for (size_t i = 0; i < n; i++)
        for (int a = 0; a < ACTIONS; a++)
            log_pf[i * ACTIONS + (size_t)a] =
                (gfn_real)log(pf[(state[2 * i] * SIDE + state[2 * i + 1]) * ACTIONS + a]);
    return GFN_OK;
}

/* F(s) = R(s) + sum over children F(s') P_B(s|s'), with P_B uniform, from the far corner on. */
static void solve(const double *reward, double *pf)
{
    double flow[CELLS];
    for (int s = CELLS; s-- > 0;) {
        const int y = s / SIDE, x = s % SIDE;
        double *row = pf + s * ACTIONS;
        row[0] = y < SIDE - 1 ? flow[s + SIDE] * (x > 0 ? 0.5 : 1) : 0;
        row[1] = x < SIDE - 1 ? flow[s + 1] * (y > 0 ? 0.5 : 1) : 0;
        row[2] = reward[s];
        flow[s] = row[0] + row[1] + row[2];
        for (int a = 0; a < ACTIONS; a++)
            row[a] /= flow[s];
    }
}

static void exact_flows_reach_the_target_around_all_holes(void **state)
{
    (void)state;
    double reward[CELLS], pf[CELLS * ACTIONS], p[CELLS], target[CELLS], z = 0;
    for (int i = 0; i < CELLS; i++) {
        const bool is_hole = i % 3 == 1 || i > 40; /* the far corner too */
        reward[i] = is_hole ? 0 : 0.11 + (i * 7919 % 101) / 37.0;
        z += reward[i];
    }
    gfn_env *env = make(SIDE, reward);
    reward[CELLS - 1] = 1e-8 * exp(gfn_env_spec_of(env)->max_log_reward);
    z += reward[CELLS - 1];
    solve(reward, pf);
    judge(env, look_up, pf, p, target);
    for (int i = 0; i < CELLS; i++) {
        assert_true(fabs(p[i] - reward[i] / z) < 3e-6 * reward[i] / z + 1e-18);
        assert_true(fabs(target[i] - reward[i] / z) < 1e-15);
        if (reward[i] == 0)
            assert_true(p[i] == 0 && target[i] == 0);
    }
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uniform_policy_never_ends_in_a_hole),
        cmocka_unit_test(exact_flows_reach_the_target_around_all_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
