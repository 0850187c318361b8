# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/step/gradient64
UNIT_TESTS += tests/unit/step/gradient64
tests_unit_step_gradient64_SOURCES = tests/unit/step/gradient.c $(WORLDS)
tests_unit_step_gradient64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_step_gradient64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/step/golden tests/unit/step/golden64
UNIT_TESTS += tests/unit/step/golden tests/unit/step/golden64
tests_unit_step_golden_SOURCES = tests/unit/step/golden.c
tests_unit_step_golden_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_step_golden_LDADD = $(LINK_step) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_step_golden64_SOURCES = tests/unit/step/golden.c
tests_unit_step_golden64_CPPFLAGS = $(CPPFLAGS64) $(JANSSON_CFLAGS)
tests_unit_step_golden64_LDADD = $(LINK64) $(JANSSON_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/golden/objectives_2d.json tests/golden/objectives_3d.json

check_PROGRAMS += tests/unit/step/oracle64
UNIT_TESTS += tests/unit/step/oracle64
tests_unit_step_oracle64_SOURCES = tests/unit/step/oracle.c
tests_unit_step_oracle64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_step_oracle64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/step/thread_tuner
UNIT_TESTS += tests/unit/step/thread_tuner
tests_unit_step_thread_tuner_SOURCES = tests/unit/step/thread_tuner.c
tests_unit_step_thread_tuner_LDADD = $(LINK_step) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/step/contracts
UNIT_TESTS += tests/unit/step/contracts
tests_unit_step_contracts_SOURCES = tests/unit/step/contracts.c
tests_unit_step_contracts_LDADD = $(LINK_step) $(CMOCKA_LIBS)
# The test makes an exchange fail.
tests_unit_step_contracts_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=gfn_comm_gather_i64

check_PROGRAMS += tests/unit/step/replay
UNIT_TESTS += tests/unit/step/replay
tests_unit_step_replay_SOURCES = tests/unit/step/replay.c tests/unit/fixture.h
tests_unit_step_replay_LDADD = $(LINK_train) $(CMOCKA_LIBS)
