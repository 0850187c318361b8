/* SPDX-License-Identifier: MIT
 *
 * base/format.h - snprintf() and strtod() in the "C" locale.
 *
 * A plug-in or a program of a user may call setlocale(), and then the decimal point of printf() may
 * be a comma. Files must be the same bytes in any locale, so the library formats with these.
 */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

/* As snprintf() and vsnprintf(). */
int gfn_format(char *text, size_t size, const char *format, ...) GFN_PRINTF(3, 4);
int gfn_format_list(char *text, size_t size, const char *format, va_list arguments);

/* What makes a noun plural: "%d row%s", n, gfn_plural(n). */
static inline const char *gfn_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* As strtod(); *in_range: neither overflow nor underflow. */
double gfn_format_read(const char *text, char **end, bool *in_range);

#endif
