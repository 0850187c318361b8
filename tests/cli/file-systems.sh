#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# File systems without symbolic links, without synchronized folders, without locks: a run is not stopped by what it
# can do without. One notice says what is missing.
. "$top_srcdir/tests/cli/common.sh"

# shellcheck disable=SC2086  # flags are lists
$CC $CPPFLAGS -O1 -shared -fPIC "$top_srcdir/tests/cli/shim.c" -o shim.so -ldl || bad "no shim"
if ! LD_PRELOAD=$PWD/shim.so "$GFN_DIST" --version >/dev/null 2>log; then
    echo "a preloaded library does not go with this build: $(head -n 1 log)"
    exit 77
fi
job=(--size 4 --iterations 3 --samples 10 --schedule constant --quiet)

# with WORDS NOTICE ARGUMENT...: with these failures the command succeeds, and prints one line that
# matches the notice.
with() {
    local shim=$1 notice=$2
    shift 2
    SHIM=$shim LD_PRELOAD=$PWD/shim.so timeout 60 "$GFN_DIST" "$@" >out 2>err </dev/null ||
        bad "with $shim, gfn-dist $*: exit $?: $(cat err)"
    [ "$(wc -l <err)" -eq 1 ] && grep -qE "$notice" err ||
        bad "with $shim, gfn-dist $*: expected one line of $notice, found $(cat err)"
}
# complete N: so many runs in runs/ are complete, and nothing else is there.
complete() {
    [ "$(grep -l '"complete": true' runs/*/summary.json 2>/dev/null | wc -l)" -eq "$1" ] &&
        [ "$(find runs -mindepth 1 -maxdepth 1 -name 'hypergrid-*' | wc -l)" -eq "$1" ] &&
        [ -z "$(find runs -name '*.tmp')" ] || bad "$1 runs must be complete: $(ls -R runs)"
}

# runs/latest: EPERM, ENOSYS and EOPNOTSUPP of file systems without links, a link of another user.
for shim in symlink=1 symlink=38 symlink=95 rename_link=1; do
    with $shim '^runs/latest: cannot make the link' "${job[@]}"
    complete 1
    [ ! -e runs/latest ] || bad "$shim: there is runs/latest"
    rm -r runs
    with $shim '^runs/latest: cannot make the link' "${job[@]}" --seeds 0-2
    [ "$(summary "runs/$(ls runs)/seed-2" complete)" = true ] || bad "$shim: the sweep is not complete"
    rm -r runs
done
for latest in 'mkdir runs/latest' 'touch runs/latest'; do
    mkdir runs && $latest
    with none=1 '^runs/latest: expected a symbolic link, found a fi?o?l?d?e?r?' "${job[@]}"
    complete 1
    [ -e runs/latest ] && [ ! -L runs/latest ] || bad "$latest: not kept"
    rm -r runs
done

# Folders that cannot be synchronized: EOPNOTSUPP, ENOSYS, EACCES, EIO; or that cannot be opened.
n=0
for shim in fsync_folder=95 fsync_folder=38 fsync_folder=13 fsync_folder=5 open_folder=13; do
    run=run$((++n))
    with $shim 'cannot write the folder to the disk' "${job[@]}" --out $run
    [ "$(summary $run complete)" = true ] || bad "$shim: not complete"
    SHIM=$shim LD_PRELOAD=$PWD/shim.so "$GFN_DIST" --resume $run --iterations 6 --quiet 2>err ||
        bad "$shim: resume: $(cat err)"
    grep -q 'cannot write the folder to the disk' err || bad "$shim: resume: $(cat err)"
    SHIM=$shim LD_PRELOAD=$PWD/shim.so "$GFN_DIST" sample $run --out $run.npy >out 2>err ||
        bad "$shim: sample: $(cat err)"
    passes sample $run --out whole.npy
    cmp whole.npy $run.npy || bad "$shim: other samples"
done

# No locks: ENOSYS, ENOLCK, EOPNOTSUPP. Two jobs write one run; it is resumed with the lines of one.
for shim in flock=38 flock=37 flock=95; do
    run=run$((++n))
    with $shim 'cannot lock the file.*see that no other job' "${job[@]}" --out $run
    [ "$(summary $run complete)" = true ] || bad "$shim: not complete"
done

# Files with another inode number at each look: nothing is refused, and no temporary file stays.
for shim in number=1 number=2 number=2,flock=37; do
    run=run$((++n))
    SHIM=$shim LD_PRELOAD=$PWD/shim.so "$GFN_DIST" "${job[@]}" --out $run 2>err &&
        SHIM=$shim LD_PRELOAD=$PWD/shim.so "$GFN_DIST" --resume $run --iterations 6 --quiet 2>err ||
        bad "$shim: $(cat err)"
    SHIM=$shim LD_PRELOAD=$PWD/shim.so "$GFN_DIST" sample $run --out $run.npy >out 2>err ||
        bad "$shim: sample: $(cat err)"
    [ "$(summary $run complete)" = true ] || bad "$shim: not complete"
    [ -z "$(find . -name '*.tmp')" ] || bad "$shim: $(find . -name '*.tmp') stays"
done

# What two jobs leave that began with the same checkpoint: their lines in turn, of one a torn one.
"$GFN_DIST" "${job[@]}" --iterations 60 --log-every 5 --out two || bad "no run"
cp two/metrics.jsonl one
sed -n 'p;p' one | sed -n '1,3p;2,40p' >two/metrics.jsonl
echo '{"iteration":' >>two/metrics.jsonl
tail -n 4 one >>two/metrics.jsonl
cp two/metrics.jsonl both
"$GFN_DIST" --resume two --iterations 60 --quiet 2>err || bad "lines of two jobs: $(cat err)"
grep -q 'metrics.jsonl: [0-9]* lines are dropped' err || bad "lines of two jobs: $(cat err)"
cmp one two/metrics.jsonl || bad "lines of two jobs are not those of one"
cmp both two/metrics.damaged.jsonl || bad "the old file is not kept"

# A reader may lock files of a run; who locks the run itself keeps others out, with exit status 1.
"$GFN_DIST" "${job[@]}" --out read
flock -s read/metrics.jsonl "$GFN_DIST" --resume read --iterations 6 --quiet 2>err ||
    bad "with a reader that locks: $(cat err)"
flock read/.lock "$GFN_DIST" --resume read --iterations 9 --quiet 2>err
[ $? -eq 1 ] && grep -q 'another one is writing it (hint:' err || bad "a locked run: $(cat err)"
exit $failed
