/* SPDX-License-Identifier: MIT */
#include "model/layers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const gfn_shape shape = {
    .n_actions = 5, .n_back_actions = 4, .stop_action = 4, .obs_dim = 28, .obs_hot = 4};

/* "policy.0.weight[28,13] policy.0.bias[13] ..." */
static void print_views(const gfn_layers *layers, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < layers->n_views; i++) {
        const gfn_view *view = &layers->views[i];
        used += (size_t)snprintf(text + used, size - used, "%s%s[%zu", i ? " " : "", view->name,
                                 view->shape[0]);
        used += (size_t)snprintf(text + used, size - used, view->ndim == 2 ? ",%zu]" : "]",
                                 view->shape[1]);
    }
}

static void names_and_shapes_follow_from_the_configuration(void **state)
{
    (void)state;
    static const struct {
        gfn_model_config config;
        const char *views;
    } rows[] = {
        {{.n_hidden = 0}, "policy.0.weight[28,5] policy.0.bias[5] log_z[1]"},
        {{.n_hidden = 1, .hidden = {13}, .flow = GFN_FLOW_EDGES},
         "policy.0.weight[28,13] policy.0.bias[13] policy.1.weight[13,5] policy.1.bias[5] "
         "log_z[1]"},
        {{.n_hidden = 1, .hidden = {13}, .backward = GFN_BACKWARD_TIED, .flow = GFN_FLOW_OWN},
         "policy.0.weight[28,13] policy.0.bias[13] policy.1.weight[13,5] policy.1.bias[5] "
         "backward.0.weight[13,4] backward.0.bias[4] flow.0.weight[28,13] flow.0.bias[13] "
         "flow.1.weight[13,1] flow.1.bias[1] log_z[1]"},
        {{.n_hidden = 1, .hidden = {13}, .backward = GFN_BACKWARD_LEARNED, .flow = GFN_FLOW_HEAD},
         "policy.0.weight[28,13] policy.0.bias[13] policy.1.weight[13,5] policy.1.bias[5] "
         "backward.0.weight[28,13] backward.0.bias[13] backward.1.weight[13,4] backward.1.bias[4] "
         "flow.0.weight[13,1] flow.0.bias[1] log_z[1]"},
        {{.backward = GFN_BACKWARD_TIED, .flow = GFN_FLOW_HEAD},
         "policy.0.weight[28,5] policy.0.bias[5] backward.0.weight[28,4] backward.0.bias[4] "
         "flow.0.weight[28,1] flow.0.bias[1] log_z[1]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_layers layers;
        char text[1024];
        assert_int_equal(gfn_layers_init(&layers, &shape, &rows[i].config), GFN_OK);
        print_views(&layers, text, sizeof text);
        assert_string_equal(text, rows[i].views);
    }
}

static void a_model_has_the_layers_of_the_list(void **state)
{
    (void)state;
    for (int backward = 0; backward <= GFN_BACKWARD_TIED; backward++)
        for (int flow = 0; flow <= GFN_FLOW_EDGES; flow++) {
            const gfn_model_config config = {.n_hidden = 2,
                                             .hidden = {13, 7},
                                             .backward = (gfn_backward)backward,
                                             .flow = (gfn_flow)flow};
            gfn_layers layers;
            gfn_model *model = NULL;
            size_t offset = 0;
            assert_int_equal(gfn_layers_init(&layers, &shape, &config), GFN_OK);
            assert_int_equal(gfn_model_create(&shape, &config, &model), GFN_OK);
            assert_int_equal(gfn_model_n_params(model), layers.n_params);
            assert_int_equal(gfn_model_n_views(model), layers.n_views);
            for (size_t i = 0; i < layers.n_views; i++) {
                const gfn_view *view = gfn_model_view(model, i);
                assert_memory_equal(view, &layers.views[i], sizeof *view);
                assert_int_equal(view->offset, offset); /* no gaps */
                offset += view->n;
            }
            assert_int_equal(offset, layers.n_params);
            gfn_model_destroy(&model);
        }
}

/* More than 10^9 parameters: the list allocates nothing for them. */
static void large_layers_are_listed_without_memory_for_them(void **state)
{
    (void)state;
    const gfn_model_config config = {.n_hidden = 2, .hidden = {65536, 16000}};
    gfn_layers layers;
    assert_int_equal(gfn_layers_init(&layers, &shape, &config), GFN_OK);
    assert_int_equal(layers.n_params, 28 * 65536 + 65536 + 65536 * 16000 + 16000 + 16000 * 5 + 6);
}

static void kinds_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const gfn_model_config bad[] = {
        {.backward = (gfn_backward)(GFN_BACKWARD_TIED + 1)},
        {.backward = (gfn_backward)-1},
        {.flow = (gfn_flow)(GFN_FLOW_EDGES + 1)},
        {.flow = (gfn_flow)-1},
        {.activation = (gfn_activation)(GFN_TANH + 1)},
        {.activation = (gfn_activation)-1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gfn_layers layers;
        assert_int_equal(gfn_layers_init(&layers, &shape, &bad[i]), GFN_EINVAL);
        assert_memory_equal(gfn_error_message(), "model: expected a", 17);
        assert_non_null(strstr(gfn_error_message(), "hint: GFN_"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_shapes_follow_from_the_configuration),
        cmocka_unit_test(a_model_has_the_layers_of_the_list),
        cmocka_unit_test(large_layers_are_listed_without_memory_for_them),
        cmocka_unit_test(kinds_that_do_not_exist_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
