# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ui/live_line
UNIT_TESTS += tests/unit/ui/live_line
tests_unit_ui_live_line_SOURCES = tests/unit/ui/live_line.c src/ui/cli.h src/ui/live_line.c src/ui/terminal.c
tests_unit_ui_live_line_LDADD = $(LINK_train) $(CMOCKA_LIBS)
