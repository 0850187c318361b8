/* SPDX-License-Identifier: MIT */
#include "comm/mpi_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Texts of MPI_Get_library_version(): the first two as observed, the others as documented. */
static void libraries_have_short_names(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022",
         "Open MPI 4.1.4"},
        {"MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n",
         "MPICH 4.0.2"},
        {"MVAPICH2 Version      :\t2.3.7\nMVAPICH2 Release date :\tWed March 02 2022",
         "MVAPICH2 2.3.7"},
        {"Intel(R) MPI Library 2021.6 for Linux* OS\n",
         "Intel(R) MPI Library 2021.6 for Linux* OS"},
        {"vendor's own", "vendor's own"},
        {"", ""},
    };
    char name[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_string_equal(gfn_mpi_name_shorten(names[i][0], name, sizeof name), names[i][1]);
}

static void long_names_are_cut_between_words(void **state)
{
    (void)state;
    char name[9] = "xxxxxxxx";
    assert_string_equal(gfn_mpi_name_shorten("Open MPI v4.1.4, x", name, sizeof name), "Open MPI");
    assert_string_equal(gfn_mpi_name_shorten("Open MPIs v4.1.4", name, sizeof name), "Open");
    assert_string_equal(gfn_mpi_name_shorten("Open", name, 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libraries_have_short_names),
        cmocka_unit_test(long_names_are_cut_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
