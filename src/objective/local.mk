# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libobjective.la
libobjective_la_SOURCES = \
	src/objective/objectives.h \
	src/objective/registry.c \
	src/objective/tb.c
