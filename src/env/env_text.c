/* SPDX-License-Identifier: MIT
 *
 * States as text, in the notation of their world or as numbers.
 */
#include <inttypes.h>
#include <string.h>

#include "base/format.h"
#include "base/memory.h"
#include "env/env_internal.h"

/* Numbers with a separator; returns the bytes that they need. */
static size_t write_numbers(const gfn_env *env, const int32_t *state, const char *separator,
                            char *text, size_t size)
{
    size_t used = 0;
    char digits[32];
    for (int i = 0; i < env->spec.state_width; i++) {
        const size_t n =
            (size_t)gfn_format(digits, sizeof digits, "%s%d", i ? separator : "", state[i]);
        if (used < size)
            gfn_format(text + used, size - used, "%s", digits);
        used += n;
    }
    return used;
}

size_t gfn_env_write(const gfn_env *env, const int32_t *state, char *text, size_t size)
{
    if (size > 0)
        text[0] = '\0';
    return env->ops->write ? env->ops->write(env->world, state, text, size)
                           : write_numbers(env, state, " ", text, size);
}

/* Mark a text that was cut. */
static const char *shorten(char *text, size_t size, const char *end)
{
    const size_t n = strlen(end);
    if (size > n)
        memcpy(text + size - n - 1, end, n + 1);
    return text;
}

const char *gfn_env_state_text(const gfn_env *env, const int32_t *state, char *text, size_t size)
{
    if (env->ops->write)
        return gfn_env_write(env, state, text, size) >= size ? shorten(text, size, "...") : text;
    const size_t used = (size_t)gfn_format(text, size, "(");
    const size_t n = write_numbers(env, state, ", ", text + used, size - used);
    if (used + n + 1 >= size)
        return shorten(text, size, "...)");
    gfn_format(text + used + n, size - used - n, ")");
    return text;
}

const char *gfn_env_number_text(const gfn_env *env, int64_t number, char *text, size_t size)
{
    int32_t *state;
    gfn_format(text, size, "state %lld", (long long)number);
    if (gfn_allocate("a state", (size_t)env->spec.state_width, sizeof *state, &state) != GFN_OK)
        return text;
    gfn_env_ask_state_at(env, 1, &number, state);
    gfn_env_state_text(env, state, text, size);
    gfn_release(&state);
    return text;
}

const char *gfn_env_shape_text(int ndim, const int64_t *axis, char *text, size_t size)
{
    size_t used = (size_t)gfn_format(text, size, "%s", ndim > 0 ? "" : "a single number");
    for (int d = 0; d < ndim && used < size; d++)
        used += (size_t)gfn_format(text + used, size - used, "%s%" PRId64, d ? " x " : "", axis[d]);
    return text;
}

size_t gfn_count_names(const char *text)
{
    size_t n = 1;
    bool is_quoted = false;
    for (; *text; text++) {
        is_quoted ^= *text == '"';
        n += *text == ',' && !is_quoted;
    }
    return n;
}
