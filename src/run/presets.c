/* SPDX-License-Identifier: MIT
 *
 * Published configurations by name. All differ from their sources in the learning rates, which
 * decay to 0 with the cosine; those of the sources are constant. log Z starts at 0.
 */
#include <gfn/run.h>

#include "base/error.h"
#include "base/format.h"
#include "base/name_table.h"

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

static const gfn_preset presets[] = {
    {"seed", "16x16 with one-hot cells, the problem and the network of a run without options",
     "github.com/augustwester/gflownet, README.md and train.py (PyTorch)",
     "log Z is the parameter, with its own rate, instead of Z; rates decay",
     "size=16 ndim=2 reward=original r0=0.01 r1=0.5 r2=2 encoding=onehot objective=tb "
     "backward=uniform hidden=32 activation=relu batch-size=256 iterations=1000 lr=0.005 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine"},
    {"torchgfn-2d8", "8x8, a backward policy of its own, 10^6 trajectories",
     "github.com/GFNOrg/torchgfn, defaults of tutorials/examples/train_hypergrid.py (61934bd)",
     "rates decay",
     "size=8 ndim=2 reward=original r0=0.1 r1=0.5 r2=2 encoding=khot objective=tb "
     "backward=learned hidden=256,256 activation=relu batch-size=16 iterations=62500 lr=0.001 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine"},
    {"gfnx-20x4", "20^4 with 256 modes, a backward policy tied to the forward one",
     "github.com/d-tiapkin/gfnx, baselines/configs/tb_hypergrid.yaml (1d914bc)",
     "16,000 of its 62,500 iterations; epsilon 0.1 -> 0 over the first half, where it has 0; "
     "rates decay",
     "size=20 ndim=4 reward=original r0=0.001 r1=0.5 r2=2 encoding=khot objective=tb "
     "backward=tied hidden=256,256 activation=relu batch-size=16 iterations=16000 lr=0.001 "
     "lr-logz=0.1 log-z-init=0 schedule=cosine epsilon=0.1 explore-schedule=linear "
     "explore-until=0.5"},
    {"tb-8x4-r0.1", "8^4 with 16 modes, R0 = 0.1", TB_SOURCE, TB_DIFFERS, TB_GRID("0.1")},
    {"tb-8x4-r0.01", "8^4 with 16 modes, R0 = 0.01", TB_SOURCE, TB_DIFFERS, TB_GRID("0.01")},
    {"tb-8x4-r0.001", "8^4 with 16 modes, R0 = 0.001", TB_SOURCE, TB_DIFFERS, TB_GRID("0.001")},
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

static const char *name_at(size_t index)
{
    return index < PRESETS ? presets[index].name : NULL;
}

gfn_status gfn_run_options_preset(gfn_options *options, const char *name)
{
    char source[64];
    size_t index;
    GFN_TRY(gfn_find_name("preset", name_at, "", name, &index));
    gfn_format(source, sizeof source, "preset %s", name);
    gfn_status status = gfn_options_parse(options, presets[index].settings, source);
    if (status == GFN_OK)
        status = gfn_options_set(options, "preset", name, source);
    return status == GFN_OK ? status : gfn_fail_in(status, "%s: ", source);
}
