# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libtrain.la
libtrain_la_SOURCES = \
	src/train/add.c \
	src/train/advance.c \
	src/train/allreduce.c \
	src/train/backward_blocks.c \
	src/train/batch.c \
	src/train/captions.c \
	src/train/checkpoint.c src/train/checkpoint.h \
	src/train/compose.c \
	src/train/curves.c \
	src/train/found.c src/train/found.h \
	src/train/gradient.c src/train/gradient.h \
	src/train/keep.c \
	src/train/load.c \
	src/train/merge_states.c \
	src/train/modes.c \
	src/train/pictures.c \
	src/train/portrait.c src/train/portrait.h \
	src/train/replay.c \
	src/train/restore.c \
	src/train/resume.c \
	src/train/step.c \
	src/train/sweep.c src/train/sweep.h \
	src/train/sweep_results.c \
	src/train/thread_tuner.c \
	src/train/trainer.c src/train/trainer.h \
	src/train/update.c
