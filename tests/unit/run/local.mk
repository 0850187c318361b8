# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/run/metric_table
UNIT_TESTS += tests/unit/run/metric_table
tests_unit_run_metric_table_SOURCES = tests/unit/run/metric_table.c
tests_unit_run_metric_table_LDADD = $(LINK_run) $(CMOCKA_LIBS)
