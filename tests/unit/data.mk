# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/data_replay
UNIT_TESTS += tests/unit/data_replay
tests_unit_data_replay_SOURCES = tests/unit/data_replay.c
tests_unit_data_replay_LDADD = $(LINK_data) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/data_state_set
UNIT_TESTS += tests/unit/data_state_set
tests_unit_data_state_set_SOURCES = tests/unit/data_state_set.c
tests_unit_data_state_set_LDADD = $(LINK_data) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/data_trajectories
UNIT_TESTS += tests/unit/data_trajectories
tests_unit_data_trajectories_SOURCES = tests/unit/data_trajectories.c
tests_unit_data_trajectories_LDADD = $(LINK_data) $(CMOCKA_LIBS)
