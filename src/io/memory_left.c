/* SPDX-License-Identifier: MIT
 *
 * A batch system sets the limit of a job on some control group above that of the process, so all
 * groups up to the root of the tree count.
 */
#include "io/memory_left.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/control_groups.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"

/* Files of a group have less than 4 KiB. */
enum { MOST_PATH = 4096, MOST_TEXT = 1 << 20, MOST_GROUP_TEXT = 1 << 14 };

/* The text of a file in /proc; NULL if it cannot be read. To be freed with gfn_release(). */
static char *read_text(const char *root, const char *name)
{
    char path[MOST_PATH], *text = NULL;
    size_t n;
    const int length = gfn_format(path, sizeof path, "%s%s", root, name);
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

static int64_t read_number(const char *root, const char *name, const char *key)
{
    char *text = read_text(root, name);
    const int64_t n = text ? find_number(text, key) : -1;
    gfn_release(&text);
    return n;
}

static int64_t read_group_number(const struct gfn_control_group *group, const char *name,
                                 const char *key)
{
    char text[MOST_GROUP_TEXT];
    return gfn_control_group_read(group, name, text, sizeof text) ? find_number(text, key) : -1;
}

/* *least = the smaller of the two, at least 0; *least < 0 means unknown. */
static void lower(int64_t *least, int64_t bytes)
{
    if (*least < 0 || bytes < *least)
        *least = bytes > 0 ? bytes : 0;
}

/* Names of files and fields in a version of control groups. */
static const struct kind {
    const char *limit, *usage, *inactive;
} kinds[] = {
    [1] = {"/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_inactive_file "},
    [2] = {"/memory.max", "/memory.current", "inactive_file "},
};

/* Memory left in one group. Its inactive file cache counts as free: the system reclaims it. */
static void read_group(void *self, const struct gfn_control_group *group)
{
    const struct kind *kind = &kinds[group->version];
    const int64_t limit = read_group_number(group, kind->limit, "");
    const int64_t usage = read_group_number(group, kind->usage, "");
    const int64_t cache = read_group_number(group, "/memory.stat", kind->inactive);
    if (limit >= 0 && usage >= 0)
        lower(self, limit - (usage - (cache > 0 ? cache : 0)));
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
    gfn_control_groups_visit(root, "memory", read_group, &least);
    read_limit(root, RLIMIT_AS, "VmSize:", &least);
    read_limit(root, RLIMIT_DATA, "VmData:", &least);
    return least;
}
