# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libeval.la
libeval_la_SOURCES = \
	src/eval/exact.c \
	src/eval/histogram.c \
	src/eval/metrics.c
