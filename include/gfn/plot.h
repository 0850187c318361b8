/* SPDX-License-Identifier: MIT
 *
 * gfn/plot.h - colors of heat maps.
 */
#ifndef GFN_PLOT_H
#define GFN_PLOT_H

#include <stdbool.h>
#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Red, green and blue of a fraction, 0 ... 1, in the color map viridis, from dark violet to bright
 * yellow. A fraction below 0, or NAN, counts as 0, one above 1 as 1. */
GFN_API void gfn_viridis(double fraction, uint8_t rgb[3]);

/* Whether this build can draw pictures, because it was configured with Cairo. */
GFN_API bool gfn_plot_is_built(void);

GFN_END_DECLS

#endif
