/* SPDX-License-Identifier: MIT
 *
 * A file without a name (memfd), which other processes find among the open files of the process
 * that created it. Nothing is left behind if processes are killed, and its size is not limited by
 * that of /dev/shm, which is small in containers.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/shared_memory.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/format.h"

/* The parts of a name: process, descriptor, and a number that identifies this memory. */
struct place {
    long process;
    int file;
    unsigned long long token;
};

static bool read_name(const char *name, struct place *place)
{
    return sscanf(name, "%ld/%d/%llx", &place->process, &place->file, &place->token) == 3;
}

/* Without a reservation, the first write to a page for which there is no memory would end the
 * process (SIGBUS). A reservation fails with an error code instead. */
static bool reserve(int file, size_t bytes)
{
    int code;
    do
        code = posix_fallocate(file, 0, (off_t)bytes);
    while (code == EINTR);
    return code == 0;
}

static void *map(int file, size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A reservation beyond the limit of the size of files would end the process (SIGXFSZ). */
static bool is_within_limit(size_t bytes)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           limit.rlim_cur >= bytes;
}

void *gfn_shared_memory_create(size_t bytes, char *name)
{
    char title[48];
    struct place place = {.process = (long)getpid(),
                          .token = (unsigned long long)(gfn_clock_seconds() * 1e9)};
    name[0] = '\0';
    if (!is_within_limit(bytes))
        return NULL;
    gfn_format(title, sizeof title, "gfn-dist-%llx", place.token);
    place.file = memfd_create(title, MFD_CLOEXEC);
    if (place.file < 0)
        return NULL;
    void *memory = reserve(place.file, bytes) ? map(place.file, bytes) : NULL;
    if (memory == NULL)
        close(place.file);
    else
        gfn_format(name, GFN_SHARED_MEMORY_NAME, "%ld/%d/%llx", place.process, place.file,
                   place.token);
    return memory;
}

/* In containers processes may have other numbers, so that the path may lead to another file. */
static bool is_same_memory(const char *path, unsigned long long token)
{
    char found[96], wanted[96];
    const ssize_t n = readlink(path, found, sizeof found - 1);
    gfn_format(wanted, sizeof wanted, "/memfd:gfn-dist-%llx (deleted)", token);
    found[n > 0 ? n : 0] = '\0';
    return strcmp(found, wanted) == 0;
}

void *gfn_shared_memory_find(size_t bytes, const char *name)
{
    char path[64];
    struct place place;
    if (!read_name(name, &place))
        return NULL;
    gfn_format(path, sizeof path, "/proc/%ld/fd/%d", place.process, place.file);
    if (!is_same_memory(path, place.token))
        return NULL;
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return NULL;
    void *memory = map(file, bytes);
    close(file);
    return memory;
}

void gfn_shared_memory_hide(const char *name)
{
    struct place place;
    if (read_name(name, &place) && place.process == (long)getpid())
        close(place.file);
}

void gfn_shared_memory_release(void *memory, size_t bytes)
{
    if (memory != NULL)
        munmap(memory, bytes);
}

#else

void *gfn_shared_memory_create(size_t bytes, char *name)
{
    (void)bytes, (void)name;
    return NULL;
}

void *gfn_shared_memory_find(size_t bytes, const char *name)
{
    (void)bytes, (void)name;
    return NULL;
}

void gfn_shared_memory_hide(const char *name)
{
    (void)name;
}

void gfn_shared_memory_release(void *memory, size_t bytes)
{
    (void)memory, (void)bytes;
}

#endif
