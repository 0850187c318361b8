/* SPDX-License-Identifier: MIT */
#include "base/notices.h"

#include <stdarg.h>
#include <string.h>

#include "base/format.h"

void gfn_notices_add(gfn_notices *notices, const char *format, ...)
{
    const size_t used = strlen(notices->text), lead = used > 0;
    va_list arguments;
    if (used + lead + 1 >= sizeof notices->text)
        return;
    if (lead)
        notices->text[used] = '\n';
    va_start(arguments, format);
    gfn_format_list(notices->text + used + lead, sizeof notices->text - used - lead, format,
                    arguments);
    va_end(arguments);
}
