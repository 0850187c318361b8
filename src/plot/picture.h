/* SPDX-License-Identifier: MIT
 *
 * plot/picture.h - the contents of a picture: heat maps, points and curves.
 *
 * The caller decides what is shown; this room decides what it looks like. All arrays and texts are
 * borrowed for the call. Numbers that are not finite are not shown.
 */
#ifndef PLOT_PICTURE_H
#define PLOT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/status.h>

enum {
    GFN_PICTURE_LINES = 3,   /* lines of the title */
    GFN_PICTURE_AXES = 5,    /* most dimensions of a corner plot */
    GFN_PICTURE_CURVES = 3,  /* panels of curves */
    GFN_PICTURE_STYLES = 18, /* styles of series that look different: 6 colors, each as a solid,
                              * dashed and dotted line */
    GFN_PICTURE_MAPS = GFN_PICTURE_AXES * (GFN_PICTURE_AXES - 1) / 2
};

/* A heat map of numbers; the first row is on top. */
typedef struct gfn_map {
    size_t rows, columns;
    const double *value; /* [rows][columns]; NAN: a cell that is left empty */
    double extent[2];    /* cells of the environment down and to the right; more than rows or
                          * columns if a value is for several cells */
    const char *const *label[2]; /* [extent] of the cells down and to the right, of which as many
                                  * are shown as have room; NULL: their numbers */
} gfn_map;

/* A corner plot: a distribution over a grid, shown as its marginals over pairs of axes. For the
 * axes i > j, map i (i - 1) / 2 + j has axis i down and axis j to the right. Two axes give one map,
 * more give a triangle of maps. */
typedef struct gfn_corner {
    const char *title;
    size_t n_axes; /* 2 ... GFN_PICTURE_AXES */
    const char *axis[GFN_PICTURE_AXES];
    gfn_map map[GFN_PICTURE_MAPS];
    double flatness; /* of two axes: height of the map divided by its width; 0: 1 */
} gfn_corner;

/* Points (x, y). */
typedef struct gfn_series {
    const char *name; /* NULL: not shown */
    size_t n;
    const double *x, *y;
    const double *low, *high; /* [n] a band around y; NULL: none */
    int style;                /* < GFN_PICTURE_STYLES: color, dash and marker; -1: dashed, in the
                               * color of text */
    bool is_thin;             /* a line in the background, without markers */
} gfn_series;

typedef struct gfn_panel {
    const char *title, *x_name;
    bool is_log;              /* y has a logarithmic scale */
    bool is_points;           /* points instead of lines */
    bool is_cells;            /* x are numbers of cells: lines are drawn as steps */
    double step;              /* the width of a step of cells whose x are other numbers; 0: 1 */
    const char *const *label; /* of cells: [n] instead of the numbers 0 ... n - 1; NULL: numbers */
    bool is_whole;            /* x are whole numbers */
    double level;             /* a dashed line at this y; NAN: none */
    double shift;             /* a dashed line at y = x + shift; NAN: none */
    const double *upright;    /* a dashed line at this x; NULL: none */
    const char *nothing;      /* text if there is nothing to show */
    size_t n;
    const gfn_series *series; /* [n] */
} gfn_panel;

/* A table, whose first column has the labels of its rows, each with a sample of a style. */
typedef struct gfn_table {
    size_t rows, columns;
    const char *const *heading; /* [columns] */
    const char *const *cell;    /* [rows][columns] */
    const int *style;           /* [rows] as of a series; -1: none */
    const char *note;           /* below it; NULL: none */
} gfn_table;

typedef struct gfn_picture {
    const char *title[GFN_PICTURE_LINES]; /* NULL: left out */
    size_t n_corners;                     /* corner plots side by side, all in one color scale */
    const gfn_corner *corner;
    double most;            /* end of the color scale, which begins at 0 */
    bool is_clipped;        /* some values are above `most` */
    const char *scale_name; /* name of the color scale */
    const char *tile_title;
    size_t n_tiles; /* small maps without marks in a row, with values from 0 to 1; fewer are
                     * drawn if the page is narrow */
    const gfn_map *tile;
    size_t n_plain; /* large panels below the maps */
    const gfn_panel *plain;
    size_t n_curves;
    const gfn_panel *curve; /* [n_curves], <= GFN_PICTURE_CURVES */
    const char *note;       /* below the curves; NULL: none */
    const gfn_table *table; /* below all; NULL: none */
} gfn_picture;

/* Most maps of corner plots with this number of axes in a picture: more would be too small. */
size_t gfn_picture_most_corners(size_t n_axes);

/* Whether a picture can be saved under this name, whose ending is that of a known format, with this
 * width (NULL: as usual), such as "1600px" for pixels and "180mm" or "7in" for vector formats.
 * Errors: GFN_ENOSUP (a build without Cairo), GFN_EINVAL. */
gfn_status gfn_picture_check(const char *path, const char *width);

/* Draw the picture in the format that the ending of the name gives, and replace the file
 * atomically. Equal pictures give equal bytes on one machine. Errors: those of gfn_picture_check(),
 * GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_picture_save(const gfn_picture *picture, const char *path, const char *width);

#endif
