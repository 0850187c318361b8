/* SPDX-License-Identifier: MIT */
#include "io/crc.h"

#include <zlib.h>

uint32_t gfn_crc32(uint32_t crc, const void *bytes, size_t n)
{
    /* zlib's crc32() takes a 32-bit length, so large arrays go in pieces. With NULL it resets the
     * checksum, so it must not be called for 0 bytes. */
    const size_t most = (size_t)1 << 30;
    const unsigned char *at = bytes;
    while (n > 0) {
        size_t part = n < most ? n : most;
        crc = (uint32_t)crc32(crc, at, (uInt)part);
        at += part;
        n -= part;
    }
    return crc;
}
