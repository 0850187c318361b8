# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/train_bounds
UNIT_TESTS += tests/unit/train_bounds
tests_unit_train_bounds_SOURCES = tests/unit/train_bounds.c
tests_unit_train_bounds_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_gradient64
UNIT_TESTS += tests/unit/train_gradient64
tests_unit_train_gradient64_SOURCES = tests/unit/train_gradient.c $(WORLDS)
tests_unit_train_gradient64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_train_gradient64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_golden tests/unit/train_golden64
UNIT_TESTS += tests/unit/train_golden tests/unit/train_golden64
tests_unit_train_golden_SOURCES = tests/unit/train_golden.c
tests_unit_train_golden_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_train_golden_LDADD = $(LINK_train) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_train_golden64_SOURCES = tests/unit/train_golden.c
tests_unit_train_golden64_CPPFLAGS = $(CPPFLAGS64) $(JANSSON_CFLAGS)
tests_unit_train_golden64_LDADD = $(LINK64) $(JANSSON_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/golden/objectives_2d.json tests/golden/objectives_3d.json

check_PROGRAMS += tests/unit/train_hostile
UNIT_TESTS += tests/unit/train_hostile
tests_unit_train_hostile_SOURCES = tests/unit/train_hostile.c
tests_unit_train_hostile_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test counts what is allocated, and what code is loaded.
tests_unit_train_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=dlopen

check_PROGRAMS += tests/unit/train_oracle64
UNIT_TESTS += tests/unit/train_oracle64
tests_unit_train_oracle64_SOURCES = tests/unit/train_oracle.c
tests_unit_train_oracle64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_train_oracle64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_portrait
UNIT_TESTS += tests/unit/train_portrait
tests_unit_train_portrait_SOURCES = tests/unit/train_portrait.c tests/unit/train_fixture.h
tests_unit_train_portrait_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_presets
UNIT_TESTS += tests/unit/train_presets
tests_unit_train_presets_SOURCES = tests/unit/train_presets.c
tests_unit_train_presets_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_replay
UNIT_TESTS += tests/unit/train_replay
tests_unit_train_replay_SOURCES = tests/unit/train_replay.c tests/unit/train_fixture.h
tests_unit_train_replay_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_resume
UNIT_TESTS += tests/unit/train_resume
tests_unit_train_resume_SOURCES = tests/unit/train_resume.c tests/unit/train_fixture.h
tests_unit_train_resume_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_run
UNIT_TESTS += tests/unit/train_run
tests_unit_train_run_SOURCES = tests/unit/train_run.c
tests_unit_train_run_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_sweep
UNIT_TESTS += tests/unit/train_sweep
tests_unit_train_sweep_SOURCES = tests/unit/train_sweep.c tests/unit/train_fixture.h
tests_unit_train_sweep_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_trajectories
UNIT_TESTS += tests/unit/train_trajectories
tests_unit_train_trajectories_SOURCES = tests/unit/train_trajectories.c tests/unit/train_fixture.h
tests_unit_train_trajectories_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train_tune
UNIT_TESTS += tests/unit/train_tune
tests_unit_train_tune_SOURCES = tests/unit/train_tune.c
tests_unit_train_tune_LDADD = $(LINK_train) $(CMOCKA_LIBS)
