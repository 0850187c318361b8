/* SPDX-License-Identifier: MIT
 *
 * The forward policy, a multilayer perceptron:
 *
 *     h_0 = observation,  h_i+1 = act(h_i W_i + b_i),  logits = h_L W_L + b_L
 *     log P_F(a | s) = logits_a - log sum over allowed a' of exp(logits_a')
 *
 * A learned backward policy and a state flow are networks of the same kind and hidden widths, or
 * one layer each on h_L, a head. The vector is W_0 b_0 W_1 b_1 ... of the networks in the order
 * policy, backward, flow, then log_z, without gaps, so that it can be written, compared and summed
 * as it is.
 */
#include <gfn/model.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/memory.h"

enum { POLICY, BACKWARD, FLOW, NETWORKS };

enum { MAX_WIDTH = 65536, MAX_VIEWS = NETWORKS * 2 * (GFN_MAX_HIDDEN + 1) + 1 };

#define MAX_PARAMS INT64_C(0x7fffffff)  /* in the vector */
#define MAX_WEIGHTS INT64_C(0x40000000) /* in a layer: the draws of one random stream */

/* Layers that follow each other. */
typedef struct network {
    size_t first_view; /* weight and bias of its first layer, then of the next */
    size_t n_layers;   /* 0: the model has no such network */
    bool is_head;      /* reads the policy's last hidden layer, not the observation */
} network;

struct gfn_model {
    gfn_shape shape;
    network network[NETWORKS];
    size_t n_views; /* weight and bias of each layer, log_z */
    gfn_view views[MAX_VIEWS];
    size_t n_params;
    gfn_real *params;
    gfn_backward backward;
    gfn_flow flow;
    gfn_activation activation;
    gfn_tape *tape;
    gfn_policy_tape policy;
};

static gfn_status check(const gfn_shape *shape, const gfn_model_config *config)
{
    if (shape->n_actions < 1 || shape->obs_dim < 1 || shape->obs_hot < 0 ||
        shape->obs_hot > shape->obs_dim)
        return gfn_fail(GFN_EINVAL,
                        "model: expected at least 1 action and 1 <= obs_hot <= obs_dim (0: dense), "
                        "found %d actions, obs_hot %d, obs_dim %d (hint: see gfn/shape.h)",
                        shape->n_actions, shape->obs_hot, shape->obs_dim);
    if (config->n_hidden > GFN_MAX_HIDDEN)
        return gfn_fail(GFN_EINVAL,
                        "model: expected at most %d hidden layers, found %zu (hint: --hidden 32)",
                        GFN_MAX_HIDDEN, config->n_hidden);
    for (size_t i = 0; i < config->n_hidden; i++)
        if (config->hidden[i] < 1 || config->hidden[i] > MAX_WIDTH)
            return gfn_fail(
                GFN_EINVAL,
                "model: expected hidden widths from 1 to %d, found %lld (hint: --hidden 32)",
                MAX_WIDTH, (long long)config->hidden[i]);
    if ((unsigned)config->backward > GFN_BACKWARD_TIED || (unsigned)config->flow > GFN_FLOW_EDGES)
        return gfn_fail(GFN_EINVAL,
                        "model: expected a backward policy and a state flow, found numbers %d and "
                        "%d (hint: GFN_BACKWARD_UNIFORM, GFN_FLOW_NONE)",
                        (int)config->backward, (int)config->flow);
    if ((unsigned)config->activation > GFN_TANH)
        return gfn_fail(GFN_EINVAL,
                        "model: expected the activation relu, leaky-relu or tanh, found number %d "
                        "(hint: GFN_RELU)",
                        (int)config->activation);
    return GFN_OK;
}

/* The next part of the vector: [rows][cols], or [cols] where rows is 0. */
static gfn_view *add_view(gfn_model *model, size_t rows, size_t cols)
{
    gfn_view *view = &model->views[model->n_views++];
    *view = (gfn_view){.offset = model->n_params,
                       .n = (rows ? rows : 1) * cols,
                       .ndim = rows ? 2 : 1,
                       .shape = {rows ? rows : cols, rows ? cols : 1}};
    model->n_params += view->n;
    return view;
}

static const char *const names[NETWORKS] = {"policy", "backward", "flow"};

/* The next layer of network `kind`. */
static gfn_status add_layer(gfn_model *model, int kind, int64_t in, int64_t out)
{
    network *net = &model->network[kind];
    int64_t n = in * out; /* < 2^31 * 2^31 */
    if (n > MAX_WEIGHTS || (int64_t)model->n_params + n + out >= MAX_PARAMS)
        return gfn_fail(GFN_EINVAL,
                        "model: expected at most %lld weights in a layer and %lld parameters, "
                        "found a layer of %lld x %lld weights after %zu parameters "
                        "(hint: a smaller --hidden or --size, or --encoding khot)",
                        (long long)MAX_WEIGHTS, (long long)MAX_PARAMS, (long long)in,
                        (long long)out, model->n_params);
    gfn_view *weight = add_view(model, (size_t)in, (size_t)out);
    gfn_view *bias = add_view(model, 0, (size_t)out);
    snprintf(weight->name, sizeof weight->name, "%s.%zu.weight", names[kind], net->n_layers);
    snprintf(bias->name, sizeof bias->name, "%s.%zu.bias", names[kind], net->n_layers);
    net->n_layers++;
    return GFN_OK;
}

static gfn_status add_network(gfn_model *model, int kind, const gfn_model_config *config, int n_out)
{
    const size_t n = config->n_hidden;
    network *net = &model->network[kind];
    int64_t in = model->shape.obs_dim;
    net->first_view = model->n_views;
    if (net->is_head)
        return add_layer(model, kind, n > 0 ? config->hidden[n - 1] : in, n_out);
    for (size_t i = 0; i <= n; i++) {
        int64_t out = i < n ? config->hidden[i] : n_out;
        GFN_TRY(add_layer(model, kind, in, out));
        in = out;
    }
    return GFN_OK;
}

static gfn_status add_views(gfn_model *model, const gfn_model_config *config)
{
    model->network[BACKWARD].is_head = config->backward == GFN_BACKWARD_TIED;
    model->network[FLOW].is_head = config->flow == GFN_FLOW_HEAD;
    GFN_TRY(add_network(model, POLICY, config, model->shape.n_actions));
    if (config->backward != GFN_BACKWARD_UNIFORM)
        GFN_TRY(add_network(model, BACKWARD, config, model->shape.n_back_actions));
    if (config->flow == GFN_FLOW_HEAD || config->flow == GFN_FLOW_OWN)
        GFN_TRY(add_network(model, FLOW, config, 1));
    gfn_view *log_z = add_view(model, 0, 1);
    snprintf(log_z->name, sizeof log_z->name, "log_z");
    return GFN_OK;
}

/* The network's output for x; *hidden gets what its last layer reads. */
static gfn_var record_network(const gfn_model *model, int kind, gfn_tape *tape, gfn_var x,
                              gfn_var *hidden)
{
    const network *net = &model->network[kind];
    const bool reads_observation = !net->is_head || model->network[POLICY].n_layers == 1;
    for (size_t layer = 0; layer < net->n_layers; layer++) {
        const gfn_view *weight = &model->views[net->first_view + 2 * layer], *bias = weight + 1;
        gfn_var w = gfn_param(tape, weight->offset, weight->shape[0], weight->shape[1]);
        gfn_var b = gfn_param(tape, bias->offset, 1, bias->n);
        gfn_activation act = layer + 1 < net->n_layers ? model->activation : GFN_IDENTITY;
        bool is_hot = layer == 0 && reads_observation && model->shape.obs_hot > 0;
        *hidden = x;
        x = is_hot ? gfn_linear_hot(tape, x, w, b, act) : gfn_linear(tape, x, w, b, act);
    }
    return x;
}

/* All outputs of the model, from the observation and masks that stand in `policy`. */
static void record_all(const gfn_model *model, gfn_tape *tape, gfn_policy_tape *policy)
{
    const network *backward = &model->network[BACKWARD], *flow = &model->network[FLOW];
    gfn_var hidden, unused;
    gfn_var logits = record_network(model, POLICY, tape, policy->observation, &hidden);
    policy->log_pf = gfn_log_softmax(tape, logits, policy->mask);
    if (backward->n_layers > 0) {
        gfn_var x = backward->is_head ? hidden : policy->observation;
        x = record_network(model, BACKWARD, tape, x, &unused);
        policy->log_pb = gfn_log_softmax(tape, x, policy->back_mask);
    }
    if (flow->n_layers > 0) {
        gfn_var x = flow->is_head ? hidden : policy->observation;
        policy->log_flow = record_network(model, FLOW, tape, x, &unused);
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
    GFN_TRY(add_views(model, config));
    GFN_TRY(gfn_allocate("model", model->n_params, sizeof(gfn_real), &model->params));
    return record_policy(model);
}

gfn_status gfn_model_create(const gfn_shape *shape, const gfn_model_config *config,
                            gfn_model **model)
{
    GFN_TRY(check(shape, config));
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
    const gfn_view *view = &model->views[index];
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
    for (size_t weight = 0; weight + 1 < model->n_views; weight += 2) {
        double bound = 1 / sqrt((double)model->views[weight].shape[0]);
        init_view(model, &stream, weight, bound);
        init_view(model, &stream, weight + 1, bound);
    }
    model->params[gfn_model_log_z_offset(model)] = 0;
}

gfn_var gfn_model_record(const gfn_model *model, gfn_tape *tape, gfn_var observation, gfn_var mask)
{
    gfn_var hidden;
    return gfn_log_softmax(tape, record_network(model, POLICY, tape, observation, &hidden), mask);
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
    return model->n_params;
}

gfn_real *gfn_model_params(gfn_model *model)
{
    return model->params;
}

size_t gfn_model_n_views(const gfn_model *model)
{
    return model->n_views;
}

const gfn_view *gfn_model_view(const gfn_model *model, size_t index)
{
    return index < model->n_views ? &model->views[index] : NULL;
}

double gfn_model_log_z(const gfn_model *model)
{
    return (double)model->params[gfn_model_log_z_offset(model)];
}

size_t gfn_model_log_z_offset(const gfn_model *model)
{
    return model->n_params - 1;
}

gfn_policy_tape gfn_model_policy(const gfn_model *model)
{
    return model->policy;
}
