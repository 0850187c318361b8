# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libtrain.la
libtrain_la_SOURCES = \
	src/train/advance.c \
	src/train/finish.c \
	src/train/trainer.c src/train/trainer.h
