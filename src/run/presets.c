/* SPDX-License-Identifier: MIT
 *
 * Published configurations by name. All differ from their sources in the learning rates, which
 * decay to 0; those of the sources are constant. Data that others own is not part of gfn-dist: the
 * user names a file.
 */
#include <gfn/run.h>

#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"
#include "run/run.h"

#define TB_GRID(r0)                                                                                \
    "size=8 ndim=4 reward=original r0=" r0                                                         \
    " r1=0.5 r2=2 encoding=khot objective=tb backward=uniform hidden=256,256 "                     \
    "activation=leaky-relu batch-size=16 iterations=8000 lr=0.001 lr-logz=0.1 log-z-init=0 "       \
    "schedule=cosine"
#define TB_SOURCE                                                                                  \
    "Malkin et al. 2022, arXiv:2201.13259; network and rates: "                                    \
    "gist.github.com/malkin1729/9a87ce4f19acdc2c24225782a8b81c15"
#define TB_DIFFERS                                                                                 \
    "the uniform one of its backward policies; 8,000 of 62,500 iterations; rates decay"

#define GRID "hypergrid", NULL
#define SHEN                                                                                       \
    "Shen et al. 2023, arXiv:2305.07170; rates and network: github.com/d-tiapkin/gfnx, baselines " \
    "(1d914bc)"
#define BITSEQ                                                                                     \
    "Malkin et al. 2022, arXiv:2201.13259; any order: Tiapkin et al. 2024, arXiv:2310.12934; "     \
    "rates: "                                                                                      \
    "Hu et al. 2025"
#define ISING "Zhang et al. 2022, arXiv:2202.01361; github.com/GFNOrg/torchgfn, train_ising.py"
#define DAG "Deleu et al. 2022, arXiv:2202.13903"
#define SETS "Pan et al. 2023, arXiv:2302.01687"

static const gfn_preset presets[] = {
    {"seed", "16x16 with one-hot cells, the problem and the network of a run without options",
     "github.com/augustwester/gflownet, README.md and train.py (PyTorch)",
     "log Z is the parameter, with its own rate, instead of Z; rates decay",
     "size=16 ndim=2 reward=original r0=0.01 r1=0.5 r2=2 encoding=onehot objective=tb "
     "backward=uniform hidden=32 activation=relu batch-size=256 iterations=1000 lr=0.005 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine",
     GRID},
    {"torchgfn-2d8", "8x8, a backward policy of its own, 10^6 trajectories",
     "github.com/GFNOrg/torchgfn, defaults of tutorials/examples/train_hypergrid.py (61934bd)",
     "rates decay",
     "size=8 ndim=2 reward=original r0=0.1 r1=0.5 r2=2 encoding=khot objective=tb "
     "backward=learned hidden=256,256 activation=relu batch-size=16 iterations=62500 lr=0.001 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine",
     GRID},
    {"gfnx-20x4", "20^4 with 256 modes, a backward policy tied to the forward one",
     "github.com/d-tiapkin/gfnx, baselines/configs/tb_hypergrid.yaml (1d914bc)",
     "16,000 of its 62,500 iterations; epsilon 0.1 -> 0 over the first half, where it has 0; "
     "rates decay",
     "size=20 ndim=4 reward=original r0=0.001 r1=0.5 r2=2 encoding=khot objective=tb "
     "backward=tied hidden=256,256 activation=relu batch-size=16 iterations=16000 lr=0.001 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine epsilon=0.1 explore-schedule=linear "
     "explore-until=0.5",
     GRID},
    {"tb-8x4-r0.1", "8^4 with 16 modes, R0 = 0.1", TB_SOURCE, TB_DIFFERS, TB_GRID("0.1"), GRID},
    {"tb-8x4-r0.01", "8^4 with 16 modes, R0 = 0.01", TB_SOURCE, TB_DIFFERS, TB_GRID("0.01"), GRID},
    {"tb-8x4-r0.001", "8^4 with 16 modes, R0 = 0.001", TB_SOURCE, TB_DIFFERS, TB_GRID("0.001"),
     GRID},
    {"tfbind8", "binding of DNA of 8 letters to SIX6, exactly judged", SHEN,
     "1,000,000 trajectories, 16 x 62,500; gfnx has 1,000,000 iterations and the learned P_B, "
     "which is the only one if letters are appended; rates decay",
     "letters=ACGT length=8 order=append reward-normalize=minmax beta=3 reward-floor=1e-4 "
     "reward-scale=10 objective=tb backward=uniform hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 iterations=62500 lr=0.0005 "
     "lr-logz=0.05 epsilon=1 explore-schedule=linear explore-until=0.05",
     "sequence",
     "table FILE: E-scores of SIX6_REF_R1, an array [4,4,4,4,4,4,4,4] (Barrera et al. 2016, "
     "doi:10.1126/science.aad2257)"},
    {"qm9", "5 blocks of 11, joined at both ends, exactly judged", SHEN,
     "16 x 62,500 trajectories; rates decay",
     "letters=0123456789a length=5 order=both reward-normalize=max beta=5 reward-floor=1e-3 "
     "floor-first=yes reward-scale=100 objective=tb backward=learned hidden=256,256 "
     "activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 "
     "iterations=62500 lr=0.0005 lr-logz=0.05",
     "sequence", "table FILE: values of QM9-small, an array [11,11,11,11,11] (Shen et al. 2023)"},
    {"bitseq-120-8", "120 bits as 15 words of 8, 60 modes", BITSEQ,
     "forward-looking detailed balance, and a perceptron instead of a transformer; 13,375 of "
     "250,000 iterations, after which the median published seed has found all modes; rates decay",
     "letters=bits:8 length=15 order=any modes=bitseq:60 mode-reward=hamming mode-distance=30 "
     "test-set=bitseq beta=2 objective=fl-db "
     "backward=uniform lr-logz=0.1 hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 iterations=13375 lr=0.003 clip-norm=10 "
     "epsilon=0.001 explore-schedule=constant explore-until=1",
     "sequence", NULL},
    {"bitseq-small", "16 bits as 4 words of 4, exactly judged", BITSEQ,
     "16 bits and 4 modes instead of 120 and 60",
     "letters=bits:4 length=4 order=any modes=bitseq:4 mode-reward=hamming test-set=bitseq beta=1 "
     "objective=tb "
     "backward=uniform hidden=128,128 activation=relu "
     "schedule=decay log-z-init=auto batch-size=64 iterations=8000 lr=0.002 lr-logz=0.1",
     "sequence", NULL},
    {"ising-10", "10x10 torus, sigma 0.2", ISING, "the coupling, as worlds are compared here",
     "side=10 sigma=0.2 objective=tb backward=uniform hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 "
     "iterations=20000 lr=0.001 lr-logz=0.1",
     "ising", NULL},
    {"dag-5", "Bayesian networks of 5 variables, exactly judged", DAG,
     "no target network, and a backward policy tied to the forward one: so it comes nearer to the "
     "target here; a perceptron; rates decay",
     "score=bge prior=uniform objective=mdb loss=huber backward=tied hidden=256,256 "
     "activation=relu "
     "schedule=decay batch-size=128 iterations=10000 lr=0.001 epsilon=1 explore-schedule=linear "
     "explore-until=0.5",
     "dag", "data FILE: samples of the variables, a .csv with their names: your data"},
    {"dag-20", "Bayesian networks of 20 variables", DAG,
     "a perceptron on the adjacency matrix; rates decay",
     "score=bge prior=uniform objective=mdb loss=huber target-every=1000 backward=uniform "
     "hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=128 "
     "iterations=20000 lr=0.001 epsilon=1 explore-schedule=linear explore-until=0.5",
     "dag", "data FILE: samples of the variables, a .csv with their names: your data"},
    {"set-30-20", "20 of 30 items", SETS, "trajectory balance; rates decay",
     "items=30 choose=20 objective=tb backward=uniform hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 "
     "iterations=10000 lr=0.001 lr-logz=0.1",
     "set", "energies FILE: an energy of each item, 30 numbers in a .csv or .npy"},
    {"set-80-60", "60 of 80 items", SETS, "trajectory balance; rates decay",
     "items=80 choose=60 objective=tb backward=uniform hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=16 "
     "iterations=10000 lr=0.001 lr-logz=0.1",
     "set", "energies FILE: an energy of each item, 80 numbers in a .csv or .npy"},
    {"tsp-10", "tours of 10 places", "Held and Karp 1962, doi:10.1137/0110015 (the exact log Z)",
     "there is no published setting",
     "items=10 reward=tour objective=tb backward=uniform hidden=256,256 activation=relu "
     "schedule=decay log-z-init=auto batch-size=64 "
     "iterations=20000 lr=0.001 lr-logz=0.1",
     "permutation", "cost FILE: a matrix of costs, from each place to each: your data"},
};

enum { PRESETS = sizeof presets / sizeof presets[0] };

size_t gfn_presets(void)
{
    return PRESETS;
}

const gfn_preset *gfn_preset_of(size_t index)
{
    return index < PRESETS ? &presets[index] : NULL;
}

const char *gfn_preset_env(const char *name)
{
    for (size_t i = 0; i < PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0)
            return strcmp(presets[i].env, GFN_DEFAULT_ENV) == 0 ? NULL : presets[i].env;
    return NULL;
}

static const char *name_at(size_t index)
{
    return index < PRESETS ? presets[index].name : NULL;
}

static const gfn_preset *find(const char *name)
{
    size_t i = 0;
    while (i < PRESETS && strcmp(presets[i].name, name) != 0)
        i++;
    return gfn_preset_of(i);
}

/* Whether another source gives the rewards. */
static bool has_source(const gfn_options *options)
{
    for (size_t i = 0; i < gfn_reward_sources(); i++) {
        const char *option = gfn_reward_source_of(i)->option;
        if (gfn_options_has(options, option) && gfn_options_is_set(options, option))
            return true;
    }
    return false;
}

gfn_status gfn_preset_check_data(const gfn_options *options)
{
    const gfn_preset *preset = find(gfn_options_text(options, "preset"));
    char option[32];
    if (preset == NULL || preset->data == NULL || has_source(options))
        return GFN_OK;
    gfn_format(option, sizeof option, "%.*s", (int)strcspn(preset->data, " "), preset->data);
    if (gfn_options_is_set(options, option))
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "preset %s: expected --%s, found none (hint: gfn-dist help environments "
                    "describes such files)",
                    preset->name, preset->data);
}

gfn_status gfn_run_options_preset(gfn_options *options, const char *name)
{
    char source[64];
    size_t index;
    GFN_TRY(gfn_find_name("preset", name_at, "", name, &index));
    if (!gfn_options_has(options, "env") ||
        strcmp(gfn_options_text(options, "env"), presets[index].env) != 0)
        return gfn_fail(GFN_EINVAL,
                        "preset %s: expected the environment %s, found %.200s (hint: --env %s, or "
                        "none)",
                        name, presets[index].env,
                        gfn_options_has(options, "env") ? gfn_options_text(options, "env") : "none",
                        presets[index].env);
    gfn_format(source, sizeof source, "preset %s", name);
    gfn_status status = gfn_options_parse(options, presets[index].settings, source);
    if (status == GFN_OK && strcmp(presets[index].env, GFN_DEFAULT_ENV) != 0)
        status = gfn_options_set(options, "env", presets[index].env, source);
    if (status == GFN_OK)
        status = gfn_options_set(options, "preset", name, source);
    return status == GFN_OK ? status : gfn_fail_in(status, "%s: ", source);
}
