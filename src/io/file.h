/* SPDX-License-Identifier: MIT
 *
 * io/file.h - whole files: read at once, replaced at once, or grown by whole lines.
 *
 * System calls that a signal interrupts are repeated. A process that writes beyond a limit on file
 * sizes (ulimit -f) is killed by SIGXFSZ unless the program ignores that signal; ignored, it is an
 * error like a full disk.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <gfn/status.h>

/* Replaces one file. Bytes go to "PATH.tmp" in the same folder; the commit brings them to the disk
 * (fsync), renames, and brings the folder to the disk. Until then PATH is untouched, and whatever
 * fails, a kill included, either the old file or the new one is there, whole. A kill may leave the
 * temporary file behind; the next writer of PATH takes it over. */
typedef struct gfn_writer gfn_writer;

/* keep: NULL, or a second name in the same file system: commit leaves the old file there, and at
 * every moment at least one of the two names holds a whole file (PATH itself at every moment
 * where the file system knows hard links).
 * Errors: GFN_EIO, GFN_ENOMEM; GFN_EEXIST: another process is writing this file. */
gfn_status gfn_writer_open(const char *path, const char *keep, gfn_writer **writer);

/* After a failure the writer can only be discarded: a commit fails. */
gfn_status gfn_writer_write(gfn_writer *writer, const void *bytes, size_t n);

/* Put the new file in place. The writer is gone afterwards, also where this fails. */
gfn_status gfn_writer_commit(gfn_writer **writer);

/* Forget the new file. Accepts NULL inside. */
void gfn_writer_discard(gfn_writer **writer);

/* Open, write n bytes, commit. */
gfn_status gfn_file_replace(const char *path, const char *keep, const void *bytes, size_t n);

/* Read a whole file of at most `limit` bytes, or a pipe of at most 64 MiB. *bytes (the address of a
 * pointer) is aligned to 64 bytes and has a '\0' behind its *n bytes; free it with gfn_release().
 * Errors: GFN_EIO, GFN_ENOMEM; GFN_EDATA: more than `limit` bytes. */
gfn_status gfn_file_read(const char *path, size_t limit, void *bytes, size_t *n);

/* Something of that name is there (a file, a folder, a link to one). */
bool gfn_file_exists(const char *path);

/* ... and it is no empty file. */
bool gfn_file_holds_bytes(const char *path);

/* Open a file to be judged and read as one, whatever its name comes to mean meanwhile; *fd is -1
 * where this fails. Errors: GFN_EIO. */
gfn_status gfn_file_open(const char *path, int *fd);
void gfn_file_close(int *fd); /* -1: nothing */

/* A regular file of this user or of root that nobody else may write. */
bool gfn_file_is_own(int fd);

/* gfn_file_read() of an open file, whole; `path` is for messages. */
gfn_status gfn_file_read_open(const char *path, int fd, size_t limit, void *bytes, size_t *n);

/* Give a file another name in the same folder, in place of what has it. Errors: GFN_EIO. */
gfn_status gfn_file_rename(const char *path, const char *new_path);

/* A file that grows at its end: made where it is missing, continued where it is not. */
typedef struct gfn_appender gfn_appender;

gfn_status gfn_appender_open(const char *path, gfn_appender **appender);

/* Keep other processes from locking the file for as long as this one has it open. Where the file
 * system has no locks it goes without. Errors: GFN_EEXIST: another process has locked it. */
gfn_status gfn_appender_lock(gfn_appender *appender);

/* Cut the file to its first n bytes, where it is longer. Errors: GFN_EIO. */
gfn_status gfn_appender_cut(gfn_appender *appender, size_t n);

/* Append n bytes by one write: the file holds them all, or (an error) none. */
gfn_status gfn_appender_write(gfn_appender *appender, const void *bytes, size_t n);

/* Bring everything to the disk. */
gfn_status gfn_appender_sync(gfn_appender *appender);

/* The same, and close. Accepts NULL inside. */
gfn_status gfn_appender_close(gfn_appender **appender);

#endif
