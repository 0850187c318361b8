/* SPDX-License-Identifier: MIT
 *
 * Rewards that are made up, for tests of a world without a reward of its own: R = 0.01 + u, with u
 * within (0, 1), a function of the seed and of the words of an object.
 */
#include <math.h>

#include <gfn/random.h>

#include "base/error.h"
#include "base/memory.h"
#include "env/env_internal.h"

typedef struct made_up {
    size_t width;
    gfn_stream stream;
} made_up;

static void destroy(void *self)
{
    made_up *m = self;
    gfn_release(&m);
}

/* FNV-1a of the words, as a number of a trajectory, which has 48 bits. */
static uint64_t find_hash(size_t width, const int32_t *state)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < width; i++)
        hash = (hash ^ (uint32_t)state[i]) * UINT64_C(1099511628211);
    return (hash ^ hash >> 48) & ((UINT64_C(1) << 48) - 1);
}

static void find_log_reward(const void *self, const gfn_objects *objects, double *log_reward)
{
    const made_up *m = self;
    for (size_t i = 0; i < objects->n; i++) {
        const uint64_t hash = find_hash(m->width, objects->state + i * m->width);
        log_reward[i] = log(0.01 + gfn_random_unit(&m->stream, hash, 0));
    }
}

gfn_status gfn_env_make_up_rewards(gfn_env *env, uint64_t seed)
{
    made_up *m;
    GFN_TRY(gfn_allocate("rewards", 1, sizeof *m, &m));
    *m = (made_up){.width = (size_t)env->spec.state_width,
                   .stream = {.seed = seed, .purpose = GFN_PURPOSE_CHECK}};
    const gfn_env_reward reward = {.self = m,
                                   .destroy = destroy,
                                   .log_reward = find_log_reward,
                                   .max_log_reward = NAN,
                                   .log_z = NAN,
                                   .power = NAN};
    const gfn_status status = gfn_env_use_reward(env, &reward);
    if (status != GFN_OK)
        gfn_release(&m);
    return status;
}
