/* SPDX-License-Identifier: MIT */
#include <gfn/model.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/random.h>

static const gfn_shape shape = {
    .n_actions = 5, .n_back_actions = 4, .stop_action = 4, .obs_dim = 28, .obs_hot = 4};
static const int64_t hidden[2] = {13, 7};

static gfn_model_config config_of(const int64_t *widths, size_t n)
{
    gfn_model_config config = {.n_hidden = n};
    for (size_t i = 0; i < n && i < GFN_MAX_HIDDEN; i++)
        config.hidden[i] = widths[i];
    return config;
}

static gfn_model *make(const gfn_shape *of, const int64_t *widths, size_t n)
{
    const gfn_model_config config = config_of(widths, n);
    gfn_model *model = NULL;
    assert_int_equal(gfn_model_create(of, &config, &model), GFN_OK);
    return model;
}

static void views_follow_each_other_without_gaps(void **state)
{
    (void)state;
    static const gfn_view expected[] = {
        {"policy.0.weight", 0, 364, 2, {28, 13}},
        {"policy.0.bias", 364, 13, 1, {13, 1}},
        {"policy.1.weight", 377, 91, 2, {13, 7}},
        {"policy.1.bias", 468, 7, 1, {7, 1}},
        {"policy.2.weight", 475, 35, 2, {7, 5}},
        {"policy.2.bias", 510, 5, 1, {5, 1}},
        {"log_z", 515, 1, 1, {1, 1}},
    };
    gfn_model *model = make(&shape, hidden, 2);
    assert_int_equal(gfn_model_n_views(model), 7);
    assert_int_equal(gfn_model_n_params(model), 516);
    assert_int_equal(gfn_model_log_z_offset(model), 515);
    assert_null(gfn_model_view(model, 7));
    for (size_t i = 0; i < 7; i++) {
        const gfn_view *view = gfn_model_view(model, i);
        assert_string_equal(view->name, expected[i].name);
        assert_int_equal(view->offset, expected[i].offset);
        assert_int_equal(view->n, expected[i].n);
        assert_int_equal(view->ndim, expected[i].ndim);
        assert_int_equal(view->shape[0], expected[i].shape[0]);
        assert_int_equal(view->shape[1], expected[i].shape[1]);
    }
    assert_memory_equal(gfn_model_shape(model), &shape, sizeof shape);
    gfn_model_destroy(&model);
    assert_null(model);
    gfn_model_destroy(&model);
}

static void no_hidden_layer_is_a_linear_policy(void **state)
{
    (void)state;
    gfn_model *model = make(&shape, NULL, 0);
    assert_int_equal(gfn_model_n_views(model), 3);
    assert_int_equal(gfn_model_n_params(model), 28 * 5 + 5 + 1);
    gfn_model_destroy(&model);
}

static void parameters_are_zero_until_they_are_set(void **state)
{
    (void)state;
    gfn_model *model = make(&shape, hidden, 2);
    for (size_t i = 0; i < gfn_model_n_params(model); i++)
        assert_true(gfn_model_params(model)[i] == 0);
    gfn_model_params(model)[515] = (gfn_real)2.375;
    assert_true(gfn_model_log_z(model) == 2.375);
    gfn_model_destroy(&model);
}

/* Through the public interface: an element is one draw, on +-1/sqrt(fan-in) of its layer. */
static void an_initial_parameter_is_the_draw_of_its_view_and_index(void **state)
{
    (void)state;
    const gfn_stream stream = {UINT64_C(0x123456789abcdef), GFN_PURPOSE_INIT, 0};
    static const double fan_in[] = {28, 28, 13, 13, 7, 7};
    gfn_model *model = make(&shape, hidden, 2);
    gfn_model_params(model)[515] = 9;
    gfn_model_init(model, stream.seed);
    for (size_t i = 0; i < 6; i++) {
        const gfn_view *view = gfn_model_view(model, i);
        for (uint32_t k = 0; k < view->n; k++) {
            double unit = gfn_random_unit(&stream, i, k);
            gfn_real expected = (gfn_real)(1 / sqrt(fan_in[i]) * (2 * unit - 1));
            assert_true(gfn_model_params(model)[view->offset + k] == expected);
        }
    }
    assert_true(gfn_model_log_z(model) == 0);
    gfn_model_destroy(&model);
}

/* Mean 0 and variance 1 / (3 fan-in), within 5 standard errors. */
static void initial_weights_fill_their_interval(void **state)
{
    (void)state;
    const gfn_shape wide = {
        .n_actions = 3, .n_back_actions = 2, .stop_action = 2, .obs_dim = 256, .obs_hot = 1};
    const int64_t width = 100;
    gfn_model *model = make(&wide, &width, 1);
    gfn_model_init(model, 4);
    const gfn_real *weight = gfn_model_params(model);
    double n = 25600, bound = 0.0625, sum = 0, squares = 0, largest = 0;
    for (size_t i = 0; i < 25600; i++) {
        double w = (double)weight[i];
        sum += w;
        squares += w * w;
        largest = fmax(largest, fabs(w));
    }
    assert_true(largest <= bound && largest > 0.999 * bound);
    assert_true(fabs(sum / n) < 5 * bound / sqrt(3 * n));
    assert_true(fabs(squares / n / (bound * bound) - 1 / 3.0) < 5 * sqrt(4 / 45.0 / n));
    gfn_model_destroy(&model);
}

static void initial_parameters_depend_on_the_seed_alone(void **state)
{
    (void)state;
    gfn_model *a = make(&shape, hidden, 2), *b = make(&shape, hidden, 2);
    size_t bytes = gfn_model_n_params(a) * sizeof(gfn_real);
    gfn_model_init(a, 17);
    gfn_model_init(b, 18);
    assert_memory_not_equal(gfn_model_params(a), gfn_model_params(b), bytes);
    gfn_model_init(b, 17);
    assert_memory_equal(gfn_model_params(a), gfn_model_params(b), bytes);
    gfn_model_destroy(&a);
    gfn_model_destroy(&b);
}

static void assert_refused(const gfn_shape *of, const int64_t *widths, size_t n, const char *words)
{
    const gfn_model_config config = config_of(widths, n);
    gfn_model *model = NULL;
    assert_int_equal(gfn_model_create(of, &config, &model), GFN_EINVAL);
    assert_null(model);
    assert_memory_equal(gfn_error_message(), "model: expected ", 16);
    assert_non_null(strstr(gfn_error_message(), words));
    assert_non_null(strstr(gfn_error_message(), "hint: "));
}

static void impossible_shapes_are_refused(void **state)
{
    (void)state;
    gfn_shape bad = shape;
    bad.n_actions = 0;
    assert_refused(&bad, hidden, 2, "0 actions");
    bad = shape;
    bad.obs_dim = 0;
    assert_refused(&bad, hidden, 2, "obs_dim 0");
    bad = shape;
    bad.obs_hot = 29;
    assert_refused(&bad, hidden, 2, "obs_hot 29");
    bad.obs_hot = -1;
    assert_refused(&bad, hidden, 2, "obs_hot -1");
}

static void impossible_widths_are_refused(void **state)
{
    (void)state;
    const int64_t zero[2] = {32, 0}, wide[1] = {65537}, huge[1] = {INT64_MAX}, negative[1] = {-3};
    const int64_t many[17] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_refused(&shape, zero, 2, "found 0");
    assert_refused(&shape, wide, 1, "found 65537");
    assert_refused(&shape, huge, 1, "found 9223372036854775807");
    assert_refused(&shape, negative, 1, "found -3");
    assert_refused(&shape, many, 17, "found 17");
    gfn_model *deep = make(&shape, many, 16);
    assert_int_equal(gfn_model_n_views(deep), 35);
    assert_string_equal(gfn_model_view(deep, 33)->name, "policy.16.bias");
    gfn_model_destroy(&deep);
}

static void products_that_are_too_large_are_refused(void **state)
{
    (void)state;
    const int64_t widest[1] = {65536}, both[2] = {65536, 65536}, sum[2] = {65536, 16384};
    gfn_shape large = shape;
    large.obs_dim = INT32_MAX;
    assert_refused(&large, widest, 1, "found a layer of 2147483647 x 65536");
    assert_refused(&large, NULL, 0, "--encoding khot");
    large.n_actions = INT32_MAX;
    assert_refused(&large, NULL, 0, "found a layer of 2147483647 x 2147483647");
    assert_refused(&shape, both, 2, "found a layer of 65536 x 65536");
    large = shape;
    large.obs_dim = 16384; /* 2^30 weights twice: one such layer is allowed, two are too many */
    assert_refused(&large, sum, 2, "found a layer of 65536 x 16384 weights after 1073807360");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_follow_each_other_without_gaps),
        cmocka_unit_test(no_hidden_layer_is_a_linear_policy),
        cmocka_unit_test(parameters_are_zero_until_they_are_set),
        cmocka_unit_test(an_initial_parameter_is_the_draw_of_its_view_and_index),
        cmocka_unit_test(initial_weights_fill_their_interval),
        cmocka_unit_test(initial_parameters_depend_on_the_seed_alone),
        cmocka_unit_test(impossible_shapes_are_refused),
        cmocka_unit_test(impossible_widths_are_refused),
        cmocka_unit_test(products_that_are_too_large_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
