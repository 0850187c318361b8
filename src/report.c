/* SPDX-License-Identifier: MIT
 *
 * What people see: the live line while training, the report after it.
 */
#include "cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- the live line, on standard error ---- */

/* Seconds between two writings: of the line that is rewritten, and of lines that stay. */
#define LIVE_PERIOD 0.1
#define LINE_PERIOD 2.0

enum { MAX_LINE = 160 };

void cli_live_begin(cli_live *live, const cli_request *request, const char *name)
{
    const char *progress = gfn_options_text(request->program, "progress");
    /* Under a launcher isatty() is true in every rank even where output goes to a file. */
    const bool is_terminal = isatty(STDERR_FILENO) && !gfn_comm_is_launched();
    *live = (cli_live){.is_quiet = gfn_options_flag(request->program, "quiet") ||
                                   gfn_comm_launched_rank() != 0 || strcmp(progress, "never") == 0};
    live->tv = NAN;
    live->name = name;
    live->is_on = strcmp(progress, "always") == 0 || (strcmp(progress, "auto") == 0 && is_terminal);
}

static void print_duration(char *text, size_t size, double seconds)
{
    const long s = isfinite(seconds) && seconds < 1e9 ? (long)(seconds + 0.5) : 0;
    if (s >= 86400)
        snprintf(text, size, "%ldd%02ldh", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        snprintf(text, size, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(text, size, "%ldm%02lds", s / 60, s % 60);
    else
        snprintf(text, size, "%lds", s);
}

/* Columns of the terminal less one, so that a rewritten line never wraps. */
static int line_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return 79;
    return size.ws_col < MAX_LINE ? size.ws_col - 1 : MAX_LINE - 1;
}

bool cli_live_is_due(cli_live *live, const gfn_progress *p)
{
    const double period = live->is_on ? LIVE_PERIOD : LINE_PERIOD;
    if (p->has_evaluation && p->evaluation.is_exact)
        live->tv = p->evaluation.metrics.tv;
    return !live->is_quiet && p->seconds - live->last >= period;
}

void cli_live_show(cli_live *live, const gfn_progress *p)
{
    live->last = p->seconds;
    char left[32], tv[32] = "", line[MAX_LINE];
    const double rate = p->iterations_per_second;
    print_duration(left, sizeof left, rate > 0 ? (double)(p->iterations - p->iteration) / rate : 0);
    if (!isnan(live->tv))
        snprintf(tv, sizeof tv, "  TV %.1e", live->tv);
    snprintf(line, sizeof line,
             "%s%" PRId64 "/%" PRId64 "  loss %.2e  log Z %.3f%s  %.2e traj/s  %s", live->name,
             p->iteration, p->iterations, p->loss, p->log_z, tv, p->trajectories_per_second, left);
    const int width = line_width();
    if (live->is_on)
        fprintf(stderr, "\r%-*.*s", width, width, line);
    else
        fprintf(stderr, "%s left\n", line);
    fflush(stderr);
    live->is_dirty = live->is_on;
}

void cli_live_end(cli_live *live)
{
    if (live->is_dirty)
        fprintf(stderr, "\r%*s\r", line_width(), "");
    live->is_dirty = false;
}

/* ---- the heat map ---- */

/* Two maps of at most 19 bins of two characters each stand side by side in 80 columns. */
enum { MAX_BINS = 19 };
static const char shades[] = " .:-=+*#%@";

/* Mean of v over a bin of k x k cells of a size_y x size_x grid. */
static double bin_mean(const double *v, const int64_t *size, int64_t k, const int64_t *bin)
{
    double sum = 0;
    int64_t n = 0;
    for (int64_t y = bin[0] * k; y < (bin[0] + 1) * k && y < size[0]; y++)
        for (int64_t x = bin[1] * k; x < (bin[1] + 1) * k && x < size[1]; x++, n++)
            sum += v[y * size[1] + x];
    return n > 0 ? sum / (double)n : 0;
}

static void print_map_row(const double *v, const int64_t *size, int64_t k, int64_t y, double most)
{
    const int64_t bins = (size[1] + k - 1) / k;
    for (int64_t x = 0; x < bins; x++) {
        const double share = bin_mean(v, size, k, (int64_t[]){y, x}) / most;
        const int last = (int)sizeof shades - 2;
        int level = (int)(share * last + 0.5);
        level = level < 0 ? 0 : level > last ? last : level;
        printf("%c%c", shades[level], shades[level]);
    }
}

/* Samples beside the target, in one scale. */
static void print_maps(const gfn_env_spec *spec, const double *samples, const double *target)
{
    const int64_t *size = spec->axis;
    const int64_t widest = size[0] > size[1] ? size[0] : size[1];
    const int64_t k = (widest + MAX_BINS - 1) / MAX_BINS;
    const int64_t rows = (size[0] + k - 1) / k, columns = (size[1] + k - 1) / k;
    double most = 0;
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++)
            most = fmax(most, bin_mean(target, size, k, (int64_t[]){y, x}));
    printf("\n  %-*s  target\n", (int)(2 * columns), "samples");
    for (int64_t y = 0; y < rows; y++) {
        printf("  ");
        print_map_row(samples, size, k, y, most);
        printf("  ");
        print_map_row(target, size, k, y, most);
        printf("\n");
    }
    printf("  y down, x to the right; \"%s\" from 0 to %.3g a cell%s\n", shades, most,
           k > 1 ? ", means of neighbouring cells" : "");
}

static void print_heat_map(const gfn_run *run, const gfn_draw *draw)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_env(run));
    const double *target = gfn_run_target(run);
    if (spec->ndim != 2 || target == NULL || draw->counts == NULL || draw->n == 0)
        return;
    double *share = malloc(draw->n_counts * sizeof *share);
    if (share == NULL)
        return;
    for (size_t i = 0; i < draw->n_counts; i++)
        share[i] = (double)draw->counts[i] / (double)draw->n;
    print_maps(spec, share, target);
    free(share);
}

/* ---- the report, on standard output ---- */

static void print_bounds(const gfn_bounds *b)
{
    if (b->n == 0)
        return;
    printf("  bounds     ELBO %.4f +- %.1g", b->elbo.mean, b->elbo.error);
    if (!isnan(b->eubo.mean))
        printf("  EUBO %.4f +- %.1g", b->eubo.mean, b->eubo.error);
    if (!isnan(b->correlation))
        printf("; log p and log R correlate by %.4f", b->correlation);
    printf("\n");
}

static void print_exact(const gfn_run *run, const gfn_evaluation *e)
{
    const int64_t n_states = gfn_env_spec_of(gfn_run_env(run))->n_states;
    if (e->is_exact)
        printf("  exact      L1 %.3g  TV %.3g  JSD %.3g  KL %.3g\n", e->metrics.l1, e->metrics.tv,
               e->metrics.jsd, e->metrics.kl);
    else if (n_states <= 0)
        printf("  exact      not possible: the states cannot be numbered\n");
    else if (n_states > GFN_EXACT_MAX_STATES)
        printf("  exact      not possible: %" PRId64 " states, at most %" PRId64
               " are enumerated\n",
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
    }
    printf("\n");
}

/* `progress` NULL: nothing was trained. */
static void print_quality(const gfn_run *run, const gfn_evaluation *e, const gfn_bounds *bounds,
                          const gfn_draw *draw, const gfn_progress *progress)
{
    print_exact(run, e);
    printf("  log Z      %.6f", e->log_z);
    if (!isnan(e->log_z_error))
        printf("  (exact %.6f, error %+.2g)", e->log_z_true, e->log_z_error);
    printf("\n");
    print_bounds(bounds);
    if (progress)
        print_modes(progress);
    if (draw->n == 0)
        return;
    printf("  samples    %" PRId64, draw->n);
    if (!isnan(draw->l1))
        printf(": L1 %.3g, a perfect sampler scores %s%.3g", draw->l1, e->is_exact ? "" : "about ",
               draw->l1_noise_floor);
    if (draw->modes >= 0)
        printf("%s %" PRId64 " mode%s", isnan(draw->l1) ? ":" : ";", draw->modes,
               draw->modes == 1 ? "" : "s");
    printf("\n");
    if (draw->chi_square_df > 0)
        printf("             chi-square %.1f on %" PRId64
               " degrees of freedom against the policy\n",
               draw->chi_square, draw->chi_square_df);
}

void cli_pass_on_notice(const gfn_run *run)
{
    if (gfn_run_notice(run)[0])
        fprintf(stderr, "%s\n", gfn_run_notice(run));
}

void cli_report_training(const gfn_run *run, const gfn_report *r)
{
    const gfn_progress *p = &r->last;
    printf("%s after %" PRId64 " of %" PRId64 " iterations, %" PRId64 " trajectories, %.2f s "
           "(%.0f iterations/s)\n",
           r->is_complete ? "done" : "stopped", p->iteration, p->iterations, p->trajectories,
           r->seconds, p->iterations_per_second);
    if (!isnan(p->loss))
        printf("  loss       %.3g\n", p->loss);
    print_quality(run, &r->last.evaluation, &r->bounds, &r->draw, p);
    print_heat_map(run, &r->draw);
    if (gfn_run_directory(run)[0])
        printf("\n  files in %s\n", gfn_run_directory(run));
    if (gfn_run_directory(run)[0] && !gfn_plot_is_built() &&
        strcmp(gfn_options_text(gfn_run_options(run), "picture"), "yes") == 0)
        printf("  no histogram.png: this build has no Cairo (hint: apt-get install libcairo2-dev, "
               "then configure and build again)\n");
}

void cli_report_evaluation(const gfn_run *run, const gfn_evaluation *evaluation,
                           const gfn_bounds *bounds, const gfn_draw *draw)
{
    printf("checkpoint of iteration %" PRId64 ", params_crc %08" PRIx32 "\n",
           gfn_run_iteration(run), gfn_run_params_crc(run));
    print_quality(run, evaluation, bounds, draw, NULL);
    print_heat_map(run, draw);
}

void cli_print_objects(const gfn_run *run, const gfn_draw *draw)
{
    const size_t width = (size_t)gfn_env_spec_of(gfn_run_env(run))->state_width;
    for (int64_t i = 0; i < draw->n; i++) {
        for (size_t j = 0; j < width; j++)
            printf("%s%" PRId32, j ? " " : "", draw->objects[(size_t)i * width + j]);
        printf("\n");
    }
}
