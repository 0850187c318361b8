/* SPDX-License-Identifier: MIT
 *
 * Tests a world against the contract of gfn/env.h: in random walks from the start and back, and
 * then in all states, in the order of their numbers.
 */
#include "base/format.h"
#include "env/env_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <gfn/random.h>

#include "base/error.h"
#include "env/check_optional.h"
#include "env/check_rules.h"

/* Limits of the time. Rounds of walks there and back, which end after LONGEST_WALK steps: no
 * further one begins after ENOUGH_STATES. If none reaches an object, FEW_LANES take LONG_WALK
 * steps. MOST_EDGES: in larger worlds, only each k-th action is tested in a state, others in the
 * next one.
 */
enum {
    ROUNDS = 4,
    LONGEST_WALK = 256,
    ENOUGH_STATES = 20000,
    FEW_LANES = 2,
    LONG_WALK = 4096,
    MOST_EDGES = 1000000
};

/* Of the tested states, those whose texts are tested, and objects that are tested further. */
enum { MOST_SAMPLED = 128 };

/* What is tested. */
struct test {
    gfn_check_rules rules;
    gfn_check_sample states, objects;
    gfn_arena *arena;
    int64_t n_states; /* tested states of walks, counted each time */
};

struct walk {
    struct test *test;
    gfn_check_rules *rules;
    gfn_stream stream;
    bool is_back;
    size_t n;        /* lanes whose walk has not ended; their states are in rules->state */
    size_t *id;      /* [lanes] number of the walk in a lane */
    int32_t *action; /* [lanes] */
    int32_t *last;   /* [lanes][width] last state of walk `id` */
};

static size_t width_of(const gfn_check_rules *rules)
{
    return (size_t)rules->env->spec.state_width;
}

/* Choose an action for every lane. Every second walk stops only if nothing else is allowed. */
static void choose_all(struct walk *w, uint32_t t)
{
    const gfn_shape *shape = &w->rules->env->spec.shape;
    const int32_t k = w->is_back ? shape->n_back_actions : shape->n_actions;
    const uint8_t *mask = w->is_back ? w->rules->back_mask : w->rules->mask;
    for (size_t i = 0; i < w->n; i++) {
        int32_t avoid = !w->is_back && w->id[i] % 2 ? shape->stop_action : -1;
        double unit = gfn_random_unit(&w->stream, w->id[i], t);
        w->action[i] = gfn_probe_choose(mask + i * (size_t)k, k, avoid, unit);
    }
}

/* Nothing may be allowed after max_steps steps. */
static gfn_status check_length(const struct walk *w, int64_t t)
{
    const gfn_env *env = w->rules->env;
    for (size_t i = 0; i < w->n; i++)
        if (w->action[i] >= 0 && t >= env->spec.max_steps)
            return gfn_probe_broken(env, w->rules->state + i * width_of(w->rules),
                                    "no trajectory is longer than max_steps",
                                    "expected at most %" PRId64 " step%s, found one more",
                                    env->spec.max_steps, gfn_plural(env->spec.max_steps));
    return GFN_OK;
}

/* Remove lanes whose walk has ended, and step in the others. */
static gfn_status step_all(struct walk *w, bool is_over)
{
    gfn_check_rules *rules = w->rules;
    const gfn_env *env = rules->env;
    const size_t width = width_of(rules), bytes = width * sizeof(int32_t);
    const int32_t stop = w->is_back ? -1 : env->spec.shape.stop_action;
    size_t left = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (is_over || w->action[i] < 0 || w->action[i] == stop) {
            memcpy(w->last + w->id[i] * width, rules->state + i * width, bytes);
            continue;
        }
        memcpy(rules->from + left * width, rules->state + i * width, bytes);
        w->id[left] = w->id[i];
        w->action[left++] = w->action[i];
    }
    w->n = left;
    gfn_probe_input lanes = {.n = left, .state = rules->from, .action = w->action};
    return gfn_probe_call(&rules->probe, w->is_back ? GFN_PROBE_STEP_BACK : GFN_PROBE_STEP, lanes,
                          rules->state);
}

/* Test the states in rules->state [n], and keep some. */
static gfn_status test_states(struct test *test, size_t n)
{
    const gfn_check_rules *rules = &test->rules;
    GFN_TRY(gfn_check_rules_run(&test->rules, n));
    for (size_t i = 0; i < n; i++) {
        const int32_t *state = rules->state + i * width_of(rules);
        gfn_check_sample_add(&test->states, state);
        if (!isnan(rules->log_reward[i]))
            gfn_check_sample_add(&test->objects, state);
    }
    test->n_states += (int64_t)n;
    return GFN_OK;
}

/* Walk from the states in w->last [n] until all walks have ended, after `longest` steps at most,
 * and store their last states there. */
static gfn_status walk_all(struct walk *w, size_t n, uint32_t longest)
{
    gfn_check_rules *rules = w->rules;
    w->n = n;
    for (size_t i = 0; i < w->n; i++)
        w->id[i] = i;
    memcpy(rules->state, w->last, w->n * width_of(rules) * sizeof(int32_t));
    for (uint32_t t = 0; w->n > 0; t++) {
        GFN_TRY(test_states(w->test, w->n));
        choose_all(w, t);
        GFN_TRY(check_length(w, t));
        GFN_TRY(step_all(w, t >= longest));
    }
    return GFN_OK;
}

/* Test each k-th action so that no more than MOST_EDGES are tested in all walks. */
static int find_stride(const gfn_env *env)
{
    const gfn_shape *shape = &env->spec.shape;
    const int64_t steps = env->spec.max_steps < LONGEST_WALK ? env->spec.max_steps : LONGEST_WALK;
    const int64_t states = 2 * ROUNDS * (steps + 1) * GFN_PROBE_LANES;
    const int64_t enough = ENOUGH_STATES + 2 * (steps + 1) * GFN_PROBE_LANES;
    const int64_t actions = (int64_t)shape->n_actions + shape->n_back_actions;
    return 1 + (int)((states < enough ? states : enough) * actions / MOST_EDGES);
}

/* Walk forward and back, up to ROUNDS times. */
static gfn_status check_walks(struct test *test, uint64_t seed)
{
    gfn_check_rules *rules = &test->rules;
    gfn_arena *arena = test->arena;
    const size_t lanes = GFN_PROBE_LANES, width = width_of(rules);
    struct walk w = {
        .test = test, .rules = rules, .stream = {.seed = seed, .purpose = GFN_PURPOSE_CHECK}};
    rules->stride = find_stride(rules->env);
    GFN_TRY(gfn_arena_take(arena, lanes, sizeof *w.id, &w.id));
    GFN_TRY(gfn_arena_take(arena, lanes, sizeof *w.action, &w.action));
    GFN_TRY(gfn_arena_take(arena, lanes * width, sizeof *w.last, &w.last));
    for (uint64_t round = 0; round < 2 * ROUNDS; round++) {
        w.is_back = round % 2;
        if (!w.is_back && test->n_states >= ENOUGH_STATES)
            break;
        w.stream.iteration = round;
        for (size_t i = 0; i < lanes && !w.is_back; i++)
            memcpy(w.last + i * width, rules->start, width * sizeof *w.last);
        GFN_TRY(walk_all(&w, lanes, LONGEST_WALK));
    }
    if (test->objects.n > 0)
        return GFN_OK;
    w.is_back = false; /* to some object, if that takes more steps */
    w.stream.iteration = (uint64_t)2 * ROUNDS;
    for (size_t i = 0; i < FEW_LANES; i++)
        memcpy(w.last + i * width, rules->start, width * sizeof *w.last);
    return walk_all(&w, FEW_LANES, LONG_WALK);
}

/* ---- all states ---- */

struct totals {
    gfn_check_rules *rules;
    int64_t *depth; /* [n_states] length of the longest path from the start */
    gfn_check_sums sums;
    int32_t *object;    /* [lanes][width] */
    double *log_reward; /* [lanes] */
};

/* Add the state in `lane`, which state_at() has given for `number`, to the totals. */
static gfn_status add_state(struct totals *c, size_t lane, int64_t number)
{
    const gfn_check_rules *rules = c->rules;
    const gfn_env_spec *spec = &rules->env->spec;
    const size_t n_actions = (size_t)spec->shape.n_actions;
    const int32_t *state = rules->state + lane * width_of(rules);
    if (rules->number[lane] != number)
        return gfn_probe_broken(rules->env, state, "number inverts state_at",
                                "expected %" PRId64 ", found %" PRId64, number,
                                rules->number[lane]);
    int64_t steps = c->depth[number];
    if (spec->shape.stop_action >= 0)
        steps += rules->mask[lane * n_actions + (size_t)spec->shape.stop_action];
    if (steps > spec->max_steps)
        return gfn_probe_broken(rules->env, state, "no trajectory is longer than max_steps",
                                "expected at most %" PRId64 " step%s, found %" PRId64,
                                spec->max_steps, gfn_plural(spec->max_steps), steps);
    for (size_t action = 0; action < n_actions; action++) {
        int64_t child = rules->child[lane * n_actions + action];
        if (child >= 0 && c->depth[child] <= c->depth[number])
            c->depth[child] = c->depth[number] + 1;
    }
    return GFN_OK;
}

/* Add the objects among the states in rules->state [n]. */
static gfn_status add_objects(struct totals *c, size_t n)
{
    const gfn_check_rules *rules = c->rules;
    const size_t width = width_of(rules);
    size_t objects = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(rules->log_reward[i]))
            continue;
        memcpy(c->object + objects * width, rules->state + i * width, width * sizeof *c->object);
        c->log_reward[objects++] = rules->log_reward[i];
    }
    return gfn_check_sums_add(&c->sums, objects, c->object, c->log_reward);
}

static gfn_status check_totals(struct totals *c)
{
    const gfn_env_spec *spec = &c->rules->env->spec;
    const double log_z = gfn_check_sum_log(&c->sums.at[0]);
    if (!isnan(spec->max_log_reward) && spec->max_log_reward > c->sums.most)
        return gfn_probe_broken(c->rules->env, NULL, "max_log_reward is the largest",
                                "expected the largest of all objects, %.17g, found %.17g",
                                c->sums.most, spec->max_log_reward);
    if (!isnan(spec->log_z) && !(fabs(spec->log_z - log_z) <= 1e-9 * fmax(1, fabs(log_z))))
        return gfn_probe_broken(c->rules->env, NULL, "log_z is the log of the sum of R",
                                "expected %.17g, found %.17g", log_z, spec->log_z);
    return gfn_check_sums_places(&c->sums);
}

static gfn_status begin_totals(struct totals *c, gfn_check_rules *rules, gfn_arena *arena)
{
    const int64_t n = rules->env->spec.n_states;
    const size_t lanes = GFN_PROBE_LANES;
    c->rules = rules;
    rules->stride = 1;
    GFN_TRY(gfn_arena_take(arena, (size_t)n, sizeof *c->depth, &c->depth));
    GFN_TRY(gfn_arena_take(arena, lanes * width_of(rules), sizeof *c->object, &c->object));
    GFN_TRY(gfn_arena_take(arena, lanes, sizeof *c->log_reward, &c->log_reward));
    return gfn_check_sums_init(&c->sums, &rules->probe, n, arena);
}

static gfn_status check_all_states(struct totals *c)
{
    gfn_check_rules *rules = c->rules;
    const int64_t n = rules->env->spec.n_states;
    for (int64_t first = 0; first < n; first += GFN_PROBE_LANES) {
        size_t lanes = n - first < GFN_PROBE_LANES ? (size_t)(n - first) : GFN_PROBE_LANES;
        for (size_t i = 0; i < lanes; i++)
            rules->to_number[i] = first + (int64_t)i;
        gfn_probe_input numbers = {.n = lanes, .number = rules->to_number};
        GFN_TRY(gfn_probe_call(&rules->probe, GFN_PROBE_STATE_AT, numbers, rules->state));
        GFN_TRY(gfn_check_rules_run(rules, lanes));
        for (size_t i = 0; i < lanes; i++)
            GFN_TRY(add_state(c, i, first + (int64_t)i));
        GFN_TRY(add_objects(c, lanes));
    }
    return check_totals(c);
}

/* Walks, all states, and what the world says of objects. */
static gfn_status check_all(struct test *test, uint64_t seed, int64_t most)
{
    gfn_check_rules *rules = &test->rules;
    gfn_probe *probe = &rules->probe;
    struct totals totals = {.rules = NULL};
    GFN_TRY(check_walks(test, seed));
    GFN_TRY(gfn_check_texts(probe, &test->states, &test->objects));
    GFN_TRY(gfn_check_partial_rewards(probe, &test->states, test->arena));
    GFN_TRY(gfn_check_missing(probe, &test->states, &test->objects, test->arena));
    GFN_TRY(gfn_check_places(probe, &test->objects, test->arena));
    GFN_TRY(gfn_check_classes(probe, &test->objects, test->arena));
    GFN_TRY(gfn_check_marginals(probe, &test->objects, test->arena));
    GFN_TRY(gfn_check_pictures(probe, &test->objects, test->arena));
    const bool is_summed = rules->is_numbered && rules->env->spec.n_states <= most;
    if (is_summed) {
        GFN_TRY(begin_totals(&totals, rules, test->arena));
        GFN_TRY(check_all_states(&totals));
    }
    return gfn_check_solver(probe, is_summed ? &totals.sums : NULL, seed, test->arena);
}

gfn_status gfn_env_check(const gfn_env *env, uint64_t seed, int64_t most, gfn_env_place *place)
{
    const size_t width = (size_t)env->spec.state_width;
    struct test test = {.n_states = 0};
    GFN_TRY(gfn_arena_create(&test.arena));
    gfn_status status = gfn_check_rules_init(&test.rules, env, place, test.arena);
    if (status == GFN_OK)
        status = gfn_check_sample_init(&test.states, MOST_SAMPLED, width, test.arena);
    if (status == GFN_OK)
        status = gfn_check_sample_init(&test.objects, MOST_SAMPLED, width, test.arena);
    if (status == GFN_OK)
        status = check_all(&test, seed, most);
    if (place)
        *place = (gfn_env_place){.function = NULL};
    env->record->n_checked = test.n_states;
    gfn_arena_destroy(&test.arena);
    return status;
}

int64_t gfn_env_checked_states(const gfn_env *env)
{
    return env->record->n_checked;
}
