/* SPDX-License-Identifier: MIT
 *
 * eval/survey.h - what is found out about a numbered world before any policy is judged in it.
 */
#ifndef EVAL_SURVEY_H
#define EVAL_SURVEY_H

#include "env/world.h"
#include "eval/crew.h"

typedef struct gfn_survey {
    double *target;    /* [n_states] R(x)/Z; 0: not an object */
    double log_z;      /* log sum R(x) */
    int64_t n_modes;   /* objects of maximal reward */
    int64_t n_regions; /* connected blocks of them; -1: not known */
} gfn_survey;

/* Fill the survey, which gfn_survey_clear() ends also after an error. Errors: GFN_ENOMEM, and the
 * beat's. */
gfn_status gfn_survey_make(const gfn_crew *crew, const gfn_env *env, gfn_survey *survey);
void gfn_survey_clear(gfn_survey *survey);

#endif
