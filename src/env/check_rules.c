/* SPDX-License-Identifier: MIT
 *
 * Together the rules are complete. Every edge out of a state has a backward action that leads back
 * and whose forward action is that of the edge; so two edges into a state cannot share a backward
 * action. Every backward action belongs to an edge. Only the start has no backward action; so every
 * tested state can be reached from the start.
 */
#include "env/check_rules.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* The functions for steps along edges in one direction, and for undoing them. */
struct direction {
    gfn_probe_function step, inverse, inverse_mask, undo, inverse_of_inverse;
    const char *in_range, *allowed, *leads_back, *is_inverted; /* the rules */
};

static const struct direction forward = {
    .step = GFN_PROBE_STEP,
    .inverse = GFN_PROBE_BACK_ACTION,
    .inverse_mask = GFN_PROBE_ALLOWED_BACK,
    .undo = GFN_PROBE_STEP_BACK,
    .inverse_of_inverse = GFN_PROBE_FORWARD_ACTION,
    .in_range = "back_action is a backward action",
    .allowed = "back_action is allowed in the state that was reached",
    .leads_back = "step_back undoes step",
    .is_inverted = "forward_action undoes back_action (distinct edges have distinct ones)",
};

static const struct direction backward = {
    .step = GFN_PROBE_STEP_BACK,
    .inverse = GFN_PROBE_FORWARD_ACTION,
    .inverse_mask = GFN_PROBE_ALLOWED,
    .undo = GFN_PROBE_STEP,
    .inverse_of_inverse = GFN_PROBE_BACK_ACTION,
    .in_range = "forward_action is an action other than the stop action",
    .allowed = "forward_action is allowed in the parent",
    .leads_back = "step undoes step_back",
    .is_inverted = "back_action undoes forward_action",
};

static size_t width_of(const gfn_check_rules *rules)
{
    return (size_t)rules->env->spec.state_width;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

gfn_status gfn_check_rules_init(gfn_check_rules *rules, const gfn_env *env, gfn_env_place *place,
                                gfn_arena *arena)
{
    const size_t lanes = GFN_PROBE_LANES, width = (size_t)env->spec.state_width;
    const size_t n_actions = (size_t)env->spec.shape.n_actions;
    const size_t n_back = (size_t)env->spec.shape.n_back_actions;
    *rules = (gfn_check_rules){.env = env, .is_numbered = env->spec.n_states > 0, .stride = 1};
    GFN_TRY(gfn_probe_init(&rules->probe, env, place, arena));
    const struct {
        void *array;
        size_t n, size;
    } arrays[] = {
        {&rules->start, width, sizeof(int32_t)},
        {&rules->state, lanes * width, sizeof(int32_t)},
        {&rules->mask, lanes * n_actions, 1},
        {&rules->back_mask, lanes * n_back, 1},
        {&rules->log_reward, lanes, sizeof(double)},
        {&rules->number, lanes, sizeof(int64_t)},
        {&rules->child, lanes * n_actions, sizeof(int64_t)},
        {&rules->number_delta, n_actions, sizeof(int64_t)},
        {&rules->lane, lanes, sizeof(size_t)},
        {&rules->from, lanes * width, sizeof(int32_t)},
        {&rules->action, lanes, sizeof(int32_t)},
        {&rules->to, lanes * width, sizeof(int32_t)},
        {&rules->inverse, lanes, sizeof(int32_t)},
        {&rules->undone, lanes * width, sizeof(int32_t)},
        {&rules->inverse_of_inverse, lanes, sizeof(int32_t)},
        {&rules->to_mask, lanes * larger(n_actions, n_back), 1},
        {&rules->to_number, lanes, sizeof(int64_t)},
        {&rules->found_reward, lanes, sizeof(double)},
        {&rules->observation, lanes, rules->probe.bytes[GFN_PROBE_OBSERVE]},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        GFN_TRY(gfn_arena_take(arena, arrays[i].n, arrays[i].size, arrays[i].array));

    gfn_probe_input all = {.n = lanes};
    GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_START, all, rules->state));
    memcpy(rules->start, rules->state, width * sizeof *rules->start);
    return GFN_OK;
}

/* ---- states ---- */

static gfn_status check_mask(gfn_check_rules *rules, gfn_probe_function function, size_t n,
                             uint8_t *mask)
{
    gfn_probe_input states = {.n = n, .state = rules->state};
    GFN_TRY(gfn_probe_call(&rules->probe, function, states, mask));
    const size_t k = rules->probe.bytes[function];
    for (size_t i = 0; i < n * k; i++)
        if (mask[i] > 1)
            return gfn_probe_broken(rules->env, rules->state + i / k * width_of(rules),
                                    "masks are 0 or 1",
                                    "expected 0 or 1 from %s(), found %d for action %zu",
                                    gfn_probe_name(function), mask[i], i % k);
    return GFN_OK;
}

/* The start has no parents; every other state has at least one. */
static gfn_status check_parents(const gfn_check_rules *rules, size_t n)
{
    const size_t n_back = (size_t)rules->env->spec.shape.n_back_actions, width = width_of(rules);
    for (size_t i = 0; i < n; i++) {
        const int32_t *state = rules->state + i * width;
        bool is_start = memcmp(state, rules->start, width * sizeof *state) == 0;
        bool has_parents = memchr(rules->back_mask + i * n_back, 1, n_back) != NULL;
        if (is_start == has_parents)
            return gfn_probe_broken(rules->env, state, "only the start has no parents",
                                    "expected %s backward action, found %s", is_start ? "no" : "a",
                                    has_parents ? "one" : "none");
    }
    return GFN_OK;
}

static gfn_status check_reward(const gfn_check_rules *rules, const int32_t *state,
                               double log_reward)
{
    const double most = rules->env->spec.max_log_reward;
    if (!isfinite(log_reward))
        return gfn_probe_broken(rules->env, state, "log-rewards are finite",
                                "expected a finite number, found %g", log_reward);
    if (log_reward > most)
        return gfn_probe_broken(rules->env, state, "max_log_reward is the largest",
                                "expected at most %.17g, found %.17g", most, log_reward);
    return GFN_OK;
}

static gfn_status check_rewards(gfn_check_rules *rules, size_t n)
{
    const gfn_env_spec *spec = &rules->env->spec;
    const size_t width = width_of(rules), n_actions = (size_t)spec->shape.n_actions;
    size_t objects = 0;
    for (size_t i = 0; i < n; i++) {
        rules->log_reward[i] = NAN;
        const uint8_t *mask = rules->mask + i * n_actions;
        const int stop = spec->shape.stop_action;
        if (spec->all_terminal && (stop < 0 || !mask[stop]))
            return gfn_probe_broken(rules->env, rules->state + i * width,
                                    "every state may stop where all_terminal says so",
                                    "expected the stop action to be allowed, found it is %s",
                                    stop < 0 ? "none" : "not");
        if (!gfn_env_is_object(rules->env, mask))
            continue;
        memcpy(rules->from + objects * width, rules->state + i * width, width * sizeof(int32_t));
        rules->lane[objects++] = i;
    }
    gfn_probe_input in = {.n = objects, .state = rules->from};
    GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_LOG_REWARD, in, rules->found_reward));
    for (size_t k = 0; k < objects; k++) {
        const size_t i = rules->lane[k];
        GFN_TRY(check_reward(rules, rules->from + k * width, rules->found_reward[k]));
        rules->log_reward[i] = rules->found_reward[k];
    }
    return GFN_OK;
}

static gfn_status check_hot(const gfn_check_rules *rules, const int32_t *state,
                            const int32_t *index)
{
    const gfn_shape *shape = &rules->env->spec.shape;
    for (int i = 0; i < shape->obs_hot; i++) {
        if (index[i] < 0 || index[i] >= shape->obs_dim)
            return gfn_probe_broken(rules->env, state, "indices of an observation are in range",
                                    "expected index %d within 0 ... %d, found %d", i,
                                    shape->obs_dim - 1, (int)index[i]);
        for (int j = 0; j < i; j++)
            if (index[i] == index[j])
                return gfn_probe_broken(rules->env, state, "indices of an observation are distinct",
                                        "expected every index once, found %d at places %d and %d",
                                        (int)index[i], j, i);
    }
    return GFN_OK;
}

static gfn_status check_dense(const gfn_check_rules *rules, const int32_t *state, const float *x)
{
    for (int i = 0; i < rules->env->spec.shape.obs_dim; i++)
        if (!isfinite(x[i]))
            return gfn_probe_broken(rules->env, state, "observations are finite",
                                    "expected a finite number at place %d, found %g", i,
                                    (double)x[i]);
    return GFN_OK;
}

static gfn_status check_observations(gfn_check_rules *rules, size_t n)
{
    const gfn_shape *shape = &rules->env->spec.shape;
    gfn_probe_input states = {.n = n, .state = rules->state};
    GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_OBSERVE, states, rules->observation));
    for (size_t i = 0; i < n; i++) {
        const int32_t *state = rules->state + i * width_of(rules);
        const int32_t *index = (int32_t *)rules->observation + i * (size_t)shape->obs_hot;
        const float *x = (float *)rules->observation + i * (size_t)shape->obs_dim;
        GFN_TRY(shape->obs_hot > 0 ? check_hot(rules, state, index) : check_dense(rules, state, x));
    }
    return GFN_OK;
}

/* Compute the numbers of n states; they must be in range, and state_at() must return the states. */
static gfn_status check_numbers(gfn_check_rules *rules, size_t n, const int32_t *state,
                                int64_t *number)
{
    const size_t width = width_of(rules);
    gfn_probe_input states = {.n = n, .state = state}, numbers = {.n = n, .number = number};
    GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_NUMBER, states, number));
    for (size_t i = 0; i < n; i++)
        if (number[i] < 0 || number[i] >= rules->env->spec.n_states)
            return gfn_probe_broken(rules->env, state + i * width, "numbers are below n_states",
                                    "expected 0 ... %" PRId64 ", found %" PRId64,
                                    rules->env->spec.n_states - 1, number[i]);
    GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_STATE_AT, numbers, rules->undone));
    for (size_t i = 0; i < n; i++) {
        const int32_t *found = rules->undone + i * width;
        char text[200];
        if (memcmp(found, state + i * width, width * sizeof *found) != 0)
            return gfn_probe_broken(rules->env, state + i * width, "state_at inverts number",
                                    "expected this state at %" PRId64 ", found %s", number[i],
                                    gfn_env_state_text(rules->env, found, text, sizeof text));
    }
    return GFN_OK;
}

/* ---- edges ---- */

/* Collect the edges with this action out of n states; returns their number. */
static size_t collect(gfn_check_rules *rules, size_t n, const uint8_t *mask, size_t k,
                      int32_t action)
{
    const size_t width = width_of(rules);
    size_t edges = 0;
    for (size_t i = 0; i < n; i++) {
        if (!mask[i * k + (size_t)action])
            continue;
        memcpy(rules->from + edges * width, rules->state + i * width, width * sizeof(int32_t));
        rules->action[edges] = action;
        rules->lane[edges++] = i;
    }
    return edges;
}

/* The inverse of each action must be in range, and allowed in the state to which the action
 * leads. */
static gfn_status check_inverse(gfn_check_rules *rules, const struct direction *along, size_t edges)
{
    const int32_t n_inverse = (int32_t)rules->probe.bytes[along->inverse_mask];
    const int32_t stop = along == &backward ? rules->env->spec.shape.stop_action : -1;
    gfn_probe_input out = {.n = edges, .state = rules->from, .action = rules->action};
    gfn_probe_input there = {.n = edges, .state = rules->to};
    GFN_TRY(gfn_probe_call(&rules->probe, along->inverse, out, rules->inverse));
    GFN_TRY(gfn_probe_call(&rules->probe, along->inverse_mask, there, rules->to_mask));
    for (size_t e = 0; e < edges; e++) {
        const int32_t *from = rules->from + e * width_of(rules), inverse = rules->inverse[e];
        const char *function = gfn_probe_name(along->inverse);
        char text[200];
        if (inverse < 0 || inverse >= n_inverse || inverse == stop)
            return gfn_probe_broken(rules->env, from, along->in_range,
                                    "expected 0 ... %d from %s(%d), found %d", (int)n_inverse - 1,
                                    function, (int)rules->action[e], (int)inverse);
        if (rules->to_mask[e * (size_t)n_inverse + (size_t)inverse] != 1)
            return gfn_probe_broken(
                rules->env, from, along->allowed,
                "expected %s(%d) = %d to be allowed in %s, found that it is not", function,
                (int)rules->action[e], (int)inverse,
                gfn_env_state_text(rules->env, rules->to + e * width_of(rules), text, sizeof text));
    }
    return GFN_OK;
}

/* The inverse must lead back, and its own inverse must be the action. */
static gfn_status check_return(gfn_check_rules *rules, const struct direction *along, size_t edges)
{
    const size_t width = width_of(rules);
    gfn_probe_input there = {.n = edges, .state = rules->to, .action = rules->inverse};
    GFN_TRY(gfn_probe_call(&rules->probe, along->undo, there, rules->undone));
    GFN_TRY(
        gfn_probe_call(&rules->probe, along->inverse_of_inverse, there, rules->inverse_of_inverse));
    for (size_t e = 0; e < edges; e++) {
        const int32_t *from = rules->from + e * width, *found = rules->undone + e * width;
        char text[200];
        if (memcmp(from, found, width * sizeof *from) != 0)
            return gfn_probe_broken(rules->env, from, along->leads_back,
                                    "expected the same state after %s(%d) and %s(%d), found %s",
                                    gfn_probe_name(along->step), (int)rules->action[e],
                                    gfn_probe_name(along->undo), (int)rules->inverse[e],
                                    gfn_env_state_text(rules->env, found, text, sizeof text));
        if (rules->inverse_of_inverse[e] != rules->action[e])
            return gfn_probe_broken(rules->env, from, along->is_inverted,
                                    "expected %d of %s(%d), found %d", (int)rules->action[e],
                                    gfn_probe_name(along->inverse_of_inverse),
                                    (int)rules->inverse[e], (int)rules->inverse_of_inverse[e]);
    }
    return GFN_OK;
}

/* The number of a state must be greater than those of its parents. */
static gfn_status check_order(gfn_check_rules *rules, const struct direction *along, size_t edges)
{
    GFN_TRY(check_numbers(rules, edges, rules->to, rules->to_number));
    for (size_t e = 0; e < edges; e++) {
        const int64_t here = rules->number[rules->lane[e]], there = rules->to_number[e];
        if (along == &forward ? here >= there : here <= there)
            return gfn_probe_broken(rules->env, rules->from + e * width_of(rules),
                                    "a state is numbered after its parents",
                                    "expected number %" PRId64 " to be %s that after %s(%d), found "
                                    "%" PRId64 " there",
                                    here, along == &forward ? "below" : "above",
                                    gfn_probe_name(along->step), (int)rules->action[e], there);
    }
    return GFN_OK;
}

/* Check all edges with this action. */
static gfn_status check_edges(gfn_check_rules *rules, const struct direction *along, size_t n,
                              const uint8_t *mask, int32_t action)
{
    const bool is_forward = along == &forward;
    const gfn_shape *shape = &rules->env->spec.shape;
    const size_t k = (size_t)(is_forward ? shape->n_actions : shape->n_back_actions);
    const size_t edges = collect(rules, n, mask, k, action);
    if (edges == 0)
        return GFN_OK;
    gfn_probe_input out = {.n = edges, .state = rules->from, .action = rules->action};
    GFN_TRY(gfn_probe_call(&rules->probe, along->step, out, rules->to));
    GFN_TRY(check_inverse(rules, along, edges));
    GFN_TRY(check_return(rules, along, edges));
    if (!rules->is_numbered)
        return GFN_OK;
    GFN_TRY(check_order(rules, along, edges));
    for (size_t e = 0; is_forward && e < edges; e++)
        rules->child[rules->lane[e] * k + (size_t)action] = rules->to_number[e];
    return GFN_OK;
}

/* Check the edges with all k actions, or those whose turn it is. */
static gfn_status check_all_edges(gfn_check_rules *rules, const struct direction *along, size_t n,
                                  const uint8_t *mask, int32_t k)
{
    const int32_t stop = along == &forward ? rules->env->spec.shape.stop_action : -1;
    const int stride = rules->turns > 0 ? rules->stride : 1;
    for (int32_t action = (int32_t)(rules->turns % stride); action < k; action += stride)
        if (action != stop)
            GFN_TRY(check_edges(rules, along, n, mask, action));
    return GFN_OK;
}

#define CONSTANT_DELTAS "with has_constant_deltas every action always adds the same to numbers"

/* Check one lane. The first state of all is the start, which sets rules->number_delta. A child is
 * not known if the action was not tested. */
static gfn_status check_deltas(gfn_check_rules *rules, size_t lane)
{
    const gfn_env *env = rules->env;
    const size_t n_actions = (size_t)env->spec.shape.n_actions, width = width_of(rules);
    const int32_t *state = rules->state + lane * width;
    const uint8_t *mask = rules->mask + lane * n_actions;
    const int64_t *child = rules->child + lane * n_actions, number = rules->number[lane];
    const bool is_start = memcmp(state, rules->start, width * sizeof *state) == 0;
    if (!gfn_env_has_action(env, mask))
        return gfn_probe_broken(env, state, CONSTANT_DELTAS, "expected an action, found none");
    for (size_t a = 0; a < n_actions; a++) {
        if ((int32_t)a == env->spec.shape.stop_action)
            continue;
        if (is_start && !mask[a])
            return gfn_probe_broken(env, state, CONSTANT_DELTAS,
                                    "expected action %zu to be allowed at the start, found that it "
                                    "is not",
                                    a);
        if (child[a] < 0)
            continue;
        if (rules->turns == 0)
            rules->number_delta[a] = child[a] - number;
        if (child[a] - number != rules->number_delta[a])
            return gfn_probe_broken(env, state, CONSTANT_DELTAS,
                                    "expected %" PRId64 " of action %zu, found %" PRId64,
                                    rules->number_delta[a], a, child[a] - number);
    }
    return GFN_OK;
}

gfn_status gfn_check_rules_run(gfn_check_rules *rules, size_t n)
{
    const gfn_shape *shape = &rules->env->spec.shape;
    GFN_TRY(check_mask(rules, GFN_PROBE_ALLOWED, n, rules->mask));
    GFN_TRY(check_mask(rules, GFN_PROBE_ALLOWED_BACK, n, rules->back_mask));
    if (rules->is_numbered)
        GFN_TRY(check_numbers(rules, n, rules->state, rules->number));
    GFN_TRY(check_parents(rules, n));
    GFN_TRY(check_rewards(rules, n));
    GFN_TRY(check_observations(rules, n));
    for (size_t i = 0; i < n * (size_t)shape->n_actions; i++)
        rules->child[i] = -1;
    GFN_TRY(check_all_edges(rules, &forward, n, rules->mask, shape->n_actions));
    GFN_TRY(check_all_edges(rules, &backward, n, rules->back_mask, shape->n_back_actions));
    for (size_t i = 0; i < n && rules->is_numbered && rules->env->spec.has_constant_deltas; i++)
        GFN_TRY(check_deltas(rules, i));
    rules->turns++;
    return GFN_OK;
}
