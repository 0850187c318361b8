# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += librun.la
librun_la_SOURCES = \
	src/run/collapse.c \
	src/run/count_distinct.c \
	src/run/exact_plan.c \
	src/run/marginals.c src/run/marginals.h \
	src/run/matrix_copies.c src/run/matrix_copies.h \
	src/run/measure_bounds.c \
	src/run/measure_exact.c src/run/measure_exact.h \
	src/run/measure_samples.c \
	src/run/metadata.c src/run/metadata.h \
	src/run/metric_table.c \
	src/run/object_field.c src/run/object_field.h \
	src/run/path_files.c src/run/path_files.h \
	src/run/plugin_trust.c src/run/plugin_trust.h \
	src/run/presets.c \
	src/run/run_matrices.c \
	src/run/run_rewards.c src/run/run_rewards.h \
	src/run/run.c src/run/run.h \
	src/run/run_options.c \
	src/run/run_queries.c \
	src/run/share_options.c \
	src/run/solution.c src/run/solution.h \
	src/run/statistics.c src/run/statistics.h \
	src/run/terminal_states.c src/run/terminal_states.h \
	src/run/threads.c \
	src/run/write_samples.c \
	src/run/write_trajectories.c
