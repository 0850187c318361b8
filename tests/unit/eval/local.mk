# SPDX-License-Identifier: MIT
EVAL_TESTS = \
	tests/unit/eval/enumerated \
	tests/unit/eval/exact \
	tests/unit/eval/exact64 \
	tests/unit/eval/histogram \
	tests/unit/eval/marginal \
	tests/unit/eval/metrics \
	tests/unit/eval/parts \
	tests/unit/eval/parts64 \
	tests/unit/eval/mode_regions \
	tests/unit/eval/rewards \
	tests/unit/eval/rounding \
	tests/unit/eval/rounding64
check_PROGRAMS += $(EVAL_TESTS)
UNIT_TESTS += $(EVAL_TESTS)
tests_unit_eval_enumerated_SOURCES = tests/unit/eval/enumerated.c tests/unit/env/jump_first.h $(WORLDS)
tests_unit_eval_enumerated_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_exact_SOURCES = tests/unit/eval/exact.c tests/unit/eval/perfect.h $(WORLDS)
tests_unit_eval_exact_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_exact64_SOURCES = $(tests_unit_eval_exact_SOURCES)
tests_unit_eval_exact64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_eval_exact64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_eval_rounding_SOURCES = tests/unit/eval/rounding.c tests/unit/eval/perfect.h $(WORLDS)
tests_unit_eval_rounding_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_rounding64_SOURCES = $(tests_unit_eval_rounding_SOURCES)
tests_unit_eval_rounding64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_eval_rounding64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_eval_histogram_SOURCES = tests/unit/eval/histogram.c $(WORLDS)
tests_unit_eval_histogram_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_marginal_SOURCES = tests/unit/eval/marginal.c
tests_unit_eval_marginal_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_metrics_SOURCES = tests/unit/eval/metrics.c
tests_unit_eval_metrics_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_rewards_SOURCES = tests/unit/eval/rewards.c
tests_unit_eval_rewards_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_parts_SOURCES = tests/unit/eval/parts.c $(WORLDS)
tests_unit_eval_parts_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
tests_unit_eval_parts64_SOURCES = $(tests_unit_eval_parts_SOURCES)
tests_unit_eval_parts64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_eval_parts64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_eval_mode_regions_SOURCES = tests/unit/eval/mode_regions.c $(WORLDS)
tests_unit_eval_mode_regions_LDADD = $(LINK_eval) $(CMOCKA_LIBS)
