# SPDX-License-Identifier: MIT
ENV_TESTS = \
	tests/unit/env_check \
	tests/unit/env_check_edges \
	tests/unit/env_hypergrid \
	tests/unit/env_landscape \
	tests/unit/env_lanes \
	tests/unit/env_objects \
	tests/unit/env_plugin \
	tests/unit/env_rewards
check_PROGRAMS += $(ENV_TESTS)
UNIT_TESTS += $(ENV_TESTS)
# Worlds unlike a grid, for the tests of other rooms too.
WORLDS = tests/unit/env_worlds.c tests/unit/env_worlds.h tests/unit/env_make.h
tests_unit_env_check_SOURCES = tests/unit/env_check.c tests/unit/env_broken.h $(WORLDS)
tests_unit_env_check_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_check_edges_SOURCES = tests/unit/env_check_edges.c tests/unit/env_broken.h $(WORLDS)
tests_unit_env_check_edges_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_hypergrid_SOURCES = tests/unit/env_hypergrid.c tests/unit/env_make.h
tests_unit_env_hypergrid_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_landscape_SOURCES = tests/unit/env_landscape.c tests/unit/env_make.h
tests_unit_env_landscape_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_lanes_SOURCES = tests/unit/env_lanes.c $(WORLDS)
tests_unit_env_lanes_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_objects_SOURCES = tests/unit/env_objects.c $(WORLDS)
tests_unit_env_objects_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_plugin_SOURCES = tests/unit/env_plugin.c $(WORLDS)
tests_unit_env_plugin_LDADD = $(LINK_env) $(CMOCKA_LIBS)
tests_unit_env_rewards_SOURCES = tests/unit/env_rewards.c $(WORLDS)
tests_unit_env_rewards_LDADD = $(LINK_env) $(CMOCKA_LIBS)
