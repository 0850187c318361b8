# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libdata.la
libdata_la_SOURCES = \
	src/data/record.h \
	src/data/replay.c src/data/replay.h \
	src/data/state_set.c src/data/state_set.h \
	src/data/trajectories.c
