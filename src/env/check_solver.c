/* SPDX-License-Identifier: MIT
 *
 * Rules about the solver of a world, at several exponents. If all objects were summed, its results
 * are compared with the sums.
 *
 * The mean of log R over n independent draws lies, except with a probability of 4e-9 at most,
 * within s sqrt(40/n) + 40/3 r/n of its expectation, if s is the standard deviation of log R and r
 * its range (Bernstein's inequality).
 */
#include <float.h>
#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/format.h"
#include "env/check_optional.h"

enum { FEW_DRAWS = 24, MANY_DRAWS = 4096, FILL = 0x5a };

struct solved {
    gfn_probe *probe;
    const gfn_env_solver *solver;
    const gfn_check_sum *sum; /* NULL: not known */
    const gfn_check_sums *sums;
    double beta;
    void *solution;
    gfn_stream stream;
    int32_t *state; /* [GFN_PROBE_LANES + 1][width] draws */
    int32_t *again; /* [GFN_PROBE_LANES + 1][width] */
    double *value;  /* [n_values + 1] */
    size_t n_values;
};

/* Rounding errors of sums of log R, and relative ones of sums of R^beta. */
static double rounding_of(const struct solved *s)
{
    return 64 * DBL_EPSILON * fmax(1, s->beta) * fmax(fabs(s->sums->least), fabs(s->sums->most));
}

static gfn_status check_log_z(const struct solved *s)
{
    const gfn_env *env = s->probe->env;
    gfn_probe_begin_call(s->probe, "solver->log_z", NULL);
    const double found = s->solver->log_z(s->solution);
    GFN_TRY(gfn_probe_end_call(s->probe, "solver->log_z", NULL));
    if (!isfinite(found))
        return gfn_probe_broken(env, NULL, "log Z of the solver is finite",
                                "expected a finite number at beta %g, found %g", s->beta, found);
    double expected = NAN;
    if (s->sum)
        expected = gfn_check_sum_log(s->sum);
    else if (s->beta == 1)
        expected = env->spec.log_z;
    if (isnan(expected) || fabs(found - expected) <= 1e-9 * fmax(1, fabs(expected)))
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "log Z of the solver is the log of the sum of R^beta",
                            "expected %.17g at beta %g, found %.17g", expected, s->beta, found);
}

/* ---- draws ---- */

static gfn_status draw(const struct solved *s, int64_t first, size_t n, int32_t *state)
{
    const size_t width = (size_t)s->probe->env->spec.state_width;
    const int32_t *rest = state + n * width;
    memset(state, FILL, (n + 1) * width * sizeof *state);
    gfn_probe_begin_call(s->probe, "solver->draw", NULL);
    s->solver->draw(s->solution, &s->stream, first, n, state);
    GFN_TRY(gfn_probe_end_call(s->probe, "solver->draw", NULL));
    for (size_t i = 0; i < width; i++)
        if (rest[i] != FILL * 0x01010101)
            return gfn_probe_broken(s->probe->env, NULL, "solver->draw() writes n objects",
                                    "expected %zu, found a write beyond", n);
    return GFN_OK;
}

/* Draw the same objects one by one and several at once, the last ones first. */
static gfn_status check_split(const struct solved *s)
{
    static const size_t sizes[] = {1, 7, 2};
    const gfn_env *env = s->probe->env;
    const size_t width = (size_t)env->spec.state_width;
    GFN_TRY(draw(s, 0, FEW_DRAWS, s->state));
    for (size_t left = FEW_DRAWS, i = 0; left > 0; i++) {
        const size_t size = sizes[i % (sizeof sizes / sizeof sizes[0])];
        const size_t n = size < left ? size : left;
        left -= n;
        GFN_TRY(draw(s, (int64_t)left, n, s->again));
        if (memcmp(s->again, s->state + left * width, n * width * sizeof *s->again) != 0)
            return gfn_probe_broken(env, s->state + left * width,
                                    "a draw depends on its number alone",
                                    "expected the same from draws %zu ... %zu alone as from draws "
                                    "0 ... %d, found others",
                                    left, left + n - 1, FEW_DRAWS - 1);
    }
    return GFN_OK;
}

static gfn_status check_objects(const struct solved *s)
{
    gfn_probe_begin_call(s->probe, "allowed_back", s->state);
    const gfn_status status = gfn_env_check_objects(s->probe->env, FEW_DRAWS, s->state);
    if (status != GFN_EINVAL)
        return status;
    char text[400];
    gfn_format(text, sizeof text, "%s", gfn_error_message());
    return gfn_probe_broken(s->probe->env, NULL, "draws of the solver are objects", "%s", text);
}

/* The mean of log R of many draws. */
static gfn_status check_mean(const struct solved *s)
{
    const gfn_env *env = s->probe->env;
    double log_reward[GFN_PROBE_LANES], mean = 0;
    for (size_t first = 0; first < MANY_DRAWS; first += GFN_PROBE_LANES) {
        const gfn_probe_input objects = {.n = GFN_PROBE_LANES, .state = s->state};
        GFN_TRY(draw(s, (int64_t)first, GFN_PROBE_LANES, s->state));
        GFN_TRY(gfn_probe_ask(env, s->probe->place, GFN_PROBE_LOG_REWARD, objects, log_reward));
        for (size_t i = 0; i < GFN_PROBE_LANES; i++)
            mean += (log_reward[i] - s->sums->most) / MANY_DRAWS;
    }
    mean += s->sums->most;
    const double expected = s->sum->w_l / s->sum->w;
    const double variance = fmax(0, s->sum->w_l_l / s->sum->w - expected * expected);
    const double range = s->sums->most - s->sums->least;
    const double limit =
        sqrt(40 * variance / MANY_DRAWS) + 40.0 / 3 * range / MANY_DRAWS + 1e-9 + rounding_of(s);
    if (fabs(mean - expected) <= limit)
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "draws follow R^beta / Z",
                            "expected a mean log R of %.6g of %d draws at beta %g, within %.2g, "
                            "found %.6g",
                            expected, MANY_DRAWS, s->beta, limit, mean);
}

static gfn_status check_draws(const struct solved *s)
{
    if (s->solver->draw == NULL)
        return GFN_OK;
    GFN_TRY(check_split(s));
    GFN_TRY(check_objects(s));
    return s->sum ? check_mean(s) : GFN_OK;
}

/* ---- marginals ---- */

static gfn_status check_value(const struct solved *s, size_t k)
{
    const gfn_env *env = s->probe->env;
    const size_t columns = gfn_probe_columns(s->probe);
    const double found = s->value[k];
    char key[200];
    env->ops->marginals->key(env->world, (int64_t)(k / columns), key, sizeof key);
    if (isinf(found))
        return gfn_probe_broken(env, NULL, "marginals of the solver are finite, or NAN",
                                "expected a number in column %zu of %s at beta %g, found %g",
                                k % columns + 1, key, s->beta, found);
    const bool is_known = s->sum && s->sums->n_values > 0 && !isnan(found);
    const double expected = is_known ? s->sum->w_value[k] / s->sum->w : found;
    const double limit = is_known ? (1e-8 + rounding_of(s)) * fmax(1, fabs(expected)) : 0;
    if (!is_known || fabs(found - expected) <= limit)
        return GFN_OK;
    return gfn_probe_broken(env, NULL, "marginals of the solver are expectations",
                            "expected %.12g in column %zu of %s at beta %g, found %.12g", expected,
                            k % columns + 1, key, s->beta, found);
}

static gfn_status check_marginals(const struct solved *s)
{
    if (s->solver->marginals == NULL || s->n_values == 0)
        return GFN_OK;
    memset(s->value, FILL, (s->n_values + 1) * sizeof *s->value);
    const double guard = s->value[s->n_values];
    gfn_probe_begin_call(s->probe, "solver->marginals", NULL);
    s->solver->marginals(s->solution, s->value);
    GFN_TRY(gfn_probe_end_call(s->probe, "solver->marginals", NULL));
    if (memcmp(&guard, &s->value[s->n_values], sizeof guard) != 0)
        return gfn_probe_broken(s->probe->env, NULL,
                                "solver->marginals() writes rows times columns",
                                "expected %zu numbers, found a write beyond", s->n_values);
    for (size_t k = 0; k < s->n_values; k++)
        GFN_TRY(check_value(s, k));
    return GFN_OK;
}

static gfn_status check_solution(const struct solved *s)
{
    GFN_TRY(check_log_z(s));
    GFN_TRY(check_draws(s));
    return check_marginals(s);
}

/* A world that is too large has no solution. */
static gfn_status solve(struct solved *s)
{
    const gfn_env *env = s->probe->env;
    gfn_probe_begin_call(s->probe, "solver->create", NULL);
    gfn_status status = s->solver->create(env->world, s->beta, &s->solution);
    if (status == GFN_ENOSUP)
        return gfn_probe_end_call(s->probe, "solver->create", NULL);
    if (status != GFN_OK)
        return gfn_fail_in(status, "solver->create(): ");
    status = gfn_probe_end_call(s->probe, "solver->create", NULL);
    if (status == GFN_OK)
        status = check_solution(s);
    gfn_probe_begin_call(s->probe, "solver->destroy", NULL);
    s->solver->destroy(s->solution);
    return status == GFN_OK ? gfn_probe_end_call(s->probe, "solver->destroy", NULL) : status;
}

gfn_status gfn_check_solver(gfn_probe *probe, const gfn_check_sums *sums, uint64_t seed,
                            gfn_arena *arena)
{
    const gfn_env *env = probe->env;
    const size_t draws = (GFN_PROBE_LANES + 1) * (size_t)env->spec.state_width;
    struct solved s = {
        .probe = probe,
        .solver = env->ops->solver,
        .sums = sums,
        .stream = {.seed = seed, .purpose = GFN_PURPOSE_CHECK},
        .n_values = probe->bytes[GFN_PROBE_FIND] / sizeof(double),
    };
    if (s.solver == NULL || env->reward.log_reward || env->ops->log_reward == NULL)
        return GFN_OK;
    GFN_TRY(gfn_arena_take(arena, draws, sizeof *s.state, &s.state));
    GFN_TRY(gfn_arena_take(arena, draws, sizeof *s.again, &s.again));
    GFN_TRY(gfn_arena_take(arena, s.n_values + 1, sizeof *s.value, &s.value));
    for (int b = 0; b < GFN_CHECK_BETAS; b++) {
        s.beta = gfn_check_betas[b];
        s.sum = sums ? &sums->at[b] : NULL;
        GFN_TRY(solve(&s));
    }
    return GFN_OK;
}
