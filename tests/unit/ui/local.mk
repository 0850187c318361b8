# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/ui/live_line
UNIT_TESTS += tests/unit/ui/live_line
tests_unit_ui_live_line_SOURCES = tests/unit/ui/live_line.c src/ui/cli.h src/ui/live_line.c src/ui/terminal.c
tests_unit_ui_live_line_LDADD = $(LINK_train) $(CMOCKA_LIBS)

# These call the whole program as a function.
PROGRAM_TEST = tests/unit/ui/program.h tests/unit/io/scratch.h $(PROGRAM_PARTS)

check_PROGRAMS += tests/unit/ui/refusals
UNIT_TESTS += tests/unit/ui/refusals
tests_unit_ui_refusals_SOURCES = tests/unit/ui/refusals.c $(PROGRAM_TEST)
tests_unit_ui_refusals_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ui/refused_files
UNIT_TESTS += tests/unit/ui/refused_files
tests_unit_ui_refused_files_SOURCES = tests/unit/ui/refused_files.c $(PROGRAM_TEST)
tests_unit_ui_refused_files_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ui/print_config
UNIT_TESTS += tests/unit/ui/print_config
tests_unit_ui_print_config_SOURCES = tests/unit/ui/print_config.c $(PROGRAM_TEST)
tests_unit_ui_print_config_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/ui/terminal
UNIT_TESTS += tests/unit/ui/terminal
tests_unit_ui_terminal_SOURCES = tests/unit/ui/terminal.c $(PROGRAM_TEST)
tests_unit_ui_terminal_LDADD = $(LINK_train) $(CMOCKA_LIBS)
