/* SPDX-License-Identifier: MIT
 *
 * gfn/objective.h - balance conditions: a policy that satisfies one samples in proportion to the
 * reward.
 *
 * The loss of a batch is the mean of a loss per trajectory over the trajectories of all ranks. An
 * objective computes the loss of one trajectory and its derivatives, so the sum over a batch does
 * not depend on which rank or thread computes which part. It may use two means over the batch,
 * which are computed first: of the trajectories' weights and of their estimates of log Z.
 *
 * A trajectory s_0 ... s_n-1 has n steps. The last step ends it, by the stop action, whose log P_B
 * is 0, or by reaching a state without actions. In both cases it leads to the flow R(x).
 */
#ifndef GFN_OBJECTIVE_H
#define GFN_OBJECTIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Bits of gfn_objective.needs: data that loss() reads in addition to sums over the trajectory. */
enum {
    GFN_NEEDS_STEPS = 1,    /* log_pf and log_pb */
    GFN_NEEDS_FLOW = 2,     /* log_flow: the model needs a state flow */
    GFN_NEEDS_INFLOW = 4,   /* log_inflow: the model's flow is that of its edges (GFN_FLOW_EDGES) */
    GFN_NEEDS_STOP = 8,     /* log_stop: every state may stop */
    GFN_NEEDS_REWARDS = 16, /* log_rewards: every state has a reward */
    GFN_LOOKS_FORWARD = 32, /* log_flow is log R(s) + the model's flow; implies GFN_NEEDS_REWARDS */
    GFN_NEEDS_SLOPE = 64,   /* mean_slope, unless the loss is the square */
    GFN_TAKES_LOSS = 128,   /* loss() calls gfn_terms_loss(): gfn_gradient_set_loss() has effect */
    GFN_TAKES_TARGET = 256  /* loss() reads target_flow or target_stop */
};

/* Losses g of a residual delta, with g(0) = g'(0) = 0 and g''(0) = 2, in a table. delta is log
 * (forward probability x flow) - log (backward probability x flow or reward): above 0, the model
 * gives too much. */
typedef struct gfn_loss_kind {
    const char *name;    /* "huber" */
    const char *summary; /* one sentence */
    const char *source;  /* the paper, with "arXiv:NUMBER" or "doi:NAME" */
    double scale;        /* the default of `scale` below; 0: the loss has no scale */
    bool has_sign;       /* the scale may be below 0 */
    double (*value)(double scale, double delta); /* g */
    double (*slope)(double scale, double delta); /* g' */

    /* The residuals, one below 0 and one above, from which outwards the loss is its tangent there,
     * so that its slope is limited. NULL: there are none. */
    void (*range)(double scale, double *least, double *most);
} gfn_loss_kind;

/* The losses of the library; the first is the square. */
GFN_API size_t gfn_loss_kinds(void);
GFN_API const gfn_loss_kind *gfn_loss_kind_of(size_t index);  /* NULL: past the last */
GFN_API const char *gfn_loss_name(size_t index);              /* NULL: past the last */
GFN_API const gfn_loss_kind *gfn_loss_find(const char *name); /* NULL: unknown */

/* A loss with its scale. */
typedef struct gfn_residual_loss {
    const gfn_loss_kind *kind;
    double scale, least, most;
} gfn_residual_loss;

/* What makes a loss other than the mean square of residuals of the model alone. */
typedef struct gfn_residual_terms {
    const gfn_residual_loss *loss; /* NULL: the square */
    double mean_slope;             /* batch mean of gfn_derivatives.slope; 0 if there is none */

    /* What a target network says of the states s_t, t > 0: [n_steps], element 0 is not set. NULL:
     * there is no target network, or the objective does not need the quantity. */
    const double *target_flow; /* log F(s_t) */
    const double *target_stop; /* log P_F(stop | s_t) */
} gfn_residual_terms;

/* One trajectory, as an objective reads it. Arrays that it does not need are NULL. */
typedef struct gfn_terms {
    size_t n_steps;
    const gfn_real *log_pf;    /* [n_steps] log P_F(s_t+1 | s_t) */
    const gfn_real *log_pb;    /* [n_steps] log P_B(s_t | s_t+1) */
    const double *log_flow;    /* [n_steps] log F(s_t) */
    const double *log_inflow;  /* [n_steps + 1] log sum over parents s' of F(s' -> s_t), t > 0;
                                * element n_steps: log of the flow into x's end, F(x -> stop) */
    const double *log_stop;    /* [n_steps] log P_F(stop | s_t) */
    const double *log_rewards; /* [n_steps] log R(s_t) */
    double sum_log_pf;
    double sum_log_pb;
    double log_reward;  /* log R(x) */
    double log_z;       /* learned, or the batch mean of estimate() */
    double mean_weight; /* batch mean of weigh(); 1 if that is 0 or there is no weigh() */
    double lambda;      /* of sub-trajectory balance */

    const gfn_residual_terms *residuals; /* NULL: squares, without a target network */
} gfn_terms;

/* Derivatives of a trajectory's loss, which the objective writes. The caller owns the arrays; they
 * are as long as those of gfn_terms, at least one element; NULL if the objective does not need the
 * quantity. */
typedef struct gfn_derivatives {
    double *log_pf;
    double *log_pb;
    double *log_flow;
    double *log_inflow;
    double *log_stop;
    double log_z;    /* 0 if there is an estimate() */
    bool is_uniform; /* the caller sets false; loss() may set true: element 0 of log_pf and log_pb
                      * is the derivative at every step, and the others are neither written nor
                      * read */
    double slope;    /* d loss / d log_z, if the objective needs mean_slope and there is a loss
                      * other than the square */
} gfn_derivatives;

typedef struct gfn_objective {
    size_t size;         /* sizeof(gfn_objective) */
    const char *name;    /* "tb" */
    const char *summary; /* one sentence */
    const char *source;  /* the paper, with "arXiv:NUMBER" or "doi:NAME" */
    unsigned needs;      /* GFN_NEEDS_... */
    int64_t least_batch; /* trajectories that a batch must have; 0: one is enough */

    /* Return the loss of the trajectory. Write d->log_z and all elements of the arrays that the
     * objective needs, log_pf and log_pb always; of these two only element 0 if is_uniform is set.
     * Keep no state: several threads call it at the same time. */
    double (*loss)(const gfn_terms *terms, gfn_derivatives *d);

    /* If the loss is a mean over something other than trajectories, e.g. transitions: how many of
     * them this trajectory has. loss() reads the batch mean. NULL: not needed. */
    double (*weigh)(const gfn_terms *terms);

    /* Estimate log Z from this trajectory; the batch mean is log Z. NULL: log Z is learned. */
    double (*estimate)(const gfn_terms *terms);
} gfn_objective;

/* g(delta) of the loss that the terms name, and *slope, g'(delta). */
GFN_API double gfn_terms_loss(const gfn_terms *terms, double delta, double *slope);

/* The objectives of the library. */
GFN_API size_t gfn_objective_kinds(void);
GFN_API const gfn_objective *gfn_objective_kind(size_t index);     /* NULL: past the last */
GFN_API const char *gfn_objective_name(size_t index);              /* NULL: past the last */
GFN_API const gfn_objective *gfn_objective_find(const char *name); /* NULL: unknown */

GFN_END_DECLS

#endif
