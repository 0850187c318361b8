/* SPDX-License-Identifier: MIT
 *
 * Structures of Bayesian networks (Deleu et al. 2022, arXiv:2202.13903): directed acyclic graphs of
 * the variables of a table of data, built from the graph without edges by adding one edge at a
 * time. Stopping is allowed in all graphs. log R is the score of the graph: the log of the marginal
 * likelihood of the data plus the log of its prior (dag_scores.c).
 */
#include "envs/dag.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Up to this many variables, log Z is computed when the world is created, in milliseconds. */
enum { MOST_LOG_Z = 10 };

static const char topic[] = "DAG";

static const gfn_option options[] = {
    {"data", GFN_OPTION_MATRIX, "", 0, 0, NULL, topic,
     "table of data: a row per sample, a column per variable, names in the first line"},
    {"score", GFN_OPTION_WORD, "bge", 0, 0, "bge|linear-gaussian", topic,
     "marginal likelihood of the data given a graph"},
    {"prior", GFN_OPTION_WORD, "uniform", 0, 0, "uniform|er|edges|fair", topic,
     "prior of graphs: uniform, Erdos-Renyi, by the number of edges, or fair to numbers of "
     "parents"},
    {"prior-edges", GFN_OPTION_NUMBER, "1", 0, 1e3, NULL, topic,
     "expected edges per variable of --prior er"},
    {"edge-penalty", GFN_OPTION_NUMBER, "1", -1e3, 1e3, NULL, topic,
     "what each edge takes from log R with --prior edges"},
    {"max-parents", GFN_OPTION_INT, "", 1, GFN_DAG_MOST - 1, NULL, topic,
     "most parents of a variable; unset: no limit"},
    {"standardize", GFN_OPTION_WORD, "no", 0, 0, "no|center|yes", topic,
     "subtract the mean of each column (center), and divide by its standard deviation (yes)"},
    {"alpha-mu", GFN_OPTION_NUMBER, "1", 0, 1e9, NULL, topic,
     "samples that the prior mean of --score bge is worth"},
    {"alpha-w", GFN_OPTION_NUMBER, "", 0, 1e9, NULL, topic,
     "degrees of freedom of the prior of --score bge; unset: variables + 2"},
    {"bge-t", GFN_OPTION_NUMBER, "", 0, 1e9, NULL, topic,
     "scale of the prior of --score bge; unset: alpha-mu (alpha-w - variables - 1) / (alpha-mu + "
     "1)"},
    {"bge-nu", GFN_OPTION_NUMBER, "0", -1e9, 1e9, NULL, topic,
     "prior mean of every variable of --score bge"},
    {"obs-scale", GFN_OPTION_NUMBER, "0.31622776601683794", 0, 1e9, NULL, topic,
     "standard deviation of the noise of --score linear-gaussian"},
    {"weight-scale", GFN_OPTION_NUMBER, "1", 0, 1e9, NULL, topic,
     "standard deviation of the weights of --score linear-gaussian"},
    {0},
};

/* ---- creating ---- */

static void destroy(void *world)
{
    gfn_dag *dag = world;
    gfn_dag_scores_clear(&dag->scores);
    gfn_dag_numbers_clear(&dag->numbers);
    gfn_release(&dag->names);
    gfn_release(&dag);
}

static gfn_status find_log_z(gfn_dag *dag)
{
    void *solution;
    GFN_TRY(gfn_dag_solver.create(dag, 1, &solution));
    dag->log_z = gfn_dag_solver.log_z(solution);
    gfn_dag_solver.destroy(solution);
    return GFN_OK;
}

static gfn_status fill(gfn_dag *dag, const gfn_options *set, const gfn_matrix *matrix)
{
    gfn_dag_data data;
    GFN_TRY(gfn_dag_name_variables(dag, matrix));
    GFN_TRY(gfn_dag_data_init(&data, set, matrix, dag->name));
    GFN_TRY(gfn_dag_scores_init(&dag->scores, set, &data, dag->name));
    dag->most_parents = dag->scores.most_parents;
    GFN_TRY(gfn_dag_numbers_init(&dag->numbers, dag->d, dag->most_parents));
    dag->max_log_reward = dag->log_z = NAN;
    if (dag->d <= GFN_DAG_MOST_TABLE)
        GFN_TRY(gfn_dag_scores_find_best(&dag->scores, &dag->max_log_reward));
    return dag->d <= MOST_LOG_Z ? find_log_z(dag) : GFN_OK;
}

static gfn_status create(const gfn_options *set, void **world)
{
    const gfn_matrix *matrix = gfn_options_matrix(set, "data");
    if (matrix == NULL)
        return gfn_fail(GFN_EINVAL, "dag: expected --data, found none (hint: --data FILE.csv, a "
                                    "row per sample, a column per variable)");
    gfn_dag *made;
    GFN_TRY(gfn_allocate("dag", 1, sizeof *made, &made));
    const gfn_status status = fill(made, set, matrix);
    if (status == GFN_OK)
        *world = made;
    else
        destroy(made);
    return status;
}

/* The pairs of variables, each with an observation of three states. */
static int pairs(int d)
{
    return d * (d - 1) / 2;
}

static void describe(const void *world, gfn_env_spec *spec)
{
    const gfn_dag *dag = world;
    const int d = dag->d, most = dag->most_parents;
    *spec = (gfn_env_spec){
        .shape =
            {
                .n_actions = d * d + 1,
                .n_back_actions = d * d,
                .stop_action = d * d,
                .obs_dim = 3 * pairs(d),
                .obs_hot = pairs(d),
            },
        .state_width = d,
        /* Variable i, in an order, has at most i parents. */
        .max_steps = pairs(most) + (d - most) * most + 1,
        .n_states = dag->numbers.n,
        .all_terminal = true,
        .max_log_reward = dag->max_log_reward,
        .log_z = dag->log_z,
    };
}

static void start(const void *world, size_t n, int32_t *state)
{
    const gfn_dag *dag = world;
    memset(state, 0, n * (size_t)dag->d * sizeof *state);
}

/* ---- edges: action d i + j adds the edge from i to j, the same backward action removes it ---- */

static void expand(uint32_t set, size_t d, uint8_t *mask)
{
    for (size_t j = 0; j < d; j++)
        mask[j] = set >> j & 1;
}

/* Variables that have as many parents as they may have. */
static uint32_t find_full(const gfn_dag *dag, const int32_t *graph)
{
    uint32_t full = 0;
    for (int j = 0; dag->most_parents < dag->d - 1 && j < dag->d; j++)
        full |= (uint32_t)(__builtin_popcount((uint32_t)graph[j]) >= dag->most_parents) << j;
    return full;
}

static void find_children(int d, const int32_t *graph, uint32_t *children)
{
    memset(children, 0, (size_t)d * sizeof *children);
    for (int j = 0; j < d; j++)
        for (uint32_t rest = (uint32_t)graph[j] & gfn_dag_all(d); rest != 0; rest &= rest - 1)
            children[__builtin_ctz(rest)] |= (uint32_t)1 << j;
}

/* No edge from i to its ancestors, its children, or itself. */
static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_dag *dag = world;
    const int d = dag->d;
    uint32_t ancestors[GFN_DAG_MOST], children[GFN_DAG_MOST];
    for (size_t lane = 0; lane < n; lane++, state += d) {
        const uint32_t open = gfn_dag_all(d) & ~find_full(dag, state);
        gfn_dag_find_ancestors(d, state, ancestors);
        find_children(d, state, children);
        for (int i = 0; i < d; i++, mask += d)
            expand(open & ~(ancestors[i] | children[i] | (uint32_t)1 << i), (size_t)d, mask);
        *mask++ = 1;
    }
}

static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const gfn_dag *dag = world;
    const int d = dag->d;
    uint32_t children[GFN_DAG_MOST];
    for (size_t lane = 0; lane < n; lane++, state += d) {
        find_children(d, state, children);
        for (int i = 0; i < d; i++, mask += d)
            expand(children[i], (size_t)d, mask);
    }
}

static void flip(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    const gfn_dag *dag = world;
    const int32_t d = dag->d;
    for (size_t lane = 0; lane < n; lane++, state += d) {
        const int32_t from = action[lane] / d, to = action[lane] % d;
        state[to] = (int32_t)((uint32_t)state[to] ^ (uint32_t)1 << from);
    }
}

static void same_action(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *other)
{
    (void)world;
    (void)state;
    memcpy(other, action, n * sizeof *other);
}

/* ---- rewards, observations and numbers ---- */

static void log_reward(const void *world, size_t n, const int32_t *state, double *log_r)
{
    const gfn_dag *dag = world;
    for (size_t lane = 0; lane < n; lane++, state += dag->d) {
        double sum = 0;
        for (int j = 0; j < dag->d; j++)
            sum += gfn_dag_scores_local(&dag->scores, j, (uint32_t)state[j]);
        log_r[lane] = sum;
    }
}

/* For each pair i < j: no edge, i -> j, or j -> i. */
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    const gfn_dag *dag = world;
    const int d = dag->d;
    (void)x;
    for (size_t lane = 0; lane < n; lane++, state += d) {
        int32_t first = 0;
        for (int j = 1; j < d; j++)
            for (int i = 0; i < j; i++, first += 3)
                *index++ = first + ((int32_t)((uint32_t)state[j] >> i & 1) |
                                    (int32_t)((uint32_t)state[i] >> j & 1) << 1);
    }
}

static void number(const void *world, size_t n, const int32_t *state, int64_t *found)
{
    const gfn_dag *dag = world;
    for (size_t lane = 0; lane < n; lane++)
        found[lane] = gfn_dag_numbers_find(&dag->numbers, state + lane * (size_t)dag->d);
}

static void state_at(const void *world, size_t n, const int64_t *number_of, int32_t *state)
{
    const gfn_dag *dag = world;
    gfn_dag_numbers_graphs(&dag->numbers, n, number_of, state);
}

/* An entry of the table in registry.c. */
const gfn_env_ops gfn_env_dag = {
    .size = sizeof(gfn_env_ops),
    .name = "dag",
    .summary = "Structures of Bayesian networks: acyclic graphs, an edge at a time, from data.",
    .options = options,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .start = start,
    .allowed = allowed,
    .step = flip,
    .allowed_back = allowed_back,
    .step_back = flip,
    .back_action = same_action,
    .forward_action = same_action,
    .log_reward = log_reward,
    .observe = observe,
    .number = number,
    .state_at = state_at,
    .write = gfn_dag_write,
    .read = gfn_dag_read,
    .solver = &gfn_dag_solver,
    .marginals = &gfn_dag_marginals,
    .source = "Deleu et al. 2022, arXiv:2202.13903",
    .class_of = gfn_dag_find_class,
    .class_name = "Markov equivalence classes",
};
