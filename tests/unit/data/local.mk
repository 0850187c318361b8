# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/data/replay_buffer
UNIT_TESTS += tests/unit/data/replay_buffer
tests_unit_data_replay_buffer_SOURCES = tests/unit/data/replay_buffer.c
tests_unit_data_replay_buffer_LDADD = $(LINK_data) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/data/state_set
UNIT_TESTS += tests/unit/data/state_set
tests_unit_data_state_set_SOURCES = tests/unit/data/state_set.c
tests_unit_data_state_set_LDADD = $(LINK_data) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/data/trajectories
UNIT_TESTS += tests/unit/data/trajectories
tests_unit_data_trajectories_SOURCES = tests/unit/data/trajectories.c
tests_unit_data_trajectories_LDADD = $(LINK_data) $(CMOCKA_LIBS)
