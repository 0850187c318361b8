# SPDX-License-Identifier: MIT
REWARD_TESTS = \
	tests/unit/reward/modes \
	tests/unit/reward/object_lines \
	tests/unit/reward/scale \
	tests/unit/reward/table
check_PROGRAMS += $(REWARD_TESTS)
UNIT_TESTS += $(REWARD_TESTS)
tests_unit_reward_object_lines_SOURCES = tests/unit/reward/object_lines.c tests/unit/io/scratch.h \
	$(WORLDS)
tests_unit_reward_object_lines_LDADD = $(LINK_reward) $(CMOCKA_LIBS)
tests_unit_reward_scale_SOURCES = tests/unit/reward/scale.c
tests_unit_reward_scale_LDADD = $(LINK_reward) $(CMOCKA_LIBS)
tests_unit_reward_table_SOURCES = tests/unit/reward/table.c tests/unit/reward/make.h \
	tests/unit/io/scratch.h $(WORLDS)
tests_unit_reward_table_LDADD = $(LINK_reward) $(CMOCKA_LIBS)
tests_unit_reward_modes_SOURCES = tests/unit/reward/modes.c tests/unit/reward/make.h \
	tests/unit/io/scratch.h
tests_unit_reward_modes_LDADD = $(LINK_reward) $(CMOCKA_LIBS)
