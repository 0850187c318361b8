/* SPDX-License-Identifier: MIT
 *
 * The test set of bit sequences (Malkin et al. 2022, arXiv:2201.13259, section 5.2): of each mode
 * of n bits the mode itself, and a copy with c of its bits flipped for each c = 1 ... n - 1. For 60
 * modes of 120 bits these are 7,200 objects.
 *
 * The bits of copy c of mode m are c different ones, drawn by the partial shuffle of Fisher and
 * Yates with draws 0 ... c - 1 of trajectory m n + c of the stream {0, GFN_PURPOSE_TARGET, 2}. The
 * seed of the run is no part of it, so runs with different seeds have the same test set.
 */
#include "run/test_set.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "env/env_internal.h"
#include "io/folder.h"
#include "io/npy.h"
#include "run/run.h"
#include "run/terminal_states.h"

#define OPTION "test-set"
#define BITSEQ "bitseq"
#define NONE "none"

/* ---- copies of modes with flipped bits ---- */

typedef struct flipping {
    const gfn_env *env;
    size_t n;      /* bits */
    char *text;    /* [n + 1] of a mode */
    char *flipped; /* [n + 1] */
    size_t *place; /* [n] bits in the order in which they are flipped */
} flipping;

static gfn_status refuse_modes(const flipping *f)
{
    return gfn_fail(GFN_EINVAL,
                    OPTION ": " BITSEQ ": expected modes that are words of bits of one length, "
                           "found \"%.100s\" (hint: --letters bits:8)",
                    f->text);
}

static gfn_status write_mode(const flipping *f, size_t mode)
{
    const size_t width = (size_t)f->env->spec.state_width;
    const int32_t *object = f->env->reward.modes.object + mode * width;
    const size_t n = gfn_env_write(f->env, object, f->text, f->n + 1);
    return n == f->n && strspn(f->text, "01") == n ? GFN_OK : refuse_modes(f);
}

/* Copy c of the mode in f->text. */
static gfn_status flip(const flipping *f, size_t mode, size_t c, int32_t *object)
{
    const gfn_stream stream = {0, GFN_PURPOSE_TARGET, 2};
    memcpy(f->flipped, f->text, f->n + 1);
    for (size_t i = 0; i < f->n; i++)
        f->place[i] = i;
    for (size_t i = 0; i < c; i++) {
        const uint64_t word = gfn_random_word(&stream, (uint64_t)(mode * f->n + c), (uint32_t)i);
        const size_t k = i + (size_t)(word * (f->n - i) >> 32), place = f->place[k];
        f->place[k] = f->place[i];
        f->place[i] = place;
        f->flipped[place] = f->flipped[place] == '0' ? '1' : '0';
    }
    const gfn_status status = gfn_env_read(f->env, f->flipped, object);
    return status == GFN_EINVAL ? gfn_fail_in(status, OPTION ": " BITSEQ ": ") : status;
}

static gfn_status flip_all(const flipping *f, gfn_test_set *set)
{
    const size_t width = (size_t)f->env->spec.state_width, modes = f->env->reward.modes.n;
    GFN_TRY(gfn_allocate("test set", modes * f->n, width * sizeof *set->object, &set->object));
    for (size_t mode = 0; mode < modes; mode++) {
        GFN_TRY(write_mode(f, mode));
        for (size_t c = 0; c < f->n; c++, set->n++)
            GFN_TRY(flip(f, mode, c, set->object + set->n * width));
    }
    return GFN_OK;
}

static gfn_status make_bitseq(const gfn_env *env, gfn_test_set *set)
{
    char first[1];
    flipping f = {.env = env};
    if (env->reward.modes.n == 0)
        return gfn_fail(GFN_EINVAL, OPTION ": " BITSEQ ": expected a reward with modes, found none "
                                           "(hint: --modes bitseq:60)");
    f.n = gfn_env_write(env, env->reward.modes.object, first, sizeof first);
    gfn_status status = gfn_allocate("text of a mode", f.n + 1, 1, &f.text);
    if (status == GFN_OK)
        status = gfn_allocate("text of a mode", f.n + 1, 1, &f.flipped);
    if (status == GFN_OK)
        status = gfn_allocate("places of bits", f.n + 1, sizeof *f.place, &f.place);
    if (status == GFN_OK)
        status = flip_all(&f, set);
    gfn_release(&f.text);
    gfn_release(&f.flipped);
    gfn_release(&f.place);
    return status;
}

/* ---- the objects of a run ---- */

static gfn_status read_copy(const gfn_run *run, const char *directory, gfn_test_set *set)
{
    char *path = NULL;
    GFN_TRY(gfn_folder_path(directory, GFN_TEST_SET_FILE, &path));
    const gfn_status status = gfn_run_load_objects(run, OPTION, path, &set->object, &set->n);
    gfn_release(&path);
    return status == GFN_EINVAL ? GFN_EDATA : status;
}

/* Paths that the options hold are absolute; what else begins with a word is none of them. */
static gfn_status make(const gfn_run *run, const char *directory, gfn_test_set *set)
{
    const char *text = gfn_options_text(run->options, OPTION);
    if (strcmp(text, BITSEQ) == 0)
        return make_bitseq(run->env, set);
    if (strncmp(text, BITSEQ, strlen(BITSEQ)) == 0 || strncmp(text, NONE, strlen(NONE)) == 0)
        return gfn_fail(GFN_EINVAL,
                        OPTION ": expected " BITSEQ ", " NONE " or a file, found \"%.200s\" (hint: "
                               "./%.200s is a file)",
                        text, text);
    set->is_from_file = true;
    if (directory && gfn_folder_holds(directory, GFN_TEST_SET_FILE))
        return read_copy(run, directory, set);
    return gfn_run_load_objects(run, OPTION, text, &set->object, &set->n);
}

gfn_status gfn_run_take_test_set(gfn_run *run, const char *directory)
{
    gfn_test_set *set = &run->test_set;
    const size_t width = (size_t)run->env->spec.state_width;
    gfn_status status = GFN_OK;
    if (strcmp(gfn_options_text(run->options, OPTION), NONE) == 0)
        return GFN_OK;
    if (gfn_comm_rank(run->comm) == 0)
        status = make(run, directory, set);
    GFN_TRY(gfn_comm_agree(run->comm, status));
    return gfn_comm_broadcast_array(run->comm, "test set", width * sizeof *set->object, &set->n,
                                    &set->object);
}

void gfn_test_set_clear(gfn_test_set *set)
{
    gfn_release(&set->object);
    gfn_release(&set->log_reward);
    set->n = 0;
}

gfn_status gfn_run_ask_test_rewards(gfn_run *run)
{
    gfn_test_set *set = &run->test_set;
    double *log_reward = NULL;
    if (set->log_reward)
        return GFN_OK;
    gfn_status status =
        gfn_allocate("rewards of the test set", set->n, sizeof *log_reward, &log_reward);
    if (status == GFN_OK && gfn_comm_rank(run->comm) == 0)
        status = gfn_env_log_reward(run->env, set->n, set->object, log_reward);
    status = gfn_comm_agree(run->comm, status);
    if (status == GFN_OK)
        status = gfn_comm_broadcast(run->comm, log_reward, set->n * sizeof *log_reward);
    if (status == GFN_OK)
        set->log_reward = log_reward;
    else
        gfn_release(&log_reward);
    return status;
}

gfn_status gfn_run_save_test_set(const gfn_run *run, const char *directory)
{
    const gfn_test_set *set = &run->test_set;
    const struct gfn_array array = {.dtype = GFN_I32,
                                    .ndim = 2,
                                    .shape = {(int64_t)set->n, run->env->spec.state_width},
                                    .data = set->object};
    char *path = NULL;
    if (!set->is_from_file)
        return GFN_OK;
    GFN_TRY(gfn_folder_path(directory, GFN_TEST_SET_FILE, &path));
    const gfn_status status = gfn_npy_save(path, &array);
    gfn_release(&path);
    return status;
}
