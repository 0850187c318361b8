/* SPDX-License-Identifier: MIT
 *
 * Objects drawn from the trained policy over all ranks, and their metrics beside those of a perfect
 * sampler.
 */
#include "eval/exact.h"
#include "run/run.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "data/exchange.h"

/* Objects per round, over all ranks. */
enum { PART = 65536 };

typedef struct drawing {
    gfn_run *run;
    const gfn_stream *stream;
    bool is_root;
    gfn_exchange exchange; /* of at most PART objects */
    int32_t *mine;         /* [share of PART][width] */
    int32_t *objects;      /* [n][width] on rank 0 */
} drawing;

static gfn_status allocate(drawing *d, int64_t n)
{
    gfn_exchange *x = &d->exchange;
    const size_t part = n < PART ? (size_t)n : PART, size = (size_t)gfn_comm_size(d->run->comm);
    const size_t share = (part + size - 1) / size;
    *x = (gfn_exchange){.comm = d->run->comm,
                        .width = (size_t)gfn_env_spec_of(d->run->env)->state_width,
                        .capacity = share,
                        .all_capacity = part};
    GFN_TRY(gfn_exchange_init(x));
    GFN_TRY(gfn_allocate("objects of this rank", share * x->width, sizeof(int32_t), &d->mine));
    if (!d->is_root)
        return GFN_OK;
    return gfn_allocate("objects", (size_t)n * x->width, sizeof(int32_t), &d->objects);
}

/* Draw objects first ... first + n - 1 of the stream, n <= PART. */
static gfn_status draw_part(drawing *d, int64_t first, int64_t n)
{
    gfn_run *run = d->run;
    int64_t my_first, my_n;
    gfn_comm_share(run->comm, n, &my_first, &my_n);
    gfn_status status =
        gfn_sampler_objects(run->sampler, d->stream, first + my_first, (size_t)my_n, d->mine);
    GFN_TRY(gfn_comm_agree(run->comm, status));
    gfn_exchange_put_states(&d->exchange, (size_t)my_n, d->mine);
    GFN_TRY(gfn_exchange_gather(&d->exchange, (size_t)my_n));
    if (d->is_root)
        gfn_exchange_copy_states(&d->exchange, d->objects + (size_t)first * d->exchange.width);
    return GFN_OK;
}

/* Compare counts with the target and with the policy's exact distribution. */
static void compare(const gfn_run *run, gfn_draw *draw)
{
    const gfn_exact *exact = gfn_run_exact_of(run);
    const size_t n = gfn_exact_n(exact);
    const double *target = gfn_exact_target(exact);
    int64_t df;
    draw->chi_square = gfn_chi_square(run->threads, n, draw->counts, gfn_run_exact_p(run), &df);
    draw->chi_square_df = isnan(draw->chi_square) ? -1 : df;
    draw->l1_noise_floor = gfn_l1_noise_floor(run->threads, n, target, draw->n);
    draw->l1 = gfn_l1_of_counts(run->threads, n, draw->counts, target);
}

typedef struct measurement {
    drawing *drawing;
    gfn_draw *draw;
} measurement;

/* Measure the draw. On rank 0. */
static gfn_status measure(void *self)
{
    drawing *d = ((measurement *)self)->drawing;
    gfn_draw *draw = ((measurement *)self)->draw;
    gfn_run *run = d->run;
    const gfn_exact *exact = gfn_run_exact_of(run);
    const double max_log_reward = gfn_run_max_log_reward(run);
    draw->n_modes = gfn_run_n_modes(run);
    if (!isnan(max_log_reward))
        GFN_TRY(gfn_count_modes_of(run->env, max_log_reward, (size_t)draw->n, d->objects,
                                   &draw->modes));
    GFN_TRY(gfn_run_count_distinct(run, draw->n, d->objects, draw));
    GFN_TRY(gfn_run_find_marginals(run, draw->n, d->objects));
    draw->marginals_error = gfn_marginals_error(&run->marginals);
    if (exact == NULL)
        return gfn_l1_of_objects(run->env, (size_t)draw->n, d->objects, &draw->l1,
                                 &draw->l1_noise_floor);
    draw->n_counts = gfn_exact_n(exact);
    GFN_TRY(gfn_allocate("histogram", draw->n_counts, sizeof(int64_t), &draw->counts));
    GFN_TRY(
        gfn_histogram_add(gfn_run_numbered_env(run), (size_t)draw->n, d->objects, draw->counts));
    if (draw->n > 0)
        compare(run, draw);
    return GFN_OK;
}

static gfn_status draw_all(drawing *d, bool wants_objects, gfn_draw *draw)
{
    for (int64_t first = 0; first < draw->n; first += PART)
        GFN_TRY(draw_part(d, first, draw->n - first < PART ? draw->n - first : PART));
    if (wants_objects) {
        draw->objects = d->objects;
        d->objects = NULL;
        return GFN_OK;
    }
    GFN_TRY(gfn_run_exact_prepare(d->run));
    GFN_TRY(gfn_run_solve(d->run));
    if (gfn_run_can_be_exact(d->run) && draw->n > 0)
        GFN_TRY(gfn_run_exact_find_p(d->run));
    return gfn_comm_work_alone(d->run->comm, measure, &(measurement){d, draw});
}

/* Broadcast the results of rank 0. */
static gfn_status share(gfn_comm *comm, gfn_draw *draw)
{
    gfn_draw numbers = *draw;
    GFN_TRY(gfn_comm_broadcast(comm, &numbers, sizeof numbers));
    numbers.counts = draw->counts;
    numbers.n_counts = draw->n_counts;
    numbers.objects = draw->objects;
    *draw = numbers;
    return GFN_OK;
}

gfn_status gfn_run_draw(gfn_run *run, const gfn_stream *stream, int64_t n, bool wants_objects,
                        gfn_draw *draw)
{
    drawing d = {.run = run, .stream = stream, .is_root = gfn_comm_rank(run->comm) == 0};
    gfn_draw made = {.n = n,
                     .l1 = NAN,
                     .l1_noise_floor = NAN,
                     .chi_square = NAN,
                     .chi_square_df = -1,
                     .modes = -1,
                     .n_modes = -1,
                     .marginals_error = NAN,
                     .distinct = -1,
                     .classes = -1};
    gfn_status status = gfn_comm_agree(run->comm, allocate(&d, n));
    if (status == GFN_OK)
        status = draw_all(&d, wants_objects, &made);
    if (status == GFN_OK)
        status = share(run->comm, &made);
    if (status == GFN_OK)
        *draw = made;
    else
        gfn_draw_clear(&made);
    status = gfn_run_fail_in(run, status);
    gfn_exchange_clear(&d.exchange);
    gfn_release(&d.mine);
    gfn_release(&d.objects);
    return status;
}

void gfn_draw_clear(gfn_draw *draw)
{
    gfn_release(&draw->counts);
    gfn_release(&draw->objects);
}
