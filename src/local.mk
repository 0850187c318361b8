# SPDX-License-Identifier: MIT
bin_PROGRAMS += gfn-dist
gfn_dist_SOURCES = \
	src/checkpoint.c \
	src/cli.h \
	src/commands.c \
	src/help.c \
	src/main.c \
	src/options.c \
	src/report.c \
	src/sweep.c \
	src/train.c
gfn_dist_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
gfn_dist_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static
gfn_dist_LDADD = libgfn.la
