/* SPDX-License-Identifier: MIT
 *
 * gfn/gfn.h - all public headers, except gfn/mpi.h, which includes <mpi.h>.
 */
#ifndef GFN_GFN_H
#define GFN_GFN_H

#include <gfn/comm.h>
#include <gfn/env.h>
#include <gfn/eval.h>
#include <gfn/gradient.h>
#include <gfn/model.h>
#include <gfn/objective.h>
#include <gfn/optim.h>
#include <gfn/options.h>
#include <gfn/picture.h>
#include <gfn/plot.h>
#include <gfn/random.h>
#include <gfn/real.h>
#include <gfn/report.h>
#include <gfn/reward.h>
#include <gfn/run.h>
#include <gfn/sampler.h>
#include <gfn/shape.h>
#include <gfn/status.h>
#include <gfn/sweep.h>
#include <gfn/tape.h>
#include <gfn/trainer.h>
#include <gfn/trajectories.h>
#include <gfn/version.h>

#endif
