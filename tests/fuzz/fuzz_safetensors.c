/* SPDX-License-Identifier: MIT
 *
 * Fuzzes safetensors files: everything that was read can be found, and is read back after it was
 * written.
 */
#include "fuzz.h"

#include "forge.h"
#include "io/crc.h"
#include "io/file.h"
#include "io/safetensors.h"

static bool is_reserved(const struct gfn_text *text)
{
    return strcmp(text->name, "data_crc32") == 0;
}

static void claim_found(const gfn_safetensors *file)
{
    const struct gfn_tensors *all = gfn_safetensors_contents(file);
    for (size_t i = 0; i < all->n_arrays; i++) {
        struct gfn_array array = all->arrays[i];
        array.data = NULL;
        claim(gfn_safetensors_find(file, &array) == GFN_OK, "%s", gfn_error_message());
        claim(array.data == all->arrays[i].data, "%s: other data", array.name);
        if (array.ndim < GFN_ARRAY_NDIM) {
            array.shape[array.ndim++] = 2385;
            claim(gfn_safetensors_find(file, &array) == GFN_EDATA, "%s: any shape", array.name);
            claim_refused(GFN_EDATA);
        }
    }
    for (size_t i = 0; i < all->n_texts; i++)
        claim(gfn_safetensors_text(file, all->texts[i].name) == all->texts[i].value, "other text");
}

static void claim_equal(const struct gfn_array *a, const struct gfn_array *b)
{
    size_t bytes;
    claim(strcmp(a->name, b->name) == 0 && gfn_array_is_like(a, b), "%s and %s", a->name, b->name);
    claim(gfn_array_bytes(a, &bytes), "%s", a->name);
    claim(gfn_crc32(0, a->data, bytes) == gfn_crc32(0, b->data, bytes), "%s: other data", a->name);
}

/* Write and read the file. Wide arrays are written first, so the order may change; the caller does
 * this twice and compares the results. */
static gfn_safetensors *rewrite(const gfn_safetensors *file)
{
    static char path[4096];
    struct gfn_tensors all = *gfn_safetensors_contents(file);
    struct gfn_text *texts = malloc((all.n_texts + 1) * sizeof *texts);
    gfn_safetensors *again = NULL;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/rewritten.safetensors", folder ? folder : "/tmp");
    claim(texts != NULL, "no memory");
    size_t n = 0;
    for (size_t i = 0; i < all.n_texts; i++)
        if (!is_reserved(&all.texts[i]))
            texts[n++] = all.texts[i];
    all.texts = texts;
    all.n_texts = n;
    claim(gfn_safetensors_save(path, NULL, &all) == GFN_OK, "%s", gfn_error_message());
    claim(gfn_safetensors_load(path, &again) == GFN_OK, "%s", gfn_error_message());
    free(texts);
    return again;
}

static void claim_read_back(const gfn_safetensors *file)
{
    gfn_safetensors *once = rewrite(file), *twice = rewrite(once);
    const struct gfn_tensors *a = gfn_safetensors_contents(once);
    const struct gfn_tensors *b = gfn_safetensors_contents(twice);
    claim(a->n_arrays == gfn_safetensors_contents(file)->n_arrays, "%zu arrays", a->n_arrays);
    claim(a->n_arrays == b->n_arrays && a->n_texts == b->n_texts, "%zu texts", b->n_texts);
    for (size_t i = 0; i < a->n_arrays; i++)
        claim_equal(&a->arrays[i], &b->arrays[i]);
    for (size_t i = 0; i < a->n_texts; i++) {
        claim(strcmp(a->texts[i].name, b->texts[i].name) == 0, "%s", a->texts[i].name);
        claim(strcmp(a->texts[i].value, b->texts[i].value) == 0, "%s", a->texts[i].value);
    }
    gfn_safetensors_destroy(&once);
    gfn_safetensors_destroy(&twice);
}

void forge_seal(uint8_t *file, size_t n)
{
    forge_seal_data(file, n);
}

size_t forge_expand(uint8_t *data, size_t n, size_t most)
{
    (void)data, (void)most;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    gfn_safetensors *file = NULL;
    const gfn_status status = gfn_safetensors_parse(fuzz_copy(data, n), n, "input", &file);
    if (status != GFN_OK) {
        claim_refused(status);
        claim(file == NULL, "a file");
        return 0;
    }
    claim_found(file);
    claim_read_back(file);
    gfn_safetensors_destroy(&file);
    return 0;
}
