# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libeval.la
libeval_la_SOURCES = \
	src/eval/crew.c src/eval/crew.h \
	src/eval/exact.c src/eval/exact.h \
	src/eval/graph.c src/eval/graph.h \
	src/eval/histogram.c \
	src/eval/marginal.c src/eval/marginal.h \
	src/eval/metrics.c src/eval/metrics.h \
	src/eval/regions.c src/eval/regions.h \
	src/eval/survey.c src/eval/survey.h
