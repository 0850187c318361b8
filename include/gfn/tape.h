/* SPDX-License-Identifier: MIT
 *
 * gfn/tape.h - the autograd core: reverse-mode differentiation of whole-array operations.
 *
 * A tape is a recorded program without numbers. It is recorded once, finished, and then run any
 * number of times on frames, which hold the numbers; there may be one frame per thread, or several
 * of different sizes. Every variable is an array [rows][cols]. Its rows belong to an axis, whose
 * length is chosen at run time (states, steps, trajectories), or their number is fixed (parameters,
 * scalars). Nothing is allocated after gfn_frame_create().
 *
 *     gfn_tape_create(&tape);
 *     gfn_axis rows = gfn_tape_axis(tape);
 *     gfn_var x = gfn_input(tape, rows, 80);
 *     gfn_var w = gfn_param(tape, 0, 80, 5), b = gfn_param(tape, 400, 1, 5);
 *     gfn_var y = gfn_linear(tape, x, w, b, GFN_IDENTITY);
 *     gfn_var loss = gfn_mean(tape, gfn_square(tape, y));
 *     gfn_tape_finish(tape);                       // reports the first mistake in recording
 *     gfn_frame_create(tape, capacities, &frame);
 *     ... gfn_frame_set_rows(frame, rows, n), fill gfn_frame_reals(frame, x) ...
 *     gfn_frame_forward(frame, params);
 *     gfn_frame_backward(frame, params, loss, gradient);
 *
 * In every kernel the order of additions does not depend on the number of rows, so the bits of a
 * row do not depend on its neighbours. Threads may share a tape, but not a frame, with one
 * exception: they may run gfn_frame_forward_rows() on disjoint ranges of one frame.
 */
#ifndef GFN_TAPE_H
#define GFN_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/real.h>
#include <gfn/status.h>

GFN_BEGIN_DECLS

typedef struct gfn_tape gfn_tape;
typedef struct gfn_frame gfn_frame;
typedef int gfn_var;  /* a variable of one tape; -1 after a mistake in recording */
typedef int gfn_axis; /* an axis of one tape */

#define GFN_FIXED ((gfn_axis)-1) /* a fixed number of rows: parameters, scalars */

typedef enum gfn_activation { GFN_IDENTITY, GFN_RELU, GFN_LEAKY_RELU, GFN_TANH } gfn_activation;

/* Recording. After a mistake (shapes that do not fit, an invalid variable) the call and all calls
 * that use its result return -1, and gfn_tape_finish() reports the first mistake. A finished tape
 * does not change any more: recording on it returns -1. */
GFN_API gfn_status gfn_tape_create(gfn_tape **tape);
GFN_API void gfn_tape_destroy(gfn_tape **tape);
GFN_API gfn_status gfn_tape_finish(gfn_tape *tape);

GFN_API gfn_axis gfn_tape_axis(gfn_tape *tape);

/* Inputs, filled by the caller through gfn_frame_reals/indices/bytes. GFN_FIXED: one row. */
GFN_API gfn_var gfn_input(gfn_tape *tape, gfn_axis axis, size_t cols);         /* gfn_real */
GFN_API gfn_var gfn_input_indices(gfn_tape *tape, gfn_axis axis, size_t cols); /* int32_t */
GFN_API gfn_var gfn_input_bytes(gfn_tape *tape, gfn_axis axis, size_t cols);   /* uint8_t */

/* View of the flat parameter vector at `offset`, [rows][cols] row-major. Views must not overlap,
 * but the same view may be requested again: it is the same variable. */
GFN_API gfn_var gfn_param(gfn_tape *tape, size_t offset, size_t rows, size_t cols);

/* Compute the gradient of a real input too (parameters always have one). */
GFN_API void gfn_tape_track(gfn_tape *tape, gfn_var input);

/* y = act(x w + b)     x [n][in]  w [in][out]  b [1][out]  y [n][out] */
GFN_API gfn_var gfn_linear(gfn_tape *tape, gfn_var x, gfn_var w, gfn_var b, gfn_activation act);

/* gfn_linear() for an input of `in` entries of which k are 1, the others 0: y = act(sum of rows
 * index[.] of w + b)
 * index [n][k], int32 in [0, in) */
GFN_API gfn_var gfn_linear_hot(gfn_tape *tape, gfn_var index, gfn_var w, gfn_var b,
                               gfn_activation act);

/* y = x - log sum exp x over the entries whose mask byte is not 0; masked entries are -inf with
 * gradient 0. A row with one allowed entry gives exactly 0 there; a row with none is all -inf.
 * x [n][k]  mask [n][k] bytes  y [n][k] */
GFN_API gfn_var gfn_log_softmax(gfn_tape *tape, gfn_var x, gfn_var mask);

/* y = log sum exp x over the entries whose mask byte is not 0; -inf if there are none.
 * x [n][k]  mask [n][k] bytes  y [n][1] */
GFN_API gfn_var gfn_log_sum_exp(gfn_tape *tape, gfn_var x, gfn_var mask);

/* y[i] = x[row[i]][col[i]]     x [n][k]  row, col [m][1] int32 of one axis  y [m][1] */
GFN_API gfn_var gfn_pick(gfn_tape *tape, gfn_var x, gfn_var row, gfn_var col);

/* y[i] = sum of x over the segment [start[i], start[i] + count[i]) of its rows
 * x [n][1]  start, count [m][1] int32 of one axis  y [m][1]. Sums are accumulated in double. */
GFN_API gfn_var gfn_segment_sum(gfn_tape *tape, gfn_var x, gfn_var start, gfn_var count);

/* Elementwise, for equal shapes; b may also be a scalar [1][1], which is broadcast. */
GFN_API gfn_var gfn_add(gfn_tape *tape, gfn_var a, gfn_var b);
GFN_API gfn_var gfn_sub(gfn_tape *tape, gfn_var a, gfn_var b);
GFN_API gfn_var gfn_mul(gfn_tape *tape, gfn_var a, gfn_var b);
GFN_API gfn_var gfn_square(gfn_tape *tape, gfn_var a);
GFN_API gfn_var gfn_exp(gfn_tape *tape, gfn_var a);
GFN_API gfn_var gfn_log(gfn_tape *tape, gfn_var a);
GFN_API gfn_var gfn_scale(gfn_tape *tape, gfn_var a, double factor);

/* Over all elements, accumulated in double: a scalar [1][1]. */
GFN_API gfn_var gfn_sum(gfn_tape *tape, gfn_var a);
GFN_API gfn_var gfn_mean(gfn_tape *tape, gfn_var a);

/* Number of columns of a variable. */
GFN_API size_t gfn_tape_cols(const gfn_tape *tape, gfn_var var);

/* Distance between rows of a variable in a frame, in elements; valid after gfn_tape_finish(). */
GFN_API size_t gfn_tape_stride(const gfn_tape *tape, gfn_var var);

/* A frame with memory for at most capacity[axis] rows of each axis; the tape is borrowed. The
 * numbers of rows in use are 0 at first. Errors: GFN_EINVAL (tape not finished, sizes overflow,
 * GFN_KERNELS names no set of kernels of this processor), GFN_ENOMEM. */
GFN_API gfn_status gfn_frame_create(const gfn_tape *tape, const size_t *capacity,
                                    gfn_frame **frame);
GFN_API void gfn_frame_destroy(gfn_frame **frame);

/* Set the number of rows in use; contents of rows do not change. Errors: GFN_EINVAL (more than the
 * capacity). */
GFN_API gfn_status gfn_frame_set_rows(gfn_frame *frame, gfn_axis axis, size_t rows);

/* Values of a variable, [rows][stride]. The stride is cols, except for hidden layers (results of a
 * layer that are the input of gfn_linear()), whose rows may be padded: see gfn_tape_stride(). NULL
 * for a variable of another type, and for parameters, which are read from the parameter vector. */
GFN_API gfn_real *gfn_frame_reals(gfn_frame *frame, gfn_var var);
GFN_API int32_t *gfn_frame_indices(gfn_frame *frame, gfn_var var);
GFN_API uint8_t *gfn_frame_bytes(gfn_frame *frame, gfn_var var);

/* Gradient of a variable, laid out like its values. NULL for parameters and for variables that
 * depend neither on parameters nor on tracked inputs. After a backward pass the gradients of
 * tracked inputs are valid; those of other variables are scratch (that of a layer may have been
 * replaced by the gradient before the activation) and must be filled again before the next pass. */
GFN_API gfn_real *gfn_frame_gradient(gfn_frame *frame, gfn_var var);

/* Compute all variables for the rows in use, or only for the rows [first, first + n), first + n <=
 * capacity. The latter requires a tape with one axis and only row-wise operations (no pick,
 * segment_sum, sum or mean, and nothing computed from parameters alone). params: the flat parameter
 * vector. Indices (linear_hot, pick, segments) must be in range; only debug builds check that. */
GFN_API void gfn_frame_forward(gfn_frame *frame, const gfn_real *params);
GFN_API void gfn_frame_forward_rows(gfn_frame *frame, const gfn_real *params, size_t first,
                                    size_t n);

/* Differentiate `var`. If it is a scalar its gradient is set to 1; otherwise the caller must have
 * filled gfn_frame_gradient(frame, var). The gradient of every parameter view of the tape is
 * written (not added) to `gradient`, laid out like params. */
GFN_API void gfn_frame_backward(gfn_frame *frame, const gfn_real *params, gfn_var var,
                                gfn_real *gradient);

/* Differentiate n variables at once, each with its gradient: the contributions are added. For
 * networks with several heads. */
GFN_API void gfn_frame_backward_all(gfn_frame *frame, const gfn_real *params, size_t n,
                                    const gfn_var *var, gfn_real *gradient);

/* Copy row[i] of `from` to row i of `to`, i < n, for every variable with an axis, and set the
 * number of rows of `to` to n. Then `to` is ready for a backward pass over these rows. Gradients
 * are not copied.
 * Errors: GFN_EINVAL (not frames of the same tape with one axis, n above the capacity of `to`). */
GFN_API gfn_status gfn_frame_copy_rows(gfn_frame *to, const gfn_frame *from, size_t n,
                                       const int32_t *row);

/* Name of the set of kernels for frames that are created from now on: "plain", "avx2" or "avx512".
 * It is the best set of the build and the processor, or the one that the environment variable
 * GFN_KERNELS names; "none" if that cannot run here. */
GFN_API const char *gfn_kernels_name(void);

GFN_END_DECLS

#endif
