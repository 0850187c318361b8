/* SPDX-License-Identifier: MIT
 *
 * gfn/run.h - a run: environment, model, sampler and exact evaluation on every rank, made from
 * options or from a run's checkpoint.
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

/* Options of training, ended by a row without name. Options of an environment are in its kind. */
GFN_API const gfn_option *gfn_run_option_rows(void);

/* An option set of training for the environment `env`, a kind's name or the path of a plug-in
 * (NULL: the default), with default values. The option `env` holds the absolute path of a plug-in.
 * Errors: those of gfn_env_open(), GFN_EINVAL (options that training has too), GFN_ENOMEM. */
GFN_API gfn_status gfn_run_options_create(const char *env, gfn_options **options);

/* A published configuration by name; index < gfn_presets(). */
typedef struct gfn_preset {
    const char *name;     /* "tb-8x4-r0.1" */
    const char *summary;  /* the environment and the method */
    const char *source;   /* where it was published */
    const char *differs;  /* differences from the publication */
    const char *settings; /* "size=8 ndim=4 ..." */
    const char *env;      /* the environment that has these options */
    const char *data; /* the option of a file that the user adds, and where it comes from: "table
                       * (...)"; NULL: none */
} gfn_preset;

GFN_API size_t gfn_presets(void);
GFN_API const gfn_preset *gfn_preset_of(size_t index);

/* The environment of a preset; NULL: the default one, or no preset has this name. */
GFN_API const char *gfn_preset_env(const char *name);

/* Set all options of a preset, and its name in the option `preset`. That option only records the
 * origin of a configuration; setting it alone sets no others. Later settings override the preset.
 * Errors: GFN_EINVAL (unknown name, or another environment; nothing is set then), GFN_ENOMEM. */
GFN_API gfn_status gfn_run_options_preset(gfn_options *options, const char *name);

/* Read options from a file (config.ini). They override the preset that the file names, if any, and
 * the defaults of the environment `env` (NULL: the one that the file names). Files are not trusted
 * to load code: a plug-in that a file names must have an absolute path and belong to the user or to
 * root, and nobody else may write it. gfn_run_load() and gfn_run_resume() require the same of
 * checkpoints, on every rank. A plug-in that `env` names is loaded without these checks. Errors:
 * GFN_EIO, GFN_EINVAL (an unknown name or a bad value, with the line), GFN_EDATA. */
GFN_API gfn_status gfn_run_options_load(const char *file, const char *env, gfn_options **options);

/* Fail if `name` is no option of training and of the environment `env` (the name of a kind), but of
 * other kinds, which the message names; else GFN_OK. Errors: GFN_EINVAL. */
GFN_API gfn_status gfn_run_options_check_name(const char *env, const char *name);

/* Whether a run with these options enumerates the states of an environment without numbers, and the
 * limit for gfn_env_enumerate(). */
GFN_API bool gfn_run_enumeration_limit(const gfn_options *options, int64_t *most);

/* Write the text of such a file: all options with their values, and comments with the origin of
 * each ("default", "preset NAME", "FILE:LINE", "command line"); the caller must free() *text. The
 * file makes the same run. Errors: GFN_ENOMEM. */
GFN_API gfn_status gfn_run_options_ini(const gfn_options *options, char **text);

/* Make environment, model with initial parameters, and sampler. `threads` is per rank; 0: the
 * option, else OMP_NUM_THREADS, else this rank's share of its host's cores. If the system gives
 * fewer, gfn_run_threads() says how many there are, and gfn_run_notice() why. Rank 0 reads the
 * files of rewards (gfn/reward.h) and of numbers that the options name, and broadcasts them. comm
 * is borrowed, the options are copied. Collective. Errors, the same on every rank: GFN_EINVAL (an
 * option, or the shape of a file), GFN_EIO, GFN_EDATA, GFN_ENOMEM, GFN_ECOMM (also: ranks have
 * different plug-ins), GFN_EENV. */
GFN_API gfn_status gfn_run_create(gfn_comm *comm, const gfn_options *options, int threads,
                                  gfn_run **run);

/* Read the files that options of the type GFN_OPTION_MATRIX name, if that has not been done, for
 * gfn_env_create_with(); a run does it itself. Local. Errors: GFN_EIO, GFN_EINVAL (a file),
 * GFN_ENOMEM.
 */
GFN_API gfn_status gfn_run_read_matrices(gfn_options *options);

/* Make a run from the checkpoint in a run directory, and from the copies of its rewards and of
 * files of numbers there, which must be those that it was trained with. Rank 0 reads both. If the
 * checkpoint is damaged, the one before is loaded, and gfn_run_notice() says so. Collective.
 * Errors: GFN_EIO, GFN_EDATA (damaged, or of another version), and those of gfn_run_create(). */
GFN_API gfn_status gfn_run_load(gfn_comm *comm, const char *directory, int threads, gfn_run **run);

/* An option and its value; borrowed for the call. */
typedef struct gfn_setting {
    const char *name, *value;
} gfn_setting;

typedef struct gfn_settings {
    const gfn_setting *setting; /* [n]; the last of a name counts */
    size_t n;
} gfn_settings;

/* The same with changes: options of the type GFN_OPTION_PATH, whose files may have moved; env, the
 * path of the plug-in; exact and enumerate-limit, because machines differ; test-set and
 * test-trajectories. A file of rewards or numbers must have those of the run. If another file
 * differs from the one that the checkpoint was made with, gfn_run_notice() says so. Only rank 0's
 * changes are used. Errors: also GFN_EINVAL (another option, other rewards). */
GFN_API gfn_status gfn_run_load_changed(gfn_comm *comm, const char *directory, int threads,
                                        const gfn_settings *changes, gfn_run **run);

/* The same, but the plug-in at the path `env` replaces the one that the checkpoint names, for
 * instance because that one has moved or belongs to another user (NULL: no replacement). Only rank
 * 0's `env` is used. */
GFN_API gfn_status gfn_run_load_with(gfn_comm *comm, const char *directory, int threads,
                                     const char *env, gfn_run **run);

/* Load the run in a directory, to continue it there: a trainer then keeps it (gfn_trainer_keep()),
 * and on any number of ranks and threads it ends with the bits of a run that was never stopped. A
 * run that ended before its first checkpoint starts again from its config.ini. Only rank 0's
 * directory and settings are used. Of the n settings (NULL: none), these may differ from the
 * checkpoint: iterations, samples, picture, log-every, eval-every, checkpoint-every, exact,
 * enumerate-limit, test-set, test-trajectories, and the paths of files and of the plug-in (env), if
 * the files hold the same rewards, numbers and terminal states. Others are refused. threads and
 * time-limit are never taken from the checkpoint. The run is locked until its trainer has finished
 * or it is destroyed; if another job is still ending there, this call waits for it, ten seconds at
 * most. Collective.
 * Errors: those of gfn_run_load(); GFN_EIO: also if another job uses the run; GFN_EINVAL: a setting
 * contradicts the checkpoint, or config.ini is wrong. */
GFN_API gfn_status gfn_run_resume(gfn_comm *comm, const char *directory,
                                  const gfn_setting *settings, size_t n, gfn_run **run);
GFN_API void gfn_run_destroy(gfn_run **run);

GFN_API gfn_comm *gfn_run_comm(const gfn_run *run);
GFN_API const gfn_options *gfn_run_options(const gfn_run *run);
GFN_API const gfn_env *gfn_run_env(const gfn_run *run);

/* The environment whose numbers evaluations and histograms use: gfn_run_env(), or if that has none
 * and the run has enumerated its states, what gfn_env_enumerate() makes of it. */
GFN_API const gfn_env *gfn_run_numbered_env(const gfn_run *run);
GFN_API gfn_model *gfn_run_model(gfn_run *run);
GFN_API gfn_sampler *gfn_run_sampler(gfn_run *run);
GFN_API int gfn_run_threads(const gfn_run *run);           /* of this rank */
GFN_API int64_t gfn_run_iteration(const gfn_run *run);     /* optimizer steps in the parameters */
GFN_API const char *gfn_run_directory(const gfn_run *run); /* "" if the run is not kept */

/* "8 ranks x 1 thread on 1 host, 2 cores". Borrowed. */
GFN_API const char *gfn_run_layout(const gfn_run *run);

/* Advice if the launcher's binding hides cores, the memory of exact evaluations if it is large, and
 * how many states were enumerated, one per line; "" if there is none. Borrowed. */
GFN_API const char *gfn_run_hint(const gfn_run *run);

/* Notices for the user, one per line: damage, a run that is complete already, another build, files
 * that changed, threads that could not be started, why states could not be enumerated or exact
 * evaluations are not possible, those of gfn_env_notice() when the run was made; "" if there is
 * none, and on ranks other than 0. Borrowed. */
GFN_API const char *gfn_run_notice(const gfn_run *run);

/* CRC-32 of the parameters as little-endian words: equal CRCs mean equal runs. */
GFN_API uint32_t gfn_run_params_crc(const gfn_run *run);

enum { GFN_MAX_DISTANCES = 8 };

/* Exact metrics of the policy. NAN and is_exact = false if there is no exact evaluation. */
typedef struct gfn_evaluation {
    bool is_exact;
    gfn_metrics metrics;
    double log_z; /* the parameter */
    double log_z_true;
    double log_z_error; /* log_z - log_z_true */

    /* Distances of the metrics that have a function, in the order of the table of metrics. */
    double distance[GFN_MAX_DISTANCES];
} gfn_evaluation;

/* Evaluate under the current parameters; all ranks get the result. It is not exact if memory is too
 * small. Collective. Errors: GFN_ENUMERIC (a policy that is not finite, or not normalized),
 * GFN_EENV, GFN_ECOMM. */
GFN_API gfn_status gfn_run_evaluate(gfn_run *run, gfn_evaluation *evaluation);

/* Objects drawn from the policy over all ranks, and their comparison with the target. */
typedef struct gfn_draw {
    int64_t n;
    int64_t *counts; /* [n_states] on rank 0 if exact evaluation is possible; else NULL */
    size_t n_counts;
    int32_t *objects;       /* [n][state_width] on rank 0 if requested; else NULL */
    double l1;              /* of the empirical distribution; NAN: not known */
    double l1_noise_floor;  /* l1 of a perfect sampler; an estimate without exact evaluation */
    double chi_square;      /* of counts against the policy's exact distribution; NAN: none */
    int64_t chi_square_df;  /* -1: there is no chi-square */
    int64_t modes, n_modes; /* as gfn_count_modes(): of the objects, and total (-1: unknown) */
    double marginals_error; /* largest error of an expectation of gfn_env_marginals: of the policy's
                             * exact distribution, or else of the objects; NAN: not known */
    int64_t distinct;       /* different objects; -1: not counted */
    int64_t classes;        /* classes of these (gfn_env_ops.class_of); -1: there are none */
} gfn_draw;

/* Draw objects 0 ... n-1 of `stream`, and return them (wants_objects) or else measure them. Release
 * the draw with gfn_draw_clear(). Collective. Errors: those of gfn_run_evaluate(), GFN_ENOMEM. */
GFN_API gfn_status gfn_run_draw(gfn_run *run, const gfn_stream *stream, int64_t n,
                                bool wants_objects, gfn_draw *draw);
GFN_API void gfn_draw_clear(gfn_draw *draw);

/* A mean and its standard error; NAN: not known. */
typedef struct gfn_estimate {
    double mean, error;
} gfn_estimate;

/* Estimates of the policy's quality from trajectories, in any space, with
 *     w(trajectory) = log R(x) + sum log P_B - sum log P_F
 * (Blessing et al. 2024, arXiv:2406.07423). If the model has flows of edges, P_B is that of the
 * flows: F(s) P_F(s' | s) / sum of the flows into s'. */
typedef struct gfn_bounds {
    int64_t n;          /* trajectories of each bound */
    gfn_estimate elbo;  /* mean w over trajectories of the policy: at most log Z */
    gfn_estimate eubo;  /* mean w over trajectories drawn backward from the target: at least log Z;
                         * NAN without exact evaluation */
    double correlation; /* Pearson's, of log p(x) and log R(x) over objects that the policy draws;
                         * p(x) is estimated from trajectories drawn backward from x. NAN: all
                         * rewards are equal */
    int64_t n_objects;  /* objects of the correlation, at most 256, with 16 trajectories each */

    /* The same over the objects of the option `test-set`, with `test-trajectories` each: Pearson's,
     * and Spearman's, for which equal values have the mean of their ranks. NAN: there are none, all
     * rewards are equal, or a log p is not finite. */
    double test_pearson, test_spearman;
    int64_t n_test; /* these objects */
} gfn_bounds;

/* Find bounds with n trajectories of a seed, 2,000 at most; if n is 0, all are NAN. The same bits
 * on any number of ranks and threads. Call it after gfn_run_evaluate(): without that, eubo is not
 * known. Collective. Errors: GFN_ENUMERIC (a policy that is not finite), GFN_EENV, GFN_ENOMEM,
 * GFN_ECOMM. */
GFN_API gfn_status gfn_run_find_bounds(gfn_run *run, uint64_t seed, int64_t n, gfn_bounds *bounds);

/* The target R(x)/Z [n_states] on rank 0, if exact evaluation is possible; else NULL. */
GFN_API const double *gfn_run_target(const gfn_run *run);

/* Write counts of samples as .npy, one axis per dimension of a grid (else one axis), atomically.
 * Rank 0 writes; other ranks do nothing. Errors: GFN_EIO. */
GFN_API gfn_status gfn_run_write_histogram(const gfn_run *run, const char *file,
                                           const int64_t *counts);

/* Write n objects, atomically: as lines of text (.txt), as lines of object and log R below a
 * heading (.csv), else as int32 .npy [n][state_width]. Rank 0 writes. Errors: GFN_EIO, GFN_ENOMEM,
 * GFN_EENV. */
GFN_API gfn_status gfn_run_write_objects(const gfn_run *run, const char *file,
                                         const gfn_draw *draw);

/* Draw trajectories 0 ... n-1 of `stream` from the policy itself, and write them to a safetensors
 * file, atomically:
 *     states [steps][state_width] int32    the state that each step leaves
 *     actions [steps] int32                the action of the step; the last one ends a trajectory
 *     log_pf, log_pb [steps] float32       log P_F of it, log P_B of its reverse, as in gfn_bounds;
 *                                          of an end: 0
 *     first [n + 1] int64                  trajectory i has the steps first[i] ... first[i + 1] - 1
 *     objects [n][state_width] int32       the object that each ends with, as in gfn_run_draw()
 *     log_reward [n] float64               log R of the object
 * The metadata describes the arrays, and holds build, parameters (params_crc), seed and
 * configuration. The bytes do not depend on the number of ranks and threads. Rank 0 holds and
 * writes all data; only its `file` is used. Exploration is off afterwards. Collective; errors are
 * the same on every rank: GFN_ENOMEM (also if the size predicted from the first trajectories
 * exceeds the memory that is left), GFN_EIO, GFN_ENUMERIC, GFN_EENV. */
GFN_API gfn_status gfn_run_write_trajectories(gfn_run *run, const gfn_stream *stream, int64_t n,
                                              const char *file);

GFN_END_DECLS

#endif
