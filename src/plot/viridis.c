/* SPDX-License-Identifier: MIT
 *
 * The color map viridis (Stefan van der Walt and Nathaniel Smith, CC0): every 17th of the 256
 * colors that matplotlib has for it (lib/matplotlib/_cm_listed.py), with linear interpolation. No
 * channel differs from matplotlib's by more than 7 of 255. Known answer: 2/15 is (71, 47, 125).
 */
#include <gfn/plot.h>

#include <stddef.h>

static const uint8_t anchors[][3] = {
    {68, 1, 84},    {72, 26, 108},  {71, 47, 125},  {65, 68, 135},  {57, 86, 140},  {49, 104, 142},
    {42, 120, 142}, {35, 136, 142}, {31, 152, 139}, {34, 168, 132}, {53, 183, 121}, {84, 197, 104},
    {122, 209, 81}, {165, 219, 54}, {210, 226, 27}, {253, 231, 37}};

enum { LAST = sizeof anchors / sizeof anchors[0] - 1 };

void gfn_viridis(double fraction, uint8_t rgb[3])
{
    const double at = fraction > 0 ? fraction < 1 ? fraction * LAST : LAST : 0;
    const size_t below = at < LAST ? (size_t)at : LAST - 1;
    for (size_t i = 0; i < 3; i++) {
        const double begin = anchors[below][i], end = anchors[below + 1][i];
        rgb[i] = (uint8_t)(begin + (end - begin) * (at - (double)below) + 0.5);
    }
}
