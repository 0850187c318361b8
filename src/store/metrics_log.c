/* SPDX-License-Identifier: MIT
 *
 * metrics.jsonl, a line per evaluation or log interval.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/folder.h"
#include "io/jsonl.h"
#include "store/store.h"

gfn_status gfn_store_open_metrics(gfn_store *s)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(s->directory, GFN_METRICS_FILE, &path));
    const gfn_status status = gfn_appender_open(path, &s->metrics);
    gfn_release(&path);
    return status;
}

/* Two jobs have written the file, on a file system without locks, or it was edited: keep the lines
 * of one run, and the old file under another name. */
static gfn_status heal(gfn_store *s, const char *path, char *text, size_t *n,
                       const struct gfn_jsonl_key *key, gfn_notices *notices)
{
    char *old = NULL;
    size_t dropped;
    GFN_TRY(gfn_folder_path(s->directory, GFN_METRICS_DAMAGED, &old));
    *n = gfn_jsonl_keep_growing(text, *n, key, &dropped);
    gfn_appender_close(&s->metrics);
    gfn_status status = gfn_file_replace(path, old, text, *n);
    if (status == GFN_OK)
        status = gfn_appender_open(path, &s->metrics);
    if (status == GFN_OK)
        gfn_notices_add(notices,
                        "%s: %zu line%s dropped that %s not belong to one run (hint: did two "
                        "jobs write it? The old file is %s)",
                        path, dropped, dropped == 1 ? " is" : "s are", dropped == 1 ? "does" : "do",
                        old);
    gfn_release(&old);
    return status;
}

static gfn_status cut(gfn_store *s, const char *path, int64_t iteration, gfn_notices *notices)
{
    const struct gfn_jsonl_key key = {"iteration", "time_s", iteration};
    struct gfn_jsonl_end end = {0};
    char *text = NULL;
    size_t n;
    GFN_TRY(gfn_file_read(path, SIZE_MAX / 4, &text, &n));
    gfn_status status = gfn_jsonl_find_end(text, n, path, &key, &end);
    if (status == GFN_EDATA) {
        status = heal(s, path, text, &n, &key, notices);
        if (status == GFN_OK)
            status = gfn_jsonl_find_end(text, n, path, &key, &end);
    }
    if (status == GFN_OK && end.bytes < n)
        status = gfn_appender_cut(s->metrics, end.bytes);
    s->last_line = end.number;
    s->seconds_before = end.value;
    gfn_release(&text);
    return status;
}

gfn_status gfn_store_cut_metrics(gfn_store *s, int64_t iteration, gfn_notices *notices)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(s->directory, GFN_METRICS_FILE, &path));
    const gfn_status status = cut(s, path, iteration, notices);
    gfn_release(&path);
    return status;
}

/* The fields of a line beside the metrics. */
enum { OWN_FIELDS = 6 };

static size_t fill_own(const gfn_progress *p, struct gfn_field *field)
{
    const struct gfn_field own[OWN_FIELDS] = {
        gfn_field_int("iteration", p->iteration),
        gfn_field_int("trajectories", p->trajectories),
        gfn_field_number("loss", p->loss),
        gfn_field_number("log_z", p->log_z),
        gfn_field_number("time_s", p->seconds),
        gfn_field_number("trajectories_per_s", p->trajectories_per_second),
    };
    memcpy(field, own, sizeof own);
    return OWN_FIELDS;
}

/* Fill in the metrics of the evaluation that are known; returns their number. */
static size_t fill_metrics(const gfn_report *report, struct gfn_field *field)
{
    size_t n = 0;
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        const double value = gfn_metric_value(metric, report);
        if (!(metric->shown & GFN_IN_LOG) || isnan(value))
            continue;
        field[n++] = metric->is_count ? gfn_field_int(metric->name, (int64_t)value)
                                      : gfn_field_number(metric->name, value);
    }
    return n;
}

gfn_status gfn_store_log(gfn_store *s, const gfn_progress *p, const gfn_bounds *bounds)
{
    if (s->metrics == NULL || p->iteration <= s->last_line)
        return GFN_OK;
    s->last_line = p->iteration;
    gfn_report report = {.last = *p, .bounds = {.test_pearson = NAN, .test_spearman = NAN}};
    if (bounds)
        report.bounds = *bounds;
    struct gfn_field *field = NULL;
    GFN_TRY(gfn_allocate("metrics", OWN_FIELDS + gfn_metric_count(), sizeof *field, &field));
    size_t n = fill_own(p, field);
    if (p->has_evaluation)
        n += fill_metrics(&report, field + n);
    const gfn_status status = gfn_jsonl_append(s->metrics, field, n);
    gfn_release(&field);
    return status;
}

gfn_status gfn_store_close_metrics(gfn_store *s)
{
    const gfn_status status = gfn_appender_close(&s->metrics);
    gfn_appender_close(&s->lock);
    return status;
}
