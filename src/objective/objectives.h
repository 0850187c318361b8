/* SPDX-License-Identifier: MIT
 *
 * objective/objectives.h - every objective there is; each is one file and one line in registry.c.
 */
#ifndef OBJECTIVE_OBJECTIVES_H
#define OBJECTIVE_OBJECTIVES_H

#include <gfn/objective.h>

extern const gfn_objective gfn_objective_tb;

#endif
