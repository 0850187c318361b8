/* SPDX-License-Identifier: MIT */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/crc.h"
#include "io/descriptor.h"
#include "io/failure.h"

bool gfn_file_exists(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0;
}

bool gfn_file_holds_bytes(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && (!S_ISREG(found.st_mode) || found.st_size > 0);
}

gfn_status gfn_file_open(const char *path, int *fd)
{
    /* O_NONBLOCK: opening a named pipe must not wait for a writer. */
    *fd = gfn_descriptor_open(path, O_RDONLY | O_NONBLOCK);
    return *fd < 0 ? gfn_fail_reading(path, "open the file") : GFN_OK;
}

bool gfn_file_is_own(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) &&
           !(found.st_mode & (S_IWGRP | S_IWOTH)) &&
           (found.st_uid == geteuid() || found.st_uid == 0);
}

void gfn_file_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

gfn_status gfn_file_rename(const char *path, const char *new_path)
{
    return rename(path, new_path) == 0 ? GFN_OK : gfn_fail_errno(path, "rename the file");
}

gfn_status gfn_file_remove(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT ? GFN_OK : gfn_fail_errno(path, "remove the file");
}

/* ---- reading ---- */

/* The part of a file that has been read so far. */
struct buffer {
    char *bytes; /* [room] */
    size_t used, room;
};

static gfn_status too_large(const char *path, size_t limit)
{
    return gfn_fail(GFN_EDATA, "%s: expected a file of at most %zu bytes, found more", path, limit);
}

/* Limit for pipes and devices, whose size is not known: /dev/zero, for example, has no end. */
enum { MOST_UNSIZED = 64 << 20 };

/* A byte of the room is left for a '\0'. For a regular file there is one more, so that the read
 * that finds the end needs no larger buffer. */
static gfn_status read_all(const char *path, int fd, size_t limit, struct buffer *buffer)
{
    struct stat found;
    if (fstat(fd, &found) != 0)
        return gfn_fail_reading(path, "read the file");
    bool is_sized = S_ISREG(found.st_mode) && found.st_size > 0;
    if (is_sized && (uintmax_t)found.st_size > limit)
        return too_large(path, limit);
    if (!is_sized && limit > MOST_UNSIZED)
        limit = MOST_UNSIZED;
    const size_t first = is_sized ? (size_t)found.st_size + 2 : 4096;
    GFN_TRY(gfn_grow(path, first, 1, &buffer->room, &buffer->bytes));
    for (;;) {
        ssize_t got;
        GFN_RETRY(got, read(fd, buffer->bytes + buffer->used, buffer->room - buffer->used - 1));
        if (got < 0)
            return gfn_fail_reading(path, "read the file");
        if (got == 0)
            return GFN_OK;
        buffer->used += (size_t)got;
        if (buffer->used > limit)
            return too_large(path, limit);
        GFN_TRY(gfn_grow(path, buffer->used + 2, 1, &buffer->room, &buffer->bytes));
    }
}

static gfn_status read_file(const char *path, int fd, size_t limit, void *bytes, size_t *n)
{
    struct buffer buffer = {0};
    gfn_status status = read_all(path, fd, limit, &buffer);
    if (status != GFN_OK) {
        gfn_release(&buffer.bytes);
        return status;
    }
    buffer.bytes[buffer.used] = '\0';
    *(void **)bytes = buffer.bytes;
    *n = buffer.used;
    return GFN_OK;
}

gfn_status gfn_file_read(const char *path, size_t limit, void *bytes, size_t *n)
{
    int fd = gfn_descriptor_open(path, O_RDONLY);
    if (fd < 0)
        return gfn_fail_reading(path, "open the file");
    const gfn_status status = read_file(path, fd, limit, bytes, n);
    close(fd);
    return status;
}

gfn_status gfn_file_read_open(const char *path, int fd, size_t limit, void *bytes, size_t *n)
{
    return lseek(fd, 0, SEEK_SET) == 0 ? read_file(path, fd, limit, bytes, n)
                                       : gfn_fail_reading(path, "read the file");
}

/* The size does not change, or the file is being written: then there is no checksum. */
static bool find_crc(int fd, size_t size, uint32_t *crc)
{
    char bytes[1 << 16];
    size_t left = size;
    ssize_t got;
    *crc = 0;
    for (; left > 0; left -= (size_t)got) {
        GFN_RETRY(got, read(fd, bytes, left < sizeof bytes ? left : sizeof bytes));
        if (got <= 0)
            return false;
        *crc = gfn_crc32(*crc, bytes, (size_t)got);
    }
    return true;
}

bool gfn_file_find_crc(const char *path, size_t limit, uint32_t *crc)
{
    struct stat found;
    int fd = gfn_descriptor_open(path, O_RDONLY | O_NONBLOCK);
    const bool is_known = fd >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode) &&
                          (uintmax_t)found.st_size <= limit &&
                          find_crc(fd, (size_t)found.st_size, crc);
    gfn_file_close(&fd);
    return is_known;
}

/* ---- appending ---- */

struct gfn_appender {
    int fd;
    char path[]; /* for messages */
};

gfn_status gfn_appender_open(const char *path, gfn_appender **appender)
{
    int fd = gfn_descriptor_open(path, O_WRONLY | O_APPEND | O_CREAT);
    if (fd < 0)
        return gfn_fail_errno(path, "open the file");
    gfn_status status =
        gfn_allocate("file appender", 1, sizeof **appender + strlen(path) + 1, appender);
    if (status != GFN_OK) {
        close(fd);
        return status;
    }
    (*appender)->fd = fd;
    strcpy((*appender)->path, path);
    return GFN_OK;
}

/* Remove the last n bytes: the part of a line that still fitted on a full disk. */
static void undo_append(int fd, size_t n)
{
    struct stat found;
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size < (off_t)n)
        return;
    int done;
    GFN_RETRY(done, ftruncate(fd, found.st_size - (off_t)n));
}

gfn_status gfn_appender_write(gfn_appender *appender, const void *bytes, size_t n)
{
    ssize_t written;
    GFN_RETRY(written, write(appender->fd, bytes, n));
    if (written >= 0 && (size_t)written == n)
        return GFN_OK;
    if (written >= 0) { /* incomplete: writing the rest sets errno to the reason */
        ssize_t rest;
        GFN_RETRY(rest, write(appender->fd, (const char *)bytes + written, n - (size_t)written));
        const int reason = rest < 0 ? errno : ENOSPC;
        if (rest > 0)
            written += rest;
        if ((size_t)written == n)
            return GFN_OK;
        undo_append(appender->fd, (size_t)written);
        errno = reason;
    }
    return gfn_fail_errno(appender->path, "append");
}

gfn_status gfn_appender_lock(gfn_appender *appender)
{
    int done;
    GFN_RETRY(done, flock(appender->fd, LOCK_EX | LOCK_NB));
    if (done == 0)
        return GFN_OK;
    if (errno != EWOULDBLOCK)
        return gfn_fail(GFN_ENOSUP, "%s: cannot lock the file: %s", appender->path,
                        strerror(errno));
    return gfn_fail(GFN_EEXIST,
                    "%s: expected a file that no other process writes, found that another one is "
                    "writing it (hint: only one job at a time may continue a run)",
                    appender->path);
}

gfn_status gfn_appender_cut(gfn_appender *appender, size_t n)
{
    struct stat found;
    int done = fstat(appender->fd, &found);
    if (done == 0 && (uintmax_t)found.st_size > n)
        GFN_RETRY(done, ftruncate(appender->fd, (off_t)n));
    return done == 0 ? GFN_OK : gfn_fail_errno(appender->path, "cut the file");
}

gfn_status gfn_appender_sync(gfn_appender *appender)
{
    int done;
    GFN_RETRY(done, fsync(appender->fd));
    /* EINVAL: a pipe or a device, which cannot be synchronized with a disk. */
    if (done == 0 || errno == EINVAL)
        return GFN_OK;
    return gfn_fail_errno(appender->path, "write to the disk");
}

gfn_status gfn_appender_close(gfn_appender **appender)
{
    if (*appender == NULL)
        return GFN_OK;
    gfn_status status = gfn_appender_sync(*appender);
    close((*appender)->fd);
    gfn_release(appender);
    return status;
}
