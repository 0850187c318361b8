/* SPDX-License-Identifier: MIT */
#include "base/fingerprint.h"

#include <string.h>

enum { LANES = 8 };

uint32_t gfn_fingerprint(const void *data, size_t n)
{
    /* Independent multiply-xor chains, so that the multiplier stays busy. */
    const uint64_t prime = UINT64_C(0x9e3779b97f4a7c15);
    const unsigned char *bytes = data;
    uint64_t chain[LANES];
    for (unsigned j = 0; j < LANES; j++)
        chain[j] = prime * (j + 1);
    size_t words = n / 4;
    for (size_t i = 0; i < words; i += LANES) {
        size_t lanes = words - i < LANES ? words - i : LANES;
        for (size_t j = 0; j < lanes; j++) {
            uint32_t word;
            memcpy(&word, bytes + 4 * (i + j), sizeof word);
            chain[j] = (chain[j] ^ word) * prime;
            chain[j] ^= chain[j] >> 32;
        }
    }
    uint64_t all = n;
    for (unsigned j = 0; j < LANES; j++) {
        all = (all ^ chain[j]) * prime;
        all ^= all >> 29;
    }
    return (uint32_t)(all ^ all >> 32);
}
