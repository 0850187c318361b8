/* SPDX-License-Identifier: MIT
 *
 * Samplers in worlds of every kind, for the tests of rollouts. A sampler of few trajectories finds
 * rows in waves, one of many has a table where the space is small.
 */
#ifndef TESTS_UNIT_ROLLOUT_FIXTURE_H
#define TESTS_UNIT_ROLLOUT_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gfn/eval.h>
#include <gfn/sampler.h>

#include "env/env_internal.h"
#include "tests/unit/env/worlds.h"

static const struct {
    const gfn_env_ops *ops; /* NULL: hypergrid */
    const char *settings;
    gfn_backward backward;
} worlds[] = {
    {NULL, "size=16", GFN_BACKWARD_UNIFORM},
    {NULL, "size=5 ndim=4 r0=0.1", GFN_BACKWARD_UNIFORM},
    {NULL, "size=6 ndim=3 encoding=onehot", GFN_BACKWARD_UNIFORM},
    {&bits_world, "length=5", GFN_BACKWARD_UNIFORM},
    {&bits_world, "length=7 ones=3", GFN_BACKWARD_UNIFORM},
    {&bits_world, "length=5 numbered=yes", GFN_BACKWARD_UNIFORM},
    {&ladder_world, "", GFN_BACKWARD_UNIFORM},
    {NULL, "size=9", GFN_BACKWARD_LEARNED},
    {NULL, "size=9 ndim=4", GFN_BACKWARD_TIED}, /* too large for a table */
    {&bits_world, "length=4 ones=2", GFN_BACKWARD_TIED},
    {&bits_world, "length=4 numbered=yes", GFN_BACKWARD_LEARNED},
    {&ladder_world, "", GFN_BACKWARD_LEARNED},
    {&ladder_world, "rungs=4", GFN_BACKWARD_TIED},
};

enum { WORLDS = sizeof worlds / sizeof worlds[0], WORLD_GRID16 = 0 };

typedef struct fixture {
    gfn_env *env;
    gfn_model *model;
    gfn_sampler *sampler;
    gfn_trajectories *log;
    size_t width; /* words of a state */
} fixture;

static inline void make(fixture *f, size_t world, size_t capacity, int threads)
{
    const gfn_env_ops *ops = worlds[world].ops ? worlds[world].ops : gfn_env_find("hypergrid");
    const gfn_model_config config = {
        .n_hidden = 2, .hidden = {19, 24}, .backward = worlds[world].backward};
    assert_int_equal(gfn_env_create_from(ops, worlds[world].settings, &f->env), GFN_OK);
    assert_int_equal(gfn_model_create(gfn_env_shape(f->env), &config, &f->model), GFN_OK);
    gfn_model_init(f->model, 5);
    /* A learned P_B that is nearly uniform could be taken for a uniform one. */
    for (size_t i = 0; i < gfn_model_n_params(f->model); i++)
        if (worlds[world].backward != GFN_BACKWARD_UNIFORM)
            gfn_model_params(f->model)[i] *= (gfn_real)2.5;
    assert_int_equal(gfn_sampler_create(f->env, f->model, capacity, threads, &f->sampler), GFN_OK);
    assert_int_equal(gfn_sampler_trajectories(f->sampler, &f->log), GFN_OK);
    f->width = f->log->state_width;
}

static inline void drop(fixture *f)
{
    gfn_trajectories_destroy(&f->log);
    gfn_sampler_destroy(&f->sampler);
    gfn_model_destroy(&f->model);
    gfn_env_destroy(&f->env);
}

/* Trajectory i of a equals trajectory k of b in everything but the numbers of the rows. */
static inline void assert_same(const gfn_trajectories *a, size_t i, const gfn_trajectories *b,
                               size_t k)
{
    const size_t n = (size_t)a->n_steps[i], at = i * a->max_steps, bt = k * b->max_steps;
    assert_int_equal(a->n_steps[i], b->n_steps[k]);
    assert_memory_equal(a->action + at, b->action + bt, n * sizeof *a->action);
    assert_memory_equal(a->log_pf + at, b->log_pf + bt, n * sizeof *a->log_pf);
    assert_memory_equal(a->log_pb + at, b->log_pb + bt, n * sizeof *a->log_pb);
    assert_true((a->back == NULL) == (b->back == NULL));
    if (a->back)
        assert_memory_equal(a->back + at, b->back + bt, n * sizeof *a->back);
    assert_memory_equal(a->sum_log_pf + i, b->sum_log_pf + k, sizeof(double));
    assert_memory_equal(a->sum_log_pb + i, b->sum_log_pb + k, sizeof(double));
    assert_memory_equal(a->log_reward + i, b->log_reward + k, sizeof(double));
    assert_memory_equal(a->terminal + i * a->state_width, b->terminal + k * b->state_width,
                        a->state_width * sizeof *a->terminal);
}

#endif
