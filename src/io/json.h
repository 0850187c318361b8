/* SPDX-License-Identifier: MIT
 *
 * io/json.h - fields of a record as a JSON object, in a file of its own.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* A name with dots, "phases.sampling", stands for a field of an object of that name. */
struct gfn_field {
    const char *name;
    enum gfn_field_kind {
        GFN_FIELD_INT,
        GFN_FIELD_NUMBER, /* 17 digits, which give the same bits back; null where not finite */
        GFN_FIELD_FLAG,
        GFN_FIELD_TEXT, /* NULL gives null; bytes that are no UTF-8 become '?' */
    } kind;
    union {
        int64_t integer;
        double number;
        bool flag;
        const char *text; /* borrowed */
    } value;
};

static inline struct gfn_field gfn_field_int(const char *name, int64_t value)
{
    return (struct gfn_field){name, GFN_FIELD_INT, {.integer = value}};
}

static inline struct gfn_field gfn_field_number(const char *name, double value)
{
    return (struct gfn_field){name, GFN_FIELD_NUMBER, {.number = value}};
}

static inline struct gfn_field gfn_field_flag(const char *name, bool value)
{
    return (struct gfn_field){name, GFN_FIELD_FLAG, {.flag = value}};
}

static inline struct gfn_field gfn_field_text(const char *name, const char *value)
{
    return (struct gfn_field){name, GFN_FIELD_TEXT, {.text = value}};
}

/* The object with its fields in order, ended by a newline: *length bytes at *text, to be freed
 * with gfn_release(). indent = 0: all in one line.
 * Errors: GFN_EINVAL (a name twice, empty or not UTF-8), GFN_ENOMEM. */
gfn_status gfn_json_text(const struct gfn_field *fields, size_t n, int indent, char **text,
                         size_t *length);

/* Replace the file `path` atomically by the object, to be read by people too. */
gfn_status gfn_json_save(const char *path, const struct gfn_field *fields, size_t n);

#endif
