#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Which way the arrows between the rooms run, and who alone may do what, proved on the sources.
# Each violation is a line "file:line: what is wrong". First the test proves itself on a small
# tree in which every line that is wrong is known.
set -u
export LC_ALL=C

# Public headers and the rooms they belong to; gfn.h, which holds them all, belongs to none.
owners='
    fail:base options:base random:base real:base status:base version:base
    comm:comm mpi:comm
    shape:data trajectories:data
    env:env
    eval:eval
    tape:grad
    model:model
    objective:objective
    optim:optim
    plot:plot
    reward:reward
    sampler:rollout
    report:run run:run
    gradient:step
    picture:summary sweep:summary
    trainer:train
    gfn:~
'

c_files() { find src include -type f \( -name '*.[ch]' -o -name '*.h.in' \); }

# All lines of C as "file:line:code": no comments, no text between quotes; includes are kept whole.
code() {
    c_files | sort | tr '\n' '\0' | xargs -0 awk '
        FNR == 1 { inside = 0 }
        {
            rest = $0
            line = ""
            if (!inside && rest ~ /^[ \t]*#[ \t]*include/) {
                match(rest, /^[ \t]*#[ \t]*include[ \t]*("[^"]*"|<[^>]*>)?/)
                line = substr(rest, 1, RLENGTH)
                rest = substr(rest, RLENGTH + 1)
            }
            while (rest != "") {
                if (inside) {
                    end = index(rest, "*/")
                    rest = end ? substr(rest, end + 2) : ""
                    inside = !end
                } else if (match(rest, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//)) {
                    token = substr(rest, RSTART, RLENGTH)
                    line = line substr(rest, 1, RSTART - 1) " "
                    rest = token == "//" ? "" : substr(rest, RSTART + RLENGTH)
                    inside = token == "/*"
                    if (token ~ /^"/)
                        line = line (line ~ /_Pragma[ \t]*\([ \t]*$/ ? token : "\"\"") " "
                } else {
                    line = line rest
                    rest = ""
                }
            }
            print FILENAME ":" FNR ":" line
        }'
}

# An include may point to its own room and to rooms that sort before it.
arrows() {
    grep -E '^[^:]*:[0-9]+:[ 	]*#[ 	]*include' | awk -F: -v owners="$owners" -v rooms="$(rooms)" '
        function bad(text) { print $1 ":" $2 ": " text }
        BEGIN {
            n = split(owners, words, /[ \n]+/)
            for (i = 1; i <= n; i++)
                if (split(words[i], pair, ":") == 2)
                    owner[pair[1]] = pair[2]
            n = split(rooms, words, /[ \n]+/)
            for (i = 1; i <= n; i++)
                is_room[words[i]] = 1
        }
        {
            match($3, /["<][^">]*/)
            name = substr($3, RSTART + 1, RLENGTH - 1)
            quoted = substr($3, RSTART, 1) == "\""
            split($1, part, "/")
            public = part[1] == "include"
            program = part[1] == "src" && part[2] == "ui"
            if (public) {
                sub(/\.h(\.in)?$/, "", part[3])
                from = owner[part[3]]
            } else
                from = part[2]

            to = ""
            if (quoted && name ~ /\//) {
                to = name
                sub(/\/.*/, "", to)
                if (public || (program && to != "ui"))
                    bad((public ? "a public header" : "the program") " includes only <gfn/...>")
                else if (!is_room[to])
                    bad("there is no room " to "/")
                if (to == "rollout" && from != to && name !~ /\/(rows|forward)\.h$/)
                    bad("only rollout/ opens the sampler")
            } else if (quoted) {
                if (public)
                    bad("a public header includes only <gfn/...>")
                else if (name != "config.h")
                    bad("a room includes \"room/header.h\"")
            } else if (name ~ /^gfn\//) {
                to = name
                sub(/^gfn\//, "", to)
                sub(/\.h$/, "", to)
                if (to == "mpi" && from != "comm")
                    bad("<gfn/mpi.h> is for comm/ and for users")
                if (!(to in owner)) {
                    bad("tests/sources.sh does not know whose header <" name "> is")
                    next
                }
                to = owner[to]
            }
            if (from ~ /^(envs?|model|objective|rollout)$/ && (to == "comm" || to == "io"))
                bad(from "/ knows no processes and no files")
            if (to > from && !program)
                bad("an arrow from " from "/ to " (to == "~" ? "<gfn/gfn.h>" : to "/"))
        }'
}

rooms() { find src -mindepth 1 -maxdepth 1 -type d ! -name '.*' | sed 's|.*/||' | sort; }

# only FILES WHERE PATTERN WHAT: the pattern may stand in WHERE, but nowhere in FILES else.
only() {
    grep -E "^($1):[0-9]+:(.*[^A-Za-z0-9_.>])?($3)" "$lines" | grep -vE "^($2):" |
        sed -E "s|^([^:]*:[0-9]+):.*|\1: $4|"
}
calls() { echo "($1)[ 	]*\("; }

monopolies() {
    local all='[^:]*' include='#[ 	]*include[ 	]*'
    only "$all" 'include/gfn/mpi\.h' "$include<mpi\.h>" \
        '<mpi.h> is for gfn/mpi.h, which comm/ and users include'
    only "$all" 'src/base/parallel\.c' \
        "#[ 	]*pragma[ 	]+omp[ 	]+([^s]|s[^i]|si[^m])|_Pragma[ 	]*\([ 	]*\"omp +([^s]|s[^i]|si[^m])|$include<omp\.h>" \
        'threads are for base/parallel.c'
    only "$all" 'src/base/(parallel|thread_probe|ticker)\.c' "$(calls 'pthread_create|thrd_create')" \
        'starting threads is for base/parallel.c, thread_probe.c and ticker.c'
    only "$all" 'src/env/plugin\.c' "$(calls 'dlm?open|dlv?sym|dlclose')|$include<dlfcn\.h>" \
        'loading code is for env/plugin.c'
    only "$all" 'src/io/[^:]*|src/base/control_groups\.c|src/comm/(shared_memory|slot|process)\.c|src/env/plugin\.c|src/ui/terminal\.c' "$(calls 'f(d|re)?open|open(at|dir)?|creat|tmpfile|mk[sd]temp|(un)?link(at)?|symlink|rename(at)?|remove|(mk|rm)dir(at)?|f?truncate|[lf]?stat|access')" \
        'files are for io/'
    only "$all" 'src/ui/(main|stop)\.c|src/ui/command_line\.c' \
        "$(calls '_?exit|_Exit|quick_exit|abort|getopt(_long(_only)?)?')|$include<getopt\.h>" \
        'ending the program and reading its options are for ui/main.c, ui/stop.c and ui/command_line.c'
    only "$all" 'src/base/[^:]*' \
        "$(calls 'clock(_gettime)?|gettimeofday|timespec_get|time|MPI_Wtime|s?rand(_r|om)?|[dlm]rand48|getrandom|getentropy|arc4random[a-z_]*')" \
        'clocks and randomness are for base/'
    only 'src/[^:]*' 'src/base/format\.c|src/ui/[^:]*' \
        "$(calls 'v?snprintf|strto(d|f|ld)|atof')" \
        'snprintf() and strtod() depend on the locale: gfn_format() is for them'
    only 'src/[^:]*' 'src/ui/[^:]*' \
        "$(calls 'v?printf|v?dprintf|puts|putchar|perror|v?syslog')|(stdout|stderr|STD(OUT|ERR)_FILENO)([^A-Za-z0-9_]|\$)" \
        'the library prints nothing'
}

# Every file that people write says its licence and is short; every source is in the build.
files() {
    { c_files
      find src tests m4 -type f \( -name '*.mk' -o -name '*.in' -o -name 'gfn_*.m4' \)
      find tests -type f \( -name '*.[ch]' -o -name '*.sh' \)
      find scripts .ci -maxdepth 1 -type f ! -name '.*' ! -name '*~' 2>/dev/null
      find configure.ac Makefile.am 2>/dev/null
    } | grep -v '^include/gfn/version\.h$' | sort -u | while IFS= read -r file; do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
            echo "$file:1: no SPDX-License-Identifier in the first two lines"
        awk 'FNR == 501 { print FILENAME ":501: more than 500 lines" }' "$file"
        [[ $file != *.[ch] ]] ||
            awk 'length > 100 { print FILENAME ":" FNR ": more than 100 columns" }' "$file"
        case $file in
        src/*.[ch])
            grep -qF "$file" "$(dirname "$file")/local.mk" ||
                echo "$file:1: not in $(dirname "$file")/local.mk"
            ;;
        include/gfn/*)
            name=${file##*/}
            [[ $owners =~ [[:space:]]${name%%.*}: ]] ||
                echo "$file:1: tests/sources.sh does not know whose header this is"
            ;;
        esac
    done
}

# A file's name is unique, so it says where the file is.
names() {
    find src -name '*.[ch]' | sort -r | awk -F/ '
        $NF in first { print $0 ":1: " first[$NF] " has the same name" }
        { first[$NF] = $0 }'
}

# All violations in the tree $1.
check() (
    cd "$1" || exit 2
    lines=$work/lines
    code >"$lines"
    { arrows <"$lines" && monopolies && files && names; } | sort -u
)

# A tree in which the word BAD stands in every line that must be found, and in no other.
make_tree() {
    mkdir -p "$1"/{src/{base,comm,env,io,model,rollout,step,train,ui},include/gfn,tests,m4,scripts,.ci}
    cd "$1" || exit 2
    local licence='/* SPDX-License-Identifier: MIT */' file
    for file in src/base/{parallel,random}.c src/comm/comm_mpi.c src/env/plugin.c src/io/file.c src/model/net.{c,h} \
        src/step/step.c src/ui/{main.c,cli.h} include/gfn/{gfn,mpi,status,tape,model}.h; do
        echo "$licence" >"$file"
    done
    cat >>src/base/parallel.c <<'END'
#include <omp.h>
#include "base/random.h"
#include <gfn/tape.h> /* BAD */
#pragma omp parallel for
double t = time(NULL), r = random();
END
    cat >>src/comm/comm_mpi.c <<'END'
#include <mpi.h> // BAD
#include <gfn/mpi.h>
#include "base/random.h"
#include "data/batch.h" // BAD
double t = MPI_Wtime(); // BAD
END
    cat >>src/env/plugin.c <<'END'
#include "comm/comm.h" /* BAD */
#include <gfn/comm.h> /* BAD */
#include "base/random.h"
#include <dlfcn.h>
void *handle = dlopen("x.so", RTLD_NOW), *symbol = dlsym(handle, "y");
END
    cat >>src/io/file.c <<'END'
#include "config.h"
#include "comm/comm.h"
#include "model/net.h" /* BAD */
FILE *f = fopen("name", "r");
int a = rename("a", "b"), b = printf("%d", 1); /* BAD */
fputs("text", stderr); /* BAD */
int fprintf_is_fine = fprintf(f, "text");
END
    cat >>src/model/net.c <<'END'
/* exit(1) is not called here, and neither is fopen("x")
 * #include <mpi.h> */
#include "model/net.h"
#include "net.h" /* BAD */
#include "io/net.h" /* BAD */
snprintf(text, size, "%g", x); /* BAD */
#include <mpi.h> /* BAD */
#include <gfn/gfn.h> /* BAD */
#include <gfn/mpi.h> /* BAD */
#include <gfn/unheard.h> /* BAD */
#include <getopt.h> /* BAD */
#pragma omp simd reduction(+ : sum)
#pragma omp parallel /* BAD */
#pragma omp single /* BAD */
_Pragma("omp simd") for (;;) { }
_Pragma("omp parallel") /* BAD */
const char *quote = "exit(1) \" printf(", slash = '"'; /* time( */ int open_it(void);
if (x) exit(1); /* BAD */
abort(); /* BAD */
pthread_create(&thread, 0, run, 0); /* BAD */
file->open(file), file.remove(file), gfn_time(), my_exit(2), rerandom(3), stderrs = 1;
int mk = mkdir("x", 0); // BAD
clock_gettime(0, &t); srand(1); // BAD
puts("x"); // BAD
#include <dlfcn.h> /* BAD */
void *handle = dlopen("x.so", 2); /* BAD */
void *symbol = dlsym(handle, "dlopen("); /* BAD */
gfn_format(a, 3, "puts(%d)", 4);
fd = open("/dev/null", 0); /* BAD */ /*
fopen("in a comment") */
getopt_long(argc, argv); /* BAD */
END
    cat >>src/model/net.h <<'END'
#include <gfn/tape.h>
#include "grad/tape.h" /* BAD */
END
    cat >>src/step/step.c <<'END'
#include "model/net.h"
#include "rollout/storage.h" /* BAD */
#include "rollout/rows.h"
#include <gfn/model.h>
#include <gfn/tape.h>
END
    cat >>src/ui/main.c <<'END'
#include "config.h"
#include "cli.h" /* BAD */
#include "ui/cli.h"
#include <gfn/gfn.h>
#include "train/step.h" /* BAD */
int main(void) { printf("%d\n", 1); exit(0); }
FILE *file = fopen("x", "y"); /* BAD */
END
    echo '#include <mpi.h>' >>include/gfn/mpi.h
    echo '#include <gfn/model.h>' >>include/gfn/gfn.h
    echo '#include <gfn/model.h> /* BAD */' >>include/gfn/tape.h
    echo '#include "base/random.h" /* BAD */' >>include/gfn/status.h
    echo "/* BAD: whose? */ $licence" >include/gfn/unknown.h
    echo "/* BAD: not in the build */ $licence" >src/train/orphan.c
    echo '/* BAD: no licence */' >src/io/naked.c
    printf '%s\n%-101s\n%-100s\n' "$licence" '/* BAD */' '/* as wide as may be */' >src/io/wide.c
    echo '# BAD: no licence' >scripts/naked
    { echo "# SPDX-License-Identifier: MIT" && seq 2 500 && echo "501 BAD"; } >tests/long.sh
    { echo "# SPDX-License-Identifier: MIT" && seq 2 500; } >tests/full.sh
    echo "$licence /* BAD: model/ has a file of this name */" >src/io/net.c
    for file in src/{base,comm,env,io,model,rollout,step,train,ui}; do
        { echo "# SPDX-License-Identifier: MIT"
          find "$file" -maxdepth 1 -name '*.[ch]' ! -name 'orphan*'; } >"$file/local.mk"
    done
}

work=$(mktemp -d "${TMPDIR:-/tmp}/sources.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT

(make_tree "$work/bad") || exit
(cd "$work/bad" && grep -rnH BAD src include tests scripts) | sed -E 's/^([^:]*:[0-9]+):.*/\1/' |
    sort -u >"$work/wanted"
check "$work/bad" >"$work/messages"
sed -E 's/^([^:]*:[0-9]+):.*/\1/' "$work/messages" | sort -u >"$work/found"
if ! diff "$work/wanted" "$work/found" >"$work/difference"; then
    echo "sources.sh is blind (<) or sees ghosts (>) in its own bad tree:"
    cat "$work/difference" "$work/messages"
    exit 1
fi

check "${top_srcdir:-.}" >"$work/messages"
cat "$work/messages"
[ ! -s "$work/messages" ]
