# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libstep.la
libstep_la_SOURCES = \
	src/step/allreduce.c src/step/allreduce.h \
	src/step/backward_blocks.c src/step/backward_blocks.h \
	src/step/batch.c src/step/batch.h \
	src/step/batch_means.c src/step/batch_means.h \
	src/step/columns.c src/step/columns.h \
	src/step/derivatives.c src/step/derivatives.h \
	src/step/entries.c src/step/entries.h \
	src/step/gradient.c src/step/gradient.h \
	src/step/gradient_general.c \
	src/step/gradient_parts.h \
	src/step/gradient_shared.c \
	src/step/gradient_small.c \
	src/step/learner.c src/step/learner.h \
	src/step/merge_states.c src/step/merge_states.h \
	src/step/modes.c src/step/modes.h \
	src/step/replay.c src/step/replay.h \
	src/step/step.c \
	src/step/stopwatch.c src/step/stopwatch.h \
	src/step/target_network.c src/step/target_network.h \
	src/step/terms.c src/step/terms.h \
	src/step/thread_tuner.c src/step/thread_tuner.h \
	src/step/top.c src/step/top.h \
	src/step/update.c src/step/update.h
