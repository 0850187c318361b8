/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"

static gfn_status no_memory(const char *what, size_t bytes)
{
    return gfn_fail(GFN_ENOMEM, "%s: no memory for %.1f MiB (hint: a smaller job, or more ranks)",
                    what, (double)bytes / (1024.0 * 1024.0));
}

gfn_status gfn_allocate(const char *what, size_t n, size_t size, void *array)
{
    void **out = array;
    *out = NULL;
    size_t bytes;
    if (!gfn_multiply(n ? n : 1, size, &bytes) || bytes > SIZE_MAX / 2)
        return gfn_fail(GFN_EINVAL,
                        "%s: %zu elements of %zu byte%s are more than memory can address", what, n,
                        size, gfn_plural((int64_t)size));
    bytes = (bytes + GFN_ALIGNMENT - 1) & ~(GFN_ALIGNMENT - 1);
    /* calloc() hands out large arrays as untouched zero pages; memset() would touch them. The
     * address of the block is stored just before the aligned array, so that gfn_release() finds
     * it. */
    char *block = calloc(1, bytes + GFN_ALIGNMENT + sizeof(void *));
    if (block == NULL)
        return no_memory(what, bytes);
    uintptr_t start = (uintptr_t)block + sizeof(void *);
    size_t shift = (GFN_ALIGNMENT - start % GFN_ALIGNMENT) % GFN_ALIGNMENT;
    char *aligned = block + sizeof(void *) + shift;
    memcpy(aligned - sizeof(void *), &block, sizeof(void *));
    *out = aligned;
    return GFN_OK;
}

enum { FIRST_ROOM = 64 };

gfn_status gfn_grow(const char *what, size_t needed, size_t size, size_t *room, void *array)
{
    void **old = array, *larger;
    if (needed <= *room)
        return GFN_OK;
    size_t more = *room < SIZE_MAX / 2 ? 2 * *room : needed;
    if (more < FIRST_ROOM)
        more = FIRST_ROOM;
    if (more < needed)
        more = needed;
    GFN_TRY(gfn_allocate(what, more, size, &larger));
    if (*room > 0)
        memcpy(larger, *old, *room * size);
    gfn_release(old);
    *old = larger;
    *room = more;
    return GFN_OK;
}

void gfn_release(void *array)
{
    void **address = array;
    if (*address == NULL)
        return;
    void *block;
    memcpy(&block, (char *)*address - sizeof(void *), sizeof(void *));
    free(block);
    *address = NULL;
}

struct block {
    struct block *next;
    size_t size, used;
    char *bytes;
};

struct gfn_arena {
    struct block *blocks;
};

enum { FIRST_BLOCK = 4096 };

gfn_status gfn_arena_create(gfn_arena **arena)
{
    *arena = calloc(1, sizeof **arena);
    return *arena ? GFN_OK : no_memory("arena", sizeof **arena);
}

void gfn_arena_destroy(gfn_arena **arena)
{
    if (*arena == NULL)
        return;
    for (struct block *block = (*arena)->blocks; block != NULL;) {
        struct block *next = block->next;
        gfn_release(&block->bytes);
        free(block);
        block = next;
    }
    free(*arena);
    *arena = NULL;
}

static gfn_status add_block(gfn_arena *arena, size_t needed)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (size < needed)
        size = needed;
    struct block *block = calloc(1, sizeof *block);
    if (block == NULL)
        return no_memory("arena", sizeof *block);
    gfn_status status = gfn_allocate("arena", size, 1, &block->bytes);
    if (status != GFN_OK) {
        free(block);
        return status;
    }
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return GFN_OK;
}

gfn_status gfn_arena_take(gfn_arena *arena, size_t n, size_t size, void *array)
{
    void **out = array;
    *out = NULL;
    size_t bytes;
    if (!gfn_multiply(n ? n : 1, size, &bytes) || bytes > SIZE_MAX / 4)
        return gfn_fail(GFN_EINVAL, "arena: %zu elements of %zu byte%s overflow", n, size,
                        gfn_plural((int64_t)size));
    bytes = (bytes + GFN_ALIGNMENT - 1) & ~(GFN_ALIGNMENT - 1);
    struct block *block = arena->blocks;
    if (block == NULL || block->size - block->used < bytes) {
        GFN_TRY(add_block(arena, bytes));
        block = arena->blocks;
    }
    *out = block->bytes + block->used;
    block->used += bytes;
    return GFN_OK;
}
