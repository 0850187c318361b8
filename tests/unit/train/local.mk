# SPDX-License-Identifier: MIT
check_PROGRAMS += tests/unit/train/bounds
UNIT_TESTS += tests/unit/train/bounds
tests_unit_train_bounds_SOURCES = tests/unit/train/bounds.c
tests_unit_train_bounds_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/presets
UNIT_TESTS += tests/unit/train/presets
tests_unit_train_presets_SOURCES = tests/unit/train/presets.c
tests_unit_train_presets_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/run
UNIT_TESTS += tests/unit/train/run
tests_unit_train_run_SOURCES = tests/unit/train/run.c
tests_unit_train_run_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/trajectories
UNIT_TESTS += tests/unit/train/trajectories
tests_unit_train_trajectories_SOURCES = tests/unit/train/trajectories.c tests/unit/train/fixture.h
tests_unit_train_trajectories_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/hostile
UNIT_TESTS += tests/unit/train/hostile
tests_unit_train_hostile_SOURCES = tests/unit/train/hostile.c
tests_unit_train_hostile_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test counts what is allocated, and what code is loaded.
tests_unit_train_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=dlopen

check_PROGRAMS += tests/unit/train/replay
UNIT_TESTS += tests/unit/train/replay
tests_unit_train_replay_SOURCES = tests/unit/train/replay.c tests/unit/train/fixture.h
tests_unit_train_replay_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/resume
UNIT_TESTS += tests/unit/train/resume
tests_unit_train_resume_SOURCES = tests/unit/train/resume.c tests/unit/train/fixture.h
tests_unit_train_resume_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/sweep
UNIT_TESTS += tests/unit/train/sweep
tests_unit_train_sweep_SOURCES = tests/unit/train/sweep.c tests/unit/train/fixture.h
tests_unit_train_sweep_LDADD = $(LINK_train) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/portrait
UNIT_TESTS += tests/unit/train/portrait
tests_unit_train_portrait_SOURCES = tests/unit/train/portrait.c tests/unit/train/fixture.h
tests_unit_train_portrait_LDADD = $(LINK_train) $(CMOCKA_LIBS)
