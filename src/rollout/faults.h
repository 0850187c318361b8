/* SPDX-License-Identifier: MIT
 *
 * rollout/faults.h - faults that parallel loops find. The lowest index is reported, so that the
 * error does not depend on threads.
 */
#ifndef ROLLOUT_FAULTS_H
#define ROLLOUT_FAULTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>
#include <gfn/status.h>

/* *lowest = min(*lowest, i). Any thread may call it. */
static inline void gfn_fault_note(_Atomic size_t *lowest, size_t i)
{
    size_t now = atomic_load(lowest);
    while (i < now && !atomic_compare_exchange_weak(lowest, &now, i))
        continue;
}

/* Returns GFN_ENUMERIC, with the message that the forward policy is not finite in `state`. */
gfn_status gfn_fail_policy(const gfn_env *env, const int32_t *state);

#endif
