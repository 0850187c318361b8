# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libreward.la
libreward_la_SOURCES = \
	src/reward/formula.c src/reward/formula.h \
	src/reward/nearest_mode.c \
	src/reward/object_lines.c src/reward/object_lines.h \
	src/reward/place_text.c \
	src/reward/reward.h \
	src/reward/scale.c src/reward/scale.h \
	src/reward/sources.c \
	src/reward/table.c src/reward/table.h src/reward/table_file.c \
	src/reward/values.c
