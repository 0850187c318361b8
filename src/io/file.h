/* SPDX-License-Identifier: MIT
 *
 * io/file.h - read whole files, replace files atomically, append whole lines.
 *
 * System calls that a signal interrupts are repeated. SIGXFSZ kills a process that writes beyond
 * the limit on file sizes (ulimit -f) unless the program ignores that signal; then it is an error
 * like a full disk.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* Replaces one file. Bytes go to "PATH.tmp" in the same folder; the commit writes them to the disk
 * (fsync), renames the file to PATH, and writes the folder to the disk. If anything fails, or the
 * process is killed, PATH is either the complete old file or the complete new one. A killed process
 * may leave the temporary file behind; the next writer of PATH reuses it. */
typedef struct gfn_writer gfn_writer;

/* keep: NULL, or a second name in the same file system, under which the commit keeps the old file.
 * At every moment at least one of the two names is a complete file; if the file system has hard
 * links, PATH itself always is.
 * Errors: GFN_EIO, GFN_ENOMEM; GFN_EEXIST: another process is writing this file. */
gfn_status gfn_writer_open(const char *path, const char *keep, gfn_writer **writer);

/* After a failed write every commit fails: discard the writer. */
gfn_status gfn_writer_write(gfn_writer *writer, const void *bytes, size_t n);

/* Put the new file in place. The writer is destroyed, even if this fails. It does not fail if only
 * the folder cannot be written to the disk: then the file is complete, and gfn_writer_notice() says
 * what may happen. */
gfn_status gfn_writer_commit(gfn_writer **writer);

/* A notice about the first folder of this process that could not be written to the disk; "": none.
 */
const char *gfn_writer_notice(void);

/* Drop the new file and destroy the writer. *writer may be NULL. */
void gfn_writer_discard(gfn_writer **writer);

/* Open, write n bytes, commit. */
gfn_status gfn_file_replace(const char *path, const char *keep, const void *bytes, size_t n);

/* Read a whole file of at most `limit` bytes, or a pipe of at most 64 MiB. `bytes` is the address
 * of a pointer, which is set to *n bytes and a '\0', aligned to 64 bytes; free it with
 * gfn_release().
 * Errors: GFN_EIO, GFN_ENOMEM; GFN_EDATA: more than `limit` bytes. */
gfn_status gfn_file_read(const char *path, size_t limit, void *bytes, size_t *n);

/* Whether a file or folder, or a link to one, has this name. */
bool gfn_file_exists(const char *path);

/* Whether it exists and is not an empty file. */
bool gfn_file_holds_bytes(const char *path);

/* Open a file so that it is checked and read as the same file, even if another file gets its name
 * meanwhile. If this fails *fd is -1. Errors: GFN_EIO. */
gfn_status gfn_file_open(const char *path, int *fd);
void gfn_file_close(int *fd); /* does nothing if *fd is -1 */

/* Whether it is a regular file that belongs to this user or root and that nobody else may write. */
bool gfn_file_is_own(int fd);

/* As gfn_file_read(), from the start of an open file; `path` is for messages. */
gfn_status gfn_file_read_open(const char *path, int fd, size_t limit, void *bytes, size_t *n);

/* Whether `path` is a regular file of at most `limit` bytes that can be read; then *crc is its
 * CRC-32. The file is read in pieces. */
bool gfn_file_find_crc(const char *path, size_t limit, uint32_t *crc);

/* Rename a file within its folder; a file that has the new name is replaced. Errors: GFN_EIO. */
gfn_status gfn_file_rename(const char *path, const char *new_path);

/* Remove a file, if it is there. Errors: GFN_EIO. */
gfn_status gfn_file_remove(const char *path);

/* A file to which lines are appended; opening creates it if it does not exist. */
typedef struct gfn_appender gfn_appender;

gfn_status gfn_appender_open(const char *path, gfn_appender **appender);

/* Lock the file while it is open. Errors: GFN_EEXIST (another process has locked it); GFN_ENOSUP
 * (the file system has no locks: nothing is locked). */
gfn_status gfn_appender_lock(gfn_appender *appender);

/* Cut the file after its first n bytes; a shorter file stays as it is. Errors: GFN_EIO. */
gfn_status gfn_appender_cut(gfn_appender *appender, size_t n);

/* Append n bytes: all of them, or none if this fails. */
gfn_status gfn_appender_write(gfn_appender *appender, const void *bytes, size_t n);

/* Write everything to the disk (fsync). */
gfn_status gfn_appender_sync(gfn_appender *appender);

/* Write everything to the disk and close. *appender may be NULL. */
gfn_status gfn_appender_close(gfn_appender **appender);

#endif
