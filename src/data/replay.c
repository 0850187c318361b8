/* SPDX-License-Identifier: MIT
 *
 * A FIFO buffer is a ring; one by reward is sorted, so that what it holds is found by bisection and
 * what it gives up is the last.
 */
#include "data/replay.h"

#include <stdbool.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "data/state_set.h"

struct gfn_replay {
    gfn_replay_kind kind;
    size_t capacity, width, count;
    size_t first;    /* FIFO: where the oldest is */
    int32_t *object; /* [capacity + 1][width], the last one scratch */
    double *reward;  /* [capacity + 1] log R */
};

gfn_status gfn_replay_create(gfn_replay_kind kind, size_t capacity, size_t width,
                             gfn_replay **replay)
{
    size_t words;
    if (capacity == 0 || capacity >= (size_t)1 << 30 || width == 0 ||
        !gfn_multiply(capacity + 1, width, &words))
        return gfn_fail(GFN_EINVAL,
                        "replay buffer: %zu objects of %zu words, can hold at most 2^30 (hint: a "
                        "smaller --replay-capacity)",
                        capacity, width);
    gfn_replay *r;
    GFN_TRY(gfn_allocate("replay buffer", 1, sizeof *r, &r));
    *r = (gfn_replay){.kind = kind, .capacity = capacity, .width = width};
    gfn_status status = gfn_allocate("objects to replay", words, sizeof(int32_t), &r->object);
    if (status == GFN_OK)
        status = gfn_allocate("rewards to replay", capacity + 1, sizeof(double), &r->reward);
    if (status != GFN_OK)
        gfn_replay_destroy(&r);
    else
        *replay = r;
    return status;
}

void gfn_replay_destroy(gfn_replay **replay)
{
    if (*replay == NULL)
        return;
    gfn_release(&(*replay)->object);
    gfn_release(&(*replay)->reward);
    gfn_release(replay);
}

static void put(gfn_replay *r, size_t place, const int32_t *object, double log_reward)
{
    memcpy(r->object + place * r->width, object, r->width * sizeof *object);
    r->reward[place] = log_reward;
}

/* Negative where (object, log_reward) comes before element i, 0 where it is that. */
static int compare(const gfn_replay *r, const int32_t *object, double log_reward, size_t i)
{
    const int32_t *other = r->object + i * r->width;
    if (log_reward > r->reward[i] || log_reward < r->reward[i])
        return log_reward > r->reward[i] ? -1 : 1;
    const size_t a = gfn_state_hash(object, r->width), b = gfn_state_hash(other, r->width);
    if (a != b)
        return a < b ? -1 : 1;
    return memcmp(object, other, r->width * sizeof *object);
}

/* The first place before whose element the object does not come after; *is_held: it is there. */
static size_t find(const gfn_replay *r, const int32_t *object, double log_reward, bool *is_held)
{
    size_t low = 0, high = r->count;
    *is_held = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare(r, object, log_reward, middle);
        *is_held |= order == 0;
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void add_by_reward(gfn_replay *r, const int32_t *object, double log_reward)
{
    bool is_held;
    const size_t place = find(r, object, log_reward, &is_held);
    if (is_held || place == r->capacity)
        return;
    const size_t behind = r->count - place, width = r->width;
    memmove(r->object + (place + 1) * width, r->object + place * width,
            behind * width * sizeof *r->object);
    memmove(r->reward + place + 1, r->reward + place, behind * sizeof *r->reward);
    put(r, place, object, log_reward);
    r->count += r->count < r->capacity;
}

void gfn_replay_add(gfn_replay *r, const int32_t *object, double log_reward)
{
    if (r->kind == GFN_REPLAY_REWARD) {
        add_by_reward(r, object, log_reward);
    } else if (r->count < r->capacity) {
        put(r, r->count++, object, log_reward);
    } else {
        put(r, r->first, object, log_reward);
        r->first = (r->first + 1) % r->capacity;
    }
}

size_t gfn_replay_count(const gfn_replay *replay)
{
    return replay->count;
}

size_t gfn_replay_capacity(const gfn_replay *replay)
{
    return replay->capacity;
}

const int32_t *gfn_replay_object(const gfn_replay *replay, size_t i)
{
    return replay->object + (replay->first + i) % replay->capacity * replay->width;
}
