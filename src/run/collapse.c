/* SPDX-License-Identifier: MIT
 *
 * Whether training has collapsed: the loss is small, but the policy is far from the target, because
 * its trajectories no longer visit the other objects.
 *
 * The loss is the mean square of a residual r, in logarithms, over the trajectories of the policy.
 * If those reach all objects, then their probabilities are wrong by a factor of about exp(+-r), and
 * L1 is at most about |r|. So a collapse is
 *
 *     L1 > 0.5  and  L1 > 8 sqrt(loss) steps,
 *
 * where `steps` is 1 if the residual is that of a trajectory. If it is that of a step or a state,
 * the residuals of a trajectory may add up: then it is the largest number of steps.
 *
 * Without exact metrics, L1 is what that of samples exceeds a perfect sampler's by; or, if it is
 * more, 2 (1 - exp(ELBO - log Z)): a policy without residuals has R/Z times exp(log Z - ELBO) as
 * the probability of its objects, so it lacks 1 - exp(ELBO - log Z) of the target.
 *
 * To check by: with L1 = 1.9 and tb, losses below 0.0564 are a collapse.
 */
#include "run/run.h"

#include <math.h>

#include <gfn/objective.h>
#include <gfn/report.h>

#define LEAST_L1 0.5
#define MARGIN 8

/* NAN: not known. */
static double find_l1(const gfn_report *report)
{
    const gfn_evaluation *e = &report->last.evaluation;
    const double gap = e->log_z_true - report->bounds.elbo.mean;
    if (e->is_exact)
        return e->metrics.l1;
    return fmax(report->draw.l1 - report->draw.l1_noise_floor, 2 * (1 - exp(-gap)));
}

int64_t gfn_run_find_collapse(const gfn_run *run, const gfn_report *report)
{
    const char *name = gfn_options_text(run->options, "objective");
    const bool is_by_step = gfn_objective_find(name)->needs != 0;
    const double steps = is_by_step ? (double)gfn_env_spec_of(run->env)->max_steps : 1;
    const double l1 = find_l1(report), residual = sqrt(report->last.loss) * steps;
    if (isnan(l1) || isnan(residual))
        return -1;
    return l1 > LEAST_L1 && l1 > MARGIN * residual;
}
