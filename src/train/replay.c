/* SPDX-License-Identifier: MIT
 *
 * The replay buffer of a run, the same on every rank: filled by what training draws, or once from a
 * file of objects.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "data/packed_state.h"
#include "env/env_internal.h"
#include "io/npy.h"
#include "train/checkpoint.h"

/* Share of a batch that is drawn back where nothing is said: from a buffer that training fills, and
 * from a file, by which training is offline then. */
#define SHARE_OF_BUFFER 0.5
#define SHARE_OF_FILE 1.0

/* ---- objects from a file ---- */

static gfn_status check_array(const struct gfn_array *array, const gfn_env *env)
{
    const int64_t width = env->spec.state_width;
    char text[200];
    if ((array->dtype == GFN_I32 || array->dtype == GFN_I64) && array->ndim == 2 &&
        array->shape[1] == width && array->shape[0] > 0 && array->shape[0] < INT64_C(1) << 30)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL,
                    "expected objects of %s as an array of int32 or int64, [n, %lld], found %s "
                    "(hint: gfn-dist sample RUN --out FILE writes one)",
                    env->ops->name, (long long)width, gfn_array_describe(array, text, sizeof text));
}

/* Words are int32; those of an array of int64 must fit. */
static gfn_status copy_words(const struct gfn_array *array, size_t n, int32_t *words)
{
    const int64_t *wide = array->data;
    if (array->dtype == GFN_I32) {
        memcpy(words, array->data, n * sizeof *words);
        return GFN_OK;
    }
    for (size_t i = 0; i < n; i++) {
        words[i] = (int32_t)wide[i];
        if (words[i] != wide[i])
            return gfn_fail(GFN_EINVAL,
                            "row %zu: expected words of 32 bits, found %" PRId64
                            " (hint: gfn-dist sample RUN --out FILE writes objects)",
                            i / (size_t)array->shape[1], wide[i]);
    }
    return GFN_OK;
}

static gfn_status copy_objects(const struct gfn_array *array, const gfn_env *env, int32_t **objects)
{
    GFN_TRY(check_array(array, env));
    const size_t words = (size_t)array->shape[0] * (size_t)array->shape[1];
    GFN_TRY(gfn_allocate("terminal states", words, sizeof(int32_t), objects));
    GFN_TRY(copy_words(array, words, *objects));
    return gfn_env_check_objects(env, (size_t)array->shape[0], *objects);
}

/* On rank 0. */
static gfn_status load(const char *path, const gfn_env *env, int32_t **objects, size_t *n)
{
    struct gfn_array array;
    gfn_status status = gfn_npy_load(path, &array);
    if (status == GFN_EDATA) /* of somebody's file: a bad option */
        status = GFN_EINVAL;
    if (status != GFN_OK)
        return gfn_fail_in(status, "terminal-states: ");
    *n = (size_t)array.shape[0];
    status = copy_objects(&array, env, objects);
    gfn_release(&array.data);
    return status == GFN_EINVAL ? gfn_fail_in(status, "terminal-states: %s: ", path) : status;
}

/* ---- the buffer ---- */

/* Objects whose rewards are found together. */
enum { PART = 256 };

static void add(gfn_trainer *t, size_t n, const int32_t *objects)
{
    const gfn_env *env = t->run->env;
    const size_t width = (size_t)env->spec.state_width;
    double log_reward[PART];
    for (size_t done = 0; done < n; done += PART) {
        const size_t some = n - done < PART ? n - done : PART;
        const int32_t *object = objects + done * width;
        env->ops->log_reward(env->world, some, object, log_reward);
        gfn_replay_buffer_add(t->replays.buffer, some, object, log_reward);
    }
}

/* Objects that rank 0 has become those of all ranks, in a buffer of `capacity` or just for them. */
static gfn_status fill(gfn_trainer *t, gfn_status mine, int32_t *objects, size_t n)
{
    gfn_run *run = t->run;
    gfn_replays *r = &t->replays;
    const size_t width = (size_t)gfn_env_spec_of(run->env)->state_width;
    int32_t *all = objects;
    GFN_TRY(gfn_comm_agree(run->comm, mine));
    GFN_TRY(gfn_comm_broadcast(run->comm, &n, sizeof n));
    const size_t capacity = r->capacity > 0 ? r->capacity : n;
    gfn_status status = gfn_replay_buffer_create(r->kind, capacity, width, &r->buffer);
    if (status == GFN_OK && objects == NULL)
        status = gfn_allocate("objects to replay", n * width, sizeof(int32_t), &all);
    status = gfn_comm_agree(run->comm, status);
    if (status == GFN_OK && n > 0)
        status = gfn_comm_broadcast(run->comm, all, n * width * sizeof(int32_t));
    if (status == GFN_OK)
        add(t, n, all);
    if (all != objects)
        gfn_release(&all);
    return status;
}

static gfn_status check_options(const gfn_options *o)
{
    const bool has_file = gfn_options_is_set(o, "terminal-states");
    const bool grows = strcmp(gfn_options_text(o, "replay"), "none") != 0;
    if (has_file && grows)
        return gfn_fail(GFN_EINVAL,
                        "terminal-states: expected --replay none beside a file of objects, found "
                        "--replay %s (hint: a buffer is filled by training or from a file)",
                        gfn_options_text(o, "replay"));
    if (!has_file && !grows && gfn_options_is_set(o, "replay-share"))
        return gfn_fail(GFN_EINVAL,
                        "replay-share: expected a replay buffer, found --replay none and no "
                        "--terminal-states (hint: --replay fifo)");
    return GFN_OK;
}

/* How much of a batch is drawn back. A buffer lives on what is new in each. */
static gfn_status set_share(gfn_trainer *t)
{
    const gfn_options *o = t->run->options;
    gfn_replays *r = &t->replays;
    double share = r->grows ? SHARE_OF_BUFFER : SHARE_OF_FILE;
    if (gfn_options_is_set(o, "replay-share"))
        share = gfn_options_number(o, "replay-share");
    r->n = llround(share * (double)t->batch_size);
    if (r->n == 0 && share > 0)
        return gfn_fail(
            GFN_EINVAL,
            "replay-share: expected a share that is at least one trajectory of a batch, "
            "found %g of --batch-size %" PRId64 " (hint: a larger share or batch)",
            share, t->batch_size);
    if (r->grows && r->n == t->batch_size)
        return gfn_fail(GFN_EINVAL,
                        "replay-share: expected a share that leaves something new in each batch "
                        "for --replay %s, found %g of --batch-size %" PRId64
                        " (hint: a smaller share or a larger batch)",
                        gfn_options_text(o, "replay"), share, t->batch_size);
    return GFN_OK;
}

static gfn_status allocate_exchange(gfn_trainer *t)
{
    gfn_replays *r = &t->replays;
    r->key_words = gfn_packed_words(t->log->state_width);
    GFN_TRY(gfn_allocate("objects of this rank", (size_t)t->n * r->key_words, sizeof(int64_t),
                         &r->records));
    GFN_TRY(gfn_allocate("objects of a batch", (size_t)t->batch_size * r->key_words,
                         sizeof(int64_t), &r->gathered));
    return gfn_allocate("counts of ranks", (size_t)gfn_comm_size(t->run->comm), sizeof(size_t),
                        &r->counts);
}

gfn_status gfn_replays_create(gfn_trainer *t)
{
    const gfn_options *o = t->run->options;
    const char *file = gfn_options_text(o, "terminal-states");
    gfn_replays *r = &t->replays;
    int32_t *objects = NULL;
    size_t n = 0;
    GFN_TRY(check_options(o));
    r->grows = strcmp(gfn_options_text(o, "replay"), "none") != 0;
    if (!r->grows && !file[0])
        return GFN_OK;
    const bool is_best = strcmp(gfn_options_text(o, "replay"), "reward") == 0;
    r->kind = is_best ? GFN_REPLAY_REWARD : GFN_REPLAY_FIFO;
    r->capacity = r->grows ? (size_t)gfn_options_int(o, "replay-capacity") : 0;
    GFN_TRY(set_share(t));
    if (r->grows)
        GFN_TRY(gfn_comm_agree(t->run->comm, allocate_exchange(t)));
    if (t->run->has_checkpoint) /* which has the objects */
        return GFN_OK;
    gfn_status status = GFN_OK;
    if (file[0] && gfn_comm_rank(t->run->comm) == 0)
        status = load(file, t->run->env, &objects, &n);
    status = fill(t, status, objects, n);
    gfn_release(&objects);
    return status;
}

void gfn_replays_clear(gfn_replays *r)
{
    gfn_replay_buffer_destroy(&r->buffer);
    gfn_release(&r->records);
    gfn_release(&r->gathered);
    gfn_release(&r->counts);
}

gfn_status gfn_replays_add(gfn_trainer *t, const gfn_trajectories *log)
{
    gfn_replays *r = &t->replays;
    const size_t width = log->state_width;
    size_t all = 0;
    if (!r->grows)
        return GFN_OK;
    for (size_t i = 0; i < log->n; i++)
        gfn_packed_write(r->records + i * r->key_words, log->terminal + i * width, width);
    GFN_TRY(gfn_comm_gather_i64(t->run->comm, r->records, log->n, r->key_words, r->gathered,
                                (size_t)t->batch_size, r->counts));
    for (int rank = 0; rank < gfn_comm_size(t->run->comm); rank++)
        all += r->counts[rank];
    /* Without the padding of records, in their place. */
    int32_t *objects = (int32_t *)(void *)r->gathered;
    for (size_t i = 0; i < all; i++)
        memmove(objects + i * width, gfn_packed_state(r->gathered + i * r->key_words),
                width * sizeof *objects);
    add(t, all, objects);
    return GFN_OK;
}

/* ---- in a checkpoint ---- */

/* On rank 0: a copy of what the checkpoint holds, if that can be. */
static gfn_status read_tensor(const gfn_trainer *t, int32_t **copy, size_t *n)
{
    const gfn_replays *r = &t->replays;
    const size_t width = t->log->state_width;
    const int32_t *objects = NULL;
    GFN_TRY(gfn_checkpoint_objects(t->run->checkpoint, GFN_CHECKPOINT_REPLAY, width, &objects, n));
    if (r->grows ? *n > r->capacity : *n == 0)
        return gfn_fail(GFN_EDATA,
                        "tensor \"" GFN_CHECKPOINT_REPLAY "\": expected %s%zu objects, found %zu "
                        "(hint: use another copy)",
                        r->grows ? "at most " : "more than ", r->capacity, *n);
    gfn_status status = gfn_env_check_objects(t->run->env, *n, objects);
    if (status == GFN_EINVAL)
        return gfn_fail_in(GFN_EDATA, "tensor \"" GFN_CHECKPOINT_REPLAY "\": ");
    GFN_TRY(status);
    GFN_TRY(gfn_allocate("objects to replay", *n * width, sizeof **copy, copy));
    if (*n > 0)
        memcpy(*copy, objects, *n * width * sizeof **copy);
    return GFN_OK;
}

gfn_status gfn_replays_restore(gfn_trainer *t, gfn_status mine)
{
    int32_t *copy = NULL;
    size_t n = 0;
    if (!t->replays.grows && !gfn_options_is_set(t->run->options, "terminal-states"))
        return gfn_comm_agree(t->run->comm, mine);
    if (mine == GFN_OK && t->run->checkpoint)
        mine = read_tensor(t, &copy, &n);
    gfn_status status = fill(t, mine, copy, n);
    gfn_release(&copy);
    return status;
}
