# SPDX-License-Identifier: MIT
ALL_RANKS += tests/ranks/train
tests_ranks_train_SOURCES = tests/ranks/train.c
tests_ranks_train_LDADD = $(LINK_train) $(CMOCKA_LIBS)
