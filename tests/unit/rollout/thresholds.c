/* SPDX-License-Identifier: MIT
 *
 * Thresholds: the frequency of each action is right to 2^-31, wherever the action stands.
 */
#include "tests/unit/rollout/fixture.h"

#include "rollout/storage.h"

static const gfn_stream stream = {2385, GFN_PURPOSE_TRAIN, 17};

static const struct {
    double scale; /* of the parameters: large ones make probabilities near 0 and 1 */
    double epsilon, temperature;
} policies[] = {{1, 0, 1}, {4, 0, 1}, {12, 0, 1}, {100, 0, 1}, {4, 0.1, 1}, {12, 0.01, 2}};

enum { POLICIES = sizeof policies / sizeof policies[0] };

/* The weights that actions are drawn with, from float logarithms, in long double. */
static long double find_weights(const gfn_sampler *s, size_t policy, size_t row,
                                long double *weight)
{
    const gfn_real *log_pf = gfn_frame_reals(s->frame, s->policy.log_pf) + row * s->n_actions;
    long double sum = 0, total = 0;
    size_t allowed = 0;
    for (size_t a = 0; a < s->n_actions; a++) {
        allowed += log_pf[a] > -INFINITY;
        weight[a] = expl((long double)log_pf[a] / (long double)policies[policy].temperature);
        sum += weight[a];
    }
    for (size_t a = 0; a < s->n_actions; a++) {
        weight[a] *= (1 - (long double)policies[policy].epsilon) / sum;
        if (log_pf[a] > -INFINITY)
            weight[a] += (long double)policies[policy].epsilon / allowed;
        total += weight[a];
    }
    return total;
}

/* An action has the words above the threshold before it, up to its own: count them. */
static void check_row(const gfn_sampler *s, size_t policy, size_t row)
{
    long double weight[64], total = find_weights(s, policy, row, weight);
    const int32_t *threshold = s->threshold + row * s->n_actions;
    int64_t before = -1;
    if (!(total > 0)) /* no action is allowed */
        return;
    for (size_t a = 0; a < s->n_actions; a++) {
        const long double expected = weight[a] / total * 0x1p31L;
        const int64_t words = threshold[a] > before ? threshold[a] - before : 0;
        if (fabsl((long double)words - expected) > 1)
            fail_msg("policy %zu, row %zu, action %zu: %lld words of 2^31, expected %.2Lf", policy,
                     row, a, (long long)words, expected);
        before = threshold[a] > before ? threshold[a] : before;
    }
    assert_int_equal(before, INT32_MAX);
}

static void the_frequency_of_an_action_is_right_to_the_last_bit_of_a_word(void **unused)
{
    (void)unused;
    for (size_t world = 0; world < WORLDS; world++)
        for (size_t policy = 0; policy < POLICIES; policy++) {
            fixture f;
            make(&f, world, policy % 2 ? 300 : 10, 1);
            for (size_t i = 0; i < gfn_model_n_params(f.model); i++)
                gfn_model_params(f.model)[i] *= (gfn_real)policies[policy].scale;
            assert_int_equal(gfn_sampler_explore(f.sampler, policies[policy].epsilon,
                                                 policies[policy].temperature),
                             GFN_OK);
            assert_int_equal(gfn_sampler_sample(f.sampler, &stream, 0, f.log->capacity, f.log),
                             GFN_OK);
            for (size_t row = 0; row < gfn_state_set_count(f.sampler->states); row++)
                check_row(f.sampler, policy, row);
            drop(&f);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frequency_of_an_action_is_right_to_the_last_bit_of_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
