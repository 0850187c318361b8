/* SPDX-License-Identifier: MIT */
#include "step/terms.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"

gfn_status gfn_scratch_init(gfn_scratch *scratch, const gfn_objective *objective, size_t max_steps)
{
    const unsigned needs = objective->needs;
    const size_t k = max_steps + 1;
    gfn_derivatives *d = &scratch->derivatives;
    double **const array[] = {&scratch->flow,   &scratch->inflow, &scratch->stop, &scratch->reward,
                              &scratch->target, &d->log_pf,       &d->log_pb,     &d->log_flow,
                              &d->log_inflow,   &d->log_stop};
    enum { ARRAYS = sizeof array / sizeof array[0] };
    GFN_TRY(gfn_allocate("residuals", 1, sizeof *scratch->residuals, &scratch->residuals));
    GFN_TRY(gfn_allocate("derivatives", ARRAYS * k, sizeof(double), &scratch->memory));
    for (size_t i = 0; i < ARRAYS; i++)
        *array[i] = scratch->memory + i * k;
    if (!(needs & GFN_NEEDS_FLOW))
        d->log_flow = NULL;
    if (!(needs & GFN_NEEDS_INFLOW))
        d->log_inflow = NULL;
    if (!(needs & GFN_NEEDS_STOP))
        d->log_stop = NULL;
    return GFN_OK;
}

void gfn_scratch_clear(gfn_scratch *scratch)
{
    gfn_release(&scratch->memory);
    gfn_release(&scratch->residuals);
}

static void fill_flow(const gfn_terms_source *source, const gfn_scratch *scratch, size_t n,
                      const int32_t *row)
{
    const gfn_rows *r = source->rows;
    const gfn_real *log_flow = gfn_frame_reals(r->frame, r->policy.log_flow);
    const size_t stride = gfn_tape_stride(r->policy.tape, r->policy.log_flow);
    const bool looks_forward = (source->objective->needs & GFN_LOOKS_FORWARD) != 0;
    for (size_t t = 0; t < n; t++)
        scratch->flow[t] =
            (double)log_flow[(size_t)row[t] * stride] + (looks_forward ? scratch->reward[t] : 0);
}

static void fill_target(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i,
                        gfn_terms *terms)
{
    const unsigned needs = source->objective->needs;
    const int32_t *row = source->log->row + i * source->log->max_steps;
    for (size_t t = 1; t < terms->n_steps; t++)
        scratch->target[t] =
            source->target[row[t]] + (needs & GFN_LOOKS_FORWARD ? scratch->reward[t] : 0);
    *scratch->residuals = *source->residuals;
    if (needs & GFN_NEEDS_FLOW)
        scratch->residuals->target_flow = scratch->target;
    else
        scratch->residuals->target_stop = scratch->target;
    terms->residuals = scratch->residuals;
}

/* The last element is the flow into the end of x. */
static void fill_inflow(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i,
                        size_t n)
{
    const gfn_rows *r = source->rows;
    const gfn_trajectories *log = source->log;
    const size_t last = i * log->max_steps + n - 1;
    for (size_t t = 1; t < n; t++)
        scratch->inflow[t] = r->log_inflow[log->row[i * log->max_steps + t]];
    if (log->action[last] != r->stop_action) {
        scratch->inflow[n] = r->log_inflow[log->end_row[i]];
        return;
    }
    const gfn_real *log_pf = gfn_frame_reals(r->frame, r->policy.log_pf);
    const size_t at = (size_t)log->row[last] * r->n_actions + (size_t)log->action[last];
    scratch->inflow[n] = scratch->flow[n - 1] + (double)log_pf[at];
}

void gfn_terms_fill(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i,
                    gfn_terms *terms)
{
    const gfn_rows *r = source->rows;
    const unsigned needs = source->objective->needs;
    const size_t n = terms->n_steps;
    const int32_t *row = source->log->row + i * source->log->max_steps;
    const gfn_real *log_pf = gfn_frame_reals(r->frame, r->policy.log_pf);
    for (size_t t = 0; t < n && (needs & (GFN_NEEDS_REWARDS | GFN_LOOKS_FORWARD)); t++)
        scratch->reward[t] = r->log_reward[row[t]];
    for (size_t t = 0; t < n && (needs & GFN_NEEDS_STOP); t++)
        scratch->stop[t] = (double)log_pf[(size_t)row[t] * r->n_actions + (size_t)r->stop_action];
    if (needs & GFN_NEEDS_FLOW)
        fill_flow(source, scratch, n, row);
    if ((needs & GFN_NEEDS_INFLOW) && n > 0)
        fill_inflow(source, scratch, i, n);
    if (source->target)
        fill_target(source, scratch, i, terms);
    terms->log_rewards = needs & GFN_NEEDS_REWARDS ? scratch->reward : NULL;
    terms->log_stop = needs & GFN_NEEDS_STOP ? scratch->stop : NULL;
    terms->log_flow = needs & GFN_NEEDS_FLOW ? scratch->flow : NULL;
    terms->log_inflow = needs & GFN_NEEDS_INFLOW ? scratch->inflow : NULL;
}

static const char *hint_for(double log_reward, const gfn_env_ops *kind)
{
    if (!isfinite(log_reward))
        return "a reward that is positive and finite everywhere";
    if (fabs(log_reward) > 1e5 && gfn_option_find(kind->options, "standardize"))
        return "--standardize yes, fewer rows of data, or a smaller --beta";
    if (fabs(log_reward) > 1e5)
        return "add a constant to log R, so that it is within +-1e5: log Z changes by the same";
    return "a smaller --lr or --lr-logz";
}

gfn_status gfn_terms_refuse(const gfn_terms_source *source, const gfn_scratch *scratch, size_t i)
{
    const gfn_terms terms = gfn_terms_find(source, scratch, i);
    gfn_derivatives d = scratch->derivatives;
    char text[200];
    return gfn_fail(isfinite(terms.log_reward) ? GFN_ENUMERIC : GFN_EENV,
                    "trajectory %lld of %s to the object %s of %s: loss %g (log R %g, log P_F %g, "
                    "log P_B %g, log Z %g), expected a finite loss, with derivatives and an "
                    "estimate of log Z within +-2^20 (hint: %s)",
                    (long long)source->log->first + (long long)i, source->objective->name,
                    gfn_env_state_text(source->rows->env,
                                       source->log->terminal + i * source->log->state_width, text,
                                       sizeof text),
                    gfn_env_kind_of(source->rows->env)->name, source->objective->loss(&terms, &d),
                    terms.log_reward, terms.sum_log_pf, terms.sum_log_pb, terms.log_z,
                    hint_for(terms.log_reward, gfn_env_kind_of(source->rows->env)));
}
