# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/train/run
UNIT_TESTS += tests/unit/train/run
tests_unit_train_run_SOURCES = tests/unit/train/run.c
tests_unit_train_run_LDADD = $(LINK_train) $(CMOCKA_LIBS)
