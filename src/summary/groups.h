/* SPDX-License-Identifier: MIT
 *
 * summary/groups.h - groups of runs that differ only in their seeds, as a comparison shows them.
 */
#ifndef SUMMARY_GROUPS_H
#define SUMMARY_GROUPS_H

#include "summary/portrait.h"

typedef struct gfn_group {
    size_t n;                 /* > 0 */
    const gfn_portrait **run; /* [n] in the order in which they were given; the first one leads */
    const char *label;        /* NULL: not yet */
} gfn_group;

typedef struct gfn_groups {
    size_t n_runs, n;
    gfn_group *group; /* [n] in the order of their first runs */
} gfn_groups;

/* Group n <= GFN_MAX_SEEDS runs whose options are the same, except for the seed and for options
 * that do not affect the result, such as the number of threads. A group has no seed twice: the
 * second run with the same seed belongs to another group. The portraits are borrowed, the rest is
 * in the arena. Errors: GFN_ENOMEM. */
gfn_status gfn_groups_find(gfn_arena *arena, const gfn_portrait *all, size_t n, gfn_groups *groups);

/* Whether the option is one by which groups are told apart and has not the same value in all of
 * them. */
bool gfn_groups_differ_in(const gfn_groups *groups, const gfn_option *option);

/* captions.c: the names of the options in which groups differ: "lr, hidden"; "" if there are none.
 * Texts of a title: the environment, and the method, without these options. */
enum { GFN_CAPTION_TEXT = 400 };
void gfn_groups_describe_differences(const gfn_groups *groups, char text[GFN_CAPTION_TEXT]);
gfn_status gfn_groups_describe_env(const gfn_groups *groups, char text[GFN_CAPTION_TEXT]);
void gfn_groups_describe_method(const gfn_groups *groups, char text[GFN_CAPTION_TEXT]);

/* labels.c: label the groups. Labels are all different, and not long. `given` are those of the
 * user, "A,B,C" (with "\," for a comma), one per group. If it is NULL, a label is what differs,
 * "lr=0.1, hidden=64", if this is short and tells all groups apart; else the end of the path of the
 * directory, as long as needed to tell it from others.
 * Errors: GFN_EINVAL: not as many labels as groups, an empty one, or one twice; GFN_ENOMEM. */
gfn_status gfn_groups_label(gfn_arena *arena, gfn_groups *groups, const char *given);

#endif
