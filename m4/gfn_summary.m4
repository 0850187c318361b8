# SPDX-License-Identifier: MIT

# GFN_SUMMARY
# What was decided, and what to type next.
AC_DEFUN([GFN_SUMMARY],
[AS_IF([test "x$MPI_NAME" != xnone],
  [gfn_summary_mpi="$MPI_NAME $MPI_VERSION (by $gfn_mpi), launcher ${MPIEXEC:-not found}"],
  [test "x$with_mpi" = xno], [gfn_summary_mpi="no (--with-mpi=no): one rank"],
  [gfn_summary_mpi="none found: one rank (hint: apt-get install libopenmpi-dev openmpi-bin)"])
AS_IF([test "x$enable_openmp" = xno], [gfn_summary_openmp="no (--disable-openmp): one thread"],
  [test -n "$OPENMP_CFLAGS"], [gfn_summary_openmp="yes ($OPENMP_CFLAGS)"],
  [gfn_summary_openmp="not known to $CC: one thread"])
AS_IF([test "x$gfn_cmocka" = xyes], [gfn_summary_check="yes"],
  [gfn_summary_check="cmocka is missing: no make check (hint: apt-get install libcmocka-dev)"])
AS_IF([test "x$gfn_cairo" = xyes], [gfn_summary_cairo="yes"],
  [test "x$with_cairo" = xno], [gfn_summary_cairo="no (--with-cairo=no)"],
  [gfn_summary_cairo="Cairo is missing (hint: apt-get install libcairo2-dev)"])
# ${mandir} is ${datarootdir}/man, which is ${prefix}/share
for gfn_word in 1 2 3; do
  eval "gfn_man_page=\"$gfn_man_page\" gfn_completion=\"$gfn_completion\""
done
gfn_summary_cpus=`nproc 2>/dev/null || echo 2`
AC_MSG_NOTICE([

  $PACKAGE_NAME $PACKAGE_VERSION

  prefix       $prefix
  compiler     $CC
  CFLAGS       $CFLAGS
  MPI          $gfn_summary_mpi
  OpenMP       $gfn_summary_openmp
  pictures     $gfn_summary_cairo
  libraries    shared: $enable_shared, static: $enable_static
  symbols      versions: $gfn_symbol_versions
  x86 kernels  $gfn_x86_kernels
  debug        $enable_debug
  sanitizers   $enable_sanitizers
  warnings     errors: $enable_werror
  tests        $gfn_summary_check
  man page     $gfn_man_page
  completion   $gfn_completion

Next: make -j$gfn_summary_cpus && make check
])])
