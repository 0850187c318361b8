/* SPDX-License-Identifier: MIT
 *
 * train/plugin.h - a run's environment as a plug-in.
 *
 * Who names a plug-in to the library trusts it. What a file names, be it config.ini or the metadata
 * of a checkpoint, is code that somebody else may have chosen: it is loaded unasked only where it
 * belongs to the user who runs the program.
 */
#ifndef TRAIN_PLUGIN_H
#define TRAIN_PLUGIN_H

#include "train/run.h"

/* Open an environment that the user has named. *name is what its option is to say wherever that is
 * read: a kind's name as it is, a path from the root on; to be freed with gfn_release().
 * Errors: those of gfn_env_open(), GFN_EIO. */
gfn_status gfn_plugin_open(const char *env, char **name, const gfn_env_ops **ops);

/* Whether an environment that a file names may be opened: a name, or the path from the root on of a
 * plug-in that belongs to the user or to root. Nothing is loaded. Errors: GFN_EINVAL, GFN_EIO,
 * GFN_EDATA. */
gfn_status gfn_plugin_check_file(const char *env);

/* Note whether the run's environment is a plug-in, and its checksum, the same on all ranks.
 * Collective. Errors: GFN_ECOMM (ranks have different ones), GFN_EIO. */
gfn_status gfn_plugin_note(gfn_run *run);

#endif
