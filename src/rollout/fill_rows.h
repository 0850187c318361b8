/* SPDX-License-Identifier: MIT
 *
 * rollout/fill_rows.h - compute what rows hold, once for each distinct state.
 */
#ifndef ROLLOUT_FILL_ROWS_H
#define ROLLOUT_FILL_ROWS_H

#include "rollout/storage.h"

/* Fill rows first ... first+n-1 from the states of the set.
 * Errors: GFN_ENUMERIC (a policy that is not finite), GFN_EENV. */
gfn_status gfn_rows_fill(gfn_sampler *sampler, size_t first, size_t n);

/* Update what depends on the parameters in rows that were filled before. Errors: the same. */
gfn_status gfn_rows_refresh(gfn_sampler *sampler, size_t first, size_t n);

#endif
