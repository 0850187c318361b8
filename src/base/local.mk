# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	src/base/clock.c src/base/clock.h \
	src/base/clones.h \
	src/base/control_groups.c src/base/control_groups.h \
	src/base/error.c src/base/error.h \
	src/base/fingerprint.c src/base/fingerprint.h \
	src/base/fixed_point.c src/base/fixed_point.h \
	src/base/float_mode.c src/base/float_mode.h \
	src/base/format.c src/base/format.h \
	src/base/interrupt.c src/base/interrupt.h \
	src/base/memory.c src/base/memory.h \
	src/base/name_table.c src/base/name_table.h \
	src/base/notices.c src/base/notices.h \
	src/base/option_matrices.c src/base/option_matrices.h \
	src/base/option_types.c src/base/option_types.h \
	src/base/options.c \
	src/base/parallel.c src/base/parallel.h \
	src/base/parse.c src/base/parse.h \
	src/base/random.c \
	src/base/random_block.c src/base/random_block.h \
	src/base/random_block_philox.h \
	src/base/shared_loop.c src/base/shared_loop.h \
	src/base/sum.h \
	src/base/thread_probe.c src/base/thread_probe.h \
	src/base/ticker.c src/base/ticker.h \
	src/base/version.c
