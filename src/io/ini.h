/* SPDX-License-Identifier: MIT
 *
 * io/ini.h - options as a text file.
 *
 *   # network
 *   hidden = 256,256         ; widths of the hidden layers
 *   out = "runs/a\x3bb"
 *
 * One `name = value` a line (`name: value` will do); a name without a value, `name =`, is unset.
 * '#' or ';' at the start of a line begins a comment, and so does ';' after a blank. A value may
 * stand between double quotes: then \" \\ and \xHH (two hexadecimal digits) mean a byte each, and
 * lines that begin with a blank and hold nothing but another quoted text lengthen it. What is
 * written is plain where that is exact, and quoted where it is not: values with ';' or '"', blanks
 * at an end, bytes that are no printable ASCII, and long ones.
 * There are no sections, and no name may come twice.
 */
#ifndef IO_INI_H
#define IO_INI_H

#include <stddef.h>

#include <gfn/options.h>
#include <gfn/status.h>

enum { GFN_INI_LIMIT = 1 << 20 }; /* bytes of a file */

struct gfn_ini_entry {
    const char *name, *value;
    int line;
};

/* The entries of a file in their order. A file is read into this first, since what one entry says
 * (the name of an environment) may decide which options there are. */
struct gfn_ini {
    char *source; /* name of the file */
    size_t n;
    struct gfn_ini_entry *entries;
    char *pool; /* names and values */
};

/* Fill *ini; clear it with gfn_ini_clear(). `source` names the text in messages.
 * Errors: GFN_EINVAL: a line is wrong, the message says "source:line: ..."; GFN_EDATA: no text, or
 * too much; GFN_EIO, GFN_ENOMEM. *ini is empty then. */
gfn_status gfn_ini_read(const char *path, struct gfn_ini *ini);
gfn_status gfn_ini_parse(const char *text, size_t n, const char *source, struct gfn_ini *ini);
void gfn_ini_clear(struct gfn_ini *ini);

/* Value of a name; NULL where it is not there. Borrowed. */
const char *gfn_ini_find(const struct gfn_ini *ini, const char *name);

/* Set the options that the file names, with the source "FILE:LINE".
 * Errors: those of gfn_options_set(), with the file and line before the message; the entries
 * before that line are set then. */
gfn_status gfn_ini_apply(const struct gfn_ini *ini, gfn_options *options);

/* What stands in comments: the help, or where each value comes from. */
enum gfn_ini_comments { GFN_INI_HELP, GFN_INI_SOURCES };

/* All options with their values as such a text, defaults too, except those that are named in
 * `skip` (ended by NULL; may be NULL): *n bytes at *text and a '\0', to be freed with
 * gfn_release(). Errors: GFN_ENOMEM; GFN_EINVAL: longer than could be read. */
gfn_status gfn_ini_text(const gfn_options *options, const char *const *skip,
                        enum gfn_ini_comments comments, char **text, size_t *n);

/* Replace the file `path` atomically by that text, with the help. */
gfn_status gfn_ini_save(const char *path, const gfn_options *options, const char *const *skip);

#endif
