# SPDX-License-Identifier: MIT
PLOT_TESTS = \
	tests/unit/plot_viridis
check_PROGRAMS += $(PLOT_TESTS)
UNIT_TESTS += $(PLOT_TESTS)
tests_unit_plot_viridis_SOURCES = tests/unit/plot_viridis.c
tests_unit_plot_viridis_LDADD = $(LINK_plot) $(CMOCKA_LIBS)
