/* SPDX-License-Identifier: MIT
 *
 * Whole trajectories from the trained policy, drawn over all ranks and written to a file by rank 0.
 * What a trajectory is depends on its number alone, so the file does not depend on which rank drew
 * it.
 */
#include "run/run.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "data/packed_state.h"
#include "io/memory_left.h"
#include "rollout/rows.h"
#include "run/metadata.h"

#define FORMAT "gfn-dist trajectories 1"

/* A margin on the steps that the first trajectories predict. */
#define MORE_STEPS 1.05

/* Layout of messages. A trajectory: its number of steps, log R(x), x. A step: the state that it
 * leaves, the action, log P_F and log P_B. */
enum { HEAD_WORDS = 2, STEP_WORDS = 2 };

/* The data that rank 0 writes. */
typedef struct whole {
    int64_t n, steps, room; /* trajectories, their steps, and the capacity in steps */
    int64_t *first;         /* [n + 1] */
    double *log_reward;     /* [n] */
    int32_t *objects;       /* [n][width] */
    int32_t *states;        /* [room][width] */
    int32_t *actions;       /* [room] */
    float *log_pf, *log_pb; /* [room] */
} whole;

/* Records of one kind, of this rank and of all ranks. */
typedef struct records {
    size_t words; /* of a record */
    size_t room[2];
    int64_t *mine, *all;
} records;

typedef struct drawing {
    gfn_run *run;
    size_t width;
    gfn_trajectories *log;
    records heads, steps;
    size_t *counts; /* [size] */
    whole out;      /* on rank 0 */
} drawing;

/* ---- memory ---- */

static gfn_status allocate(drawing *d, int64_t n)
{
    const size_t key_words = gfn_packed_words(d->width);
    d->heads.words = HEAD_WORDS + key_words;
    d->steps.words = STEP_WORDS + key_words;
    if (gfn_model_flow(d->run->model) == GFN_FLOW_EDGES)
        GFN_TRY(gfn_sampler_go_back_by_flows(d->run->sampler, true));
    GFN_TRY(gfn_sampler_trajectories(d->run->sampler, &d->log));
    GFN_TRY(gfn_allocate("counts of ranks", (size_t)gfn_comm_size(d->run->comm), sizeof(size_t),
                         &d->counts));
    if (gfn_comm_rank(d->run->comm) != 0)
        return GFN_OK;
    d->out.n = n;
    GFN_TRY(gfn_allocate("trajectories", (size_t)n + 1, sizeof(int64_t), &d->out.first));
    GFN_TRY(gfn_allocate("trajectories", (size_t)n, sizeof(double), &d->out.log_reward));
    return gfn_allocate("trajectories", (size_t)n * d->width, sizeof(int32_t), &d->out.objects);
}

static void release(drawing *d)
{
    void *arrays[] = {&d->heads.mine,     &d->heads.all,   &d->steps.mine, &d->steps.all,
                      &d->counts,         &d->out.first,   &d->out.states, &d->out.objects,
                      &d->out.log_reward, &d->out.actions, &d->out.log_pf, &d->out.log_pb};
    gfn_trajectories_destroy(&d->log);
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        gfn_release(arrays[i]);
}

/* Make room for n records; old contents are lost. */
static gfn_status make_room(records *r, int64_t **array, size_t *room, size_t n)
{
    size_t words;
    if (n <= *room)
        return GFN_OK;
    gfn_release(array);
    *room = 0;
    if (!gfn_multiply(n, r->words, &words))
        words = SIZE_MAX;
    GFN_TRY(gfn_allocate("trajectories to send", words, sizeof(int64_t), array));
    *room = n;
    return GFN_OK;
}

/* Replace an array by a longer one. */
static gfn_status lengthen(void *array, size_t size, int64_t now, int64_t room)
{
    void **old = array, *new;
    GFN_TRY(gfn_allocate("trajectories", (size_t)room, size, &new));
    if (now > 0)
        memcpy(new, *old, (size_t)now * size);
    gfn_release(array);
    *old = new;
    return GFN_OK;
}

/* Make room on rank 0 for `more` steps, after `done` trajectories. The total is predicted from the
 * trajectories drawn so far, so that a file that does not fit into memory is refused early. */
static gfn_status make_room_for_steps(drawing *d, int64_t done, int64_t more)
{
    whole *w = &d->out;
    const size_t each = (d->width + 1) * sizeof(int32_t) + 2 * sizeof(float); /* bytes per step */
    const int64_t needed = w->steps + more;
    if (needed <= w->room)
        return GFN_OK;
    const double promised = (double)needed / (double)done * (double)w->n * MORE_STEPS;
    const size_t once = (d->width + 4) * sizeof(int32_t);
    const double bytes =
        fmax(promised, (double)needed) * (double)each + (double)w->n * (double)once;
    const int64_t left = gfn_memory_left("");
    if (promised > (double)INT64_MAX / 2 / (double)each || !gfn_memory_has_room(bytes, left))
        return gfn_fail(GFN_ENOMEM,
                        "%" PRId64 " trajectories of %.3g steps need %.2g GiB on rank 0, where "
                        "%.2g GiB are left (hint: fewer --samples)",
                        w->n, (double)needed / (double)done, gfn_memory_gib(bytes),
                        gfn_memory_gib(left > 0 ? (double)left : 0));
    const int64_t room = promised > (double)needed ? (int64_t)promised : needed;
    GFN_TRY(lengthen(&w->states, d->width * sizeof(int32_t), w->steps, room));
    GFN_TRY(lengthen(&w->actions, sizeof(int32_t), w->steps, room));
    GFN_TRY(lengthen(&w->log_pf, sizeof(float), w->steps, room));
    GFN_TRY(lengthen(&w->log_pb, sizeof(float), w->steps, room));
    w->room = room;
    return GFN_OK;
}

/* ---- messages ---- */

static int64_t count_steps(const gfn_trajectories *log)
{
    int64_t steps = 0;
    for (size_t i = 0; i < log->n; i++)
        steps += log->n_steps[i];
    return steps;
}

static void pack_step(const drawing *d, size_t at, const int32_t *states, int64_t *record)
{
    const float log_p[2] = {(float)d->log->log_pf[at], (float)d->log->log_pb[at]};
    record[0] = d->log->action[at];
    memcpy(&record[1], log_p, sizeof log_p);
    gfn_packed_write(record + STEP_WORDS, states + (size_t)d->log->row[at] * d->width, d->width);
}

/* Convert the log into records of this rank. */
static gfn_status pack(drawing *d, int64_t n_steps)
{
    const gfn_trajectories *log = d->log;
    size_t n_states, k = 0;
    const int32_t *states = gfn_sampler_states(d->run->sampler, &n_states);
    GFN_TRY(make_room(&d->heads, &d->heads.mine, &d->heads.room[0], log->n));
    GFN_TRY(make_room(&d->steps, &d->steps.mine, &d->steps.room[0], (size_t)n_steps));
    for (size_t i = 0; i < log->n; i++) {
        int64_t *head = d->heads.mine + i * d->heads.words;
        head[0] = log->n_steps[i];
        memcpy(&head[1], &log->log_reward[i], sizeof(double));
        gfn_packed_write(head + HEAD_WORDS, log->terminal + i * d->width, d->width);
        for (size_t t = 0; t < (size_t)log->n_steps[i]; t++)
            pack_step(d, i * log->max_steps + t, states, d->steps.mine + k++ * d->steps.words);
    }
    return GFN_OK;
}

/* Append the records of trajectories first ... first + n - 1 to the data that rank 0 writes. */
static gfn_status unpack(drawing *d, int64_t first, int64_t n, int64_t n_steps)
{
    whole *w = &d->out;
    GFN_TRY(make_room_for_steps(d, first + n, n_steps));
    for (int64_t i = 0; i < n; i++) {
        const int64_t *head = d->heads.all + (size_t)i * d->heads.words;
        w->first[first + i + 1] = w->first[first + i] + head[0];
        memcpy(&w->log_reward[first + i], &head[1], sizeof(double));
        gfn_packed_read(head + HEAD_WORDS, w->objects + (size_t)(first + i) * d->width, d->width);
    }
    for (int64_t i = 0; i < n_steps; i++, w->steps++) {
        const int64_t *step = d->steps.all + (size_t)i * d->steps.words;
        float log_p[2];
        memcpy(log_p, &step[1], sizeof log_p);
        w->actions[w->steps] = (int32_t)step[0];
        w->log_pf[w->steps] = log_p[0];
        w->log_pb[w->steps] = log_p[1];
        gfn_packed_read(step + STEP_WORDS, w->states + (size_t)w->steps * d->width, d->width);
    }
    return GFN_OK;
}

/* Draw trajectories first ... first + n - 1 of the stream, at most what the ranks' logs hold. */
static gfn_status draw_part(drawing *d, const gfn_stream *stream, int64_t first, int64_t n)
{
    gfn_comm *comm = d->run->comm;
    int64_t my_first, my_n, all_steps = 0;
    gfn_comm_share(comm, n, &my_first, &my_n);
    gfn_status status =
        gfn_sampler_sample(d->run->sampler, stream, first + my_first, (size_t)my_n, d->log);
    const int64_t my_steps = status == GFN_OK ? count_steps(d->log) : 0;
    if (status == GFN_OK)
        status = pack(d, my_steps);
    GFN_TRY(gfn_comm_agree(comm, status));
    all_steps = my_steps;
    GFN_TRY(gfn_comm_sum_i64(comm, &all_steps, 1));
    status = make_room(&d->heads, &d->heads.all, &d->heads.room[1], (size_t)n);
    if (status == GFN_OK)
        status = make_room(&d->steps, &d->steps.all, &d->steps.room[1], (size_t)all_steps);
    GFN_TRY(gfn_comm_agree(comm, status));
    GFN_TRY(gfn_comm_gather_i64(comm, d->heads.mine, (size_t)my_n, d->heads.words, d->heads.all,
                                (size_t)n, d->counts));
    GFN_TRY(gfn_comm_gather_i64(comm, d->steps.mine, (size_t)my_steps, d->steps.words, d->steps.all,
                                (size_t)all_steps, d->counts));
    if (gfn_comm_rank(comm) == 0)
        status = unpack(d, first, n, all_steps);
    return gfn_comm_agree(comm, status);
}

/* ---- the file ---- */

/* Descriptions of the arrays, by name. */
static const struct gfn_text meanings[] = {
    {"states", "[steps, width] the state that each step leaves"},
    {"actions", "[steps] the action taken there; the last of a trajectory ends it"},
    {"log_pf", "[steps] log P_F of the action"},
    {"log_pb", "[steps] log P_B of the way back; 0 for the stop action"},
    {"first", "[n + 1] trajectory i has the steps first[i] ... first[i + 1] - 1"},
    {"objects", "[n, width] the object that each trajectory ends with"},
    {"log_reward", "[n] log R of the object"},
};

enum { MEANINGS = sizeof meanings / sizeof meanings[0] };

static gfn_status describe(const gfn_run *run, const gfn_stream *stream, gfn_metadata *m)
{
    GFN_TRY(gfn_metadata_begin(m, run, MEANINGS + 1));
    GFN_TRY(gfn_metadata_add_build(m, run, FORMAT));
    GFN_TRY(gfn_metadata_add_number(m, "seed", stream->seed));
    for (size_t i = 0; i < MEANINGS; i++)
        GFN_TRY(gfn_metadata_add(m, meanings[i].name, meanings[i].value));
    return gfn_metadata_add_options(m, run);
}

static gfn_status save(const drawing *d, const char *file, const gfn_metadata *m)
{
    const whole *w = &d->out;
    const int64_t width = (int64_t)d->width;
    const struct gfn_array arrays[] = {
        {"first", GFN_I64, 1, {w->n + 1}, w->first},
        {"log_reward", GFN_F64, 1, {w->n}, w->log_reward},
        {"objects", GFN_I32, 2, {w->n, width}, w->objects},
        {"states", GFN_I32, 2, {w->steps, width}, w->states},
        {"actions", GFN_I32, 1, {w->steps}, w->actions},
        {"log_pf", GFN_F32, 1, {w->steps}, w->log_pf},
        {"log_pb", GFN_F32, 1, {w->steps}, w->log_pb},
    };
    const struct gfn_tensors tensors = {sizeof arrays / sizeof arrays[0], arrays, m->n, m->texts};
    return gfn_safetensors_save(file, NULL, &tensors);
}

static gfn_status write_file(const drawing *d, const gfn_stream *stream, const char *file)
{
    gfn_metadata m = {0};
    GFN_TRY(gfn_arena_create(&m.arena));
    gfn_status status = describe(d->run, stream, &m);
    if (status == GFN_OK)
        status = save(d, file, &m);
    gfn_arena_destroy(&m.arena);
    return status;
}

gfn_status gfn_run_write_trajectories(gfn_run *run, const gfn_stream *stream, int64_t n,
                                      const char *file)
{
    drawing d = {.run = run, .width = (size_t)gfn_env_spec_of(run->env)->state_width};
    gfn_status status = gfn_comm_agree(run->comm, allocate(&d, n));
    const int64_t part = status == GFN_OK ? (int64_t)d.log->capacity * gfn_comm_size(run->comm) : 0;
    if (status == GFN_OK)
        status = gfn_sampler_explore(run->sampler, 0, 1);
    for (int64_t first = 0; first < n && status == GFN_OK; first += part)
        status = draw_part(&d, stream, first, n - first < part ? n - first : part);
    if (status == GFN_OK) {
        if (gfn_comm_rank(run->comm) == 0)
            status = write_file(&d, stream, file);
        status = gfn_comm_agree(run->comm, status);
    }
    gfn_sampler_go_back_by_flows(run->sampler, false);
    status = gfn_run_fail_in(run, status);
    release(&d);
    return status;
}
