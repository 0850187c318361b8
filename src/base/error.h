/* SPDX-License-Identifier: MIT
 *
 * base/error.h - error handling inside the library, in addition to gfn_fail().
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <gfn/status.h>

/* Prepend text to the current message: "run.ini, line 3: " + message. Returns status. */
gfn_status gfn_fail_in(gfn_status status, const char *format, ...) GFN_PRINTF(2, 3);

/* Return from the calling function if `call` fails. */
#define GFN_TRY(call)                                                                              \
    do {                                                                                           \
        gfn_status try_status_ = (call);                                                           \
        if (try_status_ != GFN_OK)                                                                 \
            return try_status_;                                                                    \
    } while (0)

#endif
