/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#include "base/format.h"

static _Thread_local char message[1024];

static const char *const names[] = {
    [GFN_OK] = "GFN_OK",       [GFN_EINVAL] = "GFN_EINVAL",     [GFN_ENOMEM] = "GFN_ENOMEM",
    [GFN_EIO] = "GFN_EIO",     [GFN_EDATA] = "GFN_EDATA",       [GFN_EEXIST] = "GFN_EEXIST",
    [GFN_ECOMM] = "GFN_ECOMM", [GFN_ENUMERIC] = "GFN_ENUMERIC", [GFN_ENOSUP] = "GFN_ENOSUP",
    [GFN_EENV] = "GFN_EENV",
};

const char *gfn_status_name(gfn_status status)
{
    size_t i = (size_t)status;
    return i < sizeof names / sizeof names[0] ? names[i] : "unknown status";
}

const char *gfn_error_message(void)
{
    return message;
}

/* Messages quote files and environment variables, which may hold newlines and terminal escape
 * sequences: replace control characters. */
static void store(const char text[sizeof message])
{
    memcpy(message, text, sizeof message);
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

gfn_status gfn_fail(gfn_status status, const char *format, ...)
{
    char text[sizeof message]; /* the arguments may point into the old message */
    va_list arguments;
    va_start(arguments, format);
    gfn_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    store(text);
    return status;
}

gfn_status gfn_fail_in(gfn_status status, const char *format, ...)
{
    char text[sizeof message];
    va_list arguments;
    va_start(arguments, format);
    int used = gfn_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    if (used >= 0 && (size_t)used < sizeof text)
        gfn_format(text + used, sizeof text - (size_t)used, "%s", message);
    store(text);
    return status;
}
