/* SPDX-License-Identifier: MIT */
#include "tests/unit/io/scratch.h"

#include "base/memory.h"
#include "io/npy.h"

static const int64_t counts[6] = {3, -1, INT64_MAX, 0, 17, 4096};
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
    assert_ok(gfn_npy_load("file", &found));
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
    assert_read_back(&(struct gfn_array){NULL, GFN_I64, 2, {2, 3}, counts});
    assert_read_back(&(struct gfn_array){NULL, GFN_F64, 1, {6}, numbers});
    assert_read_back(&(struct gfn_array){NULL, GFN_F64, 0, {0}, numbers});
    assert_read_back(&(struct gfn_array){NULL, GFN_I64, 1, {0}, NULL});
    struct gfn_array deep = {NULL, GFN_I64, 32, {0}, counts};
    for (int i = 0; i < 32; i++)
        deep.shape[i] = i % 16 == 5 ? 2 : 1;
    assert_read_back(&deep);
}

static void the_longest_header_fits(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_U8, 32, {0}, NULL};
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

/* Write a file with this text as its header and n bytes of data. */
static void forge(const char *header, size_t n)
{
    unsigned char data[2048] = "\x93NUMPY\x01\x00";
    size_t length = strlen(header);
    data[8] = (unsigned char)length;
    data[9] = (unsigned char)(length >> 8);
    memcpy(data + 10, header, length);
    put_bytes("file", data, 10 + length + n);
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
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct gfn_array array;
        forge(headers[i], 16);
        assert_ok(gfn_npy_load("file", &array));
        assert_int_equal(array.ndim, i == 2 ? 2 : 1);
        assert_int_equal(array.shape[array.ndim - 1], 2);
        gfn_release(&array.data);
    }
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
        {"{" D ", 'fortran_order': True, " S "}", 16, "found one in Fortran order (hint: numpy."},
        {"{" D ", 'fortran_order': None, " S "}", 16, "expected a header"},
        {"{'descr': '>i8', " F ", " S "}", 16, "found '>i8' (hint: array.astype"},
        {"{'descr': '<c8', " F ", " S "}", 16, "found '<c8' (hint: array.astype"},
        {"{'descr': 'I64', " F ", " S "}", 16, "found 'I64' (hint: array.astype"},
        {"{'descr': '|O', " F ", " S "}", 16, "found '|O' (hint: array.astype"},
        {"{'descr': [('a', '<i8')], " F ", " S "}", 16, "expected a header"},
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
        {"{" D ", " F ", 'shape': (2305843009213693954,)}", 16, "impossible"},
        {"{" D ", " F ", 'shape': (1152921504606846975,)}", 16, "expected 9223372036854775800"},
        {"{" D ", " F ", " S "}", 15, "expected 16 bytes of data, found 15"},
        {"{" D ", " F ", " S "}", 17, "expected 16 bytes of data, found 17"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_array array = {0};
        forge(rows[i].header, rows[i].n);
        assert_refused(gfn_npy_load("file", &array), GFN_EDATA, rows[i].part);
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
    assert_refused(gfn_npy_load("file", &array), GFN_EDATA, "file: expected a header");
    put_text("file", "\x93NUMPY\x02 not version 1.0");
    assert_refused(gfn_npy_load("file", &array), GFN_EDATA, "version 1.0, found another");
    put_text("file", "a text that is longer than ten bytes");
    assert_refused(gfn_npy_load("file", &array), GFN_EDATA, "expected a file in NumPy's format");
    assert_refused(gfn_npy_load("none", &array), GFN_EIO, "none: cannot open the file");
    assert_null(array.data);
}

static void a_truncated_file_is_rejected(void **state)
{
    (void)state;
    struct gfn_array array = {NULL, GFN_F64, 2, {3, 2}, numbers}, found = {0};
    assert_ok(gfn_npy_save("file", &array));
    for (off_t cut = 128 + 48; cut-- > 0;) {
        assert_int_equal(truncate("file", cut), 0);
        assert_refused(gfn_npy_load("file", &found), GFN_EDATA, "file: expected ");
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
        gfn_status status = gfn_npy_load("file", &found);
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
        scratch_test(malformed_headers_are_rejected),
        scratch_test(other_files_are_rejected),
        scratch_test(a_truncated_file_is_rejected),
        scratch_test(a_changed_byte_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
