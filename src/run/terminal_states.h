/* SPDX-License-Identifier: MIT
 *
 * run/terminal_states.h - objects from a file, for training on given terminal states.
 */
#ifndef RUN_TERMINAL_STATES_H
#define RUN_TERMINAL_STATES_H

#include <gfn/run.h>

/* On rank 0, read the file of the option terminal-states, if it is set: objects [*n][state_width]
 * of the run's environment, from a .npy file of whole numbers. The caller releases them; NULL:
 * there are none here. Local. Errors: GFN_EIO, GFN_EINVAL (the file holds something else),
 * GFN_ENOMEM. */
gfn_status gfn_run_load_terminal_states(const gfn_run *run, int32_t **objects, size_t *n);

#endif
