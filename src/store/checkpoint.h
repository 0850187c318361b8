/* SPDX-License-Identifier: MIT
 *
 * store/checkpoint.h - a checkpoint: all that a run needs to be resumed, as a safetensors file.
 *
 *     policy.0.weight [in, out], policy.0.bias [out], ..., log_z [1]: parameters, y = x W + b
 *     adam.m.NAME, adam.v.NAME: the optimizer's moments of each (OPTIMIZER.MOMENT.NAME)
 *     target.NAME: the target network, if there is one: a copy of each
 *     modes [n, width]: objects of maximal reward that training has sampled
 *     replay [n, width]: objects of the replay buffer, in its order
 *     top.object [n, width], top.log_reward [n], top.found [n, 2]: the best objects, and iteration
 *         and trajectory of their discovery
 *     metadata: format, version, kernels, iteration, params_crc, loss (of the last batch),
 *         modes (if there are too many), reward_crc32 (of the rewards, if they come from a file),
 *         env_name and env_crc32 (if the environment is a plug-in: of its table and its file),
 *         file_crc32.NAME of every file that an option NAME of the type GFN_OPTION_PATH of the
 *         environment names, input_crc32.NAME of the numbers of one of the type GFN_OPTION_MATRIX,
 *         config.NAME for every option of the run, texts_crc32 (of all these texts), data_crc32
 */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <gfn/model.h>
#include <gfn/optim.h>

#include "io/safetensors.h"

#define GFN_CHECKPOINT_FORMAT "gfn-dist checkpoint 2"
#define GFN_CHECKPOINT_ENV_CRC "env_crc32"
#define GFN_CHECKPOINT_ENV_NAME "env_name"
#define GFN_CHECKPOINT_FILE_CRC "file_crc32."
#define GFN_CHECKPOINT_INPUT_CRC "input_crc32."
#define GFN_CHECKPOINT_MODES "modes"
#define GFN_CHECKPOINT_REPLAY "replay"
#define GFN_CHECKPOINT_TOP_OBJECT "top.object"
#define GFN_CHECKPOINT_TOP_REWARD "top.log_reward"
#define GFN_CHECKPOINT_TOP_FOUND "top.found"
#define GFN_CHECKPOINT_REWARDS_CRC "reward_crc32"
#define GFN_CHECKPOINT_TARGET "target."
#define GFN_CHECKPOINT_TEXTS_CRC "texts_crc32"

#ifdef GFN_REAL64
#define GFN_REAL_DTYPE GFN_F64
#else
#define GFN_REAL_DTYPE GFN_F32
#endif

/* A view of the parameters as an array of a file. */
struct gfn_array gfn_checkpoint_array(const gfn_view *view, const char *name, const gfn_real *data);

/* Bytes of the prefix that turns the name of a parameter into that of its moment, such as
 * "adam.m.". */
enum { GFN_MOMENT_PREFIX = 40 };
void gfn_checkpoint_moment_prefix(const gfn_optimizer *optimizer, size_t moment,
                                  char prefix[GFN_MOMENT_PREFIX]);

/* The objects in a file's tensor of that name, [*n][width], borrowed. Errors: GFN_EDATA. */
gfn_status gfn_checkpoint_objects(const gfn_safetensors *file, const char *name, size_t width,
                                  const int32_t **objects, size_t *n);

/* Checksum of the texts of the metadata, independent of their order. (The data has its own
 * checksum; names and shapes of the arrays must match the model.) */
uint32_t gfn_checkpoint_texts_crc(const struct gfn_tensors *tensors);

#endif
