/* SPDX-License-Identifier: MIT
 *
 * Fuzzes JSON files, of which a few fields are read.
 */
#include "fuzz.h"

#include <math.h>

#include "io/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const names[] = {"seeds", "metrics.l1", "a.b.c", ""};
    gfn_json *json = NULL;
    char *text = fuzz_copy(data, n);
    const gfn_status status = gfn_json_parse(text, n, "input", &json);
    gfn_release(&text);
    if (status != GFN_OK)
        claim_refused(status);
    claim((status == GFN_OK) == (json != NULL), "status %d", (int)status);
    for (size_t i = 0; json && i < sizeof names / sizeof names[0]; i++) {
        /* Infinite numbers are texts: "inf" is both. */
        const double number = gfn_json_number(json, names[i]);
        const bool is_number = !isnan(number) && !isinf(number);
        const bool is_text = gfn_json_string(json, names[i]) != NULL;
        claim(!isinf(number) || is_text, "%s is infinite and not a text", names[i]);
        claim(is_number + is_text + gfn_json_flag(json, names[i]) <= 1, "%s is two things",
              names[i]);
    }
    gfn_json_destroy(&json);
    return 0;
}
