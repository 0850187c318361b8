/* SPDX-License-Identifier: MIT */
#include "plot/text.h"

#include <stdbool.h>
#include <string.h>

#include "base/format.h"
#include "io/json.h"

/* Whether a byte begins a character. */
static bool begins(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t gfn_text_length(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += begins(*text);
    return n;
}

/* Bytes of the first n characters. */
static size_t bytes_of(const char *text, size_t n)
{
    size_t i = 0;
    for (; text[i] != '\0'; i++)
        if (begins(text[i]) && n-- == 0)
            break;
    return i;
}

void gfn_text_shorten(const char *text, size_t most, char *to, size_t size)
{
    const size_t n = gfn_text_length(text);
    size_t kept = most < 3 ? 0 : most - 3;
    if (n <= most && strlen(text) < size) {
        memcpy(to, text, strlen(text) + 1);
        return;
    }
    kept = kept < n ? kept : n;
    for (;; kept--) {
        const size_t head = bytes_of(text, (kept + 1) / 2), tail = bytes_of(text, n - kept / 2);
        if (head + 3 + strlen(text + tail) < size || kept == 0) {
            gfn_format(to, size, "%.*s...%s", (int)head, text, text + tail);
            return;
        }
    }
}

/* Cairo draws nothing more after U+FFFE and its like, which are no characters. */
static bool is_drawable(const char *text)
{
    return gfn_json_is_utf8(text) && !strstr(text, "\xbf\xbe") && !strstr(text, "\xbf\xbf") &&
           !strstr(text, "\xef\xb7");
}

void gfn_text_make_drawable(const char *text, char drawn[GFN_DRAWN_TEXT])
{
    gfn_text_shorten(text, GFN_DRAWN_TEXT, drawn, GFN_DRAWN_TEXT);
    const bool is_good = is_drawable(drawn);
    for (char *at = drawn; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte < ' ' || byte == 0x7f || (byte > '~' && !is_good))
            *at = '?';
    }
}
