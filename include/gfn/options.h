/* SPDX-License-Identifier: MIT
 *
 * gfn/options.h - named options, defined by the rows of tables.
 *
 * The command line, configuration files, checkpoints and environments all use these options. A row
 * defines the name, type, range, default and help of an option; a set holds a value for each row of
 * its tables. A value is checked when it is set, not when it is read.
 */
#ifndef GFN_OPTIONS_H
#define GFN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef enum gfn_option_type {
    GFN_OPTION_INT,    /* decimal int64 within [min, max] */
    GFN_OPTION_NUMBER, /* finite double within [min, max], or one of `choices` */
    GFN_OPTION_WORD,   /* one of `choices`; any printable text if choices is NULL */
    GFN_OPTION_WIDTHS, /* "256,256": at most 16 integers within [min, max]; "none": 0 integers */
    GFN_OPTION_TIME,   /* seconds, or a number with s, m, h or d: "90s", "2h"; not negative */
    GFN_OPTION_FLAG,   /* yes or no (true, false, 1, 0); on a command line the bare name is yes */
    GFN_OPTION_PATH,   /* path of a file that is read; any printable text. A relative path is made
                        * absolute, so that it is the same file in other working directories. A
                        * text that begins with one of `choices` is a word, and stays as it is */
    GFN_OPTION_MATRIX,  /* the same for a file of numbers, which the library reads and distributes:
                        * see gfn_options_matrix() */
} gfn_option_type;

typedef struct gfn_option {
    const char *name; /* "batch-size": --batch-size, batch-size = ... in config.ini */
    gfn_option_type type;
    const char *fallback; /* default value as text; "" means unset */
    double min, max;      /* inclusive, min <= max; used by INT, NUMBER, WIDTHS and TIME */
    const char *choices;  /* "tb|db": for WORD; NULL: any text. For NUMBER: words beside numbers.
                           * For PATH: beginnings of words beside paths */
    const char *topic;    /* heading in --help; not NULL */
    const char *help;     /* one sentence, with the unit */
} gfn_option;

/* The range of a row as text with its unit, cut to `size`: "2 to 100", "at least 0 seconds"; "" if
 * it is unlimited, or if values of its type have no range. */
GFN_API void gfn_option_range(const gfn_option *option, char *text, size_t size);

/* Whether values of the row are paths of files. */
GFN_API bool gfn_option_is_path(const gfn_option *option);

/* The row of a name in a table that a row without name ends (NULL: an empty one); NULL: none. */
GFN_API const gfn_option *gfn_option_find(const gfn_option *table, const char *name);

typedef struct gfn_options gfn_options;

/* Make a set from `n` tables, each ended by a row whose name is NULL. Every value is the default,
 * with the source "default". The tables are borrowed and must outlive the set.
 * Errors: GFN_EINVAL (a name twice, a default that its row does not allow), GFN_ENOMEM. */
GFN_API gfn_status gfn_options_create(const gfn_option *const *tables, size_t n,
                                      gfn_options **options);
GFN_API void gfn_options_destroy(gfn_options **options);

/* Copy a set with its values and sources. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_options_copy(const gfn_options *from, gfn_options **options);

/* Check `text` against the row `name` and store it unchanged (a flag as yes or no, a path as an
 * absolute one: the file need not exist, and links are not followed). "" means unset,
 * which is allowed only if the row's default is "". `source` says where the value comes from
 * ("command line", "run.ini") and is copied.
 * Errors: GFN_EINVAL; the message says what was expected and found, and names the nearest name;
 * GFN_ENOMEM. */
GFN_API gfn_status gfn_options_set(gfn_options *options, const char *name, const char *text,
                                   const char *source);

/* Set several options from "size=16 ndim=4 encoding=khot" (separated by blanks). NULL or "" sets
 * none.
 * Errors: those of gfn_options_set(); options before the mistake stay set. */
GFN_API gfn_status gfn_options_parse(gfn_options *options, const char *settings,
                                     const char *source);

/* Rows in the order of the tables; gfn_options_row() returns NULL past the end. The source is
 * borrowed. */
GFN_API size_t gfn_options_count(const gfn_options *options);
GFN_API const gfn_option *gfn_options_row(const gfn_options *options, size_t index);
GFN_API const char *gfn_options_source(const gfn_options *options, const char *name);

/* Whether an option has the same value in two sets, even if it is written differently ("0.1" and
 * "1e-1"). True if neither set has the option, false if only one has it. */
GFN_API bool gfn_options_is_same(const gfn_options *a, const gfn_options *b, const char *name);

/* Values. The name must be that of a row of the matching type; otherwise debug builds fail an
 * assertion, and others return 0, NAN or NULL. An unset INT gives 0; an unset NUMBER or TIME, and
 * a NUMBER that is a word, give NAN. Texts are borrowed. */
GFN_API bool gfn_options_has(const gfn_options *options, const char *name);
GFN_API bool gfn_options_is_set(const gfn_options *options, const char *name); /* value is not "" */
GFN_API const char *gfn_options_text(const gfn_options *options, const char *name);
GFN_API int64_t gfn_options_int(const gfn_options *options, const char *name);
GFN_API double gfn_options_number(const gfn_options *options, const char *name);
GFN_API double gfn_options_seconds(const gfn_options *options, const char *name);
GFN_API bool gfn_options_flag(const gfn_options *options, const char *name);
/* The numbers of a file that a GFN_OPTION_MATRIX names. */
typedef struct gfn_matrix {
    int64_t n_rows, n_columns;
    const double *value;       /* [n_rows][n_columns], finite */
    const char *const *column; /* [n_columns] names, from the first line of a text; NULL: none */
} gfn_matrix;

/* The numbers that belong to an option of the type GFN_OPTION_MATRIX; borrowed. NULL: it is unset,
 * or the file has not been read. gfn_options_set_matrix() copies the numbers to the option; a run
 * calls it for each file (gfn_run_read_matrices()). The numbers are dropped when the option gets
 * another value. Errors: GFN_EINVAL (no such option, or it is unset), GFN_ENOMEM. */
GFN_API const gfn_matrix *gfn_options_matrix(const gfn_options *options, const char *name);
GFN_API gfn_status gfn_options_set_matrix(gfn_options *options, const char *name,
                                         const gfn_matrix *matrix);

/* Fills at most 16 widths and returns their number. */
GFN_API size_t gfn_options_widths(const gfn_options *options, const char *name, int64_t widths[16]);

GFN_END_DECLS

#endif
