#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The program detects where its output goes: to a terminal, a file or a pipe, directly or through a
# launcher. script(1) is the terminal.
# (tests/unit/ui/terminal.c: the lines, the colors and their width in each case)
. "$top_srcdir/tests/cli/common.sh"
unset NO_COLOR COLORTERM
export TERM=xterm-256color

escape=$'\033' return=$'\r'
# on_terminal COLUMNS ARGUMENT...: `seen` is what a terminal of that width shows.
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
tr '\r' '\n' <seen | grep -qE '^[0-9]+/.*  evaluating *$' || bad "no evaluating on a terminal: $(cat -A seen)"
grep -qE '[0-9][hmsd] left ' seen || bad "the time left has no name: $(cat -A seen)"
! grep -qE " left$return?\$" seen || bad "lines stay on a terminal: $(cat -A seen)"

in_files "${long[@]}" --time-limit 3
! grep -q "$return" err || bad "a line is rewritten in a file: $(cat -A err)"
[ "$(grep -cE '^[0-9]+/[0-9]+  loss .* left$' err)" -eq 1 ] || bad "lines that stay, in 3 s: $(cat err)"
grep -qE '^[0-9]+/[0-9]+  loss .*  evaluating$' err || bad "no evaluating in a file: $(cat err)"

# ---- a run that is stopped

on_terminal 80 timeout --foreground -s INT 2 "${long[@]}" --time-limit 60
grep -q "^stopping, and saving; a second Ctrl-C " seen || bad "Ctrl-C is not answered: $(cat -A seen)"
grep -q '^  to continue: gfn-dist --resume run' seen || bad "nothing says how to continue: $(cat -A seen)"
on_terminal 80 timeout --foreground -s INT 2 "${long[@]}" --time-limit 60 --quiet
! grep -q '[^[:space:]]' seen || bad "Ctrl-C and --quiet: $(cat -A seen)"
[ -s run/checkpoint.safetensors ] || bad "Ctrl-C and --quiet: not saved"

# ---- behind a launcher: the terminal is the one that the launcher writes to

launched() { on_terminal 80 "$NP_RUN" --ranks 2 -- "$@"; }
if [ "$MPI_NAME" = openmpi ]; then
    launched "${long[@]}" --samples 10
    is_rewritten seen || bad "mpirun: no live line on a terminal: $(cat -A seen)"
    ! grep -q evaluating seen || bad "mpirun: left to be erased after the report: $(cat -A seen)"
    has_color seen || bad "mpirun: no colors on a terminal: $(cat -A seen)"
    on_terminal 50 "$NP_RUN" --ranks 2 -- "${long[@]}"
    ! tr '\r' '\n' <seen | grep -qE '^[0-9]+/[0-9 ].{48}' ||
        bad "mpirun: live lines are wider than the terminal: $(cat -A seen)"
    launched "${long[@]}" --time-limit 3 '2>err'
    ! grep -q "$return" err || bad "mpirun: a line is rewritten in a file: $(cat -A err)"
    grep -qE '^[0-9]+/[0-9]+  loss .* left' err || bad "mpirun: no lines in a file: $(cat err)"
    launched "${long[@]}" '2>&1 | cat >err'
    ! is_rewritten err || bad "mpirun: a line is rewritten in a pipe: $(cat -A err)"
    launched bash -c "'${long[*]} --samples 10 2>&1 | cat'"
    ! is_rewritten seen && ! has_color seen || bad "a pipe behind mpirun: $(cat -A seen)"
elif [ "$MPI_NAME" != none ]; then
    launched "${long[@]}" --samples 10
    ! is_rewritten seen && ! has_color seen || bad "$MPI_NAME cannot be trusted: $(cat -A seen)"
fi

# ---- colors

short=("$GFN_DIST" --size 8 --iterations 3 --samples 1000 --quiet --out trained)
"${short[@]}" || bad "cannot train"
eval=("$GFN_DIST" eval trained --samples 1000)
on_terminal 80 "${eval[@]}"
grep -q "$escape\[48;5;" seen || bad "no colors on a terminal: $(cat -A seen)"
"${eval[@]}" >out
! grep -q "$escape" out || bad "colors in a file: $(cat -A out)"
exit $failed
