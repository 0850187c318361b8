/* SPDX-License-Identifier: MIT
 *
 * io/ini.h - options as a text file.
 *
 *   # network
 *   hidden = 256,256         ; widths of the hidden layers
 *   out = "runs/a\x3bb"
 *
 * One `name = value` per line (or `name: value`); `name =` leaves the option unset. A comment
 * begins with '#' or ';' at the start of a line, or with ';' after a blank. A value may be in
 * double quotes: then \" \\ and \xHH (two hexadecimal digits) stand for one byte each, and
 * following lines that consist of a blank and another quoted text continue the value. Values are
 * written in quotes only if they need them: if they contain ';' or '"', blanks at an end or bytes
 * that are not printable ASCII, or are long.
 * There are no sections, and a name may occur only once.
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

/* The entries of a file in their order. They are not options yet, because an entry (the name of the
 * environment) may decide which options exist. */
struct gfn_ini {
    char *source; /* name of the file */
    size_t n;
    struct gfn_ini_entry *entries;
    char *pool; /* names and values */
};

/* Fill *ini; clear it with gfn_ini_clear(). `source` names the text in messages.
 * Errors: GFN_EINVAL: a line is wrong, the message begins with "source:line: "; GFN_EDATA: not
 * text, or too long; GFN_EIO, GFN_ENOMEM. *ini is then empty. */
gfn_status gfn_ini_read(const char *path, struct gfn_ini *ini);
gfn_status gfn_ini_parse(const char *text, size_t n, const char *source, struct gfn_ini *ini);
void gfn_ini_clear(struct gfn_ini *ini);

/* Value of a name, borrowed; NULL if the file does not have it. */
const char *gfn_ini_find(const struct gfn_ini *ini, const char *name);

/* Set the options that the file names, with the source "FILE:LINE".
 * Errors: those of gfn_options_set(), with the file and line before the message; the entries before
 * that line stay set. */
gfn_status gfn_ini_apply(const struct gfn_ini *ini, gfn_options *options);

/* Contents of the comments: the help texts, or the sources of the values. */
enum gfn_ini_comments { GFN_INI_HELP, GFN_INI_SOURCES };

/* Write all options with their values, including defaults, in this format, except those named in
 * `skip` (ended by NULL; may be NULL): *n bytes at *text and a '\0', to be freed with
 * gfn_release(). Errors: GFN_ENOMEM; GFN_EINVAL: longer than GFN_INI_LIMIT. */
gfn_status gfn_ini_text(const gfn_options *options, const char *const *skip,
                        enum gfn_ini_comments comments, char **text, size_t *n);

/* Replace the file `path` atomically by this text, with the help texts. */
gfn_status gfn_ini_save(const char *path, const gfn_options *options, const char *const *skip);

#endif
