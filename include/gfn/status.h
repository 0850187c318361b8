/* SPDX-License-Identifier: MIT
 *
 * gfn/status.h - what every function that can fail returns.
 *
 * Results leave through the last pointers; a function that does not return GFN_OK leaves them
 * untouched unless it says otherwise. The library never prints, exits or aborts.
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
    GFN_ENOMEM,   /* memory could not be had */
    GFN_EIO,      /* a file could not be opened, read or written */
    GFN_EDATA,    /* a file is damaged or is not what it should be */
    GFN_EEXIST,   /* something that must not be overwritten is there */
    GFN_ECOMM,    /* processes could not talk to each other, or disagree */
    GFN_ENUMERIC, /* a number is not finite or leaves the range that can be summed exactly */
    GFN_ENOSUP,   /* the object lacks the capability that was asked for */
} gfn_status;

/* Name of a status, e.g. "GFN_EINVAL". Never NULL; static storage. */
GFN_API const char *gfn_status_name(gfn_status status);

/* Message of the last failure on the calling thread: what was expected, what was found, a hint.
 * Never NULL; valid until the next failing call on this thread. */
GFN_API const char *gfn_error_message(void);

/* For authors of environments: set the calling thread's message, as printf() would print it, and
 * return `status`. It is cut at 1023 bytes, and control characters, which what it quotes may hold,
 * become '?'.
 *     return gfn_fail(GFN_EINVAL, "lamps: expected an even number, found %d (hint: --lamps 4)", n);
 */
GFN_API gfn_status gfn_fail(gfn_status status, const char *format, ...) GFN_PRINTF(2, 3);

GFN_END_DECLS

#endif
