/* SPDX-License-Identifier: MIT
 *
 * The choice of a set of kernels, at run time, so that one binary runs on old and new processors.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "grad/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

extern const gfn_kernels gfn_kernels_plain;

static bool has_plain(void)
{
    return true;
}

#ifdef HAVE_X86_KERNELS
extern const gfn_kernels gfn_kernels_avx2, gfn_kernels_avx512;

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
#endif

/* From best to worst. */
static const struct {
    const gfn_kernels *kernels;
    bool (*is_supported)(void);
} sets[] = {
#ifdef HAVE_X86_KERNELS
    {&gfn_kernels_avx512, has_avx512},
    {&gfn_kernels_avx2, has_avx2},
#endif
    {&gfn_kernels_plain, has_plain},
};

const gfn_kernels *gfn_kernels_find(const char *name)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
        if (sets[i].is_supported() && (name == NULL || strcmp(name, sets[i].kernels->name) == 0))
            return sets[i].kernels;
    return NULL;
}

gfn_status gfn_kernels_choose(const gfn_kernels **kernels)
{
    const char *name = getenv("GFN_KERNELS");
    const gfn_kernels *found = gfn_kernels_find(name && *name ? name : NULL);
    if (found == NULL)
        return gfn_fail(GFN_EINVAL,
                        "GFN_KERNELS is \"%s\", expected plain, avx2 or avx512, if this "
                        "processor has it (hint: unset GFN_KERNELS)",
                        name);
    *kernels = found;
    return GFN_OK;
}

const char *gfn_kernels_name(void)
{
    const gfn_kernels *kernels = NULL;
    return gfn_kernels_choose(&kernels) == GFN_OK ? kernels->name : "none";
}
