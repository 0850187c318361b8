# SPDX-License-Identifier: MIT

# GFN_LIBRARY(VARIABLE, PKG-CONFIG-MODULE, DEBIAN-PACKAGE)
# A library that the program cannot do without: sets VARIABLE_CFLAGS and VARIABLE_LIBS.
AC_DEFUN([GFN_LIBRARY],
[PKG_CHECK_MODULES([$1], [$2], [],
  [AC_MSG_ERROR([$2 is missing, or pkg-config is (hint: apt-get install $3 pkg-config, or run scripts/setup)])])])

# GFN_CAIRO
# What pictures are drawn with; without it runs have none.
AC_DEFUN([GFN_CAIRO],
[AC_ARG_WITH([cairo],
  [AS_HELP_STRING([--with-cairo=auto|yes|no],
    [draw pictures of runs with Cairo; auto: if it is there @<:@auto@:>@])],
  [], [with_cairo=auto])
gfn_cairo=no
AS_IF([test "x$with_cairo" != xno],
  [PKG_CHECK_MODULES([CAIRO], [cairo-png], [gfn_cairo=yes], [gfn_cairo=no])])
AS_IF([test "x$with_cairo$gfn_cairo" = xyesno],
  [AC_MSG_ERROR([Cairo is missing (hint: apt-get install libcairo2-dev pkg-config, or --with-cairo=no)])])
AM_CONDITIONAL([HAVE_CAIRO], [test "x$gfn_cairo" = xyes])])

# GFN_HEADER(HEADER, DEBIAN-PACKAGE)
# A library that is one header.
AC_DEFUN([GFN_HEADER],
[AC_CHECK_HEADER([$1], [],
  [AC_MSG_ERROR([<$1> is missing (hint: apt-get install $2, or run scripts/setup)])])])

# GFN_CMOCKA
# The tests' library: only `make check` needs it.
AC_DEFUN([GFN_CMOCKA],
[PKG_CHECK_MODULES([CMOCKA], [cmocka], [gfn_cmocka=yes], [gfn_cmocka=no])
AM_CONDITIONAL([HAVE_CMOCKA], [test "x$gfn_cmocka" = xyes])])
