/* SPDX-License-Identifier: MIT
 *
 * Objects from text, in the notation of their world or as numbers.
 */
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"
#include "base/parse.h"
#include "env/env_internal.h"

static gfn_status read_numbers(const gfn_env *env, char *text, int32_t *state)
{
    static const char separators[] = " \t,";
    const int width = env->spec.state_width;
    char *rest = NULL;
    int found = 0;
    for (char *word = strtok_r(text, separators, &rest); word;
         word = strtok_r(NULL, separators, &rest)) {
        int64_t value;
        if (!gfn_parse_integer(word, &value) || value != (int32_t)value)
            return gfn_fail(GFN_EINVAL, "expected whole numbers, found \"%.100s\"", word);
        if (found < width)
            state[found] = (int32_t)value;
        found++;
    }
    if (found == width)
        return GFN_OK;
    return gfn_fail(GFN_EINVAL, "expected %d number%s, found %d", width, gfn_plural(width), found);
}

static gfn_status read_text(const gfn_env *env, char *text, int32_t *state)
{
    static const char blanks[] = " \t\r\n";
    text += strspn(text, blanks);
    for (size_t n = strlen(text); n > 0 && strchr(blanks, text[n - 1]); n--)
        text[n - 1] = '\0';
    return env->ops->read ? env->ops->read(env->world, text, state)
                          : read_numbers(env, text, state);
}

gfn_status gfn_env_read(const gfn_env *env, const char *text, int32_t *state)
{
    char *copy;
    int32_t *made;
    const size_t width = (size_t)env->spec.state_width, size = strlen(text) + 1;
    GFN_TRY(gfn_allocate("text of an object", size, 1, &copy));
    memcpy(copy, text, size);
    gfn_status status = gfn_allocate("an object", width, sizeof *made, &made);
    if (status != GFN_OK)
        goto done;
    status = read_text(env, copy, made);
    if (status == GFN_OK)
        status = gfn_env_check_objects(env, 1, made);
    if (status == GFN_OK)
        memcpy(state, made, width * sizeof *made);
    gfn_release(&made);
done:
    gfn_release(&copy);
    return status;
}
