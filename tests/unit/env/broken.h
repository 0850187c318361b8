/* SPDX-License-Identifier: MIT
 *
 * Worlds that break one rule: those of `base` with one or more functions replaced.
 */
#ifndef TESTS_UNIT_ENV_BROKEN_H
#define TESTS_UNIT_ENV_BROKEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/env/worlds.h"

/* Base and settings of a row. */
#define GRID NULL, "size=4"
#define LADDER &ladder_world, NULL
#define TALL_LADDER &ladder_world, "rungs=60"

struct broken {
    void (*break_rule)(gfn_env_ops *ops);
    const gfn_env_ops *base; /* NULL: hypergrid */
    const char *settings;
    const char *rule;
};

static const gfn_env_ops *base;

/* Assert that every row is detected, and that the message names the rule, what was expected and
 * what was found. */
static inline void expect_broken(const struct broken *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        base = rows[i].base ? rows[i].base : gfn_env_find("hypergrid");
        gfn_env_ops ops = *base;
        rows[i].break_rule(&ops);
        gfn_env *env = NULL;
        if (gfn_env_create_from(&ops, rows[i].settings, &env) != GFN_OK)
            fail_msg("%zu: %s", i, gfn_error_message());
        assert_int_equal(gfn_env_check(env, 17, 1000, NULL), GFN_EINVAL);
        const char *message = gfn_error_message();
        if (!strstr(message, rows[i].rule) || !strstr(message, "expected") ||
            !strstr(message, "found"))
            fail_msg("expected \"%s\", found: %s", rows[i].rule, message);
        gfn_env_destroy(&env);
    }
}

#endif
