/* SPDX-License-Identifier: MIT */
#include "envs/ising_rows.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

static uint32_t rotate(uint32_t row, int n, int by)
{
    return (row << by | row >> (n - by)) & ((1U << n) - 1);
}

uint32_t gfn_ising_row_image(const gfn_ising_rows *rows, uint32_t row, int symmetry)
{
    const int n = rows->n;
    uint32_t image = rotate(row, n, symmetry % n);
    if (symmetry / n % 2) {
        uint32_t mirrored = 0;
        for (int c = 0; c < n; c++)
            mirrored |= (image >> c & 1) << (n - 1 - c);
        image = mirrored;
    }
    return symmetry / n / 2 ? ~image & (rows->size - 1) : image;
}

int gfn_ising_row_bonds(const gfn_ising_rows *rows, uint32_t row)
{
    return rows->n - 2 * __builtin_popcount(row ^ rotate(row, rows->n, 1));
}

/* The largest sum of bonds times the sign of k: a ring of odd length cannot alternate. */
static int most_bonds(const gfn_ising_rows *rows)
{
    return rows->k < 0 && rows->n % 2 ? rows->n - 2 : rows->n;
}

double gfn_ising_row_log_weight(const gfn_ising_rows *rows, uint32_t row)
{
    return rows->k * gfn_ising_row_bonds(rows, row) - fabs(rows->k) * most_bonds(rows);
}

double gfn_ising_rows_log_scale(const gfn_ising_rows *rows)
{
    return rows->n * fabs(rows->k) * (most_bonds(rows) + rows->n);
}

/* A row is the least of its class if no image is less; the images that are equal say how often the
 * 4 n symmetries count each row. */
static gfn_status find_classes(gfn_ising_rows *rows)
{
    GFN_TRY(gfn_allocate("ising", rows->size, sizeof *rows->row, &rows->row));
    GFN_TRY(gfn_allocate("ising", rows->size, sizeof *rows->count, &rows->count));
    for (uint32_t row = 0; row < rows->size; row++) {
        int equal = 0, g = 0;
        for (; g < 4 * rows->n; g++) {
            const uint32_t image = gfn_ising_row_image(rows, row, g);
            if (image < row)
                break;
            equal += image == row;
        }
        if (g < 4 * rows->n)
            continue;
        rows->row[rows->n_classes] = row;
        rows->count[rows->n_classes++] = 4 * rows->n / equal;
    }
    return GFN_OK;
}

gfn_status gfn_ising_rows_init(gfn_ising_rows *rows, int n, double k)
{
    *rows = (gfn_ising_rows){.n = n, .size = 1U << n, .k = k};
    GFN_TRY(gfn_allocate("ising", rows->size, sizeof(double), &rows->weight));
    GFN_TRY(gfn_allocate("ising", rows->size, sizeof(double), &rows->link));
    for (uint32_t row = 0; row < rows->size; row++) {
        const int equal = n - 2 * __builtin_popcount(row);
        rows->weight[row] = exp(gfn_ising_row_log_weight(rows, row));
        rows->link[row] = exp(k * equal - fabs(k) * n);
    }
    return find_classes(rows);
}

void gfn_ising_rows_clear(gfn_ising_rows *rows)
{
    gfn_release(&rows->weight);
    gfn_release(&rows->link);
    gfn_release(&rows->row);
    gfn_release(&rows->count);
}

/* P is a product over columns, each of which mixes pairs of rows that differ there. */
void gfn_ising_rows_apply(const gfn_ising_rows *rows, double *x)
{
    const double other = exp(-2 * fabs(rows->k));
    const double same = rows->k < 0 ? other : 1, different = rows->k < 0 ? 1 : other;
    for (uint32_t bit = 1; bit < rows->size; bit *= 2)
        for (uint32_t first = 0; first < rows->size; first += 2 * bit)
            for (uint32_t s = first; s < first + bit; s++) {
                const double down = x[s], up = x[s + bit];
                x[s] = same * down + different * up;
                x[s + bit] = different * down + same * up;
            }
}

/* ---- magnetization ----
 *
 * With u spins up of N = n^2, phi(a) = E exp(i a (u - N/2)) is found as log Z is, with D multiplied
 * by exp(i a (ups of the row - n/2)), and is real because u and N - u are equally probable. Its
 * values at a = 2 pi k / (N + 1) give the distribution of u by a Fourier transform. */

struct phases {
    double re[32], im[32]; /* by ups of a row */
};

static struct phases make_phases(int n, double angle)
{
    struct phases p;
    for (int ups = 0; ups <= n; ups++) {
        p.re[ups] = cos(angle * (ups - n / 2.0));
        p.im[ups] = sin(angle * (ups - n / 2.0));
    }
    return p;
}

/* A vector of complex numbers. */
struct vector {
    double *re, *im; /* [size] */
};

/* y = P D x. */
static void transfer(const gfn_ising_rows *rows, const struct phases *p, struct vector x,
                     struct vector y)
{
    for (uint32_t s = 0; s < rows->size; s++) {
        const int ups = __builtin_popcount(s);
        y.re[s] = rows->weight[s] * (x.re[s] * p->re[ups] - x.im[s] * p->im[ups]);
        y.im[s] = rows->weight[s] * (x.re[s] * p->im[ups] + x.im[s] * p->re[ups]);
    }
    gfn_ising_rows_apply(rows, y.re);
    gfn_ising_rows_apply(rows, y.im);
}

/* The real part of the weight of all tori with this first row: d (P D)^(n-1) P, as the product of
 * y_j = (P D)^j P e_row for two j, D between them, because P and D are symmetric. */
static double close_torus(const gfn_ising_rows *rows, const struct phases *p, uint32_t row,
                          struct vector y[2])
{
    for (uint32_t s = 0; s < rows->size; s++) {
        y[0].re[s] = rows->link[s ^ row];
        y[0].im[s] = 0;
    }
    struct vector last = y[0], before = y[0];
    for (int j = 1; j <= (rows->n - 1) / 2; j++) {
        before = last;
        last = last.re == y[0].re ? y[1] : y[0];
        transfer(rows, p, before, last);
    }
    if (rows->n % 2 == 0)
        before = last;
    double re = 0, im = 0;
    for (uint32_t s = 0; s < rows->size; s++) {
        const int ups = __builtin_popcount(s);
        const double a = before.re[s] * last.re[s] - before.im[s] * last.im[s];
        const double b = before.re[s] * last.im[s] + before.im[s] * last.re[s];
        re += rows->weight[s] * (a * p->re[ups] - b * p->im[ups]);
        im += rows->weight[s] * (a * p->im[ups] + b * p->re[ups]);
    }
    const int ups = __builtin_popcount(row);
    return rows->weight[row] * (re * p->re[ups] - im * p->im[ups]);
}

static double sum_tori(const gfn_ising_rows *rows, double angle, struct vector y[2])
{
    const struct phases p = make_phases(rows->n, angle);
    double sum = 0;
    for (uint32_t c = 0; c < rows->n_classes; c++)
        sum += rows->count[c] * close_torus(rows, &p, rows->row[c], y);
    return sum;
}

double gfn_ising_rows_abs_magnetization(const gfn_ising_rows *rows)
{
    const int spins = rows->n * rows->n, points = spins + 1;
    const size_t size = rows->size;
    double *memory, z = 0, mean = 0;
    if (gfn_allocate("ising", 4 * size, sizeof *memory, &memory) != GFN_OK)
        return NAN;
    struct vector y[2] = {{memory, memory + size}, {memory + 2 * size, memory + 3 * size}};
    for (int k = 0; 2 * k <= points; k++) {
        const double angle = 2 * acos(-1) * k / points, phi = sum_tori(rows, angle, y);
        double transform = 0;
        for (int ups = 0; ups <= spins; ups++)
            transform += abs(2 * ups - spins) * cos(angle * (ups - spins / 2.0));
        z = k == 0 ? phi : z;
        mean += (k == 0 || 2 * k == points ? 1 : 2) * phi * transform;
    }
    gfn_release(&memory);
    return mean / z / points / spins;
}
