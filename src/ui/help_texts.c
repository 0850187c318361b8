/* SPDX-License-Identifier: MIT
 *
 * Texts of help and man page beside the options, in tables ended by a row without name.
 */
#include "ui/cli.h"

const cli_fact cli_examples[] = {
    {"gfn-dist --size 16", "train on a 16x16 grid, on all cores"},
    {"mpirun -np 8 gfn-dist --size 16", "the same on 8 ranks: the same bits"},
    {"gfn-dist --preset seed --seeds 0-9", "ten runs of published settings"},
    {"gfn-dist --resume runs/latest", "continue a run that was stopped"},
    {"gfn-dist eval runs/latest", "measure its checkpoint"},
    {"gfn-dist plot runs/latest", "draw it again; several: compare them"},
    {"gfn-dist sample runs/latest --samples 5", "draw objects from it: one per line"},
    {NULL, NULL},
};

const cli_fact cli_exits[] = {
    {"0", "done"},
    {"1", "failed while running"},
    {"2", "bad usage"},
    {"3", "stopped early on request, by a signal or a time limit, with everything saved"},
    {NULL, NULL},
};

const cli_fact cli_files[] = {
    {"config.ini", "every option with its value, which --config reads"},
    {".lock", "locked while a job writes the run; empty"},
    {"metrics.jsonl", "one JSON object per line: loss, log Z, speed, at times an evaluation"},
    {"checkpoint.safetensors", "parameters, the optimizer's moments and all that --resume needs"},
    {"checkpoint.prev.safetensors", "the checkpoint before"},
    {"histogram.npy", "counts of the final samples, one axis per dimension"},
    {"states.npy", "states of histogram.npy, if the environment does not number them"},
    {"histogram.png", "samples beside the target, and how training went"},
    {"top.csv", "the best distinct objects of training"},
    {"reward.npy", "values of objects, if they came from a file"},
    {"reward-objects.npy", "the objects of these values, if they have no places in an array"},
    {"inputs.csv", "files that were read: option, path, and CRC-32, to tell if they change"},
    {"input-NAME.npy", "numbers of the file that --NAME names, such as --data"},
    {"input-NAME-names.csv", "names of the columns of these numbers, if they have some"},
    {"summary.json", "what came out: final metrics, time by phase, ranks, threads, hosts"},
    {"sweep.json", "of several seeds: every metric of each, and statistics"},
    {"comparison.png", "of several seeds, drawn by `plot`"},
    {NULL, NULL},
};

const cli_fact cli_variables[] = {
    {"OMP_NUM_THREADS", "threads per rank, if --threads is not given"},
    {"OMP_THREAD_LIMIT", "the largest number of threads per rank"},
    {"OMP_STACKSIZE", "stack of a thread, at least 256K; unset: that of the system"},
    {"GFN_KERNELS", "avx512, avx2 or plain: the instructions to use instead of the best that the "
                    "processor has; the same on all ranks"},
    {"NO_COLOR", "set to anything: no colors, if --color is auto"},
    {NULL, NULL},
};
