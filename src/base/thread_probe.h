/* SPDX-License-Identifier: MIT
 *
 * base/thread_probe.h - the stack that OpenMP gives its threads, and how many can be started.
 *
 * libgomp ends the process if it cannot start a thread, and a thread whose stack overflows ends it
 * without a message. So both are found out before.
 */
#ifndef BASE_THREAD_PROBE_H
#define BASE_THREAD_PROBE_H

#include <stddef.h>

/* The least stack of a thread: a training thread was measured to need 76 KiB, its error messages
 * and the libraries' thread-local data among it; sanitizers need some times as much. */
#define GFN_LEAST_STACK ((size_t)256 << 10)

/* The most stack for the thread that starts the others: a default such as `unlimited` would reserve
 * too much. */
#define GFN_MOST_STACK ((size_t)1 << 30)

/* Bytes of stack of OpenMP's threads: OMP_STACKSIZE, else GOMP_STACKSIZE, else what the system
 * gives (ulimit -s). */
size_t gfn_thread_stack(void);

/* Start up to n threads with this stack, all at the same time, and end them. Returns how many could
 * be started; *error is 0, or the error number of the first that could not. */
int gfn_thread_probe(int n, size_t stack, int *error);

#endif
