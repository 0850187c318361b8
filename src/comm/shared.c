/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/shared.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

/* Taken page by page as it is first written to, memory from a full /dev/shm would end the process
 * (SIGBUS); asked for all at once, it is refused. */
static bool reserve(int file, size_t bytes)
{
    int code;
    do
        code = posix_fallocate(file, 0, (off_t)bytes);
    while (code == EINTR);
    return code == 0;
}

/* Closes the file. */
static void *map(int file, size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Beyond the limit of a file's size, asking would end the process (SIGXFSZ). */
static bool is_within_limit(size_t bytes)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           limit.rlim_cur >= bytes;
}

void *gfn_shared_create(size_t bytes, char *name)
{
    void *memory = NULL;
    if (!is_within_limit(bytes))
        return NULL;
    snprintf(name, GFN_SHARED_NAME, "/gfn-dist-%lld-%llx", (long long)getpid(),
             (unsigned long long)(gfn_clock_seconds() * 1e9));
    int file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file < 0)
        return NULL;
    if (reserve(file, bytes))
        memory = map(file, bytes);
    else
        close(file);
    if (memory == NULL)
        gfn_shared_hide(name);
    return memory;
}

void *gfn_shared_find(size_t bytes, const char *name)
{
    int file = shm_open(name, O_RDWR, 0);
    return file < 0 ? NULL : map(file, bytes);
}

void gfn_shared_hide(const char *name)
{
    shm_unlink(name);
}

void gfn_shared_release(void *memory, size_t bytes)
{
    if (memory != NULL)
        munmap(memory, bytes);
}

#else

void *gfn_shared_create(size_t bytes, char *name)
{
    (void)bytes, (void)name;
    return NULL;
}

void *gfn_shared_find(size_t bytes, const char *name)
{
    (void)bytes, (void)name;
    return NULL;
}

void gfn_shared_hide(const char *name)
{
    (void)name;
}

void gfn_shared_release(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
}

#endif
