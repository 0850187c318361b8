# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libenvs.la
libenvs_la_SOURCES = \
	src/envs/dag.c src/envs/dag.h \
	src/envs/dag_data.c \
	src/envs/dag_graph.c \
	src/envs/dag_layers.c src/envs/dag_layers.h \
	src/envs/dag_names.c \
	src/envs/dag_numbers.c \
	src/envs/dag_posterior.c \
	src/envs/dag_scores.c \
	src/envs/dag_solver.c src/envs/dag_solver.h \
	src/envs/hypergrid.c \
	src/envs/hypergrid_rewards.c src/envs/hypergrid_rewards.h \
	src/envs/ising.c src/envs/ising.h \
	src/envs/ising_kaufman.c \
	src/envs/ising_picture.c \
	src/envs/ising_rows.c src/envs/ising_rows.h \
	src/envs/ising_solver.c \
	src/envs/ising_sum.c \
	src/envs/ising_torus.c \
	src/envs/permutation.c src/envs/permutation.h \
	src/envs/permutation_solver.c \
	src/envs/registry.c src/envs/registry.h \
	src/envs/sequence.c \
	src/envs/sequence_letters.c src/envs/sequence_letters.h \
	src/envs/set.c src/envs/set.h \
	src/envs/set_numbers.c \
	src/envs/set_solver.c
