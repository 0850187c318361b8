# SPDX-License-Identifier: MIT
bin_PROGRAMS += gfn-dist
# All of the program but main(), which a fuzz target links too.
PROGRAM_PARTS = \
	src/check.c \
	src/checkpoint.c \
	src/cli.h \
	src/commands.c \
	src/crash.c \
	src/facts.c \
	src/generate_bash.c \
	src/generate_man.c \
	src/help.c \
	src/live.c \
	src/map.c \
	src/options.c \
	src/picture.c \
	src/report.c \
	src/rows.c \
	src/sweep.c \
	src/terminal.c \
	src/train.c
gfn_dist_SOURCES = $(PROGRAM_PARTS) src/main.c
gfn_dist_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
# Plug-ins find the library in the program, whether or not they were linked with it.
gfn_dist_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static -export-dynamic
gfn_dist_LDADD = libgfn.la
