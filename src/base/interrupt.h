/* SPDX-License-Identifier: MIT
 *
 * base/interrupt.h - interrupt a thread in the middle of its work, so that others overtake it.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <stdbool.h>

/* From now on gfn_interrupt_after() interrupts the calling thread: pause(self) runs on it, in a
 * handler of SIGURG, and must be safe in signal handlers. False, without an effect, if this is in
 * use, if SIGURG has another handler, or if the system has no timer. */
bool gfn_interrupt_begin(void (*pause)(void *self), void *self);

/* Interrupt the thread once, after so many seconds, at most 0.999; another call replaces the time.
 */
void gfn_interrupt_after(double seconds);

/* Undo gfn_interrupt_begin(), on the same thread. */
void gfn_interrupt_end(void);

#endif
