/* SPDX-License-Identifier: MIT
 *
 * The Ising model on a torus of n x n spins with K = 2 sigma beta per bond, by transfer matrices.
 *
 * A row s has the weight d(s) = exp(K * sum of the products of neighbours in it), and two rows that
 * lie above each other the weight of P: a product over columns, so P is applied column by column,
 * in n 2^n operations instead of 4^n. With T = P D, Z is the sum over first rows r of
 * d(r) (P (D P)^(n - 1))(r, r). Rows that differ by a rotation, a reflection or the sign of all
 * spins have the same weight: one row per class is computed, about 2^n / (4 n).
 *
 *     x_0 = D P e_r,  x_k = D P x_(k-1)    weight of the last k + 1 rows, if the torus closes in r
 *     Z_r = d(r) (P x_(n-2))(r)
 *
 * Drawing takes a class, a row of the class, and then each row s' after s with a probability
 * proportional to P(s, s') x_k(s'). Horizontal and vertical bonds have the same expectation, so the
 * energy needs only the first row.
 *
 * n = 10, sigma = .2, beta = 1: log Z = 88.187700616.
 */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "envs/ising_rows.h"

/* MAX_SIDE: 146 MB and half a second. MAX_FRUSTRATION: a torus of odd side with negative bonds has
 * no row that satisfies all, and what it has would underflow. */
enum { MAX_SIDE = 13, MAX_FRUSTRATION = 600, MAX_MAGNETIZATION = 11 };

struct torus {
    const gfn_ising *ising;
    gfn_ising_rows rows;
    double *x;          /* [n_classes][n - 1][size] x_k, each relative to its largest entry */
    double *cumulative; /* [n_classes] of the weights of classes */
    double log_z;
    double energy; /* per spin */
};

static double *vector_of(const struct torus *t, uint32_t class, int k)
{
    return t->x + ((size_t) class * (size_t)(t->rows.n - 1) + (size_t)k) * t->rows.size;
}

/* (P x)(row) */
static double link_to(const gfn_ising_rows *rows, uint32_t row, const double *x)
{
    double sum = 0;
    for (uint32_t s = 0; s < rows->size; s++)
        sum += rows->link[s ^ row] * x[s];
    return sum;
}

/* Multiply by D and divide by the largest entry; returns its log. */
static double weigh(const gfn_ising_rows *rows, double *x)
{
    double largest = 0;
    for (uint32_t s = 0; s < rows->size; s++) {
        x[s] *= rows->weight[s];
        largest = x[s] > largest ? x[s] : largest;
    }
    if (!(largest > 0)) /* it underflows: check_solution() refuses the solution */
        return -INFINITY;
    for (uint32_t s = 0; s < rows->size; s++)
        x[s] /= largest;
    return log(largest);
}

/* The vectors of a class; returns log Z_r. */
static double solve_class(struct torus *t, uint32_t class)
{
    const gfn_ising_rows *rows = &t->rows;
    const uint32_t row = rows->row[class];
    double *x = vector_of(t, class, 0);
    for (uint32_t s = 0; s < rows->size; s++)
        x[s] = rows->link[s ^ row];
    double log_scale = weigh(rows, x);
    for (int k = 1; k < rows->n - 1; k++) {
        double *next = vector_of(t, class, k);
        memcpy(next, x, rows->size * sizeof *x);
        gfn_ising_rows_apply(rows, next);
        log_scale += weigh(rows, next);
        x = next;
    }
    return log_scale + gfn_ising_row_log_weight(rows, row) + log(link_to(rows, row, x));
}

static void solve_classes(struct torus *t)
{
    const gfn_ising_rows *rows = &t->rows;
    double largest = -INFINITY, total = 0, bonds = 0;
    for (uint32_t c = 0; c < rows->n_classes; c++) {
        t->cumulative[c] = solve_class(t, c);
        largest = fmax(largest, t->cumulative[c]);
    }
    for (uint32_t c = 0; c < rows->n_classes; c++) {
        const double weight = rows->count[c] * exp(t->cumulative[c] - largest);
        bonds += weight * gfn_ising_row_bonds(rows, rows->row[c]);
        t->cumulative[c] = total += weight;
    }
    t->log_z = largest + log(total) + gfn_ising_rows_log_scale(rows);
    t->energy = -2 * t->ising->bond * bonds / total / rows->n;
}

static void destroy(void *solution)
{
    struct torus *t = solution;
    gfn_ising_rows_clear(&t->rows);
    gfn_release(&t->x);
    gfn_release(&t->cumulative);
    gfn_release(&t);
}

static gfn_status allocate(struct torus *t)
{
    const size_t classes = t->rows.n_classes, vectors = classes * (size_t)(t->rows.n - 1);
    GFN_TRY(gfn_allocate("ising", classes, sizeof(double), &t->cumulative));
    return gfn_allocate("ising", vectors * t->rows.size, sizeof(double), &t->x);
}

static gfn_status check_size(const gfn_ising *ising, double k)
{
    if (ising->side > MAX_SIDE)
        return gfn_fail(GFN_ENOSUP,
                        "ising: transfer matrices of side %d take too long, expected at most %d "
                        "(hint: log Z is known for any side at beta 1)",
                        (int)ising->side, MAX_SIDE);
    if (ising->side % 2 && -2 * k * ising->side > MAX_FRUSTRATION)
        return gfn_fail(GFN_ENOSUP,
                        "ising: transfer matrices of odd side %d underflow with bonds of %g, "
                        "expected at least %g (hint: a smaller beta)",
                        (int)ising->side, k, -MAX_FRUSTRATION / 2.0 / ising->side);
    return GFN_OK;
}

/* Strong bonds underflow in the products of weights. */
static gfn_status check_solution(const struct torus *t, double k)
{
    const uint32_t classes = t->rows.n_classes;
    if (isfinite(t->log_z) && isfinite(t->energy) && isfinite(t->cumulative[classes - 1]))
        return GFN_OK;
    return gfn_fail(GFN_ENOSUP,
                    "ising: transfer matrices underflow with bonds of %g (hint: a smaller beta)",
                    k);
}

static gfn_status create(const void *world, double beta, void **solution)
{
    const gfn_ising *ising = world;
    const double k = beta * ising->bond;
    struct torus *t;
    GFN_TRY(check_size(ising, k));
    GFN_TRY(gfn_allocate("ising", 1, sizeof *t, &t));
    t->ising = ising;
    gfn_status status = gfn_ising_rows_init(&t->rows, ising->side, k);
    if (status == GFN_OK)
        status = allocate(t);
    if (status != GFN_OK) {
        destroy(t);
        return status;
    }
    solve_classes(t);
    status = check_solution(t, k);
    if (status != GFN_OK) {
        destroy(t);
        return status;
    }
    *solution = t;
    return GFN_OK;
}

static double log_z(const void *solution)
{
    const struct torus *t = solution;
    return t->log_z;
}

/* ---- drawing ---- */

/* The least row whose cumulative P(row, s) x(s) reaches the share u of all. */
static uint32_t draw_row(const gfn_ising_rows *rows, uint32_t row, const double *x, double u)
{
    const double target = u * link_to(rows, row, x);
    double sum = 0;
    uint32_t last = 0;
    for (uint32_t s = 0; s < rows->size; s++) {
        const double weight = rows->link[s ^ row] * x[s];
        last = weight > 0 ? s : last;
        sum += weight;
        if (sum >= target)
            break;
    }
    return last;
}

static void write_row(const struct torus *t, uint32_t row, int symmetry, int32_t *spin)
{
    const uint32_t image = gfn_ising_row_image(&t->rows, row, symmetry);
    for (int c = 0; c < t->rows.n; c++)
        spin[c] = image >> c & 1 ? GFN_SPIN_UP : GFN_SPIN_DOWN;
}

static void draw(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state)
{
    const struct torus *t = solution;
    const gfn_ising_rows *rows = &t->rows;
    for (size_t i = 0; i < n; i++, state += rows->n * rows->n) {
        const int64_t object = first + (int64_t)i;
        const double target =
            gfn_ising_random(stream, object, 0) * t->cumulative[rows->n_classes - 1];
        const double turn = gfn_ising_random(stream, object, 1) * 4 * rows->n;
        const int symmetry = turn < 4 * rows->n ? (int)turn : 4 * rows->n - 1;
        uint32_t class = 0;
        while (class + 1 < rows->n_classes && t->cumulative[class] < target)
            class ++;
        uint32_t row = rows->row[class];
        write_row(t, row, symmetry, state);
        for (int y = 1; y < rows->n; y++) {
            row = draw_row(rows, row, vector_of(t, class, rows->n - 1 - y),
                           gfn_ising_random(stream, object, (uint32_t)y + 1));
            write_row(t, row, symmetry, state + y * rows->n);
        }
    }
}

static void find_marginals(const void *solution, double *value)
{
    const struct torus *t = solution;
    value[GFN_ISING_ENERGY] = t->energy;
    value[GFN_ISING_MAGNETIZATION] = 0;
    value[GFN_ISING_ABS_MAGNETIZATION] =
        t->rows.n <= MAX_MAGNETIZATION ? gfn_ising_rows_abs_magnetization(&t->rows) : NAN;
}

const gfn_env_solver gfn_ising_torus_solver = {
    .size = sizeof(gfn_env_solver),
    .create = create,
    .destroy = destroy,
    .log_z = log_z,
    .draw = draw,
    .marginals = find_marginals,
};
