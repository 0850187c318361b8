# SPDX-License-Identifier: MIT
BASE_TESTS = \
	tests/unit/base_clock \
	tests/unit/base_fail \
	tests/unit/base_fixed \
	tests/unit/base_memory \
	tests/unit/base_names \
	tests/unit/base_options \
	tests/unit/base_parallel \
	tests/unit/base_random \
	tests/unit/base_text \
	tests/unit/base_ticker
check_PROGRAMS += $(BASE_TESTS)
UNIT_TESTS += $(BASE_TESTS)
tests_unit_base_clock_SOURCES = tests/unit/base_clock.c
tests_unit_base_clock_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_fail_SOURCES = tests/unit/base_fail.c
tests_unit_base_fail_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_fixed_SOURCES = tests/unit/base_fixed.c
tests_unit_base_fixed_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_memory_SOURCES = tests/unit/base_memory.c
tests_unit_base_memory_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_names_SOURCES = tests/unit/base_names.c
tests_unit_base_names_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_options_SOURCES = tests/unit/base_options.c
tests_unit_base_options_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_parallel_SOURCES = tests/unit/base_parallel.c
tests_unit_base_parallel_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_random_SOURCES = tests/unit/base_random.c
tests_unit_base_random_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_text_SOURCES = tests/unit/base_text.c
tests_unit_base_text_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_ticker_SOURCES = tests/unit/base_ticker.c
tests_unit_base_ticker_LDADD = $(LINK_base) $(CMOCKA_LIBS)
