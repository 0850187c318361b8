/* SPDX-License-Identifier: MIT
 *
 * io/memory_left.h - how much memory this process may still take.
 */
#ifndef IO_MEMORY_LEFT_H
#define IO_MEMORY_LEFT_H

#include <stdint.h>

/* Bytes that this process may still take, as the system tells under /proc and /sys: the least of
 * what the machine has left, what the control groups that hold it have left, and what is left of
 * the process's own limits (ulimit -v, ulimit -d). -1: not known. `root` stands before the names of
 * all files; "" but in tests. */
int64_t gfn_memory_left(const char *root);

#endif
