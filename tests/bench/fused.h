/* SPDX-License-Identifier: MIT
 *
 * fused.h - the passes of two forward policies fused by hand: a yardstick for the autograd core.
 *
 *     one_hot   256 -> 32 -> 3, row i is state i: the default job
 *     k_hot     4 of 80 -> 256 -> 256 -> 5: a large one
 */
#ifndef BENCH_FUSED_H
#define BENCH_FUSED_H

#include "grad/kernels.h"

enum { FUSED_MAX_ROWS = 256, FUSED_MAX_ACTIONS = 8 };

typedef struct fused_case {
    size_t rows; /* <= FUSED_MAX_ROWS, a multiple of 16 */
    const gfn_real *params;
    const int32_t *index;                               /* [rows][4], of k_hot */
    int32_t allowed[FUSED_MAX_ACTIONS][FUSED_MAX_ROWS]; /* all bits or none, turned */
    gfn_real p[FUSED_MAX_ACTIONS][FUSED_MAX_ROWS];      /* P_F, turned: what forward keeps */
    gfn_real *log_pf;                                   /* [rows][actions] */
    const gfn_real *d_log_pf;                           /* d loss / d log P_F */
    gfn_real *gradient;                                 /* d loss / d params */
    const gfn_kernels *kernels;
} fused_case;

typedef struct fused_passes {
    const char *kernels; /* the set they go with */
    void (*one_hot_forward)(fused_case *c);
    void (*one_hot_backward)(fused_case *c);
    void (*k_hot_forward)(fused_case *c);
    void (*k_hot_backward)(fused_case *c);
} fused_passes;

#endif
