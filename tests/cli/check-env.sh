#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check-env asks an environment as training does: new ones, in batches that repeat states, and from
# several threads, also on one core. Each plug-in here is the knapsack with a fault that no single
# call shows. Environments whose rewards come from a table are tested with the user's file, or else
# with made-up rewards.
. "$top_srcdir/tests/cli/common.sh"

# variant NAME: NAME.so is the knapsack with functions from standard input, which also defines the
# names by which the table refers to them.
variant() {
    {
        echo '#define gfn_env_plugin original'
        echo "#include \"$(realpath "$top_srcdir")/tests/external/knapsack.c\""
        echo '#undef gfn_env_plugin'
        printf '#include <%s.h>\n' stdio time unistd
        cat
        cat <<'END'
#ifndef CREATE
#define CREATE create
#endif
#ifndef DESCRIBE
#define DESCRIBE describe
#endif
#ifndef DESTROY
#define DESTROY free
#endif
#ifndef ALLOWED
#define ALLOWED allowed
#endif
#ifndef STEP
#define STEP step
#endif
#ifndef REWARD
#define REWARD log_reward
#endif
#ifndef OPTIONS
#define OPTIONS options
#endif
#ifndef SET_REWARDS
#define SET_REWARDS NULL
#endif
#ifndef WRITE
#define WRITE NULL
#define READ NULL
#endif
const gfn_env_ops gfn_env_plugin = {
    .size = sizeof(gfn_env_ops), .name = "knapsack", .summary = "a knapsack with a fault",
    .options = OPTIONS, .create = CREATE, .destroy = DESTROY, .describe = DESCRIBE,
    .start = start, .allowed = ALLOWED, .step = STEP, .allowed_back = allowed_back,
    .step_back = step_back, .back_action = same_item, .forward_action = same_item,
    .log_reward = REWARD, .observe = observe, .number = number, .state_at = state_at,
    .set_rewards = SET_REWARDS, .write = WRITE, .read = READ,
};
END
    } >"$1.c"
    plugin "$1" "$1.c"
}

# breaks NAME RULE: check-env finds that the plug-in breaks it.
breaks() {
    refused 1 "^gfn-dist: knapsack breaks a rule: $2.*: expected .*found " check-env "./$1.so"
}

# ---- faults that one thread shows

variant repeats <<'END'
/* A cache whose new entries are computed at the end of a call. */
static void cached_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static double cache[1024];
    static char is_known[1024];
    char is_new[n + 1];
    for (size_t i = 0; i < n; i++) {
        is_new[i] = !is_known[state[i]];
        is_known[state[i]] = 1;
        r[i] = cache[state[i]];
    }
    for (size_t i = 0; i < n; i++)
        if (is_new[i]) {
            log_reward(world, 1, state + i, r + i);
            cache[state[i]] = r[i];
        }
}
#define REWARD cached_reward
END
breaks repeats 'lanes are independent in log_reward\(\); in state '

variant counter <<'END'
/* After many calls, the result changes. */
static void counted_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static long calls;
    log_reward(world, n, state, r);
    for (size_t i = 0; i < n && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) > 60000; i++)
        r[i] -= 1;
}
#define REWARD counted_reward
END
breaks counter '.* log_reward\(\)'

variant address <<'END'
static void address_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    log_reward(world, n, state, r);
    for (size_t i = 0; i < n; i++)
        r[i] -= 1e-6 * (double)((size_t)world / 16 % 65521);
}
#define REWARD address_reward
END
breaks address 'results depend on the state alone in log_reward\(\)'

variant clock <<'END'
static double noise[1 << 16];
static int created;
static gfn_status noisy_create(const gfn_options *given, void **world)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    noise[++created % (1 << 16)] = 1e-9 * (double)now.tv_nsec;
    return create(given, world);
}
static void noisy_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    log_reward(world, n, state, r);
    for (size_t i = 0; i < n; i++)
        r[i] -= noise[created % (1 << 16)];
}
#define CREATE noisy_create
#define REWARD noisy_reward
END
breaks clock 'results depend on the state alone in log_reward\(\)'

variant random <<'END'
static int noise;
static gfn_status random_create(const gfn_options *given, void **world)
{
    gfn_status status = create(given, world);
    noise = rand() % 1000;
    return status;
}
static void random_describe(const void *world, gfn_env_spec *spec)
{
    describe(world, spec);
    spec->max_steps += noise; /* trajectories may be shorter */
}
#define CREATE random_create
#define DESCRIBE random_describe
END
breaks random 'equal options give equal descriptions'

# ---- texts, and large spaces
cat >texts.inc <<'END'
/* The word as a number. */
#ifndef REFUSE
#define REFUSE gfn_fail(GFN_EINVAL, "expected a number, found %s", text)
#endif
static size_t write_word(const void *world, const int32_t *state, char *text, size_t size)
{
    (void)world;
    return (size_t)snprintf(text, size, "%d", (int)*state);
}
static gfn_status read_word(const void *world, const char *text, int32_t *state)
{
    (void)world;
    char *end;
    *state = (int32_t)strtol(text, &end, 10);
    return *text && *end == '\0' ? GFN_OK : REFUSE;
}
#define WRITE write_word
#define READ read_word
END
variant texts <texts.inc
passes check-env ./texts.so
{ echo '#define REFUSE (abort(), GFN_EINVAL)' && cat texts.inc; } |
    variant garbage
(
    let_crash
    refused 134 '^gfn-dist: knapsack: aborted; read\(\) was called last ' check-env ./garbage.so
    exit $failed
) || failed=1

passes check-env sequence --letters bits:8 --length 15 # many actions
grep -qE '^  visited +8192 states in random walks$' out || bad "a large space: $(cat out)"

# ---- failures that a plug-in reports are no broken rules
# fails NAME WHERE: check-env returns the failure that the plug-in reports there, with the state.
fails() {
    refused 1 "^gfn-dist: $2: knapsack failed in state \\([0-9]+\\): the licence is lost$" \
        check-env "./$1.so"
}

variant second <<'END'
/* Calls of any other world than the first fail. */
static void reward_of_first(const void *world, size_t n, const int32_t *state, double *r)
{
    static const void *first;
    first = first ? first : world;
    log_reward(world, n, state, r);
    if (world != first)
        gfn_env_fail(world, state, "the licence is lost");
}
#define REWARD reward_of_first
END
fails second 'log_reward\(\)'

variant meeting <<'END'
#include <pthread.h>
/* Calls on any other thread than the first fail. */
static pthread_t first;
static void __attribute__((constructor)) begin(void) { first = pthread_self(); }
static void reward_of_first(const void *world, size_t n, const int32_t *state, double *r)
{
    log_reward(world, n, state, r);
    if (!pthread_equal(first, pthread_self()))
        gfn_env_fail(world, state, "the licence is lost");
}
#define REWARD reward_of_first
END

# ---- faults that several threads show

variant scratch <<'END'
static void scratch_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static volatile int weight[30];
    const knapsack *k = world;
    for (size_t i = 0; i < n; i++) {
        int left = k->room;
        for (int item = 0; item < k->items; item++)
            weight[item] = (state[i] >> item & 1) * (3 + item * item % 7);
        for (int item = 0; item < k->items; item++)
            left -= weight[item];
        r[i] = -fabs((double)left);
    }
}
#define REWARD scratch_reward
END

variant last <<'END'
/* A cache of one entry. */
static void last_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static volatile int32_t last = -1;
    static volatile double value;
    for (size_t i = 0; i < n; i++) {
        if (state[i] != last) {
            double found;
            last = state[i];
            log_reward(world, 1, state + i, &found);
            value = found;
        }
        r[i] = value;
    }
}
#define REWARD last_reward
END

variant mask <<'END'
static void static_mask(const void *world, size_t n, const int32_t *state, uint8_t *mask)
{
    static uint8_t one[31];
    const size_t k = (size_t)((const knapsack *)world)->items + 1;
    for (size_t i = 0; i < n; i++) {
        allowed(world, 1, state + i, one);
        memcpy(mask + i * k, one, k);
    }
}
#define ALLOWED static_mask
END

variant table <<'END'
/* The first call fills a table, without a lock. */
typedef struct owner {
    knapsack k;
    volatile int is_full;
    volatile double table[1024];
} owner;
static gfn_status create_owner(const gfn_options *given, void **world)
{
    void *k;
    gfn_status status = create(given, &k);
    if (status != GFN_OK)
        return status;
    owner *o = calloc(1, sizeof *o);
    o->k = *(knapsack *)k;
    free(k);
    *world = o;
    return GFN_OK;
}
static void table_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    owner *o = (owner *)world;
    if (!o->is_full) {
        o->is_full = 1;
        for (int32_t s = 0; s < 1024; s++) {
            double value;
            log_reward(world, 1, &s, &value);
            o->table[s] = value;
        }
    }
    for (size_t i = 0; i < n; i++)
        r[i] = o->table[state[i]];
}
#define CREATE create_owner
#define REWARD table_reward
END

variant counter-of-buffers <<'END'
/* Two buffers in turns: enough for one thread. */
static void step_in_turns(const void *world, size_t n, int32_t *state, const int32_t *action)
{
    static volatile int32_t buffers[2][64];
    static volatile unsigned used;
    volatile int32_t *buffer = buffers[used++ % 2];
    for (size_t i = 0; i < n; i++)
        buffer[i % 64] = state[i];
    for (size_t i = 0; i < n; i++)
        state[i] = buffer[i % 64] | 1 << action[i];
}
#define STEP step_in_turns
END

# A cache with a lock is correct.
variant lock <<'END'
#include <pthread.h>
static void locked_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static double cache[1024];
    static char is_known[1024];
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < n; i++) {
        if (!is_known[state[i]])
            log_reward(world, 1, state + i, cache + state[i]);
        is_known[state[i]] = 1;
        r[i] = cache[state[i]];
    }
    pthread_mutex_unlock(&mutex);
}
#define REWARD locked_reward
END

variant crash <<'END'
/* Two calls at the same time end the program. */
static void crashing_reward(const void *world, size_t n, const int32_t *state, double *r)
{
    static int running;
    if (__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST) > 1)
        abort();
    log_reward(world, n, state, r);
    __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
}
#define REWARD crashing_reward
END

shared() {
    fails meeting 'log_reward\(\), called by [2-9] threads at once'
    breaks scratch 'several threads may call log_reward\(\) at once; in state '
    breaks last 'several threads may call log_reward\(\) at once; in state '
    breaks mask 'several threads may call allowed\(\) at once; in state '
    breaks table 'several threads may call log_reward\(\) at once; in state '
    breaks counter-of-buffers 'several threads may call step\(\) at once; in state '
    shows '^  asked +alone, in batches, and by [2-9] threads at once$' check-env ./lock.so
}

passes check-env hypergrid
if grep -q '^  asked .* one thread' out; then
    echo "the program was built without threads: faults that they show were left out"
else
    shared
    (
        let_crash
        refused 134 'knapsack: aborted; [a-z_]+\(\) was called last, by [2-9] threads at once' \
            check-env ./crash.so
        exit $failed
    ) || failed=1
    core=$(taskset -cp $$ 2>/dev/null | sed -E 's/.*: ([0-9]+).*/\1/')
    if [ -n "$core" ] && taskset -c "$core" true 2>/dev/null; then
        cat >on-one-core <<END
#!/bin/sh
exec taskset -c $core "$GFN_DIST" "\$@"
END
        chmod +x on-one-core
        program=$GFN_DIST
        GFN_DIST=$PWD/on-one-core
        shared
        GFN_DIST=$program
    else
        echo "no taskset: one core was left out"
    fi
fi

# ---- rewards from a table

# npy FILE SHAPE VALUE...: write the values as an array of doubles, of which these are known.
declare -A bytes=([0]='\0\0' [.5]='\xe0\x3f' [1]='\xf0\x3f' [2]='\0\x40' [4]='\x10\x40')
npy() {
    local file=$1 shape=$2 value
    shift 2
    {
        printf '\x93NUMPY\x01\0\x76\0%-117s\n' \
            "{'descr': '<f8', 'fortran_order': False, 'shape': ($shape), }"
        # shellcheck disable=SC2059
        for value; do printf "\0\0\0\0\0\0${bytes[$value]}"; done
    } >"$file"
}

made_up='^  rewards +made up, random and positive, because no file is given$'
shows "$made_up" check-env hypergrid --reward file --size 5 --ndim 3
grep -qE '^  states +125, all of them tested' out || bad "made up: $(cat out)"
cp out first
shows "$made_up" check-env hypergrid --reward file --size 5 --ndim 3 --seed 3
cmp first out || bad "other rewards are made up: $(cat out)"
npy square.npy '3, 3' 1 .5 2 0 1 4 0 .5 2
shows '^  rewards +of the file /.*/square.npy$' \
    check-env hypergrid --size 3 --reward file --reward-file square.npy
grep -qE '^  largest log R 1.386294361$' out || bad "largest log R of 4: $(cat out)"
refused 2 '^gfn-dist: .*square.npy: hypergrid: expected 4 x 4 values, one per state, found 3 x 3 ' \
    check-env hypergrid --size 4 --reward file --reward-file square.npy
refused 1 '^gfn-dist: .*nowhere.npy: ' check-env hypergrid --reward file --reward-file nowhere.npy
refused 2 '^gfn-dist: hypergrid: expected a space of at most 134217728 states .*found 1000000000 ' \
    check-env hypergrid --size 1000 --ndim 3 --reward file
refused 2 '^gfn-dist: hypergrid: reward-file is /.*/square.npy, and the reward original reads none' \
    check-env hypergrid --reward-file square.npy

cat >taker.inc <<'END'
/* A knapsack whose rewards are a table. */
typedef struct taker {
    knapsack k;
    double *log_r, log_z;
} taker;
static const gfn_option taker_options[] = {
    {"items", GFN_OPTION_INT, "3", 1, 30, NULL, "Knapsack", "items that there are"},
    {"room", GFN_OPTION_INT, "8", 0, 1000, NULL, "Knapsack", "weight that fits in"},
    {"reward-file", GFN_OPTION_WORD, "", 0, 0, NULL, "Knapsack", "rewards of all sets"},
    {0},
};
static gfn_status create_taker(const gfn_options *given, void **world)
{
    taker *t = calloc(1, sizeof *t);
    t->k.items = (int)gfn_options_int(given, "items");
    t->k.room = (int)gfn_options_int(given, "room");
    *world = t;
    return GFN_OK;
}
static void destroy_taker(void *world)
{
    free(((taker *)world)->log_r);
    free(world);
}
static void describe_taker(const void *world, gfn_env_spec *spec)
{
    describe(world, spec);
    const taker *t = world;
    spec->needs_rewards = t->log_r == NULL;
    spec->ndim = 1;
#ifdef AXES
    spec->ndim = AXES;
#endif
    spec->axis[0] = spec->n_states;
    spec->log_z = t->log_r ? t->log_z : NAN;
}
static gfn_status take_rewards(void *world, int ndim, const int64_t *axis, const double *reward)
{
    taker *t = world;
    double *log_r = malloc((size_t)axis[0] * sizeof *log_r), z = 0;
    for (int64_t i = 0; i < axis[0]; i++) {
        log_r[i] = log(reward[i]);
        z += reward[i];
    }
    free(t->log_r);
    t->log_r = log_r;
    t->log_z = log(z);
    return GFN_OK;
}
static void reward_of_taker(const void *world, size_t n, const int32_t *state, double *r)
{
    for (size_t i = 0; i < n; i++)
        r[i] = ((const taker *)world)->log_r[state[i]];
}
#define OPTIONS taker_options
#define CREATE create_taker
#define DESTROY destroy_taker
#define DESCRIBE describe_taker
#define REWARD reward_of_taker
#define SET_REWARDS take_rewards
END
variant taker <taker.inc
shows "$made_up" check-env ./taker.so --items 4
npy sets.npy 8, 1 .5 2 1 4 .5 2 1
shows '^  rewards +of the file sets.npy$' check-env ./taker.so --reward-file sets.npy
grep -qE '^  log Z +2.4849066' out || bad "log Z of 12: $(cat out)"
npy more.npy 9, 1 .5 2 1 4 .5 2 1 1
refused 2 'more.npy: knapsack: expected 8 values, one per state, found 9' \
    check-env ./taker.so --reward-file more.npy
{ echo '#define AXES 2'; cat taker.inc; } | variant crooked
refused 2 'knapsack: the description of the world is wrong: expected that axis' check-env ./crooked.so
exit $failed
