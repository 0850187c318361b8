/* SPDX-License-Identifier: MIT
 *
 * run/plugin_trust.h - a run's environment as a plug-in.
 *
 * Who names a plug-in to the library trusts it. What a file names, be it config.ini or the metadata
 * of a checkpoint, is code that somebody else may have chosen: it is loaded unasked only where it
 * belongs to the user who runs the program.
 */
#ifndef RUN_PLUGIN_TRUST_H
#define RUN_PLUGIN_TRUST_H

#include "run/run.h"

/* Open an environment that the user has named. *name is what its option is to say wherever that is
 * read: a kind's name as it is, a path from the root on; to be freed with gfn_release().
 * Errors: those of gfn_env_open(), GFN_EIO. */
gfn_status gfn_plugin_open(const char *env, char **name, const gfn_env_ops **ops);

/* Load the plug-in that a file names, unless it is loaded: the path from the root on of one that
 * belongs to the user or to root, that nobody else may write, and (NULL: any) that has the CRC-32
 * `expected`. What is judged is what is loaded, and what the path means from then on. A name needs
 * nothing. Errors: GFN_EINVAL, GFN_EIO, GFN_EDATA, GFN_ECOMM (another CRC-32). */
gfn_status gfn_plugin_open_unasked(const char *env, const uint32_t *expected);

/* What other ranks are told of an environment that is open here. */
typedef struct gfn_plugin_facts {
    bool is_unasked; /* only a file named it: every rank judges its own */
    uint32_t crc;
} gfn_plugin_facts;

gfn_plugin_facts gfn_plugin_facts_of(const char *env);

/* Note whether the run's environment is a plug-in, and its checksum, the same on all ranks.
 * Collective. Errors: GFN_ECOMM (ranks have different ones), GFN_EIO. */
gfn_status gfn_plugin_note(gfn_run *run);

#endif
