/* SPDX-License-Identifier: MIT
 *
 * gfn/shape.h - the sizes on which an environment and a model must agree.
 */
#ifndef GFN_SHAPE_H
#define GFN_SHAPE_H

typedef struct gfn_shape {
    int n_actions;      /* forward actions, the stop action included */
    int n_back_actions; /* backward actions */
    int stop_action;    /* index of the stop action; -1: none (objects of fixed length) */
    int obs_dim;        /* width of the observation */
    int obs_hot;        /* > 0: this many entries are 1, given by their indices; 0: dense */
} gfn_shape;

#endif
