# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libplot.la
libplot_la_SOURCES = \
	src/plot/viridis.c
