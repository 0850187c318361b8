/* SPDX-License-Identifier: MIT
 *
 * A function that shares memory between threads is wrong only if one thread is in the middle of it
 * while another one calls it. If there is a core for each, that happens soon; on one core it hardly
 * ever does. So a timer interrupts the first thread at random moments, and holds it there until
 * others have answered several questions.
 */
#include "env/check_threads.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <gfn/random.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/format.h"
#include "base/interrupt.h"
#include "base/parallel.h"

/* Lanes per call. In calls for many lanes, most of the time is spent in the function. */
static const size_t batches[] = {GFN_PROBE_LANES, 7, GFN_PROBE_LANES, 2, GFN_PROBE_LANES, 1};
enum { BATCHES = sizeof batches / sizeof batches[0] };

/* Each thread asks each function for so many seconds of work, or once. These times and those below
 * are multiplied by the effort. */
static const double seconds_of_work = 0.01;

/* The first thread is interrupted so often in a function that many threads ask, and as long as that
 * takes no more than so many seconds. An interruption comes after at most `longest_wait`, and
 * lasts until others have answered enough questions, or for `longest_pause`: if the first thread
 * holds a lock, there are no answers. */
enum { MOST_INTERRUPTIONS = 1000, ENOUGH_ANSWERS = 4 };
static const double seconds_of_interruptions = 0.25, longest_wait = 2e-5, longest_pause = 3e-4;

/* New environments with few questions each, so that threads meet while an environment computes what
 * it computes once; no more are created after so many seconds. */
enum { SHORT_ROUNDS = 48 };
static const double seconds_for_short = 1;

/* Questions of a measurement at most, and in each call of it; the least that each thread asks. */
enum { MOST_MEASURED = 100000, LEAST_LANES = 8 };

/* What the threads call: one function, each another one, or nothing any more, while the first asks
 * alone. */
enum calls { SAME_FUNCTION, MIXED_FUNCTIONS, NO_CALLS };

struct contest {
    gfn_fresh *fresh;
    int threads;
    size_t n_asked; /* functions about which there are questions */
    gfn_probe_function asked[GFN_PROBE_FUNCTIONS];
    size_t lanes[GFN_PROBE_FUNCTIONS];  /* questions that are used */
    size_t passes[GFN_PROBE_FUNCTIONS]; /* times that each thread asks them */
    void *unused;                       /* result of a measurement */
    char *out;                          /* [threads][bytes] results */
    size_t bytes;

    uint64_t round; /* of new environments; the long one is the last */
    bool is_short;  /* ask each function one time */
    _Atomic enum calls calls;

    /* Interruptions of the first thread. */
    bool is_interrupted;    /* the system can do that */
    atomic_size_t begun;    /* indices that the first thread has begun */
    atomic_size_t finished; /* and finished */
    atomic_bool is_due;     /* the timer is to be set */
    atomic_bool is_paused;  /* the first thread waits for others */
    atomic_size_t answers;  /* by others */
    uint32_t interruptions; /* of this function */
    double begin;           /* of this function */
    size_t index;           /* of this function */

    /* The first wrong result, or reported failure. */
    atomic_flag has_failed;
    atomic_bool is_over;
    gfn_probe_function function;
    size_t lane;
    bool has_same_mode; /* the floating-point mode is that before the call */
    enum calls during;
};

/* Runs in a signal handler. */
static void pause_first(void *self)
{
    struct contest *t = self;
    const size_t before = atomic_load(&t->answers);
    const double begin = gfn_clock_seconds();
    atomic_store(&t->is_paused, true);
    do
        sched_yield();
    while (atomic_load(&t->answers) - before < ENOUGH_ANSWERS && !atomic_load(&t->is_over) &&
           gfn_clock_seconds() - begin < longest_pause);
    atomic_store(&t->is_paused, false);
    atomic_store(&t->is_due, true);
}

/* Whether the first thread is to be interrupted once more. */
static bool wants_more(const struct contest *t)
{
    return t->is_interrupted && t->interruptions < MOST_INTERRUPTIONS &&
           gfn_clock_seconds() - t->begin < t->fresh->effort * seconds_of_interruptions;
}

/* Set the timer of the first thread if it has run out. In a short round, early moments are likely:
 * nobody knows how long the first call computes what is computed once. */
static void set_timer(struct contest *t, gfn_probe_function f)
{
    const gfn_stream stream = {.purpose = GFN_PURPOSE_CHECK, .iteration = t->round};
    if (!atomic_load_explicit(&t->is_due, memory_order_relaxed) || !wants_more(t))
        return;
    atomic_store(&t->is_due, false);
    const double unit = gfn_random_unit(&stream, (uint64_t)f, t->interruptions++);
    gfn_interrupt_after(longest_wait * (t->is_short ? 10 * unit * unit * unit : unit));
}

/* Other threads count their answers, and leave their core to the first thread in return. */
static void give_way(struct contest *t)
{
    atomic_fetch_add_explicit(&t->answers, 1, memory_order_relaxed);
    if (atomic_load_explicit(&t->is_paused, memory_order_relaxed))
        sched_yield();
}

static void fail(struct contest *t, gfn_probe_function f, size_t lane, bool has_same_mode)
{
    if (atomic_flag_test_and_set(&t->has_failed))
        return;
    t->function = f;
    t->lane = lane;
    t->has_same_mode = has_same_mode;
    t->during = atomic_load(&t->calls);
    atomic_store(&t->is_over, true);
}

/* Ask n questions in one call, and compare. If the world reports a failure, the results mean
 * nothing, and any thread may be the first to see it. */
static void ask(struct contest *t, gfn_probe_function f, size_t first, size_t n, int thread)
{
    const gfn_fresh *c = t->fresh;
    const size_t size = c->probe.bytes[f];
    const char *expected = c->kept[f].out + first * size;
    char *out = t->out + (size_t)thread * t->bytes;
    const gfn_float_mode mode = gfn_float_mode_now();
    gfn_probe_ask_on_thread(c->fresh, f, gfn_probe_slice(c->kept[f].in, c->width, first, n), out);
    const bool has_same_mode = gfn_float_mode_now() == mode;
    const bool can_be_used = gfn_env_end_calls(c->fresh);
    if (can_be_used && has_same_mode && memcmp(out, expected, n * size) == 0)
        return;
    size_t lane = 0;
    while (lane + 1 < n && memcmp(out + lane * size, expected + lane * size, size) == 0)
        lane++;
    fail(t, f, first + lane, has_same_mode);
}

/* Ask all questions, in an order of the thread. */
static void ask_all(struct contest *t, gfn_probe_function f, size_t pass, int thread)
{
    const size_t batch = batches[(pass + (size_t)thread) % BATCHES], lanes = t->lanes[f];
    const size_t calls = (lanes + batch - 1) / batch;
    for (size_t i = 0; i < calls && !atomic_load_explicit(&t->is_over, memory_order_relaxed); i++) {
        const size_t turned = (i + pass + (size_t)thread * calls / (size_t)t->threads) % calls;
        const size_t first = (thread % 2 ? calls - 1 - turned : turned) * batch;
        if (thread == 0) {
            set_timer(t, f);
            atomic_store_explicit(&t->begun, t->index + 1, memory_order_release);
        }
        ask(t, f, first, lanes - first < batch ? lanes - first : batch, thread);
        if (thread != 0)
            give_way(t);
    }
}

static void begin_function(struct contest *t, size_t index, gfn_probe_function f)
{
    t->index = index;
    atomic_store(&t->calls, index < t->n_asked ? SAME_FUNCTION : MIXED_FUNCTIONS);
    t->interruptions = 0;
    t->begin = gfn_clock_seconds();
    atomic_store(&t->is_due, true);
    if (t->fresh->place)
        *t->fresh->place = (gfn_env_place){gfn_probe_name(f), .threads = t->threads};
}

/* The other threads wait until the first one asks. On one core they then run in its first pause, on
 * several at once. */
static void wait_for_first(struct contest *t, size_t index)
{
    while (atomic_load(&t->begun) <= index && !atomic_load(&t->is_over))
        sched_yield();
}

/* A gfn_task. In the first half of the indices all threads ask the same function, then each another
 * one, which needs no more interruptions. */
static void compete(void *self, size_t index, int thread)
{
    struct contest *t = self;
    const bool is_mixed = index >= t->n_asked, is_first = thread == 0;
    const size_t turn = (size_t)t->round + (is_mixed ? (size_t)thread : 0);
    const gfn_probe_function f = t->asked[(index + turn) % t->n_asked];
    const bool is_long = !t->is_short && !is_mixed;
    const size_t passes = is_long ? t->passes[f] : 1;
    if (is_first)
        begin_function(t, index, f);
    else
        wait_for_first(t, index);
    for (size_t pass = 0; !atomic_load(&t->is_over); pass++) {
        const bool goes_on =
            is_first ? is_long && wants_more(t) : atomic_load(&t->finished) <= index;
        if (pass >= passes && !goes_on)
            break;
        ask_all(t, f, pass, thread);
    }
    if (!is_first)
        return;
    atomic_store(&t->finished, index + 1);
}

/* The failure that the world reported. If threads called different functions, it is not known which
 * one failed. */
static gfn_status report_failure(const struct contest *t)
{
    const char *name = gfn_probe_name(t->function);
    const gfn_status status = gfn_env_failure(t->fresh->fresh);
    if (status == GFN_OK)
        return GFN_OK;
    if (t->threads == 1)
        return gfn_fail_in(status, "%s(): ", name);
    if (t->during == NO_CALLS)
        return gfn_fail_in(status, "%s(), after calls by %d threads: ", name, t->threads);
    if (t->during == MIXED_FUNCTIONS)
        return gfn_fail_in(status, "several functions, called by %d threads at once: ", t->threads);
    return gfn_fail_in(status, "%s(), called by %d threads at once: ", name, t->threads);
}

static gfn_status report(const struct contest *t)
{
    GFN_TRY(report_failure(t));
    const gfn_kept *k = &t->fresh->kept[t->function];
    const int32_t *state = k->in.state ? k->in.state + t->lane * t->fresh->width : NULL;
    char rule[100];
    if (!t->has_same_mode)
        return gfn_probe_broken_mode(t->fresh->env, gfn_probe_name(t->function), state);
    gfn_format(rule, sizeof rule, "several threads may call %s() at once",
               gfn_probe_name(t->function));
    return gfn_probe_broken(t->fresh->env, state, rule,
                            "expected the result that the state has alone, found another one while "
                            "%d threads asked (hint: no static variables, no cache without a lock)",
                            t->threads);
}

/* Let threads ask a new environment, and then one thread alone: what the others have left behind in
 * a cache must be right, too. If there is only one thread, interruptions make it ask for as long:
 * results that change after many calls are found by that alone. */
static gfn_status run_round(struct contest *t)
{
    GFN_TRY(gfn_fresh_renew(t->fresh));
    const size_t n = (t->is_short ? 1 : 2) * t->n_asked;
    atomic_store(&t->begun, 0);
    atomic_store(&t->finished, 0);
    t->is_interrupted = gfn_interrupt_begin(pause_first, t);
    t->threads = gfn_parallel_team(t->threads, n, compete, t);
    if (t->is_interrupted)
        gfn_interrupt_end();
    t->is_interrupted = false;
    atomic_store(&t->calls, NO_CALLS);
    for (size_t i = 0; i < t->n_asked; i++)
        ask_all(t, t->asked[i], 0, 0);
    if (atomic_load(&t->is_over))
        return report(t);
    t->round++;
    return GFN_OK;
}

/* Measure how long a question takes, and find how many fill the time of a function. */
static gfn_status plan(struct contest *t, gfn_probe_function f)
{
    const gfn_fresh *c = t->fresh;
    const gfn_kept *k = &c->kept[f];
    const double begin = gfn_clock_seconds();
    double seconds = 0;
    size_t asked = 0;
    if (k->in.n == 0)
        return GFN_OK;
    for (; seconds < 1e-3 && asked < MOST_MEASURED; asked += LEAST_LANES) {
        const size_t first = asked % k->in.n, left = k->in.n - first;
        const size_t n = left < LEAST_LANES ? left : LEAST_LANES;
        const gfn_probe_input in = gfn_probe_slice(k->in, c->width, first, n);
        GFN_TRY(gfn_probe_ask(c->env, c->place, f, in, t->unused));
        seconds = gfn_clock_seconds() - begin;
    }
    const double work = c->effort * seconds_of_work;
    const size_t fit = (size_t)(work * (double)asked / (seconds + 1e-9));
    t->lanes[f] = fit < LEAST_LANES ? LEAST_LANES : fit;
    t->lanes[f] = t->lanes[f] < k->in.n ? t->lanes[f] : k->in.n;
    t->passes[f] = 1 + fit / t->lanes[f];
    t->asked[t->n_asked++] = f;
    return GFN_OK;
}

static gfn_status plan_all(struct contest *t, gfn_arena *arena)
{
    const size_t *size = t->fresh->probe.bytes;
    size_t largest = 0;
    for (size_t f = 0; f < GFN_PROBE_FUNCTIONS; f++)
        largest = size[f] > largest ? size[f] : largest;
    GFN_TRY(gfn_arena_take(arena, LEAST_LANES, largest, &t->unused));
    for (size_t f = 0; f < GFN_PROBE_FUNCTIONS; f++) {
        GFN_TRY(plan(t, (gfn_probe_function)f));
        const size_t lanes = t->lanes[f] < GFN_PROBE_LANES ? t->lanes[f] : GFN_PROBE_LANES;
        t->bytes = lanes * size[f] > t->bytes ? lanes * size[f] : t->bytes;
    }
    return gfn_arena_take(arena, (size_t)t->threads, t->bytes, &t->out);
}

gfn_status gfn_check_threads(gfn_fresh *fresh, int *threads, gfn_arena *arena)
{
    struct contest t = {.fresh = fresh, .threads = *threads, .has_failed = ATOMIC_FLAG_INIT};
    GFN_TRY(plan_all(&t, arena));
    const double begin = gfn_clock_seconds();
    t.is_short = true;
    do
        GFN_TRY(run_round(&t));
    while (t.round < SHORT_ROUNDS &&
           gfn_clock_seconds() - begin < fresh->effort * seconds_for_short);
    t.is_short = false;
    GFN_TRY(run_round(&t));
    *threads = t.threads;
    return GFN_OK;
}
