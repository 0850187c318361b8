# SPDX-License-Identifier: MIT
ROLLOUT_TESTS = \
	tests/unit/rollout/walk_back \
	tests/unit/rollout/explore \
	tests/unit/rollout/sampler \
	tests/unit/rollout/thresholds
check_PROGRAMS += $(ROLLOUT_TESTS)
UNIT_TESTS += $(ROLLOUT_TESTS)
ROLLOUT_FIXTURE = tests/unit/rollout/fixture.h $(WORLDS)
tests_unit_rollout_walk_back_SOURCES = tests/unit/rollout/walk_back.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_walk_back_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
tests_unit_rollout_explore_SOURCES = tests/unit/rollout/explore.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_explore_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
tests_unit_rollout_sampler_SOURCES = tests/unit/rollout/sampler.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_sampler_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
tests_unit_rollout_thresholds_SOURCES = tests/unit/rollout/thresholds.c $(ROLLOUT_FIXTURE)
tests_unit_rollout_thresholds_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/rollout/forward
UNIT_TESTS += tests/unit/rollout/forward
tests_unit_rollout_forward_SOURCES = tests/unit/rollout/forward.c tests/unit/env/worlds.c \
	tests/unit/env/worlds.h
tests_unit_rollout_forward_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit
tests_unit_rollout_forward_LDADD = $(LINK_rollout) $(CMOCKA_LIBS)
