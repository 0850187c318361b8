# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libsummary.la
libsummary_la_SOURCES = \
	src/summary/best_objects.c src/summary/best_objects.h \
	src/summary/bands.c src/summary/bands.h \
	src/summary/captions.c \
	src/summary/compose.c src/summary/composition.h \
	src/summary/curve_panels.c \
	src/summary/curves.c \
	src/summary/distributions.c \
	src/summary/figures.c src/summary/figures.h \
	src/summary/groups.c src/summary/groups.h \
	src/summary/histogram_panels.c \
	src/summary/labels.c \
	src/summary/marginals_file.c src/summary/marginals_file.h \
	src/summary/pictures.c \
	src/summary/portrait.c src/summary/portrait.h \
	src/summary/results_text.c \
	src/summary/run_summary.c src/summary/run_summary.h \
	src/summary/sweep.c src/summary/sweep.h \
	src/summary/sweep_open.c \
	src/summary/sweep_results.c \
	src/summary/sweep_runs.c \
	src/summary/views.c
