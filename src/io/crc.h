/* SPDX-License-Identifier: MIT
 *
 * io/crc.h - the checksum of zip, gzip and PNG.
 */
#ifndef IO_CRC_H
#define IO_CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of n bytes that follow bytes whose CRC-32 is `crc` (0: none). Any n. The CRC-32 of the
 * text "123456789" is cbf43926. */
uint32_t gfn_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
