#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Options that name files: a run finds its files in any working directory, a file that has moved is
# named anew when a run is resumed, measured, sampled from or drawn, and another content is noticed.
. "$top_srcdir/tests/cli/common.sh"
umask 022 # what a group may write is nobody's own

# The knapsack with a file of weights.
cat >weighed.c <<'EOF_C'
#define gfn_env_plugin knapsack_plugin
#include "tests/external/knapsack.c"
#undef gfn_env_plugin

#include <stdio.h>

typedef struct weighed {
    knapsack sack; /* first: the functions of the knapsack read it */
    int weight[32];
} weighed;

static const gfn_option weighed_options[] = {
    {"items", GFN_OPTION_INT, "6", 1, 30, NULL, "Weighed", "items that there are"},
    {"weights", GFN_OPTION_PATH, "weights.txt", 0, 0, NULL, "Weighed", "weight of each item"},
    {"names", GFN_OPTION_PATH, "", 0, 0, NULL, "Weighed", "name of each item"},
    {0},
};

static gfn_status create_weighed(const gfn_options *given, void **world)
{
    const char *path = gfn_options_text(given, "weights");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return gfn_fail(GFN_EIO, "weights: cannot open %s", path);
    weighed *w = calloc(1, sizeof *w);
    int n = 0;
    w->sack = (knapsack){(int)gfn_options_int(given, "items"), 17};
    while (n < w->sack.items && fscanf(file, "%d", &w->weight[n]) == 1)
        n++;
    fclose(file);
    *world = w;
    if (n == w->sack.items)
        return GFN_OK;
    free(w);
    return gfn_fail(GFN_EDATA, "weights: expected more than the %d numbers of %s", n, path);
}

static void log_weighed(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    const weighed *w = world;
    for (size_t i = 0; i < n; i++) {
        int left = w->sack.room;
        for (int item = 0; item < w->sack.items; item++)
            left -= (state[i] >> item & 1) * w->weight[item];
        log_reward[i] = -fabs((double)left);
    }
}

const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "weighed", .summary = "a knapsack of given weights",
    .options = weighed_options, .create = create_weighed, .destroy = free,
    .describe = describe, .start = start, .allowed = allowed, .step = step,
    .back_action = same_item, .allowed_back = allowed_back, .step_back = step_back,
    .forward_action = same_item, .log_reward = log_weighed, .observe = observe,
    .number = number, .state_at = state_at};
EOF_C
CPPFLAGS="-I$top_srcdir $CPPFLAGS"
plugin weighed weighed.c
mkdir data other
echo 3 4 7 5 5 7 4 3 6 >data/weights.txt
job=(--iterations 60 --samples 100)

# ---- help, and the configuration

shows '^  --weights FILE +weight of each item \[weights.txt\]$' --env ./weighed.so --help
shows '^  --reward-file FILE ' --help
shows '^  --terminal-states FILE ' --help
shows "^weights = $PWD/data/weights.txt" --env ./weighed.so --weights ././data/weights.txt \
    --print-config
shows "^weights = $PWD/weights.txt .*default" --env ./weighed.so --print-config
shows '^weights = /no/where ' --env ./weighed.so --weights /no/where --print-config
shows '^names = *;' --env ./weighed.so --print-config
passes check-env ./weighed.so --weights data/weights.txt
refused 1 "^gfn-dist: weights: cannot open $PWD/weights.txt$" --env ./weighed.so

# ---- another working directory

passes --env ./weighed.so --weights data/weights.txt "${job[@]}" --quiet --out run
grep -q "^weights = $PWD/data/weights.txt" run/config.ini || bad "$(grep ^weights run/config.ini)"
grep -aq "\"config.weights\":\"$PWD/data/weights.txt\"" run/checkpoint.safetensors ||
    bad "the checkpoint has another path"
bits run >run.bits
"$GFN_DIST" --env ./weighed.so --weights data/weights.txt "${job[@]}" --time-limit 0 --quiet \
    --out stopped
[ $? -eq 3 ] || bad "it was not stopped"
passes --env ./weighed.so --weights data/weights.txt "${job[@]}" --seeds 0-1 --quiet --out sweep
cp -r run other/kept
cd other || exit 1
passes --resume ../stopped --quiet
bits ../stopped | cmp - ../run.bits || bad "other bits from another directory"
passes --config ../run/config.ini --quiet --out again
bits again | cmp - ../run.bits || bad "other bits from config.ini"
passes eval ../run --samples 10
mv out ../eval.out
passes sample ../run --samples 3
passes --resume ../sweep --seeds 0-2 --quiet
"$GFN_DIST" --version | grep -q '^pictures: yes' && passes plot ../run --out run.png

# ---- the file has moved

mkdir place
mv ../data/weights.txt place/moved.txt
gone="weights: expected the file .*/data/weights.txt, found nothing there \(hint: --weights PATH"
refused 1 "^gfn-dist: $gone" eval ../run
refused 1 "^gfn-dist: $gone" sample ../run
refused 1 "^gfn-dist: $gone" --resume ../run
passes eval ../run --weights place/moved.txt --samples 10
cmp out ../eval.out || bad "eval with a moved file: $(cat out)"
[ ! -s err ] || bad "eval with a moved file: $(cat err)"
passes sample ../run --samples 3 --weights=place/moved.txt
if "$GFN_DIST" --version | grep -q '^pictures: yes'; then
    refused 1 "^gfn-dist: $gone" plot ../run
    passes plot ../run kept --weights place/moved.txt --out run.png
fi
# A path that is given anew is kept from then on, also by a sweep and its seeds.
passes --resume ../run --weights place/moved.txt --quiet
grep -q "^weights = $PWD/place/moved.txt" ../run/config.ini || bad "$(grep ^weights ../run/config.ini)"
passes eval ../run --samples 10
cmp out ../eval.out || bad "eval after --resume: $(cat out)"
passes --resume ../sweep --iterations 70 --weights place/moved.txt --quiet
for file in ../sweep ../sweep/seed-0 ../sweep/seed-2; do
    grep -q "^weights = $PWD/place/moved.txt" $file/config.ini || bad "$file has another path"
done
passes --resume ../sweep --iterations 80 --quiet
mv ../weighed.so . && passes eval kept --env weighed.so --weights place/moved.txt --samples 10
mv weighed.so ..

# ---- other content

echo 3 4 7 5 5 7 4 3 7 >new.txt
notice='^weights: .*/other/new.txt is not the file that made the checkpoint: its CRC-32 was .* and is .* \(hint: --weights'
passes eval ../run --weights new.txt --samples 10
grep -qE "$notice" err || bad "eval with another file: $(cat err)"
passes --resume kept --weights new.txt --quiet
grep -qE "$notice" err || bad "--resume with another file: $(cat err)"

# ---- other options

refused 2 'found "wights" \(hint: weights\)$' eval ../run --wights place/moved.txt
refused 2 'found "wights" \(hint: weights\)$' eval ../run --env ../weighed.so --wights place/moved.txt
refused 2 '^gfn-dist: items: expected an option of sample, found one of other commands ' \
    sample ../run --items 6
refused 2 '^gfn-dist: iterations: expected an option of eval, found one of other commands' \
    eval ../run --iterations 7
refused 2 '^gfn-dist: size: expected an option of eval, found one of other commands' \
    eval ../run --size 7
refused 2 '^gfn-dist: terminal-states: expected an option of eval, found one of other' \
    eval ../run --terminal-states new.txt
refused 2 '^gfn-dist: names: expected nothing as in ../run/.*, found new.txt \(hint: ' \
    eval ../run --names new.txt
refused 2 '^gfn-dist: names: expected nothing as in ../run/.*, found new.txt \(hint: ' \
    --resume ../run --names new.txt
refused 2 '^gfn-dist: reward-file: expected an option of weighed or of training, found one of hypergrid ' \
    eval ../run --reward-file new.txt
cd ..

# ---- the library's own files

npy() { # npy FILE TYPE SHAPE: the bytes follow from standard input.
    { printf '\x93NUMPY\x01\0\x76\0%-117s\n' \
        "{'descr': '$2', 'fortran_order': False, 'shape': ($3), }" && cat; } >"$1"
}
# double N: 2^(4 N - 1012) or so, little-endian.
double() { printf "\0\0\0\0\0\0\\x$1\x3f"; }
for byte in d0 e0 f0 d0 e0 f0 d0 e0 f0; do double $byte; done | npy data/reward.npy '<f8' '3, 3'
for byte in d0 e0 f0 d0 e0 f0 d0 e0 e0; do double $byte; done | npy data/worse.npy '<f8' '3, 3'
passes --size 3 --reward file --reward-file data/reward.npy "${job[@]}" --quiet --out rewards
passes --size 3 --reward file --reward-file data/reward.npy "${job[@]}" --seeds 0 --quiet \
    --out several
grep -q "^reward-file = $PWD/data/reward.npy" rewards/config.ini ||
    bad "$(grep ^reward-file rewards/config.ini)"
passes eval rewards --samples 10 && mv out eval.out
mv data/reward.npy data/moved.npy
cd other || exit 1
worse='^gfn-dist: reward-file: expected the rewards that the run began with, found others in .*/data/worse.npy \(hint'
passes eval ../rewards --samples 10
passes eval ../rewards --samples 10 --reward-file ../data/moved.npy
cmp out ../eval.out || bad "eval with moved rewards: $(cat out)"
refused 2 "$worse" eval ../rewards --reward-file ../data/worse.npy
refused 2 "$worse" sample ../rewards --reward-file ../data/worse.npy
refused 1 'none.npy: cannot open' eval ../rewards --reward-file none.npy
refused 2 'place/moved.txt: line 1: expected an object and a value' \
    eval ../rewards --reward-file place/moved.txt
passes --resume ../rewards --iterations 70 --reward-file ../data/moved.npy --quiet
grep -q "^reward-file = ${PWD%/*}/data/moved.npy" ../rewards/config.ini ||
    bad "$(grep ^reward-file ../rewards/config.ini)"
refused 2 "$worse" --resume ../rewards --reward-file ../data/worse.npy
refused 2 "$worse" --resume ../several --seeds 0-1 --reward-file ../data/worse.npy
passes --resume ../several --seeds 0-1 --reward-file ../data/moved.npy --quiet
for file in ../several ../several/seed-1; do
    grep -q "^reward-file = ${PWD%/*}/data/moved.npy" $file/config.ini || bad "$file has another path"
done
passes --config ../rewards/config.ini --reward-file ../data/worse.npy --quiet --out worse
mkdir bare && "$GFN_DIST" --iterations 20 --size 3 --quiet --out bare/run
refused 2 'reward-file: expected nothing as in bare/run/.*found ../data/moved.npy' \
    eval bare/run --reward-file ../data/moved.npy
cd ..

printf '\1\0\0\0\2\0\0\0\0\0\0\0\1\0\0\0' | npy data/objects.npy '<i4' '2, 2'
printf '\1\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0' | npy data/wrong.npy '<i4' '2, 2'
passes --size 3 --terminal-states data/objects.npy "${job[@]}" --quiet --out objects
"$GFN_DIST" --size 3 --terminal-states data/objects.npy "${job[@]}" --time-limit 0 --quiet --out part
[ $? -eq 3 ] || bad "it was not stopped"
cp -r objects early && rm early/checkpoint* early/metrics.jsonl
mv data/objects.npy data/moved.npy
cd other || exit 1
passes --resume ../objects --iterations 70 --quiet
passes --resume ../objects --iterations 80 --terminal-states ../data/moved.npy --quiet
grep -q "^terminal-states = ${PWD%/*}/data/moved.npy" ../objects/config.ini ||
    bad "$(grep ^terminal ../objects/config.ini)"
refused 2 '^gfn-dist: terminal-states: expected the objects that the run began with, found others in .*wrong.npy' \
    --resume ../part --terminal-states ../data/wrong.npy
passes --resume ../early --terminal-states ../data/moved.npy --quiet
bits ../early | sed '/checkpoint/d' >early.bits
cd ..

# ---- ranks that see different files

if [ "$MPI_NAME" != none ]; then
    cat >launch <<'END'
cd "rank-$((${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}} == 1))" && exec "$GFN_DIST" "$@"
END
    mkdir rank-0 rank-1
    cp other/place/moved.txt rank-0/w.txt
    cp other/place/moved.txt rank-1/w.txt
    "$NP_RUN" --ranks 3 -- bash launch --env "$PWD/weighed.so" --weights /proc/self/cwd/w.txt \
        "${job[@]}" --quiet --out "$PWD/ranks" >log 2>&1 || bad "equal files: $(cat log)"
    cp other/new.txt rank-1/w.txt
    "$NP_RUN" --ranks 3 -- bash launch --env "$PWD/weighed.so" --weights /proc/self/cwd/w.txt \
        "${job[@]}" --quiet --out "$PWD/mixed" >log 2>&1 && bad "it trains with different files"
    [ "$(grep -c '^gfn-dist: ' log)" -eq 1 ] &&
        grep -qE '^gfn-dist: rank 1: weights: expected the file /proc/self/cwd/w.txt that rank 0 has, with the CRC-32 .*, found the CRC-32 .*hint' log ||
        bad "different files: $(cat log)"
    [ ! -e mixed ] || bad "a run directory was made"
fi
exit $failed
