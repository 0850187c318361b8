/* SPDX-License-Identifier: MIT
 *
 * summary/bands.h - the mean of the curves of several seeds, with the band that they fill.
 */
#ifndef SUMMARY_BANDS_H
#define SUMMARY_BANDS_H

#include "base/memory.h"
#include "plot/picture.h"

typedef struct gfn_band {
    gfn_series mean;  /* with the smallest and the largest value as low and high */
    size_t n;         /* curves that have points */
    gfn_series *rest; /* [n] each curve after the end of the mean; n = 0 points: it ends there */
} gfn_band;

/* The band of n curves, whose x must grow. Curves may have points at different x: between two
 * points a curve has the values of the line that is drawn there, which on a logarithmic scale is
 * straight in the logarithm. The mean has points where any of the curves has one, from the x where
 * all of them have begun to that where the first one ends. Points that are not finite, or not
 * positive on a logarithmic scale, are left out, and so are curves without points. The result is in
 * the arena. Errors: GFN_ENOMEM. */
gfn_status gfn_band_make(gfn_arena *arena, size_t n, const gfn_series *curve, bool is_log,
                         gfn_band *band);

#endif
