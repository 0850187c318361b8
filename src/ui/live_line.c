/* SPDX-License-Identifier: MIT
 *
 * The live line while training, on standard error: one that is rewritten, on a terminal, or lines
 * that stay.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Seconds between writes. A rewritten line has a fixed period; for lines that stay, the period is a
 * share of the time since the first step, within bounds. */
#define LIVE_PERIOD 0.1
#define LINE_SHARE 0.1
#define LEAST_LINE_PERIOD 2.0
#define MOST_LINE_PERIOD 60.0

/* Columns without a terminal; the minimum for a live line. */
enum { NO_TERMINAL = 80, LEAST_COLUMNS = 2, MAX_LINE = 240 };

/* The pieces of the line. */
enum { COUNT, LOSS, LOG_Z, TV, RATE, LEFT, PIECES, PIECE_SIZE = 96 };

void cli_live_begin(cli_live *live, const cli_request *request, const char *name)
{
    const char *progress = gfn_options_text(request->program, "progress");
    *live = (cli_live){.is_quiet = gfn_options_flag(request->program, "quiet") ||
                                   strcmp(progress, "never") == 0};
    live->begin = NAN;
    live->tv = NAN;
    live->name = name;
    live->is_on = strcmp(progress, "always") == 0 ||
                  (strcmp(progress, "auto") == 0 && cli_columns(STDERR_FILENO) > 0);
}

static double period(const cli_live *live, double seconds)
{
    if (live->is_on)
        return LIVE_PERIOD;
    return fmin(fmax(LINE_SHARE * (seconds - live->begin), LEAST_LINE_PERIOD), MOST_LINE_PERIOD);
}

bool cli_live_is_due(cli_live *live, const gfn_progress *p)
{
    if (isnan(live->begin))
        live->begin = live->last = p->seconds;
    if (p->has_evaluation && p->evaluation.is_exact)
        live->tv = p->evaluation.metrics.tv;
    return !live->is_quiet && p->seconds - live->last >= period(live, p->seconds);
}

static void print_left(char *text, size_t size, double seconds)
{
    const long s = isfinite(seconds) && seconds < 1e9 ? (long)(seconds + 0.5) : 0;
    if (s >= 86400)
        snprintf(text, size, "%ldd%02ldh left", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        snprintf(text, size, "%ldh%02ldm left", s / 3600, s / 60 % 60);
    else if (s >= 60)
        snprintf(text, size, "%ldm%02lds left", s / 60, s % 60);
    else
        snprintf(text, size, "%lds left", s);
}

static void describe(const cli_live *live, const gfn_progress *p, char piece[][PIECE_SIZE])
{
    const double rate = p->iterations_per_second;
    snprintf(piece[COUNT], PIECE_SIZE, "%s%" PRId64 "/%" PRId64, live->name, p->iteration,
             p->iterations);
    snprintf(piece[LOSS], PIECE_SIZE, "loss %.2e", p->loss);
    snprintf(piece[LOG_Z], PIECE_SIZE, "log Z %.3f", p->log_z);
    snprintf(piece[TV], PIECE_SIZE, "TV %.1e", live->tv);
    if (isnan(p->loss))
        piece[LOSS][0] = '\0';
    if (isnan(live->tv))
        piece[TV][0] = '\0';
    snprintf(piece[RATE], PIECE_SIZE, "%.2e traj/s", p->trajectories_per_second);
    if (!(rate > 0))
        piece[RATE][0] = '\0';
    print_left(piece[LEFT], PIECE_SIZE,
               rate > 0 ? (double)(p->iterations - p->iteration) / rate : 0);
}

/* Join the pieces that are not empty, separated by two blanks. Returns the length. */
static int join(char line[MAX_LINE], char piece[][PIECE_SIZE])
{
    size_t used = 0;
    line[0] = '\0';
    for (int i = 0; i < PIECES && used < MAX_LINE; i++)
        if (piece[i][0])
            used +=
                (size_t)snprintf(line + used, MAX_LINE - used, "%s%s", used ? "  " : "", piece[i]);
    return (int)used;
}

/* Join as many pieces as fit: on a narrow terminal, the least important are left out first. */
static void fit(char line[MAX_LINE], char piece[][PIECE_SIZE], int width)
{
    static const int least_first[] = {RATE, LOG_Z, LOSS, TV};
    for (size_t i = 0; join(line, piece) > width; i++) {
        if (i == sizeof least_first / sizeof least_first[0])
            return;
        piece[least_first[i]][0] = '\0';
    }
}

/* Columns of the terminal less one, so that a rewritten line never wraps. */
static int line_width(void)
{
    int columns = cli_columns(STDERR_FILENO);
    if (columns == 0)
        columns = NO_TERMINAL;
    if (columns < LEAST_COLUMNS)
        return 1;
    return columns < MAX_LINE ? columns - 1 : MAX_LINE - 1;
}

static void show(cli_live *live, char piece[][PIECE_SIZE], bool is_rewritten)
{
    char line[MAX_LINE];
    const int width = line_width();
    if (live->is_on)
        fit(line, piece, width);
    else
        join(line, piece);
    if (is_rewritten)
        fprintf(stderr, "\r%-*.*s", width, width, line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
    live->is_dirty = is_rewritten;
}

void cli_live_show(cli_live *live, const gfn_progress *p)
{
    char piece[PIECES][PIECE_SIZE];
    live->last = p->seconds;
    describe(live, p, piece);
    show(live, piece, live->is_on);
}

/* A launcher forwards both streams in no fixed order, so a line erased just before the report could
 * erase part of the report. Under a launcher, the live line is therefore erased here, and the new
 * line stays. */
void cli_live_show_work(cli_live *live, const gfn_progress *p, const char *doing)
{
    char piece[PIECES][PIECE_SIZE];
    const bool is_rewritten = live->is_on && isatty(STDERR_FILENO);
    if (!is_rewritten)
        cli_live_end(live);
    if (live->is_quiet || !(is_rewritten || p->seconds - live->begin >= LEAST_LINE_PERIOD))
        return;
    describe(live, p, piece);
    snprintf(piece[LEFT], PIECE_SIZE, "%s", doing);
    show(live, piece, is_rewritten);
}

void cli_live_end(cli_live *live)
{
    if (live->is_dirty)
        fprintf(stderr, "\r%*s\r", line_width(), "");
    live->is_dirty = false;
}
