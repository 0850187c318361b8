# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/run/metric_table
UNIT_TESTS += tests/unit/run/metric_table
tests_unit_run_metric_table_SOURCES = tests/unit/run/metric_table.c
tests_unit_run_metric_table_LDADD = $(LINK_run) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/bounds
UNIT_TESTS += tests/unit/run/bounds
tests_unit_run_bounds_SOURCES = tests/unit/run/bounds.c
tests_unit_run_bounds_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/collapse
UNIT_TESTS += tests/unit/run/collapse
tests_unit_run_collapse_SOURCES = tests/unit/run/collapse.c
tests_unit_run_collapse_LDADD = $(LINK_run) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/presets
UNIT_TESTS += tests/unit/run/presets
tests_unit_run_presets_SOURCES = tests/unit/run/presets.c
tests_unit_run_presets_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/trajectories
UNIT_TESTS += tests/unit/run/trajectories
tests_unit_run_trajectories_SOURCES = tests/unit/run/trajectories.c tests/unit/fixture.h
tests_unit_run_trajectories_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/test_set
UNIT_TESTS += tests/unit/run/test_set
tests_unit_run_test_set_SOURCES = tests/unit/run/test_set.c tests/unit/io/scratch.h
tests_unit_run_test_set_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/run/statistics
UNIT_TESTS += tests/unit/run/statistics
tests_unit_run_statistics_SOURCES = tests/unit/run/statistics.c
tests_unit_run_statistics_LDADD = $(LINK_run) $(CMOCKA_LIBS)
