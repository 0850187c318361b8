/* SPDX-License-Identifier: MIT
 *
 * base/error.h - how the library's own code reports failures, beside gfn_fail().
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <gfn/status.h>

/* Put a few words before the message that is set: "run.ini, line 3: " + message. Returns status. */
gfn_status gfn_fail_in(gfn_status status, const char *format, ...) GFN_PRINTF(2, 3);

/* Return from the calling function if `call` fails. */
#define GFN_TRY(call)                                                                              \
    do {                                                                                           \
        gfn_status try_status_ = (call);                                                           \
        if (try_status_ != GFN_OK)                                                                 \
            return try_status_;                                                                    \
    } while (0)

#endif
