/* SPDX-License-Identifier: MIT
 *
 * Captions of a picture: the environment of a run, its method and its results.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <gfn/report.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"
#include "summary/portrait.h"

enum { MOST_TEXT = 400 };

/* Topics of options that do not affect the result; options that are always shown. */
static const char *const quiet_topics[] = {"Problem", "Running", "Output", NULL};
static const char *const always[] = {"hidden", "batch-size", "lr", "seed", NULL};

static void append(char *text, const char *format, ...) GFN_PRINTF(2, 3);
static void append(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    gfn_format_list(text + used, MOST_TEXT - used, format, arguments);
    va_end(arguments);
}

/* "hypergrid: size 16, ndim 2, reward original" */
static gfn_status describe_env(const gfn_options *options, char *text)
{
    const gfn_env_ops *ops;
    const char *separator = ": ";
    GFN_TRY(gfn_env_open(gfn_options_text(options, "env"), &ops));
    append(text, "%s", ops->name);
    for (const gfn_option *row = ops->options; row && row->name; row++) {
        if (!gfn_options_is_set(options, row->name))
            continue;
        append(text, "%s%s %s", separator, row->name, gfn_options_text(options, row->name));
        separator = ", ";
    }
    return GFN_OK;
}

/* "tb, hidden 32, batch-size 256, lr 0.005, seed 0": the options that are always shown, then those
 * that differ from the default. */
static void describe_method(const gfn_options *options, char *text)
{
    append(text, "%s", gfn_options_text(options, "objective"));
    for (const gfn_option *row = gfn_run_option_rows(); row->name; row++) {
        const char *value = gfn_options_text(options, row->name);
        const bool is_default = strcmp(value, row->fallback) == 0;
        if (gfn_is_among(always, row->name) ||
            (!is_default && !gfn_is_among(quiet_topics, row->topic) &&
             strcmp(row->name, "objective") != 0 && strcmp(row->name, "iterations") != 0))
            append(text, ", %s %s", row->name, value);
    }
}

/* Append the metrics that are shown in `where`, "L1 0.2, TV 0.1", and then `end`. */
static void describe_metrics(const gfn_evaluation *e, unsigned where, const char *end, char *text)
{
    const gfn_report report = {.last.evaluation = *e};
    const char *separator = "";
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        if (!(metric->shown & where))
            continue;
        append(text, "%s%s %.*g", separator, metric->heading, metric->digits,
               gfn_metric_value(metric, &report));
        separator = ", ";
    }
    append(text, "%s", end);
}

static void describe_result(const gfn_evaluation *e, const gfn_draw *draw, char *text)
{
    if (e->is_exact)
        describe_metrics(e, GFN_IN_REPORT, "; ", text);
    append(text, "log Z %.4f", e->log_z);
    if (!isnan(e->log_z_error))
        append(text, " (error %+.2g)", e->log_z_error);
    if (draw->n > 0 && !isnan(draw->l1))
        append(text, "; samples: L1 %.3g, a perfect sampler %.3g", draw->l1, draw->l1_noise_floor);
    if (draw->n > 0 && draw->modes >= 0) {
        append(text, "; %" PRId64, draw->modes);
        if (draw->n_modes >= 0)
            append(text, " of %" PRId64, draw->n_modes);
        append(text, " mode%s", gfn_plural(draw->n_modes >= 0 ? draw->n_modes : draw->modes));
    }
}

/* Text for a row of a table. */
static void describe_briefly(const gfn_evaluation *e, const gfn_draw *draw, char *text)
{
    if (e->is_exact)
        describe_metrics(e, GFN_IN_CAPTION, ", ", text);
    append(text, isnan(e->log_z_error) ? "log Z %.4f" : "log Z error %+.2g",
           isnan(e->log_z_error) ? e->log_z : e->log_z_error);
    if (draw->n > 0 && draw->modes >= 0)
        append(text, ", %" PRId64 " mode%s", draw->modes, gfn_plural(draw->modes));
}

static gfn_status take_text(gfn_portrait *p, char **text, const char **kept)
{
    GFN_TRY(gfn_arena_take(p->arena, MOST_TEXT, 1, text));
    *kept = *text;
    return GFN_OK;
}

gfn_status gfn_portrait_describe(gfn_portrait *p, const gfn_evaluation *evaluation,
                                 const gfn_draw *draw, int64_t iteration)
{
    const gfn_options *o = p->options;
    char *text;
    GFN_TRY(take_text(p, &text, &p->env));
    GFN_TRY(describe_env(o, text));
    GFN_TRY(take_text(p, &text, &p->method));
    describe_method(o, text);
    GFN_TRY(take_text(p, &text, &p->length));
    if (evaluation)
        append(text, "%" PRId64 " of ", iteration);
    append(text, "%s iteration%s", gfn_options_text(o, "iterations"),
           gfn_plural(gfn_options_int(o, "iterations")));
    if (evaluation == NULL) {
        p->result = p->brief = "no checkpoint yet";
        return GFN_OK;
    }
    GFN_TRY(take_text(p, &text, &p->result));
    describe_result(evaluation, draw, text);
    GFN_TRY(take_text(p, &text, &p->brief));
    describe_briefly(evaluation, draw, text);
    return GFN_OK;
}

static bool is_shared(const gfn_portrait *all, size_t n, const char *name)
{
    for (size_t i = 1; i < n; i++)
        if (!gfn_options_is_same(all[0].options, all[i].options, name))
            return false;
    return true;
}

const char *gfn_portrait_differences(const gfn_portrait *p, const gfn_portrait *all, size_t n,
                                     char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < gfn_options_count(p->options) && used < size; i++) {
        const gfn_option *row = gfn_options_row(p->options, i);
        const char *value = gfn_options_text(p->options, row->name);
        if (gfn_is_among(quiet_topics + 1, row->topic) || is_shared(all, n, row->name))
            continue;
        used += (size_t)gfn_format(text + used, size - used, "%s%s %s", used ? ", " : "", row->name,
                                   value[0] ? value : "unset");
    }
    return text;
}
