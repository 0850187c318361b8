#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The completion of bash, driven as bash drives it. What it offers is accepted by the program.
. "$top_srcdir/tests/cli/common.sh"
cases=0

"$GFN_DIST" --generate bash >script && bash -n script || bad 'not a script of bash'
[ "$(bash -uc '. ./script && complete -p gfn-dist')" = 'complete -F _gfn_dist gfn-dist' ] ||
    bad 'nothing is completed'
# shellcheck source=/dev/null
. ./script
# bash wants it called within a completion only.
compopt() { asked+="$* "; }

# complete_words WORD...: what stands on the line, the last one to be completed.
complete_words() {
    COMP_WORDS=(gfn-dist "$@") COMP_CWORD=$# COMPREPLY=() asked='' cases=$((cases + 1))
    COMP_WORDBREAKS=${breaks-$' \t\n"\'><=;|&(:'}
    _gfn_dist gfn-dist "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>err || bad "exit $?: $*"
    [ ! -s err ] || bad "$*: $(cat err)"
}

# offers WANTED WORD...: exactly these, in any order.
offers() {
    local wanted found
    wanted=$(tr ' ' '\n' <<<"$1" | sort)
    complete_words "${@:2}"
    found=$(printf '%s\n' "${COMPREPLY[@]}" | sort)
    [ "$found" = "$wanted" ] || bad "${*:2}: offers $(xargs <<<"$found"), expected $1"
}

# asks OPTION WORD...: it leaves the word to bash.
asks() {
    complete_words "${@:2}"
    [ "$asked" = "-o $1 " ] && [ ${#COMPREPLY[@]} -eq 0 ] ||
        bad "${*:2}: asked for $asked, offers ${COMPREPLY[*]-}; expected -o $1"
}

# ---- commands and options

offers 'train sample eval plot check-env list help' ''
offers 'eval' ev
offers '' nonsense
offers '--seed --seeds' --seed
offers '--seed' eval --see
offers '--size' --si
offers '' sample runs --si
offers '--env --help --version' list --
offers '--log-every --log-z-init --loss --loss-scale --lr --lr-logz' train --l
offers '--lr-logz' --lr 1 --lr
offers 'train sample eval check-env' --seed 3 ''
offers 'train check-env' --size 3 ''
offers '' train ''
offers '' list ''
offers 'eval environments' help e
offers 'check-env clusters changes' help c
offers '' help running ''
offers '' list --env hypergrid ''

# ---- values, behind a blank and behind '='

offers 'original cosine sparse deceptive file' --reward ''
offers 'cosine' --reward co
offers 'cosine' --reward = co
offers 'original cosine sparse deceptive file' --reward =
offers 'cosine' --size = 8 --reward = co
offers '--reward --reward-file --reward-floor --reward-normalize --reward-scale' --size = 8 --rew
offers 'tb' --objective tb
offers 'fl-db fl-subtb' --objective fl
offers 'uniform learned tied' train --size 8 --backward ''
offers 'hypergrid' --env h
asks default --env ./
asks default check-env ./
offers 'gfnx-20x4' --preset=gfn
offers 'yes no' --quiet = ''
offers '--quiet' --qu
offers '' --quiet no
offers '' --size ''
offers '' eval --reward ''
offers '--seed' sample --quiet run --seed
breaks=$' \t\n"\'><;|&(:'
offers '--reward=cosine' --reward=co
offers '--objective=fl-db --objective=fl-subtb' --size=8 --objective=fl
unset breaks

# ---- files and runs

"$GFN_DIST" --size 4 --iterations 1 --quiet --out 'runs/a b' || bad 'no run'
"$GFN_DIST" --size 4 --iterations 1 --quiet --out runs/other || bad 'no run'
mkdir -p runs/empty elsewhere/deep && touch 'my file.ini'
asks default --config my
asks default --config = my
asks default --size 3 --out ''
asks default sample runs/other --out ''
asks default --size 3 '>' ''
asks dirnames eval else
offers 'runs' eval ''
offers 'runs' plot runs/other ''
offers 'runs/other' eval runs/o
offers 'runs/other' --resume runs/o
offers 'runs/other' --resume = runs/o
offers '' eval runs/other ''
for word in 'runs/a\ b' 'runs/a\ ' '"runs/a '; do
    complete_words sample "$word"
    [ "${COMPREPLY[*]-}" = 'runs/a b' ] && [ "$asked" = '-o filenames ' ] ||
        bad "$word: offers ${COMPREPLY[*]-}, asked for $asked"
done
# shellcheck disable=SC2088  # as it was typed
HOME=$PWD offers '~/runs/other' eval '~/runs/o'
breaks=$' \t\n"\'><;|&(:'
offers '--resume=runs/other' --resume=runs/o
complete_words --config=my
[ "${COMPREPLY[*]-}" = '--config=my file.ini' ] || bad "--config=my: offers ${COMPREPLY[*]-}"
unset breaks

# ---- habits of users

(set -o posix && IFS=, && shopt -s nullglob failglob extglob && COMP_WORDS=(gfn-dist --reward co) &&
    COMP_CWORD=2 && _gfn_dist && [ "${COMPREPLY[0]}" = cosine ]) || bad 'other settings of the shell'
helper=/usr/share/bash-completion/bash_completion
if [ -e $helper ]; then
    bash -ic ". $helper && . ./script && COMP_WORDS=(gfn-dist --reward = c) COMP_CWORD=3 &&
        _gfn_dist && echo \"\${COMPREPLY[*]}\"" 2>/dev/null | grep -qx cosine ||
        bad 'beside the package bash-completion'
fi

# ---- what is offered is accepted

touch r.npy
tried=0
complete_words --
for option in "${COMPREPLY[@]}"; do
    case $option in --help | --version | --quiet | --print-config | --generate | --out | --config | --resume) continue ;; esac
    complete_words "$option" ''
    [ -z "$asked" ] || continue
    for value in ${COMPREPLY[@]+"${COMPREPLY[@]}"}; do
        tried=$((tried + 1))
        # The settings of a preset may be too long to train.
        limit=(--iterations 0 --samples 0)
        case $option=$value in
        --preset=*[0-9]x[0-9]* | --preset=*-2d8) limit+=(--ndim 2 --size 4) ;;
        --preset=* | --env=*) ;; # other environments have no size
        *) limit+=(--size 4) ;;
        esac
        rm -rf out
        "$GFN_DIST" --threads 1 --quiet --out out "${limit[@]}" "$option=$value" >log 2>&1 ||
            case $option$value:$(cat log) in
            --rewardfile:*reward-file*) ;; # it needs a file beside it
            --reward-normalize*:*'--table FILE'* | --mode-reward*:*'--modes FILE'*) ;; # likewise
            --floor-firstyes:*--reward-floor*) ;;
            --envpermutation:*'--cost FILE'* | --envdag:*--data* | --envsequence:*'--table FILE'*) ;;
            --envset:*'--energies FILE'* | --presetset-*:*'--energies FILE'*) ;;
            --presettfbind8:*'--table FILE'* | --presetqm9:*'--table FILE'*) ;;
            --presettsp-10:*'--cost FILE'* | --presetdag-*:*--data*) ;;
            *) bad "$option=$value: $(cat log)" ;;
            esac
    done
done
for value in man bash; do
    offers "$value" --generate "$value"
    "$GFN_DIST" --generate "$value" | grep -q . || bad "--generate $value prints nothing"
done
[ $tried -gt 35 ] || bad "only $tried values were tried"
echo "$cases cases, $tried values"
exit $failed
