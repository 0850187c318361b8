/* SPDX-License-Identifier: MIT
 *
 * The number of threads of this rank, and the description of the machine for the user.
 */
#include "run/run.h"

#include "base/error.h"
#include "base/format.h"
#include "base/parallel.h"

enum { CORES_SIZE = 64 };

/* --threads, else OMP_NUM_THREADS, else the rank's share of its host's cores; at least 1. */
static int choose_threads(gfn_run *run, int threads)
{
    if (!gfn_parallel_is_built())
        return 1;
    if (threads > 0)
        return threads;
    if (gfn_options_is_set(run->options, "threads"))
        return (int)gfn_options_int(run->options, "threads");
    if (gfn_parallel_requested() > 0)
        return gfn_parallel_requested();
    run->has_free_threads = true;
    /* Rounding makes sums of shares such as 1/3 slightly smaller than the exact integer. */
    const double share = gfn_comm_core_share(run->comm) + 1e-6;
    return share < 1 ? 1 : (int)share;
}

/* "2 cores", or "1 core of 2 (control group's quota)". */
static const char *describe_cores(const gfn_comm *comm, char text[CORES_SIZE])
{
    const int cores = gfn_comm_host_cores(comm), withheld = gfn_comm_withheld_cores(comm);
    if (withheld > 0)
        gfn_format(text, CORES_SIZE, "%d core%s of %d (control group's quota)", cores,
                   gfn_plural(cores), cores + withheld);
    else
        gfn_format(text, CORES_SIZE, "%d core%s", cores, gfn_plural(cores));
    return text;
}

/* Start the threads of this rank, and say on rank 0 if ranks have fewer than they asked for. */
static gfn_status start_threads(gfn_run *run, int wanted)
{
    char shortage[200];
    run->threads = gfn_parallel_start(wanted, shortage, sizeof shortage);
    int64_t threads[2] = {run->threads, wanted};
    GFN_TRY(gfn_comm_sum_i64(run->comm, threads, 2));
    if (threads[0] < threads[1] && gfn_comm_rank(run->comm) == 0)
        gfn_notices_add(&run->notices, "%lld of %lld threads could be started: %s",
                        (long long)threads[0], (long long)threads[1],
                        shortage[0] ? shortage : "other ranks have fewer (hint: ulimit -u)");
    return GFN_OK;
}

gfn_status gfn_run_lay_out(gfn_run *run, int threads)
{
    GFN_TRY(start_threads(run, choose_threads(run, threads)));
    const int ranks = gfn_comm_size(run->comm), hosts = gfn_comm_hosts(run->comm);
    const int hidden = gfn_comm_hidden_cores(run->comm);
    char cores[CORES_SIZE];
    int64_t all_threads = run->threads;
    GFN_TRY(gfn_comm_sum_i64(run->comm, &all_threads, 1));
    if (all_threads == (int64_t)ranks * run->threads)
        gfn_format(run->layout, sizeof run->layout, "%d rank%s x %d thread%s on %d host%s, %s%s",
                   ranks, gfn_plural(ranks), run->threads, gfn_plural(run->threads), hosts,
                   gfn_plural(hosts), describe_cores(run->comm, cores),
                   hosts > 1 ? " on the first" : "");
    else
        gfn_format(run->layout, sizeof run->layout,
                   "%d ranks with %lld threads in all on %d host%s", ranks, (long long)all_threads,
                   hosts, gfn_plural(hosts));
    if (hidden > 0)
        gfn_notices_add(
            &run->hints,
            "the launcher's binding leaves %d of %d core%s unused (hint: mpirun --bind-to none)",
            hidden, hidden + gfn_comm_host_cores(run->comm),
            gfn_plural(hidden + gfn_comm_host_cores(run->comm)));
    return GFN_OK;
}
