# SPDX-License-Identifier: MIT
IO_TESTS = \
	tests/unit/io_crc \
	tests/unit/io_file \
	tests/unit/io_folder \
	tests/unit/io_ini \
	tests/unit/io_json \
	tests/unit/io_jsonl \
	tests/unit/io_memory_left \
	tests/unit/io_npy \
	tests/unit/io_safetensors \
	tests/unit/io_writer
check_PROGRAMS += $(IO_TESTS)
UNIT_TESTS += $(IO_TESTS)
tests_unit_io_crc_SOURCES = tests/unit/io_crc.c tests/unit/io_scratch.h
tests_unit_io_crc_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_file_SOURCES = tests/unit/io_file.c tests/unit/io_scratch.h
tests_unit_io_file_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_folder_SOURCES = tests/unit/io_folder.c tests/unit/io_scratch.h
tests_unit_io_folder_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_ini_SOURCES = tests/unit/io_ini.c tests/unit/io_scratch.h
tests_unit_io_ini_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_json_SOURCES = tests/unit/io_json.c tests/unit/io_scratch.h
tests_unit_io_json_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_io_json_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_jsonl_SOURCES = tests/unit/io_jsonl.c tests/unit/io_scratch.h
tests_unit_io_jsonl_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_npy_SOURCES = tests/unit/io_npy.c tests/unit/io_scratch.h
tests_unit_io_npy_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_safetensors_SOURCES = tests/unit/io_safetensors.c tests/unit/io_scratch.h
tests_unit_io_safetensors_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_writer_SOURCES = tests/unit/io_writer.c tests/unit/io_scratch.h
tests_unit_io_writer_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_memory_left_SOURCES = tests/unit/io_memory_left.c tests/unit/io_scratch.h
tests_unit_io_memory_left_LDADD = $(LINK_io) $(CMOCKA_LIBS)
