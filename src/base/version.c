/* SPDX-License-Identifier: MIT */
#include <gfn/version.h>

const char *gfn_version(void)
{
    return GFN_VERSION;
}
