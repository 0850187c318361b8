# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += librollout.la
librollout_la_SOURCES = \
	src/rollout/faults.c src/rollout/faults.h \
	src/rollout/fill_rows.c src/rollout/fill_rows.h \
	src/rollout/flows_back.c src/rollout/flows_back.h \
	src/rollout/forward.c src/rollout/forward.h \
	src/rollout/observe.c src/rollout/observe.h \
	src/rollout/parents.c \
	src/rollout/requests.c \
	src/rollout/rows.h \
	src/rollout/sampler.c \
	src/rollout/state_table.c src/rollout/state_table.h \
	src/rollout/storage.c src/rollout/storage.h \
	src/rollout/walk.c src/rollout/walk.h \
	src/rollout/walk_back.c \
	src/rollout/walk_table.c \
	src/rollout/walk_waves.c
