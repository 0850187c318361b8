/* SPDX-License-Identifier: MIT
 *
 * A mutator of safetensors files for libFuzzer: it mostly changes one word of the header and then
 * corrects lengths and checksums. Only in fuzzing builds.
 */
#include <stdio.h>
#include <string.h>

#include "forge.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed);

enum { LONGEST = 1 << 16, MOST_WORDS = 1024 };

typedef struct draft {
    uint8_t header[LONGEST], data[LONGEST];
    size_t n_header, n_data;
    struct word {
        size_t begin, end;
    } word[MOST_WORDS]; /* texts in the header with their quotes, and numbers */
    size_t n_words;
    uint64_t random;
} draft;

static size_t draw(draft *d, size_t n)
{
    d->random = d->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return n ? (size_t)((d->random >> 33) % n) : 0;
}

static size_t end_of_text(const draft *d, size_t at)
{
    for (at++; at < d->n_header && d->header[at] != '"'; at++)
        at += d->header[at] == '\\';
    return at < d->n_header ? at + 1 : d->n_header;
}

static size_t end_of_number(const draft *d, size_t at)
{
    while (at < d->n_header && d->header[at] != '\0' && strchr("-+.0123456789eE", d->header[at]))
        at++;
    return at;
}

static void find_words(draft *d)
{
    d->n_words = 0;
    for (size_t at = 0; at < d->n_header && d->n_words < MOST_WORDS;) {
        const size_t end = d->header[at] == '"' ? end_of_text(d, at) : end_of_number(d, at);
        if (end > at)
            d->word[d->n_words++] = (struct word){at, end};
        at = end > at ? end : at + 1;
    }
}

/* Replace bytes [begin, end) of the header by `n` others. */
static void replace(draft *d, size_t begin, size_t end, const void *bytes, size_t n)
{
    if (d->n_header - (end - begin) + n > LONGEST)
        return;
    memmove(d->header + begin + n, d->header + end, d->n_header - end);
    memcpy(d->header + begin, bytes, n);
    d->n_header = d->n_header - (end - begin) + n;
}

static void replace_text(draft *d, struct word word, const char *text)
{
    if (d->header[word.begin] == '"' && word.end - word.begin >= 2)
        replace(d, word.begin + 1, word.end - 1, text, strlen(text));
    else
        replace(d, word.begin, word.end, text, strlen(text));
}

static void change_word(draft *d, struct word word)
{
    static const char *const extremes[] = {"0",           "1",          "2",
                                           "-1",          "65536",      "65536,65536",
                                           "4294967296",  "2147483647", "9223372036854775807",
                                           "1e300",       "none",       "",
                                           "32768,32768", "nan",        "\\u0001"};
    uint8_t bytes[LONGEST];
    const struct word other = d->word[draw(d, d->n_words)];
    const size_t n = word.end - word.begin, room = n + 64 < LONGEST ? n + 64 : LONGEST;
    switch (draw(d, 3)) {
    case 0:
        memcpy(bytes, d->header + word.begin, n);
        replace(d, word.begin, word.end, bytes, LLVMFuzzerMutate(bytes, n, room));
        break;
    case 1:
        memcpy(bytes, d->header + other.begin, other.end - other.begin);
        replace(d, word.begin, word.end, bytes, other.end - other.begin);
        break;
    default:
        replace_text(d, word, extremes[draw(d, sizeof extremes / sizeof extremes[0])]);
    }
}

/* Remove or repeat the part of the header from one word to the beginning of another. */
static void change_part(draft *d, size_t first)
{
    uint8_t bytes[LONGEST];
    size_t last = first + 1 + draw(d, 12);
    last = last < d->n_words ? last : d->n_words - 1;
    const size_t begin = d->word[first].begin, end = d->word[last].begin;
    memcpy(bytes, d->header + begin, end - begin);
    if (draw(d, 2))
        replace(d, begin, end, "", 0);
    else
        replace(d, end, end, bytes, end - begin);
}

static void change(draft *d)
{
    const size_t kind = draw(d, 8);
    find_words(d);
    if (kind == 0 || d->n_words == 0)
        d->n_header = LLVMFuzzerMutate(d->header, d->n_header, LONGEST);
    else if (kind == 1)
        d->n_data = LLVMFuzzerMutate(d->data, d->n_data, LONGEST);
    else if (kind == 2)
        change_part(d, draw(d, d->n_words));
    else
        change_word(d, d->word[draw(d, d->n_words)]);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed)
{
    static draft d;
    d.random = seed;
    n = forge_expand(data, n, most);
    if (!forge_find_header(data, n, &d.n_header) || n > LONGEST || draw(&d, 16) == 0)
        return LLVMFuzzerMutate(data, n, most);
    d.n_data = n - 8 - d.n_header;
    memcpy(d.header, data + 8, d.n_header);
    memcpy(d.data, data + 8 + d.n_header, d.n_data);
    for (size_t times = 1 + draw(&d, 2); times > 0; times--)
        change(&d);
    const uint64_t length = d.n_header;
    const size_t made = 8 + d.n_header + d.n_data;
    if (made > most)
        return LLVMFuzzerMutate(data, n, most);
    memcpy(data, &length, 8);
    memcpy(data + 8, d.header, d.n_header);
    memcpy(data + 8 + d.n_header, d.data, d.n_data);
    if (draw(&d, 16) != 0)
        forge_seal(data, made);
    return made;
}
