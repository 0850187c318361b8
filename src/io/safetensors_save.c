/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/safetensors.h"

static gfn_status no_memory(void)
{
    return gfn_fail(GFN_ENOMEM, "safetensors: no memory for the header");
}

/* Add a member. Takes over the reference to `value`. */
static gfn_status put(json_t *object, const char *name, json_t *value)
{
    if (value == NULL)
        return no_memory();
    bool is_twice = json_object_get(object, name) != NULL;
    if (!is_twice && json_object_set_new(object, name, value) == 0)
        return GFN_OK;
    if (is_twice)
        json_decref(value);
    return gfn_fail(GFN_EINVAL, "safetensors: the name \"%s\" is %s", name,
                    is_twice ? "given twice, or reserved" : "not UTF-8");
}

/* Fill order[] with the indices of the arrays: wider elements first, otherwise in the given
 * order. */
static void sort_by_width(const struct gfn_tensors *tensors, size_t *order)
{
    size_t n = 0;
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < tensors->n_arrays; i++)
            if (gfn_dtype_size(tensors->arrays[i].dtype) == width)
                order[n++] = i;
}

static gfn_status check(const struct gfn_tensors *tensors)
{
    size_t total = 0, bytes;
    for (size_t i = 0; i < tensors->n_arrays; i++) {
        const struct gfn_array *array = &tensors->arrays[i];
        if (!gfn_array_bytes(array, &bytes) || __builtin_add_overflow(total, bytes, &total))
            return gfn_fail(GFN_EINVAL, "safetensors: the shape of \"%s\" is impossible",
                            array->name);
    }
    return GFN_OK;
}

static gfn_status put_texts(json_t *metadata, const struct gfn_tensors *tensors, uint32_t crc)
{
    char digits[9];
    gfn_format(digits, sizeof digits, "%08x", (unsigned)crc);
    GFN_TRY(put(metadata, "data_crc32", json_string(digits)));
    for (size_t i = 0; i < tensors->n_texts; i++) {
        const struct gfn_text *text = &tensors->texts[i];
        json_t *value = json_string(text->value);
        if (value == NULL)
            return gfn_fail(GFN_EINVAL, "safetensors: the text \"%s\" is not UTF-8", text->name);
        GFN_TRY(put(metadata, text->name, value));
    }
    return GFN_OK;
}

static gfn_status put_array(json_t *root, const struct gfn_array *array, size_t *offset)
{
    size_t bytes = 0;
    gfn_array_bytes(array, &bytes);
    json_t *shape = json_array();
    for (int i = 0; i < array->ndim; i++)
        json_array_append_new(shape, json_integer(array->shape[i]));
    if (shape == NULL || json_array_size(shape) != (size_t)array->ndim) {
        json_decref(shape);
        return no_memory();
    }
    json_t *entry =
        json_pack("{s:s, s:o, s:[I, I]}", "dtype", gfn_dtype_name(array->dtype), "shape", shape,
                  "data_offsets", (json_int_t)*offset, (json_int_t)(*offset + bytes));
    *offset += bytes;
    return put(root, array->name, entry);
}

static gfn_status fill_header(json_t *root, const struct gfn_tensors *tensors, const size_t *order)
{
    uint32_t crc = 0;
    size_t offset = 0, bytes = 0;
    for (size_t i = 0; i < tensors->n_arrays; i++) {
        const struct gfn_array *array = &tensors->arrays[order[i]];
        gfn_array_bytes(array, &bytes);
        crc = gfn_crc32(crc, array->data, bytes);
    }
    GFN_TRY(put(root, "__metadata__", json_object()));
    GFN_TRY(put_texts(json_object_get(root, "__metadata__"), tensors, crc));
    for (size_t i = 0; i < tensors->n_arrays; i++)
        GFN_TRY(put_array(root, &tensors->arrays[order[i]], &offset));
    return GFN_OK;
}

/* *head: the *n bytes before the data. */
static gfn_status make_head(const struct gfn_tensors *tensors, const size_t *order,
                            unsigned char **head, size_t *n)
{
    json_t *root = json_object();
    gfn_status status = root ? fill_header(root, tensors, order) : no_memory();
    size_t length = status == GFN_OK ? json_dumpb(root, NULL, 0, JSON_COMPACT) : 0;
    uint64_t padded = (length + 7) & ~(size_t)7;
    if (status == GFN_OK)
        status = gfn_allocate("safetensors header", 8 + (size_t)padded, 1, head);
    if (status == GFN_OK) {
        *n = 8 + (size_t)padded;
        memcpy(*head, &padded, 8);
        memset(*head + 8, ' ', (size_t)padded);
        json_dumpb(root, (char *)*head + 8, length, JSON_COMPACT);
    }
    json_decref(root);
    return status;
}

static gfn_status write_all(gfn_writer *writer, const struct gfn_tensors *tensors,
                            const size_t *order)
{
    unsigned char *head;
    size_t n = 0, bytes = 0;
    GFN_TRY(make_head(tensors, order, &head, &n));
    gfn_status status = gfn_writer_write(writer, head, n);
    gfn_release(&head);
    for (size_t i = 0; i < tensors->n_arrays && status == GFN_OK; i++) {
        const struct gfn_array *array = &tensors->arrays[order[i]];
        gfn_array_bytes(array, &bytes);
        status = gfn_writer_write(writer, array->data, bytes);
    }
    return status;
}

gfn_status gfn_safetensors_save(const char *path, const char *keep,
                                const struct gfn_tensors *tensors)
{
    size_t *order;
    gfn_writer *writer = NULL;
    GFN_TRY(check(tensors));
    GFN_TRY(gfn_allocate("safetensors", tensors->n_arrays, sizeof *order, &order));
    sort_by_width(tensors, order);
    gfn_status status = gfn_writer_open(path, keep, &writer);
    if (status == GFN_OK)
        status = write_all(writer, tensors, order);
    if (status == GFN_OK)
        status = gfn_writer_commit(&writer);
    gfn_writer_discard(&writer);
    gfn_release(&order);
    return status;
}
