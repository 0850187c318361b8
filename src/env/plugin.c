/* SPDX-License-Identifier: MIT
 *
 * Plug-ins: loading kinds of environments at run time. No other file loads code.
 */
#include "env/env_internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/format.h"
#include "base/memory.h"

/* All names under which plug-ins were opened, until the process ends: a file may be replaced later,
 * but this process still runs what it has loaded. */
static gfn_env_file *files;

bool gfn_env_is_path(const char *env)
{
    const size_t n = strlen(env);
    return strchr(env, '/') != NULL || (n > 3 && strcmp(env + n - 3, ".so") == 0);
}

static gfn_status reject_file(const char *path, const char *why)
{
    return gfn_fail(GFN_EIO,
                    "%.300s: cannot load the plug-in: %.300s (hint: cc -shared -fPIC NAME.c -o "
                    "NAME.so)",
                    path, why ? why : "the reason is not known");
}

/* The linker's message begins with the path, as ours does: leave that part out. */
static gfn_status reject_linked(const char *path, const char *name)
{
    const char *why = dlerror();
    const size_t n = strlen(name);
    if (why && strncmp(why, name, n) == 0 && why[n] == ':')
        why += n + 1 + strspn(why + n + 1, " ");
    return reject_file(path, why);
}

static bool read_at(int fd, off_t offset, void *to, size_t n)
{
    return pread(fd, to, n, offset) == (ssize_t)n;
}

/* Whether the file contains everything that the linker maps. If a part is missing, accessing it
 * raises a signal instead of an error. Files that are not shared objects for this machine pass: the
 * linker rejects them with an error. */
static bool is_whole(int fd, off_t size)
{
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    if (!read_at(fd, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_phentsize != sizeof part)
        return true;
    for (size_t i = 0; i < head.e_phnum; i++) {
        if (!read_at(fd, (off_t)(head.e_phoff + i * sizeof part), &part, sizeof part))
            return false;
        if (part.p_type == PT_LOAD &&
            (part.p_offset > (uintmax_t)size || part.p_filesz > (uintmax_t)size - part.p_offset))
            return false;
    }
    return true;
}

static volatile bool has_plugins;

bool gfn_env_has_plugins(void)
{
    return has_plugins;
}

const gfn_env_file *gfn_env_file_named(const char *path)
{
    const gfn_env_file *f = path[0] == '/' ? files : NULL; /* relative paths are ambiguous */
    while (f && strcmp(f->path, path) != 0)
        f = f->next;
    return f;
}

gfn_env_file *gfn_env_file_of(const gfn_env_ops *ops)
{
    gfn_env_file *f = files;
    while (f && f->ops != ops)
        f = f->next;
    return f;
}

static const gfn_env_file *find_same(const gfn_env_file *file)
{
    const gfn_env_file *f = files;
    while (f && (f->device != file->device || f->inode != file->inode))
        f = f->next;
    return f;
}

static gfn_status find_table(const char *path, void *handle, const gfn_env_ops **ops)
{
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
    *ops = found;
    return GFN_OK;
}

/* Libraries that were linked with -ffast-math, and constructors, may change the floating-point mode
 * of the thread that loads them, and so the bits of everything that it computes. */
static void *load_code(gfn_env_file *file, const char *name)
{
    gfn_float_env before;
    gfn_float_env_get(&before);
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    file->set_mode = gfn_float_env_restore(&before);
    return handle;
}

/* Load the file. Nothing is ever unloaded, because tables are borrowed. A file that the user named
 * is loaded by its path, so that $ORIGIN works for libraries in its folder, unless the path
 * contains '$', which the linker would expand. Other files are loaded by the name of their
 * descriptor, so that the file that was checked is loaded. The linker remembers loaded files by
 * name too, so that descriptor must stay open: its name must never refer to another file. */
static gfn_status load(gfn_env_file *file)
{
    char name[64];
    struct stat found;
    const bool is_literal = file->is_trusted && strchr(file->path, '$') == NULL;
    gfn_format(name, sizeof name, "/proc/self/fd/%d", file->fd);
    const bool has_descriptors = !is_literal && stat(name, &found) == 0;
    const char *taken = has_descriptors ? name : file->path;
    has_plugins = true;
    void *handle = load_code(file, taken);
    if (handle == NULL)
        return reject_linked(file->path, taken);
    if (has_descriptors)
        file->is_kept = true;
    return find_table(file->path, handle, &file->ops);
}

static gfn_status open_file(gfn_env_file *file)
{
    struct stat found;
    if (file->fd < 0)
        /* O_NONBLOCK: opening a named pipe must not wait for a writer. */
        file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &found) != 0)
        return reject_file(file->path, strerror(errno));
    if (!S_ISREG(found.st_mode))
        return reject_file(file->path, "it is not a regular file");
    file->device = found.st_dev;
    file->inode = found.st_ino;
    return is_whole(file->fd, found.st_size) ? GFN_OK
                                             : reject_file(file->path, "its end is missing");
}

/* Make `file` another name of a file that is loaded already. */
static void make_alias(const gfn_env_file *same, gfn_env_file *file)
{
    close(file->fd);
    file->fd = same->fd;
    file->ops = same->ops;
    file->is_kept = true;
    file->is_trusted = same->is_trusted;
    file->set_mode = same->set_mode;
    file->has_crc = same->has_crc;
    file->crc = same->crc;
}

static gfn_status make_file(const char *path, int fd, gfn_env_file **file)
{
    const size_t n = strlen(path) + 3;
    GFN_TRY(gfn_allocate("plug-in", 1, sizeof **file + n, file));
    **file = (gfn_env_file){.fd = fd, .is_trusted = fd < 0};
    /* Without a slash dlopen() would search the folders of libraries. */
    gfn_format((*file)->path, n, "%s%s", strchr(path, '/') ? "" : "./", path);
    return GFN_OK;
}

static gfn_status open_new(gfn_env_file *file, const gfn_env_ops **ops)
{
    GFN_TRY(open_file(file));
    const gfn_env_file *same = find_same(file);
    if (same)
        make_alias(same, file);
    else
        GFN_TRY(load(file));
    *ops = file->ops;
    return GFN_OK;
}

gfn_status gfn_plugin_load(const char *path, int fd, const gfn_env_ops **ops)
{
    const gfn_env_file *known = gfn_env_file_named(path);
    gfn_env_file *file = NULL;
    gfn_status status = known ? GFN_OK : make_file(path, fd, &file);
    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        if (known)
            *ops = known->ops;
        return status;
    }
    status = open_new(file, ops);
    if (status == GFN_OK && (gfn_env_file_of(file->ops) == NULL || path[0] == '/')) {
        file->next = files;
        files = file;
        return GFN_OK;
    }
    if (file->fd >= 0 && !file->is_kept)
        close(file->fd);
    gfn_release(&file);
    return status;
}
