# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/rollout_sampler
UNIT_TESTS += tests/unit/rollout_sampler
tests_unit_rollout_sampler_SOURCES = tests/unit/rollout_sampler.c tests/unit/env_worlds.c \
	tests/unit/env_worlds.h
tests_unit_rollout_sampler_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_rollout_sampler_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
