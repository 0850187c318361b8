/* SPDX-License-Identifier: MIT
 *
 * Learning from given trajectories: in each iteration a fixed list of trajectories is scored with
 * the current parameters (log P_F, log P_B, log R), and the optimizer takes one step on it. The
 * list has all trajectories of a 3x3 grid that end within four steps and some with five.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/gfn.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != GFN_OK) {                                                                    \
            fprintf(stderr, "%s\n", gfn_error_message());                                          \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

/* Actions: 0 = down, 1 = right, 2 = stop. */
static const char *const given[] = {"2",    "02",    "12",    "002",  "012",  "102",
                                    "112",  "0012",  "0102",  "1002", "0112", "1012",
                                    "1102", "00112", "01012", "11002"};

enum { N = sizeof given / sizeof given[0], ITERATIONS = 2000 };

int main(void)
{
    gfn_comm *comm = NULL;
    gfn_env *env = NULL;
    gfn_model *model = NULL;
    gfn_sampler *sampler = NULL;
    gfn_trajectories *log = NULL;
    gfn_gradient *gradient = NULL;
    gfn_adam adam = GFN_ADAM_DEFAULT;
    /* Forward policy: one hidden layer of 32. Backward policy: uniform. */
    const gfn_model_config policies = {
        .n_hidden = 1, .hidden = {32}, .backward = GFN_BACKWARD_UNIFORM};

    TRY(gfn_comm_open_serial(&comm));
    TRY(gfn_env_create("hypergrid", "size=3 r0=0.1", &env));
    TRY(gfn_model_create(gfn_env_shape(env), &policies, &model));
    gfn_model_init(model, 7);
    TRY(gfn_sampler_create(env, model, N, 1, &sampler));
    TRY(gfn_sampler_trajectories(sampler, &log));
    TRY(gfn_gradient_create(comm, sampler, gfn_objective_find("tb"), N, &gradient));

    log->n = N;
    for (size_t i = 0; i < N; i++) {
        log->n_steps[i] = (int32_t)strlen(given[i]);
        for (size_t t = 0; t < strlen(given[i]); t++)
            log->action[i * log->max_steps + t] = given[i][t] - '0';
    }

    const size_t n = gfn_model_n_params(model), z = gfn_model_log_z_offset(model);
    gfn_real *x = gfn_model_params(model), *g = calloc(n, sizeof *g);
    gfn_real *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    if (!g || !m || !v)
        return 1;
    double first = 0, loss = 0;
    for (int64_t i = 0; i < ITERATIONS; i++) {
        const double rate = gfn_schedule_factor(GFN_COSINE, i, ITERATIONS);
        TRY(gfn_sampler_score(sampler, log));
        TRY(gfn_gradient_add(gradient, log));
        TRY(gfn_gradient_backward(gradient, GFN_OK, g, &loss));
        first = i == 0 ? loss : first;
        gfn_adam_step(&adam, i + 1, 0.005 * rate, z, x, g, m, v);
        gfn_adam_step(&adam, i + 1, 0.1 * rate, 1, x + z, g + z, m + z, v + z);
    }
    printf("loss %.3g -> %.3g; trajectory \"%s\": log P_F %.4f, log P_B %.4f, log R %.4f\n", first,
           loss, given[13], log->sum_log_pf[13], log->sum_log_pb[13], log->log_reward[13]);

    free(g);
    free(m);
    free(v);
    gfn_gradient_destroy(&gradient);
    gfn_trajectories_destroy(&log);
    gfn_sampler_destroy(&sampler);
    gfn_model_destroy(&model);
    gfn_env_destroy(&env);
    gfn_comm_close(&comm);
    return loss < 1e-6 ? 0 : 1;
}
