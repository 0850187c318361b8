# SPDX-License-Identifier: MIT

# GFN_FUZZERS
# Before GFN_DEFAULT_CFLAGS: --enable-fuzzers links the programs in tests/fuzz with libFuzzer, and
# everything is compiled for it. Sets GFN_FUZZ_LDFLAGS and the Automake conditional FUZZERS.
AC_DEFUN([GFN_FUZZERS],
[AC_BEFORE([$0], [GFN_DEFAULT_CFLAGS])dnl
AC_ARG_ENABLE([fuzzers],
  [AS_HELP_STRING([--enable-fuzzers],
    [link tests/fuzz with libFuzzer, with the sanitizers address,undefined (needs CC=clang; see scripts/fuzz)])],
  [], [enable_fuzzers=no])
GFN_FUZZ_LDFLAGS=
AS_IF([test "x$enable_fuzzers" != xno],
  [GFN_FUZZ_LDFLAGS=-fsanitize=fuzzer
   enable_sanitizers=fuzzer-no-link,address,undefined])
AC_SUBST([GFN_FUZZ_LDFLAGS])
AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzers" != xno])])
