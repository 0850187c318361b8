#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Environments that fail: in any of their functions, on any rank and thread, at any time. Every
# command ends with exit status 1 and one message that names environment, state and iteration;
# training leaves a checkpoint of the last finished iteration, from which it ends with the bits of
# an undisturbed run. The same for log-rewards that are no numbers.
. "$top_srcdir/tests/cli/common.sh"

# frail.so: the knapsack, in which the function FAIL_IN fails after FAIL_AFTER calls, in the rank
# FAIL_RANK, with results that nobody may use. NAN_AT is a state whose log R is NAN_VALUE. COUNTS is
# the beginning of a file that gets the number of calls of each function.
cat >frail.c <<'END'
#define gfn_env_plugin knapsack_plugin
#include "knapsack.c"
#undef gfn_env_plugin
#include <stdatomic.h>
#include <stdio.h>
extern GFN_API const gfn_env_ops gfn_env_plugin;

#define FUNCTIONS(ROW)                                                                             \
    ROW(create) ROW(describe) ROW(start) ROW(allowed) ROW(step) ROW(allowed_back) ROW(step_back)   \
    ROW(back_action) ROW(forward_action) ROW(log_reward) ROW(observe) ROW(number) ROW(state_at)
#define NUMBER(name) in_##name,
#define NAME(name) #name,
enum { FUNCTIONS(NUMBER) ALL };
static const char *const names[] = {FUNCTIONS(NAME)};
static atomic_long calls[ALL];

static int rank(void)
{
    const char *text = getenv("OMPI_COMM_WORLD_RANK");
    text = text ? text : getenv("PMI_RANK");
    return text ? atoi(text) : 0;
}
static long number_in(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}
static int fails(int function, const void *world, const int32_t *state, void *out, size_t bytes)
{
    const long before = atomic_fetch_add(&calls[function], 1);
    const char *in = getenv("FAIL_IN");
    if (in == NULL || strcmp(in, names[function]) != 0 || rank() != number_in("FAIL_RANK") ||
        before < number_in("FAIL_AFTER"))
        return 0;
    memset(out, 0x7b, bytes);
    gfn_env_fail(world, state, "call %ld of the solver: %s", before, "no licence");
    return 1;
}
static void __attribute__((destructor)) end(void)
{
    char name[200];
    if (getenv("COUNTS") == NULL)
        return;
    snprintf(name, sizeof name, "%s.%d", getenv("COUNTS"), rank());
    FILE *file = fopen(name, "w");
    for (int i = 0; file && i < ALL; i++)
        fprintf(file, "%s %ld\n", names[i], (long)calls[i]);
    if (file)
        fclose(file);
}

/* A call of a function of the knapsack, whose result has these bytes, for its first lane. */
#define TRY(name, out, bytes, call)                                                                \
    if (n == 0 || !fails(in_##name, world, state, out, bytes))                                     \
        knapsack_plugin.call;

static gfn_status frail_create(const gfn_options *given, void **world)
{
    int32_t unused;
    const gfn_status status = create(given, world);
    if (status == GFN_OK)
        fails(in_create, *world, NULL, &unused, sizeof unused);
    return status;
}
static void frail_describe(const void *world, gfn_env_spec *spec)
{
    if (!fails(in_describe, world, NULL, spec, sizeof *spec))
        describe(world, spec);
    else if (number_in("WITHOUT_STATE"))
        gfn_env_fail(world, NULL, "later failures do not count");
#ifdef BARE
    spec->n_states = 0;
#endif
}
static void frail_start(const void *world, size_t n, int32_t *state)
{
    if (!fails(in_start, world, NULL, state, n * sizeof *state))
        start(world, n, state);
}
static void frail_allowed(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const size_t items = (size_t)((const knapsack *)world)->items;
    TRY(allowed, mask, n * (items + 1), allowed(world, n, state, mask))
}
static void frail_step(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    TRY(step, state, n * sizeof *state, step(world, n, state, action))
}
static void frail_allowed_back(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    const size_t items = (size_t)((const knapsack *)world)->items;
    TRY(allowed_back, mask, n * items, allowed_back(world, n, state, mask))
}
static void frail_step_back(const void *world, size_t n, int32_t *state, const int32_t *back)
{
    TRY(step_back, state, n * sizeof *state, step_back(world, n, state, back))
}
static void frail_back_action(const void *world, size_t n, const int32_t *state,
                              const int32_t *action, int32_t *back)
{
    TRY(back_action, back, n * sizeof *back, back_action(world, n, state, action, back))
}
static void frail_forward_action(const void *world, size_t n, const int32_t *state,
                                 const int32_t *back, int32_t *action)
{
    TRY(forward_action, action, n * sizeof *action, forward_action(world, n, state, back, action))
}
static void frail_log_reward(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    TRY(log_reward, log_reward, n * sizeof *log_reward, log_reward(world, n, state, log_reward))
    for (size_t i = 0; getenv("NAN_AT") && i < n; i++)
        if (state[i] == number_in("NAN_AT"))
            log_reward[i] = strtod(getenv("NAN_VALUE"), NULL);
}
static void frail_observe(const void *world, size_t n, const int32_t *state, int32_t *index,
                          float *x)
{
    const size_t items = (size_t)((const knapsack *)world)->items;
    TRY(observe, index, n * items * sizeof *index, observe(world, n, state, index, x))
}
static void frail_number(const void *world, size_t n, const int32_t *state, int64_t *number)
{
    TRY(number, number, n * sizeof *number, number(world, n, state, number))
}
static void frail_state_at(const void *world, size_t n, const int64_t *number, int32_t *state)
{
    if (!fails(in_state_at, world, NULL, state, n * sizeof *state))
        state_at(world, n, number, state);
}

const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "frail", .summary = "a knapsack that fails",
    .options = options, .create = frail_create, .destroy = free, .describe = frail_describe,
    .start = frail_start, .allowed = frail_allowed, .step = frail_step,
    .back_action = frail_back_action, .allowed_back = frail_allowed_back,
    .step_back = frail_step_back, .forward_action = frail_forward_action,
#ifndef BARE
    .number = frail_number, .state_at = frail_state_at,
#endif
    .log_reward = frail_log_reward, .observe = frail_observe};
END
export CPPFLAGS="$CPPFLAGS -I$top_srcdir/tests/external"
plugin frail frail.c
CPPFLAGS="$CPPFLAGS -DBARE" plugin bare frail.c # its states have no numbers
[ $failed -eq 0 ] || exit 1

# launch RANKS THREADS ARGUMENT...: 0 ranks: without a launcher. Its messages are in `log`.
launch() {
    local ranks=$1 threads=$2 by=()
    shift 2
    [ "$ranks" -eq 0 ] || by=("$NP_RUN" --timeout 60 --ranks "$ranks" --)
    [ "$1" = check-env ] || set -- "$@" --threads "$threads"
    timeout 90 "${by[@]}" "$GFN_DIST" "$@" >out 2>log </dev/null
}

# fails WHAT PATTERN RANKS THREADS ARGUMENT...: exit status 1, and one message, which matches.
fails() {
    local what=$1 pattern=$2 found
    shift 2
    launch "$@"
    found=$?
    [ $found -eq 1 ] && [ "$(grep -c '^gfn-dist: ' log)" -eq 1 ] &&
        grep -qE "^gfn-dist: $pattern" log ||
        bad "$what, $*: exit $found, expected 1 and $pattern: $(cat log)"
}

# ---- a function of the environment, in training

# Large enough that functions are called in each iteration, with everything that calls one.
# shellcheck disable=SC2054
job=(--env ./frail.so --items 13 --room 40 --hidden 8 --batch-size 60 --iterations 9 --samples 300
    --eval-every 4 --checkpoint-every 0 --replay reward --backward learned --picture no --quiet)
splits=(0)
[ "$MPI_NAME" = none ] || splits+=(3)
for ranks in "${splits[@]}"; do
    COUNTS=$PWD/calls-$ranks launch "$ranks" 1 "${job[@]}" --out "whole-$ranks" ||
        bad "$ranks ranks: $(cat log)"
done
bits whole-0 >whole

# calls RANKS RANK FUNCTION: how often the rank called it.
calls() { sed -n "s/^$3 //p" "calls-$1.$2"; }

# The middle of what the last rank that calls the function does.
while read -r function _; do
    for ranks in "${splits[@]}"; do
        rank=$((ranks > 0 ? ranks - 1 : 0))
        while [ $rank -gt 0 ] && [ "$(calls "$ranks" $rank "$function")" -lt 2 ]; do
            rank=$((rank - 1))
        done
        export FAIL_IN=$function FAIL_RANK=$rank FAIL_AFTER=$(($(calls "$ranks" $rank "$function") / 2))
        name=run-$function-$ranks
        where=' in state \([0-9]+\)'
        [[ ! $function =~ ^(create|describe|start|state_at)$ ]] || where=''
        from=''
        [ $rank -eq 0 ] || from="rank $rank: "
        said="${from}frail failed$where: call [0-9]+ of the solver: no licence"
        if [[ $function =~ ^(create|describe)$ ]]; then
            FAIL_AFTER=0 fails "$function" "$said\$" "$ranks" 2 "${job[@]}" --out "$name"
            [ ! -e "$name" ] || bad "$function: it leaves a run"
        else
            fails "$function" "iteration [0-9]+: $said(; iteration [0-9]+ is saved \(hint: --resume $name\))?\$" \
                "$ranks" 2 "${job[@]}" --out "$name"
            grep -q ' is saved' log || [ "$(grep -o 'iteration [0-9]*' log)" = 'iteration 9' ] ||
                bad "$function: nothing is saved: $(cat log)"
            unset FAIL_IN
            passes --resume "$name" --quiet --threads 2
            bits "$name" | cmp - whole || bad "$function, $ranks ranks: other bits after a failure"
        fi
        unset FAIL_IN FAIL_RANK FAIL_AFTER
    done
done <calls-0.0

# The checkpoint is that of the last finished iteration, of a run that has no other yet.
# (Before the first batch, the rewards of all states are computed, in some forty calls.)
export FAIL_IN=log_reward FAIL_AFTER=60
fails 'log_reward' 'iteration ([1-9][0-9]*): frail failed in state \([0-9]+\): call 60 of the solver: no licence; iteration \1 is saved \(hint: --resume last\)$' \
    0 1 "${job[@]}" --replay none --eval-every 0 --samples 0 --iterations 100 --out last
last=$(sed -nE 's/.*iteration ([0-9]+) is saved.*/\1/p' log)
grep -aq "\"iteration\":\"$last\"" last/checkpoint.safetensors || bad "not iteration $last"
FAIL_AFTER=0 fails 'the first iteration' 'iteration 0: frail failed' 0 1 "${job[@]}" --out first
unset FAIL_IN FAIL_AFTER
passes --resume first --quiet --threads 1
bits first | cmp - whole || bad "other bits after a failure in the first iteration"

# ---- while states are enumerated, before training

bare=(--env ./bare.so "${job[@]:2}")
for ranks in "${splits[@]}"; do
    for function in start allowed step log_reward; do
        where=' in state \([0-9]+\)'
        [ $function != start ] || where=''
        FAIL_IN=$function fails "$function, enumerating" \
            "iteration 0: frail failed$where: call 0 of the solver: no licence, while states were enumerated \(hint: --enumerate-limit 0 .*\)\$" "$ranks" 2 \
            "${bare[@]}" --out never
    done
done
[ ! -e never ] || bad "a run that never began leaves its folder"
launch 0 1 "${bare[@]}" --out bare || bad "no training without numbers: $(cat log)"
FAIL_IN=step fails eval "iteration 9: frail failed in state" 0 2 eval bare
FAIL_IN=step fails resume "(checkpoint|iteration 9): frail failed in state" 0 2 --resume bare --iterations 18

# ---- other commands

solver='call [0-9]+ of the solver: no licence$'
for ranks in "${splits[@]}"; do
    FAIL_IN=state_at fails eval "iteration 9: frail failed: $solver" "$ranks" 2 eval whole-0
    FAIL_IN=number fails eval "iteration 9: frail failed in state \([0-9]+\): $solver" "$ranks" 2 \
        eval whole-0
    FAIL_IN=log_reward FAIL_AFTER=3 fails eval "iteration 9: frail failed in state" "$ranks" 2 \
        eval whole-0 --samples 2000
    FAIL_IN=observe fails sample "iteration 9: frail failed in state \([0-9]+\): $solver" "$ranks" 2 \
        sample whole-0 --samples 10
    FAIL_IN=log_reward fails trajectories "iteration 9: frail failed in state \([0-9]+\): $solver" \
        "$ranks" 2 sample whole-0 --samples 10 --trajectories drawn.safetensors
    FAIL_IN=allowed fails plot "iteration 9: frail failed in state \([0-9]+\): $solver" "$ranks" 1 \
        plot whole-0 --out drawn.png
done
if [ "$MPI_NAME" != none ]; then
    FAIL_RANK=2 FAIL_IN=step fails sample "iteration 9: rank 2: frail failed in state" 3 2 \
        sample whole-0 --samples 10
    FAIL_RANK=1 FAIL_IN=state_at fails eval "iteration 9: rank 1: frail failed: $solver" 3 1 \
        eval whole-0
fi
[ ! -e drawn.safetensors ] && [ ! -e drawn.png ] || bad "a failure leaves a file"

export FAIL_IN=step FAIL_AFTER=150
fails sweep "(seed [0-9]+: )?iteration [0-9]+: frail failed in state .* is saved" 0 1 "${job[@]}" \
    --seeds 0-2 --out sweep
unset FAIL_IN FAIL_AFTER
passes --resume sweep --quiet --threads 1
for file in histogram.npy metrics.jsonl; do
    [ -s sweep/seed-2/$file ] || bad "the sweep has not all seeds"
done
[ "$(summary sweep/seed-0 params_crc)" = "$(summary whole-0 params_crc)" ] ||
    bad "other bits of a seed"

while read -r function _; do
    [ "$function" != create ] && [ "$function" != describe ] || continue
    pattern="$function\(\): frail failed( in state \([0-9]+\))?: $solver"
    for after in 0 3000; do
        FAIL_IN=$function FAIL_AFTER=$after fails check-env "$pattern" 0 1 check-env ./frail.so
        [ "$function" != start ] || break # it is called for a few states
    done
done <calls-0.0
for function in create describe; do
    FAIL_IN=$function WITHOUT_STATE=1 fails check-env "frail failed: call 0 of the solver: no licence\$" \
        0 1 check-env ./frail.so
done

# A small space has a table, made before training.
for function in allowed step allowed_back log_reward observe number state_at; do
    FAIL_IN=$function fails table "frail failed( in state \([0-9]+\))?: $solver" 0 2 "${job[@]}" \
        --items 8 --out table
done
[ ! -e table ] || bad "a table that cannot be made leaves a run"

# ---- log-rewards that are no numbers

export NAN_AT=0 NAN_VALUE
for NAN_VALUE in nan inf; do
    said="frail: expected a finite log R of the object \(0\), found -?$NAN_VALUE \(hint: "
    for ranks in "${splits[@]}"; do
        fails nan "iteration 0: (rank [0-9]+: )?$said.*; iteration 0 is saved \(hint: " "$ranks" 2 \
            "${job[@]}" --eval-every 0 --out "$NAN_VALUE-$ranks"
        NAN_AT=77 fails nan "iteration 9: ${said/(0/(77}" "$ranks" 2 eval whole-0
        fails nan "iteration 9: (rank [0-9]+: )?$said" "$ranks" 2 sample whole-0 --samples 100 \
            --trajectories drawn.safetensors
    done
    fails nan "$said" 0 2 "${job[@]}" --items 8 --out table
    fails nan "iteration 0: $said" 0 2 "${job[@]}" --backward uniform --replay none \
        --objective fl-db --out flow
    rm -r flow
    fails nan "iteration 9: $said" 0 1 plot whole-0 --out drawn.png
    fails nan 'frail breaks a rule: log-rewards are finite; in state \(0\): ' 0 1 check-env ./frail.so
done
NAN_VALUE=-inf fails nan 'iteration 0: trajectory [0-9]+ of tb to the object \(0\) of frail: loss inf .*; iteration 0 is saved' \
    0 2 "${job[@]}" --eval-every 0 --out minus
unset NAN_AT NAN_VALUE
passes --resume minus --quiet --threads 1
[ "$(summary minus params_crc)" = "$(summary whole-0 params_crc)" ] ||
    bad "other parameters after log-rewards that are no numbers"

# ---- a program that the environment runs, and that ends early

cat >pipe.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#define gfn_env_plugin knapsack_plugin
#include "knapsack.c"
#undef gfn_env_plugin
extern GFN_API const gfn_env_ops gfn_env_plugin;
static void ask(const void *world, size_t n, const int32_t *state, double *log_reward)
{
    FILE *solver = popen("exit 3", "w");
    usleep(100000);
    for (size_t i = 0; solver && i < n; i++)
        fprintf(solver, "%d\n", state[i]);
    if (solver == NULL || fflush(solver) != 0)
        gfn_env_fail(world, state, "the solver ended early: %s", strerror(errno));
    if (solver)
        pclose(solver);
}
const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "pipe", .summary = "asks a program",
    .options = options, .create = create, .destroy = free, .describe = describe, .start = start,
    .allowed = allowed, .step = step, .back_action = same_item,
    .allowed_back = allowed_back, .step_back = step_back, .forward_action = same_item,
    .log_reward = ask, .observe = observe, .number = number, .state_at = state_at};
END
CPPFLAGS="$CPPFLAGS -D_GNU_SOURCE -I$top_srcdir/tests/external" plugin pipe pipe.c
fails pipe 'iteration 0: pipe failed in state \([0-9]+\): the solver ended early: Broken pipe; ' 0 1 \
    --env ./pipe.so --items 13 --batch-size 60 --eval-every 0 --quiet --out pipe
fails pipe 'log_reward\(\): pipe failed in state \(0\): the solver ended early: Broken pipe$' 0 1 \
    check-env ./pipe.so

# ---- the example of the document

sed -n '/^static void log_reward(const void \*world/,/^}/p' "$top_srcdir/src/doc/environments.md" \
    >example.c
[ "$(wc -l <example.c)" -gt 8 ] || bad "environments.md has no example of gfn_env_fail()"
sed -e '/^static void log_reward(/,/^}/{/^}/r example.c' -e 'd}' \
    "$top_srcdir/tests/external/knapsack.c" >with-example.c
cat >library.h <<'END'
#include <string.h>
static int dock_energy(int molecule, double *energy)
{
    *energy = molecule % 7;
    return molecule % 5 == 4 ? 13 : 0;
}
static const char *dock_error_text(int error)
{
    return error == 13 ? "no licence" : "unknown";
}
END
CPPFLAGS="$CPPFLAGS -include ./library.h" plugin example with-example.c
fails example 'log_reward\(\): knapsack failed in state \([0-9]+\): dock: no licence$' 0 1 \
    check-env ./example.so
exit $failed
