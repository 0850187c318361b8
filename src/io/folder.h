/* SPDX-License-Identifier: MIT
 *
 * io/folder.h - folders, the names of files in them, and links to them.
 */
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include <stdbool.h>

#include <gfn/status.h>

/* *path = "FOLDER/NAME", to be freed with gfn_release(). */
gfn_status gfn_folder_path(const char *folder, const char *name, char **path);

/* Whether there is a folder of that name. */
bool gfn_folder_exists(const char *path);

/* Whether something of that name is in a folder, be it empty. */
bool gfn_folder_holds(const char *folder, const char *name);

/* Where `path` is a symbolic link: *resolved = the path of what it links to, whatever it may link
 * to later. Else a copy of it. To be freed with gfn_release(). Errors: GFN_EIO, GFN_ENOMEM. */
gfn_status gfn_folder_resolve(const char *path, char **resolved);

/* *absolute = the path from the root on, without links; to be freed with gfn_release().
 * Errors: GFN_EIO (there is nothing), GFN_ENOMEM. */
gfn_status gfn_folder_absolute(const char *path, char **absolute);

/* Make a folder and the folders above it; one that is there already will do.
 * Errors: GFN_EIO. */
gfn_status gfn_folder_create(const char *path);

/* Make a folder (and those above it) for files that must not overwrite others. `names` (ended by
 * NULL) are the files that it must not hold yet, unless they are empty; names = NULL: the folder
 * itself must be new, and of several processes that want it at once, one gets it. Errors:
 * GFN_EEXIST, with a message that names what was found; GFN_EIO. */
gfn_status gfn_folder_claim(const char *path, const char *const *names);

/* Make `path` a symbolic link to `target` (as seen from the folder of `path`), instead of the link
 * that it may be already: at every moment there is the old one or the new one.
 * Errors: GFN_EEXIST (`path` is there and is no link), GFN_EIO. */
gfn_status gfn_folder_link(const char *target, const char *path);

#endif
