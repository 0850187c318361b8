/* SPDX-License-Identifier: MIT
 *
 * A preloaded library that makes system calls fail as on other file systems. The variable SHIM has
 * words CALL=ERRNO: symlink=1, rename_link=1 (rename() of a symbolic link), fsync_folder=95,
 * open_folder=13, flock=38.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Whether the call must fail; sets errno. */
static bool fails(const char *call)
{
    const char *at = getenv("SHIM");
    const size_t n = strlen(call);
    while (at && (at = strstr(at, call)) && at[n] != '=')
        at += n;
    if (at)
        errno = atoi(at + n + 1);
    return at != NULL;
}

int symlink(const char *target, const char *path)
{
    int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "symlink");
    return fails("symlink") ? -1 : next(target, path);
}

int rename(const char *old, const char *new)
{
    int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    struct stat found;
    return lstat(old, &found) == 0 && S_ISLNK(found.st_mode) && fails("rename_link")
               ? -1
               : next(old, new);
}

int fsync(int fd)
{
    int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode) && fails("fsync_folder") ? -1
                                                                                     : next(fd);
}

int flock(int fd, int operation)
{
    int (*next)(int, int) = dlsym(RTLD_NEXT, "flock");
    return fails("flock") ? -1 : next(fd, operation);
}

static int open_next(const char *name, const char *path, int flags, mode_t mode)
{
    int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, name);
    return (flags & O_DIRECTORY) && fails("open_folder") ? -1 : next(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_next("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_next("open64", path, flags, mode);
}
