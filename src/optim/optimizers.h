/* SPDX-License-Identifier: MIT
 *
 * optim/optimizers.h - the list of optimizers: each is one file and one line here.
 */
#ifndef OPTIM_OPTIMIZERS_H
#define OPTIM_OPTIMIZERS_H

#include <gfn/optim.h>

/* ROW(gfn_optimizer_NAME), in the order of `gfn-dist list`. */
#define GFN_OPTIMIZERS(ROW)                                                                        \
    ROW(gfn_optimizer_adam)                                                                        \
    ROW(gfn_optimizer_sgd)

#define GFN_DECLARE(optimizer) extern const gfn_optimizer optimizer;
GFN_OPTIMIZERS(GFN_DECLARE)
#undef GFN_DECLARE

#endif
