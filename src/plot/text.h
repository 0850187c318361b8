/* SPDX-License-Identifier: MIT
 *
 * plot/text.h - texts that Cairo can draw, and shorter ones. Texts are UTF-8.
 */
#ifndef PLOT_TEXT_H
#define PLOT_TEXT_H

#include <stddef.h>

/* Most bytes of a text that is drawn, including '\0'. */
enum { GFN_DRAWN_TEXT = 400 };

/* Characters of a text. */
size_t gfn_text_length(const char *text);

/* Copy at most `most` characters; from longer texts the middle is left out, for which there is
 * "...". `to` has `size` bytes, and never gets a part of a character. */
void gfn_text_shorten(const char *text, size_t most, char *to, size_t size);

/* Copy a text as far as it can be drawn: each control character, and if the text is not UTF-8, each
 * byte that is not ASCII, becomes '?'. Long texts are shortened. */
void gfn_text_make_drawable(const char *text, char drawn[GFN_DRAWN_TEXT]);

#endif
