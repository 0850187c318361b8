# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/cli_live
UNIT_TESTS += tests/unit/cli_live
tests_unit_cli_live_SOURCES = tests/unit/cli_live.c src/cli.h src/live.c src/terminal.c
tests_unit_cli_live_LDADD = $(LINK_train) $(CMOCKA_LIBS)
