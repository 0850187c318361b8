/* SPDX-License-Identifier: MIT
 *
 * Files are read back as they were written, and malformed files are rejected without harm.
 */
#include "tests/unit/io/scratch.h"

#include "io/crc.h"
#include "io/safetensors.h"

static const float weight[6] = {2.385f, -0.5f, 1e-30f, 3.0f, -17.25f, 6e7f};
static const double log_z[1] = {-1.0 / 3.0};
static const int64_t iteration[2] = {INT64_MIN, 4611686018427387905};
static const int32_t widths[3] = {-31, 7, 255};
static const uint64_t counter[1] = {0xfedcba9876543210u};
static const uint32_t mask[2] = {0xdeadbeef, 5};
static const uint8_t bytes3[3] = {1, 127, 255};

/* Narrow arrays come first, so that the others are not aligned by chance. */
static const struct gfn_array arrays[] = {
    {"bytes", GFN_U8, 1, {3}, bytes3},
    {"policy.0.weight", GFN_F32, 2, {2, 3}, weight},
    {"log_z", GFN_F64, 0, {0}, log_z},
    {"nothing", GFN_F64, 3, {4, 0, 2}, NULL},
    {"iteration", GFN_I64, 1, {2}, iteration},
    {"deep", GFN_I32, 8, {1, 1, 3, 1, 1, 1, 1, 1}, widths},
    {"counter", GFN_U64, 1, {1}, counter},
    {"mask", GFN_U32, 1, {2}, mask},
};
enum { N_ARRAYS = sizeof arrays / sizeof arrays[0] };

static const struct gfn_text texts[] = {
    {"format", "gfn"},
    {"config", "size = 16\nout = \"a b\"\n# \\ \t\xc3\xa4\n"},
    {"empty", ""},
};
enum { N_TEXTS = sizeof texts / sizeof texts[0] };

static const struct gfn_tensors tensors = {N_ARRAYS, arrays, N_TEXTS, texts};

/* ---- writing ---- */

static void files_have_the_documented_bytes(void **state)
{
    (void)state;
    /* Computed with Python: "%08x" % zlib.crc32(struct.pack("<2f", 2.385, -0.5)). */
    static const char header[] = "{\"__metadata__\":{\"data_crc32\":\"f3111f3d\",\"k\":\"v\"},"
                                 "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}"
                                 "       ";
    struct gfn_array w = {"w", GFN_F32, 2, {1, 2}, weight};
    struct gfn_text k = {"k", "v"};
    unsigned char found[300];
    assert_ok(gfn_safetensors_save("file", NULL, &(struct gfn_tensors){1, &w, 1, &k}));
    size_t n = get_bytes("file", (char *)found, sizeof found);
    assert_int_equal(n, 8 + strlen(header) + 8);
    assert_int_equal(strlen(header) % 8, 0);
    assert_int_equal(found[0], strlen(header));
    for (int i = 1; i < 8; i++)
        assert_int_equal(found[i], 0);
    assert_memory_equal(found + 8, header, strlen(header));
    assert_memory_equal(found + n - 8, weight, 8);
}

static void everything_is_read_back(void **state)
{
    (void)state;
    gfn_safetensors *file;
    assert_ok(gfn_safetensors_save("file", NULL, &tensors));
    assert_ok(gfn_safetensors_load("file", &file));
    for (size_t i = 0; i < N_ARRAYS; i++) {
        struct gfn_array array = arrays[i];
        size_t n;
        assert_ok(gfn_safetensors_find(file, &array));
        assert_int_equal((uintptr_t)array.data % gfn_dtype_size(array.dtype), 0);
        assert_true(gfn_array_bytes(&array, &n));
        if (n > 0)
            assert_memory_equal(array.data, arrays[i].data, n);
    }
    for (size_t i = 0; i < N_TEXTS; i++)
        assert_string_equal(gfn_safetensors_text(file, texts[i].name), texts[i].value);
    assert_null(gfn_safetensors_text(file, "none"));
    assert_int_equal(gfn_safetensors_contents(file)->n_arrays, N_ARRAYS);
    assert_int_equal(gfn_safetensors_contents(file)->n_texts, N_TEXTS + 1);
    gfn_safetensors_destroy(&file);
    assert_null(file);
    gfn_safetensors_destroy(&file);
}

static void an_empty_file_of_tensors_is_read_back(void **state)
{
    (void)state;
    gfn_safetensors *file;
    assert_ok(gfn_safetensors_save("file", NULL, &(struct gfn_tensors){0}));
    assert_ok(gfn_safetensors_load("file", &file));
    assert_int_equal(gfn_safetensors_contents(file)->n_arrays, 0);
    gfn_safetensors_destroy(&file);
}

static void mismatches_name_what_was_expected_and_found(void **state)
{
    (void)state;
    gfn_safetensors *file;
    assert_ok(gfn_safetensors_save("file", NULL, &tensors));
    assert_ok(gfn_safetensors_load("file", &file));
    struct gfn_array array = {"policy.0.weight", GFN_F32, 2, {3, 2}, NULL};
    assert_refused(gfn_safetensors_find(file, &array), GFN_EDATA,
                   "tensor \"policy.0.weight\": expected F32 [3, 2], found F32 [2, 3]");
    array = (struct gfn_array){"log_z", GFN_F32, 1, {1}, NULL};
    assert_refused(gfn_safetensors_find(file, &array), GFN_EDATA, "F32 [1], found F64 []");
    array.name = "log_y";
    assert_refused(gfn_safetensors_find(file, &array), GFN_EDATA, "found none of that name");
    assert_null(array.data);
    gfn_safetensors_destroy(&file);
}

static void invalid_names_are_rejected(void **state)
{
    (void)state;
    static const struct {
        const char *name, *other, *text, *part;
    } rows[] = {
        {"w", "w", "t", "\"w\" is given twice"}, {"w", "__metadata__", "t", "reserved"},
        {"w", "v", "data_crc32", "reserved"},    {"w", "\xff", "t", "not UTF-8"},
        {"w", "v", "\xff", "not UTF-8"},
    };
    put_text("file", "old");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gfn_array two[2] = {{rows[i].name, GFN_F32, 1, {6}, weight},
                                   {rows[i].other, GFN_F32, 1, {6}, weight}};
        struct gfn_text text = {rows[i].text, "x"};
        struct gfn_tensors both = {2, two, 1, &text};
        assert_refused(gfn_safetensors_save("file", NULL, &both), GFN_EINVAL, rows[i].part);
    }
    struct gfn_text text = {"config", "caf\xe9"};
    assert_refused(gfn_safetensors_save("file", NULL, &(struct gfn_tensors){0, NULL, 1, &text}),
                   GFN_EINVAL, "the text \"config\" is not UTF-8");
    struct gfn_array bad = {"bad", GFN_F32, 2, {3, -1}, weight};
    assert_refused(gfn_safetensors_save("file", NULL, &(struct gfn_tensors){1, &bad, 0, NULL}),
                   GFN_EINVAL, "the shape of \"bad\" is impossible");
    assert_true(holds("file", "old"));
    assert_int_equal(count_names(), 1);
}

static void a_full_disk_leaves_the_old_files(void **state)
{
    (void)state;
    static const float large[5000] = {2.385f};
    struct gfn_array w = {"w", GFN_F32, 1, {5000}, large};
    gfn_safetensors *file;
    assert_ok(gfn_safetensors_save("file", "kept", &tensors));
    assert_ok(gfn_safetensors_save("file", "kept", &tensors));
    for (rlim_t room = 0; room < 20000; room += 1237) {
        limit_files(room);
        gfn_status status =
            gfn_safetensors_save("file", "kept", &(struct gfn_tensors){1, &w, 0, NULL});
        limit_files(RLIM_INFINITY);
        assert_refused(status, GFN_EIO, "file: cannot write");
        assert_int_equal(count_names(), 2);
    }
    for (int i = 0; i < 2; i++) {
        assert_ok(gfn_safetensors_load(i ? "kept" : "file", &file));
        assert_int_equal(gfn_safetensors_contents(file)->n_arrays, N_ARRAYS);
        gfn_safetensors_destroy(&file);
    }
}

/* ---- reading ---- */

/* Write a file with this header and n bytes of data: 0, 1, 2 ... */
static void forge(const char *header, size_t n)
{
    unsigned char data[4096] = {0};
    size_t length = strlen(header);
    data[0] = (unsigned char)length;
    data[1] = (unsigned char)(length >> 8);
    memcpy(data + 8, header, length);
    for (size_t i = 0; i < n; i++)
        data[8 + length + i] = (unsigned char)i;
    put_bytes("file", data, 8 + length + n);
}

#define A(offsets) "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" offsets "}}"
#define B(dtype, shape, offsets)                                                                   \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void files_of_other_programs_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t n, arrays;
    } rows[] = {
        {"{}", 0, 0},
        {"{}      ", 0, 0},
        {A("[0,8]"), 8, 1}, /* no checksum; the length is not a multiple of 8 */
        {A("[0,8]") "   ", 8, 1},
        {"{\"__metadata__\":{}, \"a\":" B("U8", "[3]", "[8,11]") ",\"b\":" B("F64", "[]",
                                                                             "[0,8]") "}",
         11, 2},
        {"{\"a\":" B("F64", "[0]", "[3,3]") ",\"b\":" B("U8", "[3]", "[0,3]") "}", 3, 2},
        {"{\"a\":" B("U8", "[3]", "[0,3]") ",\"b\":" B("F64", "[0, 5]", "[0,0]") "}", 3, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_safetensors *file;
        forge(rows[i].header, rows[i].n);
        assert_ok(gfn_safetensors_load("file", &file));
        assert_int_equal(gfn_safetensors_contents(file)->n_arrays, rows[i].arrays);
        gfn_safetensors_destroy(&file);
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
        {"", 0, "not a JSON object"},
        {"[]", 0, "it is something else"},
        {"{} x", 0, "not a JSON object"},
        {"{\"a\":", 9, "not a JSON object"},
        {"{\"a\":1}", 0, "\"a\": expected dtype, shape and two data_offsets"},
        {"{\"a\":{}}", 0, "\"a\": expected dtype"},
        {A("[0,8],\"more\":1"), 8, "no more"},
        {A("[0,8,9]"), 8, "no more"},
        {A("[0]"), 8, "two data_offsets"},
        {A("[0,8.0]"), 8, "two data_offsets"},
        {A("[0,\"8\"]"), 8, "two data_offsets"},
        {A("[0,99999999999999999999]"), 8, "not a JSON object"},
        {A("[0,8]"), 7, "within 7 bytes"},
        {A("[0,8]"), 9, "expected 8 bytes of data, found 9"},
        {A("[-8,0]"), 8, "found -8 to 0"},
        {A("[8,0]"), 8, "found 8 to 0"},
        {A("[9223372036854775800,9223372036854775807]"), 8, "within 8 bytes"},
        {A("[-9223372036854775807,9223372036854775807]"), 8, "within 8 bytes"},
        {A("[0,4]"), 8, "do not fit its 4 bytes"},
        {A("[8,16]"), 16, "hole"},
        {A("[2,10]"), 10, "not aligned"},
        {"{\"a\":" B("F16", "[4]", "[0,8]") "}", 8, "the dtype F16 is unknown"},
        {"{\"a\":" B("<f4", "[2]", "[0,8]") "}", 8, "unknown"},
        {"{\"a\":" B("U8", "[-8]", "[0,8]") "}", 8, "do not fit"},
        {"{\"a\":" B("U8", "[-2,-4]", "[0,8]") "}", 8, "do not fit"},
        {"{\"a\":" B("U8", "[8.0]", "[0,8]") "}", 8, "not an integer"},
        {"{\"a\":" B("U8", "8", "[0,8]") "}", 8, "expected a shape"},
        {"{\"a\":" B("U8", "{}", "[0,8]") "}", 8, "expected a shape"},
        {"{\"a\":" B("U8", "[4294967296,4294967296]", "[0,0]") "}", 0, "do not fit"},
        {"{\"a\":" B("F64", "[2305843009213693953]", "[0,8]") "}", 8, "do not fit"},
        {"{\"a\":" B("U8", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8]",
                     "[0,8]") "}",
         8, "at most 32 lengths"},
        {"{\"a\":" B("U8", "[8]", "[0,8]") ",\"b\":" B("U8", "[4]", "[4,8]") "}", 8, "overlap"},
        {"{\"a\":" B("U8", "[8]", "[0,8]") ",\"b\":" B("U8", "[8]", "[0,8]") "}", 8, "overlap"},
        {"{\"a\":" B("U8", "[3]", "[0,3]") ",\"b\":" B("U8", "[4]", "[4,8]") "}", 8, "hole"},
        {"{\"a\":" B("U8", "[4]", "[0,4]") ",\"a\":" B("U8", "[4]", "[4,8]") "}", 8, "not a JSON"},
        {"{\"a\\u0000\":" B("U8", "[8]", "[0,8]") "}", 8, "not a JSON object"},
        {"{\"\xff\":" B("U8", "[8]", "[0,8]") "}", 8, "not a JSON object"},
        {"{\"__metadata__\":[]}", 0, "\"__metadata__\" is not a JSON object"},
        {"{\"__metadata__\":{\"k\":1}}", 0, "\"k\" is not text"},
        {"{\"__metadata__\":{\"data_crc32\":\"00000000\"},"
         "\"a\":" B("U8", "[8]", "[0,8]") "}",
         8, "the data is damaged: expected the checksum 00000000, found 88aa689f"},
        {"{\"__metadata__\":{\"data_crc32\":\"88aa689g\"},"
         "\"a\":" B("U8", "[8]", "[0,8]") "}",
         8, "damaged"},
        {"{\"__metadata__\":{\"data_crc32\":\"088aa689f\"},"
         "\"a\":" B("U8", "[8]", "[0,8]") "}",
         8, "damaged"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gfn_safetensors *file = NULL;
        forge(rows[i].header, rows[i].n);
        assert_refused(gfn_safetensors_load("file", &file), GFN_EDATA, rows[i].part);
        assert_memory_equal(gfn_error_message(), "file: ", 6);
        assert_null(file);
    }
}

static void wrong_lengths_of_headers_are_rejected(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {17,
                                       1000,
                                       100000001,
                                       (uint64_t)1 << 31,
                                       (uint64_t)1 << 32,
                                       (uint64_t)1 << 63,
                                       UINT64_MAX - 7,
                                       UINT64_MAX};
    unsigned char data[24] = "12345678{}";
    gfn_safetensors *file = NULL;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memcpy(data, &lengths[i], 8);
        put_bytes("file", data, sizeof data);
        assert_refused(gfn_safetensors_load("file", &file), GFN_EDATA,
                       "expected a header of at most 16 bytes, found the length ");
    }
    assert_null(file);
}

static void deeply_nested_json_is_rejected(void **state)
{
    (void)state;
    static char header[60000];
    unsigned char length[8] = {sizeof header & 255, sizeof header >> 8};
    gfn_safetensors *file = NULL;
    memset(header, '[', sizeof header);
    FILE *out = fopen("file", "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(length, 8, 1, out), 1);
    assert_int_equal(fwrite(header, sizeof header, 1, out), 1);
    assert_int_equal(fclose(out), 0);
    assert_refused(gfn_safetensors_load("file", &file), GFN_EDATA, "not a JSON object");
}

static void a_truncated_file_is_rejected(void **state)
{
    (void)state;
    static char whole[8192];
    gfn_safetensors *file = NULL;
    assert_ok(gfn_safetensors_save("file", NULL, &tensors));
    size_t n = get_bytes("file", whole, sizeof whole);
    for (size_t cut = n; cut-- > 0;) {
        assert_int_equal(truncate("file", (off_t)cut), 0);
        assert_refused(gfn_safetensors_load("file", &file), GFN_EDATA, "file: ");
        assert_null(file);
    }
    put_bytes("file", whole, n + 1);
    assert_refused(gfn_safetensors_load("file", &file), GFN_EDATA, "bytes of data, found");
}

/* A flipped bit in the data is always detected; one in the header may just change a name or
 * text. */
static void a_flipped_bit_does_no_harm(void **state)
{
    (void)state;
    static char whole[8192];
    assert_ok(gfn_safetensors_save("file", NULL, &tensors));
    size_t n = get_bytes("file", whole, sizeof whole), refused = 0;
    size_t begin = 8 + (unsigned char)whole[0] + ((size_t)(unsigned char)whole[1] << 8);
    for (size_t bit = 0; bit < 8 * n; bit += 3) {
        gfn_safetensors *file = NULL;
        whole[bit / 8] = (char)(whole[bit / 8] ^ (1 << bit % 8));
        put_bytes("file", whole, n);
        gfn_status status = gfn_safetensors_load("file", &file);
        assert_true(status == GFN_EDATA || (status == GFN_OK && bit / 8 < begin));
        refused += status == GFN_EDATA;
        gfn_safetensors_destroy(&file);
        whole[bit / 8] = (char)(whole[bit / 8] ^ (1 << bit % 8));
    }
    assert_true(refused > 8 * (n - begin) / 3);
}

static void a_missing_file_is_not_reported_as_damaged(void **state)
{
    (void)state;
    gfn_safetensors *file = NULL;
    assert_refused(gfn_safetensors_load("none", &file), GFN_EIO, "none: cannot open the file");
    assert_null(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(files_have_the_documented_bytes),
        scratch_test(everything_is_read_back),
        scratch_test(an_empty_file_of_tensors_is_read_back),
        scratch_test(mismatches_name_what_was_expected_and_found),
        scratch_test(invalid_names_are_rejected),
        scratch_test(a_full_disk_leaves_the_old_files),
        scratch_test(files_of_other_programs_are_read),
        scratch_test(malformed_headers_are_rejected),
        scratch_test(wrong_lengths_of_headers_are_rejected),
        scratch_test(deeply_nested_json_is_rejected),
        scratch_test(a_truncated_file_is_rejected),
        scratch_test(a_flipped_bit_does_no_harm),
        scratch_test(a_missing_file_is_not_reported_as_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
