/* SPDX-License-Identifier: MIT
 *
 * forge.h - safetensors files that are wrong in one thing: lengths and checksums are made good, or
 * else nothing behind the first check would ever be reached.
 */
#ifndef FORGE_H
#define FORGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the bytes are a file whose header has `length` bytes, behind the 8 that say so. */
bool forge_find_header(const uint8_t *file, size_t n, size_t *length);

/* Where the header has the text `name` of 8 bytes, make it that number in hexadecimal. */
void forge_put_crc(uint8_t *file, size_t n, const char *name, uint32_t crc);

/* Make the checksum of the data right, where there is one. */
void forge_seal_data(uint8_t *file, size_t n);

/* What a target with forge_mutate.c defines: make all checksums right that it knows, ... */
void forge_seal(uint8_t *file, size_t n);

/* ... and turn an input that stands for a file into that file, of at most `most` bytes; returns its
 * length, or n where it is one already. */
size_t forge_expand(uint8_t *data, size_t n, size_t most);

#endif
