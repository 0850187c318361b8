/* SPDX-License-Identifier: MIT
 *
 * With y a value, beta the exponent, F the floor and C the scale:
 *
 *     log R = log C + max(beta log y, log F)         or, with the floor first,
 *     log R = log C + beta max(log y, log F)
 *
 * Both orders are in use: the first in Shen et al. 2023 (arXiv:2305.07170) for TFBind8, the second
 * for QM9. To check by: with C = 10, F = 1e-3 and beta = 3, y = 0.5 gives R = 1.25, and y = 0 gives
 * R = 0.01; with the floor first, y = 0 gives R = 1e-8.
 */
#include "reward/scale.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static double number_of(const gfn_options *options, const char *name, double fallback)
{
    return gfn_options_has(options, name) ? gfn_options_number(options, name) : fallback;
}

static bool is_word(const gfn_options *options, const char *name, const char *word)
{
    return gfn_options_has(options, name) && strcmp(gfn_options_text(options, name), word) == 0;
}

static enum gfn_normalize normalize_of(const gfn_options *options)
{
    if (is_word(options, "reward-normalize", "minmax"))
        return GFN_NORMALIZE_MINMAX;
    return is_word(options, "reward-normalize", "max") ? GFN_NORMALIZE_MAX : GFN_NORMALIZE_NONE;
}

gfn_status gfn_reward_scale_init(const gfn_options *options, bool is_table, gfn_reward_scale *scale)
{
    *scale = (gfn_reward_scale){
        .beta = number_of(options, "beta", 1),
        .log_scale = log(number_of(options, "reward-scale", 1)),
        .log_floor = log(number_of(options, "reward-floor", 0)),
        .floor_first = is_word(options, "floor-first", "yes"),
        .normalize = normalize_of(options),
    };
    if (!is_table && scale->normalize != GFN_NORMALIZE_NONE)
        return gfn_fail(GFN_EINVAL,
                        "reward-normalize: expected none, because only the values of a table are "
                        "normalised, found %s (hint: --table FILE)",
                        gfn_options_text(options, "reward-normalize"));
    if (scale->floor_first && isinf(scale->log_floor))
        return gfn_fail(GFN_EINVAL, "floor-first: expected a floor beside it, found none (hint: "
                                    "--reward-floor 1e-3)");
    return GFN_OK;
}

bool gfn_reward_scale_is_identity(const gfn_reward_scale *s)
{
    return !(s->beta < 1 || s->beta > 1 || s->log_scale < 0 || s->log_scale > 0) &&
           isinf(s->log_floor) && s->normalize == GFN_NORMALIZE_NONE;
}

/* 0^0 is 1, as in y^beta. */
static double log_power(double beta, double log_y)
{
    return beta > 0 ? beta * log_y : 0;
}

double gfn_reward_scale_log(const gfn_reward_scale *s, double log_y)
{
    if (s->floor_first)
        return s->log_scale + log_power(s->beta, fmax(log_y, s->log_floor));
    return s->log_scale + fmax(log_power(s->beta, log_y), s->log_floor);
}

/* ---- values of a table ---- */

static gfn_status normalize(const gfn_reward_scale *s, size_t n, double *value)
{
    double least = INFINITY, most = -INFINITY;
    if (s->normalize == GFN_NORMALIZE_NONE)
        return GFN_OK;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, value[i]); /* both ignore NAN */
        most = fmax(most, value[i]);
    }
    const double from = s->normalize == GFN_NORMALIZE_MINMAX ? least : 0;
    if (isinf(most - from))
        return gfn_fail(GFN_EINVAL,
                        "expected values whose difference is finite, found %g to %g (hint: divide "
                        "them)",
                        least, most);
    if (!(most > from))
        return gfn_fail(GFN_EINVAL,
                        "expected values that differ, or a largest one above 0, to normalise them, "
                        "found %g to %g (hint: --reward-normalize none)",
                        least, most);
    for (size_t i = 0; i < n; i++)
        value[i] = (value[i] - from) / (most - from);
    return GFN_OK;
}

/* A negative value may lie under a floor that comes first. */
gfn_status gfn_reward_scale_values(const gfn_reward_scale *s, size_t n, double *value,
                                   size_t *index)
{
    *index = 0;
    GFN_TRY(normalize(s, n, value));
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i]))
            continue;
        if (value[i] < 0 && !s->floor_first) {
            *index = i;
            return gfn_fail(GFN_EINVAL,
                            "expected values of 0 or more, found %g (hint: --reward-normalize "
                            "minmax, or --reward-floor F --floor-first yes)",
                            value[i]);
        }
        value[i] = gfn_reward_scale_log(s, log(fmax(value[i], 0)));
    }
    return GFN_OK;
}
