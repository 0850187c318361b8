/* SPDX-License-Identifier: MIT
 *
 * Creating environments, and the wrappers that handle masks, the stop action and finished lanes for
 * all worlds.
 */
#include "env/env_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* ---- creating ---- */

/* Name the file if the message is about its numbers: "ising: couplings: expected ...". */
static gfn_status name_file(gfn_status status, const gfn_env_ops *ops, const gfn_options *options)
{
    char about[160];
    for (const gfn_option *row = ops->options; row && row->name; row++) {
        gfn_format(about, sizeof about, "%s: %s: ", ops->name, row->name);
        if (row->type == GFN_OPTION_MATRIX && gfn_options_is_set(options, row->name) &&
            strncmp(gfn_error_message(), about, strlen(about)) == 0)
            return gfn_fail_in(status, "%.400s: ", gfn_options_text(options, row->name));
    }
    return status;
}

static gfn_status create_world(gfn_env *env, const gfn_options *options)
{
    const gfn_env_file *file = gfn_env_file_of(env->kind);
    gfn_env_begin_creation();
    gfn_status status = env->ops->create(options, &env->world);
    if (status != GFN_OK)
        status = name_file(status, env->ops, options);
    gfn_env_end_creation(status == GFN_OK ? env : NULL);
    gfn_env_end_calls(env);
    if (file && file->set_mode)
        gfn_notices_add(&env->record->notices,
                        "env: %.300s changed the floating-point mode when it was loaded; it was "
                        "restored (hint: link plug-ins without -ffast-math)",
                        file->path);
    return status;
}

/* The files that options name are read by others, because this room knows no files. */
static gfn_status check_matrices(const gfn_env_ops *ops, const gfn_options *options)
{
    for (const gfn_option *row = ops->options; row && row->name; row++)
        if (row->type == GFN_OPTION_MATRIX && gfn_options_is_set(options, row->name) &&
            gfn_options_matrix(options, row->name) == NULL)
            return gfn_fail(GFN_EINVAL,
                            "%s: %s: expected the numbers of %.300s, found that nobody has read "
                            "them (hint: gfn_run_read_matrices() before gfn_env_create_with())",
                            ops->name, row->name, gfn_options_text(options, row->name));
    return GFN_OK;
}

static gfn_status describe(gfn_env *env)
{
    gfn_env_spec spec = env->spec;
    env->ops->describe(env->world, &spec);
    GFN_TRY(gfn_env_failure(env));
    env->spec = spec;
    env->is_waiting = spec.needs_rewards;
    env->reward.power = spec.needs_rewards || env->ops->log_reward == NULL ? NAN : 1;
    env->spec.needs_rewards = spec.needs_rewards || env->ops->log_reward == NULL;
    return gfn_env_check_spec(env->ops, &spec);
}

/* The tables of the kind with the members of this version. */
static void use_kind(gfn_env *env, const gfn_env_ops *kind)
{
    env->kind = kind;
    env->table = gfn_env_complete_ops(kind);
    env->ops = &env->table;
    if (env->table.solver) {
        env->solver = gfn_env_complete_solver(env->table.solver);
        env->table.solver = &env->solver;
    }
    if (env->table.marginals) {
        env->marginals = gfn_env_complete_marginals(env->table.marginals);
        env->table.marginals = &env->marginals;
    }
}

gfn_status gfn_env_create_with(const gfn_env_ops *ops, const gfn_options *options, gfn_env **env)
{
    GFN_TRY(gfn_env_check_ops(ops));
    GFN_TRY(check_matrices(ops, options));
    gfn_env *made;
    GFN_TRY(gfn_allocate(ops->name, 1, sizeof *made, &made));
    use_kind(made, ops);
    made->mode = gfn_float_mode_now();
    gfn_status status = gfn_allocate(ops->name, 1, sizeof *made->record, &made->record);
    if (status == GFN_OK)
        status = create_world(made, options);
    if (status != GFN_OK)
        goto no_world;
    status = describe(made);
    if (status != GFN_OK)
        gfn_env_destroy(&made);
    else
        *env = made;
    return status;
no_world:
    gfn_release(&made->record);
    gfn_release(&made);
    return status;
}

gfn_status gfn_env_create_from(const gfn_env_ops *ops, const char *settings, gfn_env **env)
{
    GFN_TRY(gfn_env_check_ops(ops));
    gfn_options *options;
    gfn_env *made;
    GFN_TRY(gfn_options_create(&ops->options, ops->options ? 1 : 0, &options));
    gfn_status status = gfn_options_parse(options, settings, "settings");
    if (status != GFN_OK)
        gfn_fail_in(status, "%s: ", ops->name);
    else
        status = gfn_env_create_with(ops, options, &made);
    gfn_options_destroy(&options);
    GFN_TRY(status);
    if (gfn_env_has_formula(made)) {
        *env = made;
        return GFN_OK;
    }
    gfn_env_destroy(&made);
    return gfn_fail(GFN_EINVAL,
                    "%s: expected rewards that are functions, found that they come from outside "
                    "(hint: gfn_env_create_with(), then gfn_env_set_rewards() or "
                    "gfn_reward_set())",
                    ops->name);
}

void gfn_env_destroy(gfn_env **env)
{
    if (*env == NULL)
        return;
    if ((*env)->enumeration) {
        gfn_env_forget_numbers(env);
        return;
    }
    gfn_env_begin_destruction(*env);
    if ((*env)->reward.log_reward)
        (*env)->reward.destroy((*env)->reward.self);
    (*env)->ops->destroy((*env)->world);
    if (gfn_float_mode_now() != (*env)->mode)
        gfn_float_mode_set((*env)->mode);
    gfn_release(&(*env)->record);
    gfn_release(env);
}

const gfn_env_ops *gfn_env_kind_of(const gfn_env *env)
{
    return env->kind;
}

bool gfn_env_has_formula(const gfn_env *env)
{
    return env->ops->log_reward != NULL && !env->is_waiting;
}

const char *gfn_env_source(const gfn_env_ops *ops)
{
    const gfn_env_ops all = gfn_env_complete_ops(ops);
    return all.source ? all.source : "";
}

const char *gfn_env_class_name(const gfn_env_ops *ops)
{
    const gfn_env_ops all = gfn_env_complete_ops(ops);
    return all.class_name ? all.class_name : "";
}

const gfn_env_spec *gfn_env_spec_of(const gfn_env *env)
{
    return &env->spec;
}

const gfn_shape *gfn_env_shape(const gfn_env *env)
{
    return &env->spec.shape;
}

gfn_status gfn_env_add_states(const gfn_env *env, gfn_state_set *set)
{
    int32_t *state;
    gfn_status status = GFN_OK;
    GFN_TRY(gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state));
    for (int64_t number = 0; number < env->spec.n_states && status == GFN_OK; number++) {
        status = gfn_env_state_at(env, 1, &number, state);
        gfn_state_set_add(set, state);
    }
    gfn_release(&state);
    return status;
}

/* ---- lanes ---- */

gfn_status gfn_env_start(const gfn_env *env, size_t n, int32_t *state)
{
    env->ops->start(env->world, n, state);
    return gfn_env_failure(env);
}

gfn_status gfn_env_check_rewards(const gfn_env *env, size_t n, const int32_t *state,
                                 const double *log_reward)
{
    char text[200];
    size_t i = 0;
    while (i < n && log_reward[i] < INFINITY) /* also rejects NaN */
        i++;
    if (i == n)
        return GFN_OK;
    return gfn_fail(
        GFN_EENV,
        "%s: expected a finite log R of the object %s, found %g (hint: gfn-dist "
        "check-env tests an environment)",
        env->ops->name,
        gfn_env_state_text(env, state + i * (size_t)env->spec.state_width, text, sizeof text),
        log_reward[i]);
}

gfn_status gfn_env_log_reward(const gfn_env *env, size_t n, const int32_t *state,
                              double *log_reward)
{
    gfn_env_ask_log_reward(env, n, state, log_reward);
    GFN_TRY(gfn_env_failure(env));
    return gfn_env_check_rewards(env, n, state, log_reward);
}

gfn_status gfn_env_allowed_back(const gfn_env *env, size_t n, const int32_t *state, uint8_t *mask)
{
    env->ops->allowed_back(env->world, n, state, mask);
    return gfn_env_failure(env);
}

gfn_status gfn_env_observe(const gfn_env *env, size_t n, const int32_t *state, int32_t *index,
                           float *x)
{
    env->ops->observe(env->world, n, state, index, x);
    return gfn_env_failure(env);
}

static gfn_status check_numbered(const gfn_env *env)
{
    if (env->spec.n_states > 0)
        return GFN_OK;
    return gfn_fail(GFN_ENOSUP, "%s: states have no numbers in this environment", env->ops->name);
}

gfn_status gfn_env_number(const gfn_env *env, size_t n, const int32_t *state, int64_t *number)
{
    GFN_TRY(check_numbered(env));
    gfn_env_ask_number(env, n, state, number);
    return gfn_env_failure(env);
}

gfn_status gfn_env_state_at(const gfn_env *env, size_t n, const int64_t *number, int32_t *state)
{
    GFN_TRY(check_numbered(env));
    gfn_env_ask_state_at(env, n, number, state);
    return gfn_env_failure(env);
}

gfn_status gfn_env_allowed(const gfn_env *env, size_t n, const int32_t *state, const uint8_t *done,
                           uint8_t *mask)
{
    const size_t n_actions = (size_t)env->spec.shape.n_actions;
    gfn_env_ask_allowed(env, n, state, mask);
    for (size_t i = 0; done != NULL && i < n; i++)
        for (size_t action = 0; done[i] != GFN_LIVE && action < n_actions; action++)
            mask[i * n_actions + action] = 0;
    return gfn_env_failure(env);
}

/* Masks are on the stack, for as many lanes at a time as fit. */
enum { MASK_BYTES = GFN_ENV_MAX_ACTIONS };

/* The functions for steps along edges in one direction. */
struct direction {
    const char *action; /* name of an action, for messages */
    bool is_back;
    int n_actions;
    int32_t stop; /* the action that leaves the state as it is, or -1 */
    void (*ask_allowed)(const gfn_env *env, size_t n, const int32_t *state, uint8_t *mask);
    void (*step)(const void *world, size_t n, int32_t *state, const int32_t *action);
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Whether the state of a lane does not change: forward, if the lane is done; backward, if it has
 * stopped, because then only the stop action is undone. */
static bool is_idle(const struct direction *along, uint8_t done)
{
    return along->is_back ? done == GFN_DONE_STOP : done != GFN_LIVE;
}

static gfn_status reject(const gfn_env *env, const struct direction *along, size_t lane,
                         const int32_t *state, int32_t action)
{
    char text[200];
    return gfn_fail(GFN_EINVAL,
                    "%s: %s %d in lane %zu is not allowed in state %s (hint: take one "
                    "whose mask is 1)",
                    env->ops->name, along->action, (int)action, lane,
                    gfn_env_state_text(env, state, text, sizeof text));
}

/* Check that the actions are allowed in all lanes that are not idle. */
static gfn_status check_actions(const gfn_env *env, const struct direction *along, size_t n,
                                const int32_t *state, const uint8_t *done, const int32_t *action)
{
    uint8_t mask[MASK_BYTES];
    const size_t width = (size_t)env->spec.state_width, k = (size_t)along->n_actions;
    for (size_t first = 0, m; first < n; first += m) {
        m = smaller(n - first, MASK_BYTES / k);
        along->ask_allowed(env, m, state + first * width, mask);
        GFN_TRY(gfn_env_failure(env));
        for (size_t i = 0; i < m; i++) {
            size_t lane = first + i;
            if (is_idle(along, done[lane]))
                continue;
            int32_t a = action[lane];
            if (a < 0 || a >= along->n_actions || !mask[i * k + (size_t)a])
                return reject(env, along, lane, state + lane * width, a);
        }
    }
    return GFN_OK;
}

/* Step in all lanes that move, with one call for each sequence of neighbouring lanes. */
static void move(const gfn_env *env, const struct direction *along, size_t n, int32_t *state,
                 const uint8_t *done, const int32_t *action)
{
    const size_t width = (size_t)env->spec.state_width;
    for (size_t first = 0, end; first < n; first = end + 1) {
        for (end = first; end < n && !is_idle(along, done[end]) && action[end] != along->stop;)
            end++;
        if (end > first)
            along->step(env->world, end - first, state + first * width, action + first);
    }
}

/* Set done[] of the lanes that the last step has ended. */
static void mark_done(const gfn_env *env, size_t n, const int32_t *state, uint8_t *done,
                      const int32_t *action)
{
    uint8_t mask[MASK_BYTES];
    const size_t width = (size_t)env->spec.state_width;
    const size_t n_actions = (size_t)env->spec.shape.n_actions;
    for (size_t first = 0, m; first < n; first += m) {
        m = smaller(n - first, MASK_BYTES / n_actions);
        gfn_env_ask_allowed(env, m, state + first * width, mask);
        for (size_t i = 0; i < m; i++) {
            if (done[first + i] != GFN_LIVE)
                continue;
            if (action[first + i] == env->spec.shape.stop_action)
                done[first + i] = GFN_DONE_STOP;
            else if (!gfn_env_has_action(env, mask + i * n_actions))
                done[first + i] = GFN_DONE_END;
        }
    }
}

gfn_status gfn_env_step(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                        const int32_t *action)
{
    const struct direction along = {
        .action = "action",
        .n_actions = env->spec.shape.n_actions,
        .stop = env->spec.shape.stop_action,
        .ask_allowed = gfn_env_ask_allowed,
        .step = env->ops->step,
    };
    GFN_TRY(check_actions(env, &along, n, state, done, action));
    move(env, &along, n, state, done, action);
    GFN_TRY(gfn_env_failure(env));
    mark_done(env, n, state, done, action);
    return gfn_env_failure(env);
}

static void ask_allowed_back(const gfn_env *env, size_t n, const int32_t *state, uint8_t *mask)
{
    env->ops->allowed_back(env->world, n, state, mask);
}

gfn_status gfn_env_step_back(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                             const int32_t *back)
{
    const struct direction along = {
        .action = "backward action",
        .is_back = true,
        .n_actions = env->spec.shape.n_back_actions,
        .stop = -1,
        .ask_allowed = ask_allowed_back,
        .step = env->ops->step_back,
    };
    GFN_TRY(check_actions(env, &along, n, state, done, back));
    move(env, &along, n, state, done, back);
    memset(done, GFN_LIVE, n);
    return gfn_env_failure(env);
}
