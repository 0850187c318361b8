# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/store/hostile
UNIT_TESTS += tests/unit/store/hostile
tests_unit_store_hostile_SOURCES = tests/unit/store/hostile.c
tests_unit_store_hostile_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test counts what is allocated, and what code is loaded.
tests_unit_store_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=dlopen

check_PROGRAMS += tests/unit/store/resume
UNIT_TESTS += tests/unit/store/resume
tests_unit_store_resume_SOURCES = tests/unit/store/resume.c tests/unit/fixture.h \
	tests/unit/comma_locale.h
tests_unit_store_resume_LDADD = $(LINK_train) $(CMOCKA_LIBS)
