#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Disks that fill up, folders that cannot be written any more or vanish: one message and exit status
# 1, the last checkpoint is good, and the run goes on to the same bits once there is room again.
# File systems of its own need root, or a system that lets users have namespaces.
if [ -z "${GFN_NAMESPACE-}" ]; then
    for namespace in 'unshare -m' 'unshare -rm'; do
        # shellcheck disable=SC2086
        if $namespace mount -t tmpfs none "$TMPDIR" 2>/dev/null; then
            GFN_NAMESPACE=yes exec $namespace bash "$0"
        fi
    done
fi
. "$top_srcdir/tests/cli/jobs.sh"

job=(--size 8 --batch-size 24 --hidden 16 --schedule constant --samples 500
    --log-every 10 --eval-every 70 --checkpoint-every 40)
for_ever=("${job[@]}" --iterations 1000000000)

# train RANKS DIRECTORY: until it has saved something.
train() {
    start "$1" --out "$2" "${for_ever[@]}"
    until_saved "$2"
}

# fails STATUS DIRECTORY PATTERN: with one message, and what was saved can be read.
fails() {
    ends "$1" 60
    says "$3"
    "$GFN_DIST" eval "$2" --samples 10 --quiet >out 2>&1 || bad "$what: damaged: $(cat out)"
    ! grep . out || bad "$what: the last checkpoint is not the best"
}

# Files that may not grow beyond 40 KB.
limit_files() {
    # shellcheck disable=SC2034
    before=(bash -c 'ulimit -f 40; exec "$@"' limit)
}
limit_files
start 0 --out long "${for_ever[@]}"
fails 1 long 'long/metrics.jsonl: cannot append: File too large \(hint: '
tail -c 1 long/metrics.jsonl | cmp - <(echo) || bad "$what: a line was torn"
goes_on long 0 "${job[@]}"

# A checkpoint that is too large from the beginning.
limit_files
start 0 --out large --size 8 --hidden 100,100 --checkpoint-every 1 --log-every 0 --eval-every 0
ends 1 60
says 'large/checkpoint.safetensors: cannot write: File too large \(hint: '
[ -z "$(ls large/*.tmp large/checkpoint* 2>/dev/null)" ] || bad "$what: it left $(ls large)"

# A run that moves away while it is at work.
moves() {
    train "$1" there
    mv there elsewhere
    ends 1 60
    says 'there(/[a-z.]+)?: .*\(hint: '
    [ ! -e there ] || bad "$what: it came back"
    goes_on elsewhere "$1" "${job[@]}"
}
moves 0
[ "$MPI_NAME" = none ] || moves 3

# A folder that may not be written any more: without a namespace by its mode, as users see it.
mkdir read-only
if [ -n "${GFN_NAMESPACE-}" ]; then
    mkdir view && mount --bind read-only view && mount -o remount,bind,ro view ||
        bad "cannot mount a folder"
    forbid() { mount --bind view read-only; }
    allow() { umount read-only; }
else
    forbid() { chmod a-w read-only read-only/run; }
    allow() { chmod u+w read-only read-only/run; }
fi
is_forbidden() {
    train "$1" read-only/run
    forbid || bad "$what: cannot make it read-only"
    fails 1 read-only/run 'read-only/run/[a-z.]+: cannot .*\(hint: '
    start "$1" --resume read-only/run
    ends 1 60
    says 'read-only/run/(.lock: cannot open|config.ini: cannot create) the file: .*\(hint: '
    start "$1" --out read-only/other
    ends 1 60
    says 'read-only/other: cannot make the folder: .*\(hint: '
    allow
    goes_on read-only/run "$1" "${job[@]}"
}
if [ -n "${GFN_NAMESPACE-}" ] || [ "$(id -u)" -ne 0 ]; then
    is_forbidden 0
    [ "$MPI_NAME" = none ] || is_forbidden 3
fi

# A disk that others fill.
is_full() {
    train "$1" disk/run
    cat /dev/zero >disk/other 2>/dev/null
    fails 1 disk/run 'disk/run/[a-z.]+: cannot .*: No space left on device \(hint: '
    [ -z "$(ls disk/run/*.tmp 2>/dev/null)" ] || bad "$what: it left $(ls disk/run)"
    start "$1" --resume disk/run
    ends 1 60
    says 'disk/run/[a-z.]+: cannot .*: No space left on device \(hint: '
    rm disk/other
    goes_on disk/run "$1" "${job[@]}"
}
if [ -n "${GFN_NAMESPACE-}" ]; then
    mkdir disk && mount -t tmpfs -o size=20m none disk || bad "cannot mount a file system"
    is_full 0
    [ "$MPI_NAME" = none ] || is_full 3
else
    echo "no file system of its own: a full disk was left out"
fi
exit $failed
