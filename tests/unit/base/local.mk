# SPDX-License-Identifier: MIT
BASE_TESTS = \
	tests/unit/base/clock \
	tests/unit/base/error \
	tests/unit/base/fixed_point \
	tests/unit/base/format \
	tests/unit/base/interrupt \
	tests/unit/base/memory \
	tests/unit/base/name_table \
	tests/unit/base/option_paths \
	tests/unit/base/options \
	tests/unit/base/parallel \
	tests/unit/base/random \
	tests/unit/base/parse \
	tests/unit/base/ticker
check_PROGRAMS += $(BASE_TESTS)
UNIT_TESTS += $(BASE_TESTS)
tests_unit_base_clock_SOURCES = tests/unit/base/clock.c
tests_unit_base_clock_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_error_SOURCES = tests/unit/base/error.c
tests_unit_base_error_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_fixed_point_SOURCES = tests/unit/base/fixed_point.c
tests_unit_base_fixed_point_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_interrupt_SOURCES = tests/unit/base/interrupt.c
tests_unit_base_interrupt_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_memory_SOURCES = tests/unit/base/memory.c
tests_unit_base_memory_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_name_table_SOURCES = tests/unit/base/name_table.c
tests_unit_base_name_table_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_option_paths_SOURCES = tests/unit/base/option_paths.c
tests_unit_base_option_paths_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_options_SOURCES = tests/unit/base/options.c
tests_unit_base_options_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_parallel_SOURCES = tests/unit/base/parallel.c
tests_unit_base_parallel_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_random_SOURCES = tests/unit/base/random.c
tests_unit_base_random_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_parse_SOURCES = tests/unit/base/parse.c
tests_unit_base_parse_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_ticker_SOURCES = tests/unit/base/ticker.c
tests_unit_base_ticker_LDADD = $(LINK_base) $(CMOCKA_LIBS)
tests_unit_base_format_SOURCES = tests/unit/base/format.c tests/unit/comma_locale.h
tests_unit_base_format_LDADD = $(LINK_base) $(CMOCKA_LIBS)
