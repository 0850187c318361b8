/* SPDX-License-Identifier: MIT
 *
 * Fuzzes arrays in NumPy's format.
 */
#include "fuzz.h"

#include "io/crc.h"
#include "io/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gfn_array array;
    size_t bytes;
    const gfn_status status = gfn_npy_parse(fuzz_copy(data, n), n, "input", &array);
    if (status != GFN_OK) {
        claim_refused(status);
        return 0;
    }
    claim(gfn_array_bytes(&array, &bytes) && bytes < n, "%zu bytes of %zu", bytes, n);
    claim(gfn_crc32(0, array.data, bytes) == gfn_crc32(0, data + n - bytes, bytes), "other data");
    gfn_release(&array.data);
    return 0;
}
