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
#include "summary/groups.h"

enum { MOST_TEXT = GFN_CAPTION_TEXT };

/* Topics of options that do not affect the result; options that are always shown. */
static const char *const quiet_topics[] = {"Problem", "Running", "Output", NULL};
static const char *const always[] = {"objective", "hidden", "batch-size", "lr", "seed", NULL};
static const char *const elsewhere[] = {"iterations", NULL};

static void append(char *text, const char *format, ...) GFN_PRINTF(2, 3);
static void append(char *text, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    gfn_format_list(text + used, MOST_TEXT - used, format, arguments);
    va_end(arguments);
}

/* "hypergrid: size 16, ndim 2, reward original", without what differs among groups (NULL: none). */
static gfn_status describe_env(const gfn_options *options, const gfn_groups *groups, char *text)
{
    const gfn_env_ops *ops;
    const char *separator = ": ";
    GFN_TRY(gfn_env_open(gfn_options_text(options, "env"), &ops));
    append(text, "%s", ops->name);
    for (const gfn_option *row = ops->options; row && row->name; row++) {
        if (!gfn_options_is_set(options, row->name) ||
            (groups && gfn_groups_differ_in(groups, row)))
            continue;
        append(text, "%s%s %s", separator, row->name, gfn_options_text(options, row->name));
        separator = ", ";
    }
    return GFN_OK;
}

/* Whether a title shows the option: some always, others if they differ from the default. Titles of
 * groups have neither seeds nor what differs. */
static bool is_told(const gfn_options *options, const gfn_groups *groups, const gfn_option *row)
{
    const bool is_default = strcmp(gfn_options_text(options, row->name), row->fallback) == 0;
    if (groups && (strcmp(row->name, "seed") == 0 || gfn_groups_differ_in(groups, row)))
        return false;
    return gfn_is_among(always, row->name) ||
           (!is_default && !gfn_is_among(quiet_topics, row->topic) &&
            !gfn_is_among(elsewhere, row->name));
}

/* "tb, hidden 32, batch-size 256, lr 0.005, seed 0" */
static void describe_method(const gfn_options *options, const gfn_groups *groups, char *text)
{
    const char *separator = "";
    for (const gfn_option *row = gfn_run_option_rows(); row->name; row++) {
        const char *value = gfn_options_text(options, row->name);
        if (!is_told(options, groups, row))
            continue;
        if (strcmp(row->name, "objective") == 0)
            append(text, "%s%s", separator, value);
        else
            append(text, "%s%s %s", separator, row->name, value);
        separator = ", ";
    }
}

/* Append the metrics of the report, "L1 0.2, TV 0.1; ". */
static void describe_metrics(const gfn_evaluation *e, char *text)
{
    const gfn_report report = {.last.evaluation = *e};
    const char *separator = "";
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        if (!(metric->shown & GFN_IN_REPORT))
            continue;
        append(text, "%s%s %.*g", separator, metric->heading, metric->digits,
               gfn_metric_value(metric, &report));
        separator = ", ";
    }
    append(text, "; ");
}

static void describe_result(const gfn_evaluation *e, const gfn_draw *draw, char *text)
{
    if (e->is_exact)
        describe_metrics(e, text);
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
    GFN_TRY(describe_env(o, NULL, text));
    GFN_TRY(take_text(p, &text, &p->method));
    describe_method(o, NULL, text);
    GFN_TRY(take_text(p, &text, &p->length));
    if (evaluation)
        append(text, "%" PRId64 " of ", iteration);
    append(text, "%s iteration%s", gfn_options_text(o, "iterations"),
           gfn_plural(gfn_options_int(o, "iterations")));
    if (evaluation == NULL) {
        p->result = "no checkpoint yet";
        return GFN_OK;
    }
    GFN_TRY(take_text(p, &text, &p->result));
    describe_result(evaluation, draw, text);
    return GFN_OK;
}

void gfn_groups_describe_differences(const gfn_groups *groups, char text[GFN_CAPTION_TEXT])
{
    text[0] = '\0';
    for (size_t i = 0; i < groups->n; i++) { /* environments may have other options */
        const gfn_options *options = groups->group[i].run[0]->options;
        for (size_t k = 0; k < gfn_options_count(options); k++) {
            const gfn_option *row = gfn_options_row(options, k);
            bool is_named = !gfn_groups_differ_in(groups, row);
            for (size_t other = 0; other < i && !is_named; other++)
                is_named = gfn_options_has(groups->group[other].run[0]->options, row->name);
            if (!is_named)
                append(text, "%s%s", text[0] ? ", " : "", row->name);
        }
    }
}

gfn_status gfn_groups_describe_env(const gfn_groups *groups, char text[GFN_CAPTION_TEXT])
{
    const gfn_options *first = groups->group[0].run[0]->options;
    text[0] = '\0';
    for (size_t i = 1; i < groups->n; i++)
        if (!gfn_options_is_same(first, groups->group[i].run[0]->options, "env")) {
            append(text, "several environments");
            return GFN_OK;
        }
    return describe_env(first, groups, text);
}

void gfn_groups_describe_method(const gfn_groups *groups, char text[GFN_CAPTION_TEXT])
{
    const gfn_options *first = groups->group[0].run[0]->options;
    text[0] = '\0';
    describe_method(first, groups, text);
    for (size_t i = 1; i < groups->n; i++)
        if (!gfn_options_is_same(first, groups->group[i].run[0]->options, "iterations"))
            return;
    append(text, "%s%s iteration%s", text[0] ? "; " : "", gfn_options_text(first, "iterations"),
           gfn_plural(gfn_options_int(first, "iterations")));
}
