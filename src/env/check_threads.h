/* SPDX-License-Identifier: MIT
 *
 * env/check_threads.h - call an environment from several threads at once.
 */
#ifndef ENV_CHECK_THREADS_H
#define ENV_CHECK_THREADS_H

#include "env/check_fresh.h"

/* Let *threads threads ask new environments the questions that are kept, all the same function and
 * then each another one, and compare the results. *threads becomes the number that the system gave.
 * Errors: GFN_EINVAL, GFN_EENV, GFN_ENOMEM, those of gfn_fresh_renew(). */
gfn_status gfn_check_threads(gfn_fresh *fresh, int *threads, gfn_arena *arena);

#endif
