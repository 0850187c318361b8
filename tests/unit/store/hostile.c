/* SPDX-License-Identifier: MIT
 *
 * A checkpoint that was cut, damaged or made up is refused with a message, and before memory is
 * taken for what it says of itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/gfn.h>

#include "base/memory.h"
#include "io/file.h"
#include "store/checkpoint.h"
#include "store/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define PATH "run/" GFN_CHECKPOINT_FILE

static gfn_comm *comm;
static char folder[256];

/* The checkpoint as the program wrote it; its header ends where the data begins. */
static unsigned char *whole;
static size_t n_whole, begin_of_data;

/* ---- how much the library asks for (linked with --wrap=calloc) ---- */

static size_t allocated;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) ||
        __builtin_add_overflow(allocated, bytes, &allocated))
        allocated = SIZE_MAX;
    return __real_calloc(n, size);
}

/* ---- whether code is loaded (linked with --wrap=dlopen) ---- */

static int loads;

void *__wrap_dlopen(const char *path, int flags);

void *__wrap_dlopen(const char *path, int flags)
{
    (void)path;
    (void)flags;
    loads++;
    return NULL;
}

/* ---- a run, and files in its place ---- */

static void put(const void *bytes, size_t n)
{
    remove(PATH); /* ext4 brings a file that is emptied and filled again to the disk at once */
    FILE *file = fopen(PATH, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Stopped halfway, so that it can go on. */
static int make_run(void)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_report report;
    uint64_t length;
    assert_int_equal(gfn_run_options_create(NULL, &options), GFN_OK);
    assert_int_equal(gfn_options_parse(options,
                                       "size=5 hidden=6,4 batch-size=17 iterations=20 samples=0 "
                                       "seed=2385 replay=reward replay-capacity=10 objective=mdb",
                                       "test"),
                     GFN_OK);
    assert_int_equal(gfn_run_create(comm, options, 1, &run), GFN_OK);
    assert_int_equal(gfn_trainer_create(run, &trainer), GFN_OK);
    assert_int_equal(gfn_trainer_keep(trainer, "run"), GFN_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    gfn_trainer_request_stop(trainer);
    assert_int_equal(gfn_trainer_step(trainer), GFN_OK);
    assert_int_equal(gfn_trainer_finish(trainer, &report), GFN_OK);
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
    assert_int_equal(gfn_file_read(PATH, SIZE_MAX / 4, &whole, &n_whole), GFN_OK);
    memcpy(&length, whole, 8);
    begin_of_data = 8 + (size_t)length;
    return 0;
}

static int open_folder(void **unused)
{
    (void)unused;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/gfn-hostile-XXXXXX", tmp ? tmp : ".");
    return mkdtemp(folder) == NULL || chdir(folder) != 0 || gfn_comm_open_serial(&comm) != GFN_OK ||
           make_run();
}

static int close_folder(void **unused)
{
    (void)unused;
    char command[320];
    gfn_release(&whole);
    gfn_comm_close(&comm);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") != 0 || system(command);
}

static int put_whole(void **unused)
{
    (void)unused;
    put(whole, n_whole);
    return 0;
}

/* What `gfn-dist eval` does. */
static gfn_status load(void)
{
    gfn_run *run = NULL;
    gfn_status status = gfn_run_load(comm, "run", 1, &run);
    assert_true((status == GFN_OK) == (run != NULL));
    gfn_run_destroy(&run);
    return status;
}

/* What `gfn-dist --resume` does: more of the file is read. */
static gfn_status go_on(void)
{
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_status status = gfn_run_resume(comm, "run", NULL, 0, &run);
    if (status == GFN_OK)
        status = gfn_trainer_create(run, &trainer);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    return status;
}

/* Refused as data that is wrong, with `part` in a message on one line. */
static void assert_refused(gfn_status status, const char *part, size_t place)
{
    const char *message = gfn_error_message();
    if (status != GFN_EDATA || strstr(message, part) == NULL || strchr(message, '\n') != NULL)
        fail_msg("byte %zu: expected GFN_EDATA and \"%s\", found %s: %s", place, part,
                 gfn_status_name(status), message);
}

/* ---- damage ---- */

static void the_checkpoint_itself_is_good(void **unused)
{
    (void)unused;
    assert_int_equal(load(), GFN_OK);
    assert_int_equal(go_on(), GFN_OK);
}

static void a_checkpoint_cut_at_any_byte_is_refused(void **unused)
{
    (void)unused;
    for (size_t n = n_whole; n-- > 0;) {
        assert_int_equal(truncate(PATH, (off_t)n), 0);
        assert_refused(load(), PATH ": ", n);
        if (n % 16 == 0)
            assert_refused(go_on(), PATH ": ", n);
    }
}

static void a_checkpoint_with_more_behind_it_is_refused(void **unused)
{
    (void)unused;
    unsigned char *more = malloc(n_whole + 1);
    assert_non_null(more);
    memcpy(more, whole, n_whole);
    more[n_whole] = 0;
    put(more, n_whole + 1);
    assert_refused(load(), PATH ": ", n_whole);
    free(more);
}

/* Names of moments and modes mean nothing to who only measures a run: going on refuses all. */
static void a_flipped_bit_in_the_header_is_found(void **unused)
{
    (void)unused;
    size_t refused = 0;
    for (size_t bit = 0; bit < 8 * begin_of_data; bit++) {
        whole[bit / 8] ^= (unsigned char)(1 << bit % 8);
        put(whole, n_whole);
        assert_refused(go_on(), "", bit / 8);
        if (bit % 3 == 0)
            refused += load() == GFN_EDATA;
        whole[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(refused > 8 * begin_of_data / 3 / 2);
}

static void a_flipped_bit_in_the_data_is_found(void **unused)
{
    (void)unused;
    for (size_t byte = begin_of_data; byte < n_whole; byte++) {
        const unsigned char mask = (unsigned char)(1 << byte % 8);
        whole[byte] ^= mask;
        put(whole, n_whole);
        assert_refused(load(), "the data is damaged", byte);
        whole[byte] ^= mask;
    }
}

/* ---- lies: files that are whole, with all checksums right ---- */

typedef struct lie {
    const char *name, *value; /* a text of the metadata; value NULL: it is missing */
    const char *part;         /* of the message */
} lie;

/* The checkpoint with another text, or with `array` in the place of the one of that name. */
static void forge(const lie *text, const struct gfn_array *array)
{
    gfn_safetensors *file = NULL;
    put(whole, n_whole);
    assert_int_equal(gfn_safetensors_load(PATH, &file), GFN_OK);
    struct gfn_tensors all = *gfn_safetensors_contents(file);
    struct gfn_text texts[96];
    struct gfn_array arrays[32];
    assert_true(all.n_texts < COUNT(texts) && all.n_arrays < COUNT(arrays));
    size_t n_texts = 0, n_arrays = 0;
    for (size_t i = 0; i < all.n_texts; i++) {
        texts[n_texts] = all.texts[i];
        const bool is_it = text && strcmp(text->name, all.texts[i].name) == 0;
        if (is_it)
            texts[n_texts].value = text->value;
        n_texts += (!is_it || text->value) && strcmp(all.texts[i].name, "data_crc32") != 0 &&
                   strcmp(all.texts[i].name, GFN_CHECKPOINT_TEXTS_CRC) != 0;
    }
    for (size_t i = 0; i < all.n_arrays; i++) {
        const bool is_it = array && strcmp(array->name, all.arrays[i].name) == 0;
        arrays[n_arrays] = is_it ? *array : all.arrays[i];
        n_arrays += !is_it || array->data;
    }
    struct gfn_tensors made = {n_arrays, arrays, n_texts, texts};
    char crc[9];
    snprintf(crc, sizeof crc, "%08x", (unsigned)gfn_checkpoint_texts_crc(&made));
    texts[made.n_texts++] = (struct gfn_text){GFN_CHECKPOINT_TEXTS_CRC, crc};
    assert_int_equal(gfn_safetensors_save(PATH, NULL, &made), GFN_OK);
    gfn_safetensors_destroy(&file);
}

static const lie lies[] = {
    /* Networks and worlds of gigabytes. */
    {"config.hidden", "32768,32768", "expected F32 [25, 32768], found F32 [25, 6]"},
    {"config.hidden", "6,65536", "expected F32 [6, 65536], found F32 [6, 4]"},
    {"config.hidden", "6,4,65536,16384", "expected F32 [4, 65536], found F32 [4, 3]"},
    {"config.hidden", "none", "expected F32 [25, 3], found F32 [25, 6]"},
    {"config.hidden", "6", "expected F32 [6, 3], found F32 [6, 4]"},
    {"config.size", "16000", "found a layer of 256000000 x 6 weights"},
    {"config.size", "2147483647", "hypergrid: "},
    {"config.ndim", "6", "expected F32 [30, 6]"},
    {"config.ndim", "32", "expected F32 [160, 6]"},
    {"config.encoding", "khot", "expected F32 [10, 6]"},
    /* Options that are none. */
    {"config.env", "bitseq", "or the path of a plug-in such as ./my.so, found \"bitseq\""},
    {"config.env", NULL, "expected one of hypergrid"},
    {"config.size", "1", "size: expected an integer"},
    {"config.size", "", "size: expected an integer"},
    {"config.lr", "nan", "lr: expected a number"},
    {"config.hidden", "1,,2", "hidden: expected"},
    {"config.r0", "0", "r0 is 0"},
    {"config.schedule", "cosine|linear", "schedule: expected one of"},
    {"config.iterations", "9007199254740993", "iterations: expected an integer"},
    /* Facts. */
    {"format", "gfn-dist checkpoint 999", "gfn-dist checkpoint 999"},
    {"format", "\x1b[2J\n", "found \"?[2J?\""},
    {"format", NULL, "found none"},
    {"iteration", "-1", "found \"-1\" (hint: use another copy)"},
    {"iteration", "9223372036854775807",
     "iteration from 0 to 2^53, found \"9223372036854775807\" (hint: "},
    {"iteration", "12x", "found \"12x\" (hint: "},
    {"iteration", NULL, "expected an iteration from 0 to 2^53, found none (hint: "},
};

static void what_a_checkpoint_says_must_be_in_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(lies); i++) {
        forge(&lies[i], NULL);
        allocated = 0;
        assert_refused(load(), lies[i].part, i);
        assert_refused(go_on(), lies[i].part, i);
        if (allocated > 8 << 20)
            fail_msg("%s = %s: %zu bytes were taken", lies[i].name, lies[i].value, allocated);
    }
    forge(&(lie){"config.seed", "77", NULL}, NULL); /* no forged file is refused for being one */
    assert_int_equal(go_on(), GFN_OK);
}

static void what_only_training_or_a_model_needs_is_checked_there(void **unused)
{
    (void)unused;
    static const lie rows[] = {
        {"loss", "inf", "expected a finite number as loss, found \"inf\" (hint: use another copy)"},
        {"loss", "", "as loss, found \"\" (hint: "},
        {"modes_newest", "many", "expected an iteration as modes_newest, found \"many\" (hint: "},
        {"config.backward", "given", "backward: expected one of"},
        {"config.objective", "detailed", "objective: expected one of"},
        {"config.terminal-states", "objects.npy", "terminal-states: expected --replay none"},
        {"config.replay-share", "1", "replay-share: expected a share"},
        {"config.loss", "cubic", "loss: expected one of"},
        {"config.loss-scale", "2", "loss-scale: expected none"},
        {"config.target-every", "4",
         "\"target.policy.0.weight\": expected F32 [25, 6], found none"},
        {"config.replay-capacity", "9", "\"replay\": expected at most 9 objects, found 10"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        forge(&rows[i], NULL);
        const gfn_status status = go_on();
        assert_true(status == GFN_EDATA || status == GFN_EINVAL);
        assert_non_null(strstr(gfn_error_message(), rows[i].part));
    }
}

static void tensors_of_other_kinds_are_refused(void **unused)
{
    (void)unused;
    static const float zeros[400];
    static const int32_t wild[][2] = {{4, 4}, {INT32_MIN, INT32_MAX}}, above[][2] = {{0, 5}};
    static const struct {
        struct gfn_array array;
        const char *part;
    } rows[] = {
        {{"log_z", GFN_F64, 1, {1}, zeros}, "\"log_z\": expected F32 [1], found F64 [1]"},
        {{"log_z", GFN_F32, 0, {0}, zeros}, "found F32 []"},
        {{"log_z", GFN_F32, 1, {2}, zeros}, "found F32 [2]"},
        {{"log_z", GFN_F32, 1, {1}, NULL}, "\"log_z\": expected F32 [1], found none"},
        {{"policy.0.weight", GFN_F32, 2, {6, 25}, zeros}, "found F32 [6, 25]"},
        {{"policy.1.bias", GFN_I32, 1, {4}, zeros}, "found I32 [4]"},
        {{"policy.2.bias", GFN_F32, 1, {0}, zeros}, "found F32 [0]"},
        {{"adam.m.log_z", GFN_F32, 2, {1, 1}, zeros}, "\"adam.m.log_z\": expected F32 [1]"},
        {{"adam.v.policy.0.weight", GFN_F32, 1, {150}, zeros}, "found F32 [150]"},
        {{"adam.v.policy.1.weight", GFN_F32, 1, {1}, NULL}, "found none of that name"},
        {{"modes", GFN_I64, 2, {1, 2}, zeros}, "\"modes\": expected int32 objects of 2 words"},
        {{"modes", GFN_I32, 2, {1, 3}, zeros}, "\"modes\": expected int32 objects of 2 words"},
        {{"modes", GFN_I32, 1, {4}, zeros}, "\"modes\": expected int32 objects of 2 words"},
        {{"modes", GFN_I32, 1, {4}, NULL}, "found none"},
        {{"replay", GFN_F32, 2, {1, 2}, zeros}, "\"replay\": expected int32 objects of 2 words"},
        {{"replay", GFN_I32, 2, {2, 1}, zeros}, "\"replay\": expected int32 objects of 2 words"},
        {{"replay", GFN_I32, 3, {1, 2, 2}, zeros}, "\"replay\": expected int32 objects of 2"},
        {{"replay", GFN_I32, 2, {1, 2}, NULL},
         "\"replay\": expected int32 objects of 2 words, "
         "found none"},
        {{"replay", GFN_I32, 2, {11, 2}, zeros}, "expected at most 10 objects, found 11"},
        {{"replay", GFN_I32, 2, {2, 2}, wild}, "\"replay\": row 1: expected an object of this"},
        {{"replay", GFN_I32, 2, {1, 2}, above}, "this hypergrid, found (0, 5)"},
        {{"top.object", GFN_I32, 2, {1, 3}, zeros}, "\"top.object\": expected int32 objects of 2"},
        {{"top.object", GFN_I32, 2, {1, 2}, above}, "\"top.object\": row 0: expected an object"},
        {{"top.object", GFN_I32, 2, {1, 2}, NULL}, "\"top.object\": expected int32 objects"},
        {{"top.log_reward", GFN_F64, 1, {1}, zeros}, "\"top.found\": expected ["},
        {{"top.found", GFN_I64, 2, {1, 2}, NULL}, "\"top.found\": expected ["},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        forge(NULL, &rows[i].array);
        assert_refused(go_on(), rows[i].part, i);
    }
}

static void refuse_plugin(const char *path, gfn_status status, const char *part, int expected_loads)
{
    loads = 0;
    forge(&(lie){"config.env", path, NULL}, NULL);
    for (int i = 0; i < 2; i++) {
        const gfn_status found = i ? go_on() : load();
        if (found != status || !strstr(gfn_error_message(), part))
            fail_msg("%s: expected \"%s\", found %s: %s", path, part, gfn_status_name(found),
                     gfn_error_message());
    }
    assert_int_equal(loads, expected_loads);
}

/* A checkpoint may come from anybody. */
static void
code_that_a_checkpoint_names_is_loaded_only_where_it_is_a_plug_in_of_the_user(void **unused)
{
    (void)unused;
    static const char code[] = "...gfn_env_plugin";
    char mine[300];
    snprintf(mine, sizeof mine, "%s/mine.so", folder);
    refuse_plugin("./mine.so", GFN_EDATA, "expected an absolute path of a plug-in", 0);
    refuse_plugin("mine.so", GFN_EDATA, "expected an absolute path of a plug-in", 0);
    refuse_plugin("/nowhere/mine.so", GFN_EIO, "/nowhere/mine.so, found nothing there", 0);
    refuse_plugin("/", GFN_EIO, "expected a plug-in of your own", 0);
    refuse_plugin("/dev/zero", GFN_EIO, "expected a plug-in of your own", 0);
    refuse_plugin("/etc/passwd", GFN_EDATA, "with the symbol gfn_env_plugin, found /etc/passwd", 0);
    assert_int_equal(gfn_file_replace(mine, NULL, code, sizeof code), GFN_OK);
    assert_int_equal(chmod(mine, 0666), 0);
    refuse_plugin(mine, GFN_EIO, "expected a plug-in of your own", 0);
    assert_int_equal(chmod(mine, 0644), 0);
    refuse_plugin(mine, GFN_EIO, "mine.so: cannot load the plug-in: ", 2);
}

/* More objects than are remembered, each of them out of the world. */
static void modes_that_are_none_do_no_harm(void **unused)
{
    (void)unused;
    enum { N = 70000 };
    int32_t *states = malloc(2 * N * sizeof *states);
    assert_non_null(states);
    for (int i = 0; i < 2 * N; i++)
        states[i] = INT32_MIN + 2385 * i;
    forge(NULL, &(struct gfn_array){"modes", GFN_I32, 2, {N, 2}, states});
    assert_int_equal(go_on(), GFN_OK);
    free(states);
}

#define hostile_test(f) cmocka_unit_test_setup(f, put_whole)

int main(void)
{
    const struct CMUnitTest tests[] = {
        hostile_test(the_checkpoint_itself_is_good),
        hostile_test(a_checkpoint_cut_at_any_byte_is_refused),
        hostile_test(a_checkpoint_with_more_behind_it_is_refused),
        hostile_test(a_flipped_bit_in_the_header_is_found),
        hostile_test(a_flipped_bit_in_the_data_is_found),
        hostile_test(what_a_checkpoint_says_must_be_in_it),
        hostile_test(what_only_training_or_a_model_needs_is_checked_there),
        hostile_test(tensors_of_other_kinds_are_refused),
        hostile_test(code_that_a_checkpoint_names_is_loaded_only_where_it_is_a_plug_in_of_the_user),
        hostile_test(modes_that_are_none_do_no_harm),
    };
    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
