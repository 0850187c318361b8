# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libcomm.la
libcomm_la_SOURCES = \
	src/comm/comm.c src/comm/comm.h \
	src/comm/comm_open.c \
	src/comm/comm_serial.c \
	src/comm/cores.c src/comm/cores.h \
	src/comm/cpu_quota.c src/comm/cpu_quota.h \
	src/comm/host_reduce.c src/comm/host_reduce.h \
	src/comm/heartbeat.h \
	src/comm/launcher.c src/comm/launcher.h \
	src/comm/launcher_watch.c src/comm/launcher_watch.h \
	src/comm/mpi_name.c src/comm/mpi_name.h \
	src/comm/process.c src/comm/process.h \
	src/comm/slot.c src/comm/slot.h \
	src/comm/shared_memory.c src/comm/shared_memory.h \
	src/comm/watchdog.c src/comm/watchdog.h \
	src/comm/work_alone.c
if HAVE_MPI
libcomm_la_SOURCES += \
	src/comm/comm_mpi.c \
	src/comm/hosts.c src/comm/hosts.h \
	src/comm/mpi_messages.c src/comm/mpi_messages.h
else
libcomm_la_SOURCES += src/comm/comm_none.c
endif
