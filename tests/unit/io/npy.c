/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include "base/memory.h"
#include "io/npy.h"

static const int64_t counts[6] = {3, -1, INT64_MAX, 0, 17, 4096};
static const int32_t words[6] = {3, -1, INT32_MAX, 0, 17, INT32_MIN};
static const double numbers[6] = {2.385, -1.0 / 3.0, 1e-300, -0.0, 6.5e7, 1e308};

/* ---- writing ---- */

static void files_are_identical_to_those_of_numpy(void **state)
{
    (void)state;
    /* From numpy.save() of numpy.array([3, -1, 2**63 - 1]), numpy.array(2.385) and
     * numpy.zeros((2, 0, 3)), version 1.24. */
    static const struct {
        const char *header;
        struct gfn_array array;
    } rows[] = {
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
         {NULL, GFN_I64, 1, {3}, counts}},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
         {NULL, GFN_F64, 0, {0}, numbers}},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 0, 3), }",
         {NULL, GFN_F64, 3, {2, 0, 3}, NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[128], found[400];
        size_t bytes;
        memset(expected, ' ', sizeof expected);
        memcpy(expected, "\x93NUMPY\x01\x00v\x00", 10);
        memcpy(expected + 10, rows[i].header, strlen(rows[i].header));
        expected[127] = '\n';
        assert_true(gfn_array_bytes(&rows[i].array, &bytes));
        assert_ok(gfn_npy_save("file", &rows[i].array));
        assert_int_equal(get_bytes("file", found, sizeof found), 128 + bytes);
        assert_memory_equal(found, expected, 128);
        if (bytes > 0)
            assert_memory_equal(found + 128, rows[i].array.data, bytes);
    }
}

static void assert_read_back(const struct gfn_array *array)
{
    struct gfn_array found;
    size_t bytes;
    assert_ok(gfn_npy_save("file", array));
    assert_ok(gfn_npy_load("file", array->dtype, &found));
    assert_true(gfn_array_is_like(&found, array));
    assert_true(gfn_array_bytes(array, &bytes));
    assert_int_equal((uintptr_t)found.data % 8, 0);
    if (bytes > 0)
        assert_memory_equal(found.data, array->data, bytes);
    gfn_release(&found.data);
}

static void arrays_are_read_back(void **state)
{
    (void)state;
    assert_read_back(&(struct gfn_array){NULL, GFN_I32, 2, {2, 3}, words});
    assert_read_back(&(struct gfn_array){NULL, GFN_F64, 1, {6}, numbers});
    assert_read_back(&(struct gfn_array){NULL, GFN_F64, 0, {0}, numbers});
    assert_read_back(&(struct gfn_array){NULL, GFN_I32, 1, {0}, NULL});
    struct gfn_array deep = {NULL, GFN_I32, 32, {0}, words};
    for (int i = 0; i < 32; i++)
        deep.shape[i] = i % 16 == 5 ? 2 : 1;
    assert_read_back(&deep);
}

static void the_longest_header_fits(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_I32, 32, {0}, NULL};
    for (int i = 0; i < 31; i++)
        array.shape[i + 1] = INT64_MAX;
    assert_read_back(&array);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_F64, 33, {1}, numbers};
    put_text("file", "old");
    assert_refused(gfn_npy_save("file", &array), GFN_EINVAL, "file: the shape of the array is");
    array.ndim = 1;
    array.shape[0] = -1;
    assert_refused(gfn_npy_save("file", &array), GFN_EINVAL, "impossible");
    array.shape[0] = 6;
    for (rlim_t room = 0; room < 176; room += 25) {
        limit_files(room);
        gfn_status status = gfn_npy_save("file", &array);
        limit_files(RLIM_INFINITY);
        assert_refused(status, GFN_EIO, "file: cannot write");
    }
    assert_true(holds("file", "old"));
    assert_int_equal(count_names(), 1);
    assert_refused(gfn_npy_save("none/file", &array), GFN_EIO, "none/file: cannot create");
}

/* ---- reading ---- */

/* Write a file of this version with this text as its header and n bytes of data. */
static void forge_file(int version, const char *header, const void *bytes, size_t n)
{
    unsigned char data[2048] = "\x93NUMPY";
    size_t length = strlen(header), at = version == 1 ? 10 : 12;
    data[6] = (unsigned char)version;
    data[8] = (unsigned char)length;
    data[9] = (unsigned char)(length >> 8);
    memcpy(data + at, header, length);
    if (bytes && n > 0)
        memcpy(data + at + length, bytes, n);
    put_bytes("file", data, at + length + n);
}

/* Version 1.0, and zeros. */
static void forge(const char *header, size_t n)
{
    forge_file(1, header, NULL, n);
}

#define D "'descr': '<i8'"
#define F "'fortran_order': False"
#define S "'shape': (2,)"

static void equivalent_headers_are_read(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{" D ", " F ", " S "}",
        "{" S "," F "," D ",}",
        "{ 'shape' : ( 1 , 2 , ) , " D " , 'fortran_order' : False }   \n",
        "{\"descr\": \"<i8\", \"fortran_order\": False, \"shape\": (1L, 2L)}",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct gfn_array array;
        forge(headers[i], 16);
        assert_ok(gfn_npy_load("file", GFN_F64, &array));
        assert_int_equal(array.ndim, i >= 2 ? 2 : 1);
        assert_int_equal(array.shape[array.ndim - 1], 2);
        gfn_release(&array.data);
    }
}

static void versions_with_long_headers_are_read(void **state)
{
    (void)state;
    struct gfn_array array;
    for (int version = 2; version <= 3; version++) {
        forge_file(version, "{" D ", " F ", " S "}", counts, 16);
        assert_ok(gfn_npy_load("file", GFN_I32, &array));
        assert_memory_equal(array.data, ((int32_t[]){3, -1}), 8);
        gfn_release(&array.data);
        for (off_t cut = 0; cut < 68; cut++) {
            forge_file(version, "{" D ", " F ", " S "}", counts, 16);
            assert_int_equal(truncate("file", cut), 0);
            assert_refused(gfn_npy_load("file", GFN_I32, &array), GFN_EDATA, "file: expected ");
        }
    }
}

/* Two numbers of each type as NumPy 1.24 writes them. */
static void numbers_of_every_type_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *bytes;
        size_t size;
        double value[2];
    } rows[] = {
        {"|b1", "\1\0", 1, {1, 0}},
        {"|i1", "\x80\x7f", 1, {-128, 127}},
        {"|u1", "\x80\xff", 1, {128, 255}},
        {"<u1", "\x80\xff", 1, {128, 255}},
        {"<i2", "\x00\x80\xfe\xff", 2, {-32768, -2}},
        {">i2", "\x80\x00\xff\xfe", 2, {-32768, -2}},
        {"<u2", "\x00\x80\xfe\xff", 2, {32768, 65534}},
        {">u2", "\x80\x00\xff\xfe", 2, {32768, 65534}},
        {"<i4", "\x00\x00\x00\x80\x03\x02\x01\x00", 4, {-2147483648.0, 66051}},
        {">i4", "\x80\x00\x00\x00\x00\x01\x02\x03", 4, {-2147483648.0, 66051}},
        {"<u4", "\xff\xff\xff\x7f\x03\x02\x01\x00", 4, {2147483647, 66051}},
        {">u4", "\x7f\xff\xff\xff\x00\x01\x02\x03", 4, {2147483647, 66051}},
        {"<i8", "\xff\xff\xff\xff\xff\xff\xff\xff\x11\0\0\0\0\0\0", 8, {-1, 17}},
        {">i8", "\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\x11", 8, {-1, 17}},
        {"<u8", "\x04\0\0\0\0\0\0\0\x11\0\0\0\0\0\0", 8, {4, 17}},
        {">u8", "\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\x11", 8, {4, 17}},
        {"<f2", "\x00\xc1\xff\x7b", 2, {-2.5, 65504}},
        {">f2", "\xc1\x00\x7b\xff", 2, {-2.5, 65504}},
        {"<f2", "\x01\x00\xff\x83", 2, {0x1p-24, -0x3ffp-24}},
        {"<f2", "\x00\x04\x00\x80", 2, {0x1p-14, -0.0}},
        {"<f4", "\x00\x00\x60\x40\x00\x00\x80\xbf", 4, {3.5, -1}},
        {">f4", "\x40\x60\x00\x00\xbf\x80\x00\x00", 4, {3.5, -1}},
        {"<f8", "\0\0\0\0\0\0\x0c\x40\0\0\0\0\0\0\xf0\xbf", 8, {3.5, -1}},
        {">f8", "\x40\x0c\0\0\0\0\0\0\xbf\xf0\0\0\0\0\0", 8, {3.5, -1}},
        {"=f8", "\0\0\0\0\0\0\x0c\x40\0\0\0\0\0\0\xf0\xbf", 8, {3.5, -1}},
        {"f8", "\0\0\0\0\0\0\x0c\x40\0\0\0\0\0\0\xf0\xbf", 8, {3.5, -1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_array array;
        char header[100];
        snprintf(header, sizeof header, "{'descr': '%s', " F ", " S "}", rows[i].descr);
        forge_file(1, header, rows[i].bytes, 2 * rows[i].size);
        assert_ok(gfn_npy_load("file", GFN_F64, &array));
        assert_memory_equal(array.data, rows[i].value, sizeof rows[i].value);
        gfn_release(&array.data);
        const int32_t words_of[2] = {(int32_t)rows[i].value[0], (int32_t)rows[i].value[1]};
        const bool is_whole = words_of[0] == rows[i].value[0] && words_of[1] == rows[i].value[1];
        const gfn_status status = gfn_npy_load("file", GFN_I32, &array);
        if (!is_whole) {
            assert_refused(status, GFN_EDATA, "]: expected a whole number of 32 bits, found ");
            continue;
        }
        assert_ok(status);
        assert_memory_equal(array.data, words_of, sizeof words_of);
        gfn_release(&array.data);
    }
}

static void infinity_and_nan_are_read_as_reals(void **state)
{
    (void)state;
    struct gfn_array array;
    forge_file(1, "{'descr': '<f2', " F ", " S "}", "\x00\xfc\x01\x7e", 4);
    assert_ok(gfn_npy_load("file", GFN_F64, &array));
    const double *found = array.data;
    assert_true(isinf(found[0]) && found[0] < 0 && isnan(found[1]));
    gfn_release(&array.data);
    assert_refused(gfn_npy_load("file", GFN_I32, &array), GFN_EDATA, "found -inf (hint: numpy.abs");
}

/* No value is rounded; the message has the place, the value and what NumPy does about it. */
static void values_that_do_not_fit_are_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        union {
            uint64_t whole;
            double real;
        } value;
        enum gfn_dtype wanted;
        const char *part; /* NULL: it fits */
    } rows[] = {
        {"<u8",
         {.whole = UINT64_MAX},
         GFN_F64,
         "float64 holds exactly, found 18446744073709551615"},
        {"<u8", {.whole = UINT64_C(1) << 63}, GFN_F64, NULL},
        {"<u8",
         {.whole = (UINT64_C(1) << 53) + 1},
         GFN_F64,
         "file: element [0, 1]: expected a number that float64 holds exactly, found "
         "9007199254740993 (hint: array.astype(\"<f8\") rounds it)"},
        {"<u8", {.whole = UINT64_C(1) << 53}, GFN_F64, NULL},
        {"<i8", {.whole = INT64_MAX}, GFN_F64, "found 9223372036854775807 (hint: array.astype"},
        {"<i8", {.whole = UINT64_C(1) << 63}, GFN_F64, NULL},
        {"<i8", {.whole = (UINT64_C(1) << 63) + 1}, GFN_F64, "found -9223372036854775807"},
        {"<u8",
         {.whole = UINT64_MAX},
         GFN_I32,
         "file: element [0, 1]: expected a whole number of 32 bits, found 18446744073709551615 "
         "(hint: numpy.abs(array).max() must be less than 2147483648)"},
        {"<i8", {.whole = UINT64_C(1) << 63}, GFN_I32, "found -9223372036854775808 (hint: numpy."},
        {"<i8", {.whole = UINT64_C(1) << 31}, GFN_I32, "found 2147483648 (hint: numpy.abs"},
        {"<i8", {.whole = INT32_MAX}, GFN_I32, NULL},
        {"<f8",
         {.real = 2.5},
         GFN_I32,
         "element [0, 1]: expected a whole number of 32 bits, found 2.5 (hint: "
         "array.round().astype(\"<i4\"))"},
        {"<f8", {.real = -2147483648.5}, GFN_I32, "found -2147483648.5 (hint: numpy.abs"},
        {"<f8", {.real = -2147483648.0}, GFN_I32, NULL},
        {"<f8", {.real = 1e300}, GFN_I32, "found 1.0000000000000001e+300 (hint: numpy.abs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_array array;
        char header[100], data[16] = "";
        snprintf(header, sizeof header, "{'descr': '%s', " F ", 'shape': (1, 2)}", rows[i].descr);
        memcpy(data + 8, &rows[i].value, 8);
        forge_file(1, header, data, 16);
        const gfn_status status = gfn_npy_load("file", rows[i].wanted, &array);
        if (rows[i].part) {
            assert_refused(status, GFN_EDATA, rows[i].part);
            continue;
        }
        assert_ok(status);
        gfn_release(&array.data);
    }
}

/* numpy.asfortranarray() of an array in which element [i][j][k] is 100 i + 10 j + k. */
static void axes_in_fortran_order_are_read(void **state)
{
    (void)state;
    enum { A = 2, B = 3, C = 4 };
    struct gfn_array array;
    int16_t data[A * B * C];
    size_t n = 0;
    for (int k = 0; k < C; k++)
        for (int j = 0; j < B; j++)
            for (int i = 0; i < A; i++)
                data[n++] = (int16_t)(100 * i + 10 * j + k);
    forge_file(1, "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 4), }", data,
               sizeof data);
    assert_ok(gfn_npy_load("file", GFN_F64, &array));
    const double *found = array.data;
    for (int i = 0; i < A; i++)
        for (int j = 0; j < B; j++)
            for (int k = 0; k < C; k++)
                assert_int_equal((int)found[(i * B + j) * C + k], 100 * i + 10 * j + k);
    gfn_release(&array.data);

    /* With one axis there is one order; numbers that need no conversion are put in order, too. */
    forge_file(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (6,), }", numbers,
               sizeof numbers);
    assert_ok(gfn_npy_load("file", GFN_F64, &array));
    assert_memory_equal(array.data, numbers, sizeof numbers);
    gfn_release(&array.data);
    forge_file(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", numbers,
               sizeof numbers);
    assert_ok(gfn_npy_load("file", GFN_F64, &array));
    found = array.data;
    for (int i = 0; i < 6; i++)
        assert_memory_equal(&found[i], &numbers[i % 3 * 2 + i / 3], sizeof numbers[0]);
    gfn_release(&array.data);
    forge("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 9223372036854775807, 2), }", 0);
    assert_ok(gfn_npy_load("file", GFN_I32, &array));
    gfn_release(&array.data);
}

static void hints_are_of_the_wanted_type(void **state)
{
    (void)state;
    struct gfn_array array;
    forge("{'descr': '<c16', " F ", " S "}", 32);
    assert_refused(gfn_npy_load("file", GFN_I32, &array), GFN_EDATA,
                   "a type such as '<i4', found '<c16' (hint: array.real.astype(\"<i4\"))");
    forge("{'descr': '|S3', " F ", " S "}", 6);
    assert_refused(gfn_npy_load("file", GFN_I32, &array), GFN_EDATA, "array.astype(\"<i4\"))");
}

static void malformed_headers_are_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t n;
        const char *part;
    } rows[] = {
        {"", 16, "expected a header"},
        {"{", 16, "expected a header"},
        {"{}", 16, "expected a header"},
        {"{" D ", " F "}", 16, "expected a header"},
        {"{" D ", " S "}", 16, "expected a header"},
        {"{" F ", " S "}", 16, "expected a header"},
        {"{" D ", " F ", " S, 16, "expected a header"},
        {"{" D ", " F ", " S ", " S "}", 16, "expected a header"},
        {"{" D ", " F ", " S ", 'more': 1}", 16, "expected a header"},
        {"{" D ", " F ", " S "} x", 16, "expected a header"},
        {"{" D " " F ", " S "}", 16, "expected a header"},
        {"{" D ", 'fortran_order': None, " S "}", 16, "expected a header"},
        {"{'descr': '<c8', " F ", " S "}", 16, "found '<c8' (hint: array.real.astype(\"<f8\"))"},
        {"{'descr': '|V8', " F ", " S "}", 16, "found '|V8' (hint: array.view(\"<f8\"))"},
        {"{'descr': '<f16', " F ", " S "}", 32, "found '<f16' (hint: array.astype(\"<f8\"))"},
        {"{'descr': '<U4', " F ", " S "}", 32, "found '<U4' (hint: array.astype(\"<f8\"))"},
        {"{'descr': '<M8[25us]', " F ", " S "}", 16, "found '<M8[25us]' (hint: array.astype"},
        {"{'descr': '<i3', " F ", " S "}", 6, "found '<i3' (hint: array.astype"},
        {"{'descr': '<b8', " F ", " S "}", 16, "found '<b8' (hint: array.astype"},
        {"{'descr': '', " F ", " S "}", 16, "expected a header"},
        {"{'descr': '<', " F ", " S "}", 16, "found '<' (hint: array.astype"},
        {"{'descr': 'I64', " F ", " S "}", 16, "found 'I64' (hint: array.astype"},
        {"{'descr': '|O', " F ", " S "}", 16, "found '|O' (hint: array.astype"},
        {"{'descr': [('a', '<i8')], " F ", " S "}", 16, "found records (hint: array[\"NAME\"], "},
        {"{'descr': ('<i8', (2,)), " F ", " S "}", 32, "expected a header"},
        {"{'descr': 'a very long name of a type', " F ", " S "}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': 2}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (2}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (-2,)}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (2.0,)}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (,)}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (1 2)}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (99999999999999999999,)}", 16, "expected a header"},
        {"{" D ", " F ", 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
         "1,2)}",
         16, "expected a header"},
        {"{" D ", " F ", 'shape': (4294967296, 4294967296)}", 0, "impossible"},
        {"{" D ", 'fortran_order': True, 'shape': (4294967296, 4294967296)}", 0, "impossible"},
        {"{" D ", " F ", 'shape': (2305843009213693954,)}", 16, "impossible"},
        {"{" D ", " F ", 'shape': (1152921504606846975,)}", 16, "expected 9223372036854775800"},
        {"{" D ", " F ", " S "}", 15, "expected 16 bytes of data, found 15"},
        {"{" D ", " F ", " S "}", 17, "expected 16 bytes of data, found 17"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_array array = {0};
        forge(rows[i].header, rows[i].n);
        assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA, rows[i].part);
        assert_memory_equal(gfn_error_message(), "file: ", 6);
        assert_null(array.data);
    }
}

static void other_files_are_rejected(void **state)
{
    (void)state;
    struct gfn_array array = {0};
    static const char zero[] =
        "\x93NUMPY\x01\x00\x48\x00{" D ", " F ", 'shape': (0,)}\0               \n";
    put_bytes("file", zero, sizeof zero - 1);
    assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA, "file: expected a header");
    put_text("file", "\x93NUMPY\x04\x01 not version 1.0");
    assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA,
                   "version 1.0, 2.0 or 3.0, found 4.1 (hint: ");
    put_bytes("file", "\x93NUMPY\0\0 not version 1.0", 20);
    assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA, "found 0.0");
    put_bytes("file", "\x93NUMPY\x02\0\xff\xff\xff\xff{", 13);
    assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA,
                   "expected a header of 4294967295 bytes, found 1 (hint: the file is cut)");
    put_text("file", "a text that is longer than ten bytes");
    assert_refused(gfn_npy_load("file", GFN_F64, &array), GFN_EDATA, "in NumPy's format");
    assert_refused(gfn_npy_load("none", GFN_F64, &array), GFN_EIO, "none: cannot open the file");
    assert_null(array.data);
}

static void a_truncated_file_is_rejected(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_F64, 2, {3, 2}, numbers}, found = {0};
    assert_ok(gfn_npy_save("file", &array));
    for (off_t cut = 128 + 48; cut-- > 0;) {
        assert_int_equal(truncate("file", cut), 0);
        assert_refused(gfn_npy_load("file", GFN_F64, &found), GFN_EDATA, "file: expected ");
        assert_null(found.data);
    }
}

static void a_changed_byte_does_no_harm(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_F64, 2, {3, 2}, numbers};
    char bytes[256];
    uint64_t seed = 31;
    assert_ok(gfn_npy_save("file", &array));
    size_t n = get_bytes("file", bytes, sizeof bytes);
    for (size_t i = 0; i < 8 * 128; i++) {
        struct gfn_array found = {0};
        char before = bytes[i % 128];
        bytes[i % 128] = (char)next_random(&seed);
        put_bytes("file", bytes, n);
        gfn_status status = gfn_npy_load("file", i % 2 ? GFN_F64 : GFN_I32, &found);
        assert_true(status == GFN_OK || status == GFN_EDATA);
        gfn_release(&found.data);
        bytes[i % 128] = before;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(files_are_identical_to_those_of_numpy),
        scratch_test(arrays_are_read_back),
        scratch_test(the_longest_header_fits),
        scratch_test(a_failed_write_leaves_the_old_file),
        scratch_test(equivalent_headers_are_read),
        scratch_test(versions_with_long_headers_are_read),
        scratch_test(numbers_of_every_type_are_read),
        scratch_test(infinity_and_nan_are_read_as_reals),
        scratch_test(values_that_do_not_fit_are_rejected),
        scratch_test(axes_in_fortran_order_are_read),
        scratch_test(hints_are_of_the_wanted_type),
        scratch_test(malformed_headers_are_rejected),
        scratch_test(other_files_are_rejected),
        scratch_test(a_truncated_file_is_rejected),
        scratch_test(a_changed_byte_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
