# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libtrain.la
libtrain_la_SOURCES = \
	src/train/add.c \
	src/train/advance.c \
	src/train/batch.c \
	src/train/blocks.c \
	src/train/bounds.c \
	src/train/checkpoint.c src/train/checkpoint.h \
	src/train/draw.c \
	src/train/evaluate.c \
	src/train/found.c src/train/found.h \
	src/train/gradient.c src/train/gradient.h \
	src/train/keep.c \
	src/train/layout.c \
	src/train/load.c \
	src/train/merge.c \
	src/train/message.c \
	src/train/metadata.c src/train/metadata.h \
	src/train/modes.c \
	src/train/options.c \
	src/train/pack.c \
	src/train/picture.c \
	src/train/plan.c \
	src/train/plugin.c src/train/plugin.h \
	src/train/plot_runs.c \
	src/train/portrait.c src/train/portrait.h \
	src/train/portrait_curves.c \
	src/train/portrait_text.c \
	src/train/presets.c \
	src/train/replays.c \
	src/train/restore.c \
	src/train/resume.c \
	src/train/rewards.c \
	src/train/run.c src/train/run.h \
	src/train/statistics.c src/train/statistics.h \
	src/train/step.c \
	src/train/sweep.c src/train/sweep.h \
	src/train/sweep_results.c \
	src/train/trainer.c src/train/trainer.h \
	src/train/trajectories.c \
	src/train/tune.c \
	src/train/update.c
