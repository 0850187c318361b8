/* SPDX-License-Identifier: MIT
 *
 * gfn/env.h - environments: the worlds in which objects are built step by step.
 *
 * A world is a directed acyclic graph of states with one start. A state is a record of
 * `state_width` int32 words, and equal states have equal words (the words are the state's key, so
 * that spaces which cannot be numbered need nothing more). Functions are vectorized over lanes:
 * arrays are [n][width], lanes never influence each other, and a world holds no state of its own
 * after it is created: every function may be called from several threads at once.
 *
 * An author writes one `gfn_env_ops`, in a program of their own or in a plug-in that is loaded at
 * run time. The functions of a world only ever see allowed actions and
 * never the stop action: masks, stopping and finished lanes are handled once for all by the
 * wrappers below. gfn_env_check() tests a world against every rule stated here.
 */
#ifndef GFN_ENV_H
#define GFN_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/options.h>
#include <gfn/shape.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

#define GFN_ENV_MAX_NDIM 32
#define GFN_ENV_MAX_ACTIONS 65536 /* of either kind, the stop action included */

/* Most states of a world whose rewards are given by state: an array of 1 GiB. */
#define GFN_ENV_MAX_REWARDS (INT64_C(1) << 27)

/* What a created world says about itself. */
typedef struct gfn_env_spec {
    gfn_shape shape;
    int state_width;       /* int32 words of a state, > 0 */
    int64_t max_steps;     /* most steps of any trajectory, the stop action included */
    int64_t n_states;      /* states, where they can be numbered; 0 where not (or beyond int64) */
    bool all_terminal;     /* the stop action is allowed in every state: all are objects */
    bool needs_rewards;    /* rewards are yet to be given; log R is NAN until then */
    double max_log_reward; /* largest log R of any object; NAN: unknown */
    double log_z;          /* log of the sum of R over all objects, exactly; NAN: unknown */
    int ndim;              /* > 0: states are the cells of a grid in row-major order */
    int64_t axis[GFN_ENV_MAX_NDIM]; /* its extents, the slowest first */
    /* Where states are numbered, and else of no meaning: every action adds the same to the number
     * of any state (the stop action nothing), the start allows all but perhaps the stop action, and
     * no state is without actions. Exact evaluation then need not ask where each edge leads. */
    bool is_even;
} gfn_env_spec;

/* A kind of world. NULL = capability absent, allowed only where it is said. */
typedef struct gfn_env_ops {
    size_t size;               /* sizeof(gfn_env_ops): guards the binary interface */
    const char *name;          /* "hypergrid": letters, digits, '-' and '_', at most 64 */
    const char *summary;       /* one sentence */
    const gfn_option *options; /* ended by a row without name; NULL: none. Rows are whole: only
                                * `choices` may be NULL. */

    /* Make a world from its options (all of them present and in range; not to be kept). What makes
     * no sense together is refused with `return gfn_fail(GFN_EINVAL, ...)`. */
    gfn_status (*create)(const gfn_options *options, void **world);
    void (*destroy)(void *world);
    void (*describe)(const void *world, gfn_env_spec *spec);

    /* The start state, in every lane. It is the only state without parents. */
    void (*start)(const void *world, size_t n, int32_t *state);

    /* mask [n][n_actions]: 1 where the action is allowed, the stop action included. A state with
     * no allowed action ends the trajectory. May depend on the whole state. */
    void (*allowed)(const void *world, size_t n, const int32_t *state, uint8_t *mask);

    /* Take an allowed action that is not the stop action, in place. */
    void (*step)(const void *world, size_t n, int32_t *state, const int32_t *action);

    /* mask [n][n_back_actions]: 1 where the backward action is allowed. Every edge into a state
     * has a backward action of its own; two actions between the same two states are two edges.
     * This one, step_back and forward_action may meet any words instead of a state, as
     * gfn_env_check_objects() gets them: what they do then means nothing, but it is defined. */
    void (*allowed_back)(const void *world, size_t n, const int32_t *state, uint8_t *mask);

    /* Undo, in place, with an allowed backward action. */
    void (*step_back)(const void *world, size_t n, int32_t *state, const int32_t *back);

    /* The backward action that undoes `action` taken in `state`. */
    void (*back_action)(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back);

    /* The forward action that `back`, taken in `state`, undoes. */
    void (*forward_action)(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action);

    /* log R, finite, in objects (states where the stop action is allowed or nothing is). */
    void (*log_reward)(const void *world, size_t n, const int32_t *state, double *log_reward);

    /* Observation. obs_hot > 0: index [n][obs_hot], distinct, each in [0, obs_dim); x is NULL.
     * obs_hot = 0: x [n][obs_dim], finite; index is NULL. */
    void (*observe)(const void *world, size_t n, const int32_t *state, int32_t *index, float *x);

    /* Numbering: a bijection of the states and [0, n_states) in which a state comes after its
     * parents. Never called where n_states is 0, and may be NULL then. */
    void (*number)(const void *world, size_t n, const int32_t *state, int64_t *number);
    void (*state_at)(const void *world, size_t n, const int64_t *number, int32_t *state);

    /* Take over the rewards of all states from the caller's array, as gfn_env_set_rewards() says.
     * The world is as it was where this fails. Never called where n_states is 0; may be NULL. */
    gfn_status (*set_rewards)(void *world, int ndim, const int64_t *axis, const double *reward);
} gfn_env_ops;

typedef struct gfn_env gfn_env;

/* The registered kinds; index < gfn_env_kinds(). gfn_env_find: NULL when unknown. */
GFN_API size_t gfn_env_kinds(void);
GFN_API const gfn_env_ops *gfn_env_kind(size_t index);
GFN_API const gfn_env_ops *gfn_env_find(const char *name);

/* Register a kind of the caller's own (borrowed for good): options, runs, trainers and checkpoints
 * know it by its name from then on. On every rank, before others use the library; not thread-safe.
 * Errors: GFN_EINVAL (a table that lacks something), GFN_EEXIST (there is one of this name),
 * GFN_ENOMEM (GFN_ENV_MAX_ADDED are there). */
#define GFN_ENV_MAX_ADDED 32
GFN_API gfn_status gfn_env_add(const gfn_env_ops *ops);

/* What a plug-in defines, and nobody else: `const gfn_env_ops gfn_env_plugin = {...};`. A plug-in
 * is a shared object, made with `cc -shared -fPIC my.c -o my.so`. */
extern GFN_API const gfn_env_ops gfn_env_plugin;

/* Whether a text is the path of a plug-in and not a name: it has a '/' or ends in ".so". */
GFN_API bool gfn_env_is_path(const char *env);

/* The kind that `env` is the name of, or that the plug-in at this path defines. A plug-in is
 * loaded, which runs its code, and stays loaded. Errors: GFN_EINVAL (a name that nobody has, or
 * that of a plug-in is taken; a table that lacks something), GFN_EIO (cannot be loaded), GFN_EDATA
 * (no plug-in). */
GFN_API gfn_status gfn_env_open(const char *env, const gfn_env_ops **ops);

/* Make a world of a kind that gfn_env_open() finds. `settings`: "size=16 ndim=2", or NULL for the
 * defaults. Errors: its own, GFN_EINVAL (unknown setting, value out of range), GFN_ENOMEM. */
GFN_API gfn_status gfn_env_create(const char *kind, const char *settings, gfn_env **env);

/* The same for a kind of the caller's own (borrowed; it must outlive the environment). */
GFN_API gfn_status gfn_env_create_from(const gfn_env_ops *ops, const char *settings, gfn_env **env);

/* The same from an option set that has (at least) the rows of ops->options. Only here may the world
 * be one that needs rewards (from the file that its option `reward-file` names, which environments
 * cannot read): it is to be given them before its rewards are asked for. */
GFN_API gfn_status gfn_env_create_with(const gfn_env_ops *ops, const gfn_options *options,
                                       gfn_env **env);
GFN_API void gfn_env_destroy(gfn_env **env);

GFN_API const gfn_env_ops *gfn_env_kind_of(const gfn_env *env);
GFN_API const gfn_env_spec *gfn_env_spec_of(const gfn_env *env);
GFN_API const gfn_shape *gfn_env_shape(const gfn_env *env);

/* Give a world the rewards of all its states: reward[n_states] by number, an array of ndim axes,
 * the slowest first, which are those of the spec; it is not kept. Each is 0 or more and finite, and
 * one is above 0. Where a reward is 0, stopping is not allowed any more, and the state is no
 * object; one that would be left without any action keeps its stop action, and its 0 counts as
 * 1e-8 of the largest reward. The spec follows. Before others use the world; not thread-safe.
 * Errors: GFN_ENOSUP (a kind that takes no rewards), GFN_EINVAL (more than GFN_ENV_MAX_REWARDS
 * states, another shape, a bad reward; the world is as it was then), GFN_ENOMEM. */
GFN_API gfn_status gfn_env_set_rewards(gfn_env *env, int ndim, const int64_t *axis,
                                       const double *reward);

/* Put every lane at the start. state [n][state_width]. */
GFN_API void gfn_env_start(const gfn_env *env, size_t n, int32_t *state);

/* Allowed actions; all 0 in lanes that are done. done [n], or NULL: none is. */
GFN_API void gfn_env_allowed(const gfn_env *env, size_t n, const int32_t *state,
                             const uint8_t *done, uint8_t *mask);

/* Why a lane is done. */
enum { GFN_LIVE = 0, GFN_DONE_STOP = 1, GFN_DONE_END = 2 };

/* Take one action in every lane that is not done. The stop action leaves the state as it is and
 * makes the lane GFN_DONE_STOP; arriving in a state without allowed actions, GFN_DONE_END.
 * Errors: GFN_EINVAL (an action that is not allowed: lane, action, state); no lane has moved
 * then. */
GFN_API gfn_status gfn_env_step(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                                const int32_t *action);

/* Undo one step in every lane, which is GFN_LIVE afterwards. In a lane that is GFN_DONE_STOP only
 * the stop action is undone and its entry of back [n] is ignored.
 * Errors: GFN_EINVAL (not allowed); no lane has moved then. */
GFN_API gfn_status gfn_env_step_back(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                                     const int32_t *back);

/* log R of n objects. */
GFN_API void gfn_env_log_reward(const gfn_env *env, size_t n, const int32_t *state,
                                double *log_reward);

/* Allowed backward actions, mask [n][n_back_actions]. */
GFN_API void gfn_env_allowed_back(const gfn_env *env, size_t n, const int32_t *state,
                                  uint8_t *mask);

/* Observations: index [n][obs_hot] where obs_hot > 0, else x [n][obs_dim]; the other may be NULL.
 */
GFN_API void gfn_env_observe(const gfn_env *env, size_t n, const int32_t *state, int32_t *index,
                             float *x);

/* Numbers of states, and back; each in [0, n_states). Errors: GFN_ENOSUP (no numbers). */
GFN_API gfn_status gfn_env_number(const gfn_env *env, size_t n, const int32_t *state,
                                  int64_t *number);
GFN_API gfn_status gfn_env_state_at(const gfn_env *env, size_t n, const int64_t *number,
                                    int32_t *state);

/* Whether n states are objects that can be built; they may be any words.
 * Errors: GFN_EINVAL (the first that is none, with its row), GFN_ENOMEM. */
GFN_API gfn_status gfn_env_check_objects(const gfn_env *env, size_t n, const int32_t *state);

/* Where a test of a world is: for those who catch its crashes. */
typedef struct gfn_env_place {
    const char *function;  /* of gfn_env_ops, which was called last */
    const int32_t *state;  /* what it was given, the first of them; borrowed. NULL: none */
    const int64_t *number; /* likewise */
} gfn_env_place;

/* Test the world against every rule of this header: from the start by random walks forward and
 * back, and over all states where they can be numbered and are at most `most` many. *place (may be
 * NULL) is kept up to date before every call, first with one state at a time, and empty in the end.
 * Errors: GFN_EINVAL; the message says which rule broke, at which state, expected and found. */
GFN_API gfn_status gfn_env_check(const gfn_env *env, uint64_t seed, int64_t most,
                                 gfn_env_place *place);

/* A state as text, "(3, 0, 7)", for messages. Returns `text`. */
GFN_API const char *gfn_env_state_text(const gfn_env *env, const int32_t *state, char *text,
                                       size_t size);

GFN_END_DECLS

#endif
