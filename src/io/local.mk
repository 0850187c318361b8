# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libio.la
libio_la_SOURCES = \
	src/io/array.c src/io/array.h \
	src/io/crc.c src/io/crc.h \
	src/io/csv.c src/io/csv.h \
	src/io/descriptor.c src/io/descriptor.h \
	src/io/failure.c src/io/failure.h \
	src/io/fields.c src/io/fields.h src/io/gunzip.c \
	src/io/file.c src/io/file.h \
	src/io/folder.c src/io/folder.h \
	src/io/ini.h src/io/ini_load.c src/io/ini_save.c \
	src/io/json.c src/io/json.h src/io/json_load.c \
	src/io/jsonl.c src/io/jsonl.h src/io/jsonl_columns.c \
	src/io/matrix_file.c src/io/matrix_file.h \
	src/io/memory_left.c src/io/memory_left.h \
	src/io/npy.c src/io/npy.h \
	src/io/npy_values.c src/io/npy_values.h \
	src/io/safetensors.h src/io/safetensors_load.c src/io/safetensors_save.c \
	src/io/writer.c
