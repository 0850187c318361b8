# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libenv.la
libenv_la_SOURCES = \
	src/env/check.c \
	src/env/env.c \
	src/env/hypergrid.c \
	src/env/landscape.c src/env/landscape.h \
	src/env/objects.c \
	src/env/plugin.c \
	src/env/probe.c src/env/probe.h \
	src/env/registry.c \
	src/env/rules.c src/env/rules.h \
	src/env/spec.c \
	src/env/world.h
