/* SPDX-License-Identifier: MIT
 *
 * Several seeds, one after another in one launch, and the table of their results.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- the table, on standard output ---- */

/* The first printed column from `column` on; gfn_sweep_columns(): there is none. */
static size_t next_column(size_t column)
{
    while (column < gfn_sweep_columns() && !(gfn_sweep_column_of(column)->shown & GFN_IN_TABLE))
        column++;
    return column;
}

static int width_of(const gfn_sweep_column *column)
{
    const int heading = 2 + (int)strlen(column->heading);
    return heading > 11 ? heading : 11;
}

static void print_head(void)
{
    printf("  %-8s", "seed");
    for (size_t i = next_column(0); i < gfn_sweep_columns(); i = next_column(i + 1))
        printf("%*s", width_of(gfn_sweep_column_of(i)), gfn_sweep_column_of(i)->heading);
    printf("\n");
}

static void print_cell(const gfn_sweep_column *column, double value)
{
    if (isnan(value))
        printf("%*s", width_of(column), "-");
    else
        printf("%*.*g", width_of(column), column->digits, value);
}

/* Flushed, because the next row may take long. */
static void print_run(const gfn_sweep *sweep, size_t index)
{
    printf("  %-8" PRId64, gfn_sweep_seed(sweep, index));
    for (size_t i = next_column(0); i < gfn_sweep_columns(); i = next_column(i + 1)) {
        const gfn_sweep_column *column = gfn_sweep_column_of(i);
        const double value = gfn_sweep_value(sweep, index, i);
        print_cell(column, column->is_signed ? fabs(value) : value);
    }
    printf("\n");
    fflush(stdout);
}

static void print_statistics(const gfn_sweep *sweep)
{
    static const char *const rows[] = {"median", "worst", "mean", "+-"};
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        printf("%s  %-8s", row ? "" : "\n", rows[row]);
        for (size_t i = next_column(0); i < gfn_sweep_columns(); i = next_column(i + 1)) {
            gfn_statistics s;
            gfn_sweep_statistics(sweep, i, &s);
            print_cell(gfn_sweep_column_of(i),
                       (double[]){s.median, s.worst, s.mean, s.standard_error}[row]);
        }
        printf("\n");
    }
}

static size_t count_done(const gfn_sweep *sweep)
{
    size_t done = 0;
    for (size_t i = 0; i < gfn_sweep_count(sweep); i++)
        done += gfn_sweep_is_done(sweep, i);
    return done;
}

static void print_collapsed(const gfn_sweep *sweep)
{
    gfn_statistics s;
    char begin[80];
    gfn_sweep_statistics(sweep, gfn_sweep_column_find("collapsed"), &s);
    const int n = s.n > 0 ? (int)lround(s.mean * (double)s.n) : 0;
    snprintf(begin, sizeof begin, "\n  %d of %zu run%s collapsed: ", n, s.n,
             cli_plural((int64_t)s.n));
    if (n > 0)
        cli_print_collapse(begin, gfn_sweep_options(sweep));
}

static void print_end(const gfn_sweep *sweep)
{
    const size_t n = gfn_sweep_count(sweep), done = count_done(sweep);
    const char *directory = gfn_sweep_directory(sweep);
    if (done > 0)
        print_statistics(sweep);
    gfn_statistics modes;
    gfn_sweep_statistics(sweep, gfn_sweep_column_find("n_modes"), &modes);
    if (modes.n > 0)
        printf("\n  There %s %.0f mode%s; +- is the standard error of the mean.\n",
               modes.max == 1 ? "is" : "are", modes.max, cli_plural((int64_t)modes.max));
    print_collapsed(sweep);
    if (done == n)
        printf("done with %zu seed%s, files in %s\n", n, cli_plural((int64_t)n), directory);
    else
        printf("stopped with %zu of %zu seed%s done; to continue: gfn-dist --resume %s\n", done, n,
               cli_plural((int64_t)n), directory);
}

/* On standard error. */
static void print_no_work(size_t n)
{
    static const char hint[] = "(hint: more --iterations, or more --seeds, continue)";
    if (n == 1)
        fprintf(stderr, "the only seed is done %s\n", hint);
    else
        fprintf(stderr, "all %zu seeds are done %s\n", n, hint);
}

/* ---- the loop ---- */

static gfn_status open_sweep(gfn_comm *comm, const cli_request *request, gfn_sweep **sweep)
{
    const char *seeds = gfn_options_text(request->program, "seeds");
    const char *out = gfn_options_text(request->program, "out");
    gfn_options *options = NULL;
    gfn_status status = GFN_OK;
    if (gfn_options_is_set(request->program, "resume"))
        return gfn_sweep_resume(comm, gfn_options_text(request->program, "resume"),
                                seeds[0] ? seeds : NULL, request->settings, request->n_settings,
                                sweep);
    if (gfn_comm_rank(comm) == 0)
        status = cli_train_options(request, &options);
    status = gfn_comm_agree(comm, status);
    if (status == GFN_OK)
        status = gfn_sweep_create(comm, options, seeds, out[0] ? out : NULL, sweep);
    gfn_options_destroy(&options);
    return status;
}

static gfn_status train_seed(gfn_sweep *sweep, size_t index, const cli_request *request)
{
    char name[40];
    gfn_run *run = NULL;
    gfn_report report;
    snprintf(name, sizeof name, "seed %" PRId64 "  ", gfn_sweep_seed(sweep, index));
    gfn_status status = gfn_sweep_begin(sweep, index, &run);
    if (status != GFN_OK)
        return status;
    status = cli_train_run(run, request, gfn_sweep_place(sweep, index), name, &report);
    if (status == GFN_OK)
        gfn_draw_clear(&report.draw);
    gfn_run_destroy(&run);
    return gfn_sweep_end(sweep, index, status);
}

/* After a stop, the remaining runs that are done are still printed. */
static gfn_status train_seeds(gfn_comm *comm, gfn_sweep *sweep, const cli_request *request,
                              bool prints)
{
    bool is_stopped = false;
    gfn_status status = GFN_OK;
    for (size_t i = 0; i < gfn_sweep_count(sweep); i++) {
        if (!is_stopped)
            status = cli_is_stopped(comm, &is_stopped);
        if (status == GFN_OK && !is_stopped && !gfn_sweep_is_done(sweep, i)) {
            status = train_seed(sweep, i, request);
            is_stopped = !gfn_sweep_is_done(sweep, i);
        }
        if (status != GFN_OK)
            break;
        gfn_comm_pause_watch(comm, true);
        if (prints && gfn_sweep_is_done(sweep, i))
            print_run(sweep, i);
        gfn_comm_pause_watch(comm, false);
    }
    return status;
}

gfn_status cli_sweep(gfn_comm *comm, const cli_request *request, bool *is_complete)
{
    const bool prints = gfn_comm_rank(comm) == 0 && !gfn_options_flag(request->program, "quiet");
    gfn_sweep *sweep = NULL;
    gfn_status status = open_sweep(comm, request, &sweep);
    if (status != GFN_OK)
        return status;
    if (gfn_sweep_options(sweep))
        cli_stop_after(gfn_options_seconds(gfn_sweep_options(sweep), "time-limit"));
    if (gfn_comm_rank(comm) == 0 && count_done(sweep) == gfn_sweep_count(sweep))
        print_no_work(gfn_sweep_count(sweep));
    if (prints)
        print_head();
    status = train_seeds(comm, sweep, request, prints);
    if (status == GFN_OK && prints)
        print_end(sweep);
    *is_complete = count_done(sweep) == gfn_sweep_count(sweep);
    gfn_sweep_destroy(&sweep);
    return status;
}
