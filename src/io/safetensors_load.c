/* SPDX-License-Identifier: MIT
 *
 * The file is not trusted. Checks: the length of the header; its JSON; that the range of each array
 * fits its shape; that the ranges cover the data without holes or overlaps; the checksum.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/safetensors.h"

struct gfn_safetensors {
    json_t *header;      /* owns names and texts */
    unsigned char *data; /* moved to the start of the allocation, and so aligned */
    size_t n_data;
    struct gfn_array *arrays;
    struct gfn_text *texts;
    struct gfn_tensors contents;
};

static const size_t most_header = 100 * 1000 * 1000; /* the limit of the reference implementation */

/* Parse the header and move the data to the start of the allocation. */
static gfn_status split(gfn_safetensors *file, size_t n)
{
    uint64_t length;
    if (n < 8)
        return gfn_fail(GFN_EDATA, "expected a safetensors file, found %zu byte%s", n,
                        gfn_plural((int64_t)n));
    memcpy(&length, file->data, 8);
    const size_t room = n - 8 < most_header ? n - 8 : most_header;
    if (length > room)
        return gfn_fail(GFN_EDATA,
                        "expected a header of at most %zu byte%s, found the length %llu "
                        "(hint: the file is truncated or is not a safetensors file)",
                        room, gfn_plural((int64_t)room), (unsigned long long)length);
    json_error_t error;
    file->header =
        json_loadb((char *)file->data + 8, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(file->header))
        return gfn_fail(GFN_EDATA, "the header is not a JSON object: %s",
                        file->header ? "it is something else" : error.text);
    file->n_data = n - 8 - (size_t)length;
    memmove(file->data, file->data + 8 + length, file->n_data);
    return GFN_OK;
}

static gfn_status read_shape(json_t *shape, struct gfn_array *array)
{
    size_t ndim = json_array_size(shape);
    if (!json_is_array(shape) || ndim > GFN_ARRAY_NDIM)
        return gfn_fail(GFN_EDATA, "\"%s\": expected a shape of at most %d lengths", array->name,
                        GFN_ARRAY_NDIM);
    array->ndim = (int)ndim;
    for (size_t i = 0; i < ndim; i++) {
        const json_t *length = json_array_get(shape, i);
        if (!json_is_integer(length))
            return gfn_fail(GFN_EDATA, "\"%s\": a length is not an integer", array->name);
        array->shape[i] = json_integer_value(length);
    }
    return GFN_OK;
}

static gfn_status read_array(const gfn_safetensors *file, json_t *entry, struct gfn_array *array)
{
    const char *dtype;
    json_t *shape;
    json_int_t begin, end;
    size_t bytes;
    if (json_unpack_ex(entry, NULL, JSON_STRICT, "{s:s, s:o, s:[I, I]}", "dtype", &dtype, "shape",
                       &shape, "data_offsets", &begin, &end) != 0)
        return gfn_fail(GFN_EDATA, "\"%s\": expected dtype, shape and two data_offsets, no more",
                        array->name);
    if (!gfn_dtype_find(dtype, &array->dtype))
        return gfn_fail(GFN_EDATA, "\"%s\": the dtype %.20s is unknown", array->name, dtype);
    GFN_TRY(read_shape(shape, array));
    if (begin < 0 || end < begin || (uint64_t)end > file->n_data)
        return gfn_fail(GFN_EDATA, "\"%s\": expected data within %zu byte%s, found %lld to %lld",
                        array->name, file->n_data, gfn_plural((int64_t)file->n_data),
                        (long long)begin, (long long)end);
    if (!gfn_array_bytes(array, &bytes) || bytes != (size_t)(end - begin))
        return gfn_fail(GFN_EDATA, "\"%s\": dtype and shape do not fit its %lld byte%s of data",
                        array->name, (long long)(end - begin), gfn_plural(end - begin));
    if (bytes > 0 && (size_t)begin % gfn_dtype_size(array->dtype) != 0)
        return gfn_fail(GFN_EDATA, "\"%s\": its data is not aligned", array->name);
    array->data = file->data + begin;
    return GFN_OK;
}

static gfn_status read_arrays(gfn_safetensors *file)
{
    const char *name;
    json_t *entry;
    size_t n = json_object_size(file->header);
    GFN_TRY(gfn_allocate("safetensors", n, sizeof *file->arrays, &file->arrays));
    file->contents.arrays = file->arrays;
    json_object_foreach(file->header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        struct gfn_array *array = &file->arrays[file->contents.n_arrays++];
        array->name = name;
        GFN_TRY(read_array(file, entry, array));
    }
    return GFN_OK;
}

static int compare_places(const void *left, const void *right)
{
    const struct gfn_array *a = left, *b = right;
    size_t n_a = 0, n_b = 0;
    gfn_array_bytes(a, &n_a);
    gfn_array_bytes(b, &n_b);
    if (a->data != b->data)
        return (const char *)a->data < (const char *)b->data ? -1 : 1;
    return (n_a > n_b) - (n_a < n_b); /* an empty array comes before one that begins at its place */
}

/* Sort the arrays by the place of their data and check that each begins where the previous ends. */
static gfn_status check_cover(gfn_safetensors *file)
{
    size_t n = file->contents.n_arrays, bytes = 0;
    const unsigned char *place = file->data;
    qsort(file->arrays, n, sizeof *file->arrays, compare_places);
    for (size_t i = 0; i < n; i++) {
        if (file->arrays[i].data != place)
            return gfn_fail(GFN_EDATA, "\"%s\": there is a hole before its data, or an overlap",
                            file->arrays[i].name);
        gfn_array_bytes(&file->arrays[i], &bytes);
        place += bytes;
    }
    if (place != file->data + file->n_data)
        return gfn_fail(GFN_EDATA, "expected %zu byte%s of data, found %zu",
                        (size_t)(place - file->data), gfn_plural(place - file->data), file->n_data);
    return GFN_OK;
}

static gfn_status read_texts(gfn_safetensors *file)
{
    json_t *metadata = json_object_get(file->header, "__metadata__"), *value;
    const char *name;
    if (metadata != NULL && !json_is_object(metadata))
        return gfn_fail(GFN_EDATA, "\"__metadata__\" is not a JSON object");
    GFN_TRY(
        gfn_allocate("safetensors", json_object_size(metadata), sizeof *file->texts, &file->texts));
    file->contents.texts = file->texts;
    json_object_foreach(metadata, name, value)
    {
        if (!json_is_string(value))
            return gfn_fail(GFN_EDATA, "\"__metadata__\": \"%s\" is not text", name);
        file->texts[file->contents.n_texts++] = (struct gfn_text){name, json_string_value(value)};
    }
    return GFN_OK;
}

static gfn_status check_data(const gfn_safetensors *file)
{
    const char *expected = gfn_safetensors_text(file, "data_crc32");
    char found[9];
    gfn_format(found, sizeof found, "%08x", (unsigned)gfn_crc32(0, file->data, file->n_data));
    if (expected != NULL && strcmp(expected, found) != 0)
        return gfn_fail(GFN_EDATA,
                        "the data is damaged: expected the checksum %.20s, found %s "
                        "(hint: use another copy)",
                        expected, found);
    return GFN_OK;
}

static gfn_status parse(gfn_safetensors *file, size_t n)
{
    GFN_TRY(split(file, n));
    GFN_TRY(read_arrays(file));
    GFN_TRY(check_cover(file));
    GFN_TRY(read_texts(file));
    return check_data(file);
}

gfn_status gfn_safetensors_parse(void *bytes, size_t n, const char *source, gfn_safetensors **file)
{
    gfn_safetensors *made;
    gfn_status status = gfn_allocate("safetensors", 1, sizeof *made, &made);
    if (status != GFN_OK) {
        gfn_release(&bytes);
        return status;
    }
    made->data = bytes;
    status = parse(made, n);
    if (status != GFN_OK) {
        gfn_safetensors_destroy(&made);
        return gfn_fail_in(status, "%s: ", source);
    }
    *file = made;
    return GFN_OK;
}

gfn_status gfn_safetensors_load(const char *path, gfn_safetensors **file)
{
    void *bytes;
    size_t n;
    GFN_TRY(gfn_file_read(path, SIZE_MAX / 4, &bytes, &n));
    return gfn_safetensors_parse(bytes, n, path, file);
}

void gfn_safetensors_destroy(gfn_safetensors **file)
{
    if (*file == NULL)
        return;
    json_decref((*file)->header);
    gfn_release(&(*file)->data);
    gfn_release(&(*file)->arrays);
    gfn_release(&(*file)->texts);
    gfn_release(file);
}

const struct gfn_tensors *gfn_safetensors_contents(const gfn_safetensors *file)
{
    return &file->contents;
}

gfn_status gfn_safetensors_find(const gfn_safetensors *file, struct gfn_array *array)
{
    char expected[160], found[160];
    for (size_t i = 0; i < file->contents.n_arrays; i++) {
        const struct gfn_array *other = &file->arrays[i];
        if (strcmp(other->name, array->name) != 0)
            continue;
        if (!gfn_array_is_like(other, array))
            return gfn_fail(GFN_EDATA, "tensor \"%s\": expected %s, found %s", array->name,
                            gfn_array_describe(array, expected, sizeof expected),
                            gfn_array_describe(other, found, sizeof found));
        array->data = other->data;
        return GFN_OK;
    }
    return gfn_fail(GFN_EDATA, "tensor \"%s\": expected %s, found none of that name", array->name,
                    gfn_array_describe(array, expected, sizeof expected));
}

const char *gfn_safetensors_text(const gfn_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->contents.n_texts; i++)
        if (strcmp(file->texts[i].name, name) == 0)
            return file->texts[i].value;
    return NULL;
}
