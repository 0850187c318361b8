# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libobjective.la
libobjective_la_SOURCES = \
	src/objective/db.c \
	src/objective/fl_db.c \
	src/objective/fl_subtb.c \
	src/objective/fm.c \
	src/objective/losses.c \
	src/objective/mdb.c \
	src/objective/means.c src/objective/means.h \
	src/objective/objectives.c src/objective/objectives.h \
	src/objective/residuals.h \
	src/objective/subtb.c \
	src/objective/tb.c \
	src/objective/vargrad.c
