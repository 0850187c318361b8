/* SPDX-License-Identifier: MIT
 *
 * summary/marginals_file.h - the expectations of named quantities as a table, such as edges.csv.
 */
#ifndef SUMMARY_MARGINALS_FILE_H
#define SUMMARY_MARGINALS_FILE_H

#include "run/run.h"

/* Write NAME.csv, if the environment names quantities and some were measured: the names of each
 * row; the values of the policy, exact or of samples (then also their standard errors); and, if
 * they are known, the exact values of the target. On rank 0. Errors: GFN_ENOMEM, GFN_EIO. */
gfn_status gfn_marginals_save(const gfn_run *run, const char *directory);

#endif
