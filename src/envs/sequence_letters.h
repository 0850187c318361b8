/* SPDX-License-Identifier: MIT
 *
 * envs/sequence_letters.h - the letters of sequences: texts of which none begins another one, so
 * that letters that are joined can be told apart.
 */
#ifndef ENV_SEQUENCE_LETTERS_H
#define ENV_SEQUENCE_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* The most letters, and the text of an empty slot, which is in no letter. */
#define GFN_MAX_LETTERS 65536
#define GFN_EMPTY_SLOT "."

typedef struct gfn_letters {
    int32_t n;
    char name[64];                /* the option, cut: for messages */
    char *text;                   /* all letters, each with its '\0' */
    const char **letter;          /* [n] letter i + 1 */
    struct sorted_letter *sorted; /* [n] */
} gfn_letters;

/* Set the letters of an option: "ACGT", "00,01,10,11" or "bits:8". Clear them in the end, even if
 * this fails. Errors: GFN_EINVAL (a letter twice, empty, with a character that is not allowed, or
 * at the beginning of another one; too many letters), GFN_ENOMEM. */
gfn_status gfn_letters_init(gfn_letters *letters, const char *option);
void gfn_letters_clear(gfn_letters *letters);

/* The texts of n slots, joined: of letters (1 ... letters->n), empty slots (0), or "?" for any
 * other word. Cut to `size` bytes with the '\0'; returns the bytes that it needs without the '\0'.
 */
size_t gfn_letters_write(const gfn_letters *letters, size_t n, const int32_t *word, char *text,
                         size_t size);

/* The letters that a text consists of: *n of them, of which the first `most` are stored, and 0 in
 * what is left of word [most]. GFN_EMPTY_SLOT alone is no letter. Errors: GFN_EINVAL. */
gfn_status gfn_letters_read(const gfn_letters *letters, const char *text, size_t most,
                            int32_t *word, size_t *n);

#endif
