# SPDX-License-Identifier: MIT
if HAVE_MPI
ALL_RANKS += tests/ranks/comm
tests_ranks_comm_SOURCES = tests/ranks/comm.c
tests_ranks_comm_CPPFLAGS = $(AM_CPPFLAGS) $(MPI_CFLAGS)
tests_ranks_comm_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
endif
