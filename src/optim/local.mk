# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += liboptim.la
liboptim_la_SOURCES = \
	src/optim/adam.c \
	src/optim/clip.c \
	src/optim/optimizers.c src/optim/optimizers.h \
	src/optim/schedule.c \
	src/optim/sgd.c
