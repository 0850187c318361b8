/* SPDX-License-Identifier: MIT
 *
 * check-env: test an environment against every rule of gfn/env.h.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Limit of the states that are tested one by one. */
#define MOST_STATES INT64_C(1000000)

/* Threads that call the environment at the same time, on any number of cores. */
enum { THREADS = 4 };

/* The environment under test. */
struct subject {
    const gfn_env_ops *ops;
    gfn_options *options;
    bool has_file;   /* the user has named a file of rewards */
    bool has_table;  /* the rewards come from a table */
    int threads;     /* that have called it */
    int64_t found;   /* states that were enumerated; 0: none */
    int64_t visited; /* states in walks */
};

/* Whether it is one of the options of training that the command has. */
static bool is_option(const char *name)
{
    return strcmp(name, "seed") == 0 || strcmp(name, "enumerate-limit") == 0;
}

/* Read the settings as training would. */
static gfn_status read_settings(const cli_request *request, const gfn_env_ops *env,
                                gfn_options *options)
{
    gfn_status status = cli_check_rows(request, env);
    for (size_t i = 0; i < request->n_settings && status == GFN_OK; i++) {
        const gfn_setting *s = &request->settings[i];
        if (gfn_option_find(env->options, s->name) || is_option(s->name))
            status = gfn_options_set(options, s->name, s->value, "command line");
        else if (gfn_options_has(options, s->name))
            status =
                gfn_fail(GFN_EINVAL,
                         "%s: expected an option of %s, --seed or --enumerate-limit, found one of "
                         "train (hint: "
                         "gfn-dist list --env %.200s)",
                         s->name, env->name, request->words[0]);
        else
            status = cli_refuse_name(env, s->name);
    }
    return status;
}

static void print_number(FILE *to, const char *name, double value)
{
    if (!isnan(value))
        fprintf(to, "  %-13s %.10g\n", name, value);
    else
        fprintf(to, "  %-13s not stated\n", name);
}

static void print_states(FILE *to, const struct subject *s, const gfn_env_spec *spec)
{
    fprintf(to, "  %-13s ", "states");
    if (s->found > 0)
        fprintf(to, "%" PRId64 ", not numbered: enumerated, all of them tested\n", s->found);
    else if (spec->n_states == 0)
        fprintf(to, "not numbered: random walks only (hint: --enumerate-limit)\n");
    else if (spec->n_states <= MOST_STATES)
        fprintf(to, "%" PRId64 ", all of them tested\n", spec->n_states);
    else
        fprintf(to, "%" PRId64 ": random walks only, all are tested up to %" PRId64 "\n",
                spec->n_states, MOST_STATES);
    if (s->found == 0 && (spec->n_states == 0 || spec->n_states > MOST_STATES))
        fprintf(to, "  %-13s %" PRId64 " states in random walks\n", "visited", s->visited);
}

static void print_rewards(FILE *to, const struct subject *s)
{
    if (s->has_table && s->has_file)
        fprintf(to, "  %-13s of the file %s\n", "rewards",
                gfn_options_text(s->options, GFN_REWARD_FILE));
    else if (s->has_table)
        fprintf(to, "  %-13s made up, random and positive, because no file is given\n", "rewards");
}

static void print_calls(FILE *to, int threads)
{
    fprintf(to, "  %-13s alone, in batches, ", "asked");
    if (threads > 1)
        fprintf(to, "and by %d threads at once\n", threads);
    else
        fprintf(to, "but by one thread, because there are no others\n");
}

static void print_spec(FILE *to, const struct subject *s, const gfn_env_spec *spec)
{
    const gfn_shape *shape = &spec->shape;
    fprintf(to, "%s keeps every rule: %s\n", s->ops->name, s->ops->summary);
    print_states(to, s, spec);
    fprintf(to, "  %-13s %d forward%s, %d backward\n", "actions", shape->n_actions,
            shape->stop_action < 0 ? "" : " with the stop action", shape->n_back_actions);
    fprintf(to, "  %-13s %d int32 word%s\n", "state", spec->state_width,
            cli_plural(spec->state_width));
    if (shape->obs_hot > 0)
        fprintf(to, "  %-13s %d of %d %s 1\n", "observation", shape->obs_hot, shape->obs_dim,
                shape->obs_dim == 1 ? "entry is" : "entries are");
    else
        fprintf(to, "  %-13s %d number%s\n", "observation", shape->obs_dim,
                cli_plural(shape->obs_dim));
    fprintf(to, "  %-13s at most %" PRId64 " step%s\n", "trajectories", spec->max_steps,
            cli_plural(spec->max_steps));
    print_rewards(to, s);
    print_number(to, "largest log R", spec->max_log_reward);
    print_number(to, "log Z", spec->log_z);
    print_calls(to, s->threads);
}

/* ---- creating the environment, once and again ---- */

/* Random positive rewards, the same in every test; but the option for a file of rewards needs a
 * space that is not too large. */
static gfn_status set_made_up_rewards(const struct subject *s, gfn_env *env)
{
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    const bool fits = spec->n_states > 0 && spec->n_states <= GFN_ENV_MAX_REWARDS;
    if (gfn_option_find(s->ops->options, GFN_REWARD_FILE) && !fits)
        return gfn_env_set_rewards(env, 1, &spec->n_states,
                                   NULL); /* says so, and reads no reward */
    return gfn_env_make_up_rewards(env, 2385);
}

static gfn_status give_rewards(struct subject *s, gfn_env *env)
{
    if (!gfn_env_spec_of(env)->needs_rewards)
        return GFN_OK;
    s->has_table = true;
    return s->has_file ? gfn_reward_set(s->options, env) : set_made_up_rewards(s, env);
}

/* A gfn_env_make. */
static gfn_status make(void *self, gfn_env **env)
{
    struct subject *s = self;
    gfn_env *made = NULL;
    gfn_status status = gfn_run_read_matrices(s->options);
    if (status == GFN_OK)
        status = gfn_env_create_with(s->ops, s->options, &made);
    if (status == GFN_OK)
        status = give_rewards(s, made);
    if (status == GFN_OK)
        *env = made;
    else
        gfn_env_destroy(&made);
    return status;
}

/* Make the environment. If it is refused only because no file of rewards is named, name one: it is
 * not read, because rewards are made up. */
static gfn_status make_first(struct subject *s, gfn_env **env)
{
    const bool is_option = gfn_option_find(s->ops->options, GFN_REWARD_FILE);
    s->has_file = is_option && gfn_options_is_set(s->options, GFN_REWARD_FILE);
    const gfn_status status = make(s, env);
    if (status != GFN_EINVAL || !is_option || s->has_file)
        return status;
    gfn_status again = gfn_options_set(s->options, GFN_REWARD_FILE, "made up", "check-env");
    if (again == GFN_OK)
        again = make(s, env);
    if (again == GFN_OK || s->has_table)
        return again;
    gfn_options_set(s->options, GFN_REWARD_FILE, "", "check-env");
    return make(s, env); /* for its message */
}

/* If the states have no numbers, all are tested if they can be enumerated. A space beyond the
 * limits is tested by walks alone. */
static gfn_status check_enumerated(struct subject *s, const gfn_env *env, uint64_t seed,
                                   gfn_env_place *place)
{
    int64_t most, n = 0;
    gfn_env *numbered = NULL;
    const bool is_wanted = gfn_run_enumeration_limit(s->options, &most);
    if (gfn_env_spec_of(env)->n_states > 0 || !is_wanted)
        return GFN_OK;
    place->function = "allowed(), step() or log_reward";
    gfn_status status = gfn_env_enumerate(env, most < MOST_STATES ? most : MOST_STATES, &numbered);
    if (status == GFN_ENOSUP)
        return GFN_OK;
    if (status == GFN_OK)
        n = gfn_env_spec_of(numbered)->n_states;
    if (status == GFN_OK && n <= MOST_STATES)
        status = gfn_env_check(numbered, seed, MOST_STATES, place);
    if (status == GFN_OK && n <= MOST_STATES)
        s->found = n;
    gfn_env_destroy(&numbered);
    return status;
}

static gfn_status check(struct subject *s, const gfn_env *env, gfn_env_place *place)
{
    const uint64_t seed = (uint64_t)gfn_options_int(s->options, "seed");
    s->threads = THREADS;
    gfn_status status = gfn_env_check(env, seed, MOST_STATES, place);
    s->visited = gfn_env_checked_states(env);
    if (status == GFN_OK)
        status = check_enumerated(s, env, seed, place);
    if (status == GFN_OK)
        status = gfn_env_check_calls(env, make, s, seed, &s->threads, place);
    /* The environment is at fault, not the command line. */
    return status == GFN_EINVAL ? GFN_EDATA : status;
}

/* Create, test and destroy the environment. */
static gfn_status try_out(FILE *to, const gfn_env_ops *ops, gfn_options *options)
{
    gfn_env *env = NULL;
    struct subject s = {.ops = ops, .options = options};
    gfn_env_place *place = cli_test_begin(ops->name);
    place->function = "create() or describe";
    gfn_status status = make_first(&s, &env);
    if (status == GFN_OK) {
        cli_test_set_env(env);
        status = check(&s, env, place);
    }
    if (status == GFN_OK && gfn_env_notice(env)[0])
        fprintf(stderr, "%s\n", gfn_env_notice(env));
    if (status == GFN_OK)
        print_spec(to, &s, gfn_env_spec_of(env));
    cli_test_set_env(NULL);
    place->function = "destroy";
    gfn_env_destroy(&env);
    place->function = NULL;
    return status;
}

gfn_status cli_check_env(FILE *to, const cli_request *request)
{
    const gfn_env_ops *ops = NULL;
    gfn_options *options = NULL;
    gfn_status status = gfn_run_options_create(request->words[0], &options);
    if (status == GFN_OK)
        status = gfn_env_open(gfn_options_text(options, "env"), &ops);
    if (status == GFN_OK)
        status = read_settings(request, ops, options);
    if (status == GFN_OK) {
        status = try_out(to, ops, options);
        gfn_options_destroy(&options); /* a damaged heap is often detected late */
        cli_test_end();
    }
    gfn_options_destroy(&options);
    return status;
}
