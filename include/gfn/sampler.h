/* SPDX-License-Identifier: MIT
 *
 * gfn/sampler.h - rollouts: environment + forward policy + random numbers -> trajectories.
 *
 * The policy is evaluated once for each distinct state of a call. Which trajectories a call draws
 * is told by their global numbers; who draws them, together with which others and on how many
 * threads, changes no bit of them.
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

/* A sampler for at most `capacity` trajectories at a time on `threads` OpenMP threads. Where the
 * model has no learned backward policy, log P_B = -log of the number of edges into a state. env and
 * model are borrowed; the model's current parameters are read at every call.
 * Errors: GFN_EINVAL (shapes differ, a product overflows), GFN_ENOMEM. */
GFN_API gfn_status gfn_sampler_create(const gfn_env *env, gfn_model *model, size_t capacity,
                                      int threads, gfn_sampler **sampler);
GFN_API void gfn_sampler_destroy(gfn_sampler **sampler);

/* Room for the trajectories of one call of this sampler; the caller destroys it.
 * Errors: GFN_EINVAL (sizes overflow), GFN_ENOMEM. */
GFN_API gfn_status gfn_sampler_trajectories(const gfn_sampler *sampler, gfn_trajectories **log);

/* Draw trajectories first ... first+n-1 of the stream, with a log of everything, or without
 * log P of the steps where the log holds sums only.
 * Errors: GFN_EINVAL (n > capacity), GFN_ENUMERIC (a policy that is not finite). */
GFN_API gfn_status gfn_sampler_sample(gfn_sampler *sampler, const gfn_stream *stream, int64_t first,
                                      size_t n, gfn_trajectories *log);

/* From now on gfn_sampler_sample() draws actions with (1 - epsilon) softmax(log P_F / temperature)
 * + epsilon / number of allowed actions; what it logs is P_F, as always, so that trajectories are
 * right for training off-policy. 0 and 1: from P_F itself, as at first. Whoever draws from the
 * policy next has to turn it off; gfn_trainer_step() does.
 * Errors: GFN_EINVAL (epsilon not within 0 and 1, temperature not above 0 and finite). */
GFN_API gfn_status gfn_sampler_explore(gfn_sampler *sampler, double epsilon, double temperature);

/* Append n trajectories to a log, drawn by P_B backward from the objects that the caller has put
 * into log->terminal [log->n ...][state_width], and scored. They have numbers first ... of the
 * stream. Objects are states of the world, or what happens is undefined: gfn_env_check_objects()
 * tells. What the log holds already must be of the sampler's last call; with log->n = 0 this is a
 * call of its own. Errors: GFN_EINVAL (no room, the sampler was used in between, a state that is no
 * object), GFN_ENUMERIC. */
GFN_API gfn_status gfn_sampler_backward(gfn_sampler *sampler, const gfn_stream *stream,
                                        int64_t first, size_t n, gfn_trajectories *log);

/* Score trajectories that anybody drew: n, n_steps and action are given, everything else is filled
 * in under the current parameters (first is left as it is). On-policy and replayed trajectories may
 * stand in one log: it is scored, and then added to a gradient, as a whole. Errors: GFN_EINVAL (an
 * action that is not allowed, a trajectory that goes on after its end or stops before it),
 * GFN_ENUMERIC. */
GFN_API gfn_status gfn_sampler_score(gfn_sampler *sampler, gfn_trajectories *log);

/* The distinct states that rows number, [*n][state_width]; borrowed until the next call. */
GFN_API const int32_t *gfn_sampler_states(const gfn_sampler *sampler, size_t *n);

/* Draw objects first ... first+n-1 of the stream only, always from P_F: terminal [n][state_width],
 * any n. Errors: GFN_ENUMERIC (a policy that is not finite). */
GFN_API gfn_status gfn_sampler_objects(gfn_sampler *sampler, const gfn_stream *stream,
                                       int64_t first, size_t n, int32_t *terminal);

/* log P_F [n][n_actions] of any states, any n; -inf where not allowed. Ends what rows of earlier
 * logs mean. The signature is that of gfn_policy_function (gfn/eval.h); self is a gfn_sampler. */
GFN_API gfn_status gfn_sampler_log_pf(void *self, size_t n, const int32_t *state, gfn_real *log_pf);

GFN_END_DECLS

#endif
