/* SPDX-License-Identifier: MIT
 *
 * The distribution of sets of k of n items with energies E_i, R = exp(-sum E_i), by elementary
 * symmetric polynomials: with weights w_i = exp(-beta E_i), the sum of R^beta over all sets of r of
 * the items i, i + 1, ... is
 *
 *     e(i, r) = e(i + 1, r) + w_i e(i + 1, r - 1),    e(n, 0) = 1,
 *
 * and item i is in such a set with the probability w_i e(i + 1, r - 1) / e(i, r). Logarithms cover
 * any size, in time n k.
 *
 * To check by: 2 of the 3 items with the energies 0, log 2 and log 4 have Z = 1/2 + 1/4 + 1/8, and
 * the first one is in 6 of 7 of them.
 */
#include <math.h>
#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/memory.h"
#include "envs/set.h"

typedef struct solution {
    const gfn_item_set *set;
    double log_z;
    double *p;        /* [n][k + 1] that place i is taken if r items are left to take */
    double *marginal; /* [n] by item */
} solution;

static double add_logs(double a, double b)
{
    const double high = fmax(a, b), low = fmin(a, b);
    return low == -INFINITY ? high : high + log1p(exp(low - high));
}

/* Places are those of set->energy. Returns log e(0, k). log_e [k + 1] is scratch. */
static double find_probabilities(solution *s, double beta, double *log_e)
{
    const size_t k = (size_t)s->set->k;
    log_e[0] = 0;
    for (size_t r = 1; r <= k; r++)
        log_e[r] = -INFINITY;
    for (size_t place = (size_t)s->set->n; place-- > 0;) {
        const double log_w = -beta * s->set->energy[place];
        for (size_t r = k; r > 0; r--) {
            const double taken = log_w + log_e[r - 1];
            log_e[r] = add_logs(log_e[r], taken);
            s->p[place * (k + 1) + r] = taken > -INFINITY ? exp(taken - log_e[r]) : 0;
        }
    }
    return log_e[k];
}

/* left [k + 1], scratch: the probabilities that r items are left to take. */
static void find_marginals(solution *s, double *left)
{
    const size_t k = (size_t)s->set->k, n = (size_t)s->set->n;
    memset(left, 0, (k + 1) * sizeof *left);
    left[k] = 1;
    for (size_t place = 0; place < n; place++) {
        const double *p = s->p + place * (k + 1);
        double sum = 0;
        for (size_t r = 1; r <= k; r++) {
            const double taken = left[r] * p[r];
            sum += taken;
            left[r] -= taken;
            left[r - 1] += taken;
        }
        s->marginal[s->set->item[place]] = sum;
    }
}

static void destroy(void *solved)
{
    solution *s = solved;
    gfn_release(&s->p);
    gfn_release(&s->marginal);
    gfn_release(&s);
}

static gfn_status solve(solution *s, double beta)
{
    const size_t n = (size_t)s->set->n, k = (size_t)s->set->k;
    double *scratch;
    GFN_TRY(gfn_allocate("solution", n * (k + 1), sizeof *s->p, &s->p));
    GFN_TRY(gfn_allocate("solution", n, sizeof *s->marginal, &s->marginal));
    GFN_TRY(gfn_allocate("solution", k + 1, sizeof *scratch, &scratch));
    s->log_z = find_probabilities(s, beta, scratch);
    find_marginals(s, scratch);
    gfn_release(&scratch);
    if (isfinite(s->log_z))
        return GFN_OK;
    return gfn_fail(
        GFN_ENOSUP,
        "set: expected a finite log Z, found %g for R to the power of %g (hint: smaller "
        "--energies)",
        s->log_z, beta);
}

static gfn_status create(const void *world, double beta, void **solved)
{
    const gfn_item_set *set = world;
    solution *s;
    if (set->item == NULL)
        return gfn_fail(GFN_ENOSUP, "set: expected energies of single items, found pairs: the sum "
                                    "over all sets is not known");
    GFN_TRY(gfn_allocate("solution", 1, sizeof *s, &s));
    s->set = set;
    const gfn_status status = solve(s, beta);
    if (status == GFN_OK)
        *solved = s;
    else
        destroy(s);
    return status;
}

static double log_z(const void *solved)
{
    return ((const solution *)solved)->log_z;
}

static void draw(const void *solved, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state)
{
    const solution *s = solved;
    const gfn_item_set *set = s->set;
    const size_t row = (size_t)set->k + 1;
    memset(state, 0, n * set->width * sizeof *state);
    for (size_t i = 0; i < n; i++, state += set->width) {
        size_t left = (size_t)set->k;
        for (size_t place = 0; left > 0; place++) {
            const uint64_t object = (uint64_t)first + i;
            if (gfn_random_unit(stream, object, (uint32_t)place) >= s->p[place * row + left])
                continue;
            gfn_set_toggle(state, set->item[place]);
            left--;
        }
    }
}

static void marginals(const void *solved, double *value)
{
    const solution *s = solved;
    memcpy(value, s->marginal, (size_t)s->set->n * sizeof *value);
}

const gfn_env_solver gfn_set_solver = {
    .size = sizeof(gfn_env_solver),
    .create = create,
    .destroy = destroy,
    .log_z = log_z,
    .draw = draw,
    .marginals = marginals,
};
