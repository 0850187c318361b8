/* SPDX-License-Identifier: MIT
 *
 * run/plugin_trust.h - a run's environment as a plug-in.
 *
 * A plug-in is code. The library trusts one that the user names. If only a file names it
 * (config.ini, the metadata of a checkpoint), another person may have chosen it. Then the library
 * loads it only if it belongs to the user who runs the program, or to root, and only its owner may
 * write it.
 */
#ifndef RUN_PLUGIN_TRUST_H
#define RUN_PLUGIN_TRUST_H

#include "run/run.h"

/* Open an environment that the user has named. *name is the value for its option, valid in any
 * working directory: the name of a kind, or an absolute path; free it with gfn_release().
 * Errors: those of gfn_env_open(), GFN_EIO. */
gfn_status gfn_plugin_open(const char *env, char **name, const gfn_env_ops **ops);

/* Load the plug-in that a file names, unless it is loaded. Its path must be absolute, it must
 * belong to the user or to root, nobody else may write it, and it must have the CRC-32 `expected`
 * (NULL: any). The open file that was checked is the one that is loaded, and the path stands for it
 * from then on. The name of a kind needs no loading. Errors: GFN_EINVAL, GFN_EIO, GFN_EDATA,
 * GFN_ECOMM (another CRC-32). */
gfn_status gfn_plugin_open_untrusted(const char *env, const uint32_t *expected);

/* Facts about an open environment that are sent to the other ranks. */
typedef struct gfn_plugin_facts {
    bool is_untrusted; /* only a file named it: every rank checks its own copy */
    uint32_t crc;
} gfn_plugin_facts;

gfn_plugin_facts gfn_plugin_facts_of(const char *env);

/* Record whether the run's environment is a plug-in, and its checksum, and check that all ranks
 * agree. Collective. Errors: GFN_ECOMM (the plug-ins of ranks differ), GFN_EIO. */
gfn_status gfn_plugin_note(gfn_run *run);

#endif
