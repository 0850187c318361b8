/* SPDX-License-Identifier: MIT
 *
 * store/names.h - the names of the files of a run directory, and of a sweep's. (Those of the
 * rewards and the test set are in run/run_rewards.h and run/test_set.h.)
 */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#define GFN_CONFIG_FILE "config.ini"
#define GFN_LOCK_FILE ".lock"
#define GFN_METRICS_FILE "metrics.jsonl"
#define GFN_METRICS_DAMAGED "metrics.damaged.jsonl"
#define GFN_SUMMARY_FILE "summary.json"
#define GFN_CHECKPOINT_FILE "checkpoint.safetensors"
#define GFN_CHECKPOINT_PREVIOUS "checkpoint.prev.safetensors"
#define GFN_CHECKPOINT_DAMAGED "checkpoint.damaged.safetensors"
#define GFN_HISTOGRAM_FILE "histogram.npy"
#define GFN_STATES_FILE "states.npy"
#define GFN_TOP_FILE "top.csv"
#define GFN_PICTURE_FILE "histogram.png"
#define GFN_SWEEP_FILE "sweep.json"
#define GFN_COMPARISON_FILE "comparison.png"

#endif
