#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# User-defined environments: the knapsack of src/doc/environments.md, compiled as a plug-in, is
# checked, trained to its exact distribution with the same bits on any split, resumed, measured and
# sampled; errors of a plug-in are named; and no file makes the program load somebody else's code.
. "$top_srcdir/tests/cli/common.sh"
umask 022 # what a group may write is nobody's own
source=$top_srcdir/tests/external/knapsack.c

# ---- checked, trained, measured

plugin knapsack "$source"
# The document shows what check-env prints.
sed -n '/^knapsack keeps every rule/,/^```/p' "$top_srcdir/src/doc/environments.md" |
    sed '/^```/d' >shown
passes check-env ./knapsack.so
grep -q '^  asked .* one thread' out && sed -i '/^  asked /d' shown out # built without threads
cmp shown out || bad "environments.md shows $(cat shown), found $(cat out)"
shows '^  states +64, all of them tested$' check-env knapsack.so --items 6 --room 13 --seed 3
shows '^  states +1073741824: random walks only' check-env --items 30 ./knapsack.so
shows '^hypergrid keeps every rule: ' check-env hypergrid --size 5 --ndim 3
shows '^  --room N +weight that fits in \[24\]$' --env ./knapsack.so --help
shows '^  --room N +weight that fits in \[24\]$' check-env ./knapsack.so --help
! grep -q -e --ndim out || bad "check-env ./knapsack.so --help shows options of the hypergrid"
shows '^  --ndim N' check-env hypergrid --help
shows '^  --ndim N' check-env --help
shows '^and the options of .*ENV' --generate man
shows '^  knapsack +sets of items' list --env=./knapsack.so

# shellcheck disable=SC2054
job=(--items 8 --room 17 --hidden 64,64 --iterations 2000 --checkpoint-every 300 --log-every 100)
"$GFN_DIST" --env ./knapsack.so "${job[@]}" --threads 1 --quiet --out whole || bad "no training"
awk -v l1="$(summary whole l1)" 'BEGIN { exit !(l1 > 0 && l1 < 0.05) }' ||
    bad "L1 is $(summary whole l1)"
bits whole >whole.bits
grep -q "^env = $PWD/knapsack.so\$" whole/config.ini || bad "$(grep ^env whole/config.ini)"

# Its largest reward is found among its 256 states: modes are counted.
modes=$(summary whole modes)
[ "$modes" -gt 0 ] && [ "$modes" -le "$(summary whole n_modes)" ] && [ "$(summary whole n_modes)" -lt 64 ] ||
    bad "modes: $modes of $(summary whole n_modes)"
tail -n 1 whole/metrics.jsonl | grep -q "\"modes\":${modes}[,}]" || bad "modes in metrics.jsonl"

splits=('1 3')
[ "$MPI_NAME" = none ] || splits+=('3 2')
for split in "${splits[@]}"; do
    "$NP_RUN" --ranks "${split% *}" -- "$GFN_DIST" --env ./knapsack.so "${job[@]}" \
        --threads "${split#* }" --quiet --out "split-$split" >log 2>&1 || bad "$split: $(cat log)"
    bits "split-$split" | cmp - whole.bits || bad "other bits on $split"
    [ "$(summary "split-$split" modes)" = "$modes" ] || bad "other modes on $split"
done

# Stopped, and from another folder on: the plug-in that the run names is the user's own.
"$GFN_DIST" --env ./knapsack.so "${job[@]}" --time-limit 0.05 --quiet --out parts
[ $? -eq 3 ] || bad "it was not stopped"
mkdir -p elsewhere && cd elsewhere || exit 1
passes --resume ../parts --quiet
bits ../parts | cmp - ../whole.bits || bad "other bits after a stop"
passes --resume ../parts --env ../elsewhere/../knapsack.so --items 8 --quiet
shows '^  exact      L1 0.0' eval ../whole --samples 100
grep -qE '^  samples    100: L1 .*; [1-9][0-9]* modes?$' out || bad "modes of samples: $(cat out)"
shows '^[0-9]+$' sample ../whole --samples 3
[ "$(wc -l <out)" -eq 3 ] || bad "sample: $(cat out)"
passes --config ../whole/config.ini --room 16 --iterations 10 --quiet
ls runs/knapsack-*/summary.json >/dev/null || bad "no runs/knapsack-...: $(ls runs)"
rm -r runs
passes --env ../knapsack.so --items 5 --room 9 --iterations 20 --seeds 0-1 --quiet --out sweep
passes --resume sweep --seeds 0-2 --env ../knapsack.so --quiet
[ -e sweep/seed-2/summary.json ] || bad "no third seed"
cd ..

# ---- names of options

for ranks in 1 3; do
    launch=("$NP_RUN" --ranks "$ranks" --)
    [ $ranks -gt 1 ] && [ "$MPI_NAME" != none ] || launch=()
    "${launch[@]}" "$GFN_DIST" --env ./knapsack.so --itms 5 --quiet >out 2>err
    [ $? -eq 2 ] && [ "$(grep -c '^gfn-dist: expected .*found "itms" (hint: items)$' err)" -eq 1 ] ||
        bad "a typo, ${launch[*]}: $(cat err)"
done
refused 2 'found "rom" \(hint: room\)' --env=knapsack.so --rom=5
refused 2 'found "oout" \(hint: out\)' --env ./knapsack.so --oout x
refused 2 'found "rom" \(hint: room\)' --config whole/config.ini --rom -5 --quiet
refused 2 'found "rom" \(hint: room\)' --resume whole --rom -5 --quiet
refused 2 'found "rom" \(hint: room\)' eval whole --env ./knapsack.so --rom 3
refused 2 'found "rom" \(hint: room\)' check-env ./knapsack.so --rom 3
refused 2 '^gfn-dist: items: expected .*found "31" \(hint: ' --env ./knapsack.so --items 31
refused 2 '^gfn-dist: room: expected at most 90, found 300 \(hint: --items 34\)$' \
    --env ./knapsack.so --room 300
refused 2 '^gfn-dist: room: expected at most 90, ' check-env ./knapsack.so --room 300
refused 2 '^gfn-dist: lr: expected an option of knapsack, --seed or --enumerate-limit, found .*hint' \
    check-env ./knapsack.so --lr 1
refused 2 '^gfn-dist: out: expected .*found .*hint' check-env ./knapsack.so --out x
refused 2 '^gfn-dist: check-env: expected an environment, found none \(hint: ' check-env
refused 2 '^gfn-dist: room: expected 17 as in .*found 16 \(hint: ' --resume whole --room 16
refused 2 '^gfn-dist: env: expected .*knapsack.so as in .*found hypergrid \(hint: ' \
    --resume whole --env hypergrid
refused 2 '^gfn-dist: env: expected .*knapsack.so as in .*found hypergrid \(hint: ' \
    eval whole --env hypergrid
refused 1 '^gfn-dist: /.*/x.npy: ' check-env hypergrid --reward file --reward-file x.npy

for words in '--env twoends --longest 3' '--longest 3 --env=twoends' 'check-env twoends --longest 3'; do
    # shellcheck disable=SC2086  # words
    refused 2 '^gfn-dist: env: expected one of hypergrid, .*found "twoends"' $words
done

# ---- what is no plug-in

touch empty.so
echo 'int other;' >other.c
plugin other other.c
refused 1 '^gfn-dist: env: ./nowhere.so: cannot find the file: No such file .*hint' --env ./nowhere.so
refused 1 '^gfn-dist: env: ./nowhere.so: cannot find' check-env ./nowhere.so
refused 1 'nowhere.so: cannot load the plug-in' --env ./nowhere.so --help
refused 1 '^gfn-dist: .*/empty.so: cannot load the plug-in: .*hint: cc -shared' --env empty.so
refused 1 '^gfn-dist: .*/other.so: expected a plug-in with the symbol gfn_env_plugin, .*hint' \
    check-env ./other.so
refused 2 '^gfn-dist: env: expected one of hypergrid, .*or the path of .*found "knapsak" \(hint: ' \
    check-env knapsak

# broken STATUS PATTERN SED: check-env names what is wrong in knapsack.c after a change.
broken() {
    sed -E "$3" "$source" >broken.c
    ! cmp -s broken.c "$source" || bad "no change: $3"
    rm -f broken.so
    plugin broken broken.c
    refused "$1" "^gfn-dist: $2" check-env ./broken.so
}
broken 2 '.*/broken.so: environment: gfn_env_ops of 8 bytes, needs .*hint' 's/sizeof\(gfn_env_ops\)/8/'
broken 2 '.*/broken.so: knapsack: allowed is NULL' 's/\.allowed = allowed,//'
broken 2 '.*/broken.so: expected a name of its own, found "hypergrid".*hint' 's/"knapsack"/"hypergrid"/'
broken 2 '.*/broken.so: environment: expected a name of .*found "a/b" \(hint' 's/"knapsack"/"a\/b"/'
broken 2 'knapsack: expected an option name that training does not use, found "lr" \(hint: knapsack-lr\)' \
    's/"items"/"lr"/'
broken 2 'knapsack: expected an option name that gfn-dist does not use, found "out" \(hint: knapsack-out\)' \
    's/"items"/"out"/'
broken 2 '.*/broken.so: knapsack: option items: expected a default.*hint' 's/"10", 1/NULL, 1/'
broken 2 'knapsack: its options: items: expected an integer' 's/"10", 1/"0", 1/'
broken 2 'knapsack: the description of the world is wrong: .*state_width' 's/state_width = 1/state_width = 0/'
# A crash tells where it was, as far as that is known.
let_crash
called='\(\) was called last'
broken 139 "knapsack: segmentation fault; log_reward$called, in state \(8\) \(hint: gdb --args " \
    's/left = k->room/left = state[i] == 8 ? *(volatile int *)8 : k->room/'
broken 134 "knapsack: aborted; step$called, in state \(64\) \(hint: " \
    's/state\[i\] \|= 1 << action\[i\];/if (state[i] == 64) abort(); else &/'
broken 134 "knapsack: aborted; state_at$called, with number 77 " \
    's/state\[i\] = \(int32_t\)number/if (number[i] == 77) abort(); else &/'
broken 134 "knapsack: aborted; create\(\) or describe$called \(hint" 's/if \(k.room/abort();&/'
broken 139 "knapsack: segmentation fault; destroy$called \(hint: " \
    's/destroy = free/destroy = (void (*)(void *))8/'
# Tests may run where interrupts are ignored.
if env --default-signal=INT true 2>/dev/null; then
    sed 's/\*mask++ = 1;/while (*(const volatile int32_t *)\&state[i] == 0) ;/' "$source" >endless.c
    plugin endless endless.c
    timeout -k 20 -s INT 3 env --default-signal=INT "$GFN_DIST" check-env ./endless.so >out 2>err
    grep -q '^gfn-dist: knapsack: interrupted; allowed() was called last, in state (0) ' err ||
        bad "endless: $(cat err)"
else
    echo "an interrupt was left out"
fi
(trap '' INT && exec "$GFN_DIST" check-env hypergrid --size 900) >out 2>err &
nap 0.4
kill -INT $!
wait $! || bad "an interrupt that is to be ignored ends it: $(cat err)"

# As loops over whole vectors do.
broken 1 'knapsack breaks a rule: observe\(\) writes its lanes and nothing else: expected 1 lane' \
    '/int32_t \*index, float/,/^}/s/i < n;/i < (n + 15) \/ 16 * 16;/'
broken 1 'knapsack breaks a rule: start\(\) writes its lanes and nothing else' 's/0, n \*/0, 64 */'
broken 1 'knapsack breaks a rule: lanes are independent in start' 's/0, n \*/0, (n \/ 2) */'
broken 1 'knapsack breaks a rule: masks are 0 or 1; in state \(0\)' 's/= 1; \/\* stop/= 2; \/* stop/'
broken 1 'knapsack breaks a rule: step_back undoes step; in state \(.*expected .*found ' \
    's/\&= ~\(1 << back\[i\]\)/\&= 0/'
broken 1 'knapsack breaks a rule: only the start has no parents; in state \(0\)' \
    's/= state\[i\] >> item \& 1;/= 1;/'
broken 1 'knapsack breaks a rule: log-rewards are finite; in state \(.*found -?(inf|nan)' 's/-fabs\(/-log(/'
broken 1 'knapsack breaks a rule: indices of an observation are distinct; in state \(' \
    's/2 \* item \+/item +/'
broken 1 'knapsack breaks a rule: state_at inverts number; in state \(' 's/\(int32_t\)number\[i\]/0/'
broken 1 'knapsack breaks a rule: a state is numbered after its parents; in state \(' \
    's/= state\[i\];/= 1023 - state[i];/; s/\(int32_t\)number/1023 - (int32_t)number/'
broken 1 'knapsack breaks a rule: no trajectory is longer than max_steps; in state \(' \
    's/max_steps = items \+ 1/max_steps = items/'
broken 1 'knapsack breaks a rule: every state may stop where all_terminal says so; in state \(0\)' \
    's/\*mask\+\+ = 1;/*mask++ = state[i] > 0;/'
broken 1 'knapsack breaks a rule: max_log_reward is the largest.*found' 's/max_log_reward = NAN/max_log_reward = 2/'
broken 1 'knapsack breaks a rule: log_z is the log of the sum of R: expected 4.59.*found 0' \
    's/log_z = NAN/log_z = 0/'

# ---- a plug-in that has changed, moved, or belongs to somebody else

refused 1 '^gfn-dist: .*expected the environment knapsack, found other' \
    eval whole --env "$(sed 's/"knapsack"/"other"/' "$source" >renamed.c && plugin renamed renamed.c &&
        echo ./renamed.so)"
sed 's/(3 + item/(0 + 3 + item/; s/"weight that fits in"/"the weight that fits in"/' "$source" >new.c
plugin knapsack new.c
notice='^env: .*/knapsack.so is not the plug-in that made the checkpoint: its CRC-32 was .*hint'
passes eval whole --samples 10
grep -qE "$notice" err || bad "eval with another plug-in: $(cat err)"
passes --resume whole --quiet
grep -qE "$notice" err || bad "--resume with another plug-in: $(cat err)"
plugin knapsack "$source"
cp knapsack.so knapsack-whole.so
mkdir away && mv knapsack.so away
refused 1 '^gfn-dist: whole/checkpoint.safetensors: env: expected the plug-in .*/knapsack.so, found nothing.*hint' \
    eval whole
refused 1 'expected the plug-in .*/knapsack.so, found nothing there \(hint: --env' --resume whole
passes eval whole --env away/knapsack.so --samples 10
passes --resume whole --env away/knapsack.so --quiet
grep -q "^env = $PWD/away/knapsack.so\$" whole/config.ini || bad "$(grep ^env whole/config.ini)"
passes eval whole --samples 10
foreign='env: expected a plug-in of your own, found that .*/away/knapsack.so .*hint: chmod go-w, or --env .*trusts it'
chmod o+w away/knapsack.so
refused 1 "^gfn-dist: whole/checkpoint.safetensors: $foreign" eval whole
refused 1 "^gfn-dist: whole/checkpoint.safetensors: $foreign" --resume whole
refused 1 "^gfn-dist: whole/config.ini: $foreign" --config whole/config.ini
passes eval whole --env away/knapsack.so --samples 10
chmod o-w,g+w away/knapsack.so
refused 1 "^gfn-dist: whole/checkpoint.safetensors: $foreign" eval whole
chmod g-w away/knapsack.so
if [ "$(id -u)" -eq 0 ]; then
    chown 65534 away/knapsack.so && refused 1 "$foreign" eval whole
    chown 0 away/knapsack.so
fi
echo 'env = ./away/knapsack.so' >mine.ini
refused 2 '^gfn-dist: mine.ini: env: expected an absolute path of a plug-in in a file, found .*hint' --config mine.ini
passes --config mine.ini --env ./away/knapsack.so --iterations 3 --quiet
rm -r runs

# ---- what is loaded is what was looked at

head -c 9000 knapsack-whole.so >cut.so
refused 1 '^gfn-dist: .*/cut.so: cannot load the plug-in: its end is missing' --env ./cut.so
refused 1 'cut.so: cannot load the plug-in: its end is missing' check-env ./cut.so

# The linker would read another name into this one.
mkdir 'a$LIB' && cp away/knapsack.so 'a$LIB/knapsack.so'
shows '^knapsack keeps every rule: ' check-env './a$LIB/knapsack.so'
echo "env = $PWD/a\$LIB/knapsack.so" >dollar.ini
passes --config dollar.ini --iterations 3 --quiet
rm -r runs

# A file that is exchanged between the look at it and the linker.
{ cat "$source" && echo '#include <stdlib.h>
__attribute__((constructor)) static void run(void) { if (system("touch foreign-code-ran")) abort(); }'
} >evil.c
plugin evil evil.c
cat >exchange.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
void *dlopen(const char *name, int flags)
{
    void *(*next)(const char *, int);
    *(void **)&next = dlsym(RTLD_NEXT, "dlopen");
    /* Not for what MPI's own libraries load, before anybody looked at the file. */
    char *path = name ? realpath(name, NULL) : NULL;
    if (path && strstr(path, "/target.so"))
        rename("evil.so", "target.so");
    free(path);
    return next(name, flags);
}
END
if $CC -shared -fPIC -o exchange.so exchange.c 2>/dev/null &&
    LD_PRELOAD=$PWD/exchange.so "$GFN_DIST" --version >/dev/null 2>&1; then
    cp away/knapsack.so target.so
    plugin evil evil.c
    echo "env = $PWD/target.so" >target.ini
    LD_PRELOAD=$PWD/exchange.so "$GFN_DIST" --config target.ini --iterations 3 --quiet ||
        bad "no training with an exchanged file"
    [ ! -e evil.so ] || bad "the file was not exchanged"
    [ ! -e foreign-code-ran ] || bad "another file was loaded than was looked at"
    rm -r runs
else
    echo "nothing can be loaded before the program: an exchanged file was left out"
fi

# The checksum is that of the code that runs, whatever the file is by now.
sed 's/^static gfn_status create(.*/&/; /^static gfn_status create(/,/^{/s/^{/{\n    rename("next.so", "self.so");/' \
    "$source" >self.c
cmp -s self.c "$source" && bad "create() was not changed"
grep -q '#include <stdio.h>' self.c || sed -i '1i #include <stdio.h>' self.c
plugin self self.c
crc=$(gzip -c self.so | tail -c 8 | head -c 4 | od -An -tu4 --endian=little | xargs printf %08x)
cp away/knapsack.so next.so
passes --env ./self.so --iterations 3 --seeds 0-1 --quiet --out selves
[ ! -e next.so ] || bad "the plug-in was not replaced"
for seed in 0 1; do
    head -c 20000 selves/seed-$seed/checkpoint.safetensors | grep -aq "\"$crc\"" ||
        bad "seed $seed has not the CRC $crc of the plug-in that made it"
done

# ---- ranks that do not see what rank 0 sees

# elsewhere DEED PATTERN: rank 1 alone does something to its files; all hear what it says.
elsewhere() {
    DEED=$1 "$NP_RUN" --timeout 60 --ranks 3 -- bash launch away --env ./knapsack.so --room 7 \
        --quiet >log 2>&1 && bad "it trains after $1"
    [ "$(grep -c '^gfn-dist: ' log)" -eq 1 ] && grep -qE "^gfn-dist: rank 1: $2" log ||
        bad "a rank after $1: $(cat log)"
}

# unasked FILE PATTERN: rank 1 finds FILE where the checkpoint says that the plug-in is.
unasked() {
    DEED="mount --bind $1 away/knapsack.so" "$NP_RUN" --timeout 60 --ranks 3 -- bash launch . \
        eval "$PWD/whole" --quiet >log 2>&1 && bad "it evaluates with $1"
    [ "$(grep -c '^gfn-dist: ' log)" -eq 1 ] && grep -qE "^gfn-dist: rank 1: $2" log ||
        bad "a rank with $1: $(cat log)"
}

unseen() {
    export HERE=$PWD
    cat >launch <<'END'
cd "$1" || exit
shift
if [ "${OMPI_COMM_WORLD_RANK-${PMI_RANK-0}}" = 1 ]; then
    cd "$HERE" || exit
    [ -z "$DEED" ] || exec unshare -m sh -c "$DEED"' && exec "$0" "$@"' "$GFN_DIST" "$@"
fi
exec "$GFN_DIST" "$@"
END
    DEED='' "$NP_RUN" --timeout 60 --ranks 3 -- bash launch away --env ./knapsack.so --room 7 \
        --iterations 5 --quiet --out "$PWD/relative" >log 2>&1 || bad "another folder: $(cat log)"
    unshare -m mount -t tmpfs none away 2>/dev/null || {
        echo "no file system of its own: a rank without the plug-in was left out"
        return
    }
    elsewhere 'mount -t tmpfs none away' 'env: .*/away/knapsack.so: cannot find the file'
    elsewhere 'mount --bind renamed.so away/knapsack.so' \
        '.*/away/knapsack.so: expected the plug-in that rank 0 has, .*hint: the same file'
    # Named by a file: each rank judges what lies there on its own host, before it is loaded.
    cp away/knapsack.so open.so && chmod g+w open.so
    plugin evil evil.c
    unasked open.so 'env: expected a plug-in of your own, found that .*/away/knapsack.so '
    unasked evil.so '.*/away/knapsack.so: expected the plug-in that rank 0 has, .*hint: the same file'
    [ ! -e foreign-code-ran ] || bad "a rank ran what rank 0 has not"
}
[ "$MPI_NAME" = none ] || unseen
exit $failed
