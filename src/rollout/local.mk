# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += librollout.la
librollout_la_SOURCES = \
	src/rollout/backward.c \
	src/rollout/forward.c src/rollout/forward.h \
	src/rollout/parents.c \
	src/rollout/rows.c \
	src/rollout/sampler.c src/rollout/sampler.h \
	src/rollout/table.c \
	src/rollout/walk.c \
	src/rollout/waves.c
