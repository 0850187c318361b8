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

enum { ROWS = 11, OBS_DIM = 12, OBS_HOT = 3, N_ACTIONS = 4, WIDEST = 64 };

static const gfn_stream stream = {917, GFN_PURPOSE_CHECK, 2};

/* Observations: OBS_HOT different indices per row, and the same as zeros and ones. */
struct input {
    int32_t index[ROWS][OBS_HOT];
    gfn_real dense[ROWS][OBS_DIM];
    uint8_t mask[ROWS][N_ACTIONS];
};

/* Each of the first rows allows one action, the others any set that includes the last action. */
static void fill(struct input *input)
{
    memset(input, 0, sizeof *input);
    for (uint32_t i = 0; i < ROWS; i++) {
        for (uint32_t j = 0; j < OBS_HOT; j++) {
            input->index[i][j] = (int32_t)(gfn_random_word(&stream, i, j) % 4 + 4 * j);
            input->dense[i][input->index[i][j]] = 1;
        }
        for (uint32_t a = 0; a < N_ACTIONS; a++)
            input->mask[i][a] = i < N_ACTIONS
                                    ? a == i
                                    : a + 1 == N_ACTIONS || gfn_random_word(&stream, i, 9 + a) % 2;
    }
}

static const gfn_shape hot = {N_ACTIONS, 3, 3, OBS_DIM, OBS_HOT};
static const gfn_shape dense = {N_ACTIONS, 3, 3, OBS_DIM, 0};

static gfn_model *make_with(gfn_activation activation, const gfn_shape *shape,
                            const int64_t *hidden, size_t n)
{
    gfn_model *model = NULL;
    gfn_model_config config = {.n_hidden = n, .activation = activation};
    for (size_t i = 0; i < n; i++)
        config.hidden[i] = hidden[i];
    assert_int_equal(gfn_model_create(shape, &config, &model), GFN_OK);
    gfn_model_init(model, 5);
    return model;
}

static gfn_model *make(const gfn_shape *shape, const int64_t *hidden, size_t n)
{
    return make_with(GFN_RELU, shape, hidden, n);
}

static void run(gfn_model *model, const gfn_policy_tape *policy, const struct input *input,
                gfn_real log_pf[ROWS][N_ACTIONS])
{
    const size_t capacity = ROWS;
    gfn_frame *frame;
    assert_int_equal(gfn_frame_create(policy->tape, &capacity, &frame), GFN_OK);
    assert_int_equal(gfn_frame_set_rows(frame, 0, ROWS), GFN_OK);
    if (gfn_model_shape(model)->obs_hot > 0)
        memcpy(gfn_frame_indices(frame, policy->observation), input->index, sizeof input->index);
    else
        memcpy(gfn_frame_reals(frame, policy->observation), input->dense, sizeof input->dense);
    memcpy(gfn_frame_bytes(frame, policy->mask), input->mask, sizeof input->mask);
    gfn_frame_forward(frame, gfn_model_params(model));
    memcpy(log_pf, gfn_frame_reals(frame, policy->log_pf), ROWS * N_ACTIONS * sizeof(gfn_real));
    gfn_frame_destroy(&frame);
}

static double activated(gfn_activation activation, double z)
{
    return activation == GFN_TANH ? tanh(z)
           : z > 0                ? z
                                  : z * (activation == GFN_LEAKY_RELU ? 0.01 : 0);
}

/* The formulas at the top of model.c, in double, for one row. */
static void reference(gfn_model *model, gfn_activation activation, const gfn_real *dense_row,
                      const uint8_t *mask, double log_pf[N_ACTIONS])
{
    double x[WIDEST] = {0}, y[WIDEST];
    size_t layers = gfn_model_n_views(model) / 2;
    for (size_t i = 0; i < OBS_DIM; i++)
        x[i] = (double)dense_row[i];
    for (size_t layer = 0; layer < layers; layer++) {
        const gfn_view *view = gfn_model_view(model, 2 * layer);
        const gfn_real *weight = gfn_model_params(model) + view->offset;
        const gfn_real *bias = weight + view->n;
        size_t in = view->shape[0], out = view->shape[1];
        for (size_t j = 0; j < out; j++) {
            y[j] = (double)bias[j];
            for (size_t i = 0; i < in; i++)
                y[j] += x[i] * (double)weight[i * out + j];
        }
        for (size_t j = 0; j < out; j++)
            x[j] = layer + 1 < layers ? activated(activation, y[j]) : y[j];
    }
    double sum = 0;
    for (size_t a = 0; a < N_ACTIONS; a++)
        sum += mask[a] ? exp(x[a]) : 0;
    for (size_t a = 0; a < N_ACTIONS; a++)
        log_pf[a] = mask[a] ? x[a] - log(sum) : -INFINITY;
}

static void check(gfn_model *model, gfn_activation activation)
{
    struct input input;
    gfn_real found[ROWS][N_ACTIONS];
    double expected[N_ACTIONS];
    gfn_policy_tape policy = gfn_model_policy(model);
    fill(&input);
    run(model, &policy, &input, found);
    for (size_t i = 0; i < ROWS; i++) {
        reference(model, activation, input.dense[i], input.mask[i], expected);
        for (size_t a = 0; a < N_ACTIONS; a++)
            if (input.mask[i][a])
                assert_true(fabs((double)found[i][a] - expected[a]) < 3e-6);
            else
                assert_true(isinf(found[i][a]) && found[i][a] < 0);
        if (i < N_ACTIONS)
            assert_true(found[i][i] == 0); /* the only action is certain */
    }
}

static void the_policy_is_a_masked_perceptron(void **state)
{
    (void)state;
    static const int64_t widths[] = {37, 5, 64};
    for (gfn_activation act = GFN_RELU; act <= GFN_TANH; act++)
        for (size_t n = 0; n <= 3; n++) {
            gfn_model *of_hot = make_with(act, &hot, widths, n);
            gfn_model *of_dense = make_with(act, &dense, widths, n);
            check(of_hot, act);
            check(of_dense, act);
            gfn_model_destroy(&of_hot);
            gfn_model_destroy(&of_dense);
        }
}

static void no_activation_in_the_configuration_is_relu(void **state)
{
    (void)state;
    static const int64_t widths[] = {37, 5};
    gfn_model *model = make_with(GFN_IDENTITY, &hot, widths, 2);
    check(model, GFN_RELU);
    gfn_model_destroy(&model);
}

static void an_activation_is_found_by_name_or_refused(void **state)
{
    (void)state;
    gfn_activation found = GFN_IDENTITY;
    assert_int_equal(gfn_activation_find("relu", &found), GFN_OK);
    assert_int_equal(found, GFN_RELU);
    assert_int_equal(gfn_activation_find("leaky-relu", &found), GFN_OK);
    assert_int_equal(found, GFN_LEAKY_RELU);
    assert_int_equal(gfn_activation_find("tanh", &found), GFN_OK);
    assert_int_equal(found, GFN_TANH);
    assert_int_equal(gfn_activation_find("leaky_relu", &found), GFN_EINVAL);
    assert_string_equal(gfn_error_message(),
                        "activation: expected one of relu, leaky-relu, tanh, found "
                        "\"leaky_relu\" (hint: leaky-relu)");
    assert_int_equal(found, GFN_TANH);
    gfn_model *model = NULL;
    const gfn_model_config config = {.activation = (gfn_activation)4};
    assert_int_equal(gfn_model_create(&hot, &config, &model), GFN_EINVAL);
    assert_null(model);
}

static void the_last_layer_has_no_relu(void **state)
{
    (void)state;
    struct input input;
    gfn_real log_pf[ROWS][N_ACTIONS];
    gfn_model *model = make(&hot, NULL, 0);
    gfn_real *params = gfn_model_params(model);
    memset(params, 0, gfn_model_n_params(model) * sizeof *params);
    params[gfn_model_view(model, 1)->offset] = -3; /* one negative logit */
    gfn_policy_tape policy = gfn_model_policy(model);
    fill(&input);
    memset(input.mask, 1, sizeof input.mask);
    run(model, &policy, &input, log_pf);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(fabs((double)log_pf[i][0] - (-3 - log(3 + exp(-3)))) < 1e-6);
    gfn_model_destroy(&model);
}

static void a_tape_of_the_caller_gives_the_same_bits(void **state)
{
    (void)state;
    static const int64_t widths[] = {37, 5};
    struct input input;
    gfn_real expected[ROWS][N_ACTIONS], found[ROWS][N_ACTIONS];
    gfn_model *model = make(&hot, widths, 2);
    gfn_policy_tape policy = gfn_model_policy(model), own;
    gfn_tape *tape;
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    gfn_axis rows = gfn_tape_axis(tape);
    own.tape = tape;
    own.mask = gfn_input_bytes(tape, rows, N_ACTIONS);
    own.observation = gfn_input_indices(tape, rows, OBS_HOT);
    own.log_pf = gfn_model_record(model, tape, own.observation, own.mask);
    assert_true(gfn_param(tape, gfn_model_log_z_offset(model), 1, 1) >= 0);
    assert_int_equal(gfn_tape_finish(tape), GFN_OK);
    fill(&input);
    run(model, &policy, &input, expected);
    run(model, &own, &input, found);
    assert_memory_equal(found, expected, sizeof found);
    gfn_tape_destroy(&tape);
    gfn_model_destroy(&model);
}

static void an_observation_of_the_wrong_width_is_refused(void **state)
{
    (void)state;
    gfn_model *model = make(&dense, NULL, 0);
    gfn_tape *tape;
    assert_int_equal(gfn_tape_create(&tape), GFN_OK);
    gfn_axis rows = gfn_tape_axis(tape);
    gfn_var observation = gfn_input(tape, rows, OBS_DIM + 1);
    gfn_var mask = gfn_input_bytes(tape, rows, N_ACTIONS);
    assert_int_equal(gfn_model_record(model, tape, observation, mask), -1);
    assert_int_equal(gfn_tape_finish(tape), GFN_EINVAL);
    gfn_tape_destroy(&tape);
    gfn_model_destroy(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_is_a_masked_perceptron),
        cmocka_unit_test(no_activation_in_the_configuration_is_relu),
        cmocka_unit_test(an_activation_is_found_by_name_or_refused),
        cmocka_unit_test(the_last_layer_has_no_relu),
        cmocka_unit_test(a_tape_of_the_caller_gives_the_same_bits),
        cmocka_unit_test(an_observation_of_the_wrong_width_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
