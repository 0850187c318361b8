#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What people see: a line that is rewritten on a terminal, lines that stay elsewhere, colours where
# they are wanted, and nothing that is wider than the screen. script(1) is the terminal.
. "$top_srcdir/tests/cli/common.sh"
unset NO_COLOR COLORTERM
export TERM=xterm-256color

escape=$'\033' return=$'\r'
# on_terminal COLUMNS ARGUMENT...: what a terminal of that width gets, in `seen`.
on_terminal() {
    local columns=$1
    shift
    rm -rf run
    script -qec "stty cols $columns; $*" seen </dev/null >/dev/null
    sed -i -e '1{/^Script started/d}' -e '/^Script done/d' seen
}
in_files() {
    rm -rf run
    "$@" >out 2>err </dev/null
}
is_rewritten() { grep -q "${return}[0-9]*/[0-9]*  *loss " "$1"; }
has_color() { grep -q "$escape\[48;[25];" "$1"; }

long=("$GFN_DIST" --size 8 --iterations 1000000000 --time-limit 1 --samples 0 --out run)

# ---- the live line

on_terminal 80 "${long[@]}"
is_rewritten seen || bad "no live line on a terminal: $(cat -A seen)"
tr '\r' '\n' <seen | grep -qE '^[0-9]+/.*  evaluating *$' || bad "on a terminal likewise: $(cat -A seen)"
grep -qE '[0-9][hmsd] left ' seen || bad "the time left has no name: $(cat -A seen)"
! grep -qE " left$return?\$" seen || bad "lines stay on a terminal: $(cat -A seen)"
for columns in 200 60 40 9; do
    on_terminal $columns "${long[@]}"
    # The last but one of what is written over each other: the line goes by blanks.
    widest=$(tr '\r' '\n' <seen | sed -nE '/^[0-9]+\/[0-9 ]/p' |
        awk '{ n = length > n ? length : n } END { print n + 0 }')
    [ "$widest" -lt "$columns" ] && [ "$widest" -gt 0 ] ||
        bad "live lines of $widest columns on a terminal of $columns"
done
on_terminal 60 "${long[@]}" --iterations 123456789
tr '\r' '\n' <seen | grep -qE '^[0-9]+/123456789 .*[0-9][hmsd] left' ||
    bad "on a narrow terminal the time left goes: $(cat -A seen)"

in_files "${long[@]}" --time-limit 5
! grep -q "$return" err || bad "a line is rewritten in a file: $(cat -A err)"
lines=$(grep -cE '^[0-9]+/[0-9]+  loss .* left$' err)
[ "$lines" -ge 1 ] && [ "$lines" -le 2 ] || bad "lines that stay, in 5 s: $(cat err)"
grep -qE '^[0-9]+/[0-9]+  loss .*  evaluating$' err || bad "nothing says what takes its time: $(cat err)"
in_files "${long[@]}" --iterations 3
! grep -qE '^[0-9]+/' err || bad "a line of so short a run: $(cat err)"
in_files "${long[@]}" --progress always
is_rewritten err || bad "--progress always: $(cat -A err)"
on_terminal 80 "${long[@]}" --progress never
! grep -qE '^[^a-z]*[0-9]+/[0-9]+ |traj/s| left' seen || bad "--progress never: $(cat -A seen)"
on_terminal 80 "${long[@]}" --quiet
! grep -q '[^[:space:]]' seen || bad "--quiet: $(cat -A seen)"
for term in dumb ''; do
    TERM=$term on_terminal 80 "${long[@]}"
    ! is_rewritten seen || bad "TERM=$term: $(cat -A seen)"
done

# ---- a run that is stopped

on_terminal 80 timeout --foreground -s INT 2 "${long[@]}" --time-limit 60
grep -q "^stopping, and saving; a second Ctrl-C " seen || bad "Ctrl-C is not answered: $(cat -A seen)"
grep -q '^  gfn-dist --resume run goes on' seen || bad "nothing says how to go on: $(cat -A seen)"
on_terminal 80 timeout --foreground -s INT 2 "${long[@]}" --time-limit 60 --quiet
! grep -q '[^[:space:]]' seen || bad "Ctrl-C and --quiet: $(cat -A seen)"
[ -s run/checkpoint.safetensors ] || bad "Ctrl-C and --quiet: not saved"
in_files timeout --foreground -s INT 2 "${long[@]}" --time-limit 60
! grep -q 'Ctrl-C' out err || bad "Ctrl-C without a terminal: $(cat err)"
grep -q '^  gfn-dist --resume run goes on$' out || bad "nothing says how to go on: $(cat out)"
in_files "$GFN_DIST" --size 4 --iterations 3 --out run
! grep -q 'goes on' out || bad "a run that is done goes on: $(cat out)"

# Behind a launcher there is a terminal only where the launcher has one that it shows.
launched() { on_terminal 80 "$NP_RUN" --ranks 2 -- "$@"; }
if [ "$MPI_NAME" = openmpi ]; then
    launched "${long[@]}" --samples 10
    is_rewritten seen || bad "mpirun: no live line on a terminal: $(cat -A seen)"
    ! grep -q evaluating seen || bad "mpirun: left to be erased after the report: $(cat -A seen)"
    has_color seen || bad "mpirun: no colours on a terminal: $(cat -A seen)"
    on_terminal 50 "$NP_RUN" --ranks 2 -- "${long[@]}"
    ! tr '\r' '\n' <seen | grep -qE '^[0-9]+/[0-9 ].{48}' ||
        bad "mpirun: live lines are wider than the terminal: $(cat -A seen)"
    launched "${long[@]}" --time-limit 3 '2>err'
    ! grep -q "$return" err || bad "mpirun: a line is rewritten in a file: $(cat -A err)"
    grep -qE '^[0-9]+/[0-9]+  loss .* left' err || bad "mpirun: no lines in a file: $(cat err)"
    launched "${long[@]}" --time-limit 3 '2>&1 | cat >err'
    ! is_rewritten err || bad "mpirun: a line is rewritten in a pipe: $(cat -A err)"
    launched bash -c "'${long[*]} --samples 10 2>&1 | cat'"
    ! is_rewritten seen && ! has_color seen || bad "a pipe behind mpirun: $(cat -A seen)"
elif [ "$MPI_NAME" != none ]; then
    launched "${long[@]}" --samples 10
    ! is_rewritten seen && ! has_color seen || bad "$MPI_NAME cannot be trusted: $(cat -A seen)"
fi

# ---- colours

short=("$GFN_DIST" --size 8 --iterations 3 --samples 1000 --quiet --out trained)
"${short[@]}" || bad "cannot train"
eval=("$GFN_DIST" eval trained --samples 1000)
on_terminal 80 "${eval[@]}"
grep -q "$escape\[48;5;" seen || bad "no colours on a terminal: $(cat -A seen)"
COLORTERM=truecolor on_terminal 80 "${eval[@]}"
grep -q "$escape\[48;2;68;1;84m" seen || bad "COLORTERM=truecolor: $(cat -A seen)"
! grep -q "$escape\[48;5;" seen || bad "COLORTERM=truecolor has other colours: $(cat -A seen)"
NO_COLOR='' on_terminal 80 "${eval[@]}"
has_color seen || bad "NO_COLOR is empty: $(cat -A seen)"
for term in dumb ''; do
    TERM=$term on_terminal 80 "${eval[@]}"
    grep -q 'y down' seen || bad "TERM=$term: no map: $(cat -A seen)"
    ! has_color seen || bad "TERM=$term has colours: $(cat -A seen)"
done
NO_COLOR=1 on_terminal 80 "${eval[@]}"
! grep -q "$escape" seen || bad "NO_COLOR=1: $(cat -A seen)"
on_terminal 80 "${eval[@]}" --color never
! grep -q "$escape" seen || bad "--color never: $(cat -A seen)"
"${eval[@]}" >out
! grep -q "$escape" out || bad "colours in a file: $(cat -A out)"
NO_COLOR=1 COLORTERM=24bit "${eval[@]}" --color always | cat >out
has_color out || bad "--color always: $(cat -A out)"
# The scale goes from viridis' first colour to its last one.
bar=$(grep 'y down' out | grep -oE '48;2;[0-9;]+m' | sed -n '1p;$p' | xargs)
[ "$bar" = '48;2;68;1;84m 48;2;253;231;37m' ] || bad "the scale: $bar"

# ---- the size of the map

strip() { sed "s/$escape\[[0-9;]*m//g" "$1" | sed -n '/^  samples  *target/,$p'; }
for size in 2 3 4 18 19 20 37 39 77 1000; do
    rm -rf run
    "$GFN_DIST" --size $size --encoding khot --iterations 1 --samples 100 --eval-every 0 --out run \
        >plain 2>/dev/null || bad "size $size fails"
    "$GFN_DIST" eval run --samples 100 --color always >color || bad "size $size: eval fails"
    k=$(((size + 18) / 19))
    bins=$(((size + k - 1) / k))
    left=$((bins * 2 > 7 ? bins * 2 : 7))
    for kind in plain color; do
        strip $kind >map
        widest=$(awk '{ n = length > n ? length : n } END { print n + 0 }' map)
        [ "$widest" -le 80 ] || bad "size $size, $kind: $widest columns: $(cat map)"
        rows=$(sed -e '1d' -e '/y down/,$d' map | awk -v n=$((2 + left + 2 + 2 * bins)) 'length == n' | wc -l)
        [ "$rows" -eq "$bins" ] || bad "size $size, $kind: $rows rows of $bins: $(cat map)"
        [ "$(sed -n 1p map)" = "$(printf '  %-*s  target' "$left" samples)" ] ||
            bad "size $size, $kind: $(sed -n 1p map)"
    done
done
on_terminal 60 "${eval[@]}"
strip seen | tr -d '\r' >map
[ -s map ] && [ "$(awk 'length > 60' map)" = '' ] || bad "a terminal of 60 columns: $(cat map)"
exit $failed
