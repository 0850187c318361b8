# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# objectives: what can be trained, OBJECTIVE BACKWARD FLOW, one a line: every objective with every
# backward policy and state flow that goes with it. Where none is learned, FLOW says nothing.
objectives() {
    local objective backward flow
    for objective in $("$GFN_DIST" list | sed -nE '/^Objectives/,/^$/s/^  ([a-z]\S*) .*/\1/p'); do
        for backward in uniform learned tied; do
            for flow in head own; do
                case $objective-$backward-$flow in
                fm-learned-* | fm-tied-* | tb-*-own | vargrad-*-own | mdb-*-own | fm-*-own) ;;
                *) echo "$objective $backward $flow" ;;
                esac
            done
        done
    done
}
