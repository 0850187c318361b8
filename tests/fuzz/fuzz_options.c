/* SPDX-License-Identifier: MIT
 *
 * Fuzzes options. An input is text such as "size=16 ndim=4", which sets options of a run and
 * creates an environment. The value of its last option is tried for every other option too, and
 * parsed as a number.
 */
#include "fuzz.h"

#include <math.h>

#include <gfn/env.h>
#include <gfn/run.h>

#include "base/parse.h"

static void try_numbers(const char *text)
{
    int64_t integer, integers[16];
    double number;
    char again[64];
    size_t n;
    if (gfn_parse_integer(text, &integer)) {
        int64_t same = ~integer;
        snprintf(again, sizeof again, "%lld", (long long)integer);
        claim(gfn_parse_integer(again, &same) && same == integer, "%s", again);
    }
    if (gfn_parse_number(text, &number)) {
        double same = NAN;
        claim(isfinite(number), "%g", number);
        snprintf(again, sizeof again, "%.17g", number);
        claim((gfn_parse_number(again, &same) && same == number) || fabs(number) < 1e-300, "%s",
              again);
    }
    if (gfn_parse_seconds(text, &number))
        claim(isfinite(number) && number >= 0, "%g", number);
    if (gfn_parse_integers(text, 16, integers, &n))
        claim(n <= 16, "%zu", n);
    gfn_parse_distance(text, "checkpoint-every");
}

/* The value of an option must be within the limits of its row. */
static void claim_within(const gfn_options *options, const gfn_option *row)
{
    int64_t widths[16];
    const long double min = row->min, max = row->max;
    if (!gfn_options_is_set(options, row->name))
        return;
    if (row->type == GFN_OPTION_INT) {
        const long double x = gfn_options_int(options, row->name);
        claim(x >= min && x <= max, "%s is %Lg", row->name, x);
    } else if (row->type == GFN_OPTION_NUMBER) {
        const double x = gfn_options_number(options, row->name);
        claim((x >= row->min && x <= row->max) || (row->choices && isnan(x)), "%s is %g", row->name,
              x);
    } else if (row->type == GFN_OPTION_TIME) {
        const double x = gfn_options_seconds(options, row->name);
        claim(x >= row->min && x <= row->max, "%s is %g", row->name, x);
    } else if (row->type == GFN_OPTION_WIDTHS) {
        const size_t n = gfn_options_widths(options, row->name, widths);
        claim(n <= 16, "%s has %zu", row->name, n);
        for (size_t i = 0; i < n; i++)
            claim(widths[i] >= min && widths[i] <= max, "%s is %lld", row->name,
                  (long long)widths[i]);
    }
}

/* Set every option to `text`: it must be rejected with a message, or be stored so that setting the
 * stored text again does not change it. */
static void try_rows(gfn_options *options, const char *text)
{
    for (size_t i = 0; i < gfn_options_count(options); i++) {
        const gfn_option *row = gfn_options_row(options, i);
        const gfn_status status = gfn_options_set(options, row->name, text, "input");
        if (status != GFN_OK) {
            claim_refused(status);
            continue;
        }
        claim_within(options, row);
        char *kept = strdup(gfn_options_text(options, row->name));
        claim(kept && gfn_options_set(options, row->name, kept, "again") == GFN_OK, "%s",
              gfn_error_message());
        claim(strcmp(kept, gfn_options_text(options, row->name)) == 0, "%s", kept);
        free(kept);
    }
}

static void try_world(const gfn_options *options)
{
    gfn_env *env = NULL;
    const gfn_env_ops *ops = gfn_env_find("hypergrid");
    const gfn_status status = gfn_env_create_with(ops, options, &env);
    if (status != GFN_OK) {
        claim_refused(status);
        return;
    }
    const gfn_env_spec *spec = gfn_env_spec_of(env);
    claim(spec->max_steps > 0 && !isfinite(spec->log_z) == spec->needs_rewards,
          "%lld steps, log Z %g", (long long)spec->max_steps, spec->log_z);
    gfn_env_destroy(&env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = fuzz_text(data, n), *value = strrchr(text, '=');
    gfn_options *options = NULL, *copy = NULL;
    claim(gfn_run_options_create("hypergrid", &options) == GFN_OK, "%s", gfn_error_message());
    const gfn_status status = gfn_options_parse(options, text, "input");
    if (status != GFN_OK)
        claim_refused(status);
    for (size_t i = 0; i < gfn_options_count(options); i++)
        claim_within(options, gfn_options_row(options, i));
    try_world(options);
    claim(gfn_options_copy(options, &copy) == GFN_OK, "%s", gfn_error_message());
    value = value ? value + 1 : text;
    if (gfn_options_set(options, value, value, "input") != GFN_OK)
        claim_refused(GFN_EINVAL);
    try_rows(copy, value);
    try_numbers(value);
    gfn_options_destroy(&options);
    gfn_options_destroy(&copy);
    free(text);
    return 0;
}
