# SPDX-License-Identifier: MIT
#
# Targets that are fed any bytes. With --enable-fuzzers libFuzzer feeds them (scripts/fuzz does all
# that), else replay.c does with the inputs of their corpus, as a part of make check.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_checkpoint \
	tests/fuzz/fuzz_command \
	tests/fuzz/fuzz_ini \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_jsonl \
	tests/fuzz/fuzz_launcher \
	tests/fuzz/fuzz_library \
	tests/fuzz/fuzz_npy \
	tests/fuzz/fuzz_options \
	tests/fuzz/fuzz_safetensors
# Where an input may name an environment.
NO_CODE = tests/fuzz/no_code.c
LINK_NO_CODE = $(LINK_FUZZER) -Wl,--wrap=dlopen
FORGE = tests/fuzz/forge.c tests/fuzz/forge.h
check_PROGRAMS += $(FUZZ_TARGETS)
if FUZZERS
FUZZ_MAIN = tests/fuzz/fuzz.h
FUZZ_MUTATE = tests/fuzz/forge_mutate.c
else
FUZZ_MAIN = tests/fuzz/fuzz.h tests/fuzz/replay.c
FUZZ_MUTATE =
UNIT_TESTS += $(FUZZ_TARGETS)
endif
LINK_FUZZER = $(AM_LDFLAGS) $(GFN_FUZZ_LDFLAGS)

tests_fuzz_fuzz_checkpoint_SOURCES = tests/fuzz/fuzz_checkpoint.c $(NO_CODE) $(FORGE) $(FUZZ_MUTATE) \
	$(FUZZ_MAIN)
tests_fuzz_fuzz_checkpoint_LDADD = $(LINK_train)
# The target counts what is allocated.
tests_fuzz_fuzz_checkpoint_LDFLAGS = $(LINK_NO_CODE) -Wl,--wrap=calloc
tests_fuzz_fuzz_command_SOURCES = tests/fuzz/fuzz_command.c \
	$(PROGRAM_PARTS) \
	$(NO_CODE) $(FUZZ_MAIN)
tests_fuzz_fuzz_command_LDADD = $(LINK_train)
tests_fuzz_fuzz_command_LDFLAGS = $(LINK_NO_CODE)
tests_fuzz_fuzz_ini_SOURCES = tests/fuzz/fuzz_ini.c $(NO_CODE) $(FUZZ_MAIN)
tests_fuzz_fuzz_ini_LDADD = $(LINK_train)
tests_fuzz_fuzz_ini_LDFLAGS = $(LINK_NO_CODE)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_MAIN)
tests_fuzz_fuzz_json_LDADD = $(LINK_io)
tests_fuzz_fuzz_json_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_jsonl_SOURCES = tests/fuzz/fuzz_jsonl.c $(FUZZ_MAIN)
tests_fuzz_fuzz_jsonl_LDADD = $(LINK_io)
tests_fuzz_fuzz_jsonl_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_launcher_SOURCES = tests/fuzz/fuzz_launcher.c $(FUZZ_MAIN)
tests_fuzz_fuzz_launcher_LDADD = $(LINK_comm)
tests_fuzz_fuzz_launcher_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_library_SOURCES = tests/fuzz/fuzz_library.c $(FUZZ_MAIN)
tests_fuzz_fuzz_library_LDADD = $(LINK_comm)
tests_fuzz_fuzz_library_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_npy_SOURCES = tests/fuzz/fuzz_npy.c $(FUZZ_MAIN)
tests_fuzz_fuzz_npy_LDADD = $(LINK_io)
tests_fuzz_fuzz_npy_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c $(FUZZ_MAIN)
tests_fuzz_fuzz_options_LDADD = $(LINK_train)
tests_fuzz_fuzz_options_LDFLAGS = $(LINK_FUZZER)
tests_fuzz_fuzz_safetensors_SOURCES = tests/fuzz/fuzz_safetensors.c $(FORGE) $(FUZZ_MUTATE) \
	$(FUZZ_MAIN)
tests_fuzz_fuzz_safetensors_LDADD = $(LINK_io)
tests_fuzz_fuzz_safetensors_LDFLAGS = $(LINK_FUZZER)

EXTRA_DIST += scripts/fuzz tests/fuzz/words.dict tests/fuzz/corpus
