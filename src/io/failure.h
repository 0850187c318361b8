/* SPDX-License-Identifier: MIT
 *
 * io/failure.h - error messages for system calls that fail.
 */
#ifndef IO_FAILURE_H
#define IO_FAILURE_H

#include <errno.h>

#include <gfn/status.h>

/* Set the message "path: cannot <action>: <errno as text> (hint: ...)". Returns GFN_ENOMEM if errno
 * is ENOMEM, else GFN_EIO. */
gfn_status gfn_fail_errno(const char *path, const char *action);

/* The same for a file that is read: its hint suggests no other folder. */
gfn_status gfn_fail_reading(const char *path, const char *action);

/* result = call, repeated while a signal interrupts it. */
#define GFN_RETRY(result, call)                                                                    \
    do {                                                                                           \
        (result) = (call);                                                                         \
    } while ((result) < 0 && errno == EINTR)

#endif
