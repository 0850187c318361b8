/* SPDX-License-Identifier: MIT
 *
 * fused one_hot|k_hot ROWS SECONDS: what the autograd core costs over passes fused by hand, as one
 * JSON object. Both compute the same policy and the same gradient, which is checked at first; then
 * they take turns, and the best of each counts. scripts/bench relates it to a whole iteration.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "fused.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfn/model.h>

#include "base/error.h"
#include "base/memory.h"
#include "peak.h"

#define TOLERANCE 1e-5 /* of the largest: sums of 256 numbers in another order */
#define TURN 1e-3      /* seconds */

enum { CHUNK = 64 }; /* rows of a forward pass, as sampling asks for them */

extern const fused_passes fused_plain, fused_avx2, fused_avx512;

static const fused_passes *const sets[] = {
#ifdef HAVE_X86_KERNELS
    &fused_avx512,
    &fused_avx2,
#endif
    &fused_plain,
};

static const struct shape {
    const char *name;
    gfn_shape shape;
    gfn_model_config model;
} shapes[] = {
    {"one_hot",
     {.n_actions = 3, .n_back_actions = 2, .stop_action = 2, .obs_dim = 256, .obs_hot = 1},
     {.n_hidden = 1, .hidden = {32}}},
    {"k_hot",
     {.n_actions = 5, .n_back_actions = 4, .stop_action = 4, .obs_dim = 80, .obs_hot = 4},
     {.n_hidden = 2, .hidden = {256, 256}}},
};

typedef struct fused {
    const struct shape *shape;
    gfn_model *model;
    gfn_policy_tape policy;
    gfn_frame *frame;
    gfn_real *gradient; /* the tape's */
    gfn_real *d_log_pf;
    const fused_passes *passes;
    fused_case by_hand;
} fused;

/* A pass, and the best of its times. */
typedef struct pass {
    const char *name;
    void (*run)(fused *f);
    double seconds;
} pass;

static void tape_forward(fused *f)
{
    const size_t rows = f->by_hand.rows;
    for (size_t first = 0; first < rows; first += CHUNK)
        gfn_frame_forward_rows(f->frame, f->by_hand.params, first,
                               rows - first < CHUNK ? rows - first : CHUNK);
}

static void tape_backward(fused *f)
{
    gfn_frame_backward(f->frame, f->by_hand.params, f->policy.log_pf, f->gradient);
}

static void hand_forward(fused *f)
{
    (f->shape == shapes ? f->passes->one_hot_forward : f->passes->k_hot_forward)(&f->by_hand);
}

static void hand_backward(fused *f)
{
    (f->shape == shapes ? f->passes->one_hot_backward : f->passes->k_hot_backward)(&f->by_hand);
}

static double noise(void)
{
    static uint64_t state = 1; /* Knuth's MMIX generator */
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

/* Row i of one_hot is state i of a grid 16 x 16; rows of k_hot are anywhere on one of 20^4. */
static void fill_rows(fused *f)
{
    const gfn_shape *shape = &f->shape->shape;
    const size_t n = (size_t)shape->n_actions, ones = (size_t)shape->obs_hot;
    const bool is_one = ones == 1;
    const int side = is_one ? 16 : 20;
    int32_t *index = gfn_frame_indices(f->frame, f->policy.observation);
    uint8_t *mask = gfn_frame_bytes(f->frame, f->policy.mask);
    for (size_t i = 0; i < f->by_hand.rows; i++) {
        for (size_t a = 0; a < n; a++) {
            const int place = !is_one ? (int)(noise() * side) : a == 0 ? (int)i / 16 : (int)i % 16;
            const bool is_allowed = a == (size_t)shape->stop_action || place < side - 1;
            mask[i * n + a] = is_allowed;
            f->by_hand.allowed[a][i] = -(int32_t)is_allowed;
            if (!is_one && a < ones)
                index[i * ones + a] = (int32_t)a * side + place;
            f->d_log_pf[i * n + a] = (gfn_real)(2 * noise() - 1);
        }
        if (is_one)
            index[i] = (int32_t)i;
    }
    memcpy(gfn_frame_gradient(f->frame, f->policy.log_pf), f->d_log_pf,
           f->by_hand.rows * n * sizeof *f->d_log_pf);
    f->by_hand.index = index;
}

static gfn_status set_up(fused *f, size_t rows)
{
    const size_t n = (size_t)f->shape->shape.n_actions;
    GFN_TRY(gfn_model_create(&f->shape->shape, &f->shape->model, &f->model));
    gfn_model_init(f->model, 1);
    f->policy = gfn_model_policy(f->model);
    GFN_TRY(gfn_frame_create(f->policy.tape, &rows, &f->frame));
    GFN_TRY(gfn_kernels_choose(&f->by_hand.kernels));
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (strcmp(sets[i]->kernels, f->by_hand.kernels->name) == 0)
            f->passes = sets[i];
    const size_t n_params = gfn_model_n_params(f->model);
    GFN_TRY(gfn_allocate("gradient", n_params, sizeof(gfn_real), &f->gradient));
    GFN_TRY(gfn_allocate("gradient", n_params, sizeof(gfn_real), &f->by_hand.gradient));
    GFN_TRY(gfn_allocate("d log P_F", rows * n, sizeof(gfn_real), &f->d_log_pf));
    GFN_TRY(gfn_allocate("log P_F", rows * n, sizeof(gfn_real), &f->by_hand.log_pf));
    f->by_hand.rows = rows;
    f->by_hand.params = gfn_model_params(f->model);
    f->by_hand.d_log_pf = f->d_log_pf;
    fill_rows(f);
    return gfn_frame_set_rows(f->frame, 0, rows);
}

/* Whether the tape's numbers x and those by hand are the same, but for rounding. */
static bool agree(const char *what, size_t n, const gfn_real *x, const gfn_real *y)
{
    double largest = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] == y[i] && isinf(x[i]))
            continue;
        largest = fmax(largest, fabs((double)x[i]));
        if (!(fabs((double)x[i] - (double)y[i]) <= error))
            error = fabs((double)x[i] - (double)y[i]);
    }
    if (error <= TOLERANCE * largest)
        return true;
    fprintf(stderr, "fused: %s differ by %g, the largest is %g\n", what, error, largest);
    return false;
}

/* Every part of the gradient is held against its own largest number. */
static bool check(fused *f)
{
    bool ok = agree("log P_F", f->by_hand.rows * (size_t)f->shape->shape.n_actions,
                    gfn_frame_reals(f->frame, f->policy.log_pf), f->by_hand.log_pf);
    for (size_t i = 0; i + 1 < gfn_model_n_views(f->model); i++) { /* all but log_z */
        const gfn_view *view = gfn_model_view(f->model, i);
        ok &= agree(view->name, view->n, f->gradient + view->offset,
                    f->by_hand.gradient + view->offset);
    }
    return ok;
}

static void take_turn(fused *f, pass *p)
{
    const double start = bench_seconds();
    double now = start;
    while (now - start < TURN) {
        const double before = now;
        p->run(f);
        now = bench_seconds();
        p->seconds = fmin(p->seconds, now - before);
    }
}

int main(int argc, char **argv)
{
    static fused f;
    pass passes[] = {{"tape_forward", tape_forward, INFINITY},
                     {"hand_forward", hand_forward, INFINITY},
                     {"tape_backward", tape_backward, INFINITY},
                     {"hand_backward", hand_backward, INFINITY}};
    const size_t n_passes = sizeof passes / sizeof passes[0];
    const int rows = argc == 4 ? atoi(argv[2]) : 0;
    for (size_t i = 0; argc == 4 && i < sizeof shapes / sizeof shapes[0]; i++)
        if (strcmp(shapes[i].name, argv[1]) == 0)
            f.shape = &shapes[i];
    if (f.shape == NULL || rows < 16 || rows > FUSED_MAX_ROWS || rows % 16 != 0) {
        fprintf(stderr, "fused: expected one_hot or k_hot, rows (16, 32 ... %d) and seconds\n",
                FUSED_MAX_ROWS);
        return 1;
    }
    if (set_up(&f, (size_t)rows) != GFN_OK) {
        fprintf(stderr, "fused: %s\n", gfn_error_message());
        return 1;
    }
    for (size_t i = 0; i < n_passes; i++)
        passes[i].run(&f);
    if (!check(&f))
        return 1;
    const double end = bench_seconds() + atof(argv[3]);
    do
        for (size_t i = 0; i < n_passes; i++)
            take_turn(&f, &passes[i]);
    while (bench_seconds() < end);
    printf("{\"shape\": \"%s\", \"kernels\": \"%s\", \"rows\": %d", f.shape->name,
           f.passes->kernels, rows);
    for (size_t i = 0; i < n_passes; i++)
        printf(", \"%s\": %.9g", passes[i].name, passes[i].seconds);
    printf("}\n");
    gfn_release(&f.by_hand.log_pf);
    gfn_release(&f.d_log_pf);
    gfn_release(&f.by_hand.gradient);
    gfn_release(&f.gradient);
    gfn_frame_destroy(&f.frame);
    gfn_model_destroy(&f.model);
    return 0;
}
