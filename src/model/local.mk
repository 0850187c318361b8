# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libmodel.la
libmodel_la_SOURCES = \
	src/model/model.c
