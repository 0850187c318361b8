/* SPDX-License-Identifier: MIT
 *
 * gfn/sampler.h - rollouts: environment + forward policy + random numbers -> trajectories.
 *
 * The policy is evaluated once for each distinct state of a call. A trajectory is identified by its
 * number in the stream; its bits do not depend on the rank, on the other trajectories of the call
 * or on the number of threads.
 *
 * Functions that create a sampler, sample or score may also return GFN_EENV: the environment
 * failed, or a log R is NAN or INFINITY. They can be called again.
 */
#ifndef GFN_SAMPLER_H
#define GFN_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include <gfn/env.h>
#include <gfn/model.h>
#include <gfn/random.h>
#include <gfn/status.h>
#include <gfn/trajectories.h>

GFN_BEGIN_DECLS

typedef struct gfn_sampler gfn_sampler;

/* A sampler for at most `capacity` trajectories at a time on `threads` OpenMP threads. If the model
 * has no learned backward policy, log P_B = -log of the number of edges into a state. env and model
 * are borrowed; every call uses the current parameters of the model.
 * Errors: GFN_EINVAL (shapes differ, a product overflows), GFN_EENV (the environment breaks a
 * rule), GFN_ENOMEM. */
GFN_API gfn_status gfn_sampler_create(const gfn_env *env, gfn_model *model, size_t capacity,
                                      int threads, gfn_sampler **sampler);
GFN_API void gfn_sampler_destroy(gfn_sampler **sampler);

/* Create a log: memory for the trajectories of one call of this sampler. The caller destroys it.
 * Errors: GFN_EINVAL (sizes overflow), GFN_ENOMEM. */
GFN_API gfn_status gfn_sampler_trajectories(const gfn_sampler *sampler, gfn_trajectories **log);

/* Sample trajectories first ... first+n-1 of the stream and fill all of the log, except log P of
 * the steps if the log holds only sums.
 * Errors: GFN_EINVAL (n > capacity), GFN_ENUMERIC (a policy that is not finite), GFN_EENV. */
GFN_API gfn_status gfn_sampler_sample(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                                      size_t n, gfn_trajectories *log);

/* From now on gfn_sampler_sample() draws actions from (1 - epsilon) softmax(log P_F / temperature)
 * + epsilon / number of allowed actions. The log still holds P_F, as training off-policy requires.
 * epsilon 0 and temperature 1 restore the default, sampling from P_F. Restore it before other uses
 * of the sampler; gfn_trainer_step() does.
 * Errors: GFN_EINVAL (epsilon not within 0 and 1, temperature not above 0 and finite). */
GFN_API gfn_status gfn_sampler_explore(gfn_sampler *sampler, double epsilon, double temperature);

/* Append n trajectories to a log, sampled backward by P_B from the objects that the caller has put
 * into log->terminal [log->n ...][state_width], and score them. They have the numbers first ... in
 * the stream. The states must be objects of the environment (see gfn_env_check_objects()); others
 * give undefined behaviour. Trajectories that are already in the log must be of the sampler's last
 * call; if log->n is 0 this is a new call. Errors: GFN_EINVAL (no room, the sampler was used in
 * between, a state that is not an object), GFN_ENUMERIC. */
GFN_API gfn_status gfn_sampler_backward(gfn_sampler *sampler, const gfn_stream *stream,
                                        int64_t first, size_t n, gfn_trajectories *log);

/* Score trajectories from any source: n, n_steps and action are given; everything else, except
 * `first`, is filled in with the current parameters. A log may mix on-policy and replayed
 * trajectories: it is scored, and then added to a gradient, as a whole. Errors: GFN_EINVAL (an
 * action that is not allowed, a trajectory that continues after its end or stops before it),
 * GFN_ENUMERIC. */
GFN_API gfn_status gfn_sampler_score(gfn_sampler *sampler, gfn_trajectories *log);

/* The distinct states of the last call, [*n][state_width], which rows of the log index; borrowed
 * until the next call. */
GFN_API const int32_t *gfn_sampler_states(const gfn_sampler *sampler, size_t *n);

/* Sample only the objects of trajectories first ... first+n-1 of the stream, always from P_F:
 * terminal [n][state_width], any n. Errors: GFN_ENUMERIC (a policy that is not finite). */
GFN_API gfn_status gfn_sampler_objects(gfn_sampler *sampler, const gfn_stream *stream,
                                       int64_t first, size_t n, int32_t *terminal);

/* log P_F [n][n_actions] of any states, any n; -inf where not allowed. Invalidates the rows of
 * earlier logs. The signature is that of gfn_policy_function (gfn/eval.h); self is a
 * gfn_sampler. */
GFN_API gfn_status gfn_sampler_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf);

GFN_END_DECLS

#endif
