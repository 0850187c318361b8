/* SPDX-License-Identifier: MIT
 *
 * gfn/model.h - the policies P_F and P_B, state flows F and log Z, whose parameters are one flat
 * vector.
 *
 * The forward policy is a multilayer perceptron from the observation to one logit per action; a
 * masked log-softmax gives log P_F. log Z is a separate parameter, the last of the vector, so that
 * it can have its own learning rate. The model knows no environment, only a shape.
 */
#ifndef GFN_MODEL_H
#define GFN_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/shape.h>
#include <gfn/status.h>
#include <gfn/tape.h>

GFN_BEGIN_DECLS

typedef struct gfn_model gfn_model;

/* A named part of the parameter vector: "policy.0.weight" [in][out], "policy.0.bias" [out], ...,
 * then those of "backward" and "flow" if the model has them, last "log_z" [1]. */
typedef struct gfn_view {
    char name[48];
    size_t offset;
    size_t n;
    size_t ndim;
    size_t shape[2];
} gfn_view;

/* Backward policies P_B. The kinds are in a table: index < gfn_backward_kinds(). */
typedef enum gfn_backward {
    GFN_BACKWARD_UNIFORM, /* all edges into a state are equally likely: nothing to learn */
    GFN_BACKWARD_LEARNED, /* a separate network with the same hidden widths */
    GFN_BACKWARD_TIED,    /* a second head on the hidden layers of the forward policy */
} gfn_backward;

typedef struct gfn_backward_kind {
    const char *name;    /* "uniform" */
    const char *summary; /* one sentence */
} gfn_backward_kind;

GFN_API size_t gfn_backward_kinds(void);
GFN_API const gfn_backward_kind *gfn_backward_kind_of(gfn_backward backward);

/* Errors: GFN_EINVAL (unknown name). */
GFN_API gfn_status gfn_backward_find(const char *name, gfn_backward *backward);
GFN_API const char *gfn_backward_name(size_t index); /* NULL: past the last */

/* State flows F(s), for objectives that need them. */
typedef enum gfn_flow {
    GFN_FLOW_NONE,
    GFN_FLOW_HEAD,  /* a head on the hidden layers of the forward policy */
    GFN_FLOW_OWN,   /* a separate network with the same hidden widths */
    GFN_FLOW_EDGES, /* the policy's logits are log-flows of edges: log F = log sum of their exp */
} gfn_flow;

/* Find "head" or "own". Errors: GFN_EINVAL (another name). */
GFN_API gfn_status gfn_flow_find(const char *name, gfn_flow *flow);
GFN_API const char *gfn_flow_name(size_t index); /* NULL: past the last */

/* The activation of hidden layers by name: relu, leaky-relu (slope 0.01 below 0) or tanh.
 * Errors: GFN_EINVAL (unknown name). */
GFN_API gfn_status gfn_activation_find(const char *name, gfn_activation *activation);
GFN_API const char *gfn_activation_name(size_t index); /* NULL: past the last */

#define GFN_MAX_HIDDEN 16

typedef struct gfn_model_config {
    size_t n_hidden;                /* hidden layers of every network; 0: linear */
    int64_t hidden[GFN_MAX_HIDDEN]; /* their widths, 1 to 65536 */
    gfn_backward backward;
    gfn_flow flow;
    gfn_activation activation; /* between layers; GFN_IDENTITY, which is 0, means GFN_RELU */
} gfn_model_config;

/* Create a model for `shape`. Parameters are 0 until gfn_model_init() or the caller sets them.
 * Errors: GFN_EINVAL (a width or a product out of range), GFN_ENOMEM. */
GFN_API gfn_status gfn_model_create(const gfn_shape *shape, const gfn_model_config *config,
                                    gfn_model **model);
GFN_API void gfn_model_destroy(gfn_model **model);

/* Draw weights and biases of each layer uniformly from +-1/sqrt(fan-in), and set log Z to 0. The
 * fan-in of a hot observation is obs_dim, its number of places, not of ones. A pure function of the
 * seed. */
GFN_API void gfn_model_init(gfn_model *model, uint64_t seed);

GFN_API const gfn_shape *gfn_model_shape(const gfn_model *model);
GFN_API gfn_backward gfn_model_backward(const gfn_model *model);
GFN_API gfn_flow gfn_model_flow(const gfn_model *model);
GFN_API size_t gfn_model_n_params(const gfn_model *model);
GFN_API gfn_real *gfn_model_params(gfn_model *model);
GFN_API size_t gfn_model_n_views(const gfn_model *model);
GFN_API const gfn_view *gfn_model_view(const gfn_model *model, size_t index);

/* log Z and its place in the vector. */
GFN_API double gfn_model_log_z(const gfn_model *model);
GFN_API size_t gfn_model_log_z_offset(const gfn_model *model);

/* Add `amount` to log F of all states, by the biases of the last layer; nothing if the model has no
 * flow. P_F stays, except for rounding if it has flows of edges. */
GFN_API void gfn_model_raise_flow(gfn_model *model, double amount);

/* The recorded model, a tape of one axis: the observation (indices [n][obs_hot] or reals
 * [n][obs_dim]) and masks in, log P_F, log P_B and log F out. A learned P_B(b | s) has one column
 * per backward action. GFN_NO_VAR: the model has no such variable. */
#define GFN_NO_VAR ((gfn_var)-1)
typedef struct gfn_policy_tape {
    const gfn_tape *tape;
    gfn_var observation;
    gfn_var mask;      /* bytes [n][n_actions] */
    gfn_var back_mask; /* bytes [n][n_back_actions] */
    gfn_var log_pf;    /* [n][n_actions] */
    gfn_var log_pb;    /* [n][n_back_actions] */
    gfn_var log_flow;  /* [n][1] */
} gfn_policy_tape;

GFN_API gfn_policy_tape gfn_model_policy(const gfn_model *model);

/* Record the forward policy on the caller's tape, for a user-defined loss; returns log P_F. */
GFN_API gfn_var gfn_model_record(const gfn_model *model, gfn_tape *tape, gfn_var observation,
                                 gfn_var mask);

GFN_END_DECLS

#endif
