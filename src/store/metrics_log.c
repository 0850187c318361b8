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

gfn_status gfn_store_log(gfn_store *s, const gfn_progress *p)
{
    if (s->metrics == NULL || p->iteration <= s->last_line)
        return GFN_OK;
    s->last_line = p->iteration;
    struct gfn_field field[16];
    size_t n = 0;
    field[n++] = gfn_field_int("iteration", p->iteration);
    field[n++] = gfn_field_int("trajectories", p->trajectories);
    field[n++] = gfn_field_number("loss", p->loss);
    field[n++] = gfn_field_number("log_z", p->log_z);
    field[n++] = gfn_field_number("time_s", p->seconds);
    field[n++] = gfn_field_number("trajectories_per_s", p->trajectories_per_second);
    if (p->has_evaluation && p->evaluation.is_exact) {
        const gfn_metrics *m = &p->evaluation.metrics;
        field[n++] = gfn_field_number("tv", m->tv);
        field[n++] = gfn_field_number("l1", m->l1);
        field[n++] = gfn_field_number("jsd", m->jsd);
        field[n++] = gfn_field_number("kl", m->kl);
    }
    if (p->has_evaluation && !isnan(p->evaluation.log_z_error))
        field[n++] = gfn_field_number("log_z_error", p->evaluation.log_z_error);
    if (p->has_evaluation && p->modes >= 0)
        field[n++] = gfn_field_int("modes", p->modes);
    if (p->has_evaluation && p->mode_regions >= 0)
        field[n++] = gfn_field_int("mode_regions", p->mode_regions);
    return gfn_jsonl_append(s->metrics, field, n);
}

gfn_status gfn_store_close_metrics(gfn_store *s)
{
    return gfn_appender_close(&s->metrics);
}
