# SPDX-License-Identifier: MIT
ENV_TESTS = \
	tests/unit/env/check \
	tests/unit/env/check_calls \
	tests/unit/env/check_edges \
	tests/unit/env/check_failures \
	tests/unit/env/dag \
	tests/unit/env/dag_golden \
	tests/unit/env/dag_scores \
	tests/unit/env/dag_solver \
	tests/unit/env/env_record \
	tests/unit/env/enumerate \
	tests/unit/env/hypergrid \
	tests/unit/env/hypergrid_rewards \
	tests/unit/env/ising \
	tests/unit/env/ising_solvers \
	tests/unit/env/lanes \
	tests/unit/env/objects \
	tests/unit/env/permutation \
	tests/unit/env/plugin \
	tests/unit/env/rewards \
	tests/unit/env/sequence \
	tests/unit/env/sequence_text \
	tests/unit/env/set \
	tests/unit/env/set_data \
	tests/unit/env/set_solver
check_PROGRAMS += $(ENV_TESTS)
UNIT_TESTS += $(ENV_TESTS)
# Worlds unlike a grid, for the tests of other rooms too.
WORLDS = tests/unit/env/worlds.c tests/unit/env/worlds.h tests/unit/env/make.h
tests_unit_env_check_SOURCES = tests/unit/env/check.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_check_calls_SOURCES = tests/unit/env/check_calls.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_calls_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_check_edges_SOURCES = tests/unit/env/check_edges.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_edges_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_check_failures_SOURCES = tests/unit/env/check_failures.c tests/unit/env/frail.h \
	$(WORLDS)
tests_unit_env_check_failures_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_dag_SOURCES = tests/unit/env/dag.c tests/unit/env/make_dag.h
tests_unit_env_dag_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_dag_golden_SOURCES = tests/unit/env/dag_golden.c tests/unit/env/make_dag.h
tests_unit_env_dag_golden_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_dag_scores_SOURCES = tests/unit/env/dag_scores.c tests/unit/env/make_dag.h
tests_unit_env_dag_scores_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_dag_solver_SOURCES = tests/unit/env/dag_solver.c tests/unit/env/make_dag.h
tests_unit_env_dag_solver_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_env_record_SOURCES = tests/unit/env/env_record.c $(WORLDS)
tests_unit_env_env_record_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_enumerate_SOURCES = tests/unit/env/enumerate.c tests/unit/env/jump_first.h $(WORLDS)
tests_unit_env_enumerate_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_hypergrid_SOURCES = tests/unit/env/hypergrid.c tests/unit/env/make.h
tests_unit_env_hypergrid_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_hypergrid_rewards_SOURCES = tests/unit/env/hypergrid_rewards.c tests/unit/env/make.h
tests_unit_env_hypergrid_rewards_LDADD = $(LINK_env) $(CMOCKA_LIBS)
# Kinds that know their distribution.
SOLVED = tests/unit/env/solver.h tests/unit/env/make.h
tests_unit_env_ising_SOURCES = tests/unit/env/ising.c tests/unit/env/ising.h $(SOLVED)
tests_unit_env_ising_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_ising_solvers_SOURCES = tests/unit/env/ising_solvers.c tests/unit/env/ising.h \
	$(SOLVED)
tests_unit_env_ising_solvers_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_lanes_SOURCES = tests/unit/env/lanes.c $(WORLDS)
tests_unit_env_lanes_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_objects_SOURCES = tests/unit/env/objects.c $(WORLDS)
tests_unit_env_objects_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_permutation_SOURCES = tests/unit/env/permutation.c $(SOLVED)
tests_unit_env_permutation_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_plugin_SOURCES = tests/unit/env/plugin.c $(WORLDS)
tests_unit_env_plugin_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_rewards_SOURCES = tests/unit/env/rewards.c $(WORLDS)
tests_unit_env_rewards_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_sequence_SOURCES = tests/unit/env/sequence.c tests/unit/env/make.h
tests_unit_env_sequence_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_sequence_text_SOURCES = tests/unit/env/sequence_text.c tests/unit/env/make.h
tests_unit_env_sequence_text_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_set_SOURCES = tests/unit/env/set.c tests/unit/env/make.h tests/unit/env/make_matrix.h
tests_unit_env_set_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_set_data_SOURCES = tests/unit/env/set_data.c tests/unit/env/make.h \
	tests/unit/env/make_matrix.h
tests_unit_env_set_data_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_set_solver_SOURCES = tests/unit/env/set_solver.c tests/unit/env/make.h \
	tests/unit/env/make_matrix.h
tests_unit_env_set_solver_LDADD = $(LINK_env) $(CMOCKA_LIBS)
