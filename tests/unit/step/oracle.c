/* SPDX-License-Identifier: MIT
 *
 * Exact flows are where every balance condition holds: with them each objective has loss 0 and
 * gradient 0, whatever the trajectories. Without hidden layers one-hot cells make a table of the
 * network, a row a state, so that the exact solution can be written into it. Built in double.
 *
 * For any backward policy, F(x -> stop) = R(x), F(s) = sum of F(s, a), and
 * F(parent, a) = F(s) P_B(parent | s): one sweep over the states, children first.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/gradient.h>
#include <gfn/random.h>

#ifndef GFN_REAL64
#error "this test needs a build in double"
#endif

enum { BATCH = 60, MAX_STATES = 64, MAX_DIM = 3, MAX_ACTIONS = MAX_DIM + 1 };

typedef struct fixture {
    const gfn_objective *objective;
    gfn_comm *comm;
    gfn_env *env;
    gfn_model *model;
    gfn_sampler *sampler;
    gfn_trajectories *log;
    gfn_gradient *gradient;
} fixture;

/* Flows of edges and states, in logs. */
typedef struct flows {
    double edge[MAX_STATES][MAX_ACTIONS];
    double state[MAX_STATES];
    double log_reward[MAX_STATES];
} flows;

/* A number of its own for each place, uniform in (-1, 1). */
static double any(uint64_t what, size_t place)
{
    const gfn_stream stream = {17, GFN_PURPOSE_CHECK, what};
    return 2 * gfn_random_unit(&stream, place, 0) - 1;
}

/* Writes a network's outputs, [states][cols], as its table; it gets biases all the same. */
static void write_table(gfn_model *model, const char *name, const double *outputs)
{
    gfn_real *x = gfn_model_params(model);
    for (size_t i = 0; i < gfn_model_n_views(model); i++) {
        const gfn_view *weight = gfn_model_view(model, i), *bias = weight + 1;
        if (strcmp(weight->name, name) != 0)
            continue;
        for (size_t j = 0; j < bias->n; j++)
            x[bias->offset + j] = any(i, j);
        for (size_t j = 0; j < weight->n; j++)
            x[weight->offset + j] = outputs[j] - x[bias->offset + j % bias->n];
    }
}

/* log P_B of the allowed backward actions of a state: uniform, or by the logits that are given. */
static void log_pb_of(size_t n, const uint8_t *mask, const double *logits, double *log_pb)
{
    double sum = 0;
    for (size_t b = 0; b < n; b++)
        sum += mask[b] ? exp(logits[b]) : 0;
    for (size_t b = 0; b < n; b++)
        log_pb[b] = logits[b] - log(sum);
}

/* The exact flows for the P_B of `logits` [states][dimensions]. */
static void solve(const gfn_env *env, double (*logits)[MAX_DIM], flows *exact)
{
    const size_t dims = (size_t)gfn_env_shape(env)->n_back_actions, stop = dims;
    for (int64_t s = gfn_env_spec_of(env)->n_states - 1; s >= 0; s--) {
        int32_t state[MAX_DIM], back;
        uint8_t mask[MAX_DIM], allowed[MAX_ACTIONS], done = GFN_LIVE;
        double log_pb[MAX_DIM], total = 0;
        assert_int_equal(gfn_env_state_at(env, 1, &s, state), GFN_OK);
        gfn_env_allowed(env, 1, state, NULL, allowed);
        gfn_env_allowed_back(env, 1, state, mask);
        gfn_env_log_reward(env, 1, state, &exact->log_reward[s]);
        exact->edge[s][stop] = exact->log_reward[s];
        for (size_t a = 0; a <= stop; a++)
            total += allowed[a] ? exp(exact->edge[s][a]) : 0;
        exact->state[s] = log(total);
        log_pb_of(dims, mask, logits[s], log_pb);
        for (back = 0; back < (int32_t)dims; back++) {
            int64_t number;
            if (!mask[back])
                continue;
            assert_int_equal(gfn_env_step_back(env, 1, state, &done, &back), GFN_OK);
            assert_int_equal(gfn_env_number(env, 1, state, &number), GFN_OK);
            exact->edge[number][back] = exact->state[s] + log_pb[back];
            assert_int_equal(gfn_env_state_at(env, 1, &s, state), GFN_OK);
        }
    }
}

static void write_solution(fixture *f, gfn_backward backward)
{
    static flows exact;
    double logits[MAX_STATES][MAX_DIM] = {{0}}, rows[MAX_STATES * MAX_ACTIONS];
    const size_t states = (size_t)gfn_env_spec_of(f->env)->n_states;
    const size_t dims = (size_t)gfn_env_shape(f->env)->n_back_actions, actions = dims + 1;
    const bool is_forward_looking = (f->objective->needs & GFN_LOOKS_FORWARD) != 0;
    const bool is_edges = gfn_model_flow(f->model) == GFN_FLOW_EDGES;
    for (size_t i = 0; backward != GFN_BACKWARD_UNIFORM && i < states * dims; i++)
        rows[i] = logits[i / dims][i % dims] = 2 * any(100, i);
    write_table(f->model, "backward.0.weight", rows);
    memset(&exact, 0, sizeof exact);
    solve(f->env, logits, &exact);
    /* A policy has its logits up to a constant in each state; flows of edges have no such freedom.
     */
    for (size_t i = 0; i < states * actions; i++)
        rows[i] = exact.edge[i / actions][i % actions] + (is_edges ? 0 : 3 * any(101, i / actions));
    write_table(f->model, "policy.0.weight", rows);
    for (size_t i = 0; i < states; i++)
        rows[i] = exact.state[i] - (is_forward_looking ? exact.log_reward[i] : 0);
    write_table(f->model, "flow.0.weight", rows);
    gfn_model_params(f->model)[gfn_model_log_z_offset(f->model)] = exact.state[0];
}

/* ---- trajectories that no policy drew ---- */

static void walk(const fixture *f, size_t i)
{
    const int32_t stop = gfn_env_shape(f->env)->stop_action;
    int32_t state[MAX_DIM], *action = f->log->action + i * f->log->max_steps, n = 0;
    uint8_t done = GFN_LIVE, allowed[MAX_ACTIONS];
    gfn_env_start(f->env, 1, state);
    while (done == GFN_LIVE) {
        gfn_env_allowed(f->env, 1, state, &done, allowed);
        int32_t a = stop;
        /* Some go on as far as they can, one after the other. */
        for (int32_t d = 0; d < stop; d++)
            if (allowed[d] && any(200 + (uint64_t)n, 10 * i + (size_t)d) > (i % 3 ? 0.2 : -0.9))
                a = d;
        assert_int_equal(gfn_env_step(f->env, 1, state, &done, &a), GFN_OK);
        action[n++] = a;
    }
    f->log->n_steps[i] = n;
}

/* ---- cases ---- */

static void make(fixture *f, const char *settings, gfn_backward backward, gfn_flow flow)
{
    const gfn_model_config config = {.backward = backward, .flow = flow};
    assert_int_equal(gfn_comm_open_serial(&f->comm), GFN_OK);
    assert_int_equal(gfn_env_create("hypergrid", settings, &f->env), GFN_OK);
    assert_true(gfn_env_spec_of(f->env)->n_states <= MAX_STATES);
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    assert_int_equal(gfn_sampler_create(f->env, f->model, BATCH, 1, &f->sampler), GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(f->sampler, &f->log), GFN_OK);
    assert_int_equal(gfn_gradient_create(f->comm, f->sampler, f->objective, BATCH, &f->gradient),
                     GFN_OK);
    f->log->n = BATCH;
    for (size_t i = 0; i < BATCH; i++)
        walk(f, i);
}

static void drop(fixture *f)
{
    gfn_gradient_destroy(&f->gradient);
    gfn_trajectories_destroy(&f->log);
    gfn_sampler_destroy(&f->sampler);
    gfn_model_destroy(&f->model);
    gfn_env_destroy(&f->env);
    gfn_comm_close(&f->comm);
}

/* The largest entry of the gradient. */
static double differentiate(const fixture *f, double *loss)
{
    const size_t n = gfn_model_n_params(f->model);
    double *vector = calloc(n, sizeof *vector), largest = 0;
    assert_non_null(vector);
    assert_int_equal(gfn_sampler_score(f->sampler, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_add(f->gradient, f->log), GFN_OK);
    assert_int_equal(gfn_gradient_backward(f->gradient, GFN_OK, vector, loss), GFN_OK);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(vector[i]));
    free(vector);
    return largest;
}

static const char *const worlds[] = {"size=4 r0=0.13", "size=7 r0=0.13",
                                     "size=4 ndim=3 r0=0.13 encoding=onehot"};

/* The exact flows judged by every loss, and by a target network that has them too. */
static void check_other_residuals(fixture *f)
{
    const size_t n = gfn_model_n_params(f->model);
    const bool takes_target = (f->objective->needs & GFN_TAKES_TARGET) != 0;
    double *target = calloc(n, sizeof *target), loss;
    assert_non_null(target);
    memcpy(target, gfn_model_params(f->model), n * sizeof *target);
    for (size_t i = 0; i < 2 * gfn_loss_kinds(); i++) {
        if (i % 2 && !takes_target)
            continue;
        assert_int_equal(gfn_gradient_set_target(f->gradient, i % 2 ? target : NULL), GFN_OK);
        assert_int_equal(gfn_gradient_set_loss(f->gradient, gfn_loss_kind_of(i / 2), NAN), GFN_OK);
        const double largest = differentiate(f, &loss);
        if (!(loss < 1e-12) || !(largest < 1e-8))
            fail_msg("%s, %s, target %zu: loss %.3g, gradient %.3g", f->objective->name,
                     gfn_loss_name(i / 2), i % 2, loss, largest);
    }
    /* It may change between batches. */
    for (size_t i = 0; i < n && takes_target; i++)
        target[i] += 0.1 * any(400, i);
    assert_true(!takes_target || differentiate(f, &loss) > 1e-3);
    assert_int_equal(gfn_gradient_set_target(f->gradient, NULL), GFN_OK);
    assert_int_equal(gfn_gradient_set_loss(f->gradient, gfn_loss_kind_of(0), NAN), GFN_OK);
    free(target);
}

static void check_solution(const gfn_objective *objective, gfn_backward backward, gfn_flow flow)
{
    for (size_t world = 0; world < sizeof worlds / sizeof worlds[0]; world++) {
        fixture f = {.objective = objective};
        double loss;
        make(&f, worlds[world], backward, flow);
        write_solution(&f, backward);
        const double largest = differentiate(&f, &loss);
        if (!(loss < 1e-12) || !(largest < 1e-8))
            fail_msg("%s, %s, backward %d, flow %d: loss %.3g, gradient %.3g", objective->name,
                     worlds[world], (int)backward, (int)flow, loss, largest);
        check_other_residuals(&f);
        /* Anything else has neither. */
        for (size_t i = 0; i < gfn_model_n_params(f.model); i++)
            gfn_model_params(f.model)[i] += 0.1 * any(300, i);
        assert_true(differentiate(&f, &loss) > 1e-3);
        assert_true(loss > 1e-3);
        drop(&f);
    }
}

/* Of every flow that the objective may learn. */
static void check_flows(const gfn_objective *objective, gfn_backward backward)
{
    const gfn_flow learned = objective->needs & GFN_NEEDS_INFLOW ? GFN_FLOW_EDGES : GFN_FLOW_HEAD;
    check_solution(objective, backward,
                   objective->needs & GFN_NEEDS_FLOW ? learned : GFN_FLOW_NONE);
    if ((objective->needs & GFN_NEEDS_FLOW) && learned == GFN_FLOW_HEAD)
        check_solution(objective, backward, GFN_FLOW_OWN);
}

static void exact_flows_have_no_loss_and_no_gradient(void **unused)
{
    (void)unused;
    for (size_t o = 0; o < gfn_objective_kinds(); o++)
        check_flows(gfn_objective_kind(o), GFN_BACKWARD_UNIFORM);
    assert_true(gfn_objective_kinds() >= 8);
}

static void exact_flows_of_a_learned_backward_policy_have_neither(void **unused)
{
    (void)unused;
    for (size_t o = 0; o < gfn_objective_kinds(); o++)
        for (int backward = GFN_BACKWARD_LEARNED; backward <= GFN_BACKWARD_TIED; backward++)
            if (!(gfn_objective_kind(o)->needs & GFN_NEEDS_INFLOW)) /* which has no use for P_B */
                check_flows(gfn_objective_kind(o), (gfn_backward)backward);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_flows_have_no_loss_and_no_gradient),
        cmocka_unit_test(exact_flows_of_a_learned_backward_policy_have_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
