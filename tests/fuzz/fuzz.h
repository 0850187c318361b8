/* SPDX-License-Identifier: MIT
 *
 * fuzz.h - what the targets share. A target is a file fuzz_NAME.c with LLVMFuzzerTestOneInput(): it
 * hands the bytes to a parser and claims what must hold whatever they are. libFuzzer calls it
 * (scripts/fuzz), or replay.c with the inputs in corpus/NAME (make check).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/status.h>

#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define FUZZ_IS_POISONED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FUZZ_IS_POISONED
#endif
#endif
#ifdef FUZZ_IS_POISONED
#include <sanitizer/asan_interface.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What must hold. Where it does not, the input is kept by who called the target. */
#define claim(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition);                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A failure is one of those that bad bytes may cause, and it says why on one line of text (which
 * FUZZ_SAY in the environment shows). */
static inline void claim_refused(gfn_status status)
{
    const char *message = gfn_error_message();
    static const char *say = "";
    if (say && say[0] == '\0')
        say = getenv("FUZZ_SAY");
    if (say)
        fprintf(stderr, "%s: %s\n", gfn_status_name(status), message);
    claim(status == GFN_EDATA || status == GFN_EIO || status == GFN_EINVAL || status == GFN_ENOMEM,
          "%s: %s", gfn_status_name(status), message);
    claim(message[0] != '\0', "no message");
    for (const char *c = message; *c != '\0'; c++)
        claim((unsigned char)*c >= ' ' && *c != 0x7f, "byte %02x", (unsigned)(unsigned char)*c);
}

/* The bytes as text with a '\0' behind it, where nothing else stands; free() it. */
static inline char *fuzz_text(const uint8_t *data, size_t n)
{
    char *text = malloc(n + 1);
    claim(text != NULL, "no memory");
    if (n > 0)
        memcpy(text, data, n);
    text[n] = '\0';
    return text;
}

/* A copy from gfn_allocate(), which gives up to 63 bytes too many: under AddressSanitizer nobody
 * may read those. */
static inline void *fuzz_copy(const uint8_t *data, size_t n)
{
    unsigned char *copy;
    claim(gfn_allocate("input", n, 1, &copy) == GFN_OK, "no memory");
    if (n > 0)
        memcpy(copy, data, n);
#ifdef FUZZ_IS_POISONED
    ASAN_POISON_MEMORY_REGION(copy + n, (GFN_ALIGNMENT - n % GFN_ALIGNMENT) % GFN_ALIGNMENT);
#endif
    return copy;
}

#endif
