/* SPDX-License-Identifier: MIT
 *
 * base/control_groups.h - the control groups of this process, whose limits apply to it.
 */
#ifndef BASE_CONTROL_GROUPS_H
#define BASE_CONTROL_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A group is one if device and inode are equal, also if containers see it under other names. */
struct gfn_control_group {
    const char *folder; /* with `root` in front; valid during the call */
    int version;        /* 1 or 2: its files have other names */
    uint64_t device, inode;
};

/* Call `visit` for the group of this process and for each group above it, up to the root of what is
 * mounted, in the tree of version 1 that has `controller` ("cpu") and in the tree of version 2. A
 * group that is mounted twice is visited twice; one that cannot be seen is not visited. `root` is
 * put before the names of all files; it is "" except in tests. */
void gfn_control_groups_visit(const char *root, const char *controller,
                              void (*visit)(void *self, const struct gfn_control_group *group),
                              void *self);

/* The beginning of a file of a group, as text. False if it cannot be read; then text is "". */
bool gfn_control_group_read(const struct gfn_control_group *group, const char *name, char *text,
                            size_t size);

#endif
