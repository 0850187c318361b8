# SPDX-License-Identifier: MIT
COMM_TESTS = \
	tests/unit/comm_cores \
	tests/unit/comm_host \
	tests/unit/comm_launcher \
	tests/unit/comm_library \
	tests/unit/comm_serial \
	tests/unit/comm_shared \
	tests/unit/comm_watch
check_PROGRAMS += $(COMM_TESTS)
UNIT_TESTS += $(COMM_TESTS)
tests_unit_comm_cores_SOURCES = tests/unit/comm_cores.c
tests_unit_comm_cores_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_host_SOURCES = tests/unit/comm_host.c
tests_unit_comm_host_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_launcher_SOURCES = tests/unit/comm_launcher.c
tests_unit_comm_launcher_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_library_SOURCES = tests/unit/comm_library.c
tests_unit_comm_library_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_serial_SOURCES = tests/unit/comm_serial.c
tests_unit_comm_serial_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_shared_SOURCES = tests/unit/comm_shared.c
tests_unit_comm_shared_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
tests_unit_comm_watch_SOURCES = tests/unit/comm_watch.c
tests_unit_comm_watch_LDADD = $(LINK_comm) $(CMOCKA_LIBS)
