/* SPDX-License-Identifier: MIT
 *
 * comm/process.h - what /proc/PID/stat says of a process.
 */
#ifndef COMM_PROCESS_H
#define COMM_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct gfn_process {
    char name[64]; /* which the process may choose, cut to 15 characters by the system */
    char state;    /* 'R': it runs; 'Z': it has ended, but its parent has not waited for it; ... */
    pid_t parent;
    unsigned long long start; /* its time, because numbers of processes are used again */
} gfn_process;

/* Read about a process. Returns false if there is none of this number, if nothing is known about
 * it, or if the system has no /proc; then *p is undefined. */
bool gfn_process_read(pid_t number, gfn_process *p);

/* The same from the text of the file. */
bool gfn_process_parse(const char *text, gfn_process *p);

#endif
