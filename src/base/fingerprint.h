/* SPDX-License-Identifier: MIT
 *
 * base/fingerprint.h - whether copies in other places are still equal.
 */
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

/* A 32-bit fingerprint of n bytes, sensitive to the place of every word; n is a multiple of 4. Made
 * for every step of training: a CRC-32, which files have, takes several times as long. */
uint32_t gfn_fingerprint(const void *data, size_t n);

#endif
