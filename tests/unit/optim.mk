# SPDX-License-Identifier: MIT
OPTIM_TESTS = \
	tests/unit/optim_adam \
	tests/unit/optim_adam64 \
	tests/unit/optim_clip \
	tests/unit/optim_clip64 \
	tests/unit/optim_schedule
check_PROGRAMS += $(OPTIM_TESTS)
UNIT_TESTS += $(OPTIM_TESTS)
tests_unit_optim_adam_SOURCES = tests/unit/optim_adam.c
tests_unit_optim_adam_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
tests_unit_optim_adam64_SOURCES = tests/unit/optim_adam.c
tests_unit_optim_adam64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_optim_adam64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_optim_clip_SOURCES = tests/unit/optim_clip.c
tests_unit_optim_clip_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
tests_unit_optim_clip64_SOURCES = tests/unit/optim_clip.c
tests_unit_optim_clip64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_optim_clip64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_optim_schedule_SOURCES = tests/unit/optim_schedule.c
tests_unit_optim_schedule_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
