/* SPDX-License-Identifier: MIT
 *
 * io/json.h - write named values as a JSON object, and read them back.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* A named value. A dot in the name is for nested objects: "phases.sampling" is the member
 * "sampling" of the object "phases". */
struct gfn_field {
    const char *name;
    enum gfn_field_kind {
        GFN_FIELD_INT,
        GFN_FIELD_NUMBER, /* 17 digits, which are read back to the same bits; "inf" and "-inf" are
                           * texts; NAN means that it is not known: the field is left out */
        GFN_FIELD_FLAG,
        GFN_FIELD_TEXT, /* NULL gives null; if it is not UTF-8, non-ASCII bytes become '?' */
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

/* The object with its fields in order and a newline: *length bytes at *text, to be freed with
 * gfn_release(). indent = 0: all on one line.
 * Errors: GFN_EINVAL (a name twice, empty or not UTF-8), GFN_ENOMEM. */
gfn_status gfn_json_text(const struct gfn_field *fields, size_t n, int indent, char **text,
                         size_t *length);

/* Replace the file `path` atomically by the object, indented for readability. */
gfn_status gfn_json_save(const char *path, const struct gfn_field *fields, size_t n);

/* An object that was read. Names with dots are for nested objects, as above. */
typedef struct gfn_json gfn_json;

enum { GFN_JSON_LIMIT = 1 << 24 }; /* bytes of a file */

/* Errors: GFN_EDATA (not a JSON object, a name twice, a file that is too long), GFN_EIO,
 * GFN_ENOMEM. */
gfn_status gfn_json_load(const char *path, gfn_json **json);

/* As gfn_json_load(), from n bytes; `source` names them in messages. */
gfn_status gfn_json_parse(const char *text, size_t n, const char *source, gfn_json **json);
void gfn_json_destroy(gfn_json **json);

/* A value; NAN, false or NULL if the field is missing or of another kind. The texts "inf" and
 * "-inf" are numbers. */
double gfn_json_number(const gfn_json *json, const char *name);
bool gfn_json_flag(const gfn_json *json, const char *name);
const char *gfn_json_string(const gfn_json *json, const char *name); /* borrowed */

/* The number of a value of jansson's, likewise; NULL: none. */
struct json_t;
double gfn_json_number_of(const struct json_t *value);

/* Whether a text is UTF-8, as JSON and the metadata of safetensors files need it. */
bool gfn_json_is_utf8(const char *text);

#endif
