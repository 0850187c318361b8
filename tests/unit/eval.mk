# SPDX-License-Identifier: MIT
EVAL_TESTS = \
	tests/unit/eval_exact \
	tests/unit/eval_exact64 \
	tests/unit/eval_histogram \
	tests/unit/eval_marginal \
	tests/unit/eval_metrics \
	tests/unit/eval_parts \
	tests/unit/eval_parts64 \
	tests/unit/eval_regions \
	tests/unit/eval_rewards
check_PROGRAMS += $(EVAL_TESTS)
UNIT_TESTS += $(EVAL_TESTS)
tests_unit_eval_exact_SOURCES = tests/unit/eval_exact.c $(WORLDS)
tests_unit_eval_exact_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_exact64_SOURCES = $(tests_unit_eval_exact_SOURCES)
tests_unit_eval_exact64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_eval_exact64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_eval_histogram_SOURCES = tests/unit/eval_histogram.c $(WORLDS)
tests_unit_eval_histogram_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_marginal_SOURCES = tests/unit/eval_marginal.c
tests_unit_eval_marginal_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_metrics_SOURCES = tests/unit/eval_metrics.c
tests_unit_eval_metrics_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_rewards_SOURCES = tests/unit/eval_rewards.c
tests_unit_eval_rewards_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_parts_SOURCES = tests/unit/eval_parts.c $(WORLDS)
tests_unit_eval_parts_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_parts64_SOURCES = $(tests_unit_eval_parts_SOURCES)
tests_unit_eval_parts64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_eval_parts64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_eval_regions_SOURCES = tests/unit/eval_regions.c $(WORLDS)
tests_unit_eval_regions_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
