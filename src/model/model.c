/* SPDX-License-Identifier: MIT
 *
 * The forward policy is a multilayer perceptron:
 *
 *     h_0 = observation,  h_i+1 = act(h_i W_i + b_i),  logits = h_L W_L + b_L
 *     log P_F(a | s) = logits_a - log sum over allowed a' of exp(logits_a')
 *
 * A learned backward policy and a state flow are networks of the same kind and hidden widths, or
 * one layer on h_L, a head. The parameter vector is W_0 b_0 W_1 b_1 ... of the networks policy,
 * backward, flow, then log_z. It has no gaps, so it can be written, compared and summed as a
 * whole.
 */
#include <gfn/model.h>

#include <math.h>
#include <stdbool.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/layers.h"

struct gfn_model {
    gfn_shape shape;
    gfn_layers layers;
    gfn_real *params;
    gfn_backward backward;
    gfn_flow flow;
    gfn_activation activation;
    gfn_tape *tape;
    gfn_policy_tape policy;
};

/* Record a network on x and return its output. *hidden becomes the input of its last layer. */
static gfn_var record_network(const gfn_model *model, int kind, gfn_tape *tape, gfn_var x,
                              gfn_var *hidden)
{
    const gfn_layers *layers = &model->layers;
    const gfn_network *network = &layers->network[kind];
    const bool reads_observation =
        !network->is_head || layers->network[GFN_NETWORK_POLICY].n_layers == 1;
    for (size_t layer = 0; layer < network->n_layers; layer++) {
        const gfn_view *weight = &layers->views[network->first_view + 2 * layer];
        const gfn_view *bias = weight + 1;
        gfn_var w = gfn_param(tape, weight->offset, weight->shape[0], weight->shape[1]);
        gfn_var b = gfn_param(tape, bias->offset, 1, bias->n);
        gfn_activation act = layer + 1 < network->n_layers ? model->activation : GFN_IDENTITY;
        bool is_hot = layer == 0 && reads_observation && model->shape.obs_hot > 0;
        *hidden = x;
        x = is_hot ? gfn_linear_hot(tape, x, w, b, act) : gfn_linear(tape, x, w, b, act);
    }
    return x;
}

/* Record all outputs of the model, given the observation and masks in `policy`. */
static void record_all(const gfn_model *model, gfn_tape *tape, gfn_policy_tape *policy)
{
    const gfn_network *backward = &model->layers.network[GFN_NETWORK_BACKWARD];
    const gfn_network *flow = &model->layers.network[GFN_NETWORK_FLOW];
    gfn_var hidden, unused;
    gfn_var logits = record_network(model, GFN_NETWORK_POLICY, tape, policy->observation, &hidden);
    policy->log_pf = gfn_log_softmax(tape, logits, policy->mask);
    if (backward->n_layers > 0) {
        gfn_var x = backward->is_head ? hidden : policy->observation;
        x = record_network(model, GFN_NETWORK_BACKWARD, tape, x, &unused);
        policy->log_pb = gfn_log_softmax(tape, x, policy->back_mask);
    }
    if (flow->n_layers > 0) {
        gfn_var x = flow->is_head ? hidden : policy->observation;
        policy->log_flow = record_network(model, GFN_NETWORK_FLOW, tape, x, &unused);
    } else if (model->flow == GFN_FLOW_EDGES) {
        policy->log_flow = gfn_log_sum_exp(tape, logits, policy->mask);
    }
}

static gfn_status record_policy(gfn_model *model)
{
    const gfn_shape *shape = &model->shape;
    GFN_TRY(gfn_tape_create(&model->tape));
    gfn_tape *tape = model->tape;
    gfn_axis states = gfn_tape_axis(tape);
    gfn_policy_tape *policy = &model->policy;
    policy->tape = tape;
    policy->observation = shape->obs_hot > 0
                              ? gfn_input_indices(tape, states, (size_t)shape->obs_hot)
                              : gfn_input(tape, states, (size_t)shape->obs_dim);
    policy->mask = gfn_input_bytes(tape, states, (size_t)shape->n_actions);
    policy->back_mask = policy->log_pb = policy->log_flow = GFN_NO_VAR;
    if (model->backward != GFN_BACKWARD_UNIFORM)
        policy->back_mask = gfn_input_bytes(tape, states, (size_t)shape->n_back_actions);
    record_all(model, tape, policy);
    return gfn_tape_finish(tape);
}

static gfn_status build(gfn_model *model, const gfn_model_config *config)
{
    GFN_TRY(gfn_layers_init(&model->layers, &model->shape, config));
    GFN_TRY(gfn_allocate("model", model->layers.n_params, sizeof(gfn_real), &model->params));
    return record_policy(model);
}

gfn_status gfn_model_create(const gfn_shape *shape, const gfn_model_config *config,
                            gfn_model **model)
{
    gfn_model *made;
    GFN_TRY(gfn_allocate("model", 1, sizeof *made, &made));
    made->shape = *shape;
    made->backward = config->backward;
    made->flow = config->flow;
    made->activation = config->activation ? config->activation : GFN_RELU;
    gfn_status status = build(made, config);
    if (status != GFN_OK)
        gfn_model_destroy(&made);
    else
        *model = made;
    return status;
}

void gfn_model_destroy(gfn_model **model)
{
    if (*model == NULL)
        return;
    gfn_tape_destroy(&(*model)->tape);
    gfn_release(&(*model)->params);
    gfn_release(model);
}

/* Element i of a view is draw i of the stream of that view. */
static void init_view(const gfn_model *model, const gfn_stream *stream, size_t index, double bound)
{
    const gfn_view *view = &model->layers.views[index];
    uint32_t words[4];
    for (size_t i = 0; i < view->n; i++) {
        if (i % 4 == 0)
            gfn_random_words(stream, index, (uint32_t)(i / 4), words);
        double unit = (words[i % 4] + 0.5) * 0x1p-32;
        model->params[view->offset + i] = (gfn_real)(bound * (2 * unit - 1));
    }
}

void gfn_model_init(gfn_model *model, uint64_t seed)
{
    const gfn_stream stream = {.seed = seed, .purpose = GFN_PURPOSE_INIT, .iteration = 0};
    for (size_t weight = 0; weight + 1 < model->layers.n_views; weight += 2) {
        double bound = 1 / sqrt((double)model->layers.views[weight].shape[0]);
        init_view(model, &stream, weight, bound);
        init_view(model, &stream, weight + 1, bound);
    }
    model->params[gfn_model_log_z_offset(model)] = 0;
}

gfn_var gfn_model_record(const gfn_model *model, gfn_tape *tape, gfn_var observation, gfn_var mask)
{
    gfn_var hidden;
    return gfn_log_softmax(
        tape, record_network(model, GFN_NETWORK_POLICY, tape, observation, &hidden), mask);
}

const gfn_shape *gfn_model_shape(const gfn_model *model)
{
    return &model->shape;
}

gfn_backward gfn_model_backward(const gfn_model *model)
{
    return model->backward;
}

gfn_flow gfn_model_flow(const gfn_model *model)
{
    return model->flow;
}

size_t gfn_model_n_params(const gfn_model *model)
{
    return model->layers.n_params;
}

gfn_real *gfn_model_params(gfn_model *model)
{
    return model->params;
}

size_t gfn_model_n_views(const gfn_model *model)
{
    return model->layers.n_views;
}

const gfn_view *gfn_model_view(const gfn_model *model, size_t index)
{
    return index < model->layers.n_views ? &model->layers.views[index] : NULL;
}

double gfn_model_log_z(const gfn_model *model)
{
    return (double)model->params[gfn_model_log_z_offset(model)];
}

void gfn_model_raise_flow(gfn_model *model, double amount)
{
    const bool is_of_edges = model->flow == GFN_FLOW_EDGES;
    const gfn_network *flow =
        &model->layers.network[is_of_edges ? GFN_NETWORK_POLICY : GFN_NETWORK_FLOW];
    if (model->flow == GFN_FLOW_NONE)
        return;
    const gfn_view *bias = &model->layers.views[flow->first_view + 2 * flow->n_layers - 1];
    for (size_t i = 0; i < bias->n; i++)
        model->params[bias->offset + i] += (gfn_real)amount;
}

size_t gfn_model_log_z_offset(const gfn_model *model)
{
    return model->layers.n_params - 1;
}

gfn_policy_tape gfn_model_policy(const gfn_model *model)
{
    return model->policy;
}
