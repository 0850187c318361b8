/* SPDX-License-Identifier: MIT
 *
 * The runs of a sweep. A run is independent of its sweep: its own summary shows whether it is done,
 * and it is resumed like any other run.
 */
#include "summary/sweep.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "run/run.h"
#include "store/found.h"
#include "store/store.h"

static gfn_status create_run(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    gfn_options *options = NULL;
    gfn_run *made = NULL;
    gfn_status status = GFN_OK;
    char seed[32];
    gfn_format(seed, sizeof seed, "%" PRId64, sweep->seed[index]);
    if (sweep->options)
        status = gfn_options_copy(sweep->options, &options);
    if (options)
        status = gfn_options_set(options, "seed", seed, "seeds");
    status = gfn_comm_agree(sweep->comm, status);
    if (status == GFN_OK)
        status = gfn_run_create_in(sweep->comm, options, 0, sweep->directory, &made);
    if (status == GFN_OK)
        status = gfn_run_take_test_set(made, sweep->directory);
    gfn_options_destroy(&options);
    if (status == GFN_OK)
        *run = made;
    else
        gfn_run_destroy(&made);
    return status;
}

/* Options that may change, and paths of files and of the plug-in, are passed from the sweep to the
 * run. */
static gfn_status resume_run(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    enum { MOST = 64 };
    gfn_setting settings[MOST];
    size_t n = 0;
    for (size_t i = 0; sweep->options && i < gfn_options_count(sweep->options) && n < MOST; i++) {
        const gfn_option *row = gfn_options_row(sweep->options, i);
        const char *name = row->name;
        const bool is_path =
            gfn_option_is_path(row) && gfn_options_is_set(sweep->options, name);
        if (gfn_run_option_may_change(name) || is_path || strcmp(name, "env") == 0)
            settings[n++] = (gfn_setting){name, gfn_options_text(sweep->options, name)};
    }
    return gfn_run_resume(sweep->comm, gfn_sweep_place(sweep, index), settings, n, run);
}

/* Name the seed in the message of an error. */
static gfn_status in_seed(gfn_status status, const gfn_sweep *sweep, size_t index)
{
    return status == GFN_OK ? status
                            : gfn_fail_in(status, "seed %" PRId64 ": ", sweep->seed[index]);
}

gfn_status gfn_sweep_begin(gfn_sweep *sweep, size_t index, gfn_run **run)
{
    int64_t is_there = gfn_comm_rank(sweep->comm) == 0 &&
                       gfn_found_expect_run(gfn_sweep_place(sweep, index)) == GFN_OK;
    gfn_status status = gfn_comm_broadcast(sweep->comm, &is_there, sizeof is_there);
    if (status == GFN_OK)
        status = is_there ? resume_run(sweep, index, run) : create_run(sweep, index, run);
    if (status == GFN_OK && sweep->notices.text[0])
        gfn_notices_add(&(*run)->notices, "%s", sweep->notices.text);
    return in_seed(status, sweep, index);
}

gfn_status gfn_sweep_end(gfn_sweep *sweep, size_t index, gfn_status mine)
{
    gfn_status status = mine;
    if (status == GFN_OK && gfn_comm_rank(sweep->comm) == 0)
        status = gfn_sweep_load_result(sweep, index);
    if (status == GFN_OK && gfn_comm_rank(sweep->comm) == 0)
        status = gfn_sweep_save(sweep);
    status = gfn_comm_agree(sweep->comm, status);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(sweep->comm, &sweep->is_done[index], sizeof(bool));
    return in_seed(status, sweep, index);
}
