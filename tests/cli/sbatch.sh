#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What the job script does after each end of its launcher, with a launcher and a Slurm that only say
# what the case wants. (tests/cli/slurm.sh has the real ones.)
. "$top_srcdir/tests/cli/common.sh"

mkdir bin
export PATH=$TMPDIR/bin:$PATH
cat >bin/mpirun <<'END'
#!/usr/bin/env bash
echo "$*" >>launched
touch run/config.ini
if [ "$SIGNAL" = yes ]; then
    trap : USR1
    touch ready
    sleep 30 &
    wait $!
    kill $!
fi
[ "$SAVES" = no ] || echo "$$" >run/checkpoint.safetensors
exit "$STATUS"
END
cat >bin/scontrol <<'END'
#!/usr/bin/env bash
case $* in
'--oneliner show job 7') echo "JobId=7 JobState=$STATE Restarts=0 PreemptTime=$PREEMPTED" ;;
'requeue 7') echo requeued ;;
*) echo "scontrol $*: not expected" ;;
esac
END
chmod +x bin/*

# start NAME SIGNAL STATUS SAVES STATE PREEMPTED, in a folder of its own, which may hold a run.
start() (
    mkdir -p "$1/run"
    cd "$1" || exit
    rm -f ready
    export SIGNAL=$2 STATUS=$3 SAVES=$4 STATE=$5 PREEMPTED=$6
    export SLURM_JOB_ID=7 SLURM_JOB_NODELIST=node1 RUN=run GFN_DIST=program
    export LAUNCHER=mpirun
    unset SLURM_ARRAY_TASK_ID SLURM_RESTART_COUNT
    bash "$top_srcdir/scripts/gfn-dist.sbatch" --size 16 >out 2>&1 &
    if [ "$SIGNAL" = yes ]; then
        until [ -e ready ]; do sleep 0.05; done
        kill -USR1 $!
    fi
    wait $!
    echo "status $?" >>out
)

# says NAME LINE... : the last lines.
says() {
    local name=$1
    shift
    printf '%s\n' "$@" >"$name/expected"
    tail -n $# "$name/out" | cmp -s - "$name/expected" && return
    bad "$name: expected"$'\n'"$(cat "$name/expected")"$'\nfound\n'"$(cat "$name/out")"
}
said() { echo "gfn-dist.sbatch: job 7: $*"; }

# These take the ten seconds that a launcher has for its start.
start limit yes 3 yes RUNNING None &
start short yes 3 no RUNNING None &

start whole no 0 yes RUNNING None
says whole "$(said start 1 on node1, by mpirun: begins run)" "$(said "done")" 'status 0'
start whole no 0 no RUNNING None
says whole "$(said start 1 on node1, by mpirun: goes on in run)" "$(said "done")" 'status 0'
sed 's/.* program/program/' whole/launched >launched
printf 'program %s --size 16\n' '--out run' '--resume run' | cmp - launched || failed=1

start failed no 1 yes RUNNING None
says failed "$(said exit status 1, saved: back into the queue)" requeued 'status 1'
start failed no 1 no RUNNING None
says failed "$(said exit status 1 without anything new saved: not requeued)" 'status 1'
start usage no 2 yes RUNNING None
says usage "$(said wrong options: not requeued)" 'status 2'
start request no 3 yes RUNNING None
says request "$(said stopped on request: not requeued)" 'status 3'
start term no 1 yes RUNNING 2026-01-02T03:04:05
says term "$(said preempted: back into the queue)" requeued 'status 1'
start lost no 205 yes RUNNING None
says lost "$(said exit status 205, saved: back into the queue)" requeued 'status 205'
start loop no 205 no RUNNING None
says loop "$(said exit status 205 without anything new saved: not requeued)" 'status 205'
start grace no 205 no RUNNING 2026-01-02T03:04:05
says grace "$(said preempted: back into the queue)" requeued 'status 205'
start cancelled no 143 yes COMPLETING None
says cancelled "$(said ended by Slurm)" 'status 143'
start requeued no 3 yes PENDING 2026-01-02T03:04:05
says requeued "$(said ended by Slurm)" 'status 3'

wait
says limit "$(said SIGUSR1: stopping)" "$(said exit status 3, saved: back into the queue)" \
    requeued 'status 3'
says short "$(said SIGUSR1: stopping)" \
    "$(said exit status 3 without anything new saved: not requeued)" 'status 3'
exit $failed
