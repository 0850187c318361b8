/* SPDX-License-Identifier: MIT
 *
 * io/descriptor.h - open a file.
 */
#ifndef IO_DESCRIPTOR_H
#define IO_DESCRIPTOR_H

/* As open(path, flags | O_CLOEXEC, 0666), repeated while a signal interrupts it. The descriptor is
 * never that of standard input, output or error: if a program closed those, it would print into the
 * file. -1 and errno: it failed. */
int gfn_descriptor_open(const char *path, int flags);

#endif
