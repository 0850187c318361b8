/* SPDX-License-Identifier: MIT
 *
 * /proc/self/cgroup names the group of the process in each tree, and /proc/self/mountinfo says
 * which part of a tree is mounted where. (proc(5), cgroups(7), cgroup_namespaces(7))
 *
 * In a container the mounted part often begins at its own group, and the group of the process may
 * lie outside: then its path begins with "/..", and what is mounted does not limit the process. A
 * path that is not in the mounted part and does not say so comes from a container without a
 * namespace for its groups: the top of the mount is the container's group.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/control_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/format.h"

enum { MOST_PATH = 4096, ROOT = 3, POINT = 4 };

struct search {
    const char *root, *controller;
    void (*visit)(void *self, const struct gfn_control_group *group);
    void *self;
};

struct mount {
    char *root, *point;
    int version; /* 0: of no tree that is searched */
};

static FILE *open_text(const char *folder, const char *name)
{
    char path[MOST_PATH];
    const int length = gfn_format(path, sizeof path, "%s%s", folder, name);
    return length > 0 && (size_t)length < sizeof path ? fopen(path, "re") : NULL;
}

/* Whether a word is in a list such as "rw,cpu,cpuacct". */
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (;;) {
        const size_t n = strcspn(list, ",\n");
        if (n == length && strncmp(list, word, n) == 0)
            return true;
        if (list[n] != ',')
            return false;
        list += n + 1;
    }
}

/* Blanks, tabs, newlines and backslashes in names are written as "\040". */
static void decode(char *name)
{
    char *to = name;
    for (const char *from = name; *from != '\0'; to++) {
        const bool is_code = from[0] == '\\' && strspn(from + 1, "01234567") >= 3;
        *to = is_code ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0') : *from;
        from += is_code ? 4 : 1;
    }
    *to = '\0';
}

/* "36 35 98:0 ROOT POINT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS"; changes the line. */
static struct mount parse_mount(char *line, const char *controller)
{
    struct mount mount = {0};
    char *word;
    for (int i = 0; (word = strsep(&line, " ")) != NULL && strcmp(word, "-") != 0; i++) {
        mount.root = i == ROOT ? word : mount.root;
        mount.point = i == POINT ? word : mount.point;
    }
    const char *type = strsep(&line, " ");
    strsep(&line, " ");
    if (mount.point == NULL || line == NULL)
        return mount;
    decode(mount.root);
    decode(mount.point);
    if (strcmp(type, "cgroup2") == 0)
        mount.version = 2;
    else if (strcmp(type, "cgroup") == 0 && has_word(line, controller))
        mount.version = 1;
    return mount;
}

/* The path of a group below the root of a mount; NULL if it is not there. */
static const char *find_below(const char *path, const char *root)
{
    const size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(path, root, n) != 0 || (path[n] != '/' && path[n] != '\0'))
        return NULL;
    return strcmp(path + n, "/") == 0 ? "" : path + n;
}

/* Whether a path leads out of its mount. */
static bool leads_out(const char *path)
{
    const char *up = strstr(path, "/..");
    while (up && up[3] != '/' && up[3] != '\0')
        up = strstr(up + 3, "/..");
    return up != NULL;
}

static void visit_group(const struct search *s, const char *folder, int version)
{
    struct stat found;
    if (stat(folder, &found) != 0)
        return;
    const struct gfn_control_group group = {folder, version, (uint64_t)found.st_dev,
                                            (uint64_t)found.st_ino};
    s->visit(s->self, &group);
}

/* The group `path` of a mount, and all groups above it. */
static void visit_branch(const struct search *s, const struct mount *mount, const char *path)
{
    char folder[MOST_PATH];
    const size_t top = strlen(s->root) + strlen(mount->point);
    const int length = gfn_format(folder, sizeof folder, "%s%s%s", s->root, mount->point, path);
    if (length < 0 || (size_t)length >= sizeof folder)
        return;
    for (char *slash = folder; slash != NULL;) {
        visit_group(s, folder, mount->version);
        slash = strrchr(folder + top, '/');
        if (slash != NULL)
            *slash = '\0';
    }
}

/* Visit the group `path` in the mounts of a tree that hold it; or, if `takes_top`, the top of the
 * first mount. Returns whether a mount was found. */
static bool visit_mounts(const struct search *s, int version, const char *path, bool takes_top)
{
    char *line = NULL;
    size_t size = 0;
    bool is_found = false;
    FILE *mounts = open_text(s->root, "/proc/self/mountinfo");
    while (mounts && !(is_found && takes_top) && getline(&line, &size, mounts) > 0) {
        const struct mount mount = parse_mount(line, s->controller);
        const char *rest = mount.version == version ? find_below(path, mount.root) : NULL;
        if (mount.version != version || (rest == NULL && !takes_top))
            continue;
        is_found = true;
        if (rest == NULL || !leads_out(rest))
            visit_branch(s, &mount, rest ? rest : "");
    }
    free(line);
    if (mounts)
        fclose(mounts);
    return is_found;
}

void gfn_control_groups_visit(const char *root, const char *controller,
                              void (*visit)(void *self, const struct gfn_control_group *group),
                              void *self)
{
    const struct search s = {root, controller, visit, self};
    char *line = NULL;
    size_t size = 0;
    FILE *groups = open_text(root, "/proc/self/cgroup");
    /* Lines are "NUMBER:CONTROLLERS:PATH"; version 2 has no controllers. */
    while (groups && getline(&line, &size, groups) > 0) {
        char *rest = line;
        strsep(&rest, ":");
        const char *controllers = strsep(&rest, ":"), *path = strsep(&rest, "\n");
        if (path == NULL || (controllers[0] != '\0' && !has_word(controllers, controller)))
            continue;
        const int version = controllers[0] == '\0' ? 2 : 1;
        if (!visit_mounts(&s, version, path, false))
            visit_mounts(&s, version, path, true);
    }
    free(line);
    if (groups)
        fclose(groups);
}

bool gfn_control_group_read(const struct gfn_control_group *group, const char *name, char *text,
                            size_t size)
{
    FILE *file = open_text(group->folder, name);
    const size_t n = file ? fread(text, 1, size - 1, file) : 0;
    text[n] = '\0';
    if (file)
        fclose(file);
    return n > 0;
}
