#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Variables that bind OpenMP threads, which modules of some sites set, change neither the number of
# threads nor the cores that they may use; a line says that they are ignored.
. "$top_srcdir/tests/cli/common.sh"
unset OMP_PROC_BIND OMP_PLACES GOMP_CPU_AFFINITY KMP_AFFINITY

# layout RUN: of a run just begun; and the cores that its threads may use.
job=(--size 8 --iterations 100000000 --time-limit 0.5 --samples 0 --picture no)
layout() {
    local run=$1 process
    shift
    "$@" "$GFN_DIST" "${job[@]}" --out "$run" >out 2>err &
    wait_for 20 grep -q 'rank' err
    wait_for 20 test -s "$run/config.ini"
    nap 0.2
    process=$(pgrep -P $! -f -- "--out $run" || echo $!)
    grep -h Cpus_allowed_list /proc/"${process%%$'\n'*}"/task/*/status 2>/dev/null | sort -u >cores
    wait $!
}
layout plain env
head -n 1 err >plain.layout && cp cores plain.cores
[ -s plain.cores ] || bad "no thread was seen"
n=0
for setting in OMP_PROC_BIND=true OMP_PROC_BIND=close OMP_PLACES=cores 'OMP_PLACES={0}' \
    GOMP_CPU_AFFINITY=0 KMP_AFFINITY=compact; do
    layout "run$((++n))" env "$setting"
    head -n 1 err | cmp - plain.layout || bad "$setting: $(head -n 1 err)"
    cmp cores plain.cores || bad "$setting: threads may use $(xargs <cores)"
    [ "$(grep -c "^${setting%%=*} is ignored: " err)" -eq 1 ] || bad "$setting: $(cat err)"
done
if [ "$MPI_NAME" != none ]; then
    for setting in NONE=1 OMP_PROC_BIND=true; do
        env "$setting" "$NP_RUN" --ranks 2 -- "$GFN_DIST" "${job[@]}" --threads 2 --out \
            "ranks-${setting%%=*}" >out 2>err || [ $? -eq 3 ] || true
        grep '^2 ranks' err >"${setting%%=*}.layout"
    done
    cmp NONE.layout OMP_PROC_BIND.layout || bad "ranks: $(cat ./*.layout)"
    [ "$(grep -c '^OMP_PROC_BIND is ignored: ' err)" -eq 1 ] || bad "ranks: $(cat err)"
fi
exit $failed
