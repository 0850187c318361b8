# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += libgrad.la
libgrad_la_SOURCES = \
	src/grad/op_binary.c \
	src/grad/frame.c src/grad/frame.h \
	src/grad/kernel_hot.h src/grad/kernel_layer.h src/grad/kernel_pack.h src/grad/kernel_product.h \
	src/grad/kernel_exp.h src/grad/kernel_shuffle.h src/grad/kernel_softmax.h src/grad/kernel_tile.h \
	src/grad/kernel_transpose.h src/grad/kernel_vector.h \
	src/grad/kernels.c src/grad/kernels.h src/grad/kernels_choose.c \
	src/grad/op_linear.c src/grad/op_linear_hot.c \
	src/grad/op_log_softmax.c src/grad/op_log_sum_exp.c \
	src/grad/op_map.c \
	src/grad/operation.h src/grad/operations.c \
	src/grad/op_pick.c \
	src/grad/op_reduce.c \
	src/grad/execute.c \
	src/grad/op_segment_sum.c \
	src/grad/op_shared.c \
	src/grad/tape.c src/grad/tape.h

# The kernels for wider instruction sets; grad/kernels_choose.c selects a set at run time.
if HAVE_X86_KERNELS
noinst_LTLIBRARIES += libgrad_avx2.la libgrad_avx512.la
check_LTLIBRARIES += libgrad64_avx2.la libgrad64_avx512.la
libgrad_la_LIBADD = libgrad_avx2.la libgrad_avx512.la
GFN64_LIBADD = libgrad64_avx2.la libgrad64_avx512.la
endif

AVX2_CPPFLAGS = -DKERNELS=avx2 -DVECTOR_BYTES=32
AVX512_CPPFLAGS = -DKERNELS=avx512 -DVECTOR_BYTES=64

libgrad_avx2_la_SOURCES = src/grad/kernels.c
libgrad_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVX2_CPPFLAGS)
libgrad_avx2_la_CFLAGS = $(ROOM_CFLAGS) $(AVX2_CFLAGS)
libgrad_avx512_la_SOURCES = src/grad/kernels.c
libgrad_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) $(AVX512_CPPFLAGS)
libgrad_avx512_la_CFLAGS = $(ROOM_CFLAGS) $(AVX512_CFLAGS)

libgrad64_avx2_la_SOURCES = src/grad/kernels.c
libgrad64_avx2_la_CPPFLAGS = $(CPPFLAGS64) $(AVX2_CPPFLAGS)
libgrad64_avx2_la_CFLAGS = $(AM_CFLAGS) $(AVX2_CFLAGS) -static
libgrad64_avx512_la_SOURCES = src/grad/kernels.c
libgrad64_avx512_la_CPPFLAGS = $(CPPFLAGS64) $(AVX512_CPPFLAGS)
libgrad64_avx512_la_CFLAGS = $(AM_CFLAGS) $(AVX512_CFLAGS) -static
