/* SPDX-License-Identifier: MIT
 *
 * io/folder.h - make and find folders, paths in them, and links to them.
 */
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include <stdbool.h>

#include <gfn/status.h>

/* *path = "FOLDER/NAME", to be freed with gfn_release(). */
gfn_status gfn_folder_path(const char *folder, const char *name, char **path);

/* Whether there is a folder of that name. */
bool gfn_folder_exists(const char *path);

/* Whether a folder has an entry of this name. */
bool gfn_folder_holds(const char *folder, const char *name);

/* Whether the entry is there and is not an empty file. */
bool gfn_folder_holds_bytes(const char *folder, const char *name);

/* If `path` is a symbolic link, *resolved is the absolute path of its target, so that later changes
 * of the link have no effect; else it is a copy of `path`. To be freed with gfn_release(). Errors:
 * GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_folder_resolve(const char *path, char **resolved);

/* *absolute = the absolute path, with all links resolved; to be freed with gfn_release().
 * Errors: GFN_EIO (no such file), GFN_ENOMEM. */
gfn_status gfn_folder_absolute(const char *path, char **absolute);

/* Make a folder and the folders above it, unless it exists. Errors: GFN_EIO. */
gfn_status gfn_folder_create(const char *path);

/* Make a folder (and those above it) for files that must not overwrite others. `names` (ended by
 * NULL) lists files that must be missing or empty in a folder that exists. If names is NULL the
 * folder itself must not exist yet; if several processes ask for it at once, one succeeds. Errors:
 * GFN_EEXIST, with a message that names what was found; GFN_EIO. */
gfn_status gfn_folder_claim(const char *path, const char *const *names);

/* Make `path` a symbolic link to `target` (relative to the folder of `path`). If `path` is a link
 * already it is replaced atomically. Errors: GFN_EEXIST (`path` exists and is not a link),
 * GFN_EIO. */
gfn_status gfn_folder_link(const char *target, const char *path);

#endif
