# SPDX-License-Identifier: MIT
bin_PROGRAMS += gfn-dist
# All of the program but main(), which tests and a fuzz target link too.
PROGRAM_PARTS = \
	src/ui/command_check.c \
	src/ui/command_checkpoint.c \
	src/ui/cli.h \
	src/ui/commands.c \
	src/ui/crash.c \
	src/ui/help_texts.c \
	src/ui/bash_completion.c \
	src/ui/man_page.c \
	src/ui/help.c \
	src/ui/live_line.c \
	src/ui/heat_map.c \
	src/ui/command_line.c \
	src/ui/command_picture.c \
	src/ui/report.c \
	src/ui/option_values.c \
	src/ui/program.c \
	src/ui/command_sweep.c \
	src/ui/terminal.c \
	src/ui/command_train.c
gfn_dist_SOURCES = $(PROGRAM_PARTS) src/ui/main.c
gfn_dist_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
# Plug-ins find the library in the program, whether or not they were linked with it.
gfn_dist_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static -export-dynamic
gfn_dist_LDADD = libgfn.la
