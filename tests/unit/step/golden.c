/* SPDX-License-Identifier: MIT
 *
 * Every objective with every backward policy and state flow, some through other activations,
 * against JAX in float64 (tests/golden/README): from the actions of given trajectories to the loss
 * and one number a parameter. Built twice: train_golden in float, train_golden64 in double, where
 * what remains is the rounding of derivatives to 2^-27.
 *
 * A batch that is repeated has the same mean loss and is cut differently: 27 states are no small
 * space for 5 trajectories, but for 15.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <gfn/gradient.h>

#ifdef GFN_REAL64
static const double tolerance = 1e-7;
#else
static const double tolerance = 1e-5;
#endif

typedef struct fixture {
    json_t *json; /* the file */
    gfn_env *env;
    gfn_comm *comm;
    gfn_model *model;
    gfn_sampler *sampler;
    gfn_trajectories *log;
    gfn_gradient *gradient;
} fixture;

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- the model of a case ---- */

static void check_view(const gfn_view *view, const json_t *expected)
{
    const json_t *shape = json_array_get(expected, 1);
    assert_string_equal(view->name, json_string_value(json_array_get(expected, 0)));
    assert_int_equal(view->ndim, json_array_size(shape));
    for (size_t i = 0; i < view->ndim; i++)
        assert_int_equal(view->shape[i], json_integer_value(json_array_get(shape, i)));
}

static void make_model(fixture *f, const char *objective, const json_t *network)
{
    gfn_model_config config = {0};
    const json_t *hidden = json_object_get(network, "hidden"), *value;
    const json_t *views = json_object_get(network, "views");
    const json_t *params = json_object_get(network, "params");
    const char *flow = text(network, "flow");
    size_t i;
    json_array_foreach(hidden, i, value) config.hidden[config.n_hidden++] =
        json_integer_value(value);
    assert_int_equal(gfn_backward_find(text(network, "backward"), &config.backward), GFN_OK);
    assert_int_equal(gfn_activation_find(text(network, "activation"), &config.activation), GFN_OK);
    if (strcmp(flow, "none") != 0)
        assert_int_equal(gfn_flow_find(flow, &config.flow), GFN_OK);
    if (gfn_objective_find(objective)->needs & GFN_NEEDS_INFLOW)
        config.flow = GFN_FLOW_EDGES;
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    assert_int_equal(gfn_model_n_views(f->model), json_array_size(views));
    json_array_foreach(views, i, value) check_view(gfn_model_view(f->model, i), value);
    assert_int_equal(gfn_model_n_params(f->model), json_array_size(params));
    json_array_foreach(params, i, value) gfn_model_params(f->model)[i] =
        (gfn_real)json_number_value(value);
}

/* ---- its trajectories ---- */

static void fill_log(gfn_trajectories *log, const json_t *trajectories, size_t repeats)
{
    const size_t n = json_array_size(trajectories);
    log->n = n * repeats;
    for (size_t i = 0; i < log->n; i++) {
        const json_t *actions = json_array_get(trajectories, i % n), *value;
        size_t t;
        log->n_steps[i] = (int32_t)json_array_size(actions);
        json_array_foreach(actions, t, value) log->action[i * log->max_steps + t] =
            (int32_t)json_integer_value(value);
    }
}

static void make(fixture *f, const json_t *one, size_t repeats, int threads)
{
    const json_t *trajectories = json_object_get(one, "trajectories");
    const size_t batch = json_array_size(trajectories) * repeats;
    const char *objective = text(one, "objective");
    const json_t *networks = json_object_get(f->json, "networks");
    const json_t *index = json_object_get(one, "network");
    make_model(f, objective, json_array_get(networks, (size_t)json_integer_value(index)));
    assert_int_equal(gfn_sampler_create(f->env, f->model, batch, threads, &f->sampler), GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(f->sampler, &f->log), GFN_OK);
    assert_int_equal(gfn_gradient_create(f->comm, f->sampler, gfn_objective_find(objective),
                                         (int64_t)batch, &f->gradient),
                     GFN_OK);
    if (json_object_get(one, "lambda"))
        gfn_gradient_set_lambda(f->gradient, json_number_value(json_object_get(one, "lambda")));
    fill_log(f->log, trajectories, repeats);
}

static void drop(fixture *f)
{
    gfn_gradient_destroy(&f->gradient);
    gfn_trajectories_destroy(&f->log);
    gfn_sampler_destroy(&f->sampler);
    gfn_model_destroy(&f->model);
}

/* ---- comparing ---- */

/* The largest error of an entry, relative to the largest entry. */
static double error_of(size_t n, const gfn_real *found, const json_t *expected)
{
    double largest = 0, error = 0;
    assert_int_equal(json_array_size(expected), n);
    for (size_t i = 0; i < n; i++) {
        const double x = json_number_value(json_array_get(expected, i));
        largest = fmax(largest, fabs(x));
        assert_true(isfinite(found[i]));
        error = fmax(error, fabs((double)found[i] - x));
    }
    assert_true(largest > 0);
    return error / largest;
}

static void check_case(fixture *f, const json_t *one, size_t repeats, int threads)
{
    make(f, one, repeats, threads);
    const size_t n = gfn_model_n_params(f->model);
    const double expected = json_number_value(json_object_get(one, "loss"));
    gfn_real *vector = calloc(n, sizeof *vector);
    double loss = NAN;
    assert_non_null(vector);
    assert_int_equal(gfn_sampler_score(f->sampler, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_add(f->gradient, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f->gradient, GFN_OK, vector, &loss), GFN_OK);
    const double loss_error = fabs(loss - expected) / expected;
    const double error = error_of(n, vector, json_object_get(one, "gradient"));
    if (!(loss_error <= tolerance) || !(error <= tolerance)) {
        char *network = json_dumps(json_object_get(one, "network"), JSON_ENCODE_ANY);
        fail_msg("%s with network %s, %zu times, %d threads: loss %.12g, expected %.12g; gradient "
                 "off by %.3g",
                 text(one, "objective"), network, repeats, threads, loss, expected, error);
    }
    free(vector);
    drop(f);
}

static void check_file(const char *name)
{
    char path[4096];
    const char *folder = getenv("top_srcdir");
    fixture f = {0};
    const json_t *one;
    size_t i;
    snprintf(path, sizeof path, "%s/tests/golden/%s", folder ? folder : ".", name);
    f.json = json_load_file(path, 0, NULL);
    assert_non_null(f.json);
    assert_int_equal(gfn_comm_open_serial(&f.comm), GFN_OK);
    assert_int_equal(gfn_env_create(text(f.json, "env"), text(f.json, "settings"), &f.env), GFN_OK);
    json_array_foreach(json_object_get(f.json, "cases"), i,
                       one) for (size_t repeats = 1; repeats <= 3;
                                 repeats += 2) for (int threads = 1; threads <= 2; threads++)
        check_case(&f, one, repeats, threads);
    assert_true(i > 40);
    gfn_env_destroy(&f.env);
    gfn_comm_close(&f.comm);
    json_decref(f.json);
}

static void objectives_match_jax_in_2_dimensions(void **unused)
{
    (void)unused;
    check_file("objectives_2d.json");
}

static void objectives_match_jax_in_3_dimensions(void **unused)
{
    (void)unused;
    check_file("objectives_3d.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objectives_match_jax_in_2_dimensions),
        cmocka_unit_test(objectives_match_jax_in_3_dimensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
