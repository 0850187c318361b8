/* SPDX-License-Identifier: MIT
 *
 * run/test_set.h - given objects on which a run is measured (option test-set), and their copy in a
 * run directory.
 */
#ifndef RUN_TEST_SET_H
#define RUN_TEST_SET_H

#include <gfn/run.h>

/* The copy of a file's objects, int32 [n, state_width]: the file may be moved or changed. */
#define GFN_TEST_SET_FILE "test-set.npy"

typedef struct gfn_test_set {
    size_t n;           /* 0: there is none */
    int32_t *object;    /* [n][state_width], on all ranks */
    double *log_reward; /* [n], on all ranks; NULL: not asked yet */
    bool is_from_file;
} gfn_test_set;

/* Make the objects that the option names; those of a file from the copy in `directory`, if there is
 * one (NULL: read the file). Rank 0 reads and makes them, and broadcasts them. Call it after the
 * environment has its reward. Collective. Errors: GFN_EIO, GFN_EINVAL (the file holds something
 * else; the reward has no modes of bits), GFN_EDATA (of the copy), GFN_ENOMEM, GFN_ECOMM. */
gfn_status gfn_run_take_test_set(gfn_run *run, const char *directory);
void gfn_test_set_clear(gfn_test_set *set);

/* Ask for the rewards of the objects, unless they are known. Rank 0 asks, once for each object.
 * Collective. Errors: GFN_EENV, GFN_ENOMEM, GFN_ECOMM. */
gfn_status gfn_run_ask_test_rewards(gfn_run *run);

/* Save the copy, if the objects are those of a file. On rank 0. Errors: those of gfn_npy_save(). */
gfn_status gfn_run_save_test_set(const gfn_run *run, const char *directory);

#endif
