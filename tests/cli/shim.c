/* SPDX-License-Identifier: MIT
 *
 * A preloaded library that makes system calls fail as on other file systems. The variable SHIM has
 * words CALL=ERRNO: symlink=1, rename_link=1 (rename() of a symbolic link), fsync_folder=95,
 * open_folder=13, flock=38; number=1: a file has another inode number at each look by its name,
 * number=2: by its name or descriptor; pthread_create=11, which leaves SHIM_THREADS threads beside
 * the main one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
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

/* The word number=N, or 0. */
static int number(void)
{
    const int before = errno;
    const int n = fails("number") ? errno : 0;
    errno = before;
    return n;
}

static int renumber(int done, int at_least, struct stat *found)
{
    static ino_t looks;
    if (done == 0 && S_ISREG(found->st_mode) && number() >= at_least)
        found->st_ino += ++looks;
    return done;
}

int lstat(const char *path, struct stat *found)
{
    int (*next)(const char *, struct stat *) = dlsym(RTLD_NEXT, "lstat");
    return renumber(next(path, found), 1, found);
}

int stat(const char *path, struct stat *found)
{
    int (*next)(const char *, struct stat *) = dlsym(RTLD_NEXT, "stat");
    return renumber(next(path, found), 1, found);
}

int fstat(int fd, struct stat *found)
{
    int (*next)(int, struct stat *) = dlsym(RTLD_NEXT, "fstat");
    return renumber(next(fd, found), 2, found);
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

static atomic_int threads;

struct start {
    void *(*run)(void *);
    void *self;
};

static void *run(void *self)
{
    const struct start start = *(struct start *)self;
    free(self);
    void *result = start.run(start.self);
    atomic_fetch_sub(&threads, 1);
    return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *self)
{
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");
    const char *most = getenv("SHIM_THREADS");
    if (atomic_fetch_add(&threads, 1) >= (most ? atoi(most) : 0) && fails("pthread_create")) {
        atomic_fetch_sub(&threads, 1);
        return errno;
    }
    struct start *copy = malloc(sizeof *copy);
    *copy = (struct start){start, self};
    return next(thread, attributes, run, copy);
}
