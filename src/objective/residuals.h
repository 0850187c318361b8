/* SPDX-License-Identifier: MIT
 *
 * objective/residuals.h - losses of residuals, as objectives and the gradient use them.
 */
#ifndef OBJECTIVE_RESIDUALS_H
#define OBJECTIVE_RESIDUALS_H

#include <gfn/objective.h>

/* No slope exceeds it: exponentials are continued by their tangents. It leaves derivatives, which
 * are sums of a few slopes, below the limit of the exact sums, 2^20 (step/derivatives.h). */
#define GFN_SLOPE_LIMIT 0x1p16

/* Set *loss to a loss of the table with this scale; NAN: its default. Errors: GFN_EINVAL (it has no
 * such scale). */
gfn_status gfn_residual_loss_set(gfn_residual_loss *loss, const gfn_loss_kind *kind, double scale);

/* g(delta) and *slope, g'(delta). */
double gfn_residual_loss_at(const gfn_residual_loss *loss, double delta, double *slope);

/* g(delta) and *slope, g'(delta), of gfn_terms.residuals. */
static inline double gfn_loss_of(const gfn_residual_terms *r, double delta, double *slope)
{
    if (r && r->loss)
        return gfn_residual_loss_at(r->loss, delta, slope);
    *slope = 2 * delta;
    return delta * delta;
}

/* Define `NAME`, the loss of an objective, by `formula`, double (const gfn_terms *, const
 * gfn_residual_terms *, gfn_derivatives *). This is compiled twice: most runs have residuals NULL,
 * and must not pay for what else there is. */
#define GFN_FORMULA static inline __attribute__((always_inline)) double
#define GFN_LOSS_BY(formula, NAME)                                                                 \
    static __attribute__((noinline)) double formula##_in_general(const gfn_terms *terms,           \
                                                                 gfn_derivatives *d)               \
    {                                                                                              \
        return formula(terms, terms->residuals, d);                                                \
    }                                                                                              \
                                                                                                   \
    NAME(const gfn_terms *terms, gfn_derivatives *d)                                               \
    {                                                                                              \
        return terms->residuals ? formula##_in_general(terms, d) : formula(terms, NULL, d);        \
    }

#endif
