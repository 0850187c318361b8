/* SPDX-License-Identifier: MIT
 *
 * io/crc.h - CRC-32, the checksum of zip, gzip and PNG.
 */
#ifndef IO_CRC_H
#define IO_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Continue the CRC-32 `crc` (0 at the start) with n bytes. Known answer: the CRC-32 of the text
 * "123456789" is cbf43926. */
uint32_t gfn_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
