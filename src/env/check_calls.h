/* SPDX-License-Identifier: MIT
 *
 * env/check_calls.h - gfn_env_check_calls() with a choice of effort, for tests.
 */
#ifndef ENV_CHECK_CALLS_H
#define ENV_CHECK_CALLS_H

#include "env/check_fresh.h"

/* gfn_env_check_calls() with these members from env to effort; the others are 0. */
gfn_status gfn_check_calls(const gfn_fresh *fresh, uint64_t seed, int *threads);

#endif
