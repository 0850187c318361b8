/* SPDX-License-Identifier: MIT
 *
 * Making and destroying a run, on every rank.
 */
#include "run/run.h"

#include <string.h>

#include <gfn/objective.h>
#include <gfn/version.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/name_table.h"
#include "io/json.h"
#include "run/plugin_trust.h"

/* Minimum capacity of a sampler, so that small batches do not slow down the final samples. */
enum { LEAST_CAPACITY = 64 };

static gfn_status make_env(gfn_run *run)
{
    const gfn_env_ops *ops;
    GFN_TRY(gfn_env_open(gfn_options_text(run->options, "env"), &ops));
    return gfn_env_create_with(ops, run->options, &run->env);
}

static gfn_status find_objective(const gfn_options *options, const gfn_objective **objective)
{
    const char *name = gfn_options_text(options, "objective");
    size_t index;
    GFN_TRY(gfn_find_name("objective", gfn_objective_name, "", name, &index));
    *objective = gfn_objective_kind(index);
    return GFN_OK;
}

/* The state flow that an objective needs. */
static gfn_status find_flow(const gfn_options *options, const gfn_objective *objective,
                            gfn_flow *flow)
{
    *flow = GFN_FLOW_NONE;
    if (objective->needs & GFN_NEEDS_INFLOW)
        *flow = GFN_FLOW_EDGES;
    else if (objective->needs & GFN_NEEDS_FLOW)
        return gfn_flow_find(gfn_options_text(options, "flow"), flow);
    return GFN_OK;
}

gfn_status gfn_run_configure_model(const gfn_options *o, gfn_model_config *config)
{
    const gfn_objective *objective;
    GFN_TRY(find_objective(o, &objective));
    GFN_TRY(gfn_backward_find(gfn_options_text(o, "backward"), &config->backward));
    GFN_TRY(find_flow(o, objective, &config->flow));
    GFN_TRY(gfn_activation_find(gfn_options_text(o, "activation"), &config->activation));
    config->n_hidden = gfn_options_widths(o, "hidden", config->hidden);
    return GFN_OK;
}

/* Make the parts of the run that are local to each rank. */
static gfn_status make(gfn_run *run)
{
    const gfn_options *o = run->options;
    gfn_model_config config;
    GFN_TRY(gfn_run_configure_model(o, &config));
    const int64_t batch = gfn_options_int(o, "batch-size"), size = gfn_comm_size(run->comm);
    int64_t capacity = (batch + size - 1) / size;
    capacity = capacity < LEAST_CAPACITY ? LEAST_CAPACITY : capacity;
    GFN_TRY(gfn_model_create(gfn_env_shape(run->env), &config, &run->model));
    GFN_TRY(
        gfn_sampler_create(run->env, run->model, (size_t)capacity, run->threads, &run->sampler));
    /* Last: a job that does not fit into memory is refused before its parameters are drawn. */
    gfn_model_init(run->model, (uint64_t)gfn_options_int(o, "seed"));
    return GFN_OK;
}

/* If kernels or versions differ between ranks, the result is correct but not reproducible. */
static gfn_status check_builds(gfn_comm *comm)
{
    char mine[64] = {0}, first[64];
    gfn_format(mine, sizeof mine, "%s with %s kernels", gfn_version(), gfn_kernels_name());
    memcpy(first, mine, sizeof first);
    GFN_TRY(gfn_comm_broadcast(comm, first, sizeof first));
    gfn_status status = GFN_OK;
    if (memcmp(first, mine, sizeof first) != 0)
        status = gfn_fail(GFN_ECOMM,
                          "expected gfn-dist %s as rank 0 has, found %s (hint: one binary "
                          "everywhere, and GFN_KERNELS=plain or avx2 on mixed processors)",
                          first, mine);
    return gfn_comm_agree(comm, status);
}

/* A checkpoint has all options as metadata, which must be UTF-8. */
static gfn_status check_texts(const gfn_options *options)
{
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const char *name = gfn_options_row(options, i)->name;
        const char *text = gfn_options_text(options, name);
        if (!gfn_json_is_utf8(text))
            return gfn_fail(GFN_EINVAL,
                            "%s: expected a name in UTF-8, found \"%.200s\" (hint: rename it, or "
                            "make a link with another name)",
                            name, text);
    }
    return GFN_OK;
}

gfn_status gfn_run_create_in(gfn_comm *comm, const gfn_options *options, int threads,
                             const char *directory, gfn_run **run)
{
    gfn_run *r = NULL;
    gfn_status status = gfn_allocate("run", 1, sizeof *r, &r);
    GFN_TRY(gfn_comm_agree(comm, status));
    r->comm = comm;
    status = check_builds(comm);
    if (status == GFN_OK)
        status = gfn_run_share_options(comm, GFN_OK, options, &r->options);
    if (status == GFN_OK)
        status = check_texts(r->options);
    if (status == GFN_OK)
        status = gfn_preset_check_data(r->options);
    if (status == GFN_OK)
        status = gfn_run_lay_out(r, threads);
    if (status == GFN_OK)
        status = gfn_run_share_matrices(comm, directory, r->options);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, make_env(r));
    if (status == GFN_OK)
        status = gfn_plugin_note(r);
    if (status == GFN_OK)
        status = gfn_run_note_files(r);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, gfn_path_files_compare(r, directory));
    if (status == GFN_OK)
        status = gfn_run_give_rewards(r, directory);
    if (status == GFN_OK)
        status = gfn_comm_agree(comm, make(r));
    if (status == GFN_OK)
        status = gfn_run_plan(r);
    if (status != GFN_OK)
        gfn_run_destroy(&r);
    else
        *run = r;
    return status;
}

gfn_status gfn_run_create(gfn_comm *comm, const gfn_options *options, int threads, gfn_run **run)
{
    gfn_run *r = NULL;
    GFN_TRY(gfn_run_create_in(comm, options, threads, NULL, &r));
    gfn_run_note_headings(r);
    const gfn_status status = gfn_run_take_test_set(r, NULL);
    if (status != GFN_OK)
        gfn_run_destroy(&r);
    else
        *run = r;
    return status;
}

void gfn_run_destroy(gfn_run **run)
{
    gfn_run *r = *run;
    if (r == NULL)
        return;
    if (r->store)
        r->destroy_store(&r->store);
    gfn_run_exact_clear(&r->exact);
    gfn_run_solution_clear(&r->solution);
    gfn_marginals_clear(&r->marginals);
    gfn_test_set_clear(&r->test_set);
    gfn_observables_clear(&r->observables);
    gfn_sampler_destroy(&r->sampler);
    gfn_model_destroy(&r->model);
    gfn_env_destroy(&r->numbered);
    gfn_env_destroy(&r->env);
    gfn_options_destroy(&r->options);
    gfn_path_files_clear(&r->files);
    gfn_run_release_rewards(r);
    gfn_release(run);
}
