/* SPDX-License-Identifier: MIT
 *
 * reward/scale.h - from values to log R: the options that all sources share.
 */
#ifndef REWARD_SCALE_H
#define REWARD_SCALE_H

#include <stdbool.h>

#include <gfn/options.h>

enum gfn_normalize { GFN_NORMALIZE_NONE, GFN_NORMALIZE_MINMAX, GFN_NORMALIZE_MAX };

typedef struct gfn_reward_scale {
    double beta;      /* exponent */
    double log_scale; /* log C */
    double log_floor; /* log F; -INFINITY: none */
    bool floor_first; /* the floor is under y, not under y^beta */
    enum gfn_normalize normalize;
} gfn_reward_scale;

/* Rows of the options, for the table of a run. */
/* clang-format off */
#define GFN_REWARD_OPTIONS \
    {"table", GFN_OPTION_PATH, "", 0, 0, NULL, "Reward", \
     "values of all objects: a .npy file with one axis per slot of an object, or lines of object " \
     "and value (.csv, .tsv, also .gz)"}, \
    {"modes", GFN_OPTION_PATH, "", 0, 0, "bitseq:", "Reward", \
     "rewards by the distance to the nearest of these objects: a file with one per line, or " \
     "bitseq:60, as many random ones of Malkin et al. 2022"}, \
    {"mode-reward", GFN_OPTION_WORD, "hamming", 0, 0, "hamming|hamming-mean", "Reward", \
     "log R of modes: minus the Hamming distance, or that divided by the length"}, \
    {"mode-distance", GFN_OPTION_INT, "0", 0, 65536, NULL, "Reward", \
     "a mode is found by an object within this Hamming distance, in characters of the text"}, \
    {"reward-normalize", GFN_OPTION_WORD, "none", 0, 0, "none|minmax|max", "Reward", \
     "values of a table are used as they are, mapped to 0 ... 1, or divided by the largest"}, \
    {"beta", GFN_OPTION_NUMBER, "1", 0, 1e6, NULL, "Reward", "exponent of the reward"}, \
    {"reward-floor", GFN_OPTION_NUMBER, "0", 0, 1e300, NULL, "Reward", \
     "least reward before reward-scale; 0: none"}, \
    {"floor-first", GFN_OPTION_WORD, "no", 0, 0, "yes|no", "Reward", \
     "the floor is that of the value, before beta, instead of that of the reward"}, \
    {"reward-scale", GFN_OPTION_NUMBER, "1", 1e-300, 1e300, NULL, "Reward", \
     "factor of all rewards"},
/* clang-format on */

/* Read the options; a set without them has the defaults. `is_table`: the values are those of a
 * table. Errors: GFN_EINVAL (an option that has no effect). */
gfn_status gfn_reward_scale_init(const gfn_options *options, bool is_table,
                                 gfn_reward_scale *scale);

/* Whether log R is log y. */
bool gfn_reward_scale_is_identity(const gfn_reward_scale *scale);

/* log R of a value whose logarithm is log_y, which may be -INFINITY. */
double gfn_reward_scale_log(const gfn_reward_scale *scale, double log_y);

/* Turn n values of a table, in place, into log R; -INFINITY stands for R = 0. Values that are NAN
 * stay so, and do not count. Errors: GFN_EINVAL (values that cannot be normalised; negative ones:
 * *index is the first). */
gfn_status gfn_reward_scale_values(const gfn_reward_scale *scale, size_t n, double *value,
                                   size_t *index);

#endif
