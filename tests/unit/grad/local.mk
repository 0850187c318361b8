# SPDX-License-Identifier: MIT
#
# Each program twice, in float and in double; central differences make sense in double only.
GRAD_TESTS = \
	tests/unit/grad/answers \
	tests/unit/grad/bits \
	tests/unit/grad/kernels \
	tests/unit/grad/memory \
	tests/unit/grad/recording \
	tests/unit/grad/answers64 \
	tests/unit/grad/bits64 \
	tests/unit/grad/gradients64 \
	tests/unit/grad/kernels64 \
	tests/unit/grad/recording64
check_PROGRAMS += $(GRAD_TESTS)
UNIT_TESTS += $(GRAD_TESTS)
EXTRA_DIST += tests/unit/grad/common.h

tests_unit_grad_answers_SOURCES = tests/unit/grad/answers.c
tests_unit_grad_answers_LDADD = $(LINK_grad) $(CMOCKA_LIBS)
tests_unit_grad_bits_SOURCES = tests/unit/grad/bits.c
tests_unit_grad_bits_LDADD = $(LINK_grad) $(CMOCKA_LIBS)
tests_unit_grad_kernels_SOURCES = tests/unit/grad/kernels.c
tests_unit_grad_kernels_LDADD = $(LINK_grad) $(CMOCKA_LIBS)
tests_unit_grad_recording_SOURCES = tests/unit/grad/recording.c
tests_unit_grad_recording_LDADD = $(LINK_grad) $(CMOCKA_LIBS)

# It counts allocations.
tests_unit_grad_memory_SOURCES = tests/unit/grad/memory.c
tests_unit_grad_memory_LDADD = $(LINK_grad) $(CMOCKA_LIBS)
tests_unit_grad_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc

tests_unit_grad_answers64_SOURCES = tests/unit/grad/answers.c
tests_unit_grad_answers64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_grad_answers64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_grad_bits64_SOURCES = tests/unit/grad/bits.c
tests_unit_grad_bits64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_grad_bits64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_grad_gradients64_SOURCES = tests/unit/grad/gradients.c
tests_unit_grad_gradients64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_grad_gradients64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_grad_kernels64_SOURCES = tests/unit/grad/kernels.c
tests_unit_grad_kernels64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_grad_kernels64_LDADD = $(LINK64) $(CMOCKA_LIBS)
tests_unit_grad_recording64_SOURCES = tests/unit/grad/recording.c
tests_unit_grad_recording64_CPPFLAGS = $(CPPFLAGS64)
tests_unit_grad_recording64_LDADD = $(LINK64) $(CMOCKA_LIBS)
