/* SPDX-License-Identifier: MIT
 *
 * The format: "\x93NUMPY" and two bytes of the version, 1 0, 2 0 or 3 0; the length of the header,
 * in 2 bytes in version 1, else in 4; the header, which is a Python dictionary, padded with blanks
 * and ended by a newline so that the data begins at a multiple of 64; the data.
 */
#include "io/npy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "io/file.h"
#include "io/npy_values.h"

static const unsigned char magic[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

/* MAGIC: the bytes of `magic` before the version. BEFORE_HEADER: in version 1. */
enum { MAGIC = 6, BEFORE_HEADER = 10, MOST_HEAD = 1024 };

/* ---- writing ---- */

/* Fill `head` with everything before the data; returns its size. 32 lengths of 19 digits fit. */
static size_t make_head(const struct gfn_array *array, unsigned char head[MOST_HEAD])
{
    char *text = (char *)head + BEFORE_HEADER;
    size_t size = MOST_HEAD - BEFORE_HEADER;
    size_t used =
        (size_t)gfn_format(text, size, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                           gfn_dtype_npy(array->dtype));
    for (int i = 0; i < array->ndim; i++)
        used += (size_t)gfn_format(text + used, size - used, "%s%lld", i ? ", " : "",
                                   (long long)array->shape[i]);
    used += (size_t)gfn_format(text + used, size - used, "%s), }", array->ndim == 1 ? "," : "");
    size_t total = (BEFORE_HEADER + used + 1 + 63) & ~(size_t)63;
    uint16_t length = (uint16_t)(total - BEFORE_HEADER);
    memset(text + used, ' ', length - used);
    text[length - 1] = '\n';
    memcpy(head, magic, sizeof magic);
    memcpy(head + sizeof magic, &length, 2);
    return total;
}

gfn_status gfn_npy_save(const char *path, const struct gfn_array *array)
{
    unsigned char head[MOST_HEAD];
    size_t bytes;
    gfn_writer *writer;
    if (!gfn_array_bytes(array, &bytes))
        return gfn_fail(GFN_EINVAL, "%s: the shape of the array is impossible", path);
    GFN_TRY(gfn_writer_open(path, NULL, &writer));
    gfn_status status = gfn_writer_write(writer, head, make_head(array, head));
    if (status == GFN_OK)
        status = gfn_writer_write(writer, array->data, bytes);
    if (status == GFN_OK)
        return gfn_writer_commit(&writer);
    gfn_writer_discard(&writer);
    return status;
}

/* ---- reading ---- */

/* The following functions move *at past what they read; they return false if they find something
 * else. */
static bool skip(const char **at, char c)
{
    *at += strspn(*at, " ");
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool read_word(const char **at, char *word, size_t size)
{
    *at += strspn(*at, " ");
    const char quote[2] = {**at, '\0'};
    if (quote[0] != '\'' && quote[0] != '"')
        return false;
    (*at)++;
    size_t n = strcspn(*at, quote);
    if (n >= size || (*at)[n] == '\0')
        return false;
    memcpy(word, *at, n);
    word[n] = '\0';
    *at += n + 1;
    return true;
}

static bool read_shape(const char **at, struct gfn_array *array)
{
    if (!skip(at, '('))
        return false;
    for (array->ndim = 0; !skip(at, ')'); array->ndim++) {
        char *end;
        if (array->ndim == GFN_ARRAY_NDIM || **at < '0' || **at > '9')
            return false;
        errno = 0;
        array->shape[array->ndim] = strtoll(*at, &end, 10);
        *at = end + (*end == 'L'); /* of Python 2 */
        if (errno != 0 || (!skip(at, ',') && **at != ')'))
            return false;
    }
    return true;
}

static bool skip_word(const char **at, const char *word)
{
    const size_t n = strlen(word);
    *at += strspn(*at, " ");
    if (strncmp(*at, word, n) != 0)
        return false;
    *at += n;
    return true;
}

struct header {
    struct gfn_array array; /* its shape, and the wanted type */
    char descr[24];         /* type of the file; "": records */
    struct gfn_npy_type type;
    bool is_fortran; /* column-major */
};

/* "{'descr': '<i8', 'fortran_order': False, 'shape': (16, 16), }": three keys in any order. The
 * type of a record is a list; then the rest of the header is not read. */
static bool read_dictionary(const char *at, struct header *h)
{
    char key[16];
    unsigned seen = 0;
    if (!skip(&at, '{'))
        return false;
    while (!skip(&at, '}')) {
        unsigned bit;
        bool is_good = read_word(&at, key, sizeof key) && skip(&at, ':');
        if (is_good && strcmp(key, "descr") == 0) {
            bit = 1;
            if (skip(&at, '['))
                return true;
            is_good = read_word(&at, h->descr, sizeof h->descr) && h->descr[0] != '\0';
        } else if (is_good && strcmp(key, "fortran_order") == 0) {
            bit = 2;
            h->is_fortran = skip_word(&at, "True");
            is_good = h->is_fortran || skip_word(&at, "False");
        } else {
            bit = 4;
            is_good = is_good && strcmp(key, "shape") == 0 && read_shape(&at, &h->array);
        }
        if (!is_good || (seen & bit) || (!skip(&at, ',') && *at != '}'))
            return false;
        seen |= bit;
    }
    return seen == 7 && at[strspn(at, " \n")] == '\0';
}

/* The hint names the NumPy call that converts the array. */
static gfn_status reject_type(const char *descr, enum gfn_dtype wanted)
{
    const char *npy = gfn_dtype_npy(wanted);
    if (descr[0] == '\0')
        return gfn_fail(GFN_EDATA,
                        "expected numbers of a type such as '%s', found records (hint: "
                        "array[\"NAME\"], one of their fields)",
                        npy);
    const char *kind = descr + (strchr("<>=|", descr[0]) != NULL);
    const char *of_void = *kind == 'V' ? "view" : "astype";
    const char *of_complex = *kind == 'c' ? "real." : "";
    return gfn_fail(GFN_EDATA,
                    "expected numbers of a type such as '%s', found '%s' (hint: "
                    "array.%s%s(\"%s\"))",
                    npy, descr, of_complex, of_void, npy);
}

static gfn_status parse_header(const char *text, size_t n, struct header *h)
{
    char *copy;
    GFN_TRY(gfn_allocate("npy header", n + 1, 1, &copy));
    memcpy(copy, text, n);
    const bool is_good = strlen(copy) == n && read_dictionary(copy, h);
    gfn_release(&copy);
    if (!is_good)
        return gfn_fail(GFN_EDATA, "expected a header {'descr': '<f8', 'fortran_order': False, "
                                   "'shape': (...)}, found another");
    return GFN_OK;
}

/* The place of the header, and its length. */
static gfn_status find_header(const char *bytes, size_t n, size_t *begin, size_t *length)
{
    if (n < BEFORE_HEADER || memcmp(bytes, magic, MAGIC) != 0)
        return gfn_fail(GFN_EDATA, "expected a file in NumPy's format, found another (hint: "
                                   "numpy.save writes one)");
    const unsigned char *version = (const unsigned char *)bytes + MAGIC;
    if (version[0] < 1 || version[0] > 3 || version[1] != 0)
        return gfn_fail(GFN_EDATA,
                        "expected NumPy's format, version 1.0, 2.0 or 3.0, found %d.%d (hint: "
                        "numpy.save writes one of these)",
                        version[0], version[1]);
    *begin = version[0] == 1 ? BEFORE_HEADER : BEFORE_HEADER + 2;
    *length = version[2] | (size_t)version[3] << 8;
    if (version[0] > 1 && n >= *begin)
        *length |= (size_t)version[4] << 16 | (size_t)version[5] << 24;
    if (n >= *begin && *length <= n - *begin)
        return GFN_OK;
    return gfn_fail(GFN_EDATA, "expected a header of %zu byte%s, found %zu (hint: the file is cut)",
                    *length, gfn_plural(*length), n >= *begin ? n - *begin : 0);
}

static gfn_status parse(const char *bytes, size_t n, struct header *h, size_t *begin)
{
    const enum gfn_dtype wanted = h->array.dtype;
    size_t length = 0, expected;
    GFN_TRY(find_header(bytes, n, begin, &length));
    GFN_TRY(parse_header(bytes + *begin, length, h));
    *begin += length;
    if (!gfn_npy_type_find(h->descr, &h->type))
        return reject_type(h->descr, wanted);
    if (!gfn_array_bytes(&h->array, &expected) ||
        !gfn_multiply(expected / gfn_dtype_size(wanted), h->type.size, &expected))
        return gfn_fail(GFN_EDATA, "the shape is impossible");
    if (expected != n - *begin)
        return gfn_fail(
            GFN_EDATA,
            "expected %zu byte%s of data, found %zu (hint: numpy.save writes a whole file)",
            expected, gfn_plural((int64_t)expected), n - *begin);
    return GFN_OK;
}

/* *bytes become the data of h->array. */
static gfn_status read_array(void **bytes, size_t n, struct header *h)
{
    size_t begin = 0;
    GFN_TRY(parse(*bytes, n, h, &begin));
    /* to the aligned start of the block */
    memmove(*bytes, (const char *)*bytes + begin, n - begin);
    GFN_TRY(gfn_npy_convert(&h->type, h->is_fortran, &h->array, bytes));
    h->array.data = *bytes;
    return GFN_OK;
}

gfn_status gfn_npy_parse(void *bytes, size_t n, const char *source, enum gfn_dtype wanted,
                         struct gfn_array *array)
{
    struct header h = {.array.dtype = wanted};
    const gfn_status status = read_array(&bytes, n, &h);
    if (status != GFN_OK) {
        gfn_release(&bytes);
        return gfn_fail_in(status, "%s: ", source);
    }
    *array = h.array;
    return GFN_OK;
}

gfn_status gfn_npy_load(const char *path, enum gfn_dtype wanted, struct gfn_array *array)
{
    void *bytes;
    size_t n;
    GFN_TRY(gfn_file_read(path, SIZE_MAX / 4, &bytes, &n));
    return gfn_npy_parse(bytes, n, path, wanted, array);
}
