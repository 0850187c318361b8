/* SPDX-License-Identifier: MIT
 *
 * Two worlds that are not grids, for tests of all rooms.
 *
 * bits: strings of `length` bits, set one by one in any order, at most `ones` of them to 1 (0: any
 * number). There is no stop action; masks depend on the whole state; states have several parents;
 * observations are dense. States cannot be numbered unless numbered=yes (which needs ones=0).
 *
 * ladder: rungs 0 ... `rungs`. Red and blue both lead to the next rung, jump leads from an even
 * rung to the rung after the next. Stopping is allowed on odd rungs, and the last rung allows
 * nothing. The stop action is not the last action, and backward actions are in another order than
 * forward actions.
 */
#ifndef TESTS_UNIT_ENV_WORLDS_H
#define TESTS_UNIT_ENV_WORLDS_H

#include <gfn/env.h>

extern const gfn_env_ops bits_world;
extern const gfn_env_ops ladder_world;

enum { LADDER_RED, LADDER_STOP, LADDER_BLUE, LADDER_JUMP, LADDER_ACTIONS };
enum { LADDER_BACK_BLUE, LADDER_BACK_JUMP, LADDER_BACK_RED, LADDER_BACK_ACTIONS };

#endif
