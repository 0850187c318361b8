/* SPDX-License-Identifier: MIT
 *
 * comm/hosts.h - which ranks share a host, how many cores they have, and the memory that they
 * share.
 */
#ifndef COMM_HOSTS_H
#define COMM_HOSTS_H

#include "comm/mpi_messages.h"

/* Find the hosts of the ranks, and join the ranks of each by shared memory if possible: set
 * base.cores, base.hosts, is_crowded and shares_memory; if it is true, also `host`, the heartbeats
 * and first_ranks. Collective. Errors: GFN_ECOMM. */
gfn_status gfn_hosts_survey(struct gfn_mpi_comm *self);

#endif
