/* SPDX-License-Identifier: MIT
 *
 * Worlds that are loaded at run time: the only file that loads code.
 */
#include "env/world.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"

bool gfn_env_is_path(const char *env)
{
    const size_t n = strlen(env);
    return strchr(env, '/') != NULL || (n > 3 && strcmp(env + n - 3, ".so") == 0);
}

/* The linker's words begin with the path, as the message does. */
static gfn_status refuse_file(const char *path)
{
    const char *why = dlerror();
    const size_t n = strlen(path);
    if (why && strncmp(why, path, n) == 0 && why[n] == ':')
        why += n + 1 + strspn(why + n + 1, " ");
    return gfn_fail(GFN_EIO,
                    "%.300s: cannot load the plug-in: %.300s (hint: cc -shared -fPIC NAME.c -o "
                    "NAME.so)",
                    path, why ? why : "no reason is given");
}

/* Nothing is ever unloaded: tables are borrowed. Of one file there is one handle, however often it
 * is asked for. */
static gfn_status load(const char *path, const gfn_env_ops **ops)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return refuse_file(path);
    const gfn_env_ops *found = dlsym(handle, GFN_ENV_SYMBOL);
    if (found == NULL)
        return gfn_fail(
            GFN_EDATA,
            "%.300s: expected a plug-in with the symbol " GFN_ENV_SYMBOL ", found none (hint: "
            "const gfn_env_ops " GFN_ENV_SYMBOL " = {.size = sizeof(gfn_env_ops), ...};)",
            path);
    const gfn_status status = gfn_env_check_ops(found);
    if (status != GFN_OK)
        return gfn_fail_in(status, "%.300s: ", path);
    const gfn_env_ops *other = gfn_env_find(found->name);
    if (other && other != found)
        return gfn_fail(GFN_EINVAL,
                        "%.300s: expected a name of its own, found \"%s\", as an environment that "
                        "is there is called (hint: another .name)",
                        path, found->name);
    *ops = found;
    return GFN_OK;
}

gfn_status gfn_env_load(const char *path, const gfn_env_ops **ops)
{
    char *here;
    if (strchr(path, '/')) /* else it would be looked for where libraries are */
        return load(path, ops);
    GFN_TRY(gfn_allocate("path", strlen(path) + 3, 1, &here));
    snprintf(here, strlen(path) + 3, "./%s", path);
    const gfn_status status = load(here, ops);
    gfn_release(&here);
    return status;
}
