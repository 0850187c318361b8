# SPDX-License-Identifier: MIT
OPTIM_TESTS = \
	tests/unit/optim/adam \
	tests/unit/optim/adam64 \
	tests/unit/optim/clip \
	tests/unit/optim/clip64 \
	tests/unit/optim/schedule
check_PROGRAMS += $(OPTIM_TESTS)
UNIT_TESTS += $(OPTIM_TESTS)
tests_unit_optim_adam_SOURCES = tests/unit/optim/adam.c
tests_unit_optim_adam_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
tests_unit_optim_adam64_SOURCES = tests/unit/optim/adam.c
tests_unit_optim_adam64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_optim_adam64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_optim_clip_SOURCES = tests/unit/optim/clip.c
tests_unit_optim_clip_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
tests_unit_optim_clip64_SOURCES = tests/unit/optim/clip.c
tests_unit_optim_clip64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_optim_clip64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_optim_schedule_SOURCES = tests/unit/optim/schedule.c
tests_unit_optim_schedule_LDADD = $(LINK_optim) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/optim/optimizers
UNIT_TESTS += tests/unit/optim/optimizers
tests_unit_optim_optimizers_SOURCES = tests/unit/optim/optimizers.c
tests_unit_optim_optimizers_LDADD = $(LINK_optim) $(CMOCKA_LIBS)
