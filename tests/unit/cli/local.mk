# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/cli/live
UNIT_TESTS += tests/unit/cli/live
tests_unit_cli_live_SOURCES = tests/unit/cli/live.c src/cli.h src/live.c src/terminal.c
tests_unit_cli_live_LDADD = $(LINK_train) $(CMOCKA_LIBS)
