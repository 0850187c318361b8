# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# For tests that look at what runs leave behind, which source it.

# summary DIRECTORY NAME: a value.
summary() { sed -nE "s/^ *\"$2\": ([^,]*),?/\1/p" "$1/summary.json" | head -n 1; }

# What must be equal of a run: its parameters, its samples, its checkpoint to the byte, its metrics
# but for the clock's.
bits() {
    grep '"params_crc"' "$1/summary.json"
    cksum <"$1/histogram.npy"
    cksum <"$1/checkpoint.safetensors"
    sed -E 's/"(time_s|trajectories_per_s)":[^,}]*,?//g' "$1/metrics.jsonl"
}

# within SECONDS COMMAND...: until it succeeds; fails when it does not in time.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -le $end ] || return 1
        sleep 0.05
    done
}
