/* SPDX-License-Identifier: MIT */
#include "model/layers.h"

#include "base/error.h"
#include "base/format.h"

enum { MAX_WIDTH = 65536 };

#define MAX_PARAMS INT64_C(0x7fffffff)  /* of a model */
#define MAX_WEIGHTS INT64_C(0x40000000) /* of a layer: the draws of one random stream */

static gfn_status check_shape(const gfn_shape *shape)
{
    if (shape->n_actions >= 1 && shape->obs_dim >= 1 && shape->obs_hot >= 0 &&
        shape->obs_hot <= shape->obs_dim)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "model: expected at least 1 action and 1 <= obs_hot <= obs_dim (0: dense), "
                    "found %d action%s, obs_hot %d, obs_dim %d (hint: see gfn/shape.h)",
                    shape->n_actions, gfn_plural(shape->n_actions), shape->obs_hot, shape->obs_dim);
}

static gfn_status check_widths(const gfn_model_config *config)
{
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
    return GFN_OK;
}

static gfn_status check_kinds(const gfn_model_config *config)
{
    if (gfn_backward_kind_of(config->backward) == NULL || (unsigned)config->flow > GFN_FLOW_EDGES)
        return gfn_fail(GFN_EINVAL,
                        "model: expected a backward policy and a state flow, found numbers %d and "
                        "%d (hint: GFN_BACKWARD_UNIFORM, GFN_FLOW_NONE)",
                        (int)config->backward, (int)config->flow);
    if (config->activation != GFN_IDENTITY &&
        gfn_activation_name((size_t)config->activation - GFN_RELU) == NULL)
        return gfn_fail(GFN_EINVAL,
                        "model: expected an activation, found number %d (hint: GFN_RELU)",
                        (int)config->activation);
    return GFN_OK;
}

/* The next part of the parameters: [rows][cols], or [cols] if rows is 0. */
static gfn_view *add_view(gfn_layers *layers, size_t rows, size_t cols)
{
    gfn_view *view = &layers->views[layers->n_views++];
    *view = (gfn_view){.offset = layers->n_params,
                       .n = (rows ? rows : 1) * cols,
                       .ndim = rows ? 2 : 1,
                       .shape = {rows ? rows : cols, rows ? cols : 1}};
    layers->n_params += view->n;
    return view;
}

static const char *const names[GFN_NETWORKS] = {[GFN_NETWORK_POLICY] = "policy",
                                                [GFN_NETWORK_BACKWARD] = "backward",
                                                [GFN_NETWORK_FLOW] = "flow"};

/* The next layer of network `kind`. */
static gfn_status add_layer(gfn_layers *layers, int kind, int64_t in, int64_t out)
{
    gfn_network *network = &layers->network[kind];
    int64_t n = in * out; /* < 2^31 * 2^31 */
    if (n > MAX_WEIGHTS || (int64_t)layers->n_params + n + out >= MAX_PARAMS)
        return gfn_fail(GFN_EINVAL,
                        "model: expected at most %lld weights in a layer and %lld parameters, "
                        "found a layer of %lld x %lld weights after %zu parameters "
                        "(hint: a smaller --hidden or --size, or --encoding khot)",
                        (long long)MAX_WEIGHTS, (long long)MAX_PARAMS, (long long)in,
                        (long long)out, layers->n_params);
    gfn_view *weight = add_view(layers, (size_t)in, (size_t)out);
    gfn_view *bias = add_view(layers, 0, (size_t)out);
    gfn_format(weight->name, sizeof weight->name, "%s.%zu.weight", names[kind], network->n_layers);
    gfn_format(bias->name, sizeof bias->name, "%s.%zu.bias", names[kind], network->n_layers);
    network->n_layers++;
    return GFN_OK;
}

/* A head is the last layer alone, on the policy's last hidden layer. */
static gfn_status add_network(gfn_layers *layers, int kind, int64_t in, int64_t out,
                              const gfn_model_config *config)
{
    const size_t n = config->n_hidden;
    gfn_network *network = &layers->network[kind];
    network->first_view = layers->n_views;
    for (size_t i = 0; i < n; i++) {
        if (!network->is_head)
            GFN_TRY(add_layer(layers, kind, in, config->hidden[i]));
        in = config->hidden[i];
    }
    return add_layer(layers, kind, in, out);
}

gfn_status gfn_layers_init(gfn_layers *layers, const gfn_shape *shape,
                           const gfn_model_config *config)
{
    const int64_t in = shape->obs_dim;
    GFN_TRY(check_shape(shape));
    GFN_TRY(check_widths(config));
    GFN_TRY(check_kinds(config));
    layers->n_views = layers->n_params = 0;
    for (int kind = 0; kind < GFN_NETWORKS; kind++)
        layers->network[kind] = (gfn_network){.n_layers = 0};
    layers->network[GFN_NETWORK_BACKWARD].is_head = config->backward == GFN_BACKWARD_TIED;
    layers->network[GFN_NETWORK_FLOW].is_head = config->flow == GFN_FLOW_HEAD;
    GFN_TRY(add_network(layers, GFN_NETWORK_POLICY, in, shape->n_actions, config));
    if (config->backward != GFN_BACKWARD_UNIFORM)
        GFN_TRY(add_network(layers, GFN_NETWORK_BACKWARD, in, shape->n_back_actions, config));
    if (config->flow == GFN_FLOW_HEAD || config->flow == GFN_FLOW_OWN)
        GFN_TRY(add_network(layers, GFN_NETWORK_FLOW, in, 1, config));
    gfn_view *log_z = add_view(layers, 0, 1);
    gfn_format(log_z->name, sizeof log_z->name, "log_z");
    return GFN_OK;
}
