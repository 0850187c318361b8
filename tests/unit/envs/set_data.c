/* SPDX-License-Identifier: MIT
 *
 * The sets of Pan et al. 2023, whose energies, log Z and marginals are in a file that the project
 * does not ship: 20 of 30 and 60 of 80 items. Skipped (77) if there is no such file.
 */
#include <gfn/env.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "env/env_internal.h"
#include "tests/unit/envs/make_matrix.h"

enum { MOST = 1024 };

static char json[1 << 16];

static FILE *open_data(void)
{
    const char *folder = getenv("GFN_DATA_DIR"), *top = getenv("top_srcdir");
    char path[4096];
    if (folder)
        snprintf(path, sizeof path, "%s/sets.json", folder);
    else
        snprintf(path, sizeof path, "%s/../shared/data/sets.json", top ? top : ".");
    return fopen(path, "r");
}

/* Read the numbers of a member, behind which '[' may stand. Returns how many there are. */
static size_t read_numbers(const char *object, const char *name, double *value)
{
    size_t n = 0;
    const char *c = strstr(object, name);
    char *end;
    assert_non_null(c);
    c += strlen(name) + strspn(c + strlen(name), "\": [\n");
    for (; n < MOST; c = end + strspn(end, ", \n")) {
        const double x = strtod(c, &end);
        if (end == c)
            break;
        value[n++] = x;
    }
    return n;
}

static void expect(const char *name, double log_z, const char *settings)
{
    const char *object = strstr(json, name);
    double energy[MOST], marginal[MOST], found[MOST], stored;
    assert_non_null(object);
    const size_t n = read_numbers(object, "\"energies\"", energy);
    const gfn_matrix matrix = {1, (int64_t)n, energy, NULL};
    assert_int_equal(read_numbers(object, "\"item_marginals\"", marginal), n);
    read_numbers(object, "\"log_z\"", &stored);
    gfn_env *env = make_with_matrix("set", settings, "energies", &matrix);
    void *solution;
    assert_int_equal(env->ops->solver->create(env->world, 1, &solution), GFN_OK);
    assert_true(fabs(gfn_env_spec_of(env)->log_z - log_z) < 1e-9);
    assert_true(fabs(gfn_env_spec_of(env)->log_z - stored) < 1e-10);
    assert_true(env->ops->solver->log_z(solution) == gfn_env_spec_of(env)->log_z);
    env->ops->solver->marginals(solution, found);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs(found[i] - marginal[i]) < 1e-10);
    env->ops->solver->destroy(solution);
    gfn_env_destroy(&env);
}

static void published_sets_have_the_known_log_z_and_marginals(void **state)
{
    (void)state;
    expect("\"small\"", 11.892389285, "items=30 choose=20");
    expect("\"medium\"", 45.378949708, "items=80 choose=60");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_sets_have_the_known_log_z_and_marginals),
    };
    FILE *file = open_data();
    if (file == NULL)
        return 77;
    json[fread(json, 1, sizeof json - 1, file)] = '\0';
    fclose(file);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
