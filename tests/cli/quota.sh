#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A CPU quota of control groups limits the cores that threads are counted for, and the layout line
# says so; what the user asks for still wins. In a name space of its own for mounts, the test lays
# a folder with the files of both versions over each tree of control groups.
. "$top_srcdir/tests/cli/common.sh"
unset OMP_NUM_THREADS

if [ "${1-}" != inside ]; then
    for way in "unshare --mount" "unshare --map-root-user --mount"; do
        $way true 2>/dev/null && exec $way bash "$top_srcdir/tests/cli/quota.sh" inside
    done
    echo "no name space for mounts"
    exit 77
fi

# Lay a folder over each tree, in which the path of this process is not found, only the top.
mkdir tree
points=$(awk '$0 ~ / - cgroup2? / { print $5 }' /proc/self/mountinfo)
[ -n "$points" ] && ! grep -q '/\.\.' /proc/self/cgroup || { echo "no control groups" && exit 77; }
for point in $points; do
    mount --bind tree "$point" || { echo "nothing can be mounted" && exit 77; }
done

# quota MICROSECONDS: per 100 ms; max: none.
quota() {
    echo "$1 100000" >tree/cpu.max
    echo "${1/max/-1}" >tree/cpu.cfs_quota_us
    echo 100000 >tree/cpu.cfs_period_us
}

# lays_out PATTERN COMMAND...: the layout that the program prints, which COMMAND starts.
runs=0
lays_out() {
    local pattern=$1
    shift
    "$@" --size 4 --hidden 4 --iterations 2 --samples 0 --picture no --out "run$((++runs))" \
        >out 2>err || bad "$*: exit $?: $(cat err)"
    head -n 1 err | grep -qE "$pattern" || bad "$*: expected $pattern, found $(head -n 1 err)"
}

cores=$(nproc) half="1 core" s=''
[ "$cores" -eq 1 ] || half="1 core of $cores \\(control group's quota\\)" s=s
quota max
lays_out "^1 rank x [0-9]+ threads? on 1 host, $cores core$s\$" "$GFN_DIST"
has_threads=$(grep -c "^1 rank x $cores thread$s " err)
[ "$cores" -eq 1 ] || ! grep -q 'x 1 thread ' err || has_threads=0
quota 50000
lays_out "^1 rank x 1 thread on 1 host, $half\$" "$GFN_DIST"
[ "$MPI_NAME" = none ] ||
    lays_out "^2 ranks x 1 thread on 1 host, $half\$" "$NP_RUN" --ranks 2 -- "$GFN_DIST"
if [ "$has_threads" -eq 1 ]; then
    lays_out "^1 rank x 2 threads on 1 host, $half\$" "$GFN_DIST" --threads 2
    lays_out "^1 rank x 2 threads on 1 host, $half\$" env OMP_NUM_THREADS=2 "$GFN_DIST"
fi
if [ "$cores" -ge 2 ]; then # 1.5 cores are worth two threads, or one of each of two ranks
    quota 150000
    lays_out "^1 rank x $((has_threads ? 2 : 1)) threads? on 1 host, 2 cores" "$GFN_DIST"
fi
exit $failed
