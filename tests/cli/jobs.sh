# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: MIT
#
# For tests that disturb runs, which source it: jobs in the background, their processes, and what
# they leave behind.
. "$top_srcdir/tests/cli/common.sh"
ulimit -c 0
# What a killed launcher leaves behind goes with TMPDIR.
export OMPI_MCA_btl_vader_backing_directory=$TMPDIR
mark=GFN_TEST_$$
# Bash does not report children that end of signals with a trap, even where none can be set.
# shellcheck disable=SC2173
trap : KILL SEGV ABRT BUS
trap end_all EXIT
trap 'exit 143' TERM HUP INT

# ---- jobs

# start RANKS ARGUMENT...: in the background, its messages in `log`; 0 ranks: without a launcher.
# `before` stands in front of the program, once.
before=()
start() {
    local launch=()
    [ "$1" -eq 0 ] || launch=("$NP_RUN" --timeout 0 --ranks "$1" --)
    ranks=$1
    shift
    what="$ranks ranks, $*"
    # A job in the background ignores SIGINT, and so would the program.
    env --default-signal=INT "$mark=1" "${launch[@]}" "${before[@]}" "$GFN_DIST" --quiet "$@" </dev/null >log 2>&1 &
    launcher=$! before=()
}

all_with() { grep -lsz "$@" | sed 's/[^0-9]//g'; }

# The processes of the job; rank R's.
processes() { all_with "^$mark=1" /proc/[0-9]*/environ; }
rank() {
    if [ "$ranks" -eq 0 ]; then
        echo "$launcher"
    else
        processes | sed 's|.*|/proc/&/environ|' |
            xargs -r grep -lszE "^(OMPI_COMM_WORLD_RANK|PMI_RANK)=$1\$" | sed 's/[^0-9]//g'
    fi
}

is_running() { kill -0 "$launcher" 2>/dev/null; }
has_ended() { ! is_running; }
are_gone() { [ -z "$(processes)" ]; }
end_all() { processes | xargs -r kill -KILL 2>/dev/null; }

# send SIGNAL WHOM...: to the launcher or to ranks by number.
send() {
    local signal=$1 whom whose=()
    shift
    for whom in "$@"; do
        [ "$whom" = launcher ] && whose+=("$launcher") || whose+=("$(rank "$whom")")
    done
    kill "-$signal" "${whose[@]}" || bad "$what: cannot send SIG$signal to $*: $(cat log)"
}

# ends STATUS SECONDS: the job ends in time with a status that matches the pattern, and all its
# processes with it.
ends() {
    local pattern=$1
    if ! wait_for "$2" has_ended; then
        bad "$what: still there after $2 s"
        processes | xargs -r ps -o pid,stat,wchan:20,args -p
        end_all
    fi
    wait "$launcher" 2>/dev/null
    status=$?
    # shellcheck disable=SC2254
    case $status in
    $pattern) ;;
    *) bad "$what: exit $status, expected $pattern: $(cat log)" ;;
    esac
    wait_for 60 are_gone || bad "$what: processes are left: $(processes)"
    end_all
}

# says PATTERN: one message of the program and nothing else of its, which matches.
says() {
    if [ "$(grep -c '^gfn-dist: ' log)" -ne 1 ] || ! grep -qE "^gfn-dist: .*($1)" log; then
        bad "$what: expected one message with $1: $(cat log)"
    fi
}

# ---- run directories

lines() { wc -l 2>/dev/null <"$1/metrics.jsonl" || echo 0; }
has_lines() { [ "$(lines "$1")" -ge "$2" ] || has_ended; }

# until_trained DIRECTORY [LINES [SECONDS]]: so many are logged, and the job goes on.
until_trained() {
    wait_for "${3-100}" has_lines "$1" "${2-5}" && is_running ||
        bad "$what: no progress: $(cat log)"
}

# The iteration of the checkpoint.
saved() {
    head -c 20000 "$1/checkpoint.safetensors" 2>/dev/null | grep -aoE '"iteration":"[0-9]+"' |
        grep -oE '[0-9]+'
}

has_saved() { [ -n "$(saved "$1")" ]; }
until_saved() {
    wait_for 100 has_saved "$1" && is_running || bad "$what: no checkpoint: $(cat log)"
}

# goes_on DIRECTORY RANKS OPTION...: resumed to 40 iterations more than are saved, a run of the
# options has the bits of one that was never disturbed.
goes_on() {
    local run=$1 on=$2 end
    shift 2
    end=$(saved "$run")
    end=$((${end:-0} + 40))
    [ "$MPI_NAME" != none ] || on=0
    start "$on" --resume "$run" --iterations "$end"
    ends 0 100
    start 0 --out "$run-whole" --threads 1 "$@" --iterations "$end"
    ends 0 100
    bits "$run-whole" >whole.bits
    bits "$run" >"parts.bits"
    cmp whole.bits parts.bits || bad "$run: other bits than a run of $end iterations, $*"
    [ "$(wc -l <whole.bits)" -gt 3 ] || bad "$run: nothing was compared"
    rm -rf "$run" "$run-whole"
}
