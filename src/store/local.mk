# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libstore.la
libstore_la_SOURCES = \
	src/store/checkpoint.h \
	src/store/directory.c \
	src/store/found.h \
	src/store/load.c \
	src/store/lock.c \
	src/store/metrics_log.c \
	src/store/names.h \
	src/store/open.c \
	src/store/restore.c \
	src/store/resume.c \
	src/store/save.c \
	src/store/store.c src/store/store.h
