# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/ranks/exchange
RANK_TESTS += tests/ranks/exchange-1.np
if HAVE_MPI
RANK_TESTS += tests/ranks/exchange-3.np
endif
tests_ranks_exchange_SOURCES = tests/ranks/exchange.c
tests_ranks_exchange_LDADD = $(LINK_data) $(CMOCKA_LIBS)
