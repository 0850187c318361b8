/* SPDX-License-Identifier: MIT
 *
 * A user-defined loss, built from operations of the autograd core: trajectory balance with the
 * penalty log(1 + delta^2), which is less sensitive to outliers than the square. The trajectories
 * come from the sampler, the gradient from the tape.
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

enum { SIZE = 6, STATES = SIZE * SIZE, BATCH = 64, MAX_STEPS = 2 * SIZE, ITERATIONS = 1500 };

/* The tape with its inputs and its result. */
typedef struct network {
    gfn_tape *tape;
    gfn_axis states, steps, trajectories;
    gfn_var cell, mask, row, action, start, count, constant, one, loss;
} network;

static gfn_status record(network *net, const gfn_model *model)
{
    gfn_status status = gfn_tape_create(&net->tape);
    if (status != GFN_OK)
        return status;
    gfn_tape *t = net->tape;
    net->states = gfn_tape_axis(t);
    net->steps = gfn_tape_axis(t);
    net->trajectories = gfn_tape_axis(t);
    net->cell = gfn_input_indices(t, net->states, 1);
    net->mask = gfn_input_bytes(t, net->states, 3);
    net->row = gfn_input_indices(t, net->steps, 1);
    net->action = gfn_input_indices(t, net->steps, 1);
    net->start = gfn_input_indices(t, net->trajectories, 1);
    net->count = gfn_input_indices(t, net->trajectories, 1);
    net->constant = gfn_input(t, net->trajectories, 1); /* log R + log P_B */
    const gfn_var log_z = gfn_param(t, gfn_model_log_z_offset(model), 1, 1);
    const gfn_var log_pf = gfn_model_record(model, t, net->cell, net->mask);
    const gfn_var taken = gfn_pick(t, log_pf, net->row, net->action);
    const gfn_var forward = gfn_segment_sum(t, taken, net->start, net->count);
    const gfn_var delta = gfn_add(t, gfn_sub(t, forward, net->constant), log_z);
    net->one = gfn_input(t, GFN_FIXED, 1);
    net->loss = gfn_mean(t, gfn_log(t, gfn_add(t, gfn_square(t, delta), net->one)));
    return gfn_tape_finish(t);
}

/* Observations and masks of the log's distinct states. */
static gfn_status fill_states(const network *net, gfn_frame *frame, const gfn_env *env,
                              const gfn_sampler *sampler)
{
    size_t n;
    const int32_t *state = gfn_sampler_states(sampler, &n);
    gfn_env_observe(env, n, state, gfn_frame_indices(frame, net->cell), NULL);
    gfn_env_allowed(env, n, state, NULL, gfn_frame_bytes(frame, net->mask));
    return gfn_frame_set_rows(frame, net->states, n);
}

/* The state and action of every step; the segment of steps and the constant of every trajectory. */
static gfn_status fill_log(const network *net, gfn_frame *frame, const gfn_trajectories *log)
{
    int32_t at = 0;
    for (size_t i = 0; i < log->n; i++) {
        gfn_frame_indices(frame, net->start)[i] = at;
        gfn_frame_indices(frame, net->count)[i] = log->n_steps[i];
        gfn_frame_reals(frame, net->constant)[i] =
            (gfn_real)(log->log_reward[i] + log->sum_log_pb[i]);
        for (int32_t t = 0; t < log->n_steps[i]; t++, at++) {
            const size_t step = i * log->max_steps + (size_t)t;
            gfn_frame_indices(frame, net->row)[at] = log->row[step];
            gfn_frame_indices(frame, net->action)[at] = log->action[step];
        }
    }
    gfn_status status = gfn_frame_set_rows(frame, net->steps, (size_t)at);
    return status == GFN_OK ? gfn_frame_set_rows(frame, net->trajectories, log->n) : status;
}

int main(void)
{
    gfn_env *env = NULL;
    gfn_model *model = NULL;
    gfn_sampler *sampler = NULL;
    gfn_trajectories *log = NULL;
    gfn_frame *frame = NULL;
    gfn_adam adam = GFN_ADAM_DEFAULT;
    /* Forward policy: one hidden layer of 32. Backward policy: uniform. */
    const gfn_model_config policies = {
        .n_hidden = 1, .hidden = {32}, .backward = GFN_BACKWARD_UNIFORM};
    network net = {0};

    TRY(gfn_env_create("hypergrid", "size=6 r0=0.1", &env));
    TRY(gfn_model_create(gfn_env_shape(env), &policies, &model));
    gfn_model_init(model, 1);
    TRY(gfn_sampler_create(env, model, BATCH, 1, &sampler));
    TRY(gfn_sampler_trajectories(sampler, &log));
    TRY(record(&net, model));
    const size_t capacity[] = {STATES, BATCH * MAX_STEPS, BATCH};
    TRY(gfn_frame_create(net.tape, capacity, &frame));
    gfn_frame_reals(frame, net.one)[0] = 1;

    const size_t n = gfn_model_n_params(model), z = gfn_model_log_z_offset(model);
    gfn_real *x = gfn_model_params(model), *g = calloc(n, sizeof *g);
    gfn_real *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    if (!g || !m || !v)
        return 1;
    for (int64_t i = 0; i < ITERATIONS; i++) {
        const gfn_stream stream = {0, GFN_PURPOSE_TRAIN, (uint64_t)i};
        const double rate = gfn_schedule_factor(GFN_COSINE, i, ITERATIONS);
        TRY(gfn_sampler_sample(sampler, &stream, 0, BATCH, log));
        TRY(fill_states(&net, frame, env, sampler));
        TRY(fill_log(&net, frame, log));
        gfn_frame_forward(frame, x);
        gfn_frame_backward(frame, x, net.loss, g);
        gfn_adam_step(&adam, i + 1, 0.01 * rate, z, x, g, m, v);
        gfn_adam_step(&adam, i + 1, 0.1 * rate, 1, x + z, g + z, m + z, v + z);
    }
    const double loss = (double)gfn_frame_reals(frame, net.loss)[0];
    const double error = gfn_model_log_z(model) - gfn_env_spec_of(env)->log_z;
    printf("loss %.3g, log Z %.5f, error %.2g\n", loss, gfn_model_log_z(model), error);

    free(g);
    free(m);
    free(v);
    gfn_frame_destroy(&frame);
    gfn_tape_destroy(&net.tape);
    gfn_trajectories_destroy(&log);
    gfn_sampler_destroy(&sampler);
    gfn_model_destroy(&model);
    gfn_env_destroy(&env);
    return error * error < 1e-4 ? 0 : 1;
}
