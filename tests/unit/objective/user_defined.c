/* SPDX-License-Identifier: MIT
 *
 * An objective and an optimizer that the library does not have, used through the public interface:
 * they need no table. Together they train a policy to its target.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gfn.h>

/* log cosh of the residual of trajectory balance: quadratic near 0, linear far from it. */
static double log_cosh(const gfn_terms *terms, gfn_derivatives *d)
{
    const double delta = terms->log_z + terms->sum_log_pf - terms->log_reward - terms->sum_log_pb;
    d->log_pf[0] = d->log_z = tanh(delta);
    d->log_pb[0] = -tanh(delta);
    d->is_uniform = true;
    return fabs(delta) + log1p(exp(-2 * fabs(delta))) - log(2);
}

static const gfn_objective objective = {.size = sizeof(gfn_objective),
                                        .name = "log-cosh",
                                        .summary = "trajectory balance, robust to outliers",
                                        .source = "none",
                                        .loss = log_cosh};

/* v = .99 v + .01 g^2,  x = x - rate g / (sqrt(v) + 1e-6) */
static void divide_by_root(int64_t t, double rate, size_t n, gfn_real *x, const gfn_real *g,
                           gfn_real *const moment[GFN_MAX_MOMENTS])
{
    (void)t;
    for (size_t i = 0; i < n; i++) {
        const double slope = (double)g[i], v = 0.99 * (double)moment[0][i] + 0.01 * slope * slope;
        moment[0][i] = (gfn_real)v;
        x[i] -= (gfn_real)(rate * slope / (sqrt(v) + 1e-6));
    }
}

static const gfn_optimizer optimizer = {.name = "rmsprop",
                                        .summary = "a second moment alone",
                                        .source = "none",
                                        .n_moments = 1,
                                        .moment = {"v"},
                                        .step = divide_by_root};

enum { BATCH = 64, ITERATIONS = 600 };

/* The objects that training needs. */
typedef struct fixture {
    gfn_comm *comm;
    gfn_env *env;
    gfn_model *model;
    gfn_sampler *sampler;
    gfn_trajectories *log;
    gfn_gradient *gradient;
    gfn_real *vector, *moment[GFN_MAX_MOMENTS];
} fixture;

static void make(fixture *f)
{
    const gfn_model_config config = {.n_hidden = 1, .hidden = {16}};
    assert_int_equal(gfn_comm_open_serial(&f->comm), GFN_OK);
    assert_int_equal(gfn_env_create("hypergrid", "size=5 r0=0.1", &f->env), GFN_OK);
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    gfn_model_init(f->model, 2385);
    assert_int_equal(gfn_sampler_create(f->env, f->model, BATCH, 1, &f->sampler), GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(f->sampler, &f->log), GFN_OK);
    assert_int_equal(gfn_gradient_create(f->comm, f->sampler, &objective, BATCH, &f->gradient),
                     GFN_OK);
    const size_t n = gfn_model_n_params(f->model);
    f->vector = calloc(n, sizeof *f->vector);
    f->moment[0] = calloc(n, sizeof *f->vector);
    assert_true(f->vector && f->moment[0]);
}

static void drop(fixture *f)
{
    free(f->vector);
    free(f->moment[0]);
    gfn_gradient_destroy(&f->gradient);
    gfn_trajectories_destroy(&f->log);
    gfn_sampler_destroy(&f->sampler);
    gfn_model_destroy(&f->model);
    gfn_env_destroy(&f->env);
    gfn_comm_close(&f->comm);
}

/* One iteration; log Z, the last parameter, has a separate rate. Returns the loss. */
static double step(fixture *f, int64_t iteration)
{
    const gfn_stream stream = {0, GFN_PURPOSE_TRAIN, (uint64_t)iteration};
    const size_t z = gfn_model_log_z_offset(f->model);
    const double factor = gfn_schedule_factor(GFN_COSINE, iteration, ITERATIONS);
    gfn_real *x = gfn_model_params(f->model), *g = f->vector;
    gfn_real *const of_log_z[GFN_MAX_MOMENTS] = {f->moment[0] + z};
    double loss = NAN;
    gfn_status status = gfn_sampler_sample(f->sampler, &stream, 0, BATCH, f->log);
    if (status == GFN_OK)
        status = gfn_gradient_add(f->gradient, f->log);
    assert_int_equal(gfn_gradient_backward(f->gradient, status, g, &loss), GFN_OK);
    optimizer.step(iteration + 1, 0.01 * factor, z, x, g, f->moment);
    optimizer.step(iteration + 1, 0.05 * factor, 1, x + z, g + z, of_log_z);
    return loss;
}

static void an_objective_and_an_optimizer_need_no_table(void **unused)
{
    (void)unused;
    fixture f = {0};
    double first, last = NAN;
    make(&f);
    assert_null(gfn_objective_find(objective.name));
    first = step(&f, 0);
    for (int64_t i = 1; i < ITERATIONS; i++)
        last = step(&f, i);
    const double exact = gfn_env_spec_of(f.env)->log_z;
    if (!(last < 0.01 * first) || !(fabs(gfn_model_log_z(f.model) - exact) < 0.02))
        fail_msg("loss %g -> %g, log Z %g, exact %g", first, last, gfn_model_log_z(f.model), exact);
    drop(&f);
}

/* An objective that does not call gfn_terms_loss() would ignore it. */
static void a_loss_needs_an_objective_that_takes_one(void **unused)
{
    (void)unused;
    fixture f = {0};
    gfn_gradient *taking = NULL;
    gfn_objective other = objective;
    other.needs = GFN_TAKES_LOSS;
    make(&f);
    const gfn_real *params = gfn_model_params(f.model);
    assert_int_equal(gfn_gradient_set_loss(f.gradient, gfn_loss_find("square"), NAN), GFN_OK);
    assert_int_equal(gfn_gradient_set_loss(f.gradient, gfn_loss_find("square"), 1), GFN_EINVAL);
    assert_int_equal(gfn_gradient_set_loss(f.gradient, gfn_loss_find("huber"), NAN), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found log-cosh (hint: gfn_terms_loss()"));
    assert_int_equal(gfn_gradient_set_loss(f.gradient, gfn_loss_find("Huber"), 1), GFN_EINVAL);
    assert_int_equal(gfn_gradient_set_target(f.gradient, params), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "found log-cosh"));
    assert_int_equal(gfn_gradient_set_target(f.gradient, NULL), GFN_OK);
    step(&f, 0); /* as if nothing had been asked for */
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, &other, BATCH, &taking), GFN_OK);
    assert_int_equal(gfn_gradient_set_loss(taking, gfn_loss_find("huber"), 0.25), GFN_OK);
    gfn_gradient_destroy(&taking);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_needs_an_objective_that_takes_one),
        cmocka_unit_test(an_objective_and_an_optimizer_need_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
