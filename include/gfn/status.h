/* SPDX-License-Identifier: MIT
 *
 * gfn/status.h - the status that every function that can fail returns.
 *
 * The last pointer arguments are for results. A function that does not return GFN_OK leaves a
 * result that is one value (a pointer, a number, a struct) unchanged. Arrays and logs that the
 * caller provides to be filled are undefined then, unless the function's comment says otherwise.
 * The library never prints, exits or aborts.
 */
#ifndef GFN_STATUS_H
#define GFN_STATUS_H

#ifdef __cplusplus
#define GFN_BEGIN_DECLS extern "C" {
#define GFN_END_DECLS }
#else
#define GFN_BEGIN_DECLS
#define GFN_END_DECLS
#endif

#if defined(__GNUC__)
#define GFN_API __attribute__((visibility("default")))
#define GFN_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define GFN_API
#define GFN_PRINTF(text, first)
#endif

GFN_BEGIN_DECLS

typedef enum gfn_status {
    GFN_OK = 0,
    GFN_EINVAL,   /* an argument or option is out of range, unknown or contradicts another */
    GFN_ENOMEM,   /* out of memory */
    GFN_EIO,      /* a file cannot be opened, read or written */
    GFN_EDATA,    /* a file is damaged or has unexpected contents */
    GFN_EEXIST,   /* something exists that must not be overwritten */
    GFN_ECOMM,    /* processes cannot communicate, or disagree */
    GFN_ENUMERIC, /* a number is not finite or exceeds the range of exact sums */
    GFN_ENOSUP,   /* the object or the build does not support this */
    GFN_EENV,     /* an environment failed: gfn_env_fail(), or a log R that is NAN or infinite */
} gfn_status;

/* Name of a status, e.g. "GFN_EINVAL". Never NULL; static storage. */
GFN_API const char *gfn_status_name(gfn_status status);

/* Message of the last failure on the calling thread: what was expected, what was found, and a hint.
 * Never NULL; valid until the next failing call on this thread. */
GFN_API const char *gfn_error_message(void);

/* For authors of environments: set the calling thread's message, formatted as by printf(), and
 * return `status`. The message is cut at 1023 bytes; control characters become '?'.
 *     return gfn_fail(GFN_EINVAL, "lamps: expected an even number, found %d (hint: --lamps 4)", n);
 */
GFN_API gfn_status gfn_fail(gfn_status status, const char *format, ...) GFN_PRINTF(2, 3);

GFN_END_DECLS

#endif
