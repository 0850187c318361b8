/* SPDX-License-Identifier: MIT
 *
 * gfn/plot.h - pictures: colours of heat maps.
 */
#ifndef GFN_PLOT_H
#define GFN_PLOT_H

#include <stdbool.h>
#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

/* Colour of a share of the whole, 0 ... 1, in the colour map viridis: red, green and blue, from
 * dark violet to bright yellow. Beyond the ends it is that of the end; NAN is 0. */
GFN_API void gfn_viridis(double share, uint8_t rgb[3]);

/* Whether this build draws pictures: it was configured with Cairo. */
GFN_API bool gfn_plot_is_built(void);

GFN_END_DECLS

#endif
