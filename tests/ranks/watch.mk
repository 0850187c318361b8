# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/ranks/watch
RANK_TESTS += tests/ranks/watch-1.np
if HAVE_MPI
RANK_TESTS += tests/ranks/watch-3.np
endif
tests_ranks_watch_SOURCES = tests/ranks/watch.c
tests_ranks_watch_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
