/* SPDX-License-Identifier: MIT
 *
 * The report after training and of a checkpoint, on standard output.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print_heat_map(const cli_request *request, const gfn_run *run, const gfn_draw *draw)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_numbered_env(run));
    const double *target = gfn_run_target(run);
    if (spec->ndim != 2 || target == NULL || draw->counts == NULL || draw->n == 0)
        return;
    double *share = malloc(draw->n_counts * sizeof *share);
    if (share == NULL)
        return;
    for (size_t i = 0; i < draw->n_counts; i++)
        share[i] = (double)draw->counts[i] / (double)draw->n;
    cli_print_map(request, spec, share, target);
    free(share);
}

/* "  ELBO 1.0749 +- 0.02"; one trajectory has no standard error. */
static void print_estimate(const char *name, const gfn_estimate *e)
{
    printf("  %s %.4f", name, e->mean);
    if (!isnan(e->error))
        printf(" +- %.1g", e->error);
}

static void print_test(const gfn_bounds *b)
{
    if (isnan(b->test_pearson) && isnan(b->test_spearman))
        return;
    printf("  test set   %" PRId64
           " objects: log p and log R correlate by %.4f, their ranks by %.4f\n",
           b->n_test, b->test_pearson, b->test_spearman);
}

static void print_bounds(const gfn_bounds *b)
{
    if (b->n == 0)
        return;
    printf("  bounds   ");
    print_estimate("ELBO", &b->elbo);
    if (!isnan(b->eubo.mean))
        print_estimate("EUBO", &b->eubo);
    printf("\n");
    if (!isnan(b->correlation))
        printf("             log p and log R correlate by %.4f\n", b->correlation);
}

/* "L1 0.00041  TV 0.000205 ..." */
static void print_distances(const gfn_evaluation *e)
{
    const gfn_report report = {.last.evaluation = *e};
    printf("  exact     ");
    for (size_t i = 0; i < gfn_metric_count(); i++) {
        const gfn_metric *metric = gfn_metric_of(i);
        if (metric->shown & GFN_IN_REPORT)
            printf("%s %s %.*g", i ? " " : "", metric->heading, metric->digits,
                   gfn_metric_value(metric, &report));
    }
    printf("\n");
}

static void print_exact(const gfn_run *run, const gfn_evaluation *e)
{
    const int64_t n_states = gfn_env_spec_of(gfn_run_numbered_env(run))->n_states;
    if (e->is_exact)
        print_distances(e);
    if (e->is_exact && gfn_run_numbered_env(run) != gfn_run_env(run))
        printf("             over %" PRId64 " states, which were enumerated\n", n_states);
    if (e->is_exact)
        return;
    if (strcmp(gfn_options_text(gfn_run_options(run), "exact"), "no") == 0)
        printf("  exact      left out: --exact no%s\n",
               isnan(e->log_z_true) ? "" : "; but the exact log Z is known");
    else if (n_states <= 0 && !isnan(e->log_z_true))
        printf("  exact      not possible: too many states; but the exact log Z is known\n");
    else if (n_states <= 0 && gfn_env_kind_of(gfn_run_env(run))->number)
        printf("  exact      not possible: too many states\n");
    else if (n_states <= 0)
        printf("  exact      not possible: the states were not enumerated (hint: "
               "--enumerate-limit)\n");
    else if (n_states > GFN_EXACT_MAX_STATES)
        printf("  exact      not possible: %" PRId64 " states, at most %" PRId64 " are evaluated\n",
               n_states, GFN_EXACT_MAX_STATES);
    else
        printf("  exact      not possible: no memory for %" PRId64 " states\n", n_states);
}

/* "12 of 16" */
static void print_share(int64_t n, int64_t of)
{
    printf("%" PRId64, n);
    if (of >= 0)
        printf(" of %" PRId64, of);
}

static void print_modes(const gfn_progress *p)
{
    if (p->modes < 0)
        return;
    printf("  modes      ");
    print_share(p->modes, p->n_modes);
    printf(" found in training");
    if (p->mode_regions >= 0) {
        printf(", in ");
        print_share(p->mode_regions, p->n_mode_regions);
        printf(" region%s", p->mode_regions == 1 && p->n_mode_regions <= 1 ? "" : "s");
    } else if (p->modes_all_at >= 0) {
        printf(", all after %" PRId64 " trajector%s", p->modes_all_at,
               p->modes_all_at == 1 ? "y" : "ies");
    }
    printf("\n");
}

static void print_log_z(const gfn_evaluation *e)
{
    printf("  log Z      %.6f", e->log_z);
    if (!isnan(e->log_z_error))
        printf("  (exact %.6f, error %+.2g)", e->log_z_true, e->log_z_error);
    printf("\n");
}

static void print_distinct(const gfn_run *run, const gfn_draw *draw)
{
    const char *name = gfn_env_class_name(gfn_env_kind_of(gfn_run_env(run)));
    if (draw->classes >= 0)
        printf("             %" PRId64 " distinct objects in %" PRId64 " %s\n", draw->distinct,
               draw->classes, name);
}

static void print_samples(const gfn_run *run, const gfn_draw *draw, bool is_exact)
{
    if (draw->n == 0)
        return;
    printf("  samples    %" PRId64, draw->n);
    if (!isnan(draw->l1))
        printf(": L1 %.3g, a perfect sampler scores %s%.3g", draw->l1, is_exact ? "" : "about ",
               draw->l1_noise_floor);
    if (draw->modes >= 0)
        printf("%s %" PRId64 " mode%s", isnan(draw->l1) ? ":" : ";", draw->modes,
               cli_plural(draw->modes));
    printf("\n");
    print_distinct(run, draw);
    if (draw->chi_square_df > 0)
        printf("             chi-square %.1f on %" PRId64
               " degree%s of freedom against the policy\n",
               draw->chi_square, draw->chi_square_df, cli_plural(draw->chi_square_df));
}

static void print_quality(const gfn_run *run, const gfn_report *report)
{
    const gfn_evaluation *e = &report->last.evaluation;
    print_exact(run, e);
    print_log_z(e);
    if (report->is_log_z_moving)
        printf(
            "             still moving at the end (hint: more --iterations, a larger --lr-logz,\n"
            "             or --log-z-init with a number near its value)\n");
    print_bounds(&report->bounds);
    print_test(&report->bounds);
    print_modes(&report->last);
    print_samples(run, &report->draw, e->is_exact);
    if (report->collapsed == 1)
        cli_print_collapse("  collapsed  ", gfn_run_options(run));
}
void cli_print_collapse(const char *begin, const gfn_options *options)
{
    printf("%sthe policy fits what it draws, but is far from the target:\n"
           "             it visits only some of the objects (hint: more --iterations, a larger "
           "--epsilon,\n"
           "             --replay reward, or a larger %s--batch-size)\n",
           begin, options && gfn_options_has(options, "r0") ? "--r0 or " : "");
}

static void print_new_lines(const char *notices)
{
    static char printed[8000];
    while (*notices != '\0') {
        const size_t n = strcspn(notices, "\n"), used = strlen(printed);
        char text[2002];
        snprintf(text, sizeof text, "%.*s\n", (int)n, notices);
        if (!strstr(printed, text)) {
            fputs(text, stderr);
            snprintf(printed + used, sizeof printed - used, "%s", text);
        }
        notices += notices[n] == '\n' ? n + 1 : n;
    }
}

/* Print each line of the notice that was not printed before: the runs of a sweep often have the
 * same one, and it grows when a run gets its directory. */
void cli_print_notice(const gfn_run *run)
{
    if (gfn_comm_rank(gfn_run_comm(run)) != 0)
        return;
    print_new_lines(gfn_run_notice(run));
    print_new_lines(gfn_env_notice(gfn_run_env(run)));
}

static void print_files(const gfn_run *run, bool is_complete)
{
    const char *directory = gfn_run_directory(run);
    const bool wants_picture =
        strcmp(gfn_options_text(gfn_run_options(run), "picture"), "yes") == 0;
    printf("\n  files in %s\n", directory);
    if (wants_picture && gfn_plot_is_built())
        printf("  picture  %s/histogram.png\n", directory);
    else if (wants_picture)
        printf("  no histogram.png: built without Cairo (hint: apt-get install libcairo2-dev,\n"
               "  then configure and build again)\n");
    if (!is_complete)
        printf("  to continue: gfn-dist --resume %s\n", directory);
}

void cli_report_training(const cli_request *request, const gfn_run *run, const gfn_report *r)
{
    const gfn_progress *p = &r->last;
    printf("%s after %" PRId64 " of %" PRId64 " iteration%s, %" PRId64 " trajector%s\n",
           r->is_complete ? "done" : "stopped", p->iteration, p->iterations,
           cli_plural(p->iterations), p->trajectories, p->trajectories == 1 ? "y" : "ies");
    printf("  time       %.2f s", r->seconds);
    if (p->iterations_per_second > 0)
        printf(", %.0f iterations/s", p->iterations_per_second);
    printf("\n");
    if (!isnan(p->loss))
        printf("  loss       %.3g\n", p->loss);
    print_quality(run, r);
    print_heat_map(request, run, &r->draw);
    if (gfn_run_directory(run)[0])
        print_files(run, r->is_complete);
}

void cli_report_evaluation(const cli_request *request, const gfn_run *run, const gfn_report *r)
{
    printf("checkpoint of iteration %" PRId64 ", params_crc %08" PRIx32 "\n",
           gfn_run_iteration(run), gfn_run_params_crc(run));
    print_quality(run, r);
    print_heat_map(request, run, &r->draw);
}

void cli_print_objects(const gfn_run *run, const gfn_draw *draw)
{
    const gfn_env *env = gfn_run_env(run);
    const size_t width = (size_t)gfn_env_spec_of(env)->state_width;
    size_t size = 256;
    char *text = malloc(size);
    for (int64_t i = 0; text && i < draw->n;) {
        const size_t n = gfn_env_write(env, draw->objects + (size_t)i * width, text, size);
        if (n < size) {
            printf("%s\n", text);
            i++;
            continue;
        }
        free(text);
        size = n + 1;
        text = malloc(size);
    }
    free(text);
}
