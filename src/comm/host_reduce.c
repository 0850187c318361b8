/* SPDX-License-Identifier: MIT
 *
 * An exchange: every rank adds its words to a shared buffer, all ranks meet at a barrier, and every
 * rank copies the result.
 *
 * Words are added in place, in pieces: the first rank writes a piece, later ranks add to it. So
 * early ranks do their part while late ranks still work, memory does not grow with the number of
 * ranks, and there is one barrier for any length. Each piece has a lock; ranks begin at different
 * pieces, so that they seldom need the same one.
 *
 * One barrier per exchange is enough because exchanges alternate between two buffers. A rank in
 * exchange k + 2 has passed the barrier of k + 1, which every rank reached after copying the result
 * of k. So no rank still reads the buffer of k when it is written for k + 2.
 *
 * Integer sums do not depend on the order, even if a partial sum wraps.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/host_reduce.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "base/clock.h"
#include "base/clones.h"
#include "base/error.h"
#include "base/memory.h"

#define LONG_YIELD 5e-4 /* seconds */

enum { SLEEPS = 64, PIECES = 256, PIECE_LEAST = 64, LINE = GFN_ALIGNMENT / sizeof(int64_t) };

struct piece {
    _Alignas(GFN_ALIGNMENT) atomic_uint is_taken;
    int given; /* ranks that have added their words */
};

/* Members that different ranks write at the same time are in different cache lines. */
struct gfn_host_memory {
    gfn_status status; /* of rank 0's messages to other hosts */
    atomic_bool has_alarm;
    _Alignas(GFN_ALIGNMENT) atomic_uint arrived, sleepers;
    _Alignas(GFN_ALIGNMENT) atomic_uint barrier; /* barriers that have been passed */
    struct piece piece[2][PIECES];
    _Alignas(GFN_ALIGNMENT) int64_t words[2][GFN_HOST_WORDS];
    size_t counts[]; /* [2][size], followed by the heartbeats [size] */
};

#ifdef __linux__

/* Sleep until *word is no longer `value`; may also wake for no reason. Not FUTEX_PRIVATE: processes
 * share the word. */
static void sleep_on(atomic_uint *word, unsigned value)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void wake_all(atomic_uint *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

#else

static void sleep_on(atomic_uint *word, unsigned value)
{
    const struct timespec nap = {.tv_nsec = 50000};
    (void)word, (void)value;
    nanosleep(&nap, NULL);
}

static void wake_all(atomic_uint *word)
{
    (void)word;
}

#endif

/* Poll *word; returns whether it is no longer `value`. If yielding takes longer than half a
 * millisecond, another program or a busy rank has the core. Then sleeping is better: a rank that
 * wakes gets its core back at once, and waking is cheap in comparison. */
static bool poll_for_change(struct gfn_host *host, atomic_uint *word, unsigned value)
{
    if (host->sleeps > 0) {
        host->sleeps--;
        return false;
    }
    double before = gfn_clock_seconds();
    for (int poll = 0; poll < host->polls && host->sleeps == 0; poll++) {
        if (atomic_load_explicit(word, memory_order_acquire) != value)
            return true;
        sched_yield();
        const double after = gfn_clock_seconds();
        host->sleeps = after - before > LONG_YIELD ? SLEEPS : 0;
        before = after;
    }
    return false;
}

/* Barrier: return when all ranks have called this. Afterwards each rank can read what the others
 * wrote before. */
static void wait_for_all(struct gfn_host *host)
{
    struct gfn_host_memory *memory = host->memory;
    const unsigned barrier = atomic_load(&memory->barrier);
    if (atomic_fetch_add(&memory->arrived, 1) + 1 == (unsigned)host->size) {
        atomic_store(&memory->arrived, 0);
        atomic_store(&memory->barrier, barrier + 1);
        if (atomic_load(&memory->sleepers) > 0)
            wake_all(&memory->barrier);
        return;
    }
    if (poll_for_change(host, &memory->barrier, barrier))
        return;
    /* The last rank wakes those that were counted before it read `sleepers`. A rank that is counted
     * later finds the barrier passed. */
    atomic_fetch_add(&memory->sleepers, 1);
    while (atomic_load(&memory->barrier) == barrier)
        sleep_on(&memory->barrier, barrier);
    atomic_fetch_sub(&memory->sleepers, 1);
}

static void pass_barrier(struct gfn_host *host)
{
    gfn_heartbeat_add(&host->heartbeat->milestones);
    wait_for_all(host);
}

GFN_CLONES
static void add(int64_t *restrict total, const int64_t *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        total[i] = (int64_t)((uint64_t)total[i] + (uint64_t)x[i]);
}

static void min(int64_t *total, const int64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        total[i] = x[i] < total[i] ? x[i] : total[i];
}

static void put(const struct gfn_host *host, enum gfn_host_operation operation, struct piece *piece,
                int64_t *total, const int64_t *x, size_t n)
{
    while (atomic_exchange_explicit(&piece->is_taken, 1, memory_order_acquire))
        sched_yield();
    if (piece->given == 0)
        memcpy(total, x, n * sizeof *x);
    else if (operation == GFN_HOST_SUM)
        add(total, x, n);
    else
        min(total, x, n);
    piece->given = (piece->given + 1) % host->size;
    atomic_store_explicit(&piece->is_taken, 0, memory_order_release);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Enough pieces for every rank to work on a different one, but none too short to be worth a lock.
 */
static size_t find_piece_length(int size, size_t n)
{
    const size_t length = n / smaller(4 * (size_t)size, PIECES) / LINE * LINE + LINE;
    return length > PIECE_LEAST ? length : PIECE_LEAST;
}

static void put_all(const struct gfn_host *host, enum gfn_host_operation operation, int64_t *total,
                    const int64_t *x, size_t n)
{
    struct piece *piece = host->memory->piece[host->exchange % 2];
    const size_t length = find_piece_length(host->size, n), pieces = (n + length - 1) / length;
    size_t at = (size_t)host->rank * pieces / (size_t)host->size;
    for (size_t i = 0; i < pieces; i++, at = at + 1 < pieces ? at + 1 : 0) {
        const size_t start = at * length;
        put(host, operation, &piece[at], total + start, x + start, smaller(length, n - start));
    }
}

static gfn_status reduce_others(struct gfn_host *host, enum gfn_host_operation operation,
                                const struct gfn_host_others *others, int64_t *total, size_t n)
{
    struct gfn_host_memory *memory = host->memory;
    /* While the first rank waits for other hosts, it is not behind the others. */
    gfn_heartbeat_add(&host->heartbeat->milestones);
    if (host->rank == 0)
        memory->status = others->reduce(others->self, operation, total, n);
    wait_for_all(host);
    if (memory->status != GFN_OK && host->rank > 0)
        return gfn_fail(memory->status,
                        "the first rank of this host could not reach the other hosts");
    return memory->status;
}

gfn_status gfn_host_reduce(struct gfn_host *host, enum gfn_host_operation operation, int64_t *x,
                           size_t n, const struct gfn_host_others *others)
{
    for (size_t done = 0, part; done < n; done += part) {
        part = smaller(n - done, host->words);
        host->exchange++;
        int64_t *total = host->memory->words[host->exchange % 2];
        put_all(host, operation, total, x + done, part);
        pass_barrier(host);
        if (others)
            GFN_TRY(reduce_others(host, operation, others, total, part));
        memcpy(x + done, total, part * sizeof *x);
    }
    return GFN_OK;
}

/* Words of the records that one rank can send along with its count. */
static size_t find_room(const struct gfn_host *host)
{
    return host->words / (size_t)host->size / LINE * LINE;
}

static bool fits_in_room(const struct gfn_host *host, size_t n, size_t width)
{
    return width == 0 || n <= find_room(host) / width;
}

void gfn_host_count(struct gfn_host *host, const int64_t *mine, size_t n, size_t width,
                    size_t *counts)
{
    struct gfn_host_memory *memory = host->memory;
    const size_t size = (size_t)host->size, rank = (size_t)host->rank;
    const size_t place = ++host->exchange % 2;
    memory->counts[place * size + rank] = n;
    if (fits_in_room(host, n, width) && n * width > 0)
        memcpy(memory->words[place] + rank * find_room(host), mine, n * width * sizeof *mine);
    pass_barrier(host);
    memcpy(counts, memory->counts + place * size, size * sizeof *counts);
}

/* The words of all records are cut into parts; every rank copies its own words into each part.
 * `first`: the number of words before its own. */
static void gather_parts(struct gfn_host *host, const int64_t *mine, size_t first, size_t n,
                         int64_t *all, size_t total)
{
    for (size_t done = 0, part; done < total; done += part) {
        part = smaller(total - done, host->words);
        int64_t *words = host->memory->words[++host->exchange % 2];
        const size_t from = first > done ? first : done;
        const size_t to = smaller(first + n, done + part);
        if (from < to)
            memcpy(words + (from - done), mine + (from - first), (to - from) * sizeof *mine);
        pass_barrier(host);
        memcpy(all + done, words, part * sizeof *all);
    }
}

void gfn_host_gather(struct gfn_host *host, const int64_t *mine, size_t width, int64_t *all,
                     const size_t *counts)
{
    const int64_t *words = host->memory->words[host->exchange % 2];
    bool all_fit = true;
    size_t first = 0, total = 0;
    for (int rank = 0; rank < host->size; rank++) {
        all_fit = all_fit && fits_in_room(host, counts[rank], width);
        first += rank < host->rank ? counts[rank] * width : 0;
        total += counts[rank] * width;
    }
    if (!all_fit) {
        gather_parts(host, mine, first, counts[host->rank] * width, all, total);
        return;
    }
    for (int rank = 0; rank < host->size; rank++, words += find_room(host))
        if (counts[rank] * width > 0) {
            memcpy(all, words, counts[rank] * width * sizeof *all);
            all += counts[rank] * width;
        }
}

static size_t find_heartbeats(int size)
{
    const size_t end = sizeof(struct gfn_host_memory) + 2 * (size_t)size * sizeof(size_t);
    return (end + GFN_ALIGNMENT - 1) / GFN_ALIGNMENT * GFN_ALIGNMENT;
}

size_t gfn_host_bytes(int size)
{
    return find_heartbeats(size) + (size_t)size * sizeof(struct gfn_heartbeat);
}

struct gfn_heartbeat *gfn_host_heartbeats(const struct gfn_host *host)
{
    return (struct gfn_heartbeat *)((char *)host->memory + find_heartbeats(host->size));
}

atomic_bool *gfn_host_alarm(const struct gfn_host *host)
{
    return &host->memory->has_alarm;
}

void gfn_host_join(struct gfn_host *host, void *memory, int rank, int size)
{
    *host = (struct gfn_host){
        .memory = memory,
        .rank = rank,
        .size = size,
        .polls = GFN_HOST_POLLS,
        .words = GFN_HOST_WORDS,
    };
    if (memory)
        host->heartbeat = gfn_host_heartbeats(host) + rank;
}
