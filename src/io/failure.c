/* SPDX-License-Identifier: MIT */
#include "io/failure.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"

static const struct {
    int error;
    const char *hint;
} hints[] = {
    {ENOSPC, "free some space, or write to another disk"},
    {EDQUOT, "your quota is used up: free some space, or write to another disk"},
    {EFBIG, "the file would be larger than the system allows, see ulimit -f"},
    {EACCES, "check the permissions, or choose another folder"},
    {EPERM, "check the permissions, or choose another folder"},
    {EROFS, "the file system is read-only: choose another folder"},
    {ENOENT, "check the path; was the folder moved or removed?"},
    {ENOTDIR, "a part of the path is a file, a folder is needed"},
    {EISDIR, "it is a folder, a file is needed"},
    {ENAMETOOLONG, "choose a shorter path"},
    {EMFILE, "too many open files, see ulimit -n"},
};

static gfn_status fail(const char *path, const char *action, bool is_read)
{
    const int error = errno;
    const gfn_status status = error == ENOMEM ? GFN_ENOMEM : GFN_EIO;
    if (is_read && (error == EACCES || error == EPERM))
        return gfn_fail(status, "%s: cannot %s: %s (hint: check the permissions)", path, action,
                        strerror(error));
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (hints[i].error == error)
            return gfn_fail(status, "%s: cannot %s: %s (hint: %s)", path, action, strerror(error),
                            hints[i].hint);
    return gfn_fail(status, "%s: cannot %s: %s", path, action, strerror(error));
}

gfn_status gfn_fail_errno(const char *path, const char *action)
{
    return fail(path, action, false);
}

gfn_status gfn_fail_reading(const char *path, const char *action)
{
    return fail(path, action, true);
}
