/* SPDX-License-Identifier: MIT
 *
 * run/object_field.h - an object as a field of a file.
 */
#ifndef RUN_OBJECT_FIELD_H
#define RUN_OBJECT_FIELD_H

#include <gfn/env.h>

#include "io/csv.h"

/* Add an object, whatever its length, quoted if that is necessary and wanted. Errors: GFN_ENOMEM.
 */
gfn_status gfn_csv_object(gfn_csv *csv, const gfn_env *env, const int32_t *object, bool is_quoted);

#endif
