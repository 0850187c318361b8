/* SPDX-License-Identifier: MIT */
#include "io/fields.h"

#include <string.h>
#include <zlib.h>

#include "base/error.h"
#include "base/memory.h"

bool gfn_is_gzip(const void *bytes, size_t n)
{
    static const unsigned char magic[] = {0x1f, 0x8b};
    return n >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

/* Pieces that zlib can count. */
enum { PIECE = 1 << 24 };

typedef struct stretcher {
    z_stream z;
    char *text; /* [room] */
    size_t used, room;
} stretcher;

/* Uncompress into the free room, of which one byte is left for a '\0'. Returns zlib's state. */
static int inflate_piece(stretcher *s)
{
    const size_t free = s->room - s->used - 1, n = free < PIECE ? free : PIECE;
    s->z.next_out = (unsigned char *)s->text + s->used;
    s->z.avail_out = (unsigned)n;
    const int state = inflate(&s->z, Z_NO_FLUSH);
    s->used += n - s->z.avail_out;
    return state;
}

/* Files may have several members, one after another. */
static gfn_status inflate_all(stretcher *s, const char *path, size_t most)
{
    const unsigned char *end = s->z.next_in + s->z.avail_in;
    for (;;) {
        GFN_TRY(gfn_grow("uncompressed text", s->used + 2, 1, &s->room, &s->text));
        const int state = inflate_piece(s);
        if (s->used > most)
            return gfn_fail(GFN_EDATA, "%s: expected at most %zu bytes of text, found more", path,
                            most);
        if (state == Z_STREAM_END && s->z.next_in == end)
            break;
        if (state == Z_STREAM_END)
            inflateReset(&s->z);
        else if (state != Z_OK && !(state == Z_BUF_ERROR && s->z.avail_out == 0))
            return gfn_fail(GFN_EDATA, "%s: expected a whole gzip file, found it damaged or cut",
                            path);
    }
    s->text[s->used] = '\0';
    return GFN_OK;
}

gfn_status gfn_gunzip(const char *path, size_t most, char **bytes, size_t *n)
{
    stretcher s = {.z = {.next_in = (unsigned char *)*bytes, .avail_in = (unsigned)*n}};
    if (*n > UINT32_MAX || inflateInit2(&s.z, 16 + MAX_WBITS) != Z_OK)
        return gfn_fail(GFN_EDATA, "%s: expected at most 4 GiB, compressed", path);
    gfn_status status = gfn_grow("uncompressed text", 4 * *n, 1, &s.room, &s.text);
    if (status == GFN_OK)
        status = inflate_all(&s, path, most);
    inflateEnd(&s.z);
    if (status == GFN_OK) {
        gfn_release(bytes);
        *bytes = s.text;
        *n = s.used;
    } else {
        gfn_release(&s.text);
    }
    return status;
}
