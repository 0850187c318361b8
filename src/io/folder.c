/* SPDX-License-Identifier: MIT */
#include "io/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/failure.h"
#include "io/file.h"

gfn_status gfn_folder_path(const char *folder, const char *name, char **path)
{
    size_t n = strlen(folder), size = n + strlen(name) + 2;
    bool has_slash = n > 0 && folder[n - 1] == '/';
    GFN_TRY(gfn_allocate("path", size, 1, path));
    gfn_format(*path, size, "%s%s%s", folder, has_slash ? "" : "/", name);
    return GFN_OK;
}

bool gfn_folder_exists(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

bool gfn_folder_holds(const char *folder, const char *name)
{
    char *path = NULL;
    const bool is_there = gfn_folder_path(folder, name, &path) == GFN_OK && gfn_file_exists(path);
    gfn_release(&path);
    return is_there;
}

bool gfn_folder_holds_bytes(const char *folder, const char *name)
{
    char *path = NULL;
    const bool is_there =
        gfn_folder_path(folder, name, &path) == GFN_OK && gfn_file_holds_bytes(path);
    gfn_release(&path);
    return is_there;
}

static gfn_status real_path(const char *path, const char *action, char **real)
{
    char *full = realpath(path, NULL);
    if (full == NULL)
        return gfn_fail_reading(path, action);
    gfn_status status = gfn_allocate("path", strlen(full) + 1, 1, real);
    if (status == GFN_OK)
        strcpy(*real, full);
    free(full);
    return status;
}

gfn_status gfn_folder_absolute(const char *path, char **absolute)
{
    return real_path(path, "find the file", absolute);
}

gfn_status gfn_folder_resolve(const char *path, char **resolved)
{
    struct stat found;
    size_t n = strlen(path);
    char *copy;
    GFN_TRY(gfn_allocate("path", n + 1, 1, &copy));
    strcpy(copy, path);
    while (n > 1 && copy[n - 1] == '/') /* lstat("link/") would follow the link */
        copy[--n] = '\0';
    *resolved = copy;
    if (lstat(copy, &found) != 0 || !S_ISLNK(found.st_mode))
        return GFN_OK;
    *resolved = NULL;
    gfn_status status = real_path(copy, "follow the link", resolved);
    gfn_release(&copy);
    return status;
}

/* Make all folders above `path`, which is cut at its slashes meanwhile. mkdir() of a folder that
 * exists may fail with any error, so only a folder that does not exist afterwards is a failure.
 * *failed is the length of the name of that folder, or 0; errno is the reason. */
static void create_parents(char *path, size_t *failed)
{
    *failed = 0;
    for (char *at = path + 1; *at != '\0' && *failed == 0; at++) {
        if (*at != '/' || at[1] == '/' || at[1] == '\0')
            continue;
        *at = '\0';
        const int reason = mkdir(path, 0777) == 0 ? 0 : errno;
        if (reason != 0 && !gfn_folder_exists(path)) {
            *failed = (size_t)(at - path);
            errno = reason == EEXIST ? ENOTDIR : reason;
        }
        *at = '/';
    }
}

/* *is_new: this call has made the folder. */
static gfn_status create(const char *path, bool *is_new)
{
    char *copy;
    size_t size = strlen(path) + 1;
    if (size == 1)
        return gfn_fail(GFN_EINVAL, "expected the name of a folder, found nothing");
    GFN_TRY(gfn_allocate("path", size, 1, &copy));
    memcpy(copy, path, size);
    size_t failed;
    create_parents(copy, &failed);
    if (failed > 0) {
        copy[failed] = '\0';
        const int reason = errno;
        char action[300];
        gfn_format(action, sizeof action, "make the folder %s", copy);
        gfn_release(&copy);
        errno = reason;
        return gfn_fail_errno(path, action);
    }
    gfn_release(&copy);
    *is_new = mkdir(path, 0777) == 0;
    if (*is_new || (errno == EEXIST && gfn_folder_exists(path)))
        return GFN_OK;
    if (errno == EEXIST)
        return gfn_fail(GFN_EEXIST, "%s: expected a folder, found a file (hint: another name)",
                        path);
    return gfn_fail_errno(path, "make the folder");
}

gfn_status gfn_folder_create(const char *path)
{
    bool is_new;
    return create(path, &is_new);
}

gfn_status gfn_folder_claim(const char *path, const char *const *names)
{
    bool is_new;
    GFN_TRY(create(path, &is_new));
    if (is_new)
        return GFN_OK;
    if (names == NULL)
        return gfn_fail(GFN_EEXIST, "%s: expected a new folder, found an existing one", path);
    for (; *names != NULL; names++) {
        if (gfn_folder_holds_bytes(path, *names))
            return gfn_fail(GFN_EEXIST,
                            "%s: holds %s already, and nothing is overwritten "
                            "(hint: choose another folder)",
                            path, *names);
    }
    return GFN_OK;
}

gfn_status gfn_folder_link(const char *target, const char *path)
{
    struct stat found;
    if (lstat(path, &found) == 0 && !S_ISLNK(found.st_mode))
        return gfn_fail(GFN_EEXIST, "%s: expected a symbolic link, found a %s; it is kept", path,
                        S_ISDIR(found.st_mode) ? "folder" : "file");
    char *beside;
    size_t size = strlen(path) + 64;
    GFN_TRY(gfn_allocate("path", size, 1, &beside));
    /* Processes in containers may have equal numbers; the time tells them apart. */
    gfn_format(beside, size, "%s.%ld-%.0f.tmp", path, (long)getpid(), 1e9 * gfn_clock_seconds());
    unlink(beside);
    gfn_status status = GFN_OK;
    if (symlink(target, beside) != 0 || rename(beside, path) != 0) {
        status = gfn_fail_errno(path, "make the link");
        unlink(beside);
    }
    gfn_release(&beside);
    return status;
}
