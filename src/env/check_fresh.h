/* SPDX-License-Identifier: MIT
 *
 * env/check_fresh.h - new environments that are asked what another one has answered.
 */
#ifndef ENV_CHECK_FRESH_H
#define ENV_CHECK_FRESH_H

#include "env/check_probe.h"

/* Questions that a function was asked, a random part of all, and the right results. */
typedef struct gfn_kept {
    gfn_probe_input in; /* the questions; n <= most */
    char *out;          /* [n] their results */
    size_t most;
    size_t seen;             /* questions so far */
    int32_t *state, *action; /* memory for the questions */
    int64_t *number;
} gfn_kept;

typedef struct gfn_fresh {
    const gfn_env *env; /* the environment whose results are right; borrowed */
    gfn_env_make make;
    void *self;           /* of make */
    gfn_env_place *place; /* may be NULL */
    double effort;        /* times of threads, as parts of what finds most faults: usually 1 */
    gfn_env *fresh;       /* owned: another one with the same options and rewards */
    gfn_probe probe;      /* sizes of results */
    size_t width;         /* of a state */
    gfn_kept kept[GFN_PROBE_FUNCTIONS];
} gfn_fresh;

/* Take memory for questions; the members from env to effort are set. Errors: GFN_ENOMEM. */
gfn_status gfn_fresh_init(gfn_fresh *fresh, gfn_arena *arena);

/* Replace fresh->fresh by a new environment, of which nothing has been asked. Errors: those of
 * make and gfn_fresh_drop(); GFN_EINVAL (its description differs). */
gfn_status gfn_fresh_renew(gfn_fresh *fresh);

/* Destroy fresh->fresh and set it to NULL. Errors: GFN_EENV (destroy() reported a failure). */
gfn_status gfn_fresh_drop(gfn_fresh *fresh);

/* Keep a question and its result, perhaps. */
void gfn_fresh_keep(gfn_fresh *fresh, gfn_probe_function function, gfn_probe_input one,
                    const void *out);

#endif
