/* SPDX-License-Identifier: MIT
 *
 * run/metadata.h - the metadata of a file of a run: what wrote it, with which parameters, and the
 * run's configuration.
 */
#ifndef RUN_METADATA_H
#define RUN_METADATA_H

#include "base/memory.h"
#include "io/safetensors.h"
#include "run/run.h"

/* Prefix of the name of an option. */
#define GFN_METADATA_CONFIG "config."

/* Texts under construction. */
typedef struct gfn_metadata {
    gfn_arena *arena;
    struct gfn_text *texts; /* [most] */
    size_t n, most;
} gfn_metadata;

/* Allocate room for the texts of gfn_metadata_add_build() and gfn_metadata_add_options(), and for
 * `more` texts. */
gfn_status gfn_metadata_begin(gfn_metadata *m, const gfn_run *run, size_t more);

/* `name` is borrowed, the value is copied. */
gfn_status gfn_metadata_add(gfn_metadata *m, const char *name, const char *value);
gfn_status gfn_metadata_add_number(gfn_metadata *m, const char *name, uint64_t value);
gfn_status gfn_metadata_add_crc(gfn_metadata *m, const char *name, uint32_t crc); /* in hex */

/* Add format, version, kernels, iteration and params_crc. */
gfn_status gfn_metadata_add_build(gfn_metadata *m, const gfn_run *run, const char *format);

/* Add config.NAME for every option of the run. */
gfn_status gfn_metadata_add_options(gfn_metadata *m, const gfn_run *run);

/* Set *text to a followed by b. */
gfn_status gfn_metadata_join(gfn_arena *arena, const char *a, const char *b, char **text);

#endif
