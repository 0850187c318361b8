/* SPDX-License-Identifier: MIT */
#include "eval/state_loop.h"

#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"

/* Ranges whose partial results are in memory at a time. */
enum { BATCH = 256 };

struct batch {
    const gfn_state_loop *loop;
    size_t first, n;
    _Alignas(GFN_ALIGNMENT) char part[BATCH][GFN_STATE_LOOP_PART];
};

static void task(void *self, size_t index, int thread)
{
    struct batch *batch = self;
    const size_t first = batch->first + index * GFN_STATE_LOOP_RANGE, left = batch->n - first;
    memset(batch->part[index], 0, GFN_STATE_LOOP_PART);
    batch->loop->work(batch->loop->self, first,
                      left < GFN_STATE_LOOP_RANGE ? left : GFN_STATE_LOOP_RANGE, thread,
                      batch->part[index]);
}

void gfn_state_loop_run(int threads, size_t n, const gfn_state_loop *loop)
{
    struct batch batch = {.loop = loop, .n = n};
    for (; batch.first < n; batch.first += BATCH * GFN_STATE_LOOP_RANGE) {
        const size_t left = (n - batch.first + GFN_STATE_LOOP_RANGE - 1) / GFN_STATE_LOOP_RANGE;
        const size_t ranges = left < BATCH ? left : BATCH;
        gfn_parallel_for(threads, ranges, task, &batch);
        for (size_t i = 0; i < ranges && loop->fold; i++)
            loop->fold(loop->self, batch.part[i]);
    }
}
