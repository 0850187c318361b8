/* SPDX-License-Identifier: MIT
 *
 * io/safetensors.h - named arrays and texts in one file, in the format of the machine-learning
 * ecosystem: 8 bytes with the length of the header, the header (JSON, padded with blanks to a
 * multiple of 8), the data without holes.
 *
 *   {"__metadata__": {"key": "text", ...}, "name": {"dtype": "F32", "shape": [4, 32],
 *    "data_offsets": [begin, end]}, ...}
 *
 * Saving adds the text "data_crc32": the CRC-32 of all data as 8 hexadecimal digits. Loading
 * verifies it if the file has it; files of other programs do not.
 */
#ifndef IO_SAFETENSORS_H
#define IO_SAFETENSORS_H

#include <stddef.h>

#include <gfn/status.h>

#include "io/array.h"

/* One entry of the metadata. UTF-8. */
struct gfn_text {
    const char *name, *value;
};

struct gfn_tensors {
    size_t n_arrays;
    const struct gfn_array *arrays;
    size_t n_texts;
    const struct gfn_text *texts;
};

/* Replace the file `path` atomically; `keep` as in gfn_writer_open(). The file holds the data in
 * the order of the arrays, except that wider elements come first, so that all are aligned.
 * Errors: GFN_EINVAL (a name twice, reserved or not UTF-8; an impossible shape), GFN_EIO,
 * GFN_ENOMEM, GFN_EEXIST. */
gfn_status gfn_safetensors_save(const char *path, const char *keep,
                                const struct gfn_tensors *tensors);

/* A file in memory. */
typedef struct gfn_safetensors gfn_safetensors;

/* Read and check a whole file, which need not be trusted.
 * Errors: GFN_EDATA, with a message that says what is wrong; GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_safetensors_load(const char *path, gfn_safetensors **file);

/* As gfn_safetensors_load(), from n bytes of gfn_allocate(), which this function takes over even if
 * it fails. `source` names them in messages. */
gfn_status gfn_safetensors_parse(void *bytes, size_t n, const char *source, gfn_safetensors **file);
void gfn_safetensors_destroy(gfn_safetensors **file);

/* All arrays, in the order of their data and aligned for their type, and all texts; borrowed from
 * `file`. */
const struct gfn_tensors *gfn_safetensors_contents(const gfn_safetensors *file);

/* Set array->data (borrowed from `file`) to the data of the array that has the name, dtype, ndim
 * and shape of `array`. Errors: GFN_EDATA: no array has this name, or it has another dtype or
 * shape. */
gfn_status gfn_safetensors_find(const gfn_safetensors *file, struct gfn_array *array);

/* Text of this name, borrowed from `file`; NULL if there is none. */
const char *gfn_safetensors_text(const gfn_safetensors *file, const char *name);

#endif
