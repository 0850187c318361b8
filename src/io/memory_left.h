/* SPDX-License-Identifier: MIT
 *
 * io/memory_left.h - how much more memory this process may use.
 */
#ifndef IO_MEMORY_LEFT_H
#define IO_MEMORY_LEFT_H

#include <stdint.h>

/* Bytes that this process may still allocate, according to /proc and /sys: the least of what is
 * left on the machine, in the control groups of the process, and below its limits (ulimit -v,
 * ulimit -d). -1: not known. `root` is put before the names of all files; it is "" except in
 * tests. */
int64_t gfn_memory_left(const char *root);

#endif
