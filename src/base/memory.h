/* SPDX-License-Identifier: MIT
 *
 * base/memory.h - memory: checked products, aligned arrays, and an arena.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/status.h>

#define GFN_ALIGNMENT ((size_t)64)

/* *product = a * b; false if it overflows. */
static inline bool gfn_multiply(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

static inline bool gfn_multiply_i64(int64_t a, int64_t b, int64_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* n zeroed elements of `size` bytes, aligned to 64 bytes; free with gfn_release(). Pages that are
 * never touched cost nothing. n = 0 gives one element. `what` names the array in the message.
 * Errors: GFN_EINVAL (n * size overflows), GFN_ENOMEM; *array is then NULL. */
gfn_status gfn_allocate(const char *what, size_t n, size_t size, void *array);

/* Make room for at least `needed` elements in an array of *room elements from gfn_allocate(), or
 * NULL with *room 0: if it has less, it is replaced by one with at least twice the room. The
 * elements are kept, and the new ones are zero. Errors: those of gfn_allocate(); then nothing has
 * changed. */
gfn_status gfn_grow(const char *what, size_t needed, size_t size, size_t *room, void *array);

/* Free and set to NULL. `array` is the address of the pointer, which may be NULL. */
void gfn_release(void *array);

/* Arrays that are all freed together, by gfn_arena_destroy(). They lie in blocks of doubling
 * size. */
typedef struct gfn_arena gfn_arena;

gfn_status gfn_arena_create(gfn_arena **arena);
void gfn_arena_destroy(gfn_arena **arena);

/* As gfn_allocate(): n zeroed elements of `size` bytes, aligned to 64 bytes. */
gfn_status gfn_arena_take(gfn_arena *arena, size_t n, size_t size, void *array);

#endif
