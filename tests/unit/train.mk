# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/train_bounds
UNIT_TESTS += tests/unit/train_bounds
tests_unit_train_bounds_SOURCES = tests/unit/train_bounds.c
tests_unit_train_bounds_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_gradient64
UNIT_TESTS += tests/unit/train_gradient64
tests_unit_train_gradient64_SOURCES = tests/unit/train_gradient.c $(WORLDS)
tests_unit_train_gradient64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_train_gradient64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_hostile
UNIT_TESTS += tests/unit/train_hostile
tests_unit_train_hostile_SOURCES = tests/unit/train_hostile.c
tests_unit_train_hostile_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test counts what is allocated.
tests_unit_train_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc

check_PROGRAMS += tests/unit/train_resume
UNIT_TESTS += tests/unit/train_resume
tests_unit_train_resume_SOURCES = tests/unit/train_resume.c
tests_unit_train_resume_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_run
UNIT_TESTS += tests/unit/train_run
tests_unit_train_run_SOURCES = tests/unit/train_run.c
tests_unit_train_run_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_tune
UNIT_TESTS += tests/unit/train_tune
tests_unit_train_tune_SOURCES = tests/unit/train_tune.c
tests_unit_train_tune_LDADD = $(LINK_train) $(CMOCKA_LIBS)
