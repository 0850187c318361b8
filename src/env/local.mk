# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libenv.la
libenv_la_SOURCES = \
	src/env/check.c \
	src/env/check_calls.c src/env/check_calls.h \
	src/env/check_fresh.c src/env/check_fresh.h \
	src/env/check_marginals.c \
	src/env/check_objects.c \
	src/env/check_optional.c src/env/check_optional.h \
	src/env/check_pictures.c \
	src/env/check_probe.c src/env/check_probe.h \
	src/env/check_rules.c src/env/check_rules.h \
	src/env/check_sample.c src/env/check_sample.h \
	src/env/check_solver.c \
	src/env/check_sums.c \
	src/env/check_texts.c \
	src/env/check_threads.c src/env/check_threads.h \
	src/env/enumerate.c src/env/enumeration.h \
	src/env/env.c src/env/env_internal.h \
	src/env/env_read.c \
	src/env/env_record.c \
	src/env/env_reward.c \
	src/env/env_text.c \
	src/env/made_up.c \
	src/env/numbered.c \
	src/env/plugin.c \
	src/env/validate.c
