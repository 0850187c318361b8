/* SPDX-License-Identifier: MIT */
#include "summary/best_objects.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/folder.h"
#include "run/object_field.h"
#include "store/names.h"

/* log p of an object under the policy, as the last exact evaluation found it. */
static gfn_status find_log_p(const gfn_run *run, const int32_t *object, double *log_p)
{
    const double *p = gfn_run_exact_p(run);
    int64_t number;
    GFN_TRY(gfn_env_number(gfn_run_numbered_env(run), 1, object, &number));
    *log_p = log(p[number]);
    return GFN_OK;
}

static gfn_status add_line(gfn_csv *csv, const gfn_run *run, const int32_t *object,
                           const gfn_top_entry *entry)
{
    double score, log_p;
    gfn_env_ask_score(run->env, 1, object, &score);
    GFN_TRY(gfn_env_failure(run->env));
    GFN_TRY(gfn_csv_object(csv, run->env, object, true));
    gfn_csv_number(csv, score);
    gfn_csv_number(csv, entry->log_reward);
    gfn_csv_integer(csv, entry->iteration);
    if (gfn_run_exact_p(run)) {
        GFN_TRY(find_log_p(run, object, &log_p));
        gfn_csv_number(csv, log_p);
    }
    gfn_csv_end(csv);
    return GFN_OK;
}

gfn_status gfn_best_objects_save(const gfn_run *run, const gfn_top *top, const char *directory)
{
    gfn_csv csv = {.text = NULL};
    char *path;
    if (top->most == 0)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(directory, GFN_TOP_FILE, &path));
    gfn_csv_fields(&csv, gfn_run_exact_p(run) ? "object,score,log_reward,iteration,log_p"
                                              : "object,score,log_reward,iteration");
    gfn_csv_end(&csv);
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < top->n && status == GFN_OK; i++)
        status = add_line(&csv, run, top->object + i * top->width, &top->best[i]);
    if (csv.status == GFN_OK)
        csv.status = status;
    status = gfn_csv_save(&csv, path);
    gfn_release(&path);
    return status;
}
