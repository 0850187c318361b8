/* SPDX-License-Identifier: MIT
 *
 * base/fingerprint.h - a fast checksum that shows if the parameters of two ranks differ.
 */
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

/* A 32-bit fingerprint of n bytes (a multiple of 4) that depends on the order of the words. It is
 * computed in every training step; the CRC-32 that files have takes several times as long. */
uint32_t gfn_fingerprint(const void *data, size_t n);

#endif
