/* SPDX-License-Identifier: MIT
 *
 * Fuzzes gfn_jsonl_find_end() and gfn_jsonl_keep_growing(). The first byte of an input is the last
 * iteration to keep, the rest is the file.
 */
#include "fuzz.h"

#include "io/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gfn_jsonl_end end, again;
    if (n == 0)
        return 0;
    const int64_t last = data[0] < 250 ? data[0] : INT64_MAX - data[0];
    const size_t length = n - 1;
    char *text = malloc(length ? length : 1);
    claim(text != NULL, "no memory");
    memcpy(text, data + 1, length);
    const struct gfn_jsonl_key key = {"iteration", "time_s", last};
    const gfn_status status = gfn_jsonl_find_end(text, length, "input", &key, &end);
    if (status != GFN_OK) {
        claim_refused(status);
        /* What is healed is accepted whole. */
        size_t dropped;
        const size_t kept = gfn_jsonl_keep_growing(text, length, &key, &dropped);
        claim(kept < length && dropped > 0, "%zu of %zu bytes", kept, length);
        claim(gfn_jsonl_find_end(text, kept, "input", &key, &again) == GFN_OK, "%s",
              gfn_error_message());
        claim(again.bytes == kept, "%zu of %zu bytes", again.bytes, kept);
    } else {
        claim(end.bytes <= length, "%zu of %zu bytes", end.bytes, length);
        claim(end.number >= -1 && end.number <= last, "%lld", (long long)end.number);
        claim((end.number < 0) == (end.bytes == 0), "%lld", (long long)end.number);
        claim(end.bytes == 0 || text[end.bytes - 1] == '\n', "an incomplete line is kept");
        /* A second call on the kept lines must keep all of them. */
        claim(gfn_jsonl_find_end(text, end.bytes, "input", &key, &again) == GFN_OK, "%s",
              gfn_error_message());
        claim(memcmp(&end, &again, sizeof end) == 0, "%zu bytes, then %zu", end.bytes, again.bytes);
    }
    free(text);
    return 0;
}
