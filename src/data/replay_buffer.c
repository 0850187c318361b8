/* SPDX-License-Identifier: MIT
 *
 * A FIFO buffer is a ring. A buffer by reward is a sorted array: bisection finds an object, and the
 * object to drop is the last one. New objects are sorted among themselves and then merged, so that
 * many insertions move the array only once.
 */
#include "data/replay_buffer.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "data/state_set.h"

/* New objects per merge. */
enum { PART = 256 };

struct gfn_replay_buffer {
    gfn_replay_kind kind;
    size_t capacity, width, count;
    size_t first;    /* FIFO: place of the oldest object */
    int32_t *object; /* [capacity][width] */
    double *reward;  /* [capacity] log R */
};

/* An object with its sort key: reward, then hash, then words. */
typedef struct element {
    const int32_t *object;
    double reward;
    size_t hash;
    size_t place; /* of a new object: index of the stored object before which it belongs */
} element;

const char *gfn_replay_name(size_t index)
{
    static const char *const names[] = {
        [GFN_REPLAY_NONE] = "none", [GFN_REPLAY_FIFO] = "fifo", [GFN_REPLAY_REWARD] = "reward"};
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

gfn_status gfn_replay_buffer_create(gfn_replay_kind kind, size_t capacity, size_t width,
                                    gfn_replay_buffer **replay)
{
    size_t words;
    if (capacity == 0 || capacity >= (size_t)1 << 30 || width == 0 ||
        !gfn_multiply(capacity, width, &words))
        return gfn_fail(GFN_EINVAL,
                        "replay buffer: %zu object%s of %zu word%s, can hold at most 2^30 (hint: a "
                        "smaller --replay-capacity)",
                        capacity, gfn_plural((int64_t)capacity), width, gfn_plural((int64_t)width));
    gfn_replay_buffer *r;
    GFN_TRY(gfn_allocate("replay buffer", 1, sizeof *r, &r));
    *r = (gfn_replay_buffer){.kind = kind, .capacity = capacity, .width = width};
    gfn_status status = gfn_allocate("objects to replay", words, sizeof(int32_t), &r->object);
    if (status == GFN_OK)
        status = gfn_allocate("rewards to replay", capacity, sizeof(double), &r->reward);
    if (status != GFN_OK)
        gfn_replay_buffer_destroy(&r);
    else
        *replay = r;
    return status;
}

void gfn_replay_buffer_destroy(gfn_replay_buffer **replay)
{
    if (*replay == NULL)
        return;
    gfn_release(&(*replay)->object);
    gfn_release(&(*replay)->reward);
    gfn_release(replay);
}

static void put(gfn_replay_buffer *r, size_t place, const int32_t *object, double log_reward)
{
    memcpy(r->object + place * r->width, object, r->width * sizeof *object);
    r->reward[place] = log_reward;
}

/* ---- by reward ---- */

static element describe(const gfn_replay_buffer *r, const int32_t *object, double reward)
{
    return (element){object, reward, gfn_state_hash(object, r->width), 0};
}

/* Negative if a comes before b; 0 if they are the same object. */
static int compare(element a, element b, size_t width)
{
    if (a.reward > b.reward || a.reward < b.reward)
        return a.reward > b.reward ? -1 : 1;
    if (a.hash != b.hash)
        return a.hash < b.hash ? -1 : 1;
    return memcmp(a.object, b.object, width * sizeof *a.object);
}

/* Set e->place; false if the object is stored already. */
static bool find_place(const gfn_replay_buffer *r, element *e)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const element held = describe(r, r->object + middle * r->width, r->reward[middle]);
        const int order = compare(*e, held, r->width);
        if (order == 0)
            return false;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    e->place = low;
    return true;
}

/* Insert an element into n sorted ones unless it is among them. Returns the new n. */
static size_t insert(element *sorted, size_t n, element e, size_t width)
{
    size_t i = n;
    int order = -1;
    while (i > 0 && (order = compare(e, sorted[i - 1], width)) < 0)
        i--;
    if (i > 0 && order == 0)
        return n;
    memmove(sorted + i + 1, sorted + i, (n - i) * sizeof *sorted);
    sorted[i] = e;
    return n + 1;
}

/* Move stored objects [first, end) by `by` places toward the end; those beyond the capacity are
 * dropped. */
static void shift(gfn_replay_buffer *r, size_t first, size_t end, size_t by)
{
    const size_t to = first + by, width = r->width;
    if (to >= r->capacity)
        return;
    const size_t n = end - first < r->capacity - to ? end - first : r->capacity - to;
    memmove(r->object + to * width, r->object + first * width, n * width * sizeof *r->object);
    memmove(r->reward + to, r->reward + first, n * sizeof *r->reward);
}

static void merge(gfn_replay_buffer *r, size_t n, const element *sorted)
{
    size_t end = r->count;
    for (size_t i = n; i-- > 0; end = sorted[i].place) {
        shift(r, sorted[i].place, end, i + 1);
        if (sorted[i].place + i < r->capacity)
            put(r, sorted[i].place + i, sorted[i].object, sorted[i].reward);
    }
    r->count = r->count + n < r->capacity ? r->count + n : r->capacity;
}

/* Add n <= PART objects to a buffer by reward. */
static void add_by_reward(gfn_replay_buffer *r, size_t n, const int32_t *object,
                          const double *log_reward)
{
    element sorted[PART];
    size_t fresh = 0;
    for (size_t i = 0; i < n; i++) {
        element e = describe(r, object + i * r->width, log_reward[i]);
        if (find_place(r, &e) && e.place < r->capacity)
            fresh = insert(sorted, fresh, e, r->width);
    }
    merge(r, fresh, sorted);
}

/* ---- FIFO ---- */

static void add_newest(gfn_replay_buffer *r, size_t n, const int32_t *object,
                       const double *log_reward)
{
    for (size_t i = 0; i < n; i++) {
        const bool is_full = r->count == r->capacity;
        put(r, is_full ? r->first : r->count, object + i * r->width, log_reward[i]);
        if (is_full)
            r->first = (r->first + 1) % r->capacity;
        else
            r->count++;
    }
}

/* ---- both kinds ---- */

void gfn_replay_buffer_add(gfn_replay_buffer *r, size_t n, const int32_t *object,
                           const double *log_reward)
{
    for (size_t done = 0; done < n; done += PART) {
        const size_t some = n - done < PART ? n - done : PART;
        (r->kind == GFN_REPLAY_REWARD ? add_by_reward : add_newest)(
            r, some, object + done * r->width, log_reward + done);
    }
}

size_t gfn_replay_buffer_count(const gfn_replay_buffer *replay)
{
    return replay->count;
}

size_t gfn_replay_buffer_capacity(const gfn_replay_buffer *replay)
{
    return replay->capacity;
}

const int32_t *gfn_replay_buffer_object(const gfn_replay_buffer *replay, size_t i)
{
    return replay->object + (replay->first + i) % replay->capacity * replay->width;
}
