# SPDX-License-Identifier: MIT
bin_PROGRAMS += gfn-dist
gfn_dist_SOURCES = src/cli.h src/main.c src/options.c src/report.c src/sweep.c
gfn_dist_CFLAGS = $(AM_CFLAGS) $(GFN_PIE_CFLAGS)
gfn_dist_LDFLAGS = $(AM_LDFLAGS) $(GFN_PIE_LDFLAGS) -static
gfn_dist_LDADD = libgfn.la
