/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/file.h"

struct gfn_json {
    json_t *object;
};

gfn_status gfn_json_parse(const char *text, size_t n, const char *source, gfn_json **json)
{
    json_error_t error = {.line = 1};
    json_t *object = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return gfn_fail(GFN_EDATA,
                        "%s: expected a JSON object, found something else in line %d%s%s", source,
                        error.line, error.text[0] ? ": " : "", error.text);
    }
    gfn_status status = gfn_allocate("JSON", 1, sizeof **json, json);
    if (status == GFN_OK)
        (*json)->object = object;
    else
        json_decref(object);
    return status;
}

gfn_status gfn_json_load(const char *path, gfn_json **json)
{
    char *text;
    size_t n;
    GFN_TRY(gfn_file_read(path, GFN_JSON_LIMIT, &text, &n));
    gfn_status status = gfn_json_parse(text, n, path, json);
    gfn_release(&text);
    return status;
}

void gfn_json_destroy(gfn_json **json)
{
    if (*json)
        json_decref((*json)->object);
    gfn_release(json);
}

/* NULL if it is missing. */
static const json_t *find(const gfn_json *json, const char *name)
{
    const json_t *at = json->object;
    char part[64];
    for (const char *dot; (dot = strchr(name, '.')) != NULL; name = dot + 1) {
        const size_t n = (size_t)(dot - name);
        if (n >= sizeof part)
            return NULL;
        memcpy(part, name, n);
        part[n] = '\0';
        at = json_object_get(at, part);
    }
    return json_object_get(at, name);
}

double gfn_json_number_of(const json_t *value)
{
    const char *text = json_string_value(value);
    if (text && strcmp(text, "inf") == 0)
        return INFINITY;
    if (text && strcmp(text, "-inf") == 0)
        return -INFINITY;
    return json_is_number(value) ? json_number_value(value) : NAN;
}

double gfn_json_number(const gfn_json *json, const char *name)
{
    return gfn_json_number_of(find(json, name));
}

bool gfn_json_flag(const gfn_json *json, const char *name)
{
    return json_is_true(find(json, name));
}

const char *gfn_json_string(const gfn_json *json, const char *name)
{
    return json_string_value(find(json, name));
}
