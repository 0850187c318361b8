/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/file.h"

static gfn_status no_memory(void)
{
    return gfn_fail(GFN_ENOMEM, "JSON: no memory");
}

/* Host names and paths may not be UTF-8. JSON must be, so replace their non-ASCII bytes. */
static json_t *make_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *made = json_string(text);
    char *copy = made ? NULL : strdup(text);
    if (copy == NULL)
        return made;
    for (char *at = copy; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    made = json_string(copy);
    free(copy);
    return made;
}

/* JSON has no infinite numbers. */
static json_t *make_number(double x)
{
    return isinf(x) ? json_string(x > 0 ? "inf" : "-inf") : json_real(x);
}

static json_t *make_value(const struct gfn_field *field)
{
    switch (field->kind) {
    case GFN_FIELD_INT:
        return json_integer(field->value.integer);
    case GFN_FIELD_NUMBER:
        return make_number(field->value.number);
    case GFN_FIELD_FLAG:
        return json_boolean(field->value.flag);
    case GFN_FIELD_TEXT:
        return make_text(field->value.text);
    }
    return NULL;
}

/* The object for the part of `name` before its dot; made if it is missing. */
static json_t *open_object(json_t *object, const char *name, size_t n)
{
    char part[64];
    if (n >= sizeof part)
        return NULL;
    memcpy(part, name, n);
    part[n] = '\0';
    if (json_object_get(object, part) == NULL)
        json_object_set_new(object, part, json_object());
    json_t *found = json_object_get(object, part);
    return n > 0 && json_is_object(found) ? found : NULL;
}

static bool is_unknown(const struct gfn_field *field)
{
    return field->kind == GFN_FIELD_NUMBER && isnan(field->value.number);
}

static gfn_status put(json_t *object, const struct gfn_field *field)
{
    const char *name = field->name;
    if (is_unknown(field))
        return GFN_OK;
    for (const char *dot; object != NULL && (dot = strchr(name, '.')) != NULL; name = dot + 1)
        object = open_object(object, name, (size_t)(dot - name));
    bool is_free = object != NULL && name[0] != '\0' && json_object_get(object, name) == NULL;
    json_t *value = is_free ? make_value(field) : NULL;
    if (is_free && value == NULL)
        return no_memory();
    if (is_free && json_object_set_new(object, name, value) == 0)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "JSON: the name \"%s\" is empty, too long, not UTF-8 or in use",
                    field->name);
}

static gfn_status dump(const json_t *object, int indent, char **text, size_t *length)
{
    size_t flags = JSON_REAL_PRECISION(17) | (indent ? JSON_INDENT((size_t)indent) : JSON_COMPACT);
    size_t n = json_dumpb(object, NULL, 0, flags);
    if (n == 0)
        return no_memory();
    GFN_TRY(gfn_allocate("JSON", n + 2, 1, text));
    json_dumpb(object, *text, n, flags);
    (*text)[n] = '\n';
    *length = n + 1;
    return GFN_OK;
}

gfn_status gfn_json_text(const struct gfn_field *fields, size_t n, int indent, char **text,
                         size_t *length)
{
    json_t *object = json_object();
    gfn_status status = object ? GFN_OK : no_memory();
    for (size_t i = 0; i < n && status == GFN_OK; i++)
        status = put(object, &fields[i]);
    if (status == GFN_OK)
        status = dump(object, indent, text, length);
    json_decref(object);
    return status;
}

gfn_status gfn_json_save(const char *path, const struct gfn_field *fields, size_t n)
{
    char *text;
    size_t length;
    GFN_TRY(gfn_json_text(fields, n, 2, &text, &length));
    gfn_status status = gfn_file_replace(path, NULL, text, length);
    gfn_release(&text);
    return status;
}

bool gfn_json_is_utf8(const char *text)
{
    json_t *string = json_string(text);
    const bool is_utf8 = string != NULL;
    json_decref(string);
    return is_utf8;
}
