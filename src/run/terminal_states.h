/* SPDX-License-Identifier: MIT
 *
 * run/terminal_states.h - objects from a file, for instance for training on given terminal states.
 */
#ifndef RUN_TERMINAL_STATES_H
#define RUN_TERMINAL_STATES_H

#include <gfn/run.h>

/* On rank 0, read the file of the option terminal-states, if it is set: objects [*n][state_width]
 * of the run's environment, from lines of text or a .npy file of whole numbers. The caller releases
 * them; NULL: there are none here. Local. Errors: GFN_EIO, GFN_EINVAL (the file holds something
 * else), GFN_ENOMEM. */
gfn_status gfn_run_load_terminal_states(const gfn_run *run, int32_t **objects, size_t *n);

/* Read the objects [*n][state_width] in a file that an option names: a text with one per line
 * (.txt, or the first column of .csv and .tsv, also .gz), or else a .npy of whole numbers. The
 * caller releases them. Local. Errors: as above; then *objects is NULL. */
gfn_status gfn_run_load_objects(const gfn_run *run, const char *option, const char *path,
                                int32_t **objects, size_t *n);

#endif
