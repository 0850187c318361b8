/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

static void destroy(struct gfn_store **store)
{
    gfn_store *s = *store;
    if (s == NULL)
        return;
    gfn_safetensors_destroy(&s->checkpoint);
    gfn_appender_close(&s->metrics);
    gfn_appender_close(&s->lock);
    gfn_release(&s->origin);
    gfn_release(&s->directory);
    gfn_release(store);
}

gfn_status gfn_store_of(gfn_run *run, gfn_store **store)
{
    if (run->store == NULL) {
        GFN_TRY(gfn_allocate("store", 1, sizeof *run->store, &run->store));
        run->destroy_store = destroy;
        run->store->saved_iteration = run->store->last_line = -1;
        run->store->last_saved = gfn_clock_seconds();
    }
    *store = run->store;
    return GFN_OK;
}

const char *gfn_run_directory(const gfn_run *run)
{
    return run->store && run->store->directory ? run->store->directory : "";
}
