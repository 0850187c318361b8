/* SPDX-License-Identifier: MIT
 *
 * Scores of graphs against values that numpy computed from the definitions: bge by slogdet of
 * submatrices of R, linear-gaussian as the density of a multivariate normal distribution with the
 * covariance s^2 I + w^2 X X' of the N samples; log Z, the largest log R and the probability of
 * the edge from the first to the third variable by a sum over all 543 matrices without circle.
 */
#include "tests/unit/envs/make_dag.h"

typedef struct node {
    int j;
    uint32_t parents;
    double score;
} node;

static void check_nodes(const char *settings, size_t n, const node *nodes)
{
    gfn_env *env = make_dag_of(0, settings);
    for (size_t i = 0; i < n; i++) {
        const double found =
            gfn_dag_scores_local(&dag_of(env)->scores, nodes[i].j, nodes[i].parents);
        if (!(fabs(found - nodes[i].score) < 1e-11 * 30))
            fail_msg("%s: score of %d given %u: %.15g, expected %.15g", settings, nodes[i].j,
                     nodes[i].parents, found, nodes[i].score);
    }
    gfn_env_destroy(&env);
}

static void bge_scores_are_those_of_the_definition(void **state)
{
    (void)state;
    static const node nodes[] = {
        {0, 0, -19.0717126691446},  {0, 2, -14.7130931614918},  {0, 4, -19.8263638461644},
        {0, 8, -18.4734471545303},  {0, 6, -14.3808995703133},  {0, 10, -15.7514118225676},
        {0, 12, -18.4051363539404}, {0, 14, -15.2169206299239}, {1, 0, -13.9080116953675},
        {1, 1, -9.54939218771473},  {1, 4, -13.4318511670347},  {1, 8, -8.92561826568298},
        {1, 5, -7.98638689118359},  {1, 9, -6.2035829337202},   {1, 12, -9.08971199697145},
        {1, 13, -5.901496272955},   {2, 0, -11.629156462886},   {2, 1, -12.3838076399058},
        {2, 2, -11.1529959345532},  {2, 8, -10.6538045934049},  {2, 3, -10.8208023433747},
        {2, 9, -10.5854937928149},  {2, 10, -10.8178983246933}, {2, 11, -10.2834071320497},
        {3, 0, -27.3244979893425},  {3, 1, -26.7262324747282},  {3, 2, -22.342104559658},
        {3, 4, -26.3491461198614},  {3, 3, -23.3804232207337},  {3, 5, -24.9279186276373},
        {3, 6, -22.0070069497981},  {3, 7, -22.8430280094088},
    };
    check_nodes("alpha-mu=0.7 alpha-w=9.5 bge-nu=0.3", sizeof nodes / sizeof nodes[0], nodes);
}

static void linear_gaussian_scores_are_densities(void **state)
{
    (void)state;
    static const node nodes[] = {
        {0, 0, -18.1515984964665},  {0, 2, -17.763957825005},   {0, 4, -18.9341694103356},
        {0, 8, -17.3849934607279},  {0, 6, -15.0378500399422},  {0, 10, -18.3577755876778},
        {0, 12, -18.3517574113281}, {0, 14, -16.9805481221637}, {1, 0, -13.6971453714665},
        {1, 1, -14.6997529642818},  {1, 4, -14.1050770191902},  {1, 8, -15.4614434830194},
        {1, 5, -14.0245163924366},  {1, 9, -16.8445159336128},  {1, 12, -15.7483127787264},
        {1, 13, -16.2488490994127}, {2, 0, -14.3676141214665},  {2, 1, -15.8283020346318},
        {2, 2, -14.4967644980274},  {2, 8, -16.8313579628213},  {2, 3, -14.1909607067079},
        {2, 9, -17.9247799021313},  {2, 10, -16.3984282184428}, {2, 11, -16.4125525683221},
        {3, 0, -34.2636297464665},  {3, 1, -26.8734757732881},  {3, 2, -31.5662073514887},
        {3, 4, -35.8388044240891},  {3, 3, -27.8553264898199},  {3, 5, -27.9592216904176},
        {3, 6, -30.0934791840777},  {3, 7, -28.7613569405792},
    };
    check_nodes("score=linear-gaussian obs-scale=0.8 weight-scale=1.7",
                sizeof nodes / sizeof nodes[0], nodes);
}

/* The rows of the tests below. */
static const struct {
    const char *settings;
    int64_t n_states;
    double log_z, best, edge;
} known[] = {
    {"", 543, -55.3502840713295, -57.6418266930906, 0.270986263124},
    {"alpha-mu=0.7 alpha-w=9.5 bge-nu=0.3", 543, -56.9973393266096, -60.6942629730123,
     0.291575047529},
    {"alpha-w=4 bge-t=2.5", 543, -62.9647124997448, -67.4780386969217, 0.354484448713},
    {"score=linear-gaussian", 543, -146.749935363215, -147.761316600381, 3.29038785054e-07},
    {"score=linear-gaussian obs-scale=0.8 weight-scale=1.7", 543, -68.1483864118757,
     -69.9760853061634, 0.0678492674982},
    {"prior=er prior-edges=0.6", 543, -60.0762101496824, -61.9231757600111, 0.222365615108},
    {"prior=edges edge-penalty=0.9", 543, -58.8877387350317, -60.3418266930906, 0.164564275098},
    {"prior=fair", 543, -57.8343223010884, -59.8390512704269, 0.208426716287},
    {"max-parents=1", 125, -58.4995241633483, -60.7739731287516, 0.0338149253389},
    {"max-parents=2 prior=edges edge-penalty=-1.5", 443, -49.0392830354171, -52.2063824480623,
     0.35950848376},
    {"standardize=center", 543, -51.9730173833759, -54.7269353161379, 0.256208238329},
    {"standardize=yes score=linear-gaussian", 543, -120.897262681353, -122.549264625105,
     0.999849873696},
};

static void sums_over_all_graphs_agree_with_numpy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        gfn_env *env = make_dag_of(0, known[i].settings);
        double *log_reward, edge = 0, most = -INFINITY;
        int32_t *graph = list_graphs(env, &log_reward);
        const size_t n = (size_t)gfn_env_spec_of(env)->n_states;
        const double log_z = log_sum_of(n, log_reward, 1);
        for (size_t k = 0; k < n; k++) {
            edge += exp(log_reward[k] - log_z) * (graph[4 * k + 2] & 1);
            most = fmax(most, log_reward[k]);
        }
        assert_int_equal(n, known[i].n_states);
        if (!(fabs(log_z - known[i].log_z) < 1e-10 && fabs(most - known[i].best) < 1e-10 &&
              fabs(edge - known[i].edge) < 1e-10))
            fail_msg("%s: found %.15g, %.15g, %.12g", known[i].settings, log_z, most, edge);
        /* The spec states both, the largest to the bit. */
        assert_true(gfn_env_spec_of(env)->max_log_reward == most);
        assert_true(fabs(gfn_env_spec_of(env)->log_z - log_z) < 1e-10);
        free(graph);
        free(log_reward);
        gfn_env_destroy(&env);
    }
}

/* Beyond the table, scores are computed when they are asked for. */
static void scores_of_many_variables_are_those_of_few(void **state)
{
    (void)state;
    static const char *const settings[] = {"standardize=yes alpha-w=40 bge-t=1",
                                           "standardize=yes score=linear-gaussian"};
    for (size_t i = 0; i < 2; i++) {
        gfn_env *few_env = make_dag_of(14, settings[i]);
        static double value[MANY_ROWS * GFN_DAG_MOST], wide[MANY_ROWS * 15];
        const gfn_matrix many = make_many(14, value);
        for (int row = 0; row < MANY_ROWS; row++) {
            memcpy(wide + row * 15, many.value + row * 14, 14 * sizeof *wide);
            wide[row * 15 + 14] = sin(row);
        }
        /* bge: alpha-w grows with the variables so that the distribution of 14 is the same. */
        const char *const more = i == 0 ? "standardize=yes alpha-w=41 bge-t=1" : settings[i];
        gfn_env *wide_env = make_dag(&(gfn_matrix){MANY_ROWS, 15, wide, NULL}, more);
        assert_non_null(dag_of(few_env)->scores.table);
        assert_null(dag_of(wide_env)->scores.table);
        for (uint32_t set = 0; set < 1 << 14; set += 37)
            for (int j = 0; j < 14; j++)
                if (!(set >> j & 1)) {
                    const double x = gfn_dag_scores_local(&dag_of(few_env)->scores, j, set);
                    const double y = gfn_dag_scores_local(&dag_of(wide_env)->scores, j, set);
                    if (!(fabs(x - y) < 1e-9))
                        fail_msg("%s: %d given %u: %.15g and %.15g", more, j, set, x, y);
                }
        gfn_env_destroy(&wide_env);
        gfn_env_destroy(&few_env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bge_scores_are_those_of_the_definition),
        cmocka_unit_test(linear_gaussian_scores_are_densities),
        cmocka_unit_test(sums_over_all_graphs_agree_with_numpy),
        cmocka_unit_test(scores_of_many_variables_are_those_of_few),
    };
    return cmocka_run_group_tests_name("dag_scores", tests, NULL, NULL);
}
