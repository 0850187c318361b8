#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A run of version 0.1.0 (tests/golden/run-0.1.0) is evaluated, sampled from and resumed, to the
# bits that 0.1.0 had; checkpoints of older and newer formats are refused, and nothing is lost.
. "$top_srcdir/tests/cli/common.sh"

golden=$top_srcdir/tests/golden/run-0.1.0
export GFN_KERNELS=plain

# Processors that fuse multiplication and addition, and flags that allow it, round differently.
has_same_rounding() {
    # shellcheck disable=SC2086  # flags are lists
    $CC $CPPFLAGS $CFLAGS -dM -E -x c /dev/null >macros &&
        grep -q '__x86_64__' macros && ! grep -qE '__FMA__|__FAST_MATH__' macros
}

# renew DIRECTORY: the run as 0.1.0 left it when it was killed after its first checkpoint.
renew() {
    rm -rf "$1"
    mkdir "$1" && cp "$golden"/{config.ini,metrics.jsonl,checkpoint.safetensors} "$1" &&
        chmod -R u+w "$1" || bad "cannot copy $golden"
}

# text FILE NAME: a text of a checkpoint's metadata.
text() { grep -aoE "\"$2\":\"[^\"]*\"" "$1" | head -n 1; }

# Metrics without times, sorted, to 6 digits: 0.1.0 computed them with probabilities in float.
metrics() {
    local line
    sed -E 's/"(time_s|trajectories_per_s)":[^,}]*//g; s/(\.[0-9]{6})[0-9]+/\1/g' "$1" |
        while read -r line; do tr ',{}' '\n' <<<"$line" | sort | paste -sd ' '; done
}

# ---- a run of 0.1.0

renew run
shows 'checkpoint of iteration 10, params_crc [0-9a-f]{8}$' eval run --samples 100
shows 'exact +L1 1.34 +TV 0.669 +JSD 0.317 +KL 1.84$' eval run --samples 100
passes --resume run --quiet --threads 1 --top 0
[ "$(summary run iteration)" -eq 20 ] || bad "it ends at iteration $(summary run iteration)"
# log Z started at 0, for which there was no option.
[ "$(text run/checkpoint.safetensors config.log-z-init)" = '"config.log-z-init":"0"' ] ||
    bad "the start of log Z: $(text run/checkpoint.safetensors config.log-z-init)"
passes sample run --samples 20
mv out samples
passes eval run --samples 100
crc=$(grep -oE 'params_crc.*' out)

if has_same_rounding; then
    [ "$crc" = "params_crc $(text "$golden/end.safetensors" params_crc | cut -d '"' -f 4)" ] ||
        bad "other parameters: $crc"
    # Parameters, moments, modes and the replay buffer.
    [ "$(text run/checkpoint.safetensors data_crc32)" = \
        "$(text "$golden/end.safetensors" data_crc32)" ] || bad "other tensors"
    cmp "$golden/histogram.npy" run/histogram.npy || bad "other final samples"
    cmp "$golden/samples.txt" samples || bad "other samples"
    diff <(metrics "$golden/metrics.jsonl") <(metrics run/metrics.jsonl) || bad "other metrics"
else
    echo "this build rounds in a different way: bits were not compared"
fi

# ---- other formats

# format DIRECTORY NUMBER: the checkpoint says that it has this format.
format() {
    LC_ALL=C sed -i "s/\"gfn-dist checkpoint [0-9]\"/\"gfn-dist checkpoint $2\"/" \
        "$1/checkpoint.safetensors"
    grep -aq "\"gfn-dist checkpoint $2\"" "$1/checkpoint.safetensors" || bad "format $2: not set"
}

# It is not damaged, so the one before is not taken instead.
renew other
cp other/checkpoint.safetensors other/checkpoint.prev.safetensors
: >other/.lock # what 0.1.0 did not have, and a resume makes before it reads
for number in 1 3; do
    format other "$number"
    message="^gfn-dist: other/checkpoint.safetensors: expected the format \"gfn-dist checkpoint 2\""
    message+=", found \"gfn-dist checkpoint $number\" \(hint: use gfn-dist 0.1.0, which wrote it\)$"
    refused 1 "$message" --resume other
    refused 1 "$message" eval other
    refused 1 "$message" sample other --samples 5
done
format other 2
passes --resume other --quiet --threads 1
cmp run/histogram.npy other/histogram.npy || bad "other bits after a refusal"
exit $failed
