# SPDX-License-Identifier: MIT
ENVS_TESTS = \
	tests/unit/envs/dag \
	tests/unit/envs/dag_golden \
	tests/unit/envs/dag_scores \
	tests/unit/envs/dag_solver \
	tests/unit/envs/hypergrid \
	tests/unit/envs/hypergrid_rewards \
	tests/unit/envs/ising \
	tests/unit/envs/ising_solvers \
	tests/unit/envs/partial_rewards \
	tests/unit/envs/permutation \
	tests/unit/envs/sequence \
	tests/unit/envs/sequence_text \
	tests/unit/envs/set \
	tests/unit/envs/set_data \
	tests/unit/envs/set_solver
check_PROGRAMS += $(ENVS_TESTS)
UNIT_TESTS += $(ENVS_TESTS)
tests_unit_envs_dag_SOURCES = tests/unit/envs/dag.c tests/unit/envs/make_dag.h
tests_unit_envs_dag_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_dag_golden_SOURCES = tests/unit/envs/dag_golden.c tests/unit/envs/make_dag.h
tests_unit_envs_dag_golden_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_dag_scores_SOURCES = tests/unit/envs/dag_scores.c tests/unit/envs/make_dag.h
tests_unit_envs_dag_scores_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_dag_solver_SOURCES = tests/unit/envs/dag_solver.c tests/unit/envs/make_dag.h
tests_unit_envs_dag_solver_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_hypergrid_SOURCES = tests/unit/envs/hypergrid.c tests/unit/env/make.h
tests_unit_envs_hypergrid_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_hypergrid_rewards_SOURCES = tests/unit/envs/hypergrid_rewards.c \
	tests/unit/env/make.h
tests_unit_envs_hypergrid_rewards_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
# Kinds that know their distribution.
SOLVED = tests/unit/envs/solver.h tests/unit/env/make.h
tests_unit_envs_ising_SOURCES = tests/unit/envs/ising.c tests/unit/envs/ising.h $(SOLVED)
tests_unit_envs_ising_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_ising_solvers_SOURCES = tests/unit/envs/ising_solvers.c tests/unit/envs/ising.h \
	$(SOLVED)
tests_unit_envs_ising_solvers_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_partial_rewards_SOURCES = tests/unit/envs/partial_rewards.c \
	tests/unit/envs/ising.h $(SOLVED)
tests_unit_envs_partial_rewards_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_permutation_SOURCES = tests/unit/envs/permutation.c $(SOLVED)
tests_unit_envs_permutation_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_sequence_SOURCES = tests/unit/envs/sequence.c tests/unit/env/make.h
tests_unit_envs_sequence_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_sequence_text_SOURCES = tests/unit/envs/sequence_text.c tests/unit/env/make.h
tests_unit_envs_sequence_text_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_set_SOURCES = tests/unit/envs/set.c tests/unit/env/make.h \
	tests/unit/envs/make_matrix.h
tests_unit_envs_set_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_set_data_SOURCES = tests/unit/envs/set_data.c tests/unit/env/make.h \
	tests/unit/envs/make_matrix.h
tests_unit_envs_set_data_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_envs_set_solver_SOURCES = tests/unit/envs/set_solver.c tests/unit/env/make.h \
	tests/unit/envs/make_matrix.h
tests_unit_envs_set_solver_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
