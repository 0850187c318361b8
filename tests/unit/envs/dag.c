/* SPDX-License-Identifier: MIT
 *
 * Graphs of variables as a world: rules, numbers, text, classes, refusals.
 */
#include "tests/unit/envs/make_dag.h"

static const struct {
    int d; /* 0: the few samples */
    const char *settings;
    int64_t n_states, max_steps;
} worlds[] = {
    /* Numbers of graphs: OEIS A003024. */
    {2, "", 3, 2},
    {3, "", 25, 4},
    {0, "", 543, 7},
    {4, "score=linear-gaussian prior=er prior-edges=1", 543, 7},
    {5, "", 29281, 11},
    /* With at most one parent, they are forests: (d + 1)^(d - 1). */
    {4, "max-parents=1", 125, 4},
    {5, "max-parents=1", 1296, 5},
    {4, "max-parents=2 prior=fair", 443, 6}, /* counted with numpy, see dag_scores.c */
    {7, "", 0, 22},
    {15, "max-parents=2 standardize=yes", 0, 28},
    {20, "prior=edges", 0, 191},
    {32, "", 0, 497},
    {32, "max-parents=3", 0, 91},
};
enum { WORLDS = sizeof worlds / sizeof worlds[0], MOST_CHECKED = 7 };

static void all_rules_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS && worlds[i].d <= MOST_CHECKED; i++) {
        gfn_env *env = make_dag_of(worlds[i].d, worlds[i].settings);
        if (gfn_env_check(env, 7, 1 << 20, NULL) != GFN_OK)
            fail_msg("%d %s: %s", worlds[i].d, worlds[i].settings, gfn_error_message());
        gfn_env_destroy(&env);
    }
}

/* The check asks for all edges of all states on a walk, which takes minutes if there are many
 * variables. Here is a walk from the start to a graph that allows no more edges. */
static void walks_of_many_variables_lead_to_the_longest_graphs_and_back(void **state)
{
    (void)state;
    static uint8_t mask[1025], back[1024];
    const gfn_stream stream = {.seed = 3, .purpose = GFN_PURPOSE_CHECK};
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_dag_of(worlds[i].d, worlds[i].settings);
        const int d = dag_of(env)->d, stop = d * d;
        int32_t graph[GFN_DAG_MOST], none[GFN_DAG_MOST] = {0}, action;
        uint32_t length = 0;
        uint8_t done = GFN_LIVE;
        gfn_env_start(env, 1, graph);
        for (int open = 1; open > 0; length += open > 0) {
            gfn_env_allowed(env, 1, graph, NULL, mask);
            open = -mask[stop];
            for (int a = 0; a <= stop; a++)
                open += mask[a];
            int skip = (int)(gfn_random_unit(&stream, i, length) * open);
            for (action = 0; open > 0 && (!mask[action] || skip-- > 0);)
                action++;
            if (open > 0)
                assert_int_equal(gfn_env_step(env, 1, graph, &done, &action), GFN_OK);
        }
        assert_int_equal(length + 1, worlds[i].max_steps);
        assert_int_equal(gfn_env_check_objects(env, 1, graph), GFN_OK);
        for (; length > 0; length--) {
            gfn_env_allowed_back(env, 1, graph, back);
            action = (int32_t)((uint8_t *)memchr(back, 1, (size_t)stop) - back);
            assert_int_equal(gfn_env_step_back(env, 1, graph, &done, &action), GFN_OK);
        }
        assert_memory_equal(graph, none, (size_t)d * sizeof *graph);
        gfn_env_destroy(&env);
    }
}

static gfn_status make_again(void *self, gfn_env **env)
{
    const size_t *i = self;
    *env = make_dag_of(worlds[*i].d, worlds[*i].settings);
    return GFN_OK;
}

static void results_depend_on_the_state_alone(void **state)
{
    (void)state;
    for (size_t i = 2; i < WORLDS; i += 9) { /* 4 variables with a table, and 20 without */
        int threads = 4;
        gfn_env *env = make_dag_of(worlds[i].d, worlds[i].settings);
        if (gfn_env_check_calls(env, make_again, &i, 7, &threads, NULL) != GFN_OK)
            fail_msg("%d %s: %s", worlds[i].d, worlds[i].settings, gfn_error_message());
        gfn_env_destroy(&env);
    }
}

static void graphs_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        gfn_env *env = make_dag_of(worlds[i].d, worlds[i].settings);
        assert_int_equal(gfn_env_spec_of(env)->n_states, worlds[i].n_states);
        assert_int_equal(gfn_env_spec_of(env)->max_steps, worlds[i].max_steps);
        gfn_env_destroy(&env);
    }
    gfn_dag_numbers numbers;
    assert_int_equal(gfn_dag_numbers_init(&numbers, 6, 5), GFN_OK);
    assert_int_equal(numbers.n, 3781503);
    gfn_dag_numbers_clear(&numbers);
}

static void the_library_finds_the_same_graphs(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(5, "max-parents=3"), *numbered;
    assert_int_equal(gfn_env_enumerate(env, 29281, &numbered), GFN_OK);
    assert_int_equal(gfn_env_spec_of(numbered)->n_states, gfn_env_spec_of(env)->n_states);
    gfn_env_destroy(&numbered);
    gfn_env_destroy(&env);
}

static void consecutive_and_other_numbers_give_the_same_graphs(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(5, "");
    double *log_reward;
    int32_t *graph = list_graphs(env, &log_reward), one[5];
    for (int64_t i = 0; i < 29281; i += 7) {
        int64_t found;
        gfn_env_state_at(env, 1, &i, one);
        assert_memory_equal(one, graph + i * 5, sizeof one);
        gfn_env_number(env, 1, one, &found);
        assert_int_equal(found, i);
    }
    free(graph);
    free(log_reward);
    gfn_env_destroy(&env);
}

/* a -> b -> c allows a -> c, and from d any edge, to d any edge; and nothing back. */
static void edges_that_close_a_circle_are_not_allowed(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(0, "");
    const int32_t chain[4] = {0, 1, 2, 0};
    uint8_t mask[17];
    gfn_env_allowed(env, 1, chain, NULL, mask);
    assert_memory_equal(mask, ((uint8_t[]){0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1}),
                        sizeof mask);
    gfn_env_destroy(&env);
}

static void a_pair_is_one_of_three_observations(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(3, "");
    const int32_t graph[3] = {4, 1, 0}; /* 2 -> 0 -> 1 */
    int32_t index[3];
    gfn_env_observe(env, 1, graph, index, NULL);
    assert_memory_equal(index, ((int32_t[]){1, 5, 6}), sizeof index);
    assert_int_equal(gfn_env_shape(env)->obs_dim, 9);
    gfn_env_destroy(&env);
}

/* ---- text ---- */

static void every_graph_is_read_as_it_was_written(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(0, "");
    double *log_reward;
    int32_t *graph = list_graphs(env, &log_reward), read[4];
    for (size_t i = 0; i < 543; i++) {
        char text[400], cut[20];
        const size_t n = gfn_env_write(env, graph + 4 * i, text, sizeof text);
        assert_int_equal(n, strlen(text));
        assert_int_equal(gfn_env_write(env, graph + 4 * i, cut, sizeof cut), n);
        assert_memory_equal(cut, text, n < sizeof cut ? n + 1 : sizeof cut - 1);
        if (gfn_env_read(env, text, read) != GFN_OK)
            fail_msg("%s: %s", text, gfn_error_message());
        assert_memory_equal(read, graph + 4 * i, sizeof read);
    }
    free(graph);
    free(log_reward);
    gfn_env_destroy(&env);
}

static void edges_are_written_with_the_names_of_the_data(void **state)
{
    (void)state;
    gfn_env *env = make_dag_of(0, ""), *plain = make_dag_of(3, "");
    char text[200];
    const int32_t graph[4] = {0, 1 | 8, 3, 0}, none[4] = {0}, chain[3] = {2, 4, 0};
    gfn_env_write(env, graph, text, sizeof text);
    assert_string_equal(text, "dose->\"blood pressure\" dose->p44/42 \"blood pressure\"->p44/42 "
                              "\"t,\"\"s\"\"\"->\"blood pressure\"");
    gfn_env_write(env, none, text, sizeof text);
    assert_string_equal(text, "{}");
    gfn_env_write(plain, chain, text, sizeof text);
    assert_string_equal(text, "X1->X0 X2->X1");
    gfn_dag_marginals.key(dag_of(env), 5, text, sizeof text);
    assert_string_equal(text, "\"blood pressure\",\"t,\"\"s\"\"\"");
    gfn_env_destroy(&plain);
    gfn_env_destroy(&env);
}

static void text_that_is_no_graph_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",       "X0",      "X0->X3",    "X0->X1,X1->X2", "X0->X1->X2", "X0->X1 X1->X0",
        "X0->X0", "X0 ->X1", "X0->X1 {}", "0 0 0",         "X0->X10",    "X0->X1 X1->X2 X2->X0",
    };
    gfn_env *env = make_dag_of(3, "");
    int32_t graph[3];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (gfn_env_read(env, texts[i], graph) != GFN_EINVAL)
            fail_msg("\"%s\" was read", texts[i]);
    assert_int_equal(gfn_env_read(env, "  X2->X0   X0->X1 ", graph), GFN_OK);
    assert_memory_equal(graph, ((int32_t[]){4, 1, 0}), sizeof graph);
    gfn_env_destroy(&env);
}

/* ---- classes ---- */

/* Edges without direction, and colliders without an edge between their ends. */
static bool is_equivalent(int d, const int32_t *x, const int32_t *y)
{
    for (int j = 0; j < d; j++)
        for (int i = 0; i < d; i++) {
            if (((x[j] >> i | x[i] >> j) & 1) != ((y[j] >> i | y[i] >> j) & 1))
                return false;
            const bool apart = !((x[j] >> i | x[i] >> j) & 1);
            for (int c = 0; c < d && apart && i != j; c++)
                if ((x[c] >> i & x[c] >> j & 1) != (y[c] >> i & y[c] >> j & 1))
                    return false;
        }
    return true;
}

/* Numbers of classes: OEIS A007984. A graph of each class is kept; others must be equivalent. */
static void equivalent_graphs_have_the_same_class_and_the_same_reward(void **state)
{
    (void)state;
    static const int64_t classes[] = {0, 0, 2, 11, 185, 8782};
    enum { MOST = 8782 };
    static int32_t key[5], first[MOST];
    for (int d = 2; d <= 5; d++) {
        gfn_env *env = make_dag_of(d, "prior=edges edge-penalty=0.31");
        gfn_state_set *set;
        double *log_reward;
        int32_t *graph = list_graphs(env, &log_reward);
        assert_int_equal(gfn_state_set_create(MOST, (size_t)d, &set), GFN_OK);
        for (int64_t i = 0; i < gfn_env_spec_of(env)->n_states; i++) {
            env->ops->class_of(env->world, graph + i * d, key);
            const size_t n = gfn_state_set_count(set);
            const int32_t at = gfn_state_set_add(set, key);
            assert_true(at >= 0);
            if ((size_t)at == n)
                first[at] = (int32_t)i;
            assert_true(is_equivalent(d, graph + i * d, graph + first[at] * d));
            if (log_reward[i] != log_reward[first[at]])
                fail_msg("log R %.17g and %.17g", log_reward[i], log_reward[first[at]]);
        }
        assert_int_equal(gfn_state_set_count(set), classes[d]);
        gfn_state_set_destroy(&set);
        free(graph);
        free(log_reward);
        gfn_env_destroy(&env);
    }
}

/* By hand: the arrows of a collider and what follows from them; the line of a chain. */
static void a_class_is_its_essential_graph(void **state)
{
    (void)state;
    static const struct {
        int32_t graph[4], words[4];
    } rows[] = {
        {{0, 1, 2, 4}, {2, 5, 10, 4}}, /* 0 -> 1 -> 2 -> 3: 0 - 1 - 2 - 3 */
        {{0, 0, 3, 4}, {0, 0, 3, 4}},  /* 0 -> 2 <- 1, 2 -> 3 */
        {{0, 1, 3, 0}, {6, 5, 3, 0}},  /* all edges of 0, 1, 2 */
        {{0, 1, 1, 7}, {6, 1, 1, 7}},  /* 0 - 1 -> 3 <- 2 - 0, 0 -> 3 */
    };
    gfn_env *env = make_dag_of(4, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t words[4];
        gfn_dag_find_class(env->world, rows[i].graph, words);
        assert_memory_equal(words, rows[i].words, sizeof words);
    }
    gfn_env_destroy(&env);
}

/* ---- refusals ---- */

static void wrong_settings_are_refused_with_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *word;
    } rows[] = {
        {"score=bic", "bge"},
        {"prior=er", "prior-edges"}, /* 1 edge per variable of 3 is all edges */
        {"prior=er prior-edges=0", "prior-edges"},
        {"alpha-mu=0", "alpha-mu"},
        {"alpha-w=4", "alpha-w"},
        {"alpha-w=2 bge-t=1", "alpha-w"},
        {"bge-t=0", "bge-t"},
        {"score=linear-gaussian obs-scale=0", "obs-scale"},
        {"score=linear-gaussian weight-scale=0", "weight-scale"},
        {"max-parents=0", "max-parents"},
        {"standardize=maybe", "center"},
    };
    static double value[MANY_ROWS * 3];
    const gfn_matrix data = make_many(3, value);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        assert_int_equal(try_dag(&data, rows[i].settings, &env), GFN_EINVAL);
        const char *message = gfn_error_message();
        if (!strstr(message, rows[i].word))
            fail_msg("\"%s\" gives: %s", rows[i].settings, message);
    }
    gfn_env *env = NULL;
    assert_int_equal(gfn_env_create("dag", NULL, &env), GFN_EINVAL);
    assert_non_null(strstr(gfn_error_message(), "--data FILE.csv"));
}

static void bad_data_are_refused_by_the_name_of_the_column(void **state)
{
    (void)state;
    static double wide[2][33],
        constant[3][2] = {{1, 4}, {2, 4}, {5, 4}}, one[1][2] = {{1, 2}},
        huge[3][2] = {{1e200, 1}, {-1e200, 2}, {1e199, 4}},
        same[4][3] = {{1e9, 2, 2e9}, {-3e9, 1, -6e9}, {2e9, 7, 4e9}, {5e8, 3, 1e9}};
    static const char *const names[3] = {"age", "sex", "dose"}, *const twice[2] = {"a", "a"},
                             *const none[2] = {"", "x"}, *const bell[2] = {"a\a", "x"};
    const struct {
        gfn_matrix data;
        const char *word;
    } rows[] = {
        {{2, 33, wide[0], NULL}, "2 to 32 columns"},
        {{3, 1, constant[0], NULL}, "2 to 32 columns"},
        {{1, 2, one[0], NULL}, "at least 2 rows"},
        {{3, 2, constant[0], names}, "sex is 4"},
        {{3, 2, huge[0], names}, "age are too large"},
        {{4, 3, same[0], names}, "determined by"},
        {{4, 2, same[0], twice}, "both a"},
        {{4, 2, same[0], none}, "index=False"},
        {{4, 2, same[0], bell}, "printable"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_env *env = NULL;
        if (try_dag(&rows[i].data, "", &env) != GFN_EINVAL)
            fail_msg("data %zu were accepted", i);
        if (!strstr(gfn_error_message(), rows[i].word))
            fail_msg("data %zu: %s", i, gfn_error_message());
    }
    gfn_env *env = make_dag(&rows[5].data, "standardize=yes"); /* the prior parts equal columns */
    gfn_env_destroy(&env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rules_are_kept),
        cmocka_unit_test(walks_of_many_variables_lead_to_the_longest_graphs_and_back),
        cmocka_unit_test(results_depend_on_the_state_alone),
        cmocka_unit_test(graphs_are_counted),
        cmocka_unit_test(the_library_finds_the_same_graphs),
        cmocka_unit_test(consecutive_and_other_numbers_give_the_same_graphs),
        cmocka_unit_test(edges_that_close_a_circle_are_not_allowed),
        cmocka_unit_test(a_pair_is_one_of_three_observations),
        cmocka_unit_test(every_graph_is_read_as_it_was_written),
        cmocka_unit_test(edges_are_written_with_the_names_of_the_data),
        cmocka_unit_test(text_that_is_no_graph_is_refused),
        cmocka_unit_test(equivalent_graphs_have_the_same_class_and_the_same_reward),
        cmocka_unit_test(a_class_is_its_essential_graph),
        cmocka_unit_test(wrong_settings_are_refused_with_a_hint),
        cmocka_unit_test(bad_data_are_refused_by_the_name_of_the_column),
    };
    return cmocka_run_group_tests_name("dag", tests, NULL, NULL);
}
