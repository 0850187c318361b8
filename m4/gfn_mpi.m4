# SPDX-License-Identifier: MIT

# GFN_MPI_TRY(CFLAGS, LIBS, WHERE)
# Keep the flags and set gfn_mpi=WHERE if a program of MPI links with them.
AC_DEFUN([GFN_MPI_TRY],
[AC_MSG_CHECKING([for MPI by $3])
gfn_save_CPPFLAGS=$CPPFLAGS gfn_save_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $1" LIBS="$2 $LIBS"
AC_LINK_IFELSE(
  [AC_LANG_PROGRAM([[#include <mpi.h>]], [[MPI_Init(0, 0); return MPI_Finalize();]])],
  [gfn_mpi="$3" MPI_CFLAGS="$1" MPI_LIBS="$2"
   AC_MSG_RESULT([yes])], [AC_MSG_RESULT([no])])
CPPFLAGS=$gfn_save_CPPFLAGS LIBS=$gfn_save_LIBS])

# GFN_MPI_WRAPPER(COMMAND)
# Ask a compiler wrapper what it adds; Open MPI and MPICH both answer to -show.
AC_DEFUN([GFN_MPI_WRAPPER],
[gfn_cflags= gfn_libs=
for gfn_word in `$1 -show 2>/dev/null`; do
  AS_CASE([$gfn_word],
    [-I*|-D*], [AS_VAR_APPEND([gfn_cflags], [" $gfn_word"])],
    [-L*|-l*|-Wl,*|-pthread], [AS_VAR_APPEND([gfn_libs], [" $gfn_word"])])
done
GFN_MPI_TRY([$gfn_cflags], [$gfn_libs], [$1])])

# GFN_MPI_NAME
# Which implementation the flags belong to: sets MPI_NAME (openmpi, mpich, other) and MPI_VERSION.
AC_DEFUN([GFN_MPI_NAME],
[AC_MSG_CHECKING([which MPI this is])
gfn_save_CPPFLAGS=$CPPFLAGS
CPPFLAGS="$CPPFLAGS $MPI_CFLAGS"
AC_LANG_CONFTEST([AC_LANG_SOURCE([[
#include <mpi.h>
#if defined OPEN_MPI
gfn_mpi_is openmpi OMPI_MAJOR_VERSION.OMPI_MINOR_VERSION.OMPI_RELEASE_VERSION
#elif defined MPICH_VERSION
gfn_mpi_is mpich MPICH_VERSION
#else
gfn_mpi_is other MPI_VERSION.MPI_SUBVERSION
#endif
]])])
gfn_answer=`(eval "$ac_cpp conftest.$ac_ext") 2>&AS_MESSAGE_LOG_FD | tr -d '\n"' |
  sed 's/.*gfn_mpi_is//'`
rm -f conftest.$ac_ext
CPPFLAGS=$gfn_save_CPPFLAGS
MPI_NAME=`AS_ECHO(["$gfn_answer"]) | sed 's/^ *\(@<:@a-z@:>@*\).*/\1/'`
MPI_VERSION=`AS_ECHO(["$gfn_answer"]) | sed 's/^ *@<:@a-z@:>@*//; s/ //g'`
AC_MSG_RESULT([$MPI_NAME $MPI_VERSION])])

# GFN_MPI_LAUNCHER
# The launcher that belongs to the library: a foreign one starts N lonely ranks. Sets MPIEXEC.
AC_DEFUN([GFN_MPI_LAUNCHER],
[AC_ARG_VAR([MPIEXEC], [launcher of the MPI in use])
AC_MSG_CHECKING([for the launcher of $MPI_NAME])
AS_IF([test -z "$MPIEXEC"],
  [AS_CASE([$MPI_NAME],
     [openmpi], [gfn_sign="Open MPI|OpenRTE|open-mpi"],
     [mpich],   [gfn_sign="HYDRA|MPICH"],
                [gfn_sign="."])
   gfn_beside=`command -v "${MPICC:-mpicc}"`
   gfn_beside=`AS_DIRNAME(["$gfn_beside"])`
   for gfn_word in mpiexec.$MPI_NAME mpirun.$MPI_NAME mpiexec mpirun mpiexec.hydra; do
     for gfn_candidate in "$gfn_beside/$gfn_word" "`command -v $gfn_word`"; do
       AS_IF([test -z "$MPIEXEC" && test -x "$gfn_candidate" &&
              "$gfn_candidate" --version 2>&1 </dev/null | $EGREP "$gfn_sign" >/dev/null],
         [MPIEXEC=$gfn_candidate])
     done
   done])
AC_MSG_RESULT([${MPIEXEC:-none}])])

# GFN_MPI
# --with-mpi=auto|yes|no. Sets MPI_CFLAGS, MPI_LIBS, MPI_NAME (none without MPI), MPI_VERSION,
# MPIEXEC and HAVE_MPI (config.h and Automake).
AC_DEFUN([GFN_MPI],
[AC_REQUIRE([PKG_PROG_PKG_CONFIG])dnl
AC_REQUIRE([AC_PROG_EGREP])dnl
AC_REQUIRE([AC_PROG_CPP])dnl
AC_ARG_WITH([mpi],
  [AS_HELP_STRING([--with-mpi=auto|yes|no],
    [run on several ranks; without MPI the program does everything on one (default: auto)])],
  [], [with_mpi=auto])
AS_CASE([$with_mpi], [auto|yes|no], [],
  [AC_MSG_ERROR([--with-mpi is auto, yes or no, found "$with_mpi" (hint: MPICC=$with_mpi chooses an MPI)])])
AC_ARG_VAR([MPICC], [compiler wrapper that knows the MPI to use])
AC_ARG_VAR([MPI_CFLAGS], [C compiler flags for MPI])
AC_ARG_VAR([MPI_LIBS], [linker flags for MPI])
gfn_mpi= MPI_NAME=none MPI_VERSION=
AS_IF([test "x$with_mpi" != xno],
  [AS_IF([test -n "$MPI_CFLAGS$MPI_LIBS"], [GFN_MPI_TRY([$MPI_CFLAGS], [$MPI_LIBS], [MPI_LIBS])],
         [test -n "$MPICC"], [GFN_MPI_WRAPPER([$MPICC])],
     [GFN_MPI_TRY([], [], [$CC])
      for gfn_word in ompi-c mpich; do
        AS_IF([test -z "$gfn_mpi" && test -n "$PKG_CONFIG" && $PKG_CONFIG --exists $gfn_word],
          [gfn_cflags=`$PKG_CONFIG --cflags $gfn_word`
           gfn_libs=`$PKG_CONFIG --libs $gfn_word`
           GFN_MPI_TRY([$gfn_cflags], [$gfn_libs], [pkg-config $gfn_word])])
      done
      AS_IF([test -z "$gfn_mpi" && command -v mpicc >/dev/null 2>&1], [GFN_MPI_WRAPPER([mpicc])])])
   AS_IF([test -n "$gfn_mpi"],
     [AC_DEFINE([HAVE_MPI], [1], [Define to 1 if the program can run on several ranks.])
      GFN_MPI_NAME
      GFN_MPI_LAUNCHER],
     [test "x$with_mpi" = xyes || test -n "$MPICC$MPI_CFLAGS$MPI_LIBS"],
     [AC_MSG_ERROR([no MPI found (hint: apt-get install libopenmpi-dev openmpi-bin, or set MPICC, or --with-mpi=no)])])])
AC_SUBST([MPI_NAME])
AC_SUBST([MPI_VERSION])
AM_CONDITIONAL([HAVE_MPI], [test -n "$gfn_mpi"])])
