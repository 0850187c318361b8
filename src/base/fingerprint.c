/* SPDX-License-Identifier: MIT */
#include "base/fingerprint.h"

#include <string.h>

#include "base/clones.h"

enum { LANES = 32 };

#define PRIME UINT32_C(0x9e3779b1)

/* A bijection in `chain` and in `word`: two chains that differ stay different while equal words
 * follow. */
static inline uint32_t step(uint32_t chain, uint32_t word)
{
    chain = (chain ^ word) * PRIME;
    return chain ^ chain >> 15;
}

typedef uint32_t vec __attribute__((vector_size(32)));
typedef uint32_t unaligned __attribute__((vector_size(32), aligned(1), may_alias));

/* Advance LANES independent chains by `rounds` words each. */
GFN_CLONES
static void run(uint32_t chain[LANES], const unsigned char *bytes, size_t rounds)
{
    const unaligned *word = (const unaligned *)bytes;
    vec c[LANES / 8];
    memcpy(c, chain, sizeof c);
    for (size_t i = 0; i < rounds; i++, word += LANES / 8)
        for (int j = 0; j < LANES / 8; j++) {
            c[j] = (c[j] ^ word[j]) * PRIME;
            c[j] ^= c[j] >> 15;
        }
    memcpy(chain, c, sizeof c);
}

uint32_t gfn_fingerprint(const void *data, size_t n)
{
    const unsigned char *bytes = data;
    const size_t words = n / 4, whole = words / LANES * LANES;
    uint32_t chain[LANES], all = (uint32_t)n;
    for (uint32_t j = 0; j < LANES; j++)
        chain[j] = PRIME * (j + 1);
    run(chain, bytes, words / LANES);
    for (size_t i = whole; i < words; i++) {
        uint32_t word;
        memcpy(&word, bytes + 4 * i, sizeof word);
        chain[i - whole] = step(chain[i - whole], word);
    }
    for (size_t j = 0; j < LANES; j++)
        all = step(all, chain[j]);
    return all;
}
