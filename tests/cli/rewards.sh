#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Rewards from a file: training learns them, on any number of ranks, and a run keeps a copy.
# (tests/unit/ui/refused_files.c: files that do not fit)
. "$top_srcdir/tests/cli/common.sh"

# The last two bytes of each value as a little-endian double; all bytes before them are 0.
declare -A bytes=([0]='\0\0' [.5]='\xe0\x3f' [1]='\xf0\x3f' [2]='\0\x40' [4]='\x10\x40')
# npy FILE SHAPE VALUE...: write the values as an array of doubles.
npy() {
    local file=$1 shape=$2 value
    shift 2
    {
        printf '\x93NUMPY\x01\0\x76\0%-117s\n' \
            "{'descr': '<f8', 'fortran_order': False, 'shape': ($shape), }"
        # shellcheck disable=SC2059
        for value; do printf "\0\0\0\0\0\0${bytes[$value]}"; done
    } >"$file"
}

# Rewards of an 8x8 grid; some are 0, also the one in the far corner.
cells=(1 0 2 .5 0 4 1 1 2 0 0 .5 1)
landscape=()
for ((i = 0; i < 64; i++)); do
    landscape+=("${cells[(i * i + i / 9) % 13]}")
done
landscape[63]=0
npy reward.npy '8, 8' "${landscape[@]}"
log_z=$(printf '%s\n' "${landscape[@]}" | awk '{ z += $1 } END { printf "%.10f", log(z) }')

# ---- a plug-in that takes a table: alike on any number of ranks

cat >table.c <<'EOF'
#define gfn_env_plugin knapsack_plugin
#include "tests/external/knapsack.c"
#undef gfn_env_plugin

static const gfn_option table_options[] = {
    {"items", GFN_OPTION_INT, "5", 1, 10, NULL, "Table", "items that there are"},
    {"reward-file", GFN_OPTION_WORD, "", 0, 0, NULL, "Table", "rewards of all sets"},
    {0},
};
static double *table;

static gfn_status create_table(const gfn_options *given, void **world)
{
    knapsack *k = calloc(1, sizeof *k);
    k->items = (int)gfn_options_int(given, "items");
    *world = k;
    return GFN_OK;
}

static void describe_table(const void *world, gfn_env_spec *spec)
{
    describe(world, spec);
    spec->needs_rewards = table == NULL;
#ifdef AXES
    spec->ndim = 1;
    spec->axis[0] = spec->n_states;
#endif
}

/* It does not look at the shape. */
static gfn_status set_rewards(void *world, int ndim, const int64_t *axis, const double *reward)
{
    const size_t n = sizeof *table << ((const knapsack *)world)->items;
    (void)ndim, (void)axis;
    table = memcpy(malloc(n), reward, n);
    return GFN_OK;
}

static void log_table(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    (void)world;
    for (size_t i = 0; i < n; i++)
        log_reward[i] = table ? log(table[state[i]]) : NAN;
}

const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "table", .summary = "rewards from a table",
    .options = table_options, .create = create_table, .destroy = free,
    .describe = describe_table, .start = start, .allowed = allowed, .step = step,
    .back_action = same_item, .allowed_back = allowed_back, .step_back = step_back,
    .forward_action = same_item, .log_reward = log_table, .observe = observe, .number = number,
    .state_at = state_at, .set_rewards = set_rewards};
EOF
ln -s "$top_srcdir" top # CPPFLAGS are words
CPPFLAGS="-Itop $CPPFLAGS"
plugin flat table.c
CPPFLAGS="-DAXES $CPPFLAGS"
plugin table table.c
npy sets.npy 32, 2 4 1 .5 1 1 2 .5 {,,}1 {,,}2 {,,}4 {,,}1 {,,}2 {,,}.5 {,,}1 {,,}2
npy few.npy 8, 2 4 1 .5 1 1 2 .5
few=(1)
[ "$MPI_NAME" = none ] || few=(1 2)
for ranks in "${few[@]}"; do
    launch=("$NP_RUN" --ranks "$ranks" --)
    "${launch[@]}" "$GFN_DIST" --env ./table.so --reward-file sets.npy --iterations 20 --threads 1 \
        --quiet --out "table-$ranks" || bad "a table on $ranks"
    bits "table-$ranks" | cmp - <(bits table-1) || bad "a table has other bits on $ranks"
    for case in 'table few.npy table: expected 32 values, one per state, found 8 ' \
        'table reward.npy table: expected 32 values, one per state, found 8 x 8 ' \
        'flat few.npy table: expected 32 values, one per state, found 8 '; do
        read -r so file pattern <<<"$case"
        "${launch[@]}" "$GFN_DIST" --env "./$so.so" --reward-file "$file" --quiet --out none 2>err
        [ $? -eq 2 ] && grep -q "$pattern" err || bad "$case, $ranks: $(cat err)"
    done
done

job=(--size 8 --reward file --reward-file reward.npy --iterations 2000 --batch-size 128)

# ---- training

"$GFN_DIST" "${job[@]}" --threads 1 --quiet --out run || bad "it does not train"
awk -v l1="$(summary run l1)" -v error="$(summary run log_z_error)" -v z="$(summary run log_z_true)" \
    -v sum="$log_z" 'BEGIN {
    print "L1 " l1 ", log Z error " error ", log Z " z " of " sum
    exit !(l1 != "" && l1 <= 0.01 && error <= 5e-3 && error >= -5e-3 &&
           z - sum < 2e-8 && sum - z < 1e-9)
}' || bad "the rewards are not learned"
cmp reward.npy run/reward.npy || bad "the run keeps no copy"

# No sample has a reward of 0.
"$GFN_DIST" sample run --samples 5000 --quiet >objects || bad "it does not sample"
[ "$(wc -l <objects)" -eq 5000 ] || bad "$(wc -l <objects) samples"
tr -dc '0-9\n' <objects | sort -u | while read -r cell; do
    [ "${landscape[8 * ${cell:0:1} + ${cell:1:1}]}" != 0 ] || echo "$cell"
done >holes
[ ! -s holes ] || bad "samples in holes: $(tr '\n' ' ' <holes)"

# The bits are the same on any number of ranks, and from the config.ini of the run.
bits run >run.bits
for split in '1 2' '2 1' '3 2'; do
    read -r ranks threads <<<"$split"
    [ "$ranks" -eq 1 ] || [ "$MPI_NAME" != none ] || continue
    "$NP_RUN" --ranks "$ranks" -- "$GFN_DIST" "${job[@]}" --threads "$threads" --quiet \
        --out "run-$ranks-$threads" || bad "$split: it fails"
    bits "run-$ranks-$threads" | cmp - run.bits || bad "$split: other bits"
done
"$GFN_DIST" --config run/config.ini --quiet --out again || bad "config.ini does not repeat it"
bits again | cmp - run.bits || bad "config.ini gives other bits"

# ---- the original file is changed or gone

"$GFN_DIST" "${job[@]}" --iterations 2000 --time-limit 0.02 --quiet --out part
[ $? -eq 3 ] || bad "no run that was stopped"
"$GFN_DIST" "${job[@]}" --iterations 2000 --seeds 5,0 --time-limit 0.02 --quiet --out sweep
[ $? -eq 3 ] && [ ! -e sweep/seed-0 ] || bad "no sweep that was stopped"
cp -r part changed
npy reward.npy '8, 8' "${landscape[@]/4/.5}"
"$GFN_DIST" --resume changed --reward-file reward.npy --quiet || bad "resume: it fails"
bits changed | cmp - run.bits || bad "resume: a changed file is taken"
rm reward.npy
"$GFN_DIST" --resume part --quiet || bad "resume without the file: it fails"
bits part | cmp - run.bits || bad "resume without the file: other bits"
"$GFN_DIST" eval run --samples 10 --quiet >out || bad "eval without the file"

"$GFN_DIST" --resume sweep --quiet || bad "a sweep without the file: it fails"
bits sweep/seed-0 | cmp - run.bits || bad "a sweep without the file: other bits"

# A run that ended before its first checkpoint.
cp -r run early && rm early/checkpoint* early/metrics.jsonl
"$GFN_DIST" --resume early --quiet 2>err || bad "an early run: $(cat err)"
bits early | cmp - run.bits || bad "an early run: other bits"

# ---- refusals

refused 1 'missing.npy: cannot open' --reward file --reward-file missing.npy
npy bad.npy '4, 4' "${landscape[@]:0:16}"
refused 2 '^gfn-dist: /.*/bad.npy: hypergrid: expected 8 x 8 values, one per state, found 4 x 4.* \(hint: ' \
    --size 8 --reward file --reward-file bad.npy
exit $failed
