/* SPDX-License-Identifier: MIT
 *
 * Reads both versions of control groups: version 2, with one tree for all resources, and version 1,
 * with a separate tree for memory. A batch system sets the limit of a job on some group above that
 * of the process, so all groups up to the root of the tree are read. Inside a container the path of
 * the process may name folders that do not exist there; then only the root remains, which is that
 * of the container.
 */
#include "io/memory_left.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"

enum { MOST_PATH = 4096, MOST_TEXT = 1 << 20 };

/* The text of a small file; NULL if it cannot be read. To be freed with gfn_release(). */
static char *read_text(const char *folder, const char *name)
{
    char path[MOST_PATH], *text = NULL;
    size_t n;
    const int length = gfn_format(path, sizeof path, "%s%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path ||
        gfn_file_read(path, MOST_TEXT, &text, &n) != GFN_OK)
        return NULL;
    return text;
}

/* The number after `key` in the first line that begins with `key`; -1 if there is no such line, or
 * no number ("max"). */
static int64_t find_number(const char *text, const char *key)
{
    const size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0)
            continue;
        char *end;
        const long long n = strtoll(line + length, &end, 10);
        return end > line + length && n >= 0 ? (int64_t)n : -1;
    }
    return -1;
}

static int64_t read_number(const char *folder, const char *name, const char *key)
{
    char *text = read_text(folder, name);
    const int64_t n = text ? find_number(text, key) : -1;
    gfn_release(&text);
    return n;
}

/* *least = the smaller of the two, at least 0; *least < 0 means unknown. */
static void lower(int64_t *least, int64_t bytes)
{
    if (*least < 0 || bytes < *least)
        *least = bytes > 0 ? bytes : 0;
}

/* Names of files and fields in a version of control groups. */
struct kind {
    const char *tree, *limit, *usage, *inactive;
};

static const struct kind kinds[] = {
    {"/sys/fs/cgroup", "/memory.max", "/memory.current", "inactive_file "},
    {"/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes",
     "total_inactive_file "},
};

/* Memory left in one group. Its inactive file cache counts as free: the system reclaims it. */
static void read_group(const char *folder, const struct kind *kind, int64_t *least)
{
    const int64_t limit = read_number(folder, kind->limit, "");
    const int64_t usage = read_number(folder, kind->usage, "");
    const int64_t cache = read_number(folder, "/memory.stat", kind->inactive);
    if (limit >= 0 && usage >= 0)
        lower(least, limit - (usage - (cache > 0 ? cache : 0)));
}

/* Read the group `path` of a tree and all groups above it. */
static void read_branch(const char *root, const char *path, const struct kind *kind, int64_t *least)
{
    char folder[MOST_PATH];
    const int length = gfn_format(folder, sizeof folder, "%s%s%s", root, kind->tree, path);
    const size_t top = strlen(root) + strlen(kind->tree);
    if (length < 0 || (size_t)length >= sizeof folder)
        return;
    for (;;) {
        read_group(folder, kind, least);
        char *slash = strrchr(folder + top, '/');
        if (slash == NULL)
            return;
        *slash = '\0';
    }
}

/* Lines are "NUMBER:CONTROLLERS:PATH"; version 2 has no controllers. */
static void read_groups(const char *root, int64_t *least)
{
    char *text = read_text(root, "/proc/self/cgroup"), *rest = text;
    for (char *line; text && (line = strsep(&rest, "\n")) != NULL;) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL)
            continue;
        *path++ = '\0';
        if (controllers[1] == '\0')
            read_branch(root, path, &kinds[0], least);
        else if (strstr(controllers, "memory"))
            read_branch(root, path, &kinds[1], least);
    }
    gfn_release(&text);
}

static void read_limit(const char *root, int which, const char *used, int64_t *least)
{
    struct rlimit limit;
    const int64_t kib = read_number(root, "/proc/self/status", used);
    if (kib >= 0 && getrlimit(which, &limit) == 0 && limit.rlim_cur < INT64_MAX)
        lower(least, (int64_t)limit.rlim_cur - 1024 * kib);
}

int64_t gfn_memory_left(const char *root)
{
    int64_t least = -1;
    const int64_t kib = read_number(root, "/proc/meminfo", "MemAvailable:");
    if (kib >= 0)
        lower(&least, 1024 * kib);
    read_groups(root, &least);
    read_limit(root, RLIMIT_AS, "VmSize:", &least);
    read_limit(root, RLIMIT_DATA, "VmData:", &least);
    return least;
}
