/* SPDX-License-Identifier: MIT
 *
 * Labels of groups of runs. Known answer: groups of /data/a/x, /data/b/x and /data/y that do not
 * differ in options are a/x, b/x and y.
 */
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "plot/text.h"
#include "summary/groups.h"

/* Most characters of a label, and bytes of one while it is made. */
enum { MOST_LABEL = 40, ROOM = 500 };

static gfn_status copy(gfn_arena *arena, const char *text, const char **kept)
{
    char *made;
    GFN_TRY(gfn_arena_take(arena, strlen(text) + 1, 1, &made));
    strcpy(made, text);
    *kept = made;
    return GFN_OK;
}

/* Whether one of the first n groups has the label. */
static bool is_taken(const gfn_groups *groups, size_t n, const char *label)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(groups->group[i].label, label) == 0)
            return true;
    return false;
}

/* ---- by options ---- */

/* Of a path, which may be a long one, the name of the file. */
static const char *value_of(const gfn_options *options, const gfn_option *row)
{
    const char *value = gfn_options_text(options, row->name), *slash = strrchr(value, '/');
    const bool is_path = gfn_option_is_path(row) || strcmp(row->name, "env") == 0;
    if (value[0] == '\0')
        return "unset";
    return is_path && slash && slash[1] ? slash + 1 : value;
}

/* "lr=0.1, hidden=64"; cut if it is longer than any label. */
static void write_options(const gfn_groups *groups, size_t index, char text[ROOM])
{
    const gfn_options *options = groups->group[index].run[0]->options;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < gfn_options_count(options) && used < ROOM; i++) {
        const gfn_option *row = gfn_options_row(options, i);
        if (gfn_groups_differ_in(groups, row))
            used += (size_t)gfn_format(text + used, ROOM - used, "%s%s=%s", used ? ", " : "",
                                       row->name, value_of(options, row));
    }
}

/* Label all groups by their options; *are_good: these labels will do. */
static gfn_status label_by_options(gfn_arena *arena, gfn_groups *groups, bool *are_good)
{
    char text[ROOM];
    *are_good = true;
    for (size_t i = 0; i < groups->n && *are_good; i++) {
        write_options(groups, i, text);
        *are_good =
            text[0] != '\0' && gfn_text_length(text) <= MOST_LABEL && !is_taken(groups, i, text);
        GFN_TRY(copy(arena, text, &groups->group[i].label));
    }
    return GFN_OK;
}

/* ---- by directories ---- */

static const char *place_of(const gfn_groups *groups, size_t index)
{
    const gfn_group *group = &groups->group[index];
    return group->n > 1 ? group->run[0]->place : group->run[0]->name;
}

/* The last n parts of a path, without a slash at its end; *is_all: there are no more. */
static void write_tail(const char *path, size_t n, char text[ROOM], bool *is_all)
{
    size_t end = strlen(path), begin;
    while (end > 1 && path[end - 1] == '/')
        end--;
    for (begin = end; begin > 0; begin--)
        if (path[begin - 1] == '/' && n-- <= 1)
            break;
    *is_all = begin == 0;
    gfn_format(text, ROOM, "%.*s", (int)(end - begin), path + begin);
}

/* Whether no other path ends in the same n parts. The same path may be given twice. */
static bool is_alone(const gfn_groups *groups, size_t index, size_t n, const char *tail)
{
    char mine[ROOM], other[ROOM];
    bool unused;
    write_tail(place_of(groups, index), SIZE_MAX, mine, &unused);
    for (size_t i = 0; i < groups->n; i++) {
        write_tail(place_of(groups, i), SIZE_MAX, other, &unused);
        if (strcmp(other, mine) == 0)
            continue;
        write_tail(place_of(groups, i), n, other, &unused);
        if (strcmp(other, tail) == 0)
            return false;
    }
    return true;
}

static gfn_status label_by_directories(gfn_arena *arena, gfn_groups *groups)
{
    char tail[ROOM], label[ROOM];
    for (size_t i = 0; i < groups->n; i++) {
        bool is_all = false;
        for (size_t n = 1; !is_all; n++) {
            write_tail(place_of(groups, i), n, tail, &is_all);
            if (is_alone(groups, i, n, tail))
                break;
        }
        gfn_text_shorten(tail, MOST_LABEL, label, sizeof label);
        GFN_TRY(copy(arena, label, &groups->group[i].label));
    }
    return GFN_OK;
}

/* Number the labels that are the same: the same directory given twice, or names that differ only in
 * the middle that was left out. */
static gfn_status number_equals(gfn_arena *arena, gfn_groups *groups)
{
    for (size_t i = 1; i < groups->n; i++) {
        char label[ROOM];
        gfn_format(label, sizeof label, "%s", groups->group[i].label);
        for (int number = 2; is_taken(groups, i, label); number++)
            gfn_format(label, sizeof label, "%.450s (%d)", groups->group[i].label, number);
        GFN_TRY(copy(arena, label, &groups->group[i].label));
    }
    return GFN_OK;
}

/* ---- of the user ---- */

static gfn_status refuse_count(const gfn_groups *groups, const char *given, size_t found)
{
    char list[ROOM] = "";
    size_t used = 0;
    for (size_t i = 0; i < groups->n && used < sizeof list; i++)
        used += (size_t)gfn_format(list + used, sizeof list - used, "%s%s", i ? "; " : "",
                                   groups->group[i].label);
    return gfn_fail(
        GFN_EINVAL,
        "picture-labels: expected %zu, one per group of runs, found %zu in \"%.200s\" (hint: "
        "the groups are %s)",
        groups->n, found, given, list);
}

/* Take the next label from the list; the text after it, NULL at the end. */
static const char *next_label(const char *list, char *label)
{
    for (; *list != '\0' && *list != ','; list++) {
        list += list[0] == '\\' && list[1] == ',';
        *label++ = *list;
    }
    *label = '\0';
    return *list == ',' ? list + 1 : NULL;
}

static gfn_status use_given(gfn_arena *arena, gfn_groups *groups, const char *given)
{
    const char *left = given;
    char *label;
    size_t n = 0;
    GFN_TRY(gfn_arena_take(arena, strlen(given) + 1, 1, &label));
    while ((left = next_label(left, label)) != NULL)
        n++;
    if (n + 1 != groups->n)
        return refuse_count(groups, given, n + 1);
    left = given;
    for (size_t i = 0; i < groups->n; i++) {
        left = next_label(left, label);
        if (label[0] == '\0')
            return gfn_fail(
                GFN_EINVAL,
                "picture-labels: expected a name for each group, found none at place %zu of "
                "\"%.200s\" (hint: A,B,C)",
                i + 1, given);
        if (is_taken(groups, i, label))
            return gfn_fail(
                GFN_EINVAL,
                "picture-labels: expected different names, found \"%.200s\" twice (hint: "
                "A,B,C)",
                label);
        GFN_TRY(copy(arena, label, &groups->group[i].label));
    }
    return GFN_OK;
}

gfn_status gfn_groups_label(gfn_arena *arena, gfn_groups *groups, const char *given)
{
    bool are_good;
    GFN_TRY(label_by_options(arena, groups, &are_good));
    if (!are_good)
        GFN_TRY(label_by_directories(arena, groups));
    GFN_TRY(number_equals(arena, groups));
    return given ? use_given(arena, groups, given) : GFN_OK;
}
