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

static gfn_status grow(char **text, size_t used, size_t *room)
{
    char *larger;
    GFN_TRY(gfn_allocate("uncompressed text", 2 * *room + 1, 1, &larger));
    memcpy(larger, *text, used);
    gfn_release(text);
    *text = larger;
    *room *= 2;
    return GFN_OK;
}

/* Files may have several members, one after another. */
static gfn_status inflate_all(z_stream *z, const char *path, size_t most, char **text, size_t *n)
{
    size_t room = *n, used = 0;
    const unsigned char *end = z->next_in + z->avail_in;
    for (int state = Z_OK;;) {
        if (used == room)
            GFN_TRY(grow(text, used, &room));
        const size_t free = room - used < PIECE ? room - used : PIECE;
        z->next_out = (unsigned char *)*text + used;
        z->avail_out = (unsigned)free;
        state = inflate(z, Z_NO_FLUSH);
        used += free - z->avail_out;
        if (used > most)
            return gfn_fail(GFN_EDATA, "%s: expected at most %zu bytes of text, found more", path,
                            most);
        if (state == Z_STREAM_END && z->next_in == end)
            break;
        if (state == Z_STREAM_END)
            inflateReset(z);
        else if (state != Z_OK && !(state == Z_BUF_ERROR && z->avail_out == 0))
            return gfn_fail(GFN_EDATA, "%s: expected a whole gzip file, found it damaged or cut",
                            path);
    }
    (*text)[used] = '\0';
    *n = used;
    return GFN_OK;
}

gfn_status gfn_gunzip(const char *path, const void *bytes, size_t n, size_t most, void *out,
                      size_t *n_out)
{
    z_stream z = {.next_in = (z_const unsigned char *)bytes, .avail_in = (unsigned)n};
    char *text = NULL;
    if (n > UINT32_MAX || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
        return gfn_fail(GFN_EDATA, "%s: expected at most 4 GiB, compressed", path);
    *n_out = 4 * n + 64;
    gfn_status status = gfn_allocate("uncompressed text", *n_out + 1, 1, &text);
    if (status == GFN_OK)
        status = inflate_all(&z, path, most, &text, n_out);
    inflateEnd(&z);
    if (status == GFN_OK)
        memcpy(out, &text, sizeof text);
    else
        gfn_release(&text);
    return status;
}
