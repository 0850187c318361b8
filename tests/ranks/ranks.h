/* SPDX-License-Identifier: MIT
 *
 * Common parts of the tests of a communicator. A claim is checked on every rank, the verdict is
 * reduced by MPI itself, and then all ranks assert the same: a rank that fails alone would leave
 * the others waiting.
 */
#ifndef TESTS_RANKS_H
#define TESTS_RANKS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <gfn/mpi.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "comm/comm.h"
#include "comm/shared_memory.h"

enum { GUARD = 4711 };

static gfn_comm *comm;
static int rank, size;

/* Counted by replacing MPI functions: the longest message, all messages, blocking messages. */
static int longest, messages, blocking;

static void note(int elements)
{
    longest = elements > longest ? elements : longest;
    messages++;
}

int MPI_Allreduce(const void *in, void *out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm on)
{
    note(n);
    blocking++;
    return PMPI_Allreduce(in, out, n, type, op, on);
}

int MPI_Iallreduce(const void *in, void *out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm on,
                   MPI_Request *request)
{
    note(n);
    return PMPI_Iallreduce(in, out, n, type, op, on, request);
}

/* Simulated hosts: the most ranks on each; 0: the real hosts. */
static int host_size;

int MPI_Comm_split_type(MPI_Comm on, int type, int key, MPI_Info info, MPI_Comm *host)
{
    MPI_Comm all;
    int host_rank, code = PMPI_Comm_split_type(on, type, key, info, &all);
    if (code != MPI_SUCCESS || host_size == 0) {
        *host = all;
        return code;
    }
    PMPI_Comm_rank(all, &host_rank);
    code = PMPI_Comm_split(all, host_rank / host_size, host_rank, host);
    PMPI_Comm_free(&all);
    return code;
}

/* A rank that gets no shared memory, and the name of the last memory that this rank got. */
static int poor_rank = -1;
static char shared_name[64];

/* By the linker's --wrap (SHARED_WRAPS in comm.mk). */
void *__wrap_gfn_shared_memory_create(size_t bytes, char *name);
void *__real_gfn_shared_memory_create(size_t bytes, char *name);
void *__wrap_gfn_shared_memory_find(size_t bytes, const char *name);
void *__real_gfn_shared_memory_find(size_t bytes, const char *name);

void *__wrap_gfn_shared_memory_create(size_t bytes, char *name)
{
    void *memory = rank == poor_rank ? NULL : __real_gfn_shared_memory_create(bytes, name);
    if (memory == NULL)
        name[0] = '\0';
    snprintf(shared_name, sizeof shared_name, "%s", name);
    return memory;
}

void *__wrap_gfn_shared_memory_find(size_t bytes, const char *name)
{
    void *memory = rank == poor_rank ? NULL : __real_gfn_shared_memory_find(bytes, name);
    snprintf(shared_name, sizeof shared_name, "%s", memory ? name : "");
    return memory;
}

int MPI_Ibcast(void *data, int n, MPI_Datatype type, int root, MPI_Comm on, MPI_Request *request)
{
    note(n);
    return PMPI_Ibcast(data, n, type, root, on, request);
}

/* Polling, as in the blocking calls of MPI, would take minutes if ranks outnumber cores. */
static void reduce(int *value, MPI_Op op)
{
    MPI_Request request;
    int is_done = 0;
    PMPI_Iallreduce(MPI_IN_PLACE, value, 1, MPI_INT, op, MPI_COMM_WORLD, &request);
    while (PMPI_Test(&request, &is_done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !is_done)
        sched_yield();
}

static void settle(int is_true, const char *claim)
{
    int all = is_true;
    if (!is_true)
        fprintf(stderr, "rank %d of %d: not so: %s (last message: %s)\n", rank, size, claim,
                gfn_error_message());
    reduce(&all, MPI_LAND);
    assert_true(all);
}

#define SETTLE(claim) settle(claim, #claim)

/* Numbers with entropy, small enough that thousands can be added. */
static int64_t number(int of_rank, size_t i)
{
    uint64_t x = ((uint64_t)of_rank * 1000003 + i + 1) * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9;
    return (int64_t)(x ^ x >> 32) >> 13;
}

static int64_t total(size_t i)
{
    int64_t sum = 0;
    for (int r = 0; r < size; r++)
        sum += number(r, i);
    return sum;
}

static int64_t *allocate(size_t n)
{
    int64_t *x = malloc((n + 1) * sizeof *x);
    assert_non_null(x);
    x[n] = GUARD;
    return x;
}

static void check_sum(gfn_comm *on, size_t n)
{
    int64_t *x = allocate(n);
    for (size_t i = 0; i < n; i++)
        x[i] = number(rank, i);
    gfn_status status = gfn_comm_sum_i64(on, x, n);
    int is_right = x[n] == GUARD;
    for (size_t i = 0; i < n; i++)
        is_right = is_right && x[i] == total(i);
    free(x);
    SETTLE(status == GFN_OK);
    SETTLE(is_right);
}

static void check_mpi_error(gfn_comm *on)
{
    int64_t word = 1;
    SETTLE(on->verbs->broadcast(on, &word, sizeof word, on->size) == GFN_ECOMM);
    SETTLE(strncmp(gfn_error_message(), "MPI_Ibcast: ", 12) == 0);
    SETTLE(strlen(gfn_error_message()) > 20);
}

/* Bind the ranks below `end` to one core that all may use, and open a communicator of all ranks. */
static gfn_comm *open_bound(int end, cpu_set_t *old)
{
    cpu_set_t one, after;
    gfn_comm *crowd = NULL;
    int core = 0, is_kept = sched_getaffinity(0, sizeof *old, old) == 0;
    while (core < CPU_SETSIZE - 1 && !CPU_ISSET(core, old))
        core++;
    reduce(&core, MPI_MIN);
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (rank >= end)
        one = *old;
    is_kept = is_kept && sched_setaffinity(0, sizeof one, &one) == 0;
    gfn_status status = gfn_comm_open_mpi(MPI_COMM_WORLD, &crowd);
    is_kept = is_kept && sched_getaffinity(0, sizeof after, &after) == 0;
    SETTLE(status == GFN_OK);
    SETTLE(is_kept && CPU_EQUAL(&one, &after));
    return crowd;
}

static void close_bound(gfn_comm *crowd, const cpu_set_t *old)
{
    gfn_comm_close(&crowd);
    SETTLE(sched_setaffinity(0, sizeof *old, old) == 0);
}

/* As gfn_comm_open(), but by MPI also for one rank. */
static gfn_status join_ranks(gfn_comm **joined)
{
    const struct gfn_launcher launcher = gfn_launcher_find(getenv);
    return launcher.size == 1 ? gfn_comm_join(&launcher, joined) : gfn_comm_open(joined);
}

/* Open the communicator that all tests use. Only rank 0 prints. */
static int open_ranks(void)
{
    if (join_ranks(&comm) != GFN_OK) {
        fprintf(stderr, "%s\n", gfn_error_message());
        return 1;
    }
    rank = gfn_comm_rank(comm);
    size = gfn_comm_size(comm);
    return rank > 0 && freopen("/dev/null", "w", stdout) == NULL;
}

#endif
