/* SPDX-License-Identifier: MIT
 *
 * Fuzzes gfn_mpi_name_shorten(). The first byte of an input gives the size of the buffer, the rest
 * is the version text of an MPI library.
 */
#include "fuzz.h"

#include "comm/mpi_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    const size_t size = 1 + data[0] % 80;
    char *full = fuzz_text(data + 1, n - 1), *name = malloc(size);
    claim(name != NULL, "no memory");
    claim(gfn_mpi_name_shorten(full, name, size) == name, "another text");
    const size_t length = strnlen(name, size);
    claim(length < size && length <= strlen(full), "%zu bytes in %zu", length, size);
    claim(name[strcspn(name, ",\r\n\t:")] == '\0', "not one short line: %s", name);
    claim(length == 0 || (name[0] != ' ' && name[length - 1] != ' '), "blanks: \"%s\"", name);
    free(full);
    free(name);
    return 0;
}
