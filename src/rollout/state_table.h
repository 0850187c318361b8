/* SPDX-License-Identifier: MIT
 *
 * rollout/state_table.h - the table of a small numbered space: rows and successors of all states.
 */
#ifndef ROLLOUT_STATE_TABLE_H
#define ROLLOUT_STATE_TABLE_H

#include "rollout/storage.h"

/* Allocate and fill the table. The sampler's rows are allocated, and none is in use.
 * Errors: GFN_EINVAL (the environment breaks its promises), GFN_ENOMEM, GFN_ENUMERIC, GFN_EENV. */
gfn_status gfn_state_table_init(gfn_sampler *sampler);

#endif
