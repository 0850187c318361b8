/* SPDX-License-Identifier: MIT
 *
 * metrics.jsonl, a line per evaluation or log interval.
 */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/folder.h"
#include "io/jsonl.h"
#include "store/store.h"

gfn_status gfn_store_open_metrics(gfn_store *s)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(s->directory, GFN_METRICS_FILE, &path));
    gfn_status status = gfn_appender_open(path, &s->metrics);
    if (status == GFN_OK)
        status = gfn_appender_lock(s->metrics);
    gfn_release(&path);
    return status;
}

static gfn_status cut(gfn_store *s, const char *path, int64_t iteration)
{
    const struct gfn_jsonl_key key = {"iteration", "time_s", iteration};
    struct gfn_jsonl_end end = {0};
    char *text = NULL;
    size_t n;
    GFN_TRY(gfn_file_read(path, SIZE_MAX / 4, &text, &n));
    gfn_status status = gfn_jsonl_find_end(text, n, path, &key, &end);
    if (status == GFN_OK && end.bytes < n)
        status = gfn_appender_cut(s->metrics, end.bytes);
    s->last_line = end.number;
    s->seconds_before = end.value;
    gfn_release(&text);
    return status;
}

gfn_status gfn_store_cut_metrics(gfn_store *s, int64_t iteration)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(s->directory, GFN_METRICS_FILE, &path));
    const gfn_status status = cut(s, path, iteration);
    gfn_release(&path);
    return status;
}

enum { MOST_FIELDS = 40 };

/* Add the metrics of the evaluation that are known; returns their number. */
static size_t add_metrics(const gfn_report *report, struct gfn_field *field, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < gfn_metric_count() && n < most; i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        const double value = gfn_metric_value(metric, report);
        if (!(metric->shown & GFN_IN_LOG) || isnan(value))
            continue;
        field[n++] = metric->is_count ? gfn_field_int(metric->name, (int64_t)value)
                                      : gfn_field_number(metric->name, value);
    }
    return n;
}

gfn_status gfn_store_log(gfn_store *s, const gfn_progress *p)
{
    if (s->metrics == NULL || p->iteration <= s->last_line)
        return GFN_OK;
    s->last_line = p->iteration;
    const gfn_report report = {.last = *p};
    struct gfn_field field[MOST_FIELDS];
    size_t n = 0;
    field[n++] = gfn_field_int("iteration", p->iteration);
    field[n++] = gfn_field_int("trajectories", p->trajectories);
    field[n++] = gfn_field_number("loss", p->loss);
    field[n++] = gfn_field_number("log_z", p->log_z);
    field[n++] = gfn_field_number("time_s", p->seconds);
    field[n++] = gfn_field_number("trajectories_per_s", p->trajectories_per_second);
    if (p->has_evaluation)
        n += add_metrics(&report, field + n, MOST_FIELDS - n);
    return gfn_jsonl_append(s->metrics, field, n);
}

gfn_status gfn_store_close_metrics(gfn_store *s)
{
    return gfn_appender_close(&s->metrics);
}
