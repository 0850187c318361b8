#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A plug-in without numbers: the program enumerates its states, so that the exact evaluation and the
# picture are those of the same plug-in with numbers, training has the bits that it has without
# them, and a space that is too large is trained as before.
. "$top_srcdir/tests/cli/common.sh"
umask 022 # what a group may write is nobody's own
source=$top_srcdir/tests/external/knapsack.c

# The knapsack without its numbers.
sed 's/, *\.number = number, \.state_at = state_at//; s/\.n_states = INT64_C(1) << items,//
    /^static void number(/,/^}/d; /^static void state_at(/,/^}/d' "$source" >bare.c
grep -qE 'state_at|n_states' bare.c && bad "numbers are left: $(grep -nE 'state_at|n_states' bare.c)"
plugin knapsack "$source"
plugin bare bare.c
job=(--items 8 --iterations 300 --eval-every 100 --log-every 50 --threads 1)

# ---- the same as with numbers

# exact FILE: the distances and log Z of a report.
exact() { grep -E '^  (exact|log Z)' "$1"; }

"$GFN_DIST" --env ./bare.so "${job[@]}" --out bare >out 2>err || bad "no training: $(cat err)"
grep -q '^exact evaluation: 256 states were enumerated$' err || bad "not told: $(cat err)"
grep -q '^ *over 256 states, which were enumerated$' out || bad "not reported: $(cat out)"
grep -q '^ *chi-square .* degrees of freedom' out || bad "no chi-square: $(cat out)"
exact out >bare.exact
for metric in l1 tv jsd kl log_z_error; do
    grep -qE "\"$metric\": -?[0-9]" bare/summary.json || bad "no $metric in summary.json"
    [ "$(grep -c "\"$metric\":" bare/metrics.jsonl)" -eq 3 ] || bad "$metric in metrics.jsonl"
done
passes eval bare --samples 1000
exact out | cmp - bare.exact || bad "eval differs: $(exact out)"
passes eval bare --env ./knapsack.so --samples 1000
exact out | cmp - bare.exact || bad "the plug-in's numbers give another result: $(exact out)"
! grep -q enumerated out || bad "numbered states were enumerated"

# Every state once, with the counts of the final samples.
head -c 128 bare/states.npy | grep -aq "'shape': (256, 1)" || bad "states.npy: $(head -c 128 bare/states.npy)"
tail -c 1024 bare/states.npy | od -An -v -td4 -w4 | tr -d ' ' >states
sort -n states | cmp -s - <(seq 0 255) || bad "states.npy has not every state once"
head -n 1 states | grep -qx 0 || bad "state 0 is $(head -n 1 states)"
passes sample bare --samples 10000
sort out | uniq -c | awk '{ print $2, $1 }' | sort -n >sampled
tail -c 2048 bare/histogram.npy | od -An -v -td8 -w8 | tr -d ' ' | paste -d ' ' states - |
    awk '$2' | sort -n | cmp -s - sampled || bad "histogram.npy and states.npy are not the samples"

if "$GFN_DIST" --version | grep -q '^pictures: yes'; then
    passes plot bare --out again.png
    cmp again.png bare/histogram.png || bad "plot draws another picture"
    passes plot bare --out large.png --enumerate-limit 255
    grep -q 'expected at most 255 states' err || bad "plot does not tell: $(cat err)"
    cmp -s large.png again.png && bad "plot has exact points without numbers"
fi

# ---- the same bits as without numbers, and on any number of ranks

crc() { summary "$1" params_crc; }
"$GFN_DIST" --env ./bare.so "${job[@]}" --enumerate-limit 0 --out never >out 2>err ||
    bad "no training: $(cat err)"
[ "$(crc never)" = "$(crc bare)" ] || bad "numbers change the training"
grep -q '^  exact      not possible: the states were not enumerated (hint: --enumerate-limit)$' out || bad "exact: $(cat out)"
grep -q 'enumerate' err && bad "told without reason: $(cat err)"
[ ! -e never/states.npy ] && [ ! -e never/histogram.npy ] || bad "files of numbers"

splits=('1 3')
[ "$MPI_NAME" = none ] || splits+=('3 1' '2 2')
bits bare >bare.bits
for split in "${splits[@]}"; do
    "$NP_RUN" --ranks "${split% *}" -- "$GFN_DIST" --env ./bare.so "${job[@]}" \
        --threads "${split#* }" --quiet --out "split-$split" >log 2>&1 || bad "$split: $(cat log)"
    bits "split-$split" | cmp - bare.bits || bad "other bits on $split"
    cmp "split-$split/states.npy" bare/states.npy || bad "other numbers on $split"
done

# ---- limits

limit='^no exact evaluation: knapsack: expected at most 255 states to enumerate, found more \(hint: a larger --enumerate-limit'
few=(1)
[ "$MPI_NAME" = none ] || few=(1 3)
for ranks in "${few[@]}"; do
    "$NP_RUN" --ranks "$ranks" -- "$GFN_DIST" --env ./bare.so "${job[@]}" --enumerate-limit 255 \
        --quiet --out "less-$ranks" >out 2>err || bad "beyond the limit: $(cat err)"
    [ "$(grep -cE "$limit" err)" -eq 1 ] || bad "beyond the limit, $ranks: $(cat err)"
    [ "$(crc "less-$ranks")" = "$(crc bare)" ] || bad "the limit changes the training"
    grep -q '"exact": false' "less-$ranks/summary.json" || bad "exact beyond the limit"
done
grep -q '^enumerate-limit = 255' less-1/config.ini || bad "$(grep ^enumerate less-1/config.ini)"
passes eval less-1 --samples 10
grep -qE "$limit" err || bad "eval does not tell: $(cat err)"
passes eval less-1 --samples 1000 --enumerate-limit 256
exact out | cmp - bare.exact || bad "eval with another limit: $(exact out)"
passes --resume less-1 --iterations 301 --enumerate-limit 256 --quiet
grep -q '"exact": true' less-1/summary.json || bad "--resume keeps the limit"
# By default, a large space costs little time.
passes --env ./bare.so --items 30 --room 200 --iterations 3 --samples 10 --quiet --out large
grep -qE '^no exact evaluation: knapsack: expected at most 135300 states to enumerate' err ||
    bad "a large space: $(cat err)"
passes --env ./bare.so --items 5 --room 9 --iterations 20 --seeds 0-2 --quiet --out sweep \
    --enumerate-limit 31
[ "$(grep -c 'at most 31 states' err)" -eq 1 ] || bad "a sweep tells: $(cat err)"
refused 2 '^gfn-dist: enumerate-limit: expected an integer from 0 to 67108864' --enumerate-limit -1
refused 2 '^gfn-dist: enumerate-limit: expected an option of sample' \
    sample bare --enumerate-limit 3

# ---- check-env

shows '^  states +1024, not numbered: enumerated, all of them tested$' check-env ./bare.so
shows '^  states +not numbered: random walks only \(hint: --enumerate-limit\)$' check-env ./bare.so --enumerate-limit 1023
shows '^  states +not numbered: random walks only \(hint: --enumerate-limit\)$' check-env ./bare.so --enumerate-limit 0
shows '^  states +not numbered: random walks only \(hint: --enumerate-limit\)$' check-env ./bare.so --items 30

# More states than are tested one by one, but fewer edges than the program's own limit.
cat >tree.c <<'END'
#include <gfn/env.h>
#include <math.h>
#include <string.h>
enum { DEPTH = 20 }; /* a state: its depth, and the bits that lead to it */
static gfn_status create(const gfn_options *options, void **world)
{
    static int tree;
    (void)options;
    *world = &tree;
    return GFN_OK;
}
static void destroy(void *world)
{
    (void)world;
}
static void describe(const void *world, gfn_env_spec *spec)
{
    (void)world;
    *spec = (gfn_env_spec){
        .shape = {.n_actions = 2, .n_back_actions = 2, .stop_action = -1, .obs_dim = 2},
        .state_width = 2, .max_steps = DEPTH, .max_log_reward = 0, .log_z = log(1 << DEPTH)};
}
static void start(const void *world, size_t n, int32_t *state)
{
    (void)world;
    memset(state, 0, 2 * n * sizeof *state);
}
static void allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        mask[2 * i] = mask[2 * i + 1] = state[2 * i] < DEPTH;
}
static void step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        state[2 * i + 1] |= action[i] << state[2 * i]++;
}
static void allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        for (int bit = 0; bit < 2; bit++)
            mask[2 * i + bit] =
                state[2 * i] > 0 && (state[2 * i + 1] >> (state[2 * i] - 1) & 1) == bit;
}
static void step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    (void)world, (void)back;
    for (size_t i = 0; i < n; i++)
        state[2 * i + 1] &= (1 << --state[2 * i]) - 1;
}
static void copy(const void *world, size_t n, const int32_t *state, const int32_t *from,
                 int32_t *to)
{
    (void)world, (void)state;
    memcpy(to, from, n * sizeof *to);
}
static void log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    (void)world, (void)state;
    for (size_t i = 0; i < n; i++)
        log_reward[i] = 0;
}
static void observe(const void *world, size_t n, const int32_t *state, int32_t *index, float *x)
{
    (void)world, (void)index;
    for (size_t i = 0; x && i < 2 * n; i++)
        x[i] = (float)state[i];
}
const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "tree", .summary = "bits in turn", .create = create,
    .destroy = destroy, .describe = describe, .start = start, .allowed = allowed, .step = step,
    .allowed_back = allowed_back, .step_back = step_back, .back_action = copy,
    .forward_action = copy, .log_reward = log_reward, .observe = observe};
END
plugin tree tree.c
shows '^  states +not numbered: random walks only' check-env ./tree.so

# What random walks do not find: one set in 2^13 that breaks a rule.
sed 's/-fabs((double)left)/state[i] == 5541 ? NAN : &/' bare.c >broken.c
plugin broken broken.c
passes check-env ./broken.so --items 13 --enumerate-limit 0
refused 1 '^gfn-dist: knapsack breaks a rule: log-rewards are finite; in state \(5541\)' \
    check-env ./broken.so --items 13
# Packing item 0 over item 1 takes item 1 out, so that a path may return.
sed 's/state\[i\] |= 1 << action\[i\];/if (action[i] == 0 \&\& state[i] == 6) state[i] = 2; else &/' \
    bare.c >cyclic.c
plugin cyclic cyclic.c
passes --env ./cyclic.so --items 3 --room 9 --iterations 0 --samples 0 --quiet --out cyclic
grep -q '^no exact evaluation: knapsack: expected that no state is reached twice on one path, found state ([0-9]*) on a cycle' err ||
    bad "a cycle: $(cat err)"
exit $failed
