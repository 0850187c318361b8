/* SPDX-License-Identifier: MIT
 *
 * Atomic replacement. It uses file descriptors, not streams: fwrite() does not tell how much it has
 * written if the disk is full or a signal arrives, and buffering has no use, because all writes
 * here are large.
 */
#include "io/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/descriptor.h"
#include "io/failure.h"

struct gfn_writer {
    char *path, *temporary; /* PATH and PATH.tmp */
    char *keep, *link;      /* second name and its .tmp; NULL if the old file is not kept */
    int fd;
    bool failed;  /* a write failed */
    bool moved;   /* the old file now has only its second name */
    bool is_sole; /* no other process writes the temporary file: it is locked, or was made here */
    bool is_done; /* the temporary file has been renamed */
};

static gfn_status join(const char *left, const char *right, char **text)
{
    size_t size = strlen(left) + strlen(right) + 1;
    GFN_TRY(gfn_allocate("path", size, 1, text));
    gfn_format(*text, size, "%s%s", left, right);
    return GFN_OK;
}

static gfn_status name_all(gfn_writer *writer, const char *path, const char *keep)
{
    GFN_TRY(join(path, "", &writer->path));
    GFN_TRY(join(path, ".tmp", &writer->temporary));
    if (keep == NULL)
        return GFN_OK;
    if (strcmp(path, keep) == 0)
        return gfn_fail(GFN_EINVAL, "%s: the previous file needs another name", path);
    GFN_TRY(join(keep, "", &writer->keep));
    return join(keep, ".tmp", &writer->link);
}

static void close_writer(gfn_writer **writer)
{
    if ((*writer)->fd >= 0)
        close((*writer)->fd); /* releases the lock; fsync() has reported all errors */
    gfn_release(&(*writer)->path);
    gfn_release(&(*writer)->temporary);
    gfn_release(&(*writer)->keep);
    gfn_release(&(*writer)->link);
    gfn_release(writer);
}

static bool is_named(int fd, const char *name)
{
    struct stat open_file, named_file;
    return fstat(fd, &open_file) == 0 && lstat(name, &named_file) == 0 &&
           open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

/* Users know the name that they gave, so an error names the temporary file only if that file is
 * there and cannot be opened. */
static gfn_status fail_to_create(const gfn_writer *writer)
{
    struct stat found;
    const int reason = errno;
    const bool is_there = lstat(writer->temporary, &found) == 0;
    errno = reason;
    return gfn_fail_errno(is_there ? writer->temporary : writer->path, "create the file");
}

/* Attempts to open the temporary file. */
enum { ATTEMPTS = 20 };

/* The temporary file has a fixed name, so that killed processes never leave more than one behind,
 * and a lock, so that two processes never write into it. If its previous owner has renamed or
 * removed the file before this process locked it, it must not be written: try again. A file system
 * without locks is accepted.
 * Some file systems give a file another inode number each time it is looked up. There every attempt
 * finds that the name stands for another file, so the last one removes the file, which nobody has
 * locked, and makes one that was not there before. */
static gfn_status open_temporary(gfn_writer *writer)
{
    const char *name = writer->temporary;
    for (int left = ATTEMPTS; left-- > 0;) {
        if (left == 0)
            unlink(name);
        writer->fd =
            gfn_descriptor_open(name, O_WRONLY | O_CREAT | O_NOFOLLOW | (left == 0 ? O_EXCL : 0));
        if (writer->fd < 0 && errno == EEXIST)
            break;
        if (writer->fd < 0)
            return fail_to_create(writer);
        const bool is_locked = flock(writer->fd, LOCK_EX | LOCK_NB) == 0;
        if (!is_locked && errno == EWOULDBLOCK)
            break;
        if (left == 0 || is_named(writer->fd, name)) {
            int done;
            writer->is_sole = is_locked || left == 0;
            GFN_RETRY(done, ftruncate(writer->fd, 0));
            return done == 0 ? GFN_OK : gfn_fail_errno(writer->path, "empty the file");
        }
        close(writer->fd);
        writer->fd = -1;
    }
    return gfn_fail(GFN_EEXIST, "%s: another process is writing it (hint: one run at a time)",
                    writer->path);
}

/* Reject devices such as /dev/null: the rename would replace the device by a file. */
static gfn_status expect_file(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0 || S_ISREG(found.st_mode))
        return GFN_OK;
    return gfn_fail(GFN_EIO, "%s: expected a file or nothing there, found %s (hint: another name)",
                    path, S_ISDIR(found.st_mode) ? "a folder" : "no regular file");
}

gfn_status gfn_writer_open(const char *path, const char *keep, gfn_writer **writer)
{
    GFN_TRY(gfn_allocate("file writer", 1, sizeof **writer, writer));
    (*writer)->fd = -1;
    gfn_status status = name_all(*writer, path, keep);
    if (status == GFN_OK)
        status = expect_file(path);
    if (status == GFN_OK)
        status = open_temporary(*writer);
    if (status != GFN_OK)
        close_writer(writer);
    return status;
}

gfn_status gfn_writer_write(gfn_writer *writer, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        ssize_t written;
        GFN_RETRY(written, write(writer->fd, at, n));
        if (written <= 0) {
            if (written == 0)
                errno = ENOSPC;
            writer->failed = true;
            return gfn_fail_errno(writer->path, "write");
        }
        at += written;
        n -= (size_t)written;
    }
    return GFN_OK;
}

/* Give the old file the name `keep`. With hard links PATH always exists: the file gets a temporary
 * second name, which is renamed to `keep`. If `keep` already is the same file (the process was
 * killed between the two renames of a commit) rename() does nothing and leaves the temporary name,
 * hence the last unlink(). Without hard links PATH is missing until the commit renames the new
 * file; `keep` is then the complete file. */
static gfn_status keep_previous(gfn_writer *writer)
{
    if (!gfn_file_exists(writer->path))
        return GFN_OK;
    unlink(writer->link);
    bool linked = link(writer->path, writer->link) == 0;
    writer->moved = !linked;
    gfn_status status = GFN_OK;
    if (rename(linked ? writer->link : writer->path, writer->keep) != 0) {
        status = gfn_fail_errno(writer->keep, "keep the previous file");
        writer->moved = false;
    }
    unlink(writer->link);
    return status;
}

/* The notice. Only the main thread writes files. */
static char unsynced[600];

const char *gfn_writer_notice(void)
{
    return unsynced;
}

/* Without a synchronized folder, a power failure may bring back the old file or the temporary one;
 * that is no reason to end a run. Folders that one may write but not list cannot be opened. */
static gfn_status sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    char *folder;
    GFN_TRY(gfn_allocate("path", length + 1, 1, &folder));
    memcpy(folder, slash ? path : ".", length);
    int done = -1;
    const int fd = gfn_descriptor_open(folder, O_RDONLY | O_DIRECTORY);
    if (fd >= 0)
        GFN_RETRY(done, fsync(fd));
    /* EINVAL: this file system cannot synchronize folders, and few do. */
    if (done != 0 && errno != EINVAL && unsynced[0] == '\0')
        gfn_format(unsynced, sizeof unsynced,
                   "%.300s: cannot write the folder to the disk: %s; a power failure may lose the "
                   "newest files",
                   folder, strerror(errno));
    if (fd >= 0)
        close(fd);
    gfn_release(&folder);
    return GFN_OK;
}

static gfn_status put_in_place(gfn_writer *writer)
{
    int done;
    if (writer->failed)
        return gfn_fail(GFN_EIO, "%s: not replaced, because a write failed before", writer->path);
    GFN_RETRY(done, fsync(writer->fd));
    if (done != 0)
        return gfn_fail_errno(writer->path, "write to the disk");
    if (writer->keep)
        GFN_TRY(keep_previous(writer));
    if (rename(writer->temporary, writer->path) != 0) {
        gfn_status status = gfn_fail_errno(writer->path, "put the new file in place");
        if (writer->moved)
            rename(writer->keep, writer->path);
        return status;
    }
    writer->is_done = true;
    return sync_folder(writer->path);
}

gfn_status gfn_writer_commit(gfn_writer **writer)
{
    gfn_status status = put_in_place(*writer);
    gfn_writer_discard(writer);
    return status;
}

void gfn_writer_discard(gfn_writer **writer)
{
    if (*writer == NULL)
        return;
    if (!(*writer)->is_done &&
        ((*writer)->is_sole || is_named((*writer)->fd, (*writer)->temporary)))
        unlink((*writer)->temporary);
    close_writer(writer);
}

gfn_status gfn_file_replace(const char *path, const char *keep, const void *bytes, size_t n)
{
    gfn_writer *writer;
    GFN_TRY(gfn_writer_open(path, keep, &writer));
    gfn_status status = gfn_writer_write(writer, bytes, n);
    if (status == GFN_OK)
        return gfn_writer_commit(&writer);
    gfn_writer_discard(&writer);
    return status;
}
