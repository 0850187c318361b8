/* SPDX-License-Identifier: MIT
 *
 * model/layers.h - the layers of a model: names, shapes and places of its parameters, but no memory
 * for them. A model is made from this list, and a checkpoint can be compared with it before
 * anything is allocated for it.
 */
#ifndef MODEL_LAYERS_H
#define MODEL_LAYERS_H

#include <stdbool.h>

#include <gfn/model.h>

/* The networks of a model, in the order of its parameters. */
enum { GFN_NETWORK_POLICY, GFN_NETWORK_BACKWARD, GFN_NETWORK_FLOW, GFN_NETWORKS };

enum { GFN_MAX_VIEWS = GFN_NETWORKS * 2 * (GFN_MAX_HIDDEN + 1) + 1 };

/* Layers that follow each other. */
typedef struct gfn_network {
    size_t first_view; /* weight and bias of its first layer, then those of the next */
    size_t n_layers;   /* 0: the model has no such network */
    bool is_head;      /* reads the policy's last hidden layer, not the observation */
} gfn_network;

typedef struct gfn_layers {
    gfn_network network[GFN_NETWORKS];
    size_t n_views; /* weight and bias of each layer, then log_z */
    gfn_view views[GFN_MAX_VIEWS];
    size_t n_params;
} gfn_layers;

/* List the layers of a model for `shape`. Errors: GFN_EINVAL (those of gfn_model_create()). */
gfn_status gfn_layers_init(gfn_layers *layers, const gfn_shape *shape,
                           const gfn_model_config *config);

#endif
