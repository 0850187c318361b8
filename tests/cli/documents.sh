#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The documents: the README is short; links resolve; options, metrics and files that they name exist;
# and `gfn-dist help TOPIC` prints each, as it is.
. "$top_srcdir/tests/cli/common.sh"
documents=$top_srcdir/src/doc
shopt -s extglob

# all: README and documents.
all=("$top_srcdir/README.md" "$documents"/*.md)
[ ${#all[@]} -gt 10 ] || bad "no documents in $documents: ${all[*]}"

# ---- size

size=$(wc -c <"$top_srcdir/README.md")
[ "$size" -le 8192 ] || bad "README.md has $size bytes, expected at most 8192"
for file in "${all[@]}"; do
    LC_ALL=C.UTF-8 grep -nE '.{101}' "$file" >wide && bad "${file##*/}: over 100 columns: $(cat wide)"
done

# ---- topics

passes help
sed -n '/^Documents/,$p' out | sed -nE 's/^  ([a-z]+) .*/\1/p' | sort >topics
(cd "$documents" && ls ./*.md) | sed -E 's|./(.*)\.md|\1|' | sort >files
cmp topics files || bad "topics (<) and files (>) differ: $(diff topics files | grep '^[<>]')"
while read -r topic; do
    passes help "$topic"
    cmp out "$documents/$topic.md" || bad "help $topic is not $topic.md"
    head -n 1 out | grep -qiE "^# $topic: [^ ].{9}" ||
        bad "$topic.md: expected a first line # Topic: title, found $(head -n 1 out)"
done <topics
"$GFN_DIST" help train | cmp - <("$GFN_DIST" train --help) || bad "help train is not train --help"
refused 2 "^gfn-dist: help: $everything.*\(hint: runn?ing|hint: running\)" help runing
refused 2 'expected one of train\|.*\|running\|.*found "evla" \(hint: eval\)' help evla
refused 2 'found "frobnicate" \(hint: gfn-dist --help\)' help frobnicate
refused 2 '^gfn-dist: help: expected options, found "methods"' help running methods
refused 2 'size: expected an option of help' help --size 4

# ---- links

# Headings as links name them: "## Several seeds, and more" is several-seeds-and-more.
anchors() {
    sed -nE '/^```/,/^```/d;s/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' |
        sed -E 's/[^a-z0-9 _-]//g;s/ /-/g'
}

# check_links FILE FOLDER: links of the file, from the folder in which it lies.
check_links() {
    local link target
    while read -r link; do
        target=${link%%#*}
        [ -z "$target" ] && target=$1 || target=$2/$target
        [ -e "$target" ] || bad "${1##*/}: link to $link, which is not there"
        [[ $link != *'#'* ]] || anchors "$target" | grep -qxF -- "${link#*#}" ||
            bad "${1##*/}: link to $link: no such heading"
    done < <(grep -oE '\]\([^)]+\)' "$1" | sed -E 's/^..(.*).$/\1/' | grep -v '^https\?:')
}
for file in "${all[@]}"; do
    check_links "$file" "$(dirname "$file")"
done
check_links "$top_builddir/src/doc/README.md" "$documents" # as it is installed
grep -q '](running.md)' "$top_builddir/src/doc/README.md" || bad 'the installed README has no links'

# ---- options

# What is none of gfn-dist: of configure, mpirun, srun, sbatch, packages, scripts, torchgfn.
others='
    allow-run-as-root bind-to cflags define-variable libs mca mpi no-install ntasks oversubscribe cpus-per-task
    host host-name time system-site-packages logdir json quick rounds seconds ranks show timeout
    prefix bindir libdir includedir mandir docdir disable-shared disable-static disable-openmp
    disable-symbol-versions enable-debug enable-sanitizers enable-fuzzers enable-werror with-mpi
    with-cairo with-bash-completion-dir args static version
    subTB_lambda subTB_weighting hidden_dim n_hidden replay_buffer_size'
passes --help
sed -nE 's/^  --([a-z0-9-]+)( .*)?$/\1/p' out >options
[ "$(wc -l <options)" -gt 40 ] || bad "--help lists $(xargs <options)"
# Those of the other environments.
passes list
sed -nE '/^Environments/,/^$/s/^  ([a-z-]+)  +[A-Z].*/\1/p' out >environments
grep -qx dag environments || bad "list names the environments $(xargs <environments)"
while read -r environment; do
    passes --env "$environment" --help
    sed -nE 's/^  --([a-z0-9-]+)( .*)?$/\1/p' out
done <environments >more
cat more >>options
# Of plug-ins that the documents show; and the beginning of an option.
printf '%s\n' items room depth couplings sample >>options
tr -s ' ' '\n' <<<"$others" >>options
for file in "${all[@]}"; do
    grep -oE -- '(^|[^a-zA-Z0-9-])--[a-z][a-zA-Z0-9_-]*' "$file" | sed -E 's/^.*--//' | sort -u |
        grep -vxF -f options >unknown
    [ ! -s unknown ] || bad "${file##*/}: no options: $(xargs <unknown)"
done
# And each option is explained somewhere.
cat "${all[@]}" >text
while read -r option; do
    grep -qE -- "--$option([^a-z0-9-]|\$)" text || bad "no document names --$option"
done <more

# ---- files, metrics, names

"$GFN_DIST" --generate man | sed 's/\\-/-/g; s/\\&//g' >page
sed -nE '/^\.SH FILES/,/^\.SH ENV/s/^\\fB([a-z.-]+)\\fR$/\1/p' page >made
sed -nE '/^\.SH METRICS/,/^\.SH EXIT/s/^\\fB([a-z_0-9]+)\\fR$/\1/p' page >metrics
[ "$(wc -l <made)" -gt 7 ] && [ "$(wc -l <metrics)" -gt 7 ] ||
    bad "the man page has files $(xargs <made), metrics $(xargs <metrics)"
# The list of files is complete, except for a damaged checkpoint that is set aside.
sed -nE 's/^#define GFN_[A-Z]+_(FILE|PREVIOUS) "(.*)"$/\2/p' "$top_srcdir/src/store/names.h" \
    "$top_srcdir/src/run/run_rewards.h" "$top_srcdir/src/run/path_files.h" | sort >names
cmp names <(sort made) ||
    bad "src/store/names.h (<) and src/ui/help_texts.c (>): $(diff names <(sort made) | grep '^[<>]')"
running=$documents/running.md
for name in $(cat made metrics); do
    grep -qF "\`$name\`" "$running" || bad "running.md does not explain $name"
done
sed -n '/^## Files/,/^## Pict/p' "$running" | sed -nE 's/^\| `([a-z._-]+)`.*/\1/p' >named
[ "$(wc -l <named)" -gt 5 ] || bad "running.md has no table of files"
[ -z "$(grep -vxF -f made named)" ] || bad "running.md: no such files: $(grep -vxF -f made named)"

# Names in tables of documents are names of the program.
"$GFN_DIST" list >list
for name in $(sed -nE '/^Objectives|^Losses|^Backward|^Optim|^Presets/,/^$/s/^  ([a-z][^ ]*).*/\1/p' list); do
    grep -qE "\`$name\`|\`--preset $name\`" text || bad "no document names $name"
done

# Files of the sources are there; a test program is its source without ".c".
grep -ohE '(src|tests|scripts|include)/[A-Za-z0-9_./-]*[A-Za-z0-9_]' "$documents/library.md" \
    "$documents/design.md" "$documents/environments.md" | sort -u | while read -r path; do
    case $path in
    *NAME* | *_) ;; # patterns
    *) [ -e "$top_srcdir/$path" ] || [ -e "$top_srcdir/$path.c" ] || echo "$path" ;;
    esac
done >lost
[ ! -s lost ] || bad "documents name files that are not there: $(xargs <lost)"
echo "$(wc -l <topics) topics, $cases refusals"
exit $failed
