# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/summary/sweep
UNIT_TESTS += tests/unit/summary/sweep
tests_unit_summary_sweep_SOURCES = tests/unit/summary/sweep.c tests/unit/fixture.h
tests_unit_summary_sweep_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/summary/portrait
UNIT_TESTS += tests/unit/summary/portrait
tests_unit_summary_portrait_SOURCES = tests/unit/summary/portrait.c tests/unit/fixture.h
tests_unit_summary_portrait_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/summary/bands
UNIT_TESTS += tests/unit/summary/bands
tests_unit_summary_bands_SOURCES = tests/unit/summary/bands.c
tests_unit_summary_bands_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/summary/groups
UNIT_TESTS += tests/unit/summary/groups
tests_unit_summary_groups_SOURCES = tests/unit/summary/groups.c tests/unit/fixture.h
tests_unit_summary_groups_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/summary/views
UNIT_TESTS += tests/unit/summary/views
tests_unit_summary_views_SOURCES = tests/unit/summary/views.c tests/unit/summary/portray.h \
	tests/unit/fixture.h
tests_unit_summary_views_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/summary/wild_views
UNIT_TESTS += tests/unit/summary/wild_views
tests_unit_summary_wild_views_SOURCES = tests/unit/summary/wild_views.c \
	tests/unit/summary/portray.h tests/unit/fixture.h tests/unit/env/worlds.c \
	tests/unit/env/worlds.h
tests_unit_summary_wild_views_LDADD = $(LINK_train) $(CMOCKA_LIBS)
