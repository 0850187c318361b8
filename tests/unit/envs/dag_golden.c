/* SPDX-License-Identifier: MIT
 *
 * Node scores, log Z and posteriors of dag4.csv and dag5.csv, which another program computed from
 * the definitions. The files are in GFN_DATA_DIR, or in ../shared/data beside the sources; without
 * them the test is skipped.
 */
#include "tests/unit/envs/make_dag.h"

enum { MOST = 8192, SKIPPED = 77 };

static const char *find_file(const char *name, char *path, size_t size)
{
    const char *folder = getenv("GFN_DATA_DIR"), *top = getenv("top_srcdir");
    if (folder)
        snprintf(path, size, "%s/%s", folder, name);
    else
        snprintf(path, size, "%s/../shared/data/%s", top ? top : "..", name);
    return path;
}

/* The whole file; NULL: there is none. Freed by the caller. */
static char *read_file(const char *name)
{
    char path[4096], *text = calloc(1, MOST);
    FILE *file = fopen(find_file(name, path, sizeof path), "r");
    if (file == NULL || text == NULL) {
        free(text);
        return NULL;
    }
    assert_true(fread(text, 1, MOST - 1, file) > 0);
    fclose(file);
    return text;
}

/* Numbers from a text, whatever is between them. */
static size_t read_numbers(const char *text, size_t n, double *value)
{
    size_t found = 0;
    while (found < n && *text != '\0') {
        char *end;
        value[found] = strtod(text, &end);
        found += end != text;
        text = end != text ? end : text + 1;
    }
    return found;
}

static const char *after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    if (at == NULL)
        fail_msg("the file has no %s", key);
    return at + strlen(key);
}

static gfn_env *open_data(int d, const char *csv)
{
    double value[1000] = {0};
    const size_t n = read_numbers(strchr(csv, '\n'), 1000, value);
    return make_dag(&(gfn_matrix){(int64_t)n / d, d, value, NULL}, "");
}

static void check_scores(const gfn_env *env, const char *json)
{
    const int d = dag_of(env)->d;
    for (int j = 0; j < d; j++)
        for (uint32_t set = 0; set <= gfn_dag_all(d); set++) {
            char key[40];
            double expected = NAN;
            int n = snprintf(key, sizeof key, "\"%d|", j);
            if (set >> j & 1)
                continue;
            for (int i = 0; i < d; i++)
                if (set >> i & 1)
                    n += snprintf(key + n, sizeof key - (size_t)n, "%s%d",
                                  set & ((1u << i) - 1) ? "," : "", i);
            snprintf(key + n, sizeof key - (size_t)n, "\":");
            assert_int_equal(read_numbers(after(json, key), 1, &expected), 1);
            const double found = gfn_dag_scores_local(&dag_of(env)->scores, j, set);
            if (!(fabs(found - expected) < 1e-9))
                fail_msg("%s %.15g, expected %.15g", key, found, expected);
        }
}

/* The marginals of all graphs, and those of the solver. */
static void check_posteriors(const gfn_env *env, const char *json)
{
    static const char *const keys[3] = {
        "\"edge_i_to_j\":", "\"path_i_to_j\":", "\"markov_blanket\":"};
    const size_t d = (size_t)dag_of(env)->d, n = (size_t)gfn_env_spec_of(env)->n_states;
    double *log_reward, one[60], all[60] = {0}, solved[60], expected[25], log_z = NAN;
    int32_t *graph = list_graphs(env, &log_reward);
    const double sum = log_sum_of(n, log_reward, 1);
    void *solution;
    assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_OK);
    assert_int_equal(read_numbers(after(json, "\"log_z\":"), 1, &log_z), 1);
    assert_true(fabs(sum - log_z) < 1e-9);
    assert_true(fabs(env->ops->solver->log_z(solution) - log_z) < 1e-9);
    for (size_t k = 0; k < n; k++) {
        env->ops->marginals->find(env->world, 1, graph + k * d, one);
        for (size_t v = 0; v < 3 * d * (d - 1); v++)
            all[v] += one[v] * exp(log_reward[k] - sum);
    }
    env->ops->solver->marginals(solution, solved);
    for (size_t column = 0; column < 3; column++) {
        assert_int_equal(read_numbers(after(json, keys[column]), d * d, expected), d * d);
        for (size_t i = 0, v = column; i < d * d; i++)
            if (i / d != i % d) {
                assert_true(fabs(all[v] - expected[i]) < 1e-8);
                assert_true(fabs(solved[v] - expected[i]) < 1e-8);
                v += 3;
            }
    }
    env->ops->solver->destroy(solution);
    free(graph);
    free(log_reward);
}

static void check_files(int d)
{
    char csv_name[20], json_name[20];
    snprintf(csv_name, sizeof csv_name, "dag%d.csv", d);
    snprintf(json_name, sizeof json_name, "dag%d.json", d);
    char *csv = read_file(csv_name), *json = read_file(json_name);
    assert_true(csv && json);
    gfn_env *env = open_data(d, csv);
    check_scores(env, json);
    check_posteriors(env, json);
    gfn_env_destroy(&env);
    free(csv);
    free(json);
}

static void four_variables_have_the_known_posteriors(void **state)
{
    (void)state;
    check_files(4);
}

static void five_variables_have_the_known_posteriors(void **state)
{
    (void)state;
    check_files(5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_variables_have_the_known_posteriors),
        cmocka_unit_test(five_variables_have_the_known_posteriors),
    };
    char *text = read_file("dag5.json");
    if (text == NULL)
        return SKIPPED;
    free(text);
    return cmocka_run_group_tests_name("dag_golden", tests, NULL, NULL);
}
