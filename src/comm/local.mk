# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libcomm.la
libcomm_la_SOURCES = \
	src/comm/comm.c src/comm/comm.h \
	src/comm/comm_serial.c \
	src/comm/cores.c src/comm/cores.h \
	src/comm/host.c src/comm/host.h \
	src/comm/pulse.h \
	src/comm/launcher.c src/comm/launcher.h \
	src/comm/library.c src/comm/library.h \
	src/comm/shared.c src/comm/shared.h \
	src/comm/watch.c src/comm/watch.h
if HAVE_MPI
libcomm_la_SOURCES += src/comm/comm_mpi.c
else
libcomm_la_SOURCES += src/comm/comm_none.c
endif
