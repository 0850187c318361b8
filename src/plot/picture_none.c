/* SPDX-License-Identifier: MIT
 *
 * Replaces picture.c in builds without Cairo.
 */
#include <gfn/plot.h>

#include "base/error.h"
#include "plot/picture.h"

bool gfn_plot_is_built(void)
{
    return false;
}

size_t gfn_picture_most_corners(size_t n_axes)
{
    return n_axes;
}

gfn_status gfn_picture_check(const char *path, const char *width)
{
    (void)width;
    return gfn_fail(GFN_ENOSUP,
                    "%s: this build draws no pictures (hint: apt-get install libcairo2-dev, then "
                    "configure and build again)",
                    path);
}

gfn_status gfn_picture_save(const gfn_picture *picture, const char *path, const char *width)
{
    (void)picture;
    return gfn_picture_check(path, width);
}
