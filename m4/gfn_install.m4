# SPDX-License-Identifier: MIT

# GFN_PATHS
# Before AM_INIT_AUTOMAKE: paths with a blank that cannot work are refused at once. Automake cannot
# name such sources in rules, and libtool does not quote the folders to which it installs. The build
# folder may have one, and so may the sources above it, which are then "..".
AC_DEFUN([GFN_PATHS],
[AS_CASE([$srcdir], [*@<:@\ \	@:>@*],
  [AC_MSG_ERROR([expected sources in a path without blanks, found '$srcdir' (hint: mkdir build && cd build && ../configure)])])
for gfn_word in prefix exec_prefix bindir libdir; do
  eval "gfn_path=\$$gfn_word"
  AS_CASE([$gfn_path], [*@<:@\ \	@:>@*],
    [AC_MSG_ERROR([expected a path without blanks, found --$gfn_word='$gfn_path' (hint: what was installed in another path can be copied, see src/doc/installing.md)])])
done])

# GFN_SYMBOL_VERSIONS
# --enable-symbol-versions: sets GFN_VERSION_LDFLAGS, behind which the name of a version script
# stands, and the Automake conditional SYMBOL_VERSIONS. The script names all symbols that there can
# be; linkers that want each to be defined are told that it need not.
AC_DEFUN([GFN_SYMBOL_VERSIONS],
[AC_ARG_ENABLE([symbol-versions],
  [AS_HELP_STRING([--disable-symbol-versions],
    [export the symbols of libgfn without versions (default: with, where the linker can)])],
  [], [enable_symbol_versions=auto])
AC_CACHE_CHECK([how $CC takes a version script], [gfn_cv_version_script],
  [gfn_cv_version_script=none
   echo 'GFN_TEST { global: gfn_there; gfn_missing; local: *; };' >conftest.map
   gfn_save_LDFLAGS=$LDFLAGS
   for gfn_word in "" "-Wl,--undefined-version"; do
     LDFLAGS="$gfn_save_LDFLAGS -shared -fPIC $gfn_word -Wl,--version-script=conftest.map"
     AS_IF([test "x$gfn_cv_version_script" = xnone],
       [AC_LINK_IFELSE([AC_LANG_SOURCE([[int gfn_there(void);
int gfn_there(void)
{
    return 0;
}]])], [gfn_cv_version_script="$gfn_word -Wl,--version-script="])])
   done
   LDFLAGS=$gfn_save_LDFLAGS
   rm -f conftest.map])
AS_CASE([$enable_shared,$enable_symbol_versions,$gfn_cv_version_script],
  [no,*], [gfn_symbol_versions="no (--disable-shared)"],
  [*,no,*], [gfn_symbol_versions="no (--disable-symbol-versions)"],
  [*,auto,none], [gfn_symbol_versions="not known to the linker"],
  [*,none], [AC_MSG_ERROR([the linker takes no --version-script (try --disable-symbol-versions)])],
  [gfn_symbol_versions=yes])
GFN_VERSION_LDFLAGS=
AS_IF([test "x$gfn_symbol_versions" = xyes], [GFN_VERSION_LDFLAGS=$gfn_cv_version_script])
AC_SUBST([GFN_VERSION_LDFLAGS])
AM_CONDITIONAL([SYMBOL_VERSIONS], [test "x$gfn_symbol_versions" = xyes])])

# GFN_PRINTED
# The man page and the completion of bash, which the program prints: sets bashcompletiondir and the
# Automake conditionals MAN_PAGE and BASH_COMPLETION. Neither is there when cross-compiling.
AC_DEFUN([GFN_PRINTED],
[AC_ARG_WITH([bash-completion-dir],
  [AS_HELP_STRING([--with-bash-completion-dir=DIR|no],
    [where the completion for bash goes (default: DATADIR/bash-completion/completions)])],
  [], [with_bash_completion_dir=yes])
AS_IF([test "x$with_bash_completion_dir" = xyes],
  [with_bash_completion_dir='${datadir}/bash-completion/completions'])
AC_SUBST([bashcompletiondir], [$with_bash_completion_dir])
gfn_man_page='${mandir}/man1' gfn_completion=$with_bash_completion_dir
AS_IF([test "x$cross_compiling" = xyes],
  [gfn_man_page="no (cross-compiling: the program cannot print it)" gfn_completion=$gfn_man_page],
  [test "x$with_bash_completion_dir" = xno], [gfn_completion="no (--with-bash-completion-dir=no)"])
AM_CONDITIONAL([MAN_PAGE], [test "x$cross_compiling" != xyes])
AM_CONDITIONAL([BASH_COMPLETION],
  [test "x$cross_compiling" != xyes && test "x$with_bash_completion_dir" != xno])])

# GFN_DIST_TAR
# Behind AM_INIT_AUTOMAKE: `make dist` gives the same bytes wherever and whenever it is called, if
# tar is GNU's. Times are that of scripts/source-date.
AC_DEFUN([GFN_DIST_TAR],
[gfn_tar='--format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX,a-s'
AC_CACHE_CHECK([whether tar can make reproducible archives], [gfn_cv_dist_tar],
  [echo test >conftest.txt
   AS_IF([${TAR-tar} $gfn_tar --mtime=@1 -chf conftest.tar conftest.txt >&AS_MESSAGE_LOG_FD 2>&1],
     [gfn_cv_dist_tar=yes], [gfn_cv_dist_tar=no])
   rm -f conftest.txt conftest.tar])
AS_IF([test "x$gfn_cv_dist_tar" = xyes],
  [am__tar='$${TAR-tar} '$gfn_tar' --mtime=@$$($(SHELL) $(top_srcdir)/scripts/source-date) -chf - "$$tardir"'])])

# GFN_PKG_CONFIG
# What a program links beside -lgfn: only with --static, unless there is only a static library. The
# libraries stand in gfn.pc by their flags, not as requirements: a program that needs the headers
# alone, like a plug-in, compiles without the development packages of these libraries.
AC_DEFUN([GFN_PKG_CONFIG],
[PC_LIBS= PC_LIBS_PRIVATE="$JANSSON_LIBS $INIH_LIBS $ZLIB_LIBS $CAIRO_LIBS"
PC_LIBS_PRIVATE="$PC_LIBS_PRIVATE $MPI_LIBS $OPENMP_CFLAGS $MATH_LIBS"
AS_IF([test "x$enable_shared" = xno],
  [PC_LIBS=$PC_LIBS_PRIVATE PC_LIBS_PRIVATE=])
AC_SUBST([PC_LIBS])
AC_SUBST([PC_LIBS_PRIVATE])])
