# SPDX-License-Identifier: MIT

# GFN_CC_FLAG(FLAG, VARIABLE)
# Append FLAG to VARIABLE if the compiler takes it without a word.
AC_DEFUN([GFN_CC_FLAG],
[AS_VAR_PUSHDEF([gfn_flag], [gfn_cv_cc_flag_$1])dnl
AC_CACHE_CHECK([whether $CC accepts $1], [gfn_flag],
  [gfn_save_CFLAGS=$CFLAGS
   CFLAGS="$CFLAGS -Werror $1"
   AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
     [AS_VAR_SET([gfn_flag], [yes])], [AS_VAR_SET([gfn_flag], [no])])
   CFLAGS=$gfn_save_CFLAGS])
AS_VAR_IF([gfn_flag], [yes], [AS_VAR_APPEND([$2], [" $1"])])
AS_VAR_POPDEF([gfn_flag])])

# GFN_LD_FLAG(FLAG, VARIABLE)
# Append FLAG to VARIABLE if a program can be linked with it.
AC_DEFUN([GFN_LD_FLAG],
[AS_VAR_PUSHDEF([gfn_flag], [gfn_cv_ld_flag_$1])dnl
AC_CACHE_CHECK([whether $CC links with $1], [gfn_flag],
  [gfn_save_LDFLAGS=$LDFLAGS
   LDFLAGS="$LDFLAGS $1"
   AC_LINK_IFELSE([AC_LANG_PROGRAM()],
     [AS_VAR_SET([gfn_flag], [yes])], [AS_VAR_SET([gfn_flag], [no])])
   LDFLAGS=$gfn_save_LDFLAGS])
AS_VAR_IF([gfn_flag], [yes], [AS_VAR_APPEND([$2], [" $1"])])
AS_VAR_POPDEF([gfn_flag])])

# GFN_DEFAULT_CFLAGS
# Before AC_PROG_CC: what CFLAGS is when the user said nothing.
AC_DEFUN([GFN_DEFAULT_CFLAGS],
[AC_BEFORE([$0], [AC_PROG_CC])dnl
AC_ARG_ENABLE([debug],
  [AS_HELP_STRING([--enable-debug], [assertions on, no optimisation, full debug information])],
  [], [enable_debug=no])
AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
    [build with the compiler's sanitizers (LIST: address,undefined); hardening is off then])],
  [], [enable_sanitizers=no])
AS_CASE([$enable_debug,$enable_sanitizers],
  [no,no], [gfn_default_CFLAGS="-O3 -g"],
  [no,*],  [gfn_default_CFLAGS="-O1 -g"],
           [gfn_default_CFLAGS="-O0 -g3"])
: ${CFLAGS=$gfn_default_CFLAGS}])

# GFN_DEBUG
# Assertions only with --enable-debug: sets GFN_DEBUG_CPPFLAGS.
AC_DEFUN([GFN_DEBUG],
[AC_REQUIRE([GFN_DEFAULT_CFLAGS])dnl
AS_IF([test "x$enable_debug" = xno],
  [GFN_DEBUG_CPPFLAGS=-DNDEBUG], [GFN_DEBUG_CPPFLAGS=-UNDEBUG])
AC_SUBST([GFN_DEBUG_CPPFLAGS])])

# GFN_WARNINGS
# Sets GFN_WARN_CFLAGS; warnings are errors only with --enable-werror.
AC_DEFUN([GFN_WARNINGS],
[AC_ARG_ENABLE([werror],
  [AS_HELP_STRING([--enable-werror], [treat warnings of the compiler as errors])],
  [], [enable_werror=no])
GFN_WARN_CFLAGS=
m4_foreach_w([gfn_w],
  [-Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes],
  [GFN_CC_FLAG(gfn_w, [GFN_WARN_CFLAGS])
])dnl
AS_IF([test "x$enable_werror" != xno], [AS_VAR_APPEND([GFN_WARN_CFLAGS], [" -Werror"])])
AC_SUBST([GFN_WARN_CFLAGS])])

# GFN_SANITIZERS
# Sets GFN_SANITIZE_CFLAGS, which compiler and linker both need.
AC_DEFUN([GFN_SANITIZERS],
[AC_REQUIRE([GFN_DEFAULT_CFLAGS])dnl
GFN_SANITIZE_CFLAGS=
AS_IF([test "x$enable_sanitizers" = xyes], [enable_sanitizers=address,undefined])
AS_IF([test "x$enable_sanitizers" != xno],
  [GFN_SANITIZE_CFLAGS="-fsanitize=$enable_sanitizers -fno-omit-frame-pointer"
   GFN_SANITIZE_CFLAGS="$GFN_SANITIZE_CFLAGS -fno-sanitize-recover=all"
   AC_MSG_CHECKING([whether $CC links with $GFN_SANITIZE_CFLAGS])
   gfn_save_CFLAGS=$CFLAGS
   CFLAGS="$CFLAGS $GFN_SANITIZE_CFLAGS"
   AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
     [AC_MSG_RESULT([no])
      AC_MSG_ERROR([$CC has no sanitizers "$enable_sanitizers" (try without --enable-sanitizers)])])
   CFLAGS=$gfn_save_CFLAGS])
AC_SUBST([GFN_SANITIZE_CFLAGS])])

# GFN_HARDENING
# Sets GFN_HARDEN_CPPFLAGS, GFN_HARDEN_CFLAGS, GFN_HARDEN_LDFLAGS, and for programs
# GFN_PIE_CFLAGS, GFN_PIE_LDFLAGS. All are empty under sanitizers.
AC_DEFUN([GFN_HARDENING],
[AC_REQUIRE([GFN_SANITIZERS])dnl
GFN_HARDEN_CPPFLAGS= GFN_HARDEN_CFLAGS= GFN_HARDEN_LDFLAGS= GFN_PIE_CFLAGS= GFN_PIE_LDFLAGS=
AS_IF([test "x$enable_sanitizers" = xno],
  [GFN_CC_FLAG([-fstack-protector-strong], [GFN_HARDEN_CFLAGS])
   AC_CACHE_CHECK([whether CFLAGS optimise], [gfn_cv_optimise],
     [AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#ifndef __OPTIMIZE__
#error "not optimised"
#endif
int gfn_optimised;]])], [gfn_cv_optimise=yes], [gfn_cv_optimise=no])])
   AS_IF([test "x$gfn_cv_optimise" = xyes],
     [GFN_HARDEN_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
   GFN_LD_FLAG([-Wl,-z,relro], [GFN_HARDEN_LDFLAGS])
   GFN_LD_FLAG([-Wl,-z,now], [GFN_HARDEN_LDFLAGS])
   GFN_CC_FLAG([-fPIE], [GFN_PIE_CFLAGS])
   AS_IF([test -n "$GFN_PIE_CFLAGS"], [GFN_LD_FLAG([-pie], [GFN_PIE_LDFLAGS])])
   AS_IF([test -z "$GFN_PIE_LDFLAGS"], [GFN_PIE_CFLAGS=])])
AC_SUBST([GFN_HARDEN_CPPFLAGS])
AC_SUBST([GFN_HARDEN_CFLAGS])
AC_SUBST([GFN_HARDEN_LDFLAGS])
AC_SUBST([GFN_PIE_CFLAGS])
AC_SUBST([GFN_PIE_LDFLAGS])])

# GFN_X86_KERNELS
# Sets AVX2_CFLAGS and AVX512_CFLAGS, and HAVE_X86_KERNELS (config.h and Automake) if the compiler
# can make both kinds of code for this host. Which kind runs is decided when the program runs.
AC_DEFUN([GFN_X86_KERNELS],
[AC_REQUIRE([AC_CANONICAL_HOST])dnl
AVX2_CFLAGS= AVX512_CFLAGS= gfn_x86_kernels=no
AS_CASE([$host_cpu], [x86_64],
  [GFN_CC_FLAG([-mavx2 -mfma], [AVX2_CFLAGS])
   GFN_CC_FLAG([-mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma], [AVX512_CFLAGS])
   AS_IF([test -n "$AVX2_CFLAGS" && test -n "$AVX512_CFLAGS"], [gfn_x86_kernels=yes])])
AS_IF([test "x$gfn_x86_kernels" = xyes],
  [AC_DEFINE([HAVE_X86_KERNELS], [1], [Define to 1 if kernels for AVX2 and AVX-512 are built.])])
AC_SUBST([AVX2_CFLAGS])
AC_SUBST([AVX512_CFLAGS])
AM_CONDITIONAL([HAVE_X86_KERNELS], [test "x$gfn_x86_kernels" = xyes])])
