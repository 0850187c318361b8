/* SPDX-License-Identifier: MIT */
#include "summary/marginals_file.h"

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "env/env_internal.h"
#include "io/csv.h"
#include "io/folder.h"

/* Add the headings "edge,path" with an ending. */
static void add_headings(gfn_csv *csv, const char *columns, const char *end)
{
    char name[100];
    for (const char *at = columns; *at;) {
        const size_t n = strcspn(at, ",");
        gfn_format(name, sizeof name, "%.*s%s", (int)(n < 64 ? n : 64), at, end);
        gfn_csv_text(csv, name);
        at += n + (at[n] == ',');
    }
}

static void add_values(gfn_csv *csv, const gfn_marginals *m, const double *values, size_t row)
{
    for (size_t k = 0; values && k < m->columns; k++)
        gfn_csv_number(csv, values[row * m->columns + k]);
}

static void fill(gfn_csv *csv, const gfn_run *run)
{
    const gfn_env_marginals *named = run->env->ops->marginals;
    const gfn_marginals *m = &run->marginals;
    const bool has_errors = m->policy == NULL;
    char key[1024];
    gfn_csv_fields(csv, named->keys);
    add_headings(csv, named->columns, "");
    if (m->target)
        add_headings(csv, named->columns, "_exact");
    if (has_errors)
        add_headings(csv, named->columns, "_error");
    gfn_csv_end(csv);
    for (size_t row = 0; row < m->rows; row++) {
        named->key(run->env->world, (int64_t)row, key, sizeof key);
        gfn_csv_fields(csv, key);
        add_values(csv, m, gfn_marginals_best(m), row);
        add_values(csv, m, m->target, row);
        if (has_errors)
            add_values(csv, m, m->sampled_error, row);
        gfn_csv_end(csv);
    }
}

gfn_status gfn_marginals_save(const gfn_run *run, const char *directory)
{
    gfn_csv csv = {.text = NULL};
    char name[100], *path;
    if (gfn_marginals_best(&run->marginals) == NULL)
        return GFN_OK;
    gfn_format(name, sizeof name, "%.80s.csv", run->env->ops->marginals->name);
    GFN_TRY(gfn_folder_path(directory, name, &path));
    fill(&csv, run);
    const gfn_status status = gfn_csv_save(&csv, path);
    gfn_release(&path);
    return status;
}
