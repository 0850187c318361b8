/* SPDX-License-Identifier: MIT
 *
 * eval/state_loop.h - long loops over states: on threads, with the same bits on any number of them,
 * and with a beat now and then that says to others that the work goes on.
 */
#ifndef EVAL_STATE_LOOP_H
#define EVAL_STATE_LOOP_H

#include <stddef.h>

#include <gfn/status.h>

typedef struct gfn_state_loop {
    int threads;
    gfn_status (*beat)(void *self); /* many times a second, from the calling thread; NULL: never */
    void *self;
} gfn_state_loop;

/* One thread, no beats. */
#define GFN_STATE_LOOP_ALONE ((gfn_state_loop){.threads = 1})

/* Elements of a range, and bytes that it may hand back. */
enum { GFN_STATE_LOOP_RANGE = 4096, GFN_STATE_LOOP_PART = 128 };

typedef struct gfn_state_loop_body {
    /* Work on elements first ... first + n - 1, n <= GFN_STATE_LOOP_RANGE. Ranges do not overlap
     * and may run at the same time. `part`, GFN_STATE_LOOP_PART zeroed bytes, takes what is to be
     * added up. */
    void (*work)(void *self, size_t first, size_t n, int thread, void *part);
    /* Add one up; called in the order of the ranges. NULL: there is nothing to add up. */
    void (*fold)(void *self, const void *part);
    void *self;
} gfn_state_loop_body;

/* Run a loop over n elements. Errors: those of the beat. */
gfn_status gfn_state_loop_run(const gfn_state_loop *crew, size_t n,
                              const gfn_state_loop_body *loop);

#endif
