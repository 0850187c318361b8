# SPDX-License-Identifier: MIT
COMM_TESTS = \
	tests/unit/comm/cores \
	tests/unit/comm/cpu_quota \
	tests/unit/comm/host_reduce \
	tests/unit/comm/launcher \
	tests/unit/comm/launcher_watch \
	tests/unit/comm/mpi_name \
	tests/unit/comm/process \
	tests/unit/comm/serial \
	tests/unit/comm/shared_memory \
	tests/unit/comm/slot \
	tests/unit/comm/watchdog
check_PROGRAMS += $(COMM_TESTS)
UNIT_TESTS += $(COMM_TESTS)
tests_unit_comm_cores_SOURCES = tests/unit/comm/cores.c
tests_unit_comm_cores_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_cpu_quota_SOURCES = tests/unit/comm/cpu_quota.c tests/unit/io/scratch.h
tests_unit_comm_cpu_quota_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_host_reduce_SOURCES = tests/unit/comm/host_reduce.c
tests_unit_comm_host_reduce_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_launcher_SOURCES = tests/unit/comm/launcher.c
tests_unit_comm_launcher_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_launcher_watch_SOURCES = tests/unit/comm/launcher_watch.c
tests_unit_comm_launcher_watch_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_mpi_name_SOURCES = tests/unit/comm/mpi_name.c
tests_unit_comm_mpi_name_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_process_SOURCES = tests/unit/comm/process.c
tests_unit_comm_process_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_serial_SOURCES = tests/unit/comm/serial.c
tests_unit_comm_serial_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_shared_memory_SOURCES = tests/unit/comm/shared_memory.c
tests_unit_comm_shared_memory_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_slot_SOURCES = tests/unit/comm/slot.c
tests_unit_comm_slot_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_watchdog_SOURCES = tests/unit/comm/watchdog.c
tests_unit_comm_watchdog_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
