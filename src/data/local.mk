# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libdata.la
libdata_la_SOURCES = \
	src/data/exchange.c src/data/exchange.h \
	src/data/packed_state.h \
	src/data/replay_buffer.c src/data/replay_buffer.h \
	src/data/state_set.c src/data/state_set.h \
	src/data/trajectories.c
