/* SPDX-License-Identifier: MIT
 *
 * plot: pictures of runs.
 */
#include "ui/cli.h"

static void print_notice(const char *notice)
{
    fprintf(stderr, "%s\n", notice);
}

static void print_results(const char *text)
{
    fputs(text, stdout);
}

static const char *value_of(const cli_request *request, const char *name)
{
    const char *value = gfn_options_text(request->program, name);
    return value[0] ? value : NULL;
}

gfn_status cli_plot(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    const bool wants_json = gfn_options_flag(request->program, "json");
    const bool is_quiet = gfn_options_flag(request->program, "quiet");
    gfn_plot_config config = {
        .env = cli_find(request, "env"),
        .file = value_of(request, "out"),
        .tell = print_notice,
        .changes = {request->changes, request->n_changes},
        .labels = value_of(request, "picture-labels"),
        .width = value_of(request, "picture-width"),
        .wants_json = wants_json,
        .print = wants_json || !is_quiet ? print_results : NULL,
    };
    gfn_options *options = NULL;
    char written[1024];
    *is_complete = true;
    gfn_status status = gfn_comm_agree(comm, cli_train_options(request, &options));
    if (status == GFN_OK)
        config.threads = (int)gfn_options_int(options, "threads");
    if (status == GFN_OK)
        status = gfn_plot_runs(comm, (const char *const *)request->words, (size_t)request->n_words,
                               &config, written, sizeof written);
    gfn_options_destroy(&options);
    if (status == GFN_OK && gfn_comm_rank(comm) == 0 && !is_quiet && !wants_json)
        printf("%s\n", written);
    return status;
}
