# SPDX-License-Identifier: MIT
ENV_TESTS = \
	tests/unit/env/check \
	tests/unit/env/check_calls \
	tests/unit/env/check_edges \
	tests/unit/env/check_failures \
	tests/unit/env/check_solver \
	tests/unit/env/check_texts \
	tests/unit/env/env_record \
	tests/unit/env/enumerate \
	tests/unit/env/lanes \
	tests/unit/env/objects \
	tests/unit/env/plugin \
	tests/unit/env/rewards
check_PROGRAMS += $(ENV_TESTS)
UNIT_TESTS += $(ENV_TESTS)
# Worlds unlike a grid, for the tests of other rooms too.
WORLDS = tests/unit/env/worlds.c tests/unit/env/worlds.h tests/unit/env/make.h
tests_unit_env_check_SOURCES = tests/unit/env/check.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_check_calls_SOURCES = tests/unit/env/check_calls.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_calls_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_check_edges_SOURCES = tests/unit/env/check_edges.c tests/unit/env/broken.h $(WORLDS)
tests_unit_env_check_edges_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_check_failures_SOURCES = tests/unit/env/check_failures.c tests/unit/env/frail.h \
	$(WORLDS)
tests_unit_env_check_failures_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_check_solver_SOURCES = tests/unit/env/check_solver.c tests/unit/env/broken.h \
	tests/unit/env/rich.h $(WORLDS)
tests_unit_env_check_solver_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_check_texts_SOURCES = tests/unit/env/check_texts.c tests/unit/env/broken.h \
	tests/unit/env/rich.h $(WORLDS)
tests_unit_env_check_texts_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_env_record_SOURCES = tests/unit/env/env_record.c $(WORLDS)
tests_unit_env_env_record_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_enumerate_SOURCES = tests/unit/env/enumerate.c tests/unit/env/jump_first.h $(WORLDS)
tests_unit_env_enumerate_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_lanes_SOURCES = tests/unit/env/lanes.c $(WORLDS)
tests_unit_env_lanes_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_objects_SOURCES = tests/unit/env/objects.c $(WORLDS)
tests_unit_env_objects_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_plugin_SOURCES = tests/unit/env/plugin.c $(WORLDS)
tests_unit_env_plugin_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
tests_unit_env_rewards_SOURCES = tests/unit/env/rewards.c $(WORLDS)
tests_unit_env_rewards_LDADD = $(LINK_envs) $(CMOCKA_LIBS)
