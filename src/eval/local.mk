# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libeval.la
libeval_la_SOURCES = \
	src/eval/state_loop.c src/eval/state_loop.h \
	src/eval/exact.c src/eval/exact.h \
	src/eval/edges.c src/eval/edges.h \
	src/eval/histogram.c \
	src/eval/marginal.c src/eval/marginal.h \
	src/eval/metrics.c src/eval/metrics.h \
	src/eval/mode_regions.c src/eval/mode_regions.h \
	src/eval/target.c src/eval/target.h
