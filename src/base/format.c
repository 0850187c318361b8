/* SPDX-License-Identifier: MIT */
#include "base/format.h"

#include <errno.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The "C" locale, made at the first use and kept until the process ends. 0: there is no memory for
 * it; then the locale of the caller remains. */
static locale_t plain_locale(void)
{
    static _Atomic(locale_t) kept;
    locale_t locale = atomic_load(&kept), none = (locale_t)0;
    if (locale != none)
        return locale;
    locale = newlocale(LC_ALL_MASK, "C", none);
    if (locale != none && !atomic_compare_exchange_strong(&kept, &none, locale)) {
        freelocale(locale); /* another thread was faster */
        locale = none;
    }
    return locale;
}

int gfn_format_list(char *text, size_t size, const char *format, va_list arguments)
{
    const locale_t before = uselocale(plain_locale());
    const int n = vsnprintf(text, size, format, arguments);
    uselocale(before);
    return n;
}

int gfn_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = gfn_format_list(text, size, format, arguments);
    va_end(arguments);
    return n;
}

double gfn_format_read(const char *text, char **end, bool *in_range)
{
    const locale_t before = uselocale(plain_locale());
    errno = 0;
    const double value = strtod(text, end);
    *in_range = errno == 0;
    uselocale(before);
    return value;
}
