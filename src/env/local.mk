# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libenv.la
libenv_la_SOURCES = \
	src/env/check.c \
	src/env/check_calls.c src/env/check_calls.h \
	src/env/check_fresh.c src/env/check_fresh.h \
	src/env/dag.c src/env/dag.h \
	src/env/dag_data.c src/env/dag_scores.c \
	src/env/dag_names.c src/env/dag_graph.c src/env/dag_numbers.c \
	src/env/dag_layers.c src/env/dag_layers.h \
	src/env/dag_posterior.c \
	src/env/dag_solver.c src/env/dag_solver.h \
	src/env/enumerate.c src/env/enumeration.h \
	src/env/env.c \
	src/env/env_record.c \
	src/env/hypergrid.c \
	src/env/hypergrid_rewards.c src/env/hypergrid_rewards.h \
	src/env/ising.c src/env/ising.h \
	src/env/ising_kaufman.c \
	src/env/ising_rows.c src/env/ising_rows.h \
	src/env/ising_solver.c \
	src/env/ising_sum.c \
	src/env/ising_torus.c \
	src/env/check_objects.c \
	src/env/numbered.c \
	src/env/permutation.c src/env/permutation.h \
	src/env/permutation_solver.c \
	src/env/plugin.c \
	src/env/check_probe.c src/env/check_probe.h \
	src/env/registry.c \
	src/env/sequence.c \
	src/env/sequence_letters.c src/env/sequence_letters.h \
	src/env/set.c src/env/set.h src/env/set_numbers.c src/env/set_solver.c \
	src/env/env_reward.c src/env/env_text.c src/env/env_read.c \
	src/env/check_rules.c src/env/check_rules.h \
	src/env/check_threads.c src/env/check_threads.h \
	src/env/validate.c \
	src/env/env_internal.h
