/* SPDX-License-Identifier: MIT
 *
 * gfn/run.h - a configuration brought to life: environment, model, sampler and exact evaluation on
 * every rank, made from options or from a run's checkpoint.
 */
#ifndef GFN_RUN_H
#define GFN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/comm.h>
#include <gfn/env.h>
#include <gfn/eval.h>
#include <gfn/model.h>
#include <gfn/options.h>
#include <gfn/random.h>
#include <gfn/sampler.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_run gfn_run;

/* Options of training, ended by a row without name; the environment's own come from its kind. */
GFN_API const gfn_option *gfn_run_option_rows(void);

/* An option set of training for the environment `env`, a kind's name or the path of a plug-in
 * (NULL: the default), all defaults. The option `env` then holds the path from the root on. Errors:
 * those of gfn_env_open(), GFN_EINVAL (options that training has too), GFN_ENOMEM. */
GFN_API gfn_status gfn_run_options_create(const char *env, gfn_options **options);

/* A published configuration by name; index < gfn_presets(). */
typedef struct gfn_preset {
    const char *name;     /* "tb-8x4-r0.1" */
    const char *summary;  /* what is trained */
    const char *source;   /* where it was published */
    const char *differs;  /* in what it is not as published */
    const char *settings; /* "size=8 ndim=4 ..." */
} gfn_preset;

GFN_API size_t gfn_presets(void);
GFN_API const gfn_preset *gfn_preset_of(size_t index);

/* Set all that a preset stands for, and its name in the option `preset`, which alone stands for
 * nothing: it says where a configuration comes from. What is set later overrides it.
 * Errors: GFN_EINVAL (unknown name, or options of an environment that has not these). */
GFN_API gfn_status gfn_run_options_preset(gfn_options *options, const char *name);

/* Options as a file has them (config.ini), on top of the preset that it names, if any, and of the
 * defaults of the environment `env` (NULL: the one that the file names). A file is not trusted with
 * code: a plug-in that it names must have a path from the root on and belong to the user or to
 * root, and nobody else may write it; gfn_run_load() and gfn_run_resume() ask the same of
 * checkpoints, on every rank. Whatever `env` names is loaded. Errors: GFN_EIO, GFN_EINVAL (an
 * unknown name or a bad value, with the line), GFN_EDATA. */
GFN_API gfn_status gfn_run_options_load(const char *file, const char *env, gfn_options **options);

/* The text of such a file: all options with their values, and in comments where each comes from
 * ("default", "preset NAME", "FILE:LINE", "command line"); *text is the caller's to free(). What it
 * makes is the same run. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_run_options_ini(const gfn_options *options, char **text);

/* Make environment, model with initial parameters, and sampler. `threads` per rank: 0 takes the
 * option, else OMP_NUM_THREADS, else this rank's share of its host's cores. Rank 0 reads the file
 * that an option `reward-file` names (float64 .npy) and gives its rewards to all. comm is borrowed,
 * the options are copied. Collective; errors are the same on every rank. */
GFN_API gfn_status gfn_run_create(gfn_comm *comm, const gfn_options *options, int threads,
                                  gfn_run **run);

/* The same from the checkpoint in a run directory, which rank 0 reads, and the copy there of its
 * rewards, which must be those that it was trained with; where the checkpoint is damaged, from
 * the one before, and gfn_run_notice() says so. Collective. Errors: GFN_EIO, GFN_EDATA (damaged, or
 * of another version), and those of gfn_run_create(). */
GFN_API gfn_status gfn_run_load(gfn_comm *comm, const char *directory, int threads, gfn_run **run);

/* The same with the plug-in at the path `env` in place of the one that the checkpoint names, which
 * has moved or belongs to somebody else (NULL: that one). It counts on rank 0. */
GFN_API gfn_status gfn_run_load_with(gfn_comm *comm, const char *directory, int threads,
                                     const char *env, gfn_run **run);

/* An option as somebody gave it; borrowed for the call. */
typedef struct gfn_setting {
    const char *name, *value;
} gfn_setting;

/* Make the run of a directory once more, to go on with it there: a trainer then keeps it
 * (gfn_trainer_keep()), and on any number of ranks and threads it ends with the bits of a run that
 * was never stopped. A run that ended before its first checkpoint begins anew, by its config.ini.
 * Directory and settings count on rank 0. Of the n settings (NULL: none) iterations, samples,
 * cadences and the place of a plug-in (env) may differ from the checkpoint, others are refused;
 * threads and time-limit are never taken from it. The run is this process's alone from now on,
 * until it is destroyed; where another job is still ending there, it is waited for, ten seconds at
 * most. Collective. Errors: those of gfn_run_load(); GFN_EEXIST: another job is at it; GFN_EINVAL:
 * a setting contradicts the checkpoint, or config.ini is wrong. */
GFN_API gfn_status gfn_run_resume(gfn_comm *comm, const char *directory,
                                  const gfn_setting *settings, size_t n, gfn_run **run);
GFN_API void gfn_run_destroy(gfn_run **run);

GFN_API gfn_comm *gfn_run_comm(const gfn_run *run);
GFN_API const gfn_options *gfn_run_options(const gfn_run *run);
GFN_API const gfn_env *gfn_run_env(const gfn_run *run);
GFN_API gfn_model *gfn_run_model(gfn_run *run);
GFN_API gfn_sampler *gfn_run_sampler(gfn_run *run);
GFN_API int gfn_run_threads(const gfn_run *run);           /* of this rank */
GFN_API int64_t gfn_run_iteration(const gfn_run *run);     /* optimizer steps in the parameters */
GFN_API const char *gfn_run_directory(const gfn_run *run); /* "" where nothing is written */

/* "8 ranks x 1 thread on 1 host, 2 cores". Borrowed. */
GFN_API const char *gfn_run_layout(const gfn_run *run);

/* Advice where the launcher's binding hides cores, and the memory that exact evaluations take where
 * it is much, a line each; "" where there is nothing. Borrowed. */
GFN_API const char *gfn_run_hint(const gfn_run *run);

/* What people should know, a line each: damage, a run that is complete already, another build, no
 * memory for exact evaluations; "" where there is nothing, and on ranks other than 0. Borrowed. */
GFN_API const char *gfn_run_notice(const gfn_run *run);

/* CRC-32 of the parameters as little-endian words: equal crcs, equal runs. */
GFN_API uint32_t gfn_run_params_crc(const gfn_run *run);

enum { GFN_MAX_DISTANCES = 8 };

/* How good the policy is, exactly. NAN and is_exact = false where states cannot be enumerated. */
typedef struct gfn_evaluation {
    bool is_exact;
    gfn_metrics metrics;
    double log_z; /* the parameter */
    double log_z_true;
    double log_z_error; /* log_z - log_z_true */

    /* Distances of the table of metrics that have a function of their own, in its order. */
    double distance[GFN_MAX_DISTANCES];
} gfn_evaluation;

/* Evaluate under the current parameters; all get the result. Where there is no memory for it, it is
 * not exact. Collective. Errors: GFN_ENUMERIC (a policy that is not finite, or not normalized),
 * GFN_ECOMM. */
GFN_API gfn_status gfn_run_evaluate(gfn_run *run, gfn_evaluation *evaluation);

/* Objects drawn from the policy over all ranks, and how they compare with the target. */
typedef struct gfn_draw {
    int64_t n;
    int64_t *counts; /* [n_states] on rank 0 where exact evaluation is possible; else NULL */
    size_t n_counts;
    int32_t *objects;       /* [n][state_width] on rank 0 where asked for; else NULL */
    double l1;              /* of the empirical distribution; NAN where it is not known */
    double l1_noise_floor;  /* what a perfect sampler would score; about, where not enumerated */
    double chi_square;      /* of counts against the policy's exact distribution; NAN */
    int64_t chi_square_df;  /* -1: there is no chi-square */
    int64_t modes, n_modes; /* distinct objects of maximal reward drawn, and in all (-1: unknown) */
} gfn_draw;

/* Draw objects 0 ... n-1 of `stream`, to have them (wants_objects) or else to judge them. Ended by
 * gfn_draw_clear(). Collective. Errors: those of gfn_run_evaluate(), GFN_ENOMEM. */
GFN_API gfn_status gfn_run_draw(gfn_run *run, const gfn_stream *stream, int64_t n,
                                bool wants_objects, gfn_draw *draw);
GFN_API void gfn_draw_clear(gfn_draw *draw);

/* A mean and its standard error; NAN: not known. */
typedef struct gfn_estimate {
    double mean, error;
} gfn_estimate;

/* What trajectories tell of the policy, in any space, with
 *     w(trajectory) = log R(x) + sum log P_B - sum log P_F
 * (Blessing et al. 2024, arXiv:2406.07423). */
typedef struct gfn_bounds {
    int64_t n;          /* trajectories of each bound */
    gfn_estimate elbo;  /* mean w of trajectories of the policy: at most log Z */
    gfn_estimate eubo;  /* of trajectories drawn back from the target: at least log Z; where states
                         * can be enumerated */
    double correlation; /* of log p(x) and log R(x), Pearson's, over objects that the policy draws;
                         * p(x) by trajectories drawn back from x. NAN: equal rewards only */
    int64_t n_objects;  /* of the correlation, at most 256, with 16 trajectories each */
} gfn_bounds;

/* Find bounds with n trajectories, 2,000 at most; with none nothing is known. The same bits on any
 * number of ranks and threads. After gfn_run_evaluate(), without which eubo is not known.
 * Collective. Errors: GFN_ENUMERIC (a policy that is not finite), GFN_ENOMEM, GFN_ECOMM. */
GFN_API gfn_status gfn_run_find_bounds(gfn_run *run, int64_t n, gfn_bounds *bounds);

/* The target R(x)/Z [n_states] where exact evaluation is possible, on rank 0; else NULL. */
GFN_API const double *gfn_run_target(const gfn_run *run);

/* Write counts of samples as .npy, one axis a dimension of the grid (else one axis), atomically.
 * Rank 0 writes; other ranks do nothing. Errors: GFN_EIO. */
GFN_API gfn_status gfn_run_write_histogram(const gfn_run *run, const char *file,
                                           const int64_t *counts);

/* Write n objects as int32 .npy [n][state_width], atomically. Rank 0 writes. Errors: GFN_EIO. */
GFN_API gfn_status gfn_run_write_objects(const gfn_run *run, const char *file,
                                         const gfn_draw *draw);

/* Draw trajectories 0 ... n-1 of `stream` from the policy itself, and write them to a safetensors
 * file, atomically:
 *     states [steps][state_width] int32    the state that each step leaves
 *     actions [steps] int32                the action there; the last of a trajectory ends it
 *     log_pf, log_pb [steps] float32       log P_F of it, log P_B of the way back; of an end: 0
 *     first [n + 1] int64                  trajectory i has the steps first[i] ... first[i + 1] - 1
 *     objects [n][state_width] int32       what each ends with: that of gfn_run_draw()
 *     log_reward [n] float64               log R of it
 * Metadata says this, and has build, parameters (params_crc), seed and configuration. The bytes do
 * not depend on the number of ranks and threads. Rank 0 holds and writes all of it, and `file`
 * counts there. Exploration is off afterwards. Collective; errors are the same on every rank:
 * GFN_ENOMEM (also where what the first trajectories promise is more than the memory that is left),
 * GFN_EIO, GFN_ENUMERIC. */
GFN_API gfn_status gfn_run_write_trajectories(gfn_run *run, const gfn_stream *stream, int64_t n,
                                              const char *file);

GFN_END_DECLS

#endif
