/* SPDX-License-Identifier: MIT
 *
 * The options of training: one row each. An environment has a table of its own options.
 */
#include <gfn/model.h>
#include <gfn/objective.h>
#include <gfn/optim.h>
#include <gfn/run.h>
#include <gfn/trajectories.h>

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/name_table.h"
#include "data/replay_buffer.h"
#include "io/ini.h"
#include "reward/scale.h"
#include "run/plugin_trust.h"
#include "run/run.h"

#define MAX_COUNT ((double)GFN_MAX_COUNT)

#define ENUMERATE_LIMIT "enumerate-limit"

static gfn_option rows[] = {
    {"env", GFN_OPTION_WORD, GFN_DEFAULT_ENV, 0, 0, NULL, "Problem",
     "environment: a name (see gfn-dist list), or the path of a plug-in, ./my.so"},
    {"preset", GFN_OPTION_WORD, "", 0, 0, NULL, "Problem",
     "published settings by name (see gfn-dist list); other options override them"},
    GFN_REWARD_OPTIONS{"objective", GFN_OPTION_WORD, "tb", 0, 0, NULL, "Method",
                       "balance condition to train (see gfn-dist list)"},
    {"subtb-lambda", GFN_OPTION_NUMBER, "0.9", 1e-6, 1e3, NULL, "Method",
     "sub-trajectory balance: weight lambda^n of a part of n steps"},
    {"loss", GFN_OPTION_WORD, "square", 0, 0, NULL, "Method",
     "loss of the residuals of the objective (see gfn-dist list)"},
    {"loss-scale", GFN_OPTION_NUMBER, "", -1e3, 1e3, NULL, "Method",
     "c of --loss huber, where it becomes linear; a of --loss linex, which may be below 0; unset: "
     "1"},
    {"target-every", GFN_OPTION_INT, "0", 0, MAX_COUNT, NULL, "Method",
     "values of next states come from a copy of the networks, renewed after this many iterations; "
     "0: from the networks themselves"},
    {"backward", GFN_OPTION_WORD, "uniform", 0, 0, NULL, "Method",
     "backward policy: uniform over parents; a network of its own; a head on the forward policy's"},
    {"flow", GFN_OPTION_WORD, "head", 0, 0, NULL, "Method",
     "state flow, if the objective learns one: a head on the forward policy's network, or a "
     "network of its own"},
    {"epsilon", GFN_OPTION_NUMBER, "0", 0, 1, NULL, "Exploration",
     "share of actions that are drawn evenly in training"},
    {"temperature", GFN_OPTION_NUMBER, "1", 1e-3, 1e6, NULL, "Exploration",
     "training draws from the softmax of log P_F / temperature"},
    {"explore-schedule", GFN_OPTION_WORD, "linear", 0, 0, NULL, "Exploration",
     "decay of epsilon to 0 and temperature to 1"},
    {"explore-until", GFN_OPTION_NUMBER, "0.5", 0, 1, NULL, "Exploration",
     "share of the iterations after which training draws from the policy itself"},
    {"replay", GFN_OPTION_WORD, "none", 0, 0, NULL, "Replay",
     "draw part of each batch back from objects sampled before: the newest, or the best"},
    {"replay-capacity", GFN_OPTION_INT, "1000", 1, 1e8, NULL, "Replay",
     "objects that the replay buffer holds"},
    {"replay-share", GFN_OPTION_NUMBER, "", 0, 1, NULL, "Replay",
     "share of each batch that is drawn back; unset: 0.5, and 1 with terminal-states"},
    {"terminal-states", GFN_OPTION_PATH, "", 0, 0, NULL, "Replay",
     "objects to draw back instead: a file with one per line (.txt, or .csv, whose first column "
     "counts), or a .npy of whole numbers [n, width]"},
    {"hidden", GFN_OPTION_WIDTHS, "32", 1, 65536, NULL, "Network",
     "widths of the hidden layers, e.g. 256,256; none: no hidden layer"},
    {"activation", GFN_OPTION_WORD, "relu", 0, 0, NULL, "Network",
     "between layers; leaky-relu has slope 0.01 below 0"},
    {"batch-size", GFN_OPTION_INT, "256", 1, (double)GFN_MAX_BATCH, NULL, "Optimization",
     "trajectories per iteration over all ranks"},
    {"iterations", GFN_OPTION_INT, "1000", 0, MAX_COUNT, NULL, "Optimization", "optimizer steps"},
    {"optimizer", GFN_OPTION_WORD, "adam", 0, 0, NULL, "Optimization",
     "algorithm of the steps (see gfn-dist list)"},
    {"lr", GFN_OPTION_NUMBER, "0.005", 0, 1e3, NULL, "Optimization",
     "learning rate of the network"},
    {"lr-logz", GFN_OPTION_NUMBER, "0.1", 0, 1e3, NULL, "Optimization", "learning rate of log Z"},
    {"log-z-init", GFN_OPTION_NUMBER, "auto", -1e5, 1e5, "auto", "Optimization",
     "log Z before the first step, if it is learned; auto: estimated from one batch"},
    {"schedule", GFN_OPTION_WORD, "decay", 0, 0, NULL, "Optimization",
     "both learning rates over the run; decay: constant, and linear to 0 in the last quarter, or "
     "in less of a run below 1000 iterations"},
    {"weight-decay", GFN_OPTION_NUMBER, "0", 0, 1e6, NULL, "Optimization",
     "AdamW: weights of networks shrink by lr x this per step; biases and log Z do not"},
    {"clip-norm", GFN_OPTION_NUMBER, "0", 0, 1e6, NULL, "Optimization",
     "scale gradients down to this L2 norm, of networks and log Z together; 0: never"},
    {"seed", GFN_OPTION_INT, "0", 0, MAX_COUNT, NULL, "Optimization",
     "the only source of randomness"},
    {"threads", GFN_OPTION_INT, "", 1, 4096, NULL, "Running",
     "OpenMP threads per rank; unset: OMP_NUM_THREADS, else the rank's share of its host's cores"},
    {"time-limit", GFN_OPTION_TIME, "", 0, 1e9, NULL, "Running",
     "stop cleanly after this long, saved: 90s, 2h; unset: no limit"},
    {"samples", GFN_OPTION_INT, "10000", 0, 1e8, NULL, "Output",
     "final samples for the histogram, or objects that `sample` draws; 0: none"},
    {"eval-every", GFN_OPTION_INT, "", 0, MAX_COUNT, NULL, "Output",
     "iterations between exact evaluations; 0: only at the end; unset: chosen by cost"},
    {"test-set", GFN_OPTION_PATH, "none", 0, 0, "bitseq|none", "Output",
     "objects to compare log p with log R at the end: a file as terminal-states, or bitseq: each "
     "mode, and copies with 1, 2, ... bits flipped"},
    {"test-trajectories", GFN_OPTION_INT, "10", 1, 100000, NULL, "Output",
     "backward trajectories that estimate log p of each object of the test set"},
    {"exact", GFN_OPTION_WORD, "auto", 0, 0, "auto|no", "Output",
     "exact evaluations, which visit all states; auto: if these are at most 2^26 and memory "
     "suffices; no: metrics of samples alone, and what the environment knows without a visit"},
    {ENUMERATE_LIMIT, GFN_OPTION_INT, "", 0, GFN_ENV_MAX_ENUMERATED, NULL, "Output",
     "states to enumerate for exact evaluations, if the environment does not number them; 0: none; "
     "unset: 2^22 over the number of actions, in 10 seconds"},
    {"log-every", GFN_OPTION_INT, "", 0, MAX_COUNT, NULL, "Output",
     "iterations between lines of metrics.jsonl; 0: only at the end; unset: 100 lines per run"},
    {"checkpoint-every", GFN_OPTION_INT, "", 0, MAX_COUNT, NULL, "Output",
     "iterations between checkpoints; 0: only at the end; unset: every 30 seconds, less often "
     "if saving would take over 2 % of the time"},
    {"top", GFN_OPTION_INT, "100", 0, 1e6, NULL, "Output",
     "best distinct objects of training that top.csv names; 0: none"},
    {"picture", GFN_OPTION_WORD, "yes", 0, 0, "yes|no", "Output",
     "draw histogram.png at the end: samples beside the target, and how training went"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* Options whose choices are the names of a table. */
static const struct {
    const char *option;
    const char *(*name)(size_t index);
} tables[] = {
    {"loss", gfn_loss_name},           {"backward", gfn_backward_name},
    {"flow", gfn_flow_name},           {"explore-schedule", gfn_schedule_name},
    {"schedule", gfn_schedule_name},   {"activation", gfn_activation_name},
    {"optimizer", gfn_optimizer_name}, {"replay", gfn_replay_name},
};

enum { TABLES = sizeof tables / sizeof tables[0], MOST_CHOICES = 120 };

/* "constant|linear|cosine" */
static void join_names(const char *(*name)(size_t index), char text[MOST_CHOICES])
{
    size_t used = 0;
    for (size_t i = 0; name(i) && used < MOST_CHOICES; i++)
        used += (size_t)gfn_format(text + used, MOST_CHOICES - used, "%s%s", i ? "|" : "", name(i));
    assert(used < MOST_CHOICES);
}

static void fill_in_choices(void)
{
    static char text[TABLES][MOST_CHOICES];
    for (size_t i = 0; i < TABLES; i++) {
        join_names(tables[i].name, text[i]);
        for (gfn_option *row = rows; row->name; row++)
            if (strcmp(row->name, tables[i].option) == 0)
                row->choices = text[i];
    }
}

const gfn_option *gfn_run_option_rows(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill_in_choices);
    return rows;
}

enum {
    OF_JOB = 1,     /* an option of a job, not of its run */
    RETIRED = 2,    /* of earlier versions: old files still name it */
    MAY_CHANGE = 4, /* when a run is resumed */
    LOADABLE = 8,   /* it may be named when a checkpoint is loaded, as every path may */
};

static const struct {
    const char *name;
    unsigned traits;
} all_traits[] = {
    {"threads", OF_JOB | MAY_CHANGE},
    {"time-limit", OF_JOB | MAY_CHANGE},
    {"reduce", RETIRED},
    {"iterations", MAY_CHANGE},
    {"samples", MAY_CHANGE},
    {"eval-every", MAY_CHANGE},
    {"log-every", MAY_CHANGE},
    {"checkpoint-every", MAY_CHANGE},
    {"picture", MAY_CHANGE},
    {"top", MAY_CHANGE},
    {"test-set", MAY_CHANGE | LOADABLE},
    {"test-trajectories", MAY_CHANGE | LOADABLE},
    {"exact", MAY_CHANGE | LOADABLE},
    {ENUMERATE_LIMIT, MAY_CHANGE | LOADABLE},
};

static bool has_trait(const char *name, unsigned trait)
{
    for (size_t i = 0; i < sizeof all_traits / sizeof all_traits[0]; i++)
        if (strcmp(all_traits[i].name, name) == 0)
            return all_traits[i].traits & trait;
    return false;
}

bool gfn_run_option_is_of_job(const char *name)
{
    return has_trait(name, OF_JOB);
}

bool gfn_run_option_is_retired(const char *name)
{
    return has_trait(name, RETIRED);
}

bool gfn_run_option_may_change(const char *name)
{
    return has_trait(name, MAY_CHANGE);
}

bool gfn_run_option_is_loadable(const gfn_option *row)
{
    return gfn_option_is_path(row) || has_trait(row->name, LOADABLE);
}

bool gfn_run_enumeration_limit(const gfn_options *options, int64_t *most)
{
    *most = gfn_options_int(options, ENUMERATE_LIMIT);
    return *most > 0 || !gfn_options_is_set(options, ENUMERATE_LIMIT);
}

static gfn_status check_names(const gfn_env_ops *ops)
{
    for (const gfn_option *own = ops->options; own && own->name; own++)
        if (gfn_option_find(rows, own->name))
            return gfn_fail(GFN_EINVAL,
                            "%s: expected an option name that training does not use, found \"%s\" "
                            "(hint: %s-%s)",
                            ops->name, own->name, ops->name, own->name);
    return GFN_OK;
}

static gfn_status create(const gfn_env_ops *ops, gfn_options **options)
{
    const gfn_option *both[] = {gfn_run_option_rows(), ops->options};
    GFN_TRY(check_names(ops));
    const gfn_status status = gfn_options_create(both, ops->options ? 2 : 1, options);
    return status == GFN_OK ? status : gfn_fail_in(status, "%s: its options: ", ops->name);
}

gfn_status gfn_run_options_create(const char *env, gfn_options **options)
{
    const gfn_env_ops *ops;
    gfn_options *made = NULL;
    char *name;
    GFN_TRY(gfn_plugin_open(env ? env : GFN_DEFAULT_ENV, &name, &ops));
    gfn_status status = create(ops, &made);
    if (status == GFN_OK && env)
        status = gfn_options_set(made, "env", name, "caller");
    if (status == GFN_OK)
        *options = made;
    else
        gfn_options_destroy(&made);
    gfn_release(&name);
    return status;
}

/* "permutation, set": the kinds that have an option. Returns the first; NULL: none has it. */
static const char *list_kinds(const char *option, char *text, size_t size)
{
    const char *first = NULL;
    size_t used = 0;
    for (size_t i = 0; i < gfn_env_kinds(); i++) {
        const gfn_env_ops *ops = gfn_env_kind(i);
        if (!gfn_option_find(ops->options, option) || used >= size)
            continue;
        used += (size_t)gfn_format(text + used, size - used, "%s%s", first ? ", " : "", ops->name);
        first = first ? first : ops->name;
    }
    return first;
}

gfn_status gfn_run_options_check_name(const char *env, const char *name)
{
    const gfn_env_ops *ops;
    char kinds[200];
    const char *first = list_kinds(name, kinds, sizeof kinds);
    if (first == NULL || gfn_option_find(rows, name) || gfn_env_open(env, &ops) != GFN_OK ||
        gfn_option_find(ops->options, name))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "%s: expected an option of %s or of training, found one of %s (hint: --env "
                    "%s, or leave it out)",
                    name, ops->name, kinds, first);
}

/* Remove settings that no longer have an effect. */
static void drop_retired(struct gfn_ini *ini)
{
    size_t kept = 0;
    for (size_t i = 0; i < ini->n; i++)
        if (!gfn_run_option_is_retired(ini->entries[i].name))
            ini->entries[kept++] = ini->entries[i];
    ini->n = kept;
}

/* The preset is set first, so that all other lines override it, also those before its own line. */
static gfn_status begin(const struct gfn_ini *ini, const char *env, gfn_options **options)
{
    const char *preset = gfn_ini_find(ini, "preset"), *named = gfn_ini_find(ini, "env");
    if (env == NULL && named)
        GFN_TRY(gfn_plugin_open_untrusted(named, NULL));
    if (env == NULL && named == NULL && preset)
        named = gfn_preset_env(preset);
    GFN_TRY(gfn_run_options_create(env ? env : named, options));
    return preset && preset[0] ? gfn_run_options_preset(*options, preset) : GFN_OK;
}

static gfn_status check_names_of(const struct gfn_ini *ini, const char *env)
{
    for (size_t i = 0; i < ini->n; i++) {
        const gfn_status status = gfn_run_options_check_name(env, ini->entries[i].name);
        if (status != GFN_OK)
            return gfn_fail_in(status, "%s:%d: ", ini->source, ini->entries[i].line);
    }
    return GFN_OK;
}

/* Apply the file, except for its environment, which was set before: by `env`, or by the file
 * (NULL). */
static gfn_status apply(const struct gfn_ini *ini, const char *env, gfn_options *options)
{
    const char *text = gfn_options_text(options, "env");
    char *name;
    GFN_TRY(gfn_allocate("env", strlen(text) + 1, 1, &name));
    strcpy(name, text);
    gfn_status status = check_names_of(ini, name);
    if (status == GFN_OK)
        status = gfn_ini_apply(ini, options);
    if (status == GFN_OK)
        status = gfn_options_set(options, "env", name,
                                 env ? "caller" : gfn_options_source(options, "env"));
    gfn_release(&name);
    return status;
}

gfn_status gfn_run_options_load(const char *file, const char *env, gfn_options **options)
{
    struct gfn_ini ini;
    gfn_options *made = NULL;
    GFN_TRY(gfn_ini_read(file, &ini));
    drop_retired(&ini);
    gfn_status status = begin(&ini, env, &made);
    if (status != GFN_OK)
        gfn_fail_in(status, "%s: ", ini.source);
    else
        status = apply(&ini, env, made);
    if (status == GFN_OK)
        *options = made;
    else
        gfn_options_destroy(&made);
    gfn_ini_clear(&ini);
    return status;
}

gfn_status gfn_run_options_ini(const gfn_options *options, char **text)
{
    char *made;
    size_t n;
    GFN_TRY(gfn_ini_text(options, NULL, GFN_INI_SOURCES, &made, &n));
    char *copy = strdup(made);
    gfn_release(&made);
    if (copy == NULL)
        return gfn_fail(GFN_ENOMEM, "options: no memory for their text");
    *text = copy;
    return GFN_OK;
}
