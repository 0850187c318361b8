/* SPDX-License-Identifier: MIT
 *
 * A sweep: its directory, its seeds, and the places of their runs.
 */
#include "summary/sweep.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "io/folder.h"
#include "io/json.h"
#include "run/run.h"
#include "store/store.h"

void gfn_sweep_destroy(gfn_sweep **sweep)
{
    gfn_sweep *s = *sweep;
    if (s == NULL)
        return;
    gfn_options_destroy(&s->options);
    gfn_release(&s->seed);
    gfn_release(&s->is_done);
    gfn_release(&s->text);
    gfn_release(&s->directory);
    gfn_release(&s->place);
    gfn_release(&s->iteration);
    gfn_release(&s->value);
    gfn_release(&s->crc);
    gfn_release(sweep);
}

size_t gfn_sweep_count(const gfn_sweep *sweep)
{
    return sweep->n;
}

int64_t gfn_sweep_seed(const gfn_sweep *sweep, size_t index)
{
    return sweep->seed[index];
}

bool gfn_sweep_is_done(const gfn_sweep *sweep, size_t index)
{
    return sweep->is_done[index];
}

const gfn_options *gfn_sweep_options(const gfn_sweep *sweep)
{
    return sweep->options;
}

const char *gfn_sweep_directory(const gfn_sweep *sweep)
{
    return sweep->directory ? sweep->directory : "";
}

const char *gfn_sweep_place(const gfn_sweep *sweep, size_t index)
{
    const size_t size = strlen(gfn_sweep_directory(sweep)) + 32;
    if (sweep->place == NULL)
        return "";
    gfn_format(sweep->place, size, "%s/seed-%" PRId64, sweep->directory, sweep->seed[index]);
    return sweep->place;
}

bool gfn_sweep_is_there(const char *directory)
{
    return gfn_store_is_sweep(directory);
}

gfn_status gfn_sweep_set_seeds(gfn_sweep *sweep, const char *text)
{
    GFN_TRY(gfn_allocate("seeds", GFN_MAX_SEEDS, sizeof *sweep->seed, &sweep->seed));
    GFN_TRY(gfn_allocate("seeds", strlen(text) + 1, 1, &sweep->text));
    strcpy(sweep->text, text);
    if (gfn_parse_ranges(text, GFN_MAX_SEEDS, sweep->seed, &sweep->n)) {
        size_t i = 0;
        while (i < sweep->n && sweep->seed[i] <= GFN_MAX_COUNT)
            i++;
        if (i == sweep->n)
            return GFN_OK;
    }
    return gfn_fail(GFN_EINVAL,
                    "seeds: expected numbers and ranges, each seed once and at most %d, found "
                    "\"%.200s\" (hint: 0-9 or 0,3,7)",
                    GFN_MAX_SEEDS, text);
}

gfn_status gfn_sweep_set_directory(gfn_sweep *sweep, char *directory)
{
    sweep->directory = directory;
    return gfn_allocate("directory", strlen(directory) + 32, 1, &sweep->place);
}

gfn_status gfn_sweep_load_seeds(gfn_sweep *sweep)
{
    char *path = NULL;
    gfn_json *json = NULL;
    GFN_TRY(gfn_folder_path(sweep->directory, GFN_SWEEP_FILE, &path));
    gfn_status status = gfn_json_load(path, &json);
    if (status == GFN_OK) {
        const char *seeds = gfn_json_string(json, "seeds");
        status = gfn_sweep_set_seeds(sweep, seeds ? seeds : "");
        if (status == GFN_EINVAL)
            status = gfn_fail_in(GFN_EDATA, "%s: ", path);
    }
    gfn_json_destroy(&json);
    gfn_release(&path);
    return status;
}

gfn_status gfn_sweep_load(const char *directory, gfn_sweep **sweep)
{
    gfn_sweep *s;
    char *copy;
    GFN_TRY(gfn_allocate("sweep", 1, sizeof *s, &s));
    gfn_status status = gfn_allocate("directory", strlen(directory) + 1, 1, &copy);
    if (status == GFN_OK) {
        strcpy(copy, directory);
        status = gfn_sweep_set_directory(s, copy);
    }
    if (status == GFN_OK)
        status = gfn_sweep_load_seeds(s);
    if (status == GFN_OK)
        *sweep = s;
    else
        gfn_sweep_destroy(&s);
    return status;
}
