# SPDX-License-Identifier: MIT
#
# Groups of tests; `make check` runs all of them, and `make check TESTS='$(GROUP) $(GROUP)'` some,
# after it has built all test programs:
#   UNIT_TESTS     programs with cmocka, and the corpus of each fuzz target
#   RANK_TESTS     programs that are run on 1, 2, 3, 4 and 8 ranks (ALL_RANKS); single ones are
#                  PROGRAM-RANKS.np (tests/ranks/comm-5.np). TWO_RANKS: those on 2 ranks only
#   CLI_TESTS      the program from outside: what it reads, prints, writes and learns
#   LAUNCH_TESTS   the same, if the launcher, signals or a lack of memory or disk matter
#   SLOW_TESTS     the same; these wait for real time, or need much of it. The slowest computes
#                  while the next ones wait
#   SOURCE_TESTS   sources, headers, symbols, and what `make install` installs
# A script belongs to one group of the last four, which together are SHELL_TESTS. Each test runs in
# the build folder, with a temporary folder of its own as TMPDIR.

UNIT_TESTS =
SLOW_TESTS = \
	tests/cli/same-bits.sh \
	tests/cli/worlds.sh \
	$(HOSTS_TESTS) \
	tests/cli/hangs.sh \
	tests/cli/sbatch.sh \
	tests/cli/long.sh \
	tests/cli/torture.sh \
	tests/cli/python.sh
LAUNCH_TESTS = \
	tests/cli/crash.sh \
	tests/cli/failures.sh \
	tests/cli/faults.sh \
	tests/cli/launchers.sh \
	tests/cli/resume.sh \
	tests/cli/stops.sh \
	tests/cli/sweep.sh \
	tests/cli/terminal.sh \
	tests/cli/threads.sh \
	tests/cli/trajectories.sh
CLI_TESTS = \
	tests/cli/arrays.sh \
	tests/cli/bad-data.sh \
	tests/cli/bad-input.sh \
	tests/cli/binding.sh \
	tests/cli/check-env.sh \
	tests/cli/comparison.sh \
	tests/cli/completion.sh \
	tests/cli/converge.sh \
	tests/cli/documents.sh \
	tests/cli/enumerate.sh \
	tests/cli/exact.sh \
	tests/cli/explore.sh \
	tests/cli/file-systems.sh \
	tests/cli/files.sh \
	tests/cli/float-mode.sh \
	tests/cli/help.sh \
	tests/cli/learn.sh \
	tests/cli/locale.sh \
	tests/cli/man.sh \
	tests/cli/numbers.sh \
	tests/cli/older.sh \
	tests/cli/paths.sh \
	tests/cli/picture.sh \
	tests/cli/plugin.sh \
	tests/cli/plurals.sh \
	tests/cli/presets.sh \
	tests/cli/print-config.sh \
	tests/cli/quota.sh \
	tests/cli/replay.sh \
	tests/cli/results.sh \
	tests/cli/rewards.sh \
	tests/cli/seeds.sh \
	tests/cli/test-set.sh \
	tests/cli/worlds-learn.sh
# Of the last: those that train until something is learned; and those that read most of the sources'
# files that a user reads or compiles.
LEARN_TESTS = tests/cli/converge.sh tests/cli/explore.sh tests/cli/learn.sh \
	tests/cli/presets.sh tests/cli/worlds-learn.sh
READ_TESTS = tests/cli/check-env.sh tests/cli/documents.sh tests/cli/help.sh tests/cli/man.sh \
	tests/cli/older.sh tests/cli/plugin.sh
SOURCE_TESTS = \
	tests/additions.sh \
	tests/blanks.sh \
	tests/circles.sh \
	tests/external.sh \
	tests/headers.sh \
	tests/source-date.sh \
	tests/sources.sh \
	tests/symbols.sh
ALL_RANKS =
RANK_TESTS =

include tests/unit/base/local.mk
include tests/unit/comm/local.mk
include tests/unit/data/local.mk
include tests/unit/env/local.mk
include tests/unit/envs/local.mk
include tests/unit/eval/local.mk
include tests/unit/grad/local.mk
include tests/unit/io/local.mk
include tests/unit/model/local.mk
include tests/unit/objective/local.mk
include tests/unit/optim/local.mk
include tests/unit/plot/local.mk
include tests/unit/reward/local.mk
include tests/unit/rollout/local.mk
include tests/unit/run/local.mk
include tests/unit/step/local.mk
include tests/unit/store/local.mk
include tests/unit/summary/local.mk
include tests/unit/train/local.mk
include tests/unit/ui/local.mk

include tests/fuzz/local.mk

include tests/ranks/comm.mk
include tests/ranks/exchange.mk
include tests/ranks/train.mk
include tests/ranks/watch.mk

# What scripts/bench measures with.
check_PROGRAMS += tests/bench/bench
tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/peak.c tests/bench/peak.h
tests_bench_bench_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
tests_bench_bench_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static
tests_bench_bench_LDADD = libgfn.la $(MATH_LIBS)
SLOW_TESTS += tests/cli/bench.sh tests/cli/instructions.sh
EXTRA_DIST += tests/bench/jobs.py tests/bench/measure.py tests/bench/report.py

# The yardstick of the autograd core; its passes are compiled like the kernels (src/grad/local.mk).
check_PROGRAMS += tests/bench/fused
check_LTLIBRARIES += libfused.la
tests_bench_fused_SOURCES = tests/bench/fused.c tests/bench/fused.h \
	tests/bench/peak.c tests/bench/peak.h
tests_bench_fused_LDADD = libfused.la $(LINK_model)
libfused_la_SOURCES = tests/bench/fused_passes.c
libfused_la_CFLAGS = $(ROOM_CFLAGS)
if HAVE_X86_KERNELS
check_LTLIBRARIES += libfused_avx2.la libfused_avx512.la
libfused_la_LIBADD = libfused_avx2.la libfused_avx512.la
endif
libfused_avx2_la_SOURCES = tests/bench/fused_passes.c
libfused_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVX2_CPPFLAGS)
libfused_avx2_la_CFLAGS = $(ROOM_CFLAGS) $(AVX2_CFLAGS)
libfused_avx512_la_SOURCES = tests/bench/fused_passes.c
libfused_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVX512_CPPFLAGS)
libfused_avx512_la_CFLAGS = $(ROOM_CFLAGS) $(AVX512_CFLAGS)

check_PROGRAMS += $(ALL_RANKS)
RANK_TESTS += $(ALL_RANKS:=-1.np)
if HAVE_MPI
RANK_TESTS += $(ALL_RANKS:=-2.np) $(ALL_RANKS:=-3.np) $(ALL_RANKS:=-4.np) \
	$(ALL_RANKS:=-8.np)
TWO_RANKS = $(ALL_RANKS:=-2.np)
HOSTS_TESTS = tests/cli/hosts.sh tests/cli/slurm.sh
LAUNCH_TESTS += tests/cli/many-ranks.sh tests/cli/ranks.sh
LEAKS = 0
else
TWO_RANKS = $(ALL_RANKS:=-1.np)
HOSTS_TESTS =
LEAKS = 1
endif

# With several jobs, those that take longest start first.
SHELL_TESTS = $(SLOW_TESTS) $(LAUNCH_TESTS) $(SOURCE_TESTS) $(CLI_TESTS)
TESTS = $(SHELL_TESTS) $(UNIT_TESTS) $(RANK_TESTS)
TEST_EXTENSIONS = .sh .np
LOG_COMPILER = $(top_srcdir)/scripts/test-run
SH_LOG_COMPILER = $(top_srcdir)/scripts/test-run bash
NP_LOG_COMPILER = $(top_srcdir)/scripts/test-run $(top_srcdir)/scripts/np-run
EXTRA_DIST += $(SHELL_TESTS) tests/leaks.supp tests/cli/common.sh tests/cli/hosts.sh \
	tests/cli/shim.c tests/cli/jobs.sh tests/cli/many-ranks.sh tests/cli/objectives.sh tests/cli/ranks.sh tests/cli/slurm.sh \
	tests/external/installed.sh
EXTRA_DIST += \
	tests/golden/run-0.1.0/checkpoint.safetensors \
	tests/golden/run-0.1.0/config.ini \
	tests/golden/run-0.1.0/end.safetensors \
	tests/golden/run-0.1.0/histogram.npy \
	tests/golden/run-0.1.0/metrics.jsonl \
	tests/golden/run-0.1.0/samples.txt

# Automake names a log after a file: the rank count stands in the name of an empty one.
$(RANK_TESTS):
	@$(MKDIR_P) $(@D)
	@: >$@
CLEANFILES += $(RANK_TESTS)

# Open MPI itself leaks: leaks are looked for in builds without MPI. Tests ask for more memory than
# there is on purpose.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	GFN_DIST='$(abs_top_builddir)/gfn-dist$(EXEEXT)'; export GFN_DIST; \
	NP_RUN='$(abs_top_srcdir)/scripts/np-run'; export NP_RUN; \
	MPI_NAME='$(MPI_NAME)'; export MPI_NAME; \
	MPIEXEC='$(MPIEXEC)'; export MPIEXEC; \
	MPI_CFLAGS='$(MPI_CFLAGS)'; export MPI_CFLAGS; \
	MPI_LIBS='$(MPI_LIBS)'; export MPI_LIBS; \
	MAKE='$(MAKE)'; export MAKE; \
	PKG_CONFIG='$(PKG_CONFIG)'; export PKG_CONFIG; \
	PYTHON="$${PYTHON-python3}"; export PYTHON; \
	CC='$(CC)'; export CC; \
	CXX='$(CXX)'; export CXX; \
	CPPFLAGS='$(CPPFLAGS)'; export CPPFLAGS; \
	CFLAGS='$(GFN_SANITIZE_CFLAGS) $(CFLAGS)'; export CFLAGS; \
	LDFLAGS='$(GFN_SANITIZE_CFLAGS) $(LDFLAGS)'; export LDFLAGS; \
	ASAN_OPTIONS="detect_leaks=$(LEAKS):allocator_may_return_null=1:$$ASAN_OPTIONS"; \
	export ASAN_OPTIONS; \
	LSAN_OPTIONS="suppressions=$(abs_top_srcdir)/tests/leaks.supp:print_suppressions=0:$$LSAN_OPTIONS"; \
	export LSAN_OPTIONS; \
	UBSAN_OPTIONS="print_stacktrace=1:$$UBSAN_OPTIONS"; export UBSAN_OPTIONS;

# What users find after `make install`, honouring the same DESTDIR.
installcheck-local:
	@$(AM_TESTS_ENVIRONMENT) \
	DESTDIR='$(DESTDIR)'; export DESTDIR; \
	installed='$(bindir)'/`echo gfn-dist | sed '$(transform)'`$(EXEEXT); export installed; \
	libdir='$(libdir)'; export libdir; \
	pkgconfigdir='$(pkgconfigdir)'; export pkgconfigdir; \
	examplesdir='$(examplesdir)'; export examplesdir; \
	man_page=`echo '$(man1_MANS:.1=)' | sed '$(transform);s|..*|$(man1dir)/&.1|'`; \
	export man_page; \
	completion='$(bashcompletion_DATA:completions/%=$(bashcompletiondir)/%)'; \
	export completion; \
	$(SH_LOG_COMPILER) $(srcdir)/tests/external/installed.sh

# Learning that takes minutes: these tests do more where GFN_LONG=yes.
LONG_TESTS = tests/cli/same-bits.sh tests/cli/presets.sh tests/cli/converge.sh \
	tests/cli/exact.sh tests/cli/worlds-learn.sh
check-long: all
	@GFN_LONG=yes TEST_SECONDS=3600 $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(LONG_TESTS)'
	@$(MAKE) $(AM_MAKEFLAGS) -s --no-print-directory count-tests TESTS='$(LONG_TESTS)'
.PHONY: check-long

# While one writes code: unit tests, and 2 ranks.
QUICK_TESTS = $(UNIT_TESTS) $(TWO_RANKS)
check-quick: all
	@$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(QUICK_TESTS)'
	@$(MAKE) $(AM_MAKEFLAGS) -s --no-print-directory count-tests TESTS='$(QUICK_TESTS)'
.PHONY: check-quick

# The last line of scripts/check: the total over all tests of the last `make check`.
count-tests:
	@$(top_srcdir)/scripts/count-tests $(TEST_LOGS:.log=)
.PHONY: count-tests need-cmocka

if !HAVE_CMOCKA
check-am: need-cmocka
need-cmocka:
	@echo "make check: cmocka is missing (hint: apt-get install libcmocka-dev, then configure)" >&2
	@exit 1
endif

EXTRA_DIST += .ci/run .clang-format \
	scripts/bench scripts/check scripts/count-tests scripts/debian-check scripts/demo scripts/gfn-dist.sbatch \
	scripts/netns-cluster scripts/np-run scripts/same-bits scripts/setup scripts/slurm-cluster \
	scripts/test-run scripts/torture
