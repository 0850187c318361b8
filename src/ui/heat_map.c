/* SPDX-License-Identifier: MIT
 *
 * The heat map of samples beside the target: colors of viridis, or characters.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* Two maps are side by side between margins, in at most 80 columns; a bin has two characters. */
enum { MOST_COLUMNS = 80, MARGIN = 2, LEAST_BINS = 2, BAR = 16 };
static const char shades[] = " .:-=+*#%@", title[] = "samples";

typedef struct map {
    const int64_t *size;   /* rows and columns of cells */
    int64_t k;             /* a bin is the mean of k x k cells, fewer at the end */
    int64_t rows, columns; /* of bins */
    double most;           /* largest of the target's bins */
    bool has_color;
} map;

/* Mean of v over a bin. */
static double bin_mean(const map *m, const double *v, int64_t row, int64_t column)
{
    double sum = 0;
    int64_t n = 0;
    for (int64_t y = row * m->k; y < (row + 1) * m->k && y < m->size[0]; y++)
        for (int64_t x = column * m->k; x < (column + 1) * m->k && x < m->size[1]; x++, n++)
            sum += v[y * m->size[1] + x];
    return n > 0 ? sum / (double)n : 0;
}

/* Print a share of the largest value as `width` characters. */
static void print_share(const map *m, double share, int width)
{
    const int last = (int)sizeof shades - 2;
    int level = (int)(share * last + 0.5);
    level = level < 0 ? 0 : level > last ? last : level;
    if (m->has_color)
        cli_print_background(share);
    for (int i = 0; i < width; i++)
        putchar(m->has_color ? ' ' : shades[level]);
}

static void print_row(const map *m, const double *v, int64_t row)
{
    for (int64_t x = 0; x < m->columns; x++)
        print_share(m, bin_mean(m, v, row, x) / m->most, 2);
    if (m->has_color)
        cli_print_no_background();
}

static void print_legend(const map *m)
{
    printf("  y down, x right; ");
    if (m->has_color) {
        printf("0 ");
        for (int i = 0; i < BAR; i++)
            print_share(m, (double)i / (BAR - 1), 1);
        cli_print_no_background();
        printf(" %.3g per cell\n", m->most);
    } else {
        printf("\"%s\" from 0 to %.3g per cell\n", shades, m->most);
    }
    if (m->k > 1)
        printf("  each square is the mean of %" PRId64 " x %" PRId64 " cells\n", m->k, m->k);
}

static int64_t most_bins(void)
{
    const int columns = cli_columns(STDOUT_FILENO);
    const int width = columns > 0 && columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
    const int bins = (width - 2 * MARGIN) / 4;
    return bins > LEAST_BINS ? bins : LEAST_BINS;
}

void cli_print_map(const cli_request *request, const gfn_env_spec *spec, const double *samples,
                   const double *target)
{
    const int64_t *size = spec->axis;
    const int64_t widest = size[0] > size[1] ? size[0] : size[1], most = most_bins();
    map m = {.size = size, .k = (widest + most - 1) / most};
    m.rows = (size[0] + m.k - 1) / m.k;
    m.columns = (size[1] + m.k - 1) / m.k;
    m.has_color = cli_has_color(request, STDOUT_FILENO);
    for (int64_t y = 0; y < m.rows; y++)
        for (int64_t x = 0; x < m.columns; x++)
            m.most = fmax(m.most, bin_mean(&m, target, y, x));
    /* The title may be wider than the map below it. */
    const int width = 2 * (int)m.columns, least = (int)strlen(title);
    const int gap = MARGIN + (width < least ? least - width : 0);
    printf("\n%*s%s%*starget\n", MARGIN, "", title, width + gap - least, "");
    for (int64_t y = 0; y < m.rows; y++) {
        printf("%*s", MARGIN, "");
        print_row(&m, samples, y);
        printf("%*s", gap, "");
        print_row(&m, target, y);
        printf("\n");
    }
    print_legend(&m);
}
