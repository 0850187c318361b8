/* SPDX-License-Identifier: MIT
 *
 * Sub-trajectory balance with geometric weights within a trajectory: Madan et al., "Learning
 * GFlowNets from partial episodes for improved convergence and stability", ICML 2023,
 * arXiv:2209.12782, equation 14.
 *
 * With s_n the end of the trajectory, whose flow is R(x), and 0 <= i < j <= n:
 *
 *     delta_ij = log F(s_i) + sum_i<=t<j (log P_F - log P_B) - log F(s_j)
 *     loss = sum lambda^(j-i) g(delta_ij) / sum lambda^(j-i), by default g(delta) = delta^2
 *
 * With a target network, F(s_j) is its flow, a constant, for j < n.
 *
 * The square without a target takes linear time: delta_ij = v_i - v_j with v_i = log F(s_i) -
 * sum_t<i (log P_F - log P_B), so
 *
 *     d_i = sum_j<>i lambda^|j-i| (v_i - v_j),   sum lambda^(j-i) delta_ij^2 = sum_i v_i d_i
 *
 * and the d_i follow from one forward and one backward pass of running sums. d loss / d v_i is 2
 * d_i / sum of the weights. The code uses v_i - v_0 instead of v_i: only differences matter, and
 * small numbers keep their digits. Anything else takes time for each pair.
 *
 * To check by: one step, log F = 1, log P_F = -0.5, log R = 0.25: loss = 0.0625 for any lambda.
 */
#include "objective/means.h"
#include "objective/objectives.h"
#include "objective/residuals.h"

/* ---- in linear time ---- */

/* Sums over the nodes j on one side of node i: of lambda^|j-i|, and of lambda^|j-i| v_j. */
typedef struct side {
    double weight, sum;
} side;

static side next_side(side s, double v, double lambda)
{
    return (side){lambda * (s.weight + 1), lambda * (s.sum + v)};
}

/* The forward pass: d->log_pf[i] becomes v_i, d->log_flow[i] the part of d_i that comes from nodes
 * before i. Node n, for which the arrays have no element, goes into *v_last and *last. Returns the
 * sum of all weights. */
static double forward_pass(const gfn_terms *terms, gfn_derivatives *d, double *v_last, double *last)
{
    const size_t n = terms->n_steps;
    side before = {0, 0};
    double v = 0, path = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        v = terms->log_flow[i] - terms->log_flow[0] - path;
        weights += before.weight;
        d->log_pf[i] = v;
        d->log_flow[i] = v * before.weight - before.sum;
        before = next_side(before, v, terms->lambda);
        path += (double)terms->log_pf[i] - (double)terms->log_pb[i];
    }
    *v_last = terms->log_reward - terms->log_flow[0] - path;
    *last = *v_last * before.weight - before.sum;
    return weights + before.weight;
}

static double linear_loss(const gfn_terms *terms, gfn_derivatives *d)
{
    double v, slope;
    const double weights = forward_pass(terms, d, &v, &slope);
    side behind = next_side((side){0, 0}, v, terms->lambda);
    double loss = v * slope / weights, later = 2 * slope / weights;
    for (size_t i = terms->n_steps; i-- > 0;) {
        v = d->log_pf[i];
        slope = d->log_flow[i] + v * behind.weight - behind.sum;
        behind = next_side(behind, v, terms->lambda);
        loss += v * slope / weights;
        d->log_pf[i] = -later; /* log P_F of step i is in v of each node after i */
        d->log_pb[i] = later;
        d->log_flow[i] = 2 * slope / weights;
        later += d->log_flow[i];
    }
    d->log_z = 0;
    return loss;
}

/* ---- pair by pair ---- */

/* Of node i, v_i is log F(s_i) - path_i, where path_i is the sum of log P_F - log P_B up to there;
 * w_j is the same with the flow that the later node of a pair has. */
typedef struct pairs {
    const double *next;     /* [n_steps] log F of later nodes */
    double w_last, of_last; /* w_n, and the derivative by it */
    double weight, loss;    /* sums over pairs */
} pairs;

/* Add the pairs of node i with later nodes. path_j is in d->log_pf[j]; the derivative by v_i goes
 * to d->log_flow[i], those by w_j are added to d->log_pb[j]. */
static void add_pairs(const gfn_terms *terms, size_t i, pairs *p, gfn_derivatives *d)
{
    const size_t n = terms->n_steps;
    const double v = terms->log_flow[i] - d->log_pf[i];
    double weight = 1, sum = 0;
    for (size_t j = i + 1; j <= n; j++) {
        double slope;
        const double w = j < n ? p->next[j] - d->log_pf[j] : p->w_last;
        weight *= terms->lambda;
        p->weight += weight;
        p->loss += weight * gfn_loss_of(terms->residuals, v - w, &slope);
        *(j < n ? &d->log_pb[j] : &p->of_last) -= weight * slope;
        sum += weight * slope;
    }
    d->log_flow[i] = sum;
}

static __attribute__((noinline)) double pair_loss(const gfn_terms *terms, gfn_derivatives *d)
{
    const size_t n = terms->n_steps;
    const double *target = terms->residuals->target_flow;
    pairs p = {.next = target ? target : terms->log_flow};
    double path = 0;
    for (size_t i = 0; i < n; i++) {
        d->log_pf[i] = path;
        d->log_pb[i] = 0;
        path += (double)terms->log_pf[i] - (double)terms->log_pb[i];
    }
    p.w_last = terms->log_reward - path;
    for (size_t i = 0; i < n; i++)
        add_pairs(terms, i, &p, d);
    double later = p.of_last / p.weight;
    for (size_t i = n; i-- > 0;) {
        const double by_v = d->log_flow[i] / p.weight, by_w = d->log_pb[i] / p.weight;
        d->log_pf[i] = -later; /* as in linear_loss() */
        d->log_pb[i] = later;
        d->log_flow[i] = target ? by_v : by_v + by_w;
        later += by_v + by_w;
    }
    d->log_z = 0;
    return p.loss / p.weight;
}

double gfn_subtb_loss(const gfn_terms *terms, gfn_derivatives *d)
{
    return terms->residuals ? pair_loss(terms, d) : linear_loss(terms, d);
}

const gfn_objective gfn_objective_subtb = {
    .size = sizeof(gfn_objective),
    .name = "subtb",
    .summary = "sub-trajectory balance: all parts of a trajectory, weighted by lambda^length",
    .source = "Madan et al. 2023, arXiv:2209.12782",
    .needs = GFN_NEEDS_STEPS | GFN_NEEDS_FLOW | GFN_TAKES_LOSS | GFN_TAKES_TARGET,
    .loss = gfn_subtb_loss,
    .estimate = gfn_estimate_by_flow,
};
