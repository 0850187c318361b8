/* SPDX-License-Identifier: MIT
 *
 * Rewards of the hypergrid. With a_d = |x_d/(size-1) - 1/2| in dimension d:
 *
 *     original    r0 + r1 prod_d [a_d > 1/4] + r2 prod_d [3/10 < a_d < 2/5]
 *                 Bengio et al. 2021 (arXiv:2106.04399)
 *     cosine      r0 + r1 prod_d (cos(50 a_d) + 1) phi(5 a_d),  phi the standard normal density
 *                 the other reward of that paper, scaled as in torchgfn (Lahlou et al. 2023,
 *                 arXiv:2305.14594)
 *     sparse      r0 + r1 [x is a goal]: each x_d is 1 or size-2, and not all are 1
 *                 Pan et al. 2022 (arXiv:2210.03308) in 2-D, torchgfn in more dimensions; their
 *                 r0, 1e-8 and 1e-12, stands for a reward of 0
 *     deceptive   r0 + r1 (1 - prod_d [a_d > 1/10]) + r2 prod_d [3/10 < a_d < 2/5]
 *                 Kim et al. 2025 (arXiv:2410.01432), as in its code and in torchgfn
 *
 * Borders are compared in integers: with m = size-1 and c = |20 x - 10 m|, a > b/20 means c > b m,
 * and the band is 6 m < c < 8 m. In each dimension a coordinate has a level: inner, outer, or in
 * the band, which lies inside the outer part. So a product over the dimensions is the minimum of
 * the levels, and R has at most three values. (torchgfn compares in floating point, where a = 2/5,
 * which occurs for sizes 11, 21, 31 ..., is in the band too.)
 *
 * The sum over all cells is exact too: the cells of a level are counted in closed form, and a sum
 * of products over the dimensions is a product of sums.
 *
 * The family `file` has no values: they come from outside (env/env_reward.c).
 *
 * Known answers: size=16 ndim=2 r0=0.01 has 4 cells with R = 2.51 and log Z = log 42.56 = 3.75091;
 * with deceptive, log Z = log 19.20256 = 2.95504.
 */
#include "envs/hypergrid_rewards.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/sum.h"

enum { CONSTANTS = 3 };

static const char *const constants[CONSTANTS] = {"r0", "r1", "r2"};

/* The cosine reward has a table with a double per coordinate. */
enum { MOST_COSINE_SIZE = 1 << 20 };

struct gfn_reward_family {
    double r[CONSTANTS];              /* published values; NAN: the family has no such constant */
    bool adds[GFN_LEVELS][CONSTANTS]; /* R at a level is the sum of these constants */
    int border;                       /* a coordinate is outer if a > border/20 */
    gfn_status (*prepare)(gfn_grid_rewards *g, const double *r);
    void (*log_reward)(const gfn_grid_rewards *g, size_t n, const int32_t *state, double *log_r);
};

/* ---- levels ---- */

/* Set log Z and the largest log R, given exp(log_count[i]) cells at level i. */
static void sum_levels(gfn_grid_rewards *g, const double log_count[GFN_LEVELS])
{
    double part[GFN_LEVELS], largest = -INFINITY, sum = 0;
    g->max_log_reward = -INFINITY;
    for (int i = 0; i < GFN_LEVELS; i++) {
        part[i] = g->log_r[i] + log_count[i];
        largest = fmax(largest, part[i]);
        if (log_count[i] > -INFINITY)
            g->max_log_reward = fmax(g->max_log_reward, g->log_r[i]);
    }
    for (int i = 0; i < GFN_LEVELS; i++)
        sum += exp(part[i] - largest);
    g->log_z = largest + log(sum);
}

static void fill_levels(gfn_grid_rewards *g, const double *r)
{
    for (int i = 0; i < GFN_LEVELS; i++) {
        double sum = 0;
        for (int k = 0; k < CONSTANTS; k++)
            if (g->family->adds[i][k])
                sum += r[k];
        g->log_r[i] = log(sum);
    }
}

/* log(a^n - b^n), a >= b >= 0. */
static double log_difference(double a, double b, int n)
{
    return n * log(a) + log(-expm1(n * log1p((b - a) / a)));
}

/* In the left half, outer coordinates are x < m (10 - border)/20, and those of the band m/10 < x <
 * m/5; the right half is the mirror image. */
static gfn_status prepare_bands(gfn_grid_rewards *g, const double *r)
{
    const int64_t m = g->size - 1;
    const int64_t outer = 2 * ((m * (10 - g->family->border) + 19) / 20);
    const int64_t band = 2 * ((m + 4) / 5 - 1 - m / 10);
    const double all = (double)g->size;
    fill_levels(g, r);
    sum_levels(g, (const double[GFN_LEVELS]){
                      [GFN_INNER] = log_difference(all, (double)outer, g->ndim),
                      [GFN_OUTER] = log_difference((double)outer, (double)band, g->ndim),
                      [GFN_BAND] = g->ndim * log((double)band),
                  });
    return GFN_OK;
}

static void log_reward_of_bands(const gfn_grid_rewards *g, size_t n, const int32_t *state,
                                double *log_r)
{
    const size_t ndim = (size_t)g->ndim;
    const int64_t m = g->size - 1, border = g->family->border * m;
    for (size_t i = 0; i < n; i++) {
        int level = GFN_BAND;
        for (size_t d = 0; d < ndim && level > GFN_INNER; d++) {
            const int64_t c = llabs(20 * (int64_t)state[i * ndim + d] - 10 * m);
            const int one = (c > 6 * m && c < 8 * m) ? GFN_BAND : c > border;
            level = one < level ? one : level;
        }
        log_r[i] = g->log_r[level];
    }
}

/* There are 2^ndim - 1 goals. */
static gfn_status prepare_goals(gfn_grid_rewards *g, const double *r)
{
    const double goals = log(exp2(g->ndim) - 1), all = g->ndim * log((double)g->size);
    if (g->size < 4)
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: size is %" PRId64 ", and the goals of the reward sparse lie at "
                        "coordinates 1 and size-2 (hint: --size 4 or more)",
                        g->size);
    fill_levels(g, r);
    sum_levels(g, (const double[GFN_LEVELS]){
                      [GFN_INNER] = all + log1p(-exp(goals - all)),
                      [GFN_OUTER] = -INFINITY,
                      [GFN_BAND] = goals,
                  });
    return GFN_OK;
}

static void log_reward_of_goals(const gfn_grid_rewards *g, size_t n, const int32_t *state,
                                double *log_r)
{
    const size_t ndim = (size_t)g->ndim;
    for (size_t i = 0; i < n; i++) {
        size_t near = 0, far = 0;
        for (size_t d = 0; d < ndim; d++) {
            near += state[i * ndim + d] == 1;
            far += state[i * ndim + d] == g->size - 2;
        }
        log_r[i] = g->log_r[near + far == ndim && far > 0 ? GFN_BAND : GFN_INNER];
    }
}

/* ---- cosine ---- */

static void log_reward_of_cosine(const gfn_grid_rewards *g, size_t n, const int32_t *state,
                                 double *log_r)
{
    const size_t ndim = (size_t)g->ndim;
    for (size_t i = 0; i < n; i++) {
        double product = 1;
        for (size_t d = 0; d < ndim; d++)
            product *= g->table[state[i * ndim + d]];
        log_r[i] = log(g->r0 + g->r1 * product);
    }
}

/* The factor of a coordinate; x and its mirror image give the same bits. */
static double cosine_factor(int64_t size, int64_t x)
{
    const int64_t m = size - 1;
    const double a = (double)llabs(2 * x - m) / (double)(2 * m), z = 5 * a;
    return (cos(50 * a) + 1) * exp(-z * z / 2) / sqrt(2 * M_PI);
}

static gfn_status prepare_cosine(gfn_grid_rewards *g, const double *r)
{
    gfn_sum sum = {0, 0};
    int32_t cell[GFN_ENV_MAX_NDIM], best = 0;
    if (g->size > MOST_COSINE_SIZE)
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: size is %" PRId64 ", and the reward cosine goes to %d (hint: "
                        "--size %d)",
                        g->size, MOST_COSINE_SIZE, MOST_COSINE_SIZE);
    GFN_TRY(gfn_allocate("reward cosine", (size_t)g->size, sizeof *g->table, &g->table));
    for (int32_t x = 0; x < (int32_t)g->size; x++) {
        g->table[x] = cosine_factor(g->size, x);
        gfn_sum_add(&sum, g->table[x]);
        best = g->table[x] > g->table[best] ? x : best;
    }
    g->r0 = r[0];
    g->r1 = r[1];
    const double flat = log(g->r0) + g->ndim * log((double)g->size);
    const double waves = log(g->r1) + g->ndim * log(gfn_sum_value(&sum));
    g->log_z = fmax(flat, waves) + log1p(exp(-fabs(flat - waves)));
    for (int d = 0; d < g->ndim; d++)
        cell[d] = best;
    log_reward_of_cosine(g, 1, cell, &g->max_log_reward);
    return GFN_OK;
}

/* ---- file ---- */

static gfn_status prepare_file(gfn_grid_rewards *g, const double *r)
{
    (void)r;
    g->max_log_reward = g->log_z = NAN;
    return GFN_OK;
}

static void log_reward_of_file(const gfn_grid_rewards *g, size_t n, const int32_t *state,
                               double *log_r)
{
    (void)g, (void)state;
    for (size_t i = 0; i < n; i++)
        log_r[i] = NAN;
}

static const struct gfn_reward_family family_original = {
    .r = {0.01, 0.5, 2},
    .adds = {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}},
    .border = 5,
    .prepare = prepare_bands,
    .log_reward = log_reward_of_bands,
};

static const struct gfn_reward_family family_cosine = {
    .r = {0.1, 0.5, NAN},
    .prepare = prepare_cosine,
    .log_reward = log_reward_of_cosine,
};

static const struct gfn_reward_family family_sparse = {
    .r = {1e-12, 1, NAN},
    .adds = {{1, 0, 0}, {1, 0, 0}, {1, 1, 0}},
    .prepare = prepare_goals,
    .log_reward = log_reward_of_goals,
};

static const struct gfn_reward_family family_deceptive = {
    .r = {1e-5, 0.1, 2},
    .adds = {{1, 1, 0}, {1, 0, 0}, {1, 0, 1}},
    .border = 2,
    .prepare = prepare_bands,
    .log_reward = log_reward_of_bands,
};

static const struct gfn_reward_family family_file = {
    .r = {NAN, NAN, NAN},
    .prepare = prepare_file,
    .log_reward = log_reward_of_file,
};

#define FAMILY(name) {#name, &family_##name},

static const struct {
    const char *name;
    const struct gfn_reward_family *family;
} families[] = {GFN_REWARD_FAMILIES(FAMILY)};

static const struct gfn_reward_family *find(const char *name)
{
    size_t i = 0;
    while (strcmp(families[i].name, name) != 0)
        i++;
    return families[i].family;
}

/* ---- options ---- */

static gfn_status read_constants(const struct gfn_reward_family *family, const gfn_options *options,
                                 double r[CONSTANTS])
{
    const char *name = gfn_options_text(options, "reward");
    for (int k = 0; k < CONSTANTS; k++) {
        r[k] = family->r[k];
        if (!gfn_options_is_set(options, constants[k]))
            continue;
        r[k] = gfn_options_number(options, constants[k]);
        if (isnan(family->r[k]))
            return gfn_fail(GFN_EINVAL,
                            "hypergrid: %s is %g, and the reward %s has no %s (hint: leave it out)",
                            constants[k], r[k], name, constants[k]);
    }
    if (r[0] <= 0)
        return gfn_fail(GFN_EINVAL, "hypergrid: r0 is %g, needs more than 0 (hint: --r0 %g)", r[0],
                        family->r[0]);
    return GFN_OK;
}

static gfn_status check_file(const char *name, const char *file)
{
    const bool wants_file = strcmp(name, "file") == 0;
    if (wants_file && file[0] == '\0')
        return gfn_fail(GFN_EINVAL, "hypergrid: reward is file: expected its name in reward-file, "
                                    "found none (hint: --reward-file reward.npy)");
    if (!wants_file && file[0] != '\0')
        return gfn_fail(GFN_EINVAL,
                        "hypergrid: reward-file is %.200s, and the reward %s reads none (hint: "
                        "--reward file)",
                        file, name);
    return GFN_OK;
}

gfn_status gfn_grid_rewards_init(gfn_grid_rewards *g, const gfn_options *options, int64_t size,
                                 int ndim, int64_t n_cells)
{
    const char *name = gfn_options_text(options, "reward");
    double r[CONSTANTS];
    *g = (gfn_grid_rewards){.family = find(name), .size = size, .ndim = ndim, .n_cells = n_cells};
    GFN_TRY(check_file(name, gfn_options_text(options, GFN_REWARD_FILE)));
    GFN_TRY(read_constants(g->family, options, r));
    return g->family->prepare(g, r);
}

void gfn_grid_rewards_clear(gfn_grid_rewards *g)
{
    gfn_release(&g->table);
}

bool gfn_grid_rewards_is_waiting(const gfn_grid_rewards *g)
{
    return isnan(g->log_z);
}

void gfn_grid_rewards_log_reward(const gfn_grid_rewards *g, size_t n, const int32_t *state,
                                 double *log_r)
{
    g->family->log_reward(g, n, state, log_r);
}
