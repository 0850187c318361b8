/* SPDX-License-Identifier: MIT
 *
 * Fuzzes whole checkpoints: gfn_run_load() with evaluation and sampling, and gfn_run_resume() with
 * two steps of training.
 *
 * An input is a file, or lines of text that change a real checkpoint, whose lengths and checksums
 * are then corrected. Such inputs stay useful if the format changes:
 *
 *     - "config.hidden":"3"        remove this text from the header,
 *     + "config.hidden":"32768"    and insert this one there
 *     data 100                     cut the data to 100 bytes, or add zeros
 *     word 2 -1                    set the second int32 from the end of the data to -1
 *     cut 2000                     cut the file to 2000 bytes
 *     unsealed                     do not correct the checksums
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "fuzz.h"

#include <unistd.h>

#include <gfn/gfn.h>

#include "forge.h"
#include "io/safetensors.h"
#include "store/checkpoint.h"
#include "store/names.h"

enum { LONGEST = 1 << 16 };

/* Limit of the memory for a small job, FIXED_BYTES + TIMES_FILE * size of the file; and the
 * definition of a small job. */
enum { FIXED_BYTES = 128 << 20, TIMES_FILE = 256, SMALL_BATCH = 256, SMALL_REPLAY = 100000 };
#define MOST_AT_ONCE ((size_t)1 << 30)

static gfn_comm *comm;
static char folder[512], checkpoint[600], previous[600]; /* files in the folder */
static uint8_t real[LONGEST];                            /* a checkpoint as the program writes it */
static size_t n_real;

/* ---- counting allocated memory ---- */

static size_t allocated;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

/* The library allocates all memory with this function (linked with --wrap=calloc). */
void *__wrap_calloc(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) ||
        __builtin_add_overflow(allocated, bytes, &allocated))
        allocated = SIZE_MAX;
    return bytes > MOST_AT_ONCE ? NULL : __real_calloc(n, size);
}

/* ---- files ---- */

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    claim(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0, "%s", path);
}

static void clean_up(void)
{
    char command[600];
    gfn_comm_close(&comm);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", folder);
}

static void must(gfn_status status)
{
    claim(status == GFN_OK, "%s", gfn_error_message());
}

/* Make a checkpoint: that of a small run that is stopped halfway. */
static void make_real(void)
{
    gfn_options *options = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_report report;
    must(gfn_run_options_create(NULL, &options));
    must(gfn_options_parse(options,
                           "size=3 hidden=2 batch-size=4 iterations=4 samples=0 picture=no "
                           "seed=2385 replay=fifo replay-capacity=7",
                           "fuzz"));
    must(gfn_run_create(comm, options, 1, &run));
    must(gfn_trainer_create(run, &trainer));
    must(gfn_trainer_keep(trainer, folder));
    must(gfn_trainer_step(trainer));
    gfn_trainer_request_stop(trainer);
    must(gfn_trainer_step(trainer));
    must(gfn_trainer_finish(trainer, &report));
    gfn_draw_clear(&report.draw);
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&options);
}

/* Read the checkpoint, and check that it can be loaded: otherwise changes to it would test
 * nothing. */
static void read_real(void)
{
    gfn_run *run = NULL;
    snprintf(checkpoint, sizeof checkpoint, "%s/" GFN_CHECKPOINT_FILE, folder);
    snprintf(previous, sizeof previous, "%s/" GFN_CHECKPOINT_PREVIOUS, folder);
    unlink(previous); /* or it would be loaded instead of a damaged checkpoint */
    must(gfn_run_load(comm, folder, 1, &run));
    claim(gfn_run_iteration(run) == 2, "%lld", (long long)gfn_run_iteration(run));
    gfn_run_destroy(&run);
    FILE *file = fopen(checkpoint, "rb");
    claim(file != NULL, "%s", checkpoint);
    n_real = fread(real, 1, sizeof real, file);
    fclose(file);
    claim(n_real > 0 && n_real < sizeof real, "%zu bytes", n_real);
}

static void set_up(void)
{
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.400s/gfn-fuzz-XXXXXX", place ? place : "/tmp");
    claim(mkdtemp(folder) != NULL, "%s: cannot make the folder", folder);
    atexit(clean_up);
    must(gfn_comm_open_serial(&comm));
    make_real();
    read_real();
}

/* ---- changes of a real checkpoint ---- */

typedef struct draft {
    uint8_t header[LONGEST], data[LONGEST];
    size_t n_header, n_data, place, cut; /* place: where the next text is inserted */
    bool is_sealed;
} draft;

static void take_out(draft *d, const char *text, size_t n)
{
    uint8_t *found = n > 0 ? memmem(d->header, d->n_header, text, n) : NULL;
    if (found == NULL)
        return;
    d->place = (size_t)(found - d->header);
    memmove(found, found + n, d->n_header - d->place - n);
    d->n_header -= n;
}

static void put_in(draft *d, const char *text, size_t n)
{
    if (d->n_header + n > LONGEST)
        return;
    uint8_t *place = d->header + d->place;
    memmove(place + n, place, d->n_header - d->place);
    memcpy(place, text, n);
    d->n_header += n;
    d->place += n;
}

/* "2 -1": the place, counted from the end, and the value. */
static void set_word(draft *d, const char *text)
{
    char *rest;
    const size_t place = strtoul(text, &rest, 10);
    const int32_t value = (int32_t)strtol(rest, NULL, 10);
    if (place > 0 && place <= d->n_data / sizeof value)
        memcpy(d->data + d->n_data - place * sizeof value, &value, sizeof value);
}

static void read_line(draft *d, const char *line)
{
    if (strncmp(line, "- ", 2) == 0)
        take_out(d, line + 2, strlen(line + 2));
    else if (strncmp(line, "+ ", 2) == 0)
        put_in(d, line + 2, strlen(line + 2));
    else if (strncmp(line, "data ", 5) == 0)
        d->n_data = strtoul(line + 5, NULL, 10) % LONGEST;
    else if (strncmp(line, "word ", 5) == 0)
        set_word(d, line + 5);
    else if (strncmp(line, "cut ", 4) == 0)
        d->cut = strtoul(line + 4, NULL, 10);
    else if (strcmp(line, "unsealed") == 0)
        d->is_sealed = false;
}

static void begin(draft *d)
{
    memset(d->data, 0, sizeof d->data);
    claim(forge_find_header(real, n_real, &d->n_header), "%zu bytes", n_real);
    d->n_data = n_real - 8 - d->n_header;
    d->place = 0;
    d->cut = SIZE_MAX;
    d->is_sealed = true;
    memcpy(d->header, real + 8, d->n_header);
    memcpy(d->data, real + 8 + d->n_header, d->n_data);
}

/* Make the file that the lines describe. Returns its size; 0 if it has more than `most` bytes. */
static size_t make_file(const char *lines, uint8_t *file, size_t most)
{
    static draft d;
    char *text = strdup(lines), *rest = text, *line;
    claim(text != NULL, "no memory");
    begin(&d);
    while ((line = strsep(&rest, "\n")) != NULL)
        read_line(&d, line);
    free(text);
    const uint64_t length = d.n_header;
    const size_t n = 8 + d.n_header + d.n_data;
    if (n > most)
        return 0;
    memcpy(file, &length, 8);
    memcpy(file + 8, d.header, d.n_header);
    memcpy(file + 8 + d.n_header, d.data, d.n_data);
    if (d.is_sealed)
        forge_seal(file, n);
    return n < d.cut ? n : d.cut;
}

void forge_seal(uint8_t *file, size_t n)
{
    gfn_safetensors *parsed = NULL;
    forge_seal_data(file, n);
    if (gfn_safetensors_parse(fuzz_copy(file, n), n, "draft", &parsed) == GFN_OK)
        forge_put_crc(file, n, GFN_CHECKPOINT_TEXTS_CRC,
                      gfn_checkpoint_texts_crc(gfn_safetensors_contents(parsed)));
    gfn_safetensors_destroy(&parsed);
}

size_t forge_expand(uint8_t *data, size_t n, size_t most)
{
    size_t length;
    if (comm == NULL)
        set_up();
    if (forge_find_header(data, n, &length))
        return n;
    char *lines = fuzz_text(data, n);
    const size_t made = make_file(lines, data, most);
    free(lines);
    return made ? made : n;
}

/* ---- tests of an input ---- */

/* Whether a number in the metadata is at most `most`. */
static bool asks_for_few(const gfn_safetensors *parsed, const char *name, double most)
{
    const char *text = gfn_safetensors_text(parsed, name);
    return text == NULL || !(atof(text) > most);
}

/* For a small job, the memory that a file makes the library allocate must be bounded by its
 * size. */
static void claim_modest(const gfn_safetensors *parsed, size_t n)
{
    const bool is_small =
        parsed == NULL || (asks_for_few(parsed, "config.batch-size", SMALL_BATCH) &&
                           asks_for_few(parsed, "config.replay-capacity", SMALL_REPLAY));
    claim(allocated <= FIXED_BYTES + TIMES_FILE * n || !is_small,
          "%zu bytes were allocated for %zu (%s)", allocated, n, gfn_error_message());
}

static bool is_small(const gfn_run *run)
{
    const gfn_env_spec *spec = gfn_env_spec_of(gfn_run_env(run));
    return spec->max_steps <= 1000 && spec->n_states > 0 && spec->n_states <= 4096 &&
           gfn_options_int(gfn_run_options(run), "batch-size") <= SMALL_BATCH;
}

/* Load, evaluate and sample, as `gfn-dist eval` and `gfn-dist sample` do. */
static void try_loading(void)
{
    const gfn_stream stream = {2385, GFN_PURPOSE_SAMPLE, 0};
    gfn_run *run = NULL;
    gfn_evaluation evaluation;
    gfn_draw draw;
    gfn_status status = gfn_run_load(comm, folder, 1, &run);
    if (status != GFN_OK) {
        claim_refused(status);
        claim(run == NULL, "a run");
        return;
    }
    claim(gfn_run_iteration(run) >= 0, "%lld", (long long)gfn_run_iteration(run));
    if (is_small(run) && gfn_run_evaluate(run, &evaluation) == GFN_OK &&
        gfn_run_draw(run, &stream, 20, true, &draw) == GFN_OK)
        gfn_draw_clear(&draw);
    gfn_run_destroy(&run);
}

/* Resume, as `gfn-dist --resume` does, and train a few steps, which detect NaN. */
static void try_resuming(void)
{
    static const gfn_setting settings[] = {{"threads", "1"}, {"lr", "5e-3"}, {"iterations", "5"}};
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_status status = gfn_run_resume(comm, folder, settings, 3, &run);
    if (status != GFN_OK) {
        claim_refused(status);
        return;
    }
    status = gfn_trainer_create(run, &trainer);
    if (status != GFN_OK) {
        claim_refused(status);
    } else if (is_small(run)) {
        for (int i = 0; i < 2 && !gfn_trainer_is_done(trainer) && status == GFN_OK; i++)
            status = gfn_trainer_step(trainer);
        claim(status == GFN_OK || gfn_error_message()[0] != '\0', "no message");
    }
    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
}

/* If the checkpoint is damaged the previous one must be loaded. */
static void try_previous(void)
{
    gfn_run *run = NULL;
    write_bytes(previous, real, n_real);
    must(gfn_run_load(comm, folder, 1, &run));
    claim(gfn_run_iteration(run) == 2, "%lld", (long long)gfn_run_iteration(run));
    claim(strstr(gfn_run_notice(run), GFN_CHECKPOINT_PREVIOUS) != NULL, "no notice");
    gfn_run_destroy(&run);
    unlink(previous);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static uint8_t file[LONGEST];
    gfn_safetensors *parsed = NULL;
    if (comm == NULL)
        set_up();
    if (n > sizeof file)
        return 0;
    memcpy(file, data, n);
    n = forge_expand(file, n, sizeof file);
    write_bytes(checkpoint, file, n);
    gfn_safetensors_parse(fuzz_copy(file, n), n, "input", &parsed);
    allocated = 0;
    try_loading();
    claim_modest(parsed, n);
    allocated = 0;
    try_resuming();
    claim_modest(parsed, n);
    if (parsed == NULL)
        try_previous();
    gfn_safetensors_destroy(&parsed);
    return 0;
}
