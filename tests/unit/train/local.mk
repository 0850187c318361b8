# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/train/failures
UNIT_TESTS += tests/unit/train/failures
tests_unit_train_failures_SOURCES = tests/unit/train/failures.c tests/unit/fixture.h
tests_unit_train_failures_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/log_z
UNIT_TESTS += tests/unit/train/log_z
tests_unit_train_log_z_SOURCES = tests/unit/train/log_z.c tests/unit/fixture.h
tests_unit_train_log_z_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/run
UNIT_TESTS += tests/unit/train/run
tests_unit_train_run_SOURCES = tests/unit/train/run.c
tests_unit_train_run_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/unchanged
UNIT_TESTS += tests/unit/train/unchanged
tests_unit_train_unchanged_SOURCES = tests/unit/train/unchanged.c tests/unit/fixture.h
tests_unit_train_unchanged_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test lets allocations fail.
tests_unit_train_unchanged_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=strdup

check_PROGRAMS += tests/unit/train/large_rewards
UNIT_TESTS += tests/unit/train/large_rewards
tests_unit_train_large_rewards_SOURCES = tests/unit/train/large_rewards.c
tests_unit_train_large_rewards_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/modes
UNIT_TESTS += tests/unit/train/modes
tests_unit_train_modes_SOURCES = tests/unit/train/modes.c tests/unit/fixture.h
tests_unit_train_modes_LDADD = $(LINK_train) $(CMOCKA_LIBS)
