/* SPDX-License-Identifier: MIT */
#include "env/check_probe.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"

/* Memory is filled with one of two values before a call: a result that differs between them was not
 * written. */
enum { FILL = 0xa5, OTHER_FILL = 0x5a };

static const char *const names[GFN_PROBE_FUNCTIONS] = {
    "start",
    "allowed",
    "step",
    "allowed_back",
    "step_back",
    "back_action",
    "forward_action",
    "log_reward",
    "observe",
    "number",
    "state_at",
    "write",
    "log_partial_reward",
    "table_place",
    "class_of",
    "marginals->find",
};

/* Most bytes of a result that is tested. */
enum { MOST_RESULT = 1 << 20 };

const char *gfn_probe_name(gfn_probe_function function)
{
    return names[function];
}

gfn_status gfn_probe_broken(const gfn_env *env, const int32_t *state, const char *rule,
                            const char *format, ...)
{
    char text[200] = "", detail[600];
    va_list arguments;
    va_start(arguments, format);
    gfn_format_list(detail, sizeof detail, format, arguments);
    va_end(arguments);
    if (state != NULL)
        gfn_env_state_text(env, state, text, sizeof text);
    return gfn_fail(GFN_EINVAL, "%s breaks a rule: %s%s%s: %s", env->ops->name, rule,
                    state ? "; in state " : "", text, detail);
}

size_t gfn_probe_columns(const gfn_probe *probe)
{
    const gfn_env_marginals *marginals = probe->env->ops->marginals;
    return marginals ? gfn_count_names(marginals->columns) : 0;
}

/* The functions that a world may lack. */
static gfn_status find_optional(gfn_probe *probe)
{
    const gfn_env *env = probe->env;
    const gfn_env_ops *ops = env->ops;
    int64_t rows = 0;
    size_t bytes;
    probe->bytes[GFN_PROBE_WRITE] = ops->write ? GFN_PROBE_TEXT : 0;
    probe->bytes[GFN_PROBE_LOG_PARTIAL_REWARD] =
        gfn_env_has_partial_rewards(env) ? sizeof(double) : 0;
    probe->bytes[GFN_PROBE_TABLE_PLACE] = env->spec.table_ndim > 0 ? sizeof(int64_t) : 0;
    if (ops->class_of)
        probe->bytes[GFN_PROBE_CLASS_OF] = (size_t)env->spec.state_width * sizeof(int32_t);
    if (ops->marginals == NULL)
        return GFN_OK;
    gfn_probe_begin_call(probe, "marginals->count", NULL);
    rows = ops->marginals->count(env->world);
    GFN_TRY(gfn_probe_end_call(probe, "marginals->count", NULL));
    if (rows <= 0)
        return gfn_probe_broken(env, NULL, "marginals have rows",
                                "expected a number above 0 of marginals->count(), found %lld",
                                (long long)rows);
    if (gfn_multiply((size_t)rows, gfn_probe_columns(probe) * sizeof(double), &bytes) &&
        bytes <= MOST_RESULT)
        probe->bytes[GFN_PROBE_FIND] = bytes;
    return GFN_OK;
}

gfn_status gfn_probe_init(gfn_probe *probe, const gfn_env *env, gfn_env_place *place,
                          gfn_arena *arena)
{
    const gfn_shape *shape = &env->spec.shape;
    const size_t state = (size_t)env->spec.state_width * sizeof(int32_t), lanes = GFN_PROBE_LANES;
    const size_t hot = (size_t)shape->obs_hot * sizeof(int32_t);
    *probe = (gfn_probe){
        .env = env,
        .place = place,
        .bytes =
            {
                [GFN_PROBE_START] = state,
                [GFN_PROBE_ALLOWED] = (size_t)shape->n_actions,
                [GFN_PROBE_STEP] = state,
                [GFN_PROBE_ALLOWED_BACK] = (size_t)shape->n_back_actions,
                [GFN_PROBE_STEP_BACK] = state,
                [GFN_PROBE_BACK_ACTION] = sizeof(int32_t),
                [GFN_PROBE_FORWARD_ACTION] = sizeof(int32_t),
                [GFN_PROBE_LOG_REWARD] = sizeof(double),
                [GFN_PROBE_OBSERVE] = hot ? hot : (size_t)shape->obs_dim * sizeof(float),
                [GFN_PROBE_NUMBER] = sizeof(int64_t),
                [GFN_PROBE_STATE_AT] = state,
            },
    };
    GFN_TRY(find_optional(probe));
    size_t largest = 0;
    for (int f = 0; f < GFN_PROBE_FUNCTIONS; f++)
        largest = probe->bytes[f] > largest ? probe->bytes[f] : largest;
    GFN_TRY(gfn_arena_take(arena, lanes, state, &probe->state));
    GFN_TRY(gfn_arena_take(arena, lanes, sizeof *probe->action, &probe->action));
    GFN_TRY(gfn_arena_take(arena, lanes, sizeof *probe->number, &probe->number));
    GFN_TRY(gfn_arena_take(arena, lanes, largest, &probe->out));
    return gfn_arena_take(arena, lanes + 1, largest, &probe->again);
}

/* The functions that take one state. */
static void call_each(const gfn_probe *probe, gfn_probe_function function, gfn_probe_input in,
                      void *out)
{
    const gfn_env *env = probe->env;
    const size_t width = (size_t)env->spec.state_width;
    for (size_t i = 0; i < in.n; i++) {
        const int32_t *state = in.state + i * width;
        if (function == GFN_PROBE_WRITE) {
            char *text = (char *)out + i * GFN_PROBE_TEXT;
            memset(text, 0, GFN_PROBE_TEXT);
            env->ops->write(env->world, state, text, GFN_PROBE_TEXT);
        } else {
            env->ops->class_of(env->world, state, (int32_t *)out + i * width);
        }
    }
}

static void call(const gfn_probe *probe, gfn_probe_function function, gfn_probe_input in, void *out)
{
    const gfn_env *env = probe->env;
    const gfn_env_ops *ops = env->ops;
    const void *world = env->world;
    const bool is_hot = env->spec.shape.obs_hot > 0;
    if (probe->place)
        *probe->place = (gfn_env_place){
            .function = names[function],
            .state = in.n > 0 && function != GFN_PROBE_WRITE ? in.state : NULL, /* it has a text */
            .number = in.n > 0 ? in.number : NULL,
        };
    if (function == GFN_PROBE_STEP || function == GFN_PROBE_STEP_BACK)
        memcpy(out, in.state, in.n * (size_t)env->spec.state_width * sizeof *in.state);
    switch (function) {
    case GFN_PROBE_START:
        ops->start(world, in.n, out);
        return;
    case GFN_PROBE_ALLOWED:
        gfn_env_ask_allowed(env, in.n, in.state, out);
        return;
    case GFN_PROBE_STEP:
        ops->step(world, in.n, out, in.action);
        return;
    case GFN_PROBE_ALLOWED_BACK:
        ops->allowed_back(world, in.n, in.state, out);
        return;
    case GFN_PROBE_STEP_BACK:
        ops->step_back(world, in.n, out, in.action);
        return;
    case GFN_PROBE_BACK_ACTION:
        ops->back_action(world, in.n, in.state, in.action, out);
        return;
    case GFN_PROBE_FORWARD_ACTION:
        ops->forward_action(world, in.n, in.state, in.action, out);
        return;
    case GFN_PROBE_LOG_REWARD:
        gfn_env_ask_log_reward(env, in.n, in.state, out);
        return;
    case GFN_PROBE_OBSERVE:
        ops->observe(world, in.n, in.state, is_hot ? out : NULL, is_hot ? NULL : out);
        return;
    case GFN_PROBE_NUMBER:
        gfn_env_ask_number(env, in.n, in.state, out);
        return;
    case GFN_PROBE_STATE_AT:
        gfn_env_ask_state_at(env, in.n, in.number, out);
        return;
    case GFN_PROBE_WRITE:
    case GFN_PROBE_CLASS_OF:
        call_each(probe, function, in, out);
        return;
    case GFN_PROBE_LOG_PARTIAL_REWARD:
        gfn_env_ask_partial_reward(env, in.n, in.state, out);
        return;
    case GFN_PROBE_TABLE_PLACE:
        ops->table_place(world, in.n, in.state, out);
        return;
    case GFN_PROBE_FIND:
        ops->marginals->find(world, in.n, in.state, out);
        return;
    case GFN_PROBE_FUNCTIONS:
        return;
    }
}

gfn_status gfn_probe_broken_mode(const gfn_env *env, const char *function, const int32_t *state)
{
    return gfn_probe_broken(env, state, "functions leave the floating-point mode as it was",
                            "expected the mode before %s(), found another (hint: fegetround() and "
                            "fesetround() restore it)",
                            function);
}

void gfn_probe_begin_call(const gfn_probe *probe, const char *function, const int32_t *state)
{
    if (probe->place)
        *probe->place = (gfn_env_place){.function = function, .state = state};
}

gfn_status gfn_probe_end_call(const gfn_probe *probe, const char *function, const int32_t *state)
{
    const bool has_same_mode = gfn_float_mode_now() == probe->env->mode;
    const gfn_status status = gfn_env_failure(probe->env);
    if (status != GFN_OK)
        return gfn_fail_in(status, "%s(): ", function);
    return has_same_mode ? GFN_OK : gfn_probe_broken_mode(probe->env, function, state);
}

static gfn_status try_call(const gfn_probe *probe, gfn_probe_function function, gfn_probe_input in,
                           void *out)
{
    call(probe, function, in, out);
    return gfn_probe_end_call(probe, names[function], in.n > 0 ? in.state : NULL);
}

/* Compare the first result of lane i of `input` with that of lane `lane` of the last call. */
static gfn_status compare(const gfn_probe *probe, gfn_probe_function function,
                          gfn_probe_input input, size_t i, size_t lane)
{
    const size_t size = probe->bytes[function];
    const char *first = (const char *)probe->out + i * size;
    const char *last = (const char *)probe->again + lane * size;
    if (memcmp(first, last, size) == 0)
        return GFN_OK;
    const int32_t *state = input.state ? input.state + i * (size_t)probe->env->spec.state_width
                                       : (const int32_t *)probe->out;
    char rule[100];
    gfn_format(rule, sizeof rule, "lanes are independent in %s()", names[function]);
    return gfn_probe_broken(probe->env, state, rule,
                            "expected the same result, completely written, in any batch; found "
                            "that lane %zu of %zu differs from the same state in an earlier call",
                            lane, input.n);
}

/* Check that nothing was written beyond the first n results. */
static gfn_status check_rest(const gfn_probe *probe, gfn_probe_function function, size_t n,
                             int fill)
{
    const size_t size = probe->bytes[function], rest = (GFN_PROBE_LANES + 1 - n) * size;
    const unsigned char *first = (const unsigned char *)probe->again + n * size;
    char rule[100];
    if (*first == fill && memcmp(first, first + 1, rest - 1) == 0) /* all are equal to the first */
        return GFN_OK;
    gfn_format(rule, sizeof rule, "%s() writes its lanes and nothing else", names[function]);
    return gfn_probe_broken(probe->env, NULL, rule, "expected %zu lane%s, found a write beyond", n,
                            gfn_plural((int64_t)n));
}

gfn_probe_input gfn_probe_slice(gfn_probe_input input, size_t width, size_t first, size_t n)
{
    return (gfn_probe_input){
        .n = n,
        .state = input.state ? input.state + first * width : NULL,
        .action = input.action ? input.action + first : NULL,
        .number = input.number ? input.number + first : NULL,
    };
}

/* Call the function for one lane twice in one call. The result goes to lane i of probe->out. */
static gfn_status call_twice(gfn_probe *probe, gfn_probe_function function, gfn_probe_input one,
                             size_t i)
{
    const size_t width = (size_t)probe->env->spec.state_width, size = probe->bytes[function];
    char *const first = probe->again, *const second = first + size;
    for (size_t lane = 0; lane < 2; lane++) {
        if (one.state)
            memcpy(probe->state + lane * width, one.state, width * sizeof *one.state);
        probe->action[lane] = one.action ? *one.action : 0;
        probe->number[lane] = one.number ? *one.number : 0;
    }
    gfn_probe_input twice = {
        .n = 2,
        .state = one.state ? probe->state : NULL,
        .action = one.action ? probe->action : NULL,
        .number = one.number ? probe->number : NULL,
    };
    memset(first, OTHER_FILL, 2 * size);
    GFN_TRY(try_call(probe, function, twice, first));
    memcpy((char *)probe->out + i * size, first, size);
    if (memcmp(first, second, size) == 0)
        return GFN_OK;
    char rule[100];
    gfn_format(rule, sizeof rule, "lanes are independent in %s()", names[function]);
    return gfn_probe_broken(probe->env, one.state ? one.state : (const int32_t *)probe->out, rule,
                            "expected the same result, completely written, in both lanes of a "
                            "call that repeats a state, found different ones");
}

/* Call the function for each lane in two lanes at once, and alone. This comes first, so that in
 * case of a crash the state is known, and with room for all lanes, so that writes beyond the first
 * are detected. */
static gfn_status call_alone(gfn_probe *probe, gfn_probe_function function, gfn_probe_input input)
{
    const size_t width = (size_t)probe->env->spec.state_width, size = probe->bytes[function];
    memset(probe->again, FILL, (GFN_PROBE_LANES + 1) * size);
    for (size_t i = 0; i < input.n; i++) {
        const gfn_probe_input alone = gfn_probe_slice(input, width, i, 1);
        GFN_TRY(call_twice(probe, function, alone, i));
        memset(probe->again, FILL, 2 * size);
        GFN_TRY(try_call(probe, function, alone, probe->again));
        GFN_TRY(compare(probe, function, (gfn_probe_input){.n = 1, .state = input.state}, i, 0));
    }
    return check_rest(probe, function, 1, FILL);
}

static gfn_status check_together(gfn_probe *probe, gfn_probe_function function,
                                 gfn_probe_input input)
{
    memset(probe->again, OTHER_FILL, (GFN_PROBE_LANES + 1) * probe->bytes[function]);
    GFN_TRY(try_call(probe, function, input, probe->again));
    GFN_TRY(check_rest(probe, function, input.n, OTHER_FILL));
    for (size_t i = 0; i < input.n; i++)
        GFN_TRY(compare(probe, function, input, i, i));
    return GFN_OK;
}

static gfn_status check_reversed(gfn_probe *probe, gfn_probe_function function,
                                 gfn_probe_input input)
{
    const size_t n = input.n, width = (size_t)probe->env->spec.state_width;
    for (size_t i = 0; i < n; i++) {
        size_t from = n - 1 - i;
        if (input.state)
            memcpy(probe->state + i * width, input.state + from * width, width * sizeof(int32_t));
        probe->action[i] = input.action ? input.action[from] : 0;
        probe->number[i] = input.number ? input.number[from] : 0;
    }
    gfn_probe_input reversed = {
        .n = n,
        .state = input.state ? probe->state : NULL,
        .action = input.action ? probe->action : NULL,
        .number = input.number ? probe->number : NULL,
    };
    memset(probe->again, OTHER_FILL, n * probe->bytes[function]);
    GFN_TRY(try_call(probe, function, reversed, probe->again));
    for (size_t i = 0; i < n; i++)
        GFN_TRY(compare(probe, function, input, i, n - 1 - i));
    return GFN_OK;
}

gfn_status gfn_probe_call(gfn_probe *probe, gfn_probe_function function, gfn_probe_input input,
                          void *out)
{
    GFN_TRY(call_alone(probe, function, input));
    GFN_TRY(check_together(probe, function, input));
    GFN_TRY(check_reversed(probe, function, input));
    memcpy(out, probe->out, input.n * probe->bytes[function]);
    return GFN_OK;
}

gfn_status gfn_probe_ask(const gfn_env *env, gfn_env_place *place, gfn_probe_function function,
                         gfn_probe_input input, void *out)
{
    const gfn_probe probe = {.env = env, .place = place};
    return try_call(&probe, function, input, out);
}

void gfn_probe_ask_on_thread(const gfn_env *env, gfn_probe_function function, gfn_probe_input input,
                             void *out)
{
    const gfn_probe probe = {.env = env};
    call(&probe, function, input, out);
}

int32_t gfn_probe_choose(const uint8_t *mask, int32_t k, int32_t avoid, double unit)
{
    int32_t count = 0;
    for (int32_t action = 0; action < k; action++)
        count += mask[action] && action != avoid;
    if (count == 0)
        return avoid >= 0 && mask[avoid] ? avoid : -1;
    int32_t left = (int32_t)(unit * count);
    for (int32_t action = 0; action < k; action++)
        if (mask[action] && action != avoid && left-- == 0)
            return action;
    return -1;
}
