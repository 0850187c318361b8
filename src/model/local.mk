# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libmodel.la
libmodel_la_SOURCES = \
	src/model/activation.c \
	src/model/backward_policy.c \
	src/model/layers.c src/model/layers.h \
	src/model/model.c
