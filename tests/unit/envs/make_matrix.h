/* SPDX-License-Identifier: MIT
 *
 * Create environments with the numbers of a file, for tests.
 */
#ifndef TESTS_UNIT_ENV_MAKE_MATRIX_H
#define TESTS_UNIT_ENV_MAKE_MATRIX_H

#include "tests/unit/env/make.h"

/* The option `name` gets the numbers [n_rows][n_columns]; NULL: it stays unset. */
static inline gfn_status create_with_matrix(const char *kind, const char *settings,
                                            const char *name, const gfn_matrix *matrix,
                                            gfn_env **env)
{
    const gfn_env_ops *ops = gfn_env_find(kind);
    gfn_options *options = NULL;
    gfn_status status = gfn_options_create(&ops->options, 1, &options);
    if (status == GFN_OK)
        status = gfn_options_parse(options, settings, "test");
    if (status == GFN_OK && matrix)
        status = gfn_options_set(options, name, "/numbers.npy", "test");
    if (status == GFN_OK && matrix)
        status = gfn_options_set_matrix(options, name, matrix);
    if (status == GFN_OK)
        status = gfn_env_create_with(ops, options, env);
    gfn_options_destroy(&options);
    return status;
}

static inline gfn_env *make_with_matrix(const char *kind, const char *settings, const char *name,
                                        const gfn_matrix *matrix)
{
    gfn_env *env = NULL;
    if (create_with_matrix(kind, settings, name, matrix, &env) != GFN_OK)
        fail_msg("%s: %s", settings, gfn_error_message());
    return env;
}

#endif
