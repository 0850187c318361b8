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

check_PROGRAMS += tests/unit/train/gradient64
UNIT_TESTS += tests/unit/train/gradient64
tests_unit_train_gradient64_SOURCES = tests/unit/train/gradient.c $(WORLDS)
tests_unit_train_gradient64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_train_gradient64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/golden tests/unit/train/golden64
UNIT_TESTS += tests/unit/train/golden tests/unit/train/golden64
tests_unit_train_golden_SOURCES = tests/unit/train/golden.c
tests_unit_train_golden_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_train_golden_LDADD = $(LINK_train) $(JANSSON_LIBS) $(CMOCKA_LIBS)
tests_unit_train_golden64_SOURCES = tests/unit/train/golden.c
tests_unit_train_golden64_CPPFLAGS = $(CPPFLAGS64) $(JANSSON_CFLAGS)
tests_unit_train_golden64_LDADD = $(LINK64) $(JANSSON_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/golden/objectives_2d.json tests/golden/objectives_3d.json

check_PROGRAMS += tests/unit/train/hostile
UNIT_TESTS += tests/unit/train/hostile
tests_unit_train_hostile_SOURCES = tests/unit/train/hostile.c
tests_unit_train_hostile_LDADD = $(LINK_train) $(CMOCKA_LIBS)
# The test counts what is allocated, and what code is loaded.
tests_unit_train_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=dlopen

check_PROGRAMS += tests/unit/train/oracle64
UNIT_TESTS += tests/unit/train/oracle64
tests_unit_train_oracle64_SOURCES = tests/unit/train/oracle.c
tests_unit_train_oracle64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_train_oracle64_LDADD = $(LINK64) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/train/portrait
UNIT_TESTS += tests/unit/train/portrait
tests_unit_train_portrait_SOURCES = tests/unit/train/portrait.c tests/unit/train/fixture.h
tests_unit_train_portrait_LDADD = $(LINK_train) $(CMOCKA_LIBS)

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

check_PROGRAMS += tests/unit/train/tune
UNIT_TESTS += tests/unit/train/tune
tests_unit_train_tune_SOURCES = tests/unit/train/tune.c
tests_unit_train_tune_LDADD = $(LINK_train) $(CMOCKA_LIBS)
