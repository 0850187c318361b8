/* SPDX-License-Identifier: MIT
 *
 * The gradient of given trajectories, all the way from their actions to one number a parameter.
 * Built in double, so that central differences are sharp: what remains is the rounding of
 * derivatives to 2^-27 and of block gradients to 2^-36.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gradient.h>
#include <gfn/random.h>

#include "tests/unit/env/worlds.h"

#ifndef GFN_REAL64
#error "this test needs a build in double"
#endif

enum { BATCH = 60 };

typedef struct fixture {
    gfn_comm *comm;
    gfn_env *env;
    gfn_model *model;
    gfn_sampler *sampler;
    gfn_trajectories *log;
    gfn_gradient *gradient;
    double *vector, *target;
} fixture;

/* What is trained: an objective and the models that go with it. */
typedef struct method {
    const char *objective;
    gfn_backward backward;
    gfn_flow flow;
} method;

/* The loss of its residuals, by its place in the table, and whether there is a target network. */
typedef struct variant {
    method how;
    size_t loss;
    bool has_target;
} variant;

/* The world of a job: "bits ..." or "ladder ..." (env_worlds.h), else a hypergrid. */
static void make_env(const char *job, gfn_env **env)
{
    const char *settings = strchr(job, ' ') + 1;
    if (strncmp(job, "bits ", 5) == 0)
        assert_int_equal(gfn_env_create_from(&bits_world, settings, env), GFN_OK);
    else if (strncmp(job, "ladder ", 7) == 0)
        assert_int_equal(gfn_env_create_from(&ladder_world, settings, env), GFN_OK);
    else
        assert_int_equal(gfn_env_create("hypergrid", job, env), GFN_OK);
}

/* A target network with other parameters. */
static void make_target(fixture *f)
{
    const size_t n = gfn_model_n_params(f->model);
    f->target = calloc(n, sizeof *f->target);
    assert_non_null(f->target);
    for (size_t i = 0; i < n; i++)
        f->target[i] = gfn_model_params(f->model)[i] + 0.03 * (double)(i % 5) - 0.06;
    assert_int_equal(gfn_gradient_set_target(f->gradient, f->target), GFN_OK);
}

static void make_method(fixture *f, const char *job, const variant *v, int threads)
{
    const method *how = &v->how;
    const gfn_stream stream = {3, GFN_PURPOSE_TRAIN, 0};
    const gfn_model_config config = {
        .n_hidden = 2, .hidden = {11, 7}, .backward = how->backward, .flow = how->flow};
    assert_int_equal(gfn_comm_open_serial(&f->comm), GFN_OK);
    make_env(job, &f->env);
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    gfn_model_init(f->model, 31);
    gfn_model_params(f->model)[gfn_model_log_z_offset(f->model)] = 1.385;
    assert_int_equal(gfn_sampler_create(f->env, f->model, BATCH, threads, &f->sampler), GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(f->sampler, &f->log), GFN_OK);
    assert_int_equal(gfn_gradient_create(f->comm, f->sampler, gfn_objective_find(how->objective),
                                         BATCH, &f->gradient),
                     GFN_OK);
    assert_int_equal(gfn_gradient_set_loss(f->gradient, gfn_loss_kind_of(v->loss), NAN), GFN_OK);
    if (v->has_target)
        make_target(f);
    assert_int_equal(gfn_sampler_sample(f->sampler, &stream, 0, BATCH, f->log), GFN_OK);
    f->vector = calloc(gfn_model_n_params(f->model), sizeof *f->vector);
}

static void make(fixture *f, const char *settings, const char *objective, int threads)
{
    make_method(f, settings, &(variant){.how.objective = objective}, threads);
}

static void drop(fixture *f)
{
    free(f->vector);
    gfn_gradient_destroy(&f->gradient);
    free(f->target);
    gfn_trajectories_destroy(&f->log);
    gfn_sampler_destroy(&f->sampler);
    gfn_model_destroy(&f->model);
    gfn_env_destroy(&f->env);
    gfn_comm_close(&f->comm);
}

/* Loss of the kept trajectories under the current parameters; the gradient goes to `vector`. */
static double differentiate(fixture *f, double *vector)
{
    double loss;
    assert_int_equal(gfn_sampler_score(f->sampler, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_add(f->gradient, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f->gradient, GFN_OK, vector, &loss), GFN_OK);
    return loss;
}

/* Of 60 trajectories: small spaces (one of more than one block), and two that are not small. */
static const char *const jobs[] = {"size=7 r0=0.1", "size=4 ndim=3", "size=9 encoding=khot",
                                   "size=17 encoding=khot", "size=5 ndim=5"};

enum { SMALL_JOBS = 3, JOBS = sizeof jobs / sizeof jobs[0] };

static const method methods[] = {
    {"tb", GFN_BACKWARD_UNIFORM, GFN_FLOW_NONE},    {"tb", GFN_BACKWARD_LEARNED, GFN_FLOW_NONE},
    {"tb", GFN_BACKWARD_TIED, GFN_FLOW_NONE},       {"vargrad", GFN_BACKWARD_TIED, GFN_FLOW_NONE},
    {"db", GFN_BACKWARD_LEARNED, GFN_FLOW_OWN},     {"db", GFN_BACKWARD_TIED, GFN_FLOW_HEAD},
    {"fl-db", GFN_BACKWARD_UNIFORM, GFN_FLOW_HEAD}, {"subtb", GFN_BACKWARD_TIED, GFN_FLOW_OWN},
    {"subtb", GFN_BACKWARD_UNIFORM, GFN_FLOW_HEAD}, {"fl-subtb", GFN_BACKWARD_TIED, GFN_FLOW_HEAD},
    {"fm", GFN_BACKWARD_UNIFORM, GFN_FLOW_EDGES},   {"mdb", GFN_BACKWARD_UNIFORM, GFN_FLOW_NONE},
    {"mdb", GFN_BACKWARD_LEARNED, GFN_FLOW_NONE},
};

/* Every method with the square in every job, and with every loss, without and with a target
 * network, in one. */
enum { METHODS = sizeof methods / sizeof methods[0], TURNS = 8 };
enum { CASES = JOBS * METHODS + (TURNS - 1) * METHODS };

static variant variant_of(size_t m, size_t turn)
{
    variant v = {.how = methods[m], .loss = turn % 4};
    const unsigned needs = gfn_objective_find(v.how.objective)->needs;
    v.has_target = (needs & GFN_TAKES_TARGET) && (turn + turn / 4) % 2;
    return v;
}

static void make_case(fixture *f, size_t k, int threads)
{
    const size_t turn = k < JOBS * METHODS ? 0 : 1 + (k - JOBS * METHODS) / METHODS;
    const variant v = variant_of(k % METHODS, turn);
    make_method(f, jobs[k % JOBS], &v, threads);
}

/* Worlds in which not every state may stop, for the objectives that do not ask for it. */
static const char *const other_worlds[] = {"ladder rungs=9", "bits length=5 numbered=yes",
                                           "bits length=9 ones=4"};

static const unsigned grid_only = GFN_NEEDS_REWARDS | GFN_NEEDS_STOP;

static const gfn_objective *objective_of(const variant *v)
{
    return gfn_objective_find(v->how.objective);
}

/* The loss at x[i] = x0 + shift; what log Z is learned or estimated from changes with it. */
static double shifted_loss(fixture *f, size_t i, double shift, double *unused)
{
    double *x = &gfn_model_params(f->model)[i];
    const double x0 = *x;
    *x = x0 + shift;
    const double loss = differentiate(f, unused);
    *x = x0;
    return loss;
}

static bool is_near(double derivative, double difference)
{
    return fabs(derivative - difference) < 1e-5 * fmax(1, fabs(difference));
}

/* Central differences, made narrower where a unit of the network might switch on within them. */
static double find_difference(fixture *f, size_t i, double derivative, double *unused)
{
    double difference = NAN;
    for (double h = 1e-5; h > 1e-7 && !is_near(derivative, difference); h /= 8) {
        const double up = shifted_loss(f, i, h, unused), down = shifted_loss(f, i, -h, unused);
        difference = (up - down) / (2 * h);
    }
    return difference;
}

static void check_differences(const char *job, const variant *v)
{
    fixture f = {0};
    make_method(&f, job, v, 2);
    const size_t n = gfn_model_n_params(f.model);
    double *unused = calloc(n, sizeof *unused), largest = 0;
    differentiate(&f, f.vector);
    for (size_t i = 0; i < n; i += 1 + i % 7) {
        const double expected = find_difference(&f, i, f.vector[i], unused);
        if (!is_near(f.vector[i], expected))
            fail_msg("%s, %s, target %d, of %s, parameter %zu: derivative %.9g, differences %.9g",
                     v->how.objective, gfn_loss_name(v->loss), v->has_target, job, i, f.vector[i],
                     expected);
        largest = fmax(largest, fabs(expected));
    }
    assert_true(largest > 0.01);
    free(unused);
    drop(&f);
}

static void gradients_match_central_differences_of_the_loss(void **unused)
{
    (void)unused;
    for (size_t m = 0; m < METHODS; m++) {
        const variant v = variant_of(m, 0);
        for (size_t job = m % 2; job < JOBS; job += m == 0 ? 1 : 3)
            check_differences(jobs[job], &v);
        for (size_t w = 0; w < 3 && !(objective_of(&v)->needs & grid_only); w++)
            check_differences(other_worlds[w], &v);
    }
}

/* The values of a target network are constants. */
static void gradients_of_other_losses_match_differences_too(void **unused)
{
    (void)unused;
    assert_int_equal(gfn_loss_kinds(), 4);
    for (size_t k = METHODS; k < TURNS * METHODS; k++) {
        const variant v = variant_of(k % METHODS, k / METHODS);
        const bool is_grid = k % 2 || (objective_of(&v)->needs & grid_only);
        check_differences(is_grid ? jobs[0] : other_worlds[0], &v);
    }
}

/* As a formula, one trajectory after the other. */
static void the_loss_is_the_mean_of_the_objectives_losses(void **unused)
{
    (void)unused;
    const gfn_objective *tb = gfn_objective_find("tb");
    for (size_t job = 0; job < JOBS; job++) {
        fixture f = {0};
        double sum = 0, log_pf[512], log_pb[512];
        gfn_derivatives d = {.log_pf = log_pf, .log_pb = log_pb};
        make(&f, jobs[job], "tb", 2);
        const double loss = differentiate(&f, f.vector);
        for (size_t i = 0; i < f.log->n; i++) {
            const gfn_terms terms = {.n_steps = (size_t)f.log->n_steps[i],
                                     .sum_log_pf = f.log->sum_log_pf[i],
                                     .sum_log_pb = f.log->sum_log_pb[i],
                                     .log_reward = f.log->log_reward[i],
                                     .log_z = gfn_model_log_z(f.model)};
            sum += tb->loss(&terms, &d);
        }
        assert_true(fabs(loss - sum / BATCH) < 1e-9 * loss);
        drop(&f);
    }
}

static void the_gradient_does_not_depend_on_threads_or_on_who_sampled(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < CASES; k++) {
        fixture one = {0}, three = {0};
        make_case(&one, k, 1);
        make_case(&three, k, 3);
        const size_t n = gfn_model_n_params(one.model);
        double scored = differentiate(&one, one.vector), sampled;
        assert_int_equal(gfn_gradient_add(three.gradient, three.log), GFN_OK);
        assert_int_equal(gfn_gradient_backward(three.gradient, GFN_OK, three.vector, &sampled),
                         GFN_OK);
        assert_memory_equal(&scored, &sampled, sizeof scored);
        assert_memory_equal(one.vector, three.vector, n * sizeof *one.vector);
        drop(&one);
        drop(&three);
    }
}

static void a_failed_sum_leaves_nothing_behind(void **unused)
{
    (void)unused;
    fixture f = {0};
    make(&f, jobs[0], "tb", 1);
    const size_t n = gfn_model_n_params(f.model);
    double *again = calloc(n, sizeof *again), loss;
    differentiate(&f, f.vector);
    assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f.gradient, GFN_EIO, again, &loss), GFN_EIO);
    differentiate(&f, again);
    assert_memory_equal(again, f.vector, n * sizeof *again);
    free(again);
    drop(&f);
}

static void a_log_may_be_added_in_parts(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < CASES; k++) {
        fixture f = {0};
        make_case(&f, k, 2);
        const size_t n = gfn_model_n_params(f.model);
        double *parts = calloc(n, sizeof *parts), loss[2];
        loss[0] = differentiate(&f, f.vector);
        assert_int_equal(gfn_sampler_score(f.sampler, f.log), GFN_OK);
        gfn_trajectories tail = *f.log;
        tail.n = f.log->n - 23;
        tail.n_steps += 23;
        tail.action += 23 * tail.max_steps;
        tail.row += 23 * tail.max_steps;
        tail.log_pf += 23 * tail.max_steps;
        tail.log_pb += 23 * tail.max_steps;
        tail.back = tail.back ? tail.back + 23 * tail.max_steps : NULL;
        tail.end_row += 23;
        tail.sum_log_pf += 23;
        tail.sum_log_pb += 23;
        tail.log_reward += 23;
        f.log->n = 23;
        assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_OK);
        assert_int_equal(gfn_gradient_add(f.gradient, &tail), GFN_OK);
        assert_int_equal(gfn_gradient_backward(f.gradient, GFN_OK, parts, &loss[1]), GFN_OK);
        assert_memory_equal(parts, f.vector, n * sizeof *parts);
        assert_memory_equal(&loss[0], &loss[1], sizeof loss[0]);
        free(parts);
        drop(&f);
    }
}

static void a_sampler_that_was_used_in_between_is_refused(void **unused)
{
    (void)unused;
    fixture f = {0};
    gfn_real log_pf[3];
    const int32_t start[2] = {0, 0};
    double loss;
    make(&f, jobs[0], "tb", 1);
    assert_int_equal(gfn_sampler_log_pf(f.sampler, 1, start, log_pf), GFN_OK);
    assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "used since"));
    assert_int_equal(gfn_sampler_score(f.sampler, f.log), GFN_OK);
    assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_OK);
    assert_int_equal(gfn_sampler_log_pf(f.sampler, 1, start, log_pf), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f.gradient, GFN_OK, f.vector, &loss), GFN_EINVAL);
    drop(&f);
}

static void a_batch_of_another_size_is_refused(void **unused)
{
    (void)unused;
    fixture f = {0};
    double loss = -1;
    make(&f, jobs[0], "tb", 1);
    f.log->n = BATCH - 1;
    assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f.gradient, GFN_OK, f.vector, &loss), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "59"));
    assert_true(loss == -1);
    drop(&f);
}

static void losses_that_cannot_be_summed_exactly_are_refused(void **unused)
{
    (void)unused;
    const double rewards[] = {NAN, INFINITY, -530000, 530000};
    for (size_t i = 0; i < 4; i++) {
        fixture f = {0};
        make(&f, jobs[0], "tb", 1);
        f.log->log_reward[41] = rewards[i];
        assert_int_equal(gfn_gradient_add(f.gradient, f.log),
                         isfinite(rewards[i]) ? GFN_ENUMERIC : GFN_EENV);
        assert_non_null(strstr(gfn_error_message(), "trajectory 41 of tb to the object ("));
        drop(&f);
    }
}

/* Trajectory balance that writes every step's derivative. */
static double write_all(const gfn_terms *terms, gfn_derivatives *d)
{
    gfn_derivatives one = {.log_pf = d->log_pf, .log_pb = d->log_pb};
    const double loss = gfn_objective_find("tb")->loss(terms, &one);
    for (size_t t = 1; t < terms->n_steps; t++) {
        d->log_pf[t] = d->log_pf[0];
        d->log_pb[t] = d->log_pb[0];
    }
    d->log_z = one.log_z;
    return loss;
}

static const gfn_objective every_step = {.size = sizeof(gfn_objective),
                                         .name = "every step",
                                         .needs = GFN_NEEDS_STEPS,
                                         .loss = write_all};

static void one_derivative_may_stand_for_all_steps(void **unused)
{
    (void)unused;
    for (size_t job = 0; job < sizeof jobs / sizeof jobs[0]; job++) {
        fixture f = {0};
        gfn_gradient *gradient;
        double loss[2];
        make(&f, jobs[job], "tb", 1);
        const size_t n = gfn_model_n_params(f.model);
        double *vector = calloc(n, sizeof *vector);
        assert_int_equal(gfn_gradient_create(f.comm, f.sampler, &every_step, BATCH, &gradient),
                         GFN_OK);
        assert_int_equal(gfn_sampler_score(f.sampler, f.log), GFN_OK);
        assert_int_equal(gfn_gradient_add(gradient, f.log), GFN_OK);
        assert_int_equal(gfn_gradient_backward(gradient, GFN_OK, vector, &loss[0]), GFN_OK);
        loss[1] = differentiate(&f, f.vector);
        assert_memory_equal(vector, f.vector, n * sizeof *vector);
        assert_true(loss[0] == loss[1]);
        gfn_trajectories_hold_sums(f.log);
        assert_int_equal(gfn_gradient_add(gradient, f.log), GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), "sums only"));
        gfn_gradient_destroy(&gradient);
        free(vector);
        drop(&f);
    }
}

/* The limits of what is summed, and what an objective cannot do without. */
static void impossible_settings_are_refused(void **unused)
{
    (void)unused;
    fixture f = {0};
    gfn_gradient *gradient = NULL;
    make(&f, jobs[0], "tb", 1);
    const double lambdas[] = {0, -1, NAN, 1e40};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(gfn_gradient_set_lambda(f.gradient, lambdas[i]), GFN_EINVAL);
    assert_int_equal(gfn_gradient_set_lambda(f.gradient, 1.5), GFN_OK);
    const gfn_objective *vargrad = gfn_objective_find("vargrad");
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, vargrad, 1, &gradient), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "at least 2"));
    const gfn_objective *db = gfn_objective_find("db");
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, db, 5, &gradient), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "a state flow"));
    assert_null(gradient);
    drop(&f);
}

/* The cause, not what the others would have made of means without it; and log Z stays that of the
 * last batch that was complete. */
static void a_batch_that_lacks_trajectories_has_no_means(void **unused)
{
    (void)unused;
    fixture f = {0};
    double loss;
    make(&f, jobs[0], "vargrad", 1);
    differentiate(&f, f.vector);
    const double log_z = gfn_gradient_log_z(f.gradient);
    f.log->n = BATCH / 3;
    assert_int_equal(gfn_gradient_add(f.gradient, f.log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f.gradient, GFN_OK, f.vector, &loss), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "expected the batch size"));
    assert_true(gfn_gradient_log_z(f.gradient) == log_z);
    drop(&f);
}

static void a_batch_size_out_of_range_is_refused(void **unused)
{
    (void)unused;
    fixture f = {0};
    gfn_gradient *gradient = NULL;
    make(&f, jobs[0], "tb", 1);
    const gfn_objective *tb = gfn_objective_find("tb");
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, NULL, 5, &gradient), GFN_EINVAL);
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, tb, 0, &gradient), GFN_EINVAL);
    assert_int_equal(gfn_gradient_create(f.comm, f.sampler, tb, GFN_MAX_BATCH + 1, &gradient),
                     GFN_EINVAL);
    assert_null(gradient);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_match_central_differences_of_the_loss),
        cmocka_unit_test(gradients_of_other_losses_match_differences_too),
        cmocka_unit_test(the_loss_is_the_mean_of_the_objectives_losses),
        cmocka_unit_test(the_gradient_does_not_depend_on_threads_or_on_who_sampled),
        cmocka_unit_test(a_failed_sum_leaves_nothing_behind),
        cmocka_unit_test(a_log_may_be_added_in_parts),
        cmocka_unit_test(a_sampler_that_was_used_in_between_is_refused),
        cmocka_unit_test(a_batch_of_another_size_is_refused),
        cmocka_unit_test(losses_that_cannot_be_summed_exactly_are_refused),
        cmocka_unit_test(one_derivative_may_stand_for_all_steps),
        cmocka_unit_test(a_batch_size_out_of_range_is_refused),
        cmocka_unit_test(impossible_settings_are_refused),
        cmocka_unit_test(a_batch_that_lacks_trajectories_has_no_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
