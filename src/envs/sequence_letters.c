/* SPDX-License-Identifier: MIT */
#include "envs/sequence_letters.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"

/* All words of a number of bits. */
#define BITS "bits:"
enum { MAX_BITS = 16 };

struct sorted_letter {
    const char *text;
    int32_t word; /* 1 ... n */
};

/* ---- the option, as letters that are separated by '\0' ---- */

static gfn_status make_bits(gfn_letters *letters, const char *option)
{
    int64_t bits;
    if (!gfn_parse_integer(option + strlen(BITS), &bits) || bits < 1 || bits > MAX_BITS)
        return gfn_fail(GFN_EINVAL,
                        "sequence: letters: expected " BITS "1 to " BITS "%d, found %.60s (hint: "
                        "--letters " BITS "8)",
                        MAX_BITS, option);
    const int32_t n = 1 << bits;
    GFN_TRY(gfn_allocate("letters", (size_t)n * (size_t)(bits + 1), 1, &letters->text));
    char *text = letters->text;
    for (int32_t i = 0; i < n; i++, text++)
        for (int64_t bit = bits; bit-- > 0;)
            *text++ = (char)('0' + (i >> bit) % 2);
    letters->n = n;
    return GFN_OK;
}

/* With commas, letters are what stands between them; without, single characters. */
static gfn_status split(gfn_letters *letters, const char *option)
{
    const size_t size = strlen(option);
    const bool has_commas = strchr(option, ',') != NULL;
    size_t n = 0;
    GFN_TRY(gfn_allocate("letters", 2 * size + 1, 1, &letters->text));
    char *text = letters->text;
    for (const char *c = option; *c != '\0'; c++) {
        if (!has_commas || *c != ',')
            *text++ = *c;
        if (!has_commas || *c == ',') {
            *text++ = '\0';
            n++;
        }
    }
    n += has_commas;
    if (n > GFN_MAX_LETTERS)
        return gfn_fail(GFN_EINVAL, "sequence: letters: expected at most %d letters, found %zu",
                        GFN_MAX_LETTERS, n);
    letters->n = (int32_t)n;
    return GFN_OK;
}

/* ---- letters that can be told apart ---- */

/* Letters stand unquoted in tables, in messages and on command lines. */
static bool is_good(char c)
{
    return c > ' ' && c < 0x7f && strchr("\"," GFN_EMPTY_SLOT, c) == NULL;
}

static gfn_status check_letter(const char *letter)
{
    const char *bad = letter;
    while (is_good(*bad))
        bad++;
    if (*bad != '\0')
        return gfn_fail(GFN_EINVAL,
                        "sequence: letters: expected printable ASCII characters other than the "
                        "blank, the quote and \"" GFN_EMPTY_SLOT "\", found \"%.60s\" (hint: "
                        "--letters ACGT)",
                        letter);
    if (bad == letter)
        return gfn_fail(GFN_EINVAL, "sequence: letters: expected a letter before and after each "
                                    "comma, found none (hint: --letters 00,01,10,11)");
    return GFN_OK;
}

static int compare(const void *a, const void *b)
{
    const struct sorted_letter *first = a, *second = b;
    return strcmp(first->text, second->text);
}

/* In sorted order, the texts that begin with a letter follow it. */
static gfn_status check_pairs(const gfn_letters *letters)
{
    for (int32_t i = 1; i < letters->n; i++) {
        const char *one = letters->sorted[i - 1].text, *other = letters->sorted[i].text;
        if (strcmp(one, other) == 0)
            return gfn_fail(GFN_EINVAL,
                            "sequence: letters: expected different letters, found \"%.60s\" twice "
                            "(hint: --letters ACGT; commas separate letters of several characters)",
                            one);
        if (strncmp(one, other, strlen(one)) == 0)
            return gfn_fail(GFN_EINVAL,
                            "sequence: letters: expected letters of which none begins another one, "
                            "found \"%.60s\" and \"%.60s\" (hint: letters of the same length)",
                            one, other);
    }
    return GFN_OK;
}

gfn_status gfn_letters_init(gfn_letters *letters, const char *option)
{
    *letters = (gfn_letters){.n = 0};
    gfn_format(letters->name, sizeof letters->name, "%s", option);
    GFN_TRY(strncmp(option, BITS, strlen(BITS)) == 0 ? make_bits(letters, option)
                                                     : split(letters, option));
    const size_t n = (size_t)letters->n;
    GFN_TRY(gfn_allocate("letters", n, sizeof *letters->letter, &letters->letter));
    GFN_TRY(gfn_allocate("letters", n, sizeof *letters->sorted, &letters->sorted));
    const char *text = letters->text;
    for (size_t i = 0; i < n; i++, text += strlen(text) + 1) {
        GFN_TRY(check_letter(text));
        letters->letter[i] = text;
        letters->sorted[i] = (struct sorted_letter){text, (int32_t)i + 1};
    }
    qsort(letters->sorted, n, sizeof *letters->sorted, compare);
    return check_pairs(letters);
}

void gfn_letters_clear(gfn_letters *letters)
{
    gfn_release(&letters->text);
    gfn_release(&letters->letter);
    gfn_release(&letters->sorted);
}

/* ---- text ---- */

static const char *text_of(const gfn_letters *letters, int32_t word)
{
    if (word == 0)
        return GFN_EMPTY_SLOT;
    return word > 0 && word <= letters->n ? letters->letter[word - 1] : "?";
}

size_t gfn_letters_write(const gfn_letters *letters, size_t n, const int32_t *word, char *text,
                         size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        for (const char *c = text_of(letters, word[i]); *c != '\0'; c++, used++)
            if (used < size)
                text[used] = *c;
    if (size > 0)
        text[used < size ? used : size - 1] = '\0';
    return used;
}

/* The letter with which a text begins, 1 ... n; 0: none. It is the last one that does not sort
 * after the text: what sorts between the two begins with the letter, so it is no letter. */
static int32_t find_letter(const gfn_letters *letters, const char *text)
{
    size_t first = 0, end = (size_t)letters->n;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        if (strcmp(letters->sorted[middle].text, text) <= 0)
            first = middle + 1;
        else
            end = middle;
    }
    if (first == 0)
        return 0;
    const struct sorted_letter *found = &letters->sorted[first - 1];
    return strncmp(found->text, text, strlen(found->text)) == 0 ? found->word : 0;
}

gfn_status gfn_letters_read(const gfn_letters *letters, const char *text, size_t most,
                            int32_t *word, size_t *n)
{
    size_t found = 0;
    memset(word, 0, most * sizeof *word);
    for (const char *c = strcmp(text, GFN_EMPTY_SLOT) == 0 ? "" : text; *c != '\0'; found++) {
        const int32_t letter = find_letter(letters, c);
        if (letter == 0)
            return gfn_fail(GFN_EINVAL, "expected letters of \"%s\", found \"%.60s\"",
                            letters->name, c);
        if (found < most)
            word[found] = letter;
        c += strlen(letters->letter[letter - 1]);
    }
    *n = found;
    return GFN_OK;
}
