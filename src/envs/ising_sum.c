/* SPDX-License-Identifier: MIT
 *
 * Ising worlds with any couplings: the sum over all 2^n objects.
 *
 * The spins are cut into low ones, at most LOW, and high ones. Each setting of the high spins is a
 * block: with it, log R is linear in the low spins except for their own couplings, which are in a
 * table, so an object costs two additions and an exp(). What is kept is the sum of each block.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sum.h"
#include "envs/ising.h"

/* MAX_SPINS: a second. */
enum { LOW = 10, MAX_SPINS = 26 };

struct sum {
    const gfn_ising *ising;
    double beta;
    int low, high;      /* spins */
    double *inner;      /* [2^low] log R of the couplings between low spins */
    double *cumulative; /* [2^high] of the weights of blocks, R^beta relative to the largest R^beta
                         * of a block */
    double log_z;
    double mean[GFN_ISING_ROWS];
};

static int spin_of(uint32_t bits, int i)
{
    return bits >> i & 1 ? 1 : -1;
}

/* Couplings of the spins first ... last - 1 with each other. bits: spin `first` is the lowest. */
static double couple(const gfn_ising *ising, int first, int last, uint32_t bits)
{
    double sum = 0;
    for (int i = first; i < last; i++)
        for (int j = first; j < i; j++)
            sum += ising->coupling[i * ising->n + j] * spin_of(bits, i - first) *
                   spin_of(bits, j - first);
    return 2 * sum;
}

/* log R of all objects of a block. */
static void fill_block(const struct sum *s, uint32_t block, double log_r[1 << LOW])
{
    const gfn_ising *ising = s->ising;
    double field[LOW] = {0};
    log_r[0] = couple(ising, s->low, ising->n, block);
    for (int i = 0; i < s->low; i++) {
        for (int j = 0; j < s->high; j++)
            field[i] += 2 * ising->coupling[i * ising->n + s->low + j] * spin_of(block, j);
        log_r[0] -= field[i];
    }
    for (int i = 0; i < s->low; i++)
        for (uint32_t k = 0; k < 1U << i; k++)
            log_r[1U << i | k] = log_r[k] + 2 * field[i];
    for (uint32_t k = 0; k < 1U << s->low; k++)
        log_r[k] += s->inner[k];
}

static double find_largest(const struct sum *s, const double *log_r)
{
    double largest = -INFINITY;
    for (uint32_t k = 0; k < 1U << s->low; k++)
        largest = fmax(largest, s->beta * log_r[k]);
    return largest;
}

/* Sums over objects, relative to exp(largest). */
struct totals {
    double largest;
    gfn_sum weight, energy, magnetization;
};

static void rescale(struct totals *t, double largest)
{
    const double factor = exp(t->largest - largest);
    gfn_sum *const sums[] = {&t->weight, &t->energy, &t->magnetization};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        *sums[i] = (gfn_sum){sums[i]->high * factor, sums[i]->low * factor};
    t->largest = largest;
}

/* Adds a block; returns the log of its weight. */
static double add_block(const struct sum *s, uint32_t block, struct totals *t)
{
    double log_r[1 << LOW];
    fill_block(s, block, log_r);
    const double largest = find_largest(s, log_r);
    if (largest > t->largest)
        rescale(t, largest);
    const int n = s->ising->n, ups = __builtin_popcount(block);
    double weight = 0, energy = 0, magnetization = 0;
    for (uint32_t k = 0; k < 1U << s->low; k++) {
        const double w = exp(s->beta * log_r[k] - t->largest);
        weight += w;
        energy -= w * log_r[k];
        magnetization += w * abs(2 * (ups + __builtin_popcount(k)) - n);
    }
    gfn_sum_add(&t->weight, weight);
    gfn_sum_add(&t->energy, energy);
    gfn_sum_add(&t->magnetization, magnetization);
    return t->largest + log(weight);
}

static void add_blocks(struct sum *s)
{
    const uint32_t blocks = 1U << s->high;
    struct totals t = {.largest = -INFINITY};
    double largest = -INFINITY, total = 0;
    for (uint32_t block = 0; block < blocks; block++) {
        s->cumulative[block] = add_block(s, block, &t);
        largest = fmax(largest, s->cumulative[block]);
    }
    for (uint32_t block = 0; block < blocks; block++)
        s->cumulative[block] = total += exp(s->cumulative[block] - largest);
    const double weight = gfn_sum_value(&t.weight), spins = s->ising->n;
    s->log_z = t.largest + log(weight);
    s->mean[GFN_ISING_ENERGY] = gfn_sum_value(&t.energy) / weight / spins;
    s->mean[GFN_ISING_ABS_MAGNETIZATION] = gfn_sum_value(&t.magnetization) / weight / spins;
}

static void destroy(void *solution)
{
    struct sum *s = solution;
    gfn_release(&s->inner);
    gfn_release(&s->cumulative);
    gfn_release(&s);
}

static gfn_status create(const void *world, double beta, void **solution)
{
    const gfn_ising *ising = world;
    struct sum *s;
    if (ising->n > MAX_SPINS)
        return gfn_fail(GFN_ENOSUP,
                        "ising: an exact sum over all objects of %d spins takes too long, expected "
                        "at most %d (hint: larger tori are exact, --side 13)",
                        (int)ising->n, MAX_SPINS);
    GFN_TRY(gfn_allocate("ising", 1, sizeof *s, &s));
    s->ising = ising;
    s->beta = beta;
    s->low = ising->n < LOW ? ising->n : LOW;
    s->high = ising->n - s->low;
    gfn_status status = gfn_allocate("ising", (size_t)1 << s->low, sizeof(double), &s->inner);
    if (status == GFN_OK)
        status = gfn_allocate("ising", (size_t)1 << s->high, sizeof(double), &s->cumulative);
    if (status != GFN_OK) {
        destroy(s);
        return status;
    }
    for (uint32_t k = 0; k < 1U << s->low; k++)
        s->inner[k] = couple(ising, 0, s->low, k);
    add_blocks(s);
    *solution = s;
    return GFN_OK;
}

static double log_z(const void *solution)
{
    const struct sum *s = solution;
    return s->log_z;
}

/* The first of n cumulative sums that reaches `target`, or the last one. */
static uint32_t find_reached(const double *cumulative, uint32_t n, double target)
{
    uint32_t from = 0, to = n - 1;
    while (from < to) {
        const uint32_t middle = from + (to - from) / 2;
        if (cumulative[middle] >= target)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

static void draw(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state)
{
    const struct sum *s = solution;
    const uint32_t blocks = 1U << s->high, objects = 1U << s->low;
    double weight[1 << LOW];
    for (size_t i = 0; i < n; i++, state += s->ising->n) {
        const int64_t object = first + (int64_t)i;
        const uint32_t block = find_reached(
            s->cumulative, blocks, gfn_ising_random(stream, object, 0) * s->cumulative[blocks - 1]);
        fill_block(s, block, weight);
        const double largest = find_largest(s, weight);
        double total = 0;
        for (uint32_t k = 0; k < objects; k++)
            weight[k] = total += exp(s->beta * weight[k] - largest);
        const uint32_t low =
            find_reached(weight, objects, gfn_ising_random(stream, object, 1) * total);
        for (int k = 0; k < s->ising->n; k++) {
            const bool is_up = k < s->low ? low >> k & 1 : block >> (k - s->low) & 1;
            state[k] = is_up ? GFN_SPIN_UP : GFN_SPIN_DOWN;
        }
    }
}

static void find_marginals(const void *solution, double *value)
{
    const struct sum *s = solution;
    for (int row = 0; row < GFN_ISING_ROWS; row++)
        value[row] = s->mean[row];
}

const gfn_env_solver gfn_ising_sum_solver = {
    .size = sizeof(gfn_env_solver),
    .create = create,
    .destroy = destroy,
    .log_z = log_z,
    .draw = draw,
    .marginals = find_marginals,
};
