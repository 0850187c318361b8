# SPDX-License-Identifier: MIT
"""What scripts/bench measures. It is data: a row more is a job, layout or target more."""

import collections

# Early: initial parameters. Trained: those after this training, which is done once a run of this
# script. r0=0.1 lets the policy of the large worlds find the shape of its target in seconds; the
# speed of a step does not depend on rewards. `target` is the mean number of steps, the stop action
# included, of a trajectory that draws from the target exactly: by symmetry ndim (size-1)/2 + 1.
World = collections.namedtuple("World", "options training target")
TRAIN_4D = "batch-size=64 iterations=500 lr=1e-3"
WORLDS = {
    "default": World("size=16", "", 16),
    "side8": World("size=8 hidden=256,256", "lr=1e-3", 8),
    "4d16": World("size=16 ndim=4 r0=0.1 hidden=256,256", TRAIN_4D, 31),
    "4d20": World("size=20 ndim=4 r0=0.1 hidden=256,256", TRAIN_4D, 39),
    "4d32": World("size=32 ndim=4 r0=0.1 hidden=256,256", TRAIN_4D, 63),
}

# `marks`: e = evaluation, samples and files are timed too; q = is part of --quick.
# a = the autograd core is held against passes fused by hand.
# `extra`: further options; a job with one that gfn-dist does not know is left out.
Job = collections.namedtuple("Job", "world batch marks extra")
JOBS = {
    "default-256": Job("default", 256, "eqa", ""),
    "default-4096": Job("default", 4096, "q", ""),
    "side8-32": Job("side8", 32, "", ""),
    "side8-128": Job("side8", 128, "q", ""),
    "side8-512": Job("side8", 512, "e", ""),
    "4d16-16": Job("4d16", 16, "", ""),
    "4d16-128": Job("4d16", 128, "", ""),
    "4d16-512": Job("4d16", 512, "e", ""),
    "4d20-16": Job("4d20", 16, "q", ""),
    "4d20-128": Job("4d20", 128, "qa", ""),
    "4d20-512": Job("4d20", 512, "eq", ""),
    "4d20-4096": Job("4d20", 4096, "", ""),
    "4d32-16": Job("4d32", 16, "", ""),
    "4d32-128": Job("4d32", 128, "", ""),
    "4d32-512": Job("4d32", 512, "e", ""),
}

# The policy of a world and the rows of a backward pass, as tests/bench/fused knows them.
FUSED = {"default": ["one_hot", "256"], "4d20": ["k_hot", "160"]}

# Ranks x threads. One process is pinned to as many cores as it has threads.
Layout = collections.namedtuple("Layout", "ranks threads marks")
LAYOUTS = {
    "1x1": Layout(1, 1, "eqa"),
    "1x2": Layout(1, 2, "eq"),
    "2x1": Layout(2, 1, "q"),
    "4x1": Layout(4, 1, ""),
    "8x1": Layout(8, 1, "q"),
}

# Whole runs of gfn-dist, from the start of the process to its end; `cores` 0: not pinned.
Program = collections.namedtuple("Program", "arguments cores")
PROGRAMS = {
    "whole-default": Program("", 0),
    "whole-default-1": Program("--threads 1", 1),
}

# A figure is a quantity of a job in a layout, divided by `over`: nothing, a number, the same
# quantity of another layout or of another job, or another quantity of the same cell.
Target = collections.namedtuple("Target", "what jobs quantity layout over limit")
REFERENCE = 22.5  # iterations/s of a PyTorch trainer on the default job, one thread
LARGE_16 = "4d16-16 4d20-16 4d32-16"
LARGE = "4d16-128 4d16-512 4d20-128 4d20-512 4d32-128 4d32-512"
TARGETS = [
    Target("times the reference's 22.5 iterations/s: floor", "default-256", "rate", "1x1",
           REFERENCE, ">= 600"),
    Target("the same: aim", "default-256", "rate", "1x1", REFERENCE, ">= 1000"),
    Target("two threads over one", "default-256", "rate", "1x2", "1x1", ">= 1.25"),
    Target("two threads over one", "default-4096", "rate", "1x2", "1x1", ">= 1.5"),
    Target("share of the peak, one thread", LARGE_16, "share", "1x1", None, ">= 0.70"),
    Target("share of the peak, one thread", LARGE, "share", "1x1", None, ">= 0.75"),
    Target("two threads over one", LARGE_16, "rate", "1x2", "1x1", ">= 1.4"),
    Target("two threads over one", LARGE, "rate", "1x2", "1x1", ">= 1.7"),
    Target("8 ranks: times the time of 2", "default-256 default-4096 4d20-16 4d20-128 4d20-512",
           "time", "8x1", "2x1", "<= 1.3"),
           Target("autograd core: times the time with passes fused by hand", "default-256", "time", "1x1",
           "by_hand", "<= 1.10"),
    Target("10,000 samples, s", "default-256", "objects", "1x1", None, "<= 0.002"),
    Target("exact evaluation, in iterations", "4d20-512", "evaluation", "1x1", "time", "<= 10"),
    Target("from the prompt to the last file, s", "whole-default whole-default-1", "time", "", None,
           "<= 0.5"),
    Target("peak memory, MiB", "4d20-4096", "memory", "1x1", None, ""),
]

PHASES = ["sampling", "gradient", "imbalance", "communication", "optimizer"]
POLICIES = ["early", "trained"]
