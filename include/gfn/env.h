/* SPDX-License-Identifier: MIT
 *
 * gfn/env.h - environments: the worlds in which objects are built step by step.
 *
 * A world is a directed acyclic graph of states with one start. A state is an array of
 * `state_width` int32 words. Equal states have equal words, so the words identify a state, and a
 * space that cannot be numbered needs nothing else. Functions work on n independent states at a
 * time, called lanes: arrays are [n][width], and a lane must not influence another. A world is
 * constant after its creation, so every function may be called from several threads at once. A
 * function that cannot do its work calls gfn_env_fail(). All leave the floating-point mode (fenv.h)
 * as it was.
 *
 * The author of a kind of world writes one `gfn_env_ops`, in a program or in a plug-in that is
 * loaded at run time. Its functions get only allowed actions and never the stop action, because the
 * wrappers below handle masks, stopping and finished lanes for all worlds. gfn_env_check() and
 * gfn_env_check_calls() test the rules.
 */
#ifndef GFN_ENV_H
#define GFN_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfn/options.h>
#include <gfn/random.h>
#include <gfn/shape.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

#define GFN_ENV_MAX_NDIM 32
#define GFN_ENV_MAX_ACTIONS 65536 /* of either kind, the stop action included */

/* Most states of a world whose rewards are given as an array, of 1 GiB. */
#define GFN_ENV_MAX_REWARDS (INT64_C(1) << 27)

/* The option of an environment that names a file of rewards, .npy [axis]. The library reads the
 * file, not the environment. */
#define GFN_REWARD_FILE "reward-file"

/* Most bins of a histogram of gfn_env_marginals. */
#define GFN_ENV_MAX_BINS (INT32_C(1) << 16)

/* Properties of a world. */
typedef struct gfn_env_spec {
    gfn_shape shape;
    int state_width;       /* int32 words of a state, > 0 */
    int64_t max_steps;     /* most steps of any trajectory, the stop action included */
    int64_t n_states;      /* number of states; 0 if they have no numbers (or exceed int64) */
    bool all_terminal;     /* the stop action is allowed in every state: all are objects */
    bool needs_rewards;    /* rewards must be set by gfn_env_set_rewards(): the world has none */
    double max_log_reward; /* largest log R of any object; NAN: unknown */
    double log_z;          /* log of the sum of R over all objects, exactly; NAN: unknown */
    int ndim;              /* > 0: states are the cells of a grid in row-major order */
    int64_t axis[GFN_ENV_MAX_NDIM]; /* its extents, the slowest first */
    /* Every action adds the same to the number of any state (the stop action adds nothing), the
     * start allows every action except perhaps the stop action, and every state allows some action.
     * Then exact evaluation need not compute where each edge leads. Ignored if states have no
     * numbers. */
    bool has_constant_deltas;

    /* Since 0.2: the axes of arrays of values of all objects, as NumPy holds them, the slowest
     * first: one axis per slot of an object. table_ndim 0: the axes of a grid (ndim > 0), or one
     * axis of the numbers of the states, if they have any. */
    int table_ndim;
    int64_t table_axis[GFN_ENV_MAX_NDIM];

    /* Since 0.2: a word that is 0 means an empty part. If every 0 of a state is replaced by that
     * word of any object, the result is an object. Example: empty slots of a sequence. */
    bool zero_is_missing;
} gfn_env_spec;

/* Exact results on the distribution R(x)^beta / Z of a world, with its own R, for spaces too large
 * to enumerate, for instance by transfer matrices. A solution is constant: several threads may use
 * it at once. Its functions report failures by gfn_env_fail(). They may be NULL if their comment
 * allows it. */
typedef struct gfn_env_solver {
    size_t size; /* sizeof(gfn_env_solver): guards the binary interface */

    /* Compute it, which may take long. The world is constant and outlives the solution. Errors:
     * GFN_ENOSUP (too large, or unknown), GFN_ENOMEM. */
    gfn_status (*create)(const void *world, double beta, void **solution);
    void (*destroy)(void *solution);

    /* log of the sum of R^beta over all objects. */
    double (*log_z)(const void *solution);

    /* Draw n objects, state [n][state_width], independently from R^beta / Z. Object i is a function
     * of the solution and of stream and first + i alone (gfn/random.h). May be NULL. */
    void (*draw)(const void *solution, const gfn_stream *stream, int64_t first, size_t n,
                 int32_t *state);

    /* Expectations of the quantities of gfn_env_marginals: value [rows][columns]; NAN: not known.
     * May be NULL. */
    void (*marginals)(const void *solution, double *value);
} gfn_env_solver;

/* Quantities of an object whose expectations people look at, as a table with named rows and
 * columns: whether an item is in a set, whether there is an edge, an energy. */
typedef struct gfn_env_marginals {
    size_t size;         /* sizeof(gfn_env_marginals): guards the binary interface */
    const char *name;    /* "edges": of the file edges.csv */
    const char *keys;    /* headings of the names of a row, "from,to" */
    const char *columns; /* headings of the values, "edge,path,markov_blanket" */

    int64_t (*count)(const void *world); /* rows, > 0 */

    /* The names of a row, one per heading, separated by commas: "A,B". Cut to `size` bytes. */
    void (*key)(const void *world, int64_t row, char *text, size_t size);

    /* value [n][rows][columns] of n objects. */
    void (*find)(const void *world, size_t n, const int32_t *state, double *value);

    /* ---- What pictures show. All may be NULL. They are called after training, on rank 0. ---- */

    /* A heat map of the first column, whose cells are the rows, such as the edges of a graph: the
     * number of its lines down and to the right, both > 0. One line down: a profile, such as the
     * items of a set. {0, 0}: no map. Dark is 0. */
    void (*map_lines)(const void *world, int64_t lines[2]);

    /* The names of its axes, down and to the right, "from,to"; of a profile only the second,
     * "item". Needed if `map_lines` is not NULL. */
    const char *axes;

    /* The cell of a row: its lines down and to the right, counted from 0. Cells without row are
     * left empty. NULL: the rows are the cells, row-major. */
    void (*cell)(const void *world, int64_t row, int64_t cell[2]);

    /* The label of a line down (axis 0) or to the right (axis 1). Cut to `size` bytes. NULL, or ""
     * for line 0: the lines of the axis have their numbers. */
    void (*label)(const void *world, int axis, int64_t line, char *text, size_t size);

    /* A histogram of the first column of a row over objects, such as energies: the number of its
     * bins, at most GFN_ENV_MAX_BINS, equal parts of range[0] ... range[1]. 0: none. Values beyond
     * the range count in the bin at its end. Pictures join bins that are many, and leave out those
     * at the ends that are empty. */
    int64_t (*bins)(const void *world, int64_t row, double range[2]);

    /* An object as a map: the number of its lines, as map_lines, and the values [down][right] of
     * one object, from 0 (dark) to 1 (bright). Both are NULL, or none. */
    void (*object_lines)(const void *world, int64_t lines[2]);
    void (*draw_object)(const void *world, const int32_t *state, double *value);
} gfn_env_marginals;

/* A kind of world. Functions must not be NULL unless their comment allows it. */
typedef struct gfn_env_ops {
    size_t size;               /* sizeof(gfn_env_ops): guards the binary interface */
    const char *name;          /* "hypergrid": letters, digits, '-' and '_', at most 64 */
    const char *summary;       /* one sentence */
    const gfn_option *options; /* ended by a row without name; NULL: none. In a row only `choices`
                                * may be NULL. */

    /* Create a world from its options, which are all present and in range; do not keep the pointer.
     * Reject contradictory options with `return gfn_fail(GFN_EINVAL, ...)`. */
    gfn_status (*create)(const gfn_options *options, void **world);
    void (*destroy)(void *world);
    void (*describe)(const void *world, gfn_env_spec *spec);

    /* The start state, in every lane. It is the only state without parents. */
    void (*start)(const void *world, size_t n, int32_t *state);

    /* mask [n][n_actions]: 1 if the action is allowed, else 0; the stop action included. A state
     * without allowed action ends the trajectory. */
    void (*allowed)(const void *world, size_t n, const int32_t *state, uint8_t *mask);

    /* Take an allowed action that is not the stop action, in place. */
    void (*step)(const void *world, size_t n, int32_t *state, const int32_t *action);

    /* mask [n][n_back_actions]: 1 if the backward action is allowed, else 0. Each edge into a state
     * has its own backward action; two actions between the same two states are two edges.
     * gfn_env_check_objects() passes arbitrary words instead of a state to this function, step_back
     * and forward_action. Their results may then be anything, but their behaviour must be
     * defined. */
    void (*allowed_back)(const void *world, size_t n, const int32_t *state, uint8_t *mask);

    /* Take an allowed backward action, in place. */
    void (*step_back)(const void *world, size_t n, int32_t *state, const int32_t *back);

    /* The backward action that undoes `action` taken in `state`. */
    void (*back_action)(const void *world, size_t n, const int32_t *state, const int32_t *action,
                        int32_t *back);

    /* The forward action that `back`, taken in `state`, undoes. */
    void (*forward_action)(const void *world, size_t n, const int32_t *state, const int32_t *back,
                           int32_t *action);

    /* log R, finite, of objects (states that allow the stop action, or no action at all). NULL:
     * the world has no reward of its own, and one from outside is needed (gfn/reward.h). */
    void (*log_reward)(const void *world, size_t n, const int32_t *state, double *log_reward);

    /* Observation. obs_hot > 0: index [n][obs_hot], distinct, each in [0, obs_dim); x is NULL.
     * obs_hot = 0: x [n][obs_dim], finite; index is NULL. */
    void (*observe)(const void *world, size_t n, const int32_t *state, int32_t *index, float *x);

    /* Numbering: a bijection of the states and [0, n_states) in which a state comes after its
     * parents. Both may be NULL if n_states is 0, and are then never called: a run numbers the
     * states of a small space itself, as gfn_env_enumerate() does. */
    void (*number)(const void *world, size_t n, const int32_t *state, int64_t *number);
    void (*state_at)(const void *world, size_t n, const int64_t *number, int32_t *state);

    /* Not called since 0.2: the library holds rewards itself. May be NULL. */
    gfn_status (*set_rewards)(void *world, int ndim, const int64_t *axis, const double *reward);

    /* ---- Since 0.2. All may be NULL: they are, in plug-ins for 0.1. ---- */

    /* A state in the notation of people, "ACGT". Cut to `size` bytes with the '\0'; returns the
     * bytes that it needs without the '\0', as snprintf() does. NULL: numbers, "3 0 7". */
    size_t (*write)(const void *world, const int32_t *state, char *text, size_t size);

    /* The state that a text in this notation means, of which the library checks afterwards that it
     * is an object. Return gfn_fail(GFN_EINVAL, "expected letters of ACGT, found N") if the text
     * means none. Needed if `write` is not NULL. */
    gfn_status (*read)(const void *world, const char *text, int32_t *state);

    /* The places of n objects in arrays with the axes table_axis, row-major. Needed if table_ndim
     * is not 0. */
    void (*table_place)(const void *world, size_t n, const int32_t *state, int64_t *place);

    const gfn_env_solver *solver;
    const gfn_env_marginals *marginals;

    const char *source; /* where the definition comes from: a paper; for gfn-dist list */

    /* Objects that mean the same to people, to count classes of them beside objects: words
     * [state_width] that are the same for all objects of a class and for no other. */
    void (*class_of)(const void *world, const int32_t *state, int32_t *words);

    /* What such a class is, "Markov equivalence classes". Needed if `class_of` is not NULL. */
    const char *class_name;

    /* Partial rewards: the part of log R that is known in a state, such as the energy of the items
     * chosen so far; log_r [n], finite, a function of the state alone. For forward-looking
     * objectives, which learn flows relative to it, so any function is correct. Not called if
     * all_terminal. NULL: only objects have rewards. */
    void (*log_partial_reward)(const void *world, size_t n, const int32_t *state, double *log_r);
} gfn_env_ops;

typedef struct gfn_env gfn_env;

/* The registered kinds; index < gfn_env_kinds(). gfn_env_find() returns NULL for an unknown
 * name. The table of a plug-in may be older: members beyond ops->size do not exist. */
GFN_API size_t gfn_env_kinds(void);
GFN_API const gfn_env_ops *gfn_env_kind(size_t index);
GFN_API const gfn_env_ops *gfn_env_find(const char *name);

/* For authors of environments: report that a function of gfn_env_ops has failed, for instance
 * because a library that it calls has. Call it in any of them except those that return a status,
 * which return gfn_fail(), from any thread, and then return; the results of the call are not used,
 * and other calls may still follow. The function of the library that needs the results returns
 * GFN_EENV, on all ranks, with a message that has name, state and text. Of several failures, the
 * first counts. The environment may be used again afterwards: training can retry the step.
 * world: as the function got it; if it is none of an environment, all environments have failed.
 * state: the lane that failed; NULL: not known. The text is formatted as by printf() and cut at
 * 511 bytes.
 *     gfn_env_fail(world, state + i * width, "dock: %s", dock_error_text(error)); */
GFN_API void gfn_env_fail(const void *world, const int32_t *state, const char *format, ...)
    GFN_PRINTF(3, 4);

/* Register a user-defined kind (borrowed until the program ends). From then on options, runs,
 * trainers and checkpoints find it by its name. Call it on every rank, before other functions of
 * the library; not thread-safe.
 * Errors: GFN_EINVAL (an incomplete table), GFN_EEXIST (the name is in use), GFN_ENOMEM
 * (GFN_ENV_MAX_ADDED kinds were added already). */
#define GFN_ENV_MAX_ADDED 32
GFN_API gfn_status gfn_env_add(const gfn_env_ops *ops);

/* Every plug-in, and nothing else, defines this: `const gfn_env_ops gfn_env_plugin = {...};`. A
 * plug-in is a shared object, compiled with `cc -shared -fPIC my.c -o my.so`. */
extern GFN_API const gfn_env_ops gfn_env_plugin;

/* Whether a text is the path of a plug-in, not a name: it contains '/' or ends in ".so". */
GFN_API bool gfn_env_is_path(const char *env);

/* Whether this process has loaded a plug-in, or is loading one. Signal handlers may call it. */
GFN_API bool gfn_env_has_plugins(void);

/* Find a kind by its name, or load the plug-in at a path. Loading runs code of the plug-in, which
 * then stays loaded. Errors: GFN_EINVAL (an unknown name; a plug-in whose name is in use or whose
 * table is incomplete), GFN_EIO (the file cannot be loaded), GFN_EDATA (the file is not a
 * plug-in). */
GFN_API gfn_status gfn_env_open(const char *env, const gfn_env_ops **ops);

/* Create an environment of a kind that gfn_env_open() finds. `settings`: "size=16 ndim=2", or NULL
 * for the defaults. Errors: those of gfn_env_open() and of the kind, GFN_EINVAL (unknown setting,
 * value out of range), GFN_ENOMEM, GFN_EENV (describe failed). */
GFN_API gfn_status gfn_env_create(const char *kind, const char *settings, gfn_env **env);

/* As gfn_env_create(), for a user-defined kind (borrowed; it must outlive the environment). */
GFN_API gfn_status gfn_env_create_from(const gfn_env_ops *ops, const char *settings, gfn_env **env);

/* As gfn_env_create_from(), from an option set that has at least the rows of ops->options, with the
 * numbers of those of the type GFN_OPTION_MATRIX that are set (gfn_run_read_matrices()). Only this
 * function can create an environment that needs rewards: set them by gfn_env_set_rewards() or
 * gfn_reward_set() before they are used. */
GFN_API gfn_status gfn_env_create_with(const gfn_env_ops *ops, const gfn_options *options,
                                       gfn_env **env);
GFN_API void gfn_env_destroy(gfn_env **env);

GFN_API const gfn_env_ops *gfn_env_kind_of(const gfn_env *env);
GFN_API const gfn_env_spec *gfn_env_spec_of(const gfn_env *env);
GFN_API const gfn_shape *gfn_env_shape(const gfn_env *env);

/* Whether the world has a reward of its own with its options. */
GFN_API bool gfn_env_has_formula(const gfn_env *env);

/* Where the definition of a kind comes from; "" if its table does not say. */
GFN_API const char *gfn_env_source(const gfn_env_ops *ops);

/* The name of the classes of its objects, in the plural; "" if it has none. */
GFN_API const char *gfn_env_class_name(const gfn_env_ops *ops);

/* Notices for the user, one per line; "" if there are none: loading the plug-in, or a function of
 * the world, changed the floating-point mode, which the library restored. Borrowed. Call it between
 * other functions that use the environment. */
GFN_API const char *gfn_env_notice(const gfn_env *env);

/* Set the rewards of all states: reward[n_states], indexed by number. ndim and axis (the slowest
 * first) must be those of the spec; if states are no grid, ndim is 1 and axis[0] is n_states. The
 * array is copied. Every reward must be finite and at least 0, and one must be above 0. A state
 * with reward 0 does not allow stopping any more and so is not an object, except a state that would
 * have no action left: it keeps the stop action, and its 0 counts as 1e-8 of the largest reward.
 * Without a stop action, an object with reward 0 is refused. The spec is updated. Call it before
 * the environment is used; not thread-safe.
 * Errors: GFN_EINVAL (states have no numbers, or are more than GFN_ENV_MAX_REWARDS; another shape;
 * a bad reward; then nothing has changed), GFN_ENOMEM, GFN_EENV. */
GFN_API gfn_status gfn_env_set_rewards(gfn_env *env, int ndim, const int64_t *axis,
                                       const double *reward);

/* Set rewards that are made up, for tests: random and positive, a function of the object and of
 * `seed`. Call it before the environment is used; not thread-safe.
 * Errors: GFN_ENOMEM, GFN_EENV; then nothing has changed. */
GFN_API gfn_status gfn_env_make_up_rewards(gfn_env *env, uint64_t seed);

/* The functions below call those of the world, so all of them may fail with GFN_EENV: the world
 * reported a failure, here or in an earlier call on another thread. */

/* Put every lane at the start. state [n][state_width]. */
GFN_API gfn_status gfn_env_start(const gfn_env *env, size_t n, int32_t *state);

/* Allowed actions; all 0 in lanes that are done. done [n]; NULL: no lane is done. */
GFN_API gfn_status gfn_env_allowed(const gfn_env *env, size_t n, const int32_t *state,
                                   const uint8_t *done, uint8_t *mask);

/* State of a lane: live, ended by the stop action, or ended in a state without allowed action. */
enum { GFN_LIVE = 0, GFN_DONE_STOP = 1, GFN_DONE_END = 2 };

/* Take one action in every lane that is not done. The stop action leaves the state as it is and
 * makes the lane GFN_DONE_STOP; arriving in a state without allowed actions, GFN_DONE_END.
 * Errors: GFN_EINVAL (an action that is not allowed; the message names lane, action and state);
 * then no lane has moved. */
GFN_API gfn_status gfn_env_step(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                                const int32_t *action);

/* Undo one step in every lane; all lanes are GFN_LIVE afterwards. In a lane that is GFN_DONE_STOP
 * only the stop action is undone, and its element of back [n] is ignored.
 * Errors: GFN_EINVAL (a backward action that is not allowed); then no lane has moved. */
GFN_API gfn_status gfn_env_step_back(const gfn_env *env, size_t n, int32_t *state, uint8_t *done,
                                     const int32_t *back);

/* log R of n objects. Errors: GFN_EENV (also: a log R is NAN or INFINITY). */
GFN_API gfn_status gfn_env_log_reward(const gfn_env *env, size_t n, const int32_t *state,
                                      double *log_reward);

/* Allowed backward actions, mask [n][n_back_actions]. */
GFN_API gfn_status gfn_env_allowed_back(const gfn_env *env, size_t n, const int32_t *state,
                                        uint8_t *mask);

/* Observations: index [n][obs_hot] if obs_hot > 0, else x [n][obs_dim]; the other may be NULL. */
GFN_API gfn_status gfn_env_observe(const gfn_env *env, size_t n, const int32_t *state,
                                   int32_t *index, float *x);

/* The numbers of states, and the states with given numbers, in [0, n_states). Errors: GFN_ENOSUP
 * (states have no numbers). */
GFN_API gfn_status gfn_env_number(const gfn_env *env, size_t n, const int32_t *state,
                                  int64_t *number);
GFN_API gfn_status gfn_env_state_at(const gfn_env *env, size_t n, const int64_t *number,
                                    int32_t *state);

/* Number the states of an environment that does not do it: find all of them, breadth first from the
 * start, and order them so that a state comes after its parents. *numbered is the same environment
 * with numbers: n_states is set, ndim is 0, has_constant_deltas is false, and rewards cannot be
 * set. gfn_env_number() finds -1 for words that are no state. `env` is borrowed and must outlive
 * it. most: a limit of the states, at most GFN_ENV_MAX_ENUMERATED. 0: at most 2^22 states times
 * actions, and 10 seconds.
 * Errors: GFN_ENOSUP (beyond a limit), GFN_EINVAL (there is a cycle), GFN_EENV, GFN_ENOMEM. */
#define GFN_ENV_MAX_ENUMERATED (INT32_C(1) << 26)
GFN_API gfn_status gfn_env_enumerate(const gfn_env *env, int64_t most, gfn_env **numbered);

/* Check that n states, which may be any words, are objects that can be built.
 * Errors: GFN_EINVAL (the message names the first row that is not), GFN_ENOMEM. */
GFN_API gfn_status gfn_env_check_objects(const gfn_env *env, size_t n, const int32_t *state);

/* Progress of a check, for programs that report crashes of a world. */
typedef struct gfn_env_place {
    const char *function;  /* the one that was called last, such as "step" or "solver->draw" */
    const int32_t *state;  /* its first state; borrowed. NULL: it takes none, or is not known */
    const int64_t *number; /* its first number; borrowed. NULL: as above */
    int threads;           /* > 1: that many threads call it at the same time */
} gfn_env_place;

/* Test a world against the rules of this header: in random walks from the start and back, and in
 * all states if these have numbers and are not more than `most`. Then its exact results (log_z, the
 * solver, expectations of marginals) are compared with sums over all objects. Of a large space, the
 * walks visit some ten thousand states; if there are many actions, a part of them is tested in each
 * state, and another part in the next one. *place (may be NULL) is updated before every call and
 * empty in the end; each function is first called for one state at a time, in one lane or two.
 * Errors: GFN_EINVAL; the message names the broken rule, the state, and what was expected and
 * found. GFN_EENV (the world reported a failure; the message names the function). */
GFN_API gfn_status gfn_env_check(const gfn_env *env, uint64_t seed, int64_t most,
                                 gfn_env_place *place);

/* The states that the last gfn_env_check() of this environment has tested in walks, each time that
 * they were visited. */
GFN_API int64_t gfn_env_checked_states(const gfn_env *env);

/* Create an environment with the same options and rewards as another one. */
typedef gfn_status (*gfn_env_make)(void *self, gfn_env **env);

/* Test that results depend on nothing but the state: not on the environment that is asked of those
 * with the same options, not on lanes, their order and number, not on earlier calls, and not on
 * what other threads ask at the same time. New environments, which make(self, ...) creates, get
 * each question first in batches of several sizes in which states repeat, and then from `*threads`
 * threads at once; the results must be those of `env` for each state alone. gfn_env_check() should
 * have accepted `env` before. *threads becomes the number that the system gave; with 1, calls at
 * the same time are not tested. *place as for gfn_env_check(). A fault of this kind may show itself
 * only by chance: what is repeated often enough to find it takes about a second. While it runs it
 * uses SIGURG and a timer, unless the program handles SIGURG; one call at a time.
 * Errors: those of gfn_env_check() and of `make`, GFN_ENOMEM. If threads called several functions,
 * the message about a failure names none. The failure is no longer that of `env`, which may be used
 * again. */
GFN_API gfn_status gfn_env_check_calls(const gfn_env *env, gfn_env_make make, void *self,
                                       uint64_t seed, int *threads, gfn_env_place *place);

/* A state as text in the notation of its world, "ACGT", or as numbers, "3 0 7". Cut to `size`
 * bytes; returns the bytes that the whole text needs, without the '\0'. */
GFN_API size_t gfn_env_write(const gfn_env *env, const int32_t *state, char *text, size_t size);

/* The object that such a text means. Blanks around it do not count.
 * Errors: GFN_EINVAL (the text is none, or means no object that can be built), GFN_ENOMEM,
 * GFN_EENV. */
GFN_API gfn_status gfn_env_read(const gfn_env *env, const char *text, int32_t *state);

/* A state as text for messages: in the notation of its world, or "(3, 0, 7)". Returns `text`. */
GFN_API const char *gfn_env_state_text(const gfn_env *env, const int32_t *state, char *text,
                                       size_t size);

GFN_END_DECLS

#endif
