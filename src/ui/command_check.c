/* SPDX-License-Identifier: MIT
 *
 * check-env: test an environment against every rule of gfn/env.h.
 */
#include "ui/cli.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Limit of the states that are tested one by one. */
#define MOST_STATES INT64_C(1000000)

static bool is_row_of(const gfn_env_ops *env, const char *name)
{
    const gfn_option *row = env->options;
    while (row && row->name && strcmp(row->name, name) != 0)
        row++;
    return row && row->name;
}

/* Read the settings as training would; of the options of training, only the seed is allowed. */
static gfn_status read_settings(const cli_request *request, const gfn_env_ops *env,
                                gfn_options *options)
{
    gfn_status status = cli_check_rows(request, env);
    for (size_t i = 0; i < request->n_settings && status == GFN_OK; i++) {
        const gfn_setting *s = &request->settings[i];
        if (is_row_of(env, s->name) || strcmp(s->name, "seed") == 0)
            status = gfn_options_set(options, s->name, s->value, "command line");
        else if (gfn_options_has(options, s->name))
            status = gfn_fail(GFN_EINVAL,
                              "%s: expected an option of %s or --seed, found one of train (hint: "
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

static void print_states(FILE *to, const gfn_env_spec *spec)
{
    fprintf(to, "  %-13s ", "states");
    if (spec->n_states == 0)
        fprintf(to, "not numbered: random walks only\n");
    else if (spec->n_states <= MOST_STATES)
        fprintf(to, "%" PRId64 ", all of them tested\n", spec->n_states);
    else
        fprintf(to, "%" PRId64 ": random walks only, all are tested up to %" PRId64 "\n",
                spec->n_states, MOST_STATES);
}

static void print_spec(FILE *to, const gfn_env_ops *env, const gfn_env_spec *spec)
{
    const gfn_shape *shape = &spec->shape;
    fprintf(to, "%s keeps every rule: %s\n", env->name, env->summary);
    print_states(to, spec);
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
    print_number(to, "largest log R", spec->max_log_reward);
    print_number(to, "log Z", spec->log_z);
}

static gfn_status check(const gfn_env *env, const char *name, const gfn_options *options,
                        gfn_env_place *place)
{
    if (gfn_env_spec_of(env)->needs_rewards)
        return gfn_fail(GFN_EINVAL,
                        "%s: expected rewards that are functions, found a file, which only a run "
                        "reads (hint: check it with other rewards)",
                        name);
    const gfn_status status =
        gfn_env_check(env, (uint64_t)gfn_options_int(options, "seed"), MOST_STATES, place);
    /* The environment is at fault, not the command line. */
    return status == GFN_EINVAL ? GFN_EDATA : status;
}

/* Create, test and destroy the environment. */
static gfn_status try_out(FILE *to, const gfn_env_ops *ops, const gfn_options *options)
{
    gfn_env *env = NULL;
    gfn_env_place *place = cli_test_begin(ops->name);
    place->function = "create() or describe";
    gfn_status status = gfn_env_create_with(ops, options, &env);
    if (status == GFN_OK) {
        cli_test_set_env(env);
        status = check(env, ops->name, options, place);
    }
    if (status == GFN_OK && gfn_env_notice(env)[0])
        fprintf(stderr, "%s\n", gfn_env_notice(env));
    if (status == GFN_OK)
        print_spec(to, ops, gfn_env_spec_of(env));
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
