/* SPDX-License-Identifier: MIT
 *
 * plot/picture.h - a picture as a record: heat maps, points and curves, and where they stand.
 *
 * Who fills it in decides what is shown; this room decides what it looks like. All arrays and
 * texts are borrowed for the call. Numbers that are not finite are not shown.
 */
#ifndef PLOT_PICTURE_H
#define PLOT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/status.h>

enum {
    GFN_PICTURE_LINES = 3,  /* of the title */
    GFN_PICTURE_AXES = 5,   /* dimensions that a corner shows at most */
    GFN_PICTURE_CURVES = 3, /* panels of curves */
    GFN_PICTURE_MAPS = GFN_PICTURE_AXES * (GFN_PICTURE_AXES - 1) / 2
};

/* Numbers over a grid of cells, the first row on top. `extent` is how many cells of the world's a
 * side has, where several of them stand in one of these. */
typedef struct gfn_map {
    size_t rows, columns;
    const double *value; /* [rows][columns] */
    double extent[2];    /* down, to the right */
} gfn_map;

/* A distribution over a grid by its marginals over pairs of axes: of the axes i > j the map
 * i (i - 1) / 2 + j has i down and j to the right. With two axes it is one map, with more a
 * triangle. */
typedef struct gfn_corner {
    const char *title;
    size_t n_axes; /* 2 ... GFN_PICTURE_AXES */
    const char *axis[GFN_PICTURE_AXES];
    gfn_map map[GFN_PICTURE_MAPS];
} gfn_corner;

/* y over x. */
typedef struct gfn_series {
    const char *name; /* NULL: it is not told apart */
    size_t n;
    const double *x, *y;
    int color; /* 0, 1, ...: one of several that are easy to tell apart; -1: the text's */
    bool is_dashed;
} gfn_series;

typedef struct gfn_panel {
    const char *title, *x_name;
    bool is_log;         /* y has a logarithmic scale */
    bool is_points;      /* points instead of lines */
    bool is_cells;       /* x counts cells: lines are drawn as steps */
    double level;        /* a dashed line at this y; NAN: none */
    double shift;        /* a dashed line at y = x + shift; NAN: none */
    const char *nothing; /* what is said where there is nothing to show */
    size_t n;
    const gfn_series *series; /* [n] */
} gfn_panel;

/* A row of the table under a comparison. */
typedef struct gfn_legend {
    int color;
    const char *text;
} gfn_legend;

typedef struct gfn_picture {
    const char *title[GFN_PICTURE_LINES]; /* NULL: left out */
    size_t n_corners;                     /* maps side by side, in one scale, from 0 to `most` */
    const gfn_corner *corner;
    double most;
    bool is_clipped;        /* there are numbers above `most` */
    const char *scale_name; /* what they are */
    const gfn_panel *plain; /* a large panel instead of corners; NULL: none */
    size_t n_curves;
    const gfn_panel *curve; /* [n_curves], <= GFN_PICTURE_CURVES */
    size_t n_legend;
    const gfn_legend *legend;
} gfn_picture;

/* Whether a picture can be saved under this name, which ends in .png or .pdf.
 * Errors: GFN_ENOSUP (a build without Cairo), GFN_EINVAL. */
gfn_status gfn_picture_check(const char *path);

/* Draw it in the form that the name tells, and replace the file atomically. The same picture gives
 * the same bytes on one machine. Errors: those of gfn_picture_check(), GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_picture_save(const gfn_picture *picture, const char *path);

#endif
