# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += librollout.la
librollout_la_SOURCES = \
	src/rollout/walk_back.c \
	src/rollout/forward.c src/rollout/forward.h \
	src/rollout/parents.c \
	src/rollout/rows.c src/rollout/rows.h \
	src/rollout/sampler.c src/rollout/sampler.h \
	src/rollout/walk_table.c \
	src/rollout/walk_given.c \
	src/rollout/walk_waves.c
