# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = \
	src/base/clock.c src/base/clock.h \
	src/base/clones.h \
	src/base/draws.c src/base/draws.h src/base/draws_philox.h \
	src/base/fail.c src/base/fail.h \
	src/base/fingerprint.c src/base/fingerprint.h \
	src/base/fixed.c src/base/fixed.h \
	src/base/memory.c src/base/memory.h \
	src/base/names.c src/base/names.h \
	src/base/options.c \
	src/base/parallel.c src/base/parallel.h \
	src/base/random.c \
	src/base/sum.h \
	src/base/text.c src/base/text.h \
	src/base/ticker.c src/base/ticker.h \
	src/base/version.c
