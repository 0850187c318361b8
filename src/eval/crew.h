/* SPDX-License-Identifier: MIT
 *
 * eval/crew.h - long loops over states: on threads, with the same bits on any number of them, and
 * with a beat now and then that says to others that the work goes on.
 */
#ifndef EVAL_CREW_H
#define EVAL_CREW_H

#include <stddef.h>

#include <gfn/status.h>

typedef struct gfn_crew {
    int threads;
    gfn_status (*beat)(void *self); /* many times a second, from the calling thread; NULL: never */
    void *self;
} gfn_crew;

/* One thread, no beats. */
#define GFN_CREW_ALONE ((gfn_crew){.threads = 1})

/* Elements of a range, and bytes that it may hand back. */
enum { GFN_CREW_RANGE = 4096, GFN_CREW_PART = 128 };

typedef struct gfn_loop {
    /* Work on elements first ... first + n - 1, n <= GFN_CREW_RANGE. Ranges do not overlap and may
     * run at the same time. `part`, GFN_CREW_PART zeroed bytes, takes what is to be added up. */
    void (*work)(void *self, size_t first, size_t n, int thread, void *part);
    /* Add one up; called in the order of the ranges. NULL: there is nothing to add up. */
    void (*fold)(void *self, const void *part);
    void *self;
} gfn_loop;

/* Run a loop over n elements. Errors: those of the beat. */
gfn_status gfn_crew_run(const gfn_crew *crew, size_t n, const gfn_loop *loop);

#endif
