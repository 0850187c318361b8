# SPDX-License-Identifier: MIT
OBJECTIVE_TESTS = \
	tests/unit/objective/golden \
	tests/unit/objective/golden64 \
	tests/unit/objective/losses \
	tests/unit/objective/registry \
	tests/unit/objective/tb \
	tests/unit/objective/user_defined
check_PROGRAMS += $(OBJECTIVE_TESTS)
UNIT_TESTS += $(OBJECTIVE_TESTS)
tests_unit_objective_golden_SOURCES = tests/unit/objective/golden.c
tests_unit_objective_golden_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_objective_golden_LDADD = $(LINK_objective) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_objective_golden64_SOURCES = tests/unit/objective/golden.c
tests_unit_objective_golden64_CPPFLAGS = $(CPPFLAGS64) $(JANSSON_CFLAGS)
tests_unit_objective_golden64_LDADD = $(LINK64) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_objective_losses_SOURCES = tests/unit/objective/losses.c
tests_unit_objective_losses_LDADD = $(LINK_objective) $(CMOCKA_LIBS)
tests_unit_objective_registry_SOURCES = tests/unit/objective/registry.c
tests_unit_objective_registry_LDADD = $(LINK_objective) $(CMOCKA_LIBS)
tests_unit_objective_tb_SOURCES = tests/unit/objective/tb.c
tests_unit_objective_tb_LDADD = $(LINK_objective) $(CMOCKA_LIBS)
tests_unit_objective_user_defined_SOURCES = tests/unit/objective/user_defined.c
tests_unit_objective_user_defined_LDADD = libgfn.la $(MATH_LIBS) $(CMOCKA_LIBS)
SOURCE_TESTS += tests/unit/objective/named_once.sh
EXTRA_DIST += tests/golden/README tests/golden/tb_grid16.json tests/golden/tb_grid4.json
