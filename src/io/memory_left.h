/* SPDX-License-Identifier: MIT
 *
 * io/memory_left.h - how much more memory this process may use.
 */
#ifndef IO_MEMORY_LEFT_H
#define IO_MEMORY_LEFT_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes that this process may still allocate, according to /proc and /sys: the least of what is
 * left on the machine, in the control groups of the process, and below its limits (ulimit -v,
 * ulimit -d). -1: not known. `root` is put before the names of all files; it is "" except in
 * tests. */
int64_t gfn_memory_left(const char *root);

/* Whether `bytes` may be taken of the memory that is left, -1: not known. A tenth stays free, for
 * other processes and for memory that this one has requested but not touched yet. */
static inline bool gfn_memory_has_room(double bytes, int64_t left)
{
    return left < 0 || bytes <= 0.9 * (double)left;
}

static inline double gfn_memory_gib(double bytes)
{
    return bytes / (double)(1 << 30);
}

#endif
