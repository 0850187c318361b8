# SPDX-License-Identifier: MIT
IO_TESTS = \
	tests/unit/io/crc \
	tests/unit/io/file \
	tests/unit/io/folder \
	tests/unit/io/ini \
	tests/unit/io/json \
	tests/unit/io/jsonl \
	tests/unit/io/memory_left \
	tests/unit/io/npy \
	tests/unit/io/safetensors \
	tests/unit/io/text_files \
	tests/unit/io/writer
check_PROGRAMS += $(IO_TESTS)
UNIT_TESTS += $(IO_TESTS)
tests_unit_io_crc_SOURCES = tests/unit/io/crc.c tests/unit/io/scratch.h
tests_unit_io_crc_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_file_SOURCES = tests/unit/io/file.c tests/unit/io/scratch.h
tests_unit_io_file_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_folder_SOURCES = tests/unit/io/folder.c tests/unit/io/scratch.h
tests_unit_io_folder_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_ini_SOURCES = tests/unit/io/ini.c tests/unit/io/scratch.h
tests_unit_io_ini_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_json_SOURCES = tests/unit/io/json.c tests/unit/io/scratch.h
tests_unit_io_json_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_io_json_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_jsonl_SOURCES = tests/unit/io/jsonl.c tests/unit/io/scratch.h
tests_unit_io_jsonl_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_npy_SOURCES = tests/unit/io/npy.c tests/unit/io/scratch.h
tests_unit_io_npy_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_safetensors_SOURCES = tests/unit/io/safetensors.c tests/unit/io/scratch.h
tests_unit_io_safetensors_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_writer_SOURCES = tests/unit/io/writer.c tests/unit/io/scratch.h
tests_unit_io_writer_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_memory_left_SOURCES = tests/unit/io/memory_left.c tests/unit/io/scratch.h
tests_unit_io_memory_left_LDADD = $(LINK_io) $(CMOCKA_LIBS)
tests_unit_io_text_files_SOURCES = tests/unit/io/text_files.c tests/unit/io/scratch.h
tests_unit_io_text_files_LDADD = $(LINK_io) $(CMOCKA_LIBS)
