#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Threads that cannot be started, stacks that are too small or too large, and cores that others use:
# every command works with the threads that there are, says how many and why, and gives the same
# bits.
. "$top_srcdir/tests/cli/common.sh"
unset OMP_WAIT_POLICY OMP_STACKSIZE GOMP_STACKSIZE OMP_THREAD_LIMIT
job=(--size 8 --iterations 40 --samples 100 --picture no --progress never)
"$GFN_DIST" "${job[@]}" --threads 1 --out whole --quiet || bad "no run"
passes sample whole --samples 100 --threads 1
cp out whole.objects
passes eval whole --samples 100 --threads 1
cp out whole.eval
if ! OMP_THREAD_LIMIT=3 "$GFN_DIST" "${job[@]}" --threads 3 --out three 2>&1 | grep -q '3 threads'
then
    echo "this build has one thread"
    exit $failed
fi

# UCX, a library of MPI, may report on standard output that its own thread could not be started.
without_ucx() { grep -v ' UCX ' out; }

# told N REASON: of 4 threads.
told() {
    [ "$1" -eq 4 ] || [ "$(grep -cE "^$1 of 4 threads could be started: .*$2" err)" -eq 1 ] ||
        bad "$what: expected $1 threads and $2, found $(cat err)"
}

# with N REASON COMMAND...: under this command, train, sample, eval and a sweep get N threads of 4.
with() {
    local n=$1 reason=$2 what=${*:3}
    shift 2
    rm -rf run sweep
    "$@" "$GFN_DIST" "${job[@]}" --threads 4 --out run >out 2>err || bad "$what: exit $?: $(cat err)"
    told "$n" "$reason"
    grep -qE "^1 rank x $n threads? on " err || bad "$what: expected $n threads: $(cat err)"
    cmp <(bits run) <(bits whole) || bad "$what: other bits"
    "$@" "$GFN_DIST" sample whole --samples 100 --threads 4 >out 2>err || bad "$what: sample: $?"
    told "$n" "$reason"
    without_ucx | cmp - whole.objects || bad "$what: other samples"
    "$@" "$GFN_DIST" eval whole --samples 100 --threads 4 >out 2>err || bad "$what: eval: $?"
    told "$n" "$reason"
    without_ucx | cmp - whole.eval || bad "$what: another evaluation"
    "$@" "$GFN_DIST" "${job[@]}" --threads 4 --seeds 0-1 --out sweep >out 2>err ||
        bad "$what: sweep: $?: $(cat err)"
    told "$n" "$reason"
}

# ---- limits of OpenMP, and stacks

with 2 'OMP_THREAD_LIMIT' env OMP_THREAD_LIMIT=2
with 1 'OMP_THREAD_LIMIT' env OMP_THREAD_LIMIT=1
with 2 'a stack has 16 KiB and needs 256 .hint: unset OMP_STACKSIZE' env OMP_STACKSIZE=16k
with 2 'a stack has 64 KiB and needs 256 ' env GOMP_STACKSIZE=64
with 2 'a stack has 1048576000 KiB: ulimit -s, OMP_STACKSIZE' env OMP_STACKSIZE=1000G
with 4 '' env OMP_STACKSIZE=1M
with 4 '' bash -c 'ulimit -s unlimited; exec "$@"' -

case " $CFLAGS " in
*-fsanitize*) ;; # sanitizers need a stack of their own
*)
    with 2 'a stack has 128 KiB and needs 256 ' bash -c 'ulimit -S -s 128; exec "$@"' -
    with 2 'a stack has [0-9]* KiB: ulimit -s' bash -c 'ulimit -s 100000000000; exec "$@"' -
    for command in "${job[*]}" 'sample whole' 'eval whole' 'check-env hypergrid' 'list'; do
        # shellcheck disable=SC2086  # words
        (ulimit -s 100 && exec "$GFN_DIST" $command) >out 2>err
        [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] &&
            grep -q '^gfn-dist: stack: expected a limit of .*256 KiB, found 100 (hint: ulimit -s' err ||
            bad "a stack of 100 KiB: $command: $(head -n 3 err out)"
    done
    ;;
esac

# ---- threads that cannot be started

# shellcheck disable=SC2086  # flags are lists
$CC $CPPFLAGS -O1 -shared -fPIC "$top_srcdir/tests/cli/shim.c" -o shim.so -ldl || bad "no shim"
if LD_PRELOAD=$PWD/shim.so "$GFN_DIST" --version >/dev/null 2>log; then
    # One thread watches, one is the first that helps.
    for n in 0 1 2 3 4; do
        with "$((n > 1 ? n : 1))" 'Resource temporarily unavailable .hint: ulimit -u, pids.max' \
            env LD_PRELOAD="$PWD/shim.so" SHIM=pthread_create=11 SHIM_THREADS="$n"
        [ "$(grep -c '^gfn-dist: no watchdog on rank 0: cannot start a thread' err)" -eq \
            "$((n == 0))" ] || bad "$n threads: $(cat err)"
    done
fi

# ---- more ranks

if [ "$MPI_NAME" != none ]; then
    OMP_THREAD_LIMIT=2 "$NP_RUN" --ranks 2 -- "$GFN_DIST" "${job[@]}" --threads 4 --out ranks \
        >out 2>err || bad "two ranks: $(cat err)"
    [ "$(grep -cE '^4 of 8 threads could be started: ' err)" -eq 1 ] &&
        grep -q '^2 ranks x 2 threads on ' err || bad "two ranks: $(cat err)"
    cmp <(bits ranks) <(bits whole) || bad "two ranks: other bits"
fi

# ---- cores that others use

# compare COMMAND...: one, two and the automatic number of threads take about the same time.
compare() {
    local -A least=([1]=999999999 [2]=999999999 [0]=999999999)
    local threads begin milliseconds option
    for threads in 1 2 0 1 2 0 1 2 0; do
        option=()
        [ $threads -eq 0 ] || option=(--threads "$threads")
        rm -rf busy
        begin=${EPOCHREALTIME/./}
        taskset -c "$cores" "$GFN_DIST" "$@" "${option[@]}" >out 2>err || bad "$*: $(cat err)"
        milliseconds=$(((${EPOCHREALTIME/./} - begin) / 1000))
        [ $milliseconds -ge "${least[$threads]}" ] || least[$threads]=$milliseconds
    done
    echo "on busy cores: 1 thread ${least[1]} ms, 2 threads ${least[2]} ms, automatic" \
        "${least[0]} ms: $*"
    [ "${least[2]}" -le $((4 * least[1])) ] && [ "${least[0]}" -le $((4 * least[1])) ] || bad "$*"
}

read -ra of_process <<<"$(taskset -cp $$ | sed 's/.*: //;s/,/ /g' | awk '{
    for (i = 1; i <= NF; i++) {
        n = split($i, ends, "-")
        for (core = ends[1]; core <= ends[n]; core++)
            printf "%d ", core
    }
}')"
cores=${of_process[0]},${of_process[1]-}
if [ ${#of_process[@]} -gt 1 ]; then
    others=()
    trap 'kill "${others[@]}"' EXIT
    for core in "${of_process[0]}" "${of_process[1]}"; do
        taskset -c "$core" yes >/dev/null &
        others+=($!)
    done
    passes --size 12 --ndim 4 --hidden 32 --iterations 3 --samples 0 --quiet --out large
    compare eval large --samples 20000
    compare sample large --samples 50000 --out objects.npy
    compare --size 8 --iterations 1000 --picture no --quiet --samples 1000 --out busy
fi
exit $failed
