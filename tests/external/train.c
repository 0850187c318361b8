/* SPDX-License-Identifier: MIT
 *
 * Online training with trajectory balance: create environment and policies; in each iteration
 * sample trajectories, compute loss and gradient, and take an optimizer step; at the end, sample
 * objects. The program runs alone and under mpirun.
 */
#include <stdio.h>
#include <stdlib.h>

#include <gfn/gfn.h>

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != GFN_OK) {                                                                    \
            fprintf(stderr, "%s\n", gfn_error_message());                                          \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

enum { BATCH = 256, ITERATIONS = 1000, SAMPLES = 10000 };

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

    TRY(gfn_comm_open(&comm));
    TRY(gfn_env_create("hypergrid", "size=8 r0=0.1", &env));
    TRY(gfn_model_create(gfn_env_shape(env), &policies, &model));
    gfn_model_init(model, 0);
    int64_t first, mine; /* this rank's trajectories of every batch */
    gfn_comm_share(comm, BATCH, &first, &mine);
    TRY(gfn_sampler_create(env, model, SAMPLES, 1, &sampler));
    TRY(gfn_sampler_trajectories(sampler, &log));
    TRY(gfn_gradient_create(comm, sampler, gfn_objective_find("tb"), BATCH, &gradient));

    const size_t n = gfn_model_n_params(model), z = gfn_model_log_z_offset(model);
    gfn_real *x = gfn_model_params(model), *g = calloc(n, sizeof *g);
    gfn_real *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    int32_t *objects = malloc(sizeof *objects * SAMPLES * 2);
    if (!g || !m || !v || !objects)
        return 1;

    double loss = 0;
    for (int64_t i = 0; i < ITERATIONS; i++) {
        const gfn_stream stream = {0, GFN_PURPOSE_TRAIN, (uint64_t)i};
        const double rate = gfn_schedule_factor(GFN_COSINE, i, ITERATIONS);
        gfn_status status = gfn_sampler_sample(sampler, &stream, first, (size_t)mine, log);
        if (status == GFN_OK)
            status = gfn_gradient_add(gradient, log);           /* loss */
        TRY(gfn_gradient_backward(gradient, status, g, &loss)); /* over all ranks */
        gfn_adam_step(&adam, i + 1, 0.005 * rate, z, x, g, m, v);
        gfn_adam_step(&adam, i + 1, 0.1 * rate, 1, x + z, g + z, m + z, v + z);
    }

    const gfn_stream stream = {0, GFN_PURPOSE_SAMPLE, 0};
    TRY(gfn_sampler_objects(sampler, &stream, 0, SAMPLES, objects));
    int64_t modes = 0;
    TRY(gfn_count_modes(env, SAMPLES, objects, &modes));
    if (gfn_comm_rank(comm) == 0)
        printf("loss %.2g, log Z %.5f (exact %.5f), %lld modes sampled\n", loss,
               gfn_model_log_z(model), gfn_env_spec_of(env)->log_z, (long long)modes);

    free(g);
    free(m);
    free(v);
    free(objects);
    gfn_gradient_destroy(&gradient);
    gfn_trajectories_destroy(&log);
    gfn_sampler_destroy(&sampler);
    gfn_model_destroy(&model);
    gfn_env_destroy(&env);
    gfn_comm_close(&comm);
    return 0;
}
