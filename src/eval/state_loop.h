/* SPDX-License-Identifier: MIT
 *
 * eval/state_loop.h - long loops over states, on threads, with the same bits for any number of
 * threads.
 */
#ifndef EVAL_STATE_LOOP_H
#define EVAL_STATE_LOOP_H

#include <stddef.h>

/* Elements of a range, and bytes of the partial result that it may return. */
enum { GFN_STATE_LOOP_RANGE = 4096, GFN_STATE_LOOP_PART = 128 };

typedef struct gfn_state_loop {
    /* Work on elements first ... first + n - 1, n <= GFN_STATE_LOOP_RANGE. Ranges do not overlap
     * and may run at the same time. `part`, GFN_STATE_LOOP_PART zeroed bytes, gets the partial
     * result of the range. */
    void (*work)(void *self, size_t first, size_t n, int thread, void *part);
    /* Add a partial result to the whole; called in the order of the ranges. NULL: there is no
     * result to add up. */
    void (*fold)(void *self, const void *part);
    void *self;
} gfn_state_loop;

/* Run a loop over n elements. */
void gfn_state_loop_run(int threads, size_t n, const gfn_state_loop *loop);

#endif
