# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libsummary.la
libsummary_la_SOURCES = \
	src/summary/captions.c \
	src/summary/compose.c \
	src/summary/curves.c \
	src/summary/pictures.c \
	src/summary/portrait.c src/summary/portrait.h \
	src/summary/run_summary.c src/summary/run_summary.h \
	src/summary/sweep.c src/summary/sweep.h \
	src/summary/sweep_open.c \
	src/summary/sweep_results.c \
	src/summary/sweep_runs.c
