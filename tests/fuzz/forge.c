/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "forge.h"

#include <stdio.h>
#include <string.h>

#include "io/crc.h"

bool forge_find_header(const uint8_t *file, size_t n, size_t *length)
{
    uint64_t claimed;
    if (n < 10 || file[8] != '{')
        return false;
    memcpy(&claimed, file, 8);
    *length = (size_t)claimed;
    return claimed <= n - 8;
}

void forge_put_crc(uint8_t *file, size_t n, const char *name, uint32_t crc)
{
    size_t length;
    char pattern[64], digits[9];
    if (!forge_find_header(file, n, &length))
        return;
    const int size = snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
    uint8_t *end = file + 8 + length, *found = memmem(file + 8, length, pattern, (size_t)size);
    if (found == NULL || end - found < size + 9 || found[size + 8] != '"')
        return;
    snprintf(digits, sizeof digits, "%08x", (unsigned)crc);
    memcpy(found + size, digits, 8);
}

void forge_seal_data(uint8_t *file, size_t n)
{
    size_t length;
    if (forge_find_header(file, n, &length))
        forge_put_crc(file, n, "data_crc32", gfn_crc32(0, file + 8 + length, n - 8 - length));
}
