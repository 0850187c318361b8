# SPDX-License-Identifier: MIT
ROLLOUT_TESTS = \
	tests/unit/rollout_backward \
	tests/unit/rollout_explore \
	tests/unit/rollout_sampler
check_PROGRAMS += $(ROLLOUT_TESTS)
UNIT_TESTS += $(ROLLOUT_TESTS)
ROLLOUT_FIXTURE = tests/unit/rollout_fixture.h $(WORLDS)
tests_unit_rollout_backward_SOURCES = tests/unit/rollout_backward.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_backward_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
tests_unit_rollout_explore_SOURCES = tests/unit/rollout_explore.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_explore_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
tests_unit_rollout_sampler_SOURCES = tests/unit/rollout_sampler.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_sampler_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/rollout_forward
UNIT_TESTS += tests/unit/rollout_forward
tests_unit_rollout_forward_SOURCES = tests/unit/rollout_forward.c tests/unit/env_worlds.c \
	tests/unit/env_worlds.h
tests_unit_rollout_forward_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_rollout_forward_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
