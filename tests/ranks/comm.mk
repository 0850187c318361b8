# SPDX-License-Identifier: MIT
SHARED_WRAPS = -Wl,--wrap=gfn_shared_memory_create,--wrap=gfn_shared_memory_find
if HAVE_MPI
ALL_RANKS += tests/ranks/comm tests/ranks/comm_open
tests_ranks_comm_SOURCES = tests/ranks/comm.c tests/ranks/ranks.h
tests_ranks_comm_CPPFLAGS = $(AM_CPPFLAGS) $(MPI_CFLAGS)
tests_ranks_comm_LDFLAGS = $(AM_LDFLAGS) $(SHARED_WRAPS)
tests_ranks_comm_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_ranks_comm_open_SOURCES = tests/ranks/comm_open.c tests/ranks/ranks.h
tests_ranks_comm_open_CPPFLAGS = $(AM_CPPFLAGS) $(MPI_CFLAGS)
tests_ranks_comm_open_LDFLAGS = $(AM_LDFLAGS) $(SHARED_WRAPS)
tests_ranks_comm_open_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
endif
