/* SPDX-License-Identifier: MIT
 *
 * run/quantities.h - for the picture of the marginals: histograms of quantities of objects, such as
 * an energy, and images of a few samples. On rank 0.
 */
#ifndef RUN_QUANTITIES_H
#define RUN_QUANTITIES_H

#include <gfn/run.h>

enum { GFN_MOST_BINS = 60, GFN_MOST_IMAGES = 8 };

/* Shares of bins of equal width. If the values are multiples of a step, each bin has the same
 * number of possible values. */
typedef struct gfn_quantity {
    size_t bins;
    double first, width; /* the middle of the first bin */
    double sampled[GFN_MOST_BINS], target[GFN_MOST_BINS];
} gfn_quantity;

typedef struct gfn_quantities {
    size_t n;               /* rows of the marginals, if these have histograms; else 0 */
    gfn_quantity *quantity; /* [n] of their first column */
    bool has_target;        /* `target` is of objects that were drawn from the target */
    size_t n_images;        /* of the first samples */
    double *image;          /* [n_images][spec.image_axis] */
} gfn_quantities;

/* Describe n objects, and if the target can be drawn from, some of its. Earlier results are
 * replaced. Errors: GFN_ENOMEM, GFN_EENV. */
gfn_status gfn_run_find_quantities(gfn_run *run, int64_t n, const int32_t *objects);
void gfn_quantities_clear(gfn_quantities *quantities);

/* Choose the bins for n values, at least one; x [n] is sorted. */
void gfn_quantity_fit(size_t n, double *x, gfn_quantity *quantity);

#endif
