/* SPDX-License-Identifier: MIT
 *
 * A user-defined world in a user-defined program: after gfn_env_add(), options, runs and trainers
 * find it by its name. With an argument, as in own_world ./knapsack.so, the program loads that
 * plug-in instead, with the same result.
 */
#include <stdio.h>

#include "knapsack.c"

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != GFN_OK) {                                                                    \
            fprintf(stderr, "%s\n", gfn_error_message());                                          \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

int main(int argc, char **argv)
{
    gfn_comm *comm = NULL;
    gfn_options *given = NULL;
    gfn_run *run = NULL;
    gfn_trainer *trainer = NULL;
    gfn_evaluation evaluation;
    const char *env = argc > 1 ? argv[1] : gfn_env_plugin.name;

    TRY(gfn_comm_open(&comm));
    if (argc == 1)
        TRY(gfn_env_add(&gfn_env_plugin));
    TRY(gfn_run_options_create(env, &given));
    TRY(gfn_options_parse(given, "items=8 room=17 hidden=64,64 iterations=2000", "own_world"));
    TRY(gfn_run_create(comm, given, 1, &run));
    TRY(gfn_trainer_create(run, &trainer));
    while (!gfn_trainer_is_done(trainer))
        TRY(gfn_trainer_step(trainer));
    TRY(gfn_run_evaluate(run, &evaluation));
    if (gfn_comm_rank(comm) == 0)
        printf("L1 %.4f, log Z %.5f (exact %.5f), params_crc %08lx\n", evaluation.metrics.l1,
               evaluation.log_z, evaluation.log_z_true, (unsigned long)gfn_run_params_crc(run));

    gfn_trainer_destroy(&trainer);
    gfn_run_destroy(&run);
    gfn_options_destroy(&given);
    gfn_comm_close(&comm);
    return evaluation.is_exact && evaluation.metrics.l1 < 0.05 ? 0 : 1;
}
