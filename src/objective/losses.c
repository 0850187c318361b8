/* SPDX-License-Identifier: MIT
 *
 * Losses g of a residual delta: Hu, Zhang, Li and Huang, "Beyond squared error: exploring loss
 * design for enhanced training of generative flow networks", ICLR 2025, arXiv:2410.02596; and
 * Huber, "Robust estimation of a location parameter", 1964, doi:10.1214/aoms/1177703732.
 *
 *     square     delta^2
 *     huber(c)   delta^2 up to |delta| = c, then 2 c |delta| - c^2
 *     linex(a)   (e^(a delta) - a delta - 1) 2/a^2
 *     cosh       e^delta + e^-delta - 2
 *
 * All have the curvature 2 at 0. From some residual outwards, a loss is its tangent there: that of
 * the square at +-c is the Huber loss, and the exponentials keep |g'| <= 2^16 (linex(1) from 10.4
 * on, cosh from 11.1 on).
 *
 * To check by: at delta = 2, huber(1) is 3 with slope 2, linex(1) 2 (e^2 - 3) = 8.7781, cosh
 * 5.5244; at delta = -2, linex(1) is 2 (e^-2 + 1) = 2.2707.
 */
#include "objective/residuals.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static double square_value(double scale, double delta)
{
    (void)scale;
    return delta * delta;
}

static double square_slope(double scale, double delta)
{
    (void)scale;
    return 2 * delta;
}

static void huber_range(double c, double *least, double *most)
{
    *least = -c;
    *most = c;
}

/* expm1() keeps the digits of small residuals. */
static double linex_value(double a, double delta)
{
    return (expm1(a * delta) - a * delta) * 2 / (a * a);
}

static double linex_slope(double a, double delta)
{
    return expm1(a * delta) * 2 / a;
}

/* On one side the slope stays within 2/|a|. */
static void linex_range(double a, double *least, double *most)
{
    const double end = log1p(GFN_SLOPE_LIMIT * fabs(a) / 2) / a;
    *least = a < 0 ? end : -INFINITY;
    *most = a < 0 ? INFINITY : end;
}

/* 2 cosh delta - 2 = (2 sinh(delta / 2))^2 */
static double cosh_value(double scale, double delta)
{
    (void)scale;
    const double root = 2 * sinh(delta / 2);
    return root * root;
}

static double cosh_slope(double scale, double delta)
{
    (void)scale;
    return 2 * sinh(delta);
}

static void cosh_range(double scale, double *least, double *most)
{
    (void)scale;
    *most = asinh(GFN_SLOPE_LIMIT / 2);
    *least = -*most;
}

static const gfn_loss_kind kinds[] = {
    {.name = "square",
     .summary = "delta^2",
     .source = "Bengio et al. 2021, arXiv:2106.04399",
     .value = square_value,
     .slope = square_slope},
    {.name = "huber",
     .summary = "delta^2 up to |delta| = c, then linear: outliers count less",
     .source = "Deleu et al. 2022, arXiv:2202.13903",
     .scale = 1,
     .value = square_value,
     .slope = square_slope,
     .range = huber_range},
    {.name = "linex",
     .summary = "(e^(a delta) - a delta - 1) 2/a^2: exponential on one side, linear on the other",
     .source = "Hu et al. 2025, arXiv:2410.02596",
     .scale = 1,
     .has_sign = true,
     .value = linex_value,
     .slope = linex_slope,
     .range = linex_range},
    {.name = "cosh",
     .summary = "e^delta + e^-delta - 2: exponential on both sides",
     .source = "Hu et al. 2025, arXiv:2410.02596",
     .value = cosh_value,
     .slope = cosh_slope,
     .range = cosh_range},
};

size_t gfn_loss_kinds(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const gfn_loss_kind *gfn_loss_kind_of(size_t index)
{
    return index < gfn_loss_kinds() ? &kinds[index] : NULL;
}

const char *gfn_loss_name(size_t index)
{
    return index < gfn_loss_kinds() ? kinds[index].name : NULL;
}

const gfn_loss_kind *gfn_loss_find(const char *name)
{
    for (size_t i = 0; i < gfn_loss_kinds(); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

/* Of other scales the square is as good, or sums would lose digits. */
static const double least_scale = 1e-3, most_scale = 1e3;

static gfn_status check_scale(const gfn_loss_kind *kind, double scale)
{
    const double size = kind->has_sign ? fabs(scale) : scale;
    if (kind->scale == 0)
        return gfn_fail(GFN_EINVAL,
                        "loss-scale: expected none, as the loss %s has no scale, found %g (hint: "
                        "leave it out, or --loss huber)",
                        kind->name, scale);
    if (size >= least_scale && size <= most_scale)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "loss-scale: expected a number from %g to %g%s for the loss %s, found %g "
                    "(hint: --loss-scale %g)",
                    least_scale, most_scale, kind->has_sign ? ", or the negative of one," : "",
                    kind->name, scale, kind->scale);
}

gfn_status gfn_residual_loss_set(gfn_residual_loss *loss, const gfn_loss_kind *kind, double scale)
{
    if (isnan(scale))
        scale = kind->scale;
    else
        GFN_TRY(check_scale(kind, scale));
    *loss = (gfn_residual_loss){.kind = kind, .scale = scale, .least = -INFINITY, .most = INFINITY};
    if (kind->range)
        kind->range(scale, &loss->least, &loss->most);
    return GFN_OK;
}

/* NaN stays NaN. */
double gfn_residual_loss_at(const gfn_residual_loss *loss, double delta, double *slope)
{
    const gfn_loss_kind *kind = loss->kind;
    const double end = delta > loss->most ? loss->most : delta < loss->least ? loss->least : delta;
    *slope = kind->slope(loss->scale, end);
    return kind->value(loss->scale, end) + *slope * (delta - end);
}

double gfn_terms_loss(const gfn_terms *terms, double delta, double *slope)
{
    return gfn_loss_of(terms->residuals, delta, slope);
}
