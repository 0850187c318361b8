/* SPDX-License-Identifier: MIT
 *
 * io/failure.h - how this room reports what the operating system refused.
 */
#ifndef IO_FAILURE_H
#define IO_FAILURE_H

#include <errno.h>

#include <gfn/status.h>

/* Message "path: cannot <deed>: <errno as text> (hint: ...)". Returns GFN_EIO, or GFN_ENOMEM where
 * errno says so. */
gfn_status gfn_fail_errno(const char *path, const char *deed);

/* result = call, again as long as a signal interrupts it. */
#define GFN_RETRY(result, call)                                                                    \
    do {                                                                                           \
        (result) = (call);                                                                         \
    } while ((result) < 0 && errno == EINTR)

#endif
