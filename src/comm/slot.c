/* SPDX-License-Identifier: MIT
 *
 * An MPI library that finds variables of a launcher but no launcher prints pages and ends the
 * process, or waits forever. So everything is found out without it. A doubtful slot counts as open:
 * ranks that took themselves for processes without a launcher would all write the same files.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "comm/slot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/format.h"
#include "comm/process.h"

typedef char *lookup_function(const char *name);

/* Set for each process by PMIx of any version; the number is that of the protocol. */
static const char *const uris[] = {
    "PMIX_SERVER_URI",  "PMIX_SERVER_URI2",  "PMIX_SERVER_URI21", "PMIX_SERVER_URI3",
    "PMIX_SERVER_URI4", "PMIX_SERVER_URI41", "PMIX_SERVER_URI5",
};
enum { N_URIS = sizeof uris / sizeof uris[0], MOST_ANCESTORS = 64, LINK_SIZE = 4096 };

/* ---- ports of this host */

/* Whether the first n characters are an IPv4 address of this host: only those can be bound. */
static bool is_own_number(const char *address, size_t n)
{
    char text[INET_ADDRSTRLEN];
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    if (n >= sizeof text)
        return false;
    memcpy(text, address, n);
    text[n] = '\0';
    if (inet_pton(AF_INET, text, &v4.sin_addr) != 1)
        return false;
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return false;
    const bool is_own = bind(file, (const struct sockaddr *)&v4, sizeof v4) == 0;
    close(file);
    return is_own;
}

/* The port of "ADDRESS:PORT" if the address is of this host; 0: it is not, or there is none. */
static int find_local_port(const char *address)
{
    char host[256];
    static const char *const locals[] = {"127.", "[::1]", "localhost:"};
    const char *colon = strrchr(address, ':');
    const long port = colon ? strtol(colon + 1, NULL, 10) : 0;
    if (port < 1 || port > 65535)
        return 0;
    for (size_t i = 0; i < sizeof locals / sizeof locals[0]; i++)
        if (strncmp(address, locals[i], strlen(locals[i])) == 0)
            return (int)port;
    const size_t n = (size_t)(colon - address);
    const bool is_own = gethostname(host, sizeof host) == 0 && strnlen(host, sizeof host) == n &&
                        strncmp(host, address, n) == 0;
    return is_own || is_own_number(address, n) ? (int)port : 0;
}

/* Nobody listens at a port that can be bound to all addresses. To connect would disturb a server.
 */
static bool may_listen(const void *address, socklen_t size)
{
    const int family = ((const struct sockaddr *)address)->sa_family;
    const int yes = 1, file = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return errno != EAFNOSUPPORT;
    /* Connections that have ended may block a port for a minute, except with this option. */
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const bool is_free = bind(file, address, size) == 0 || errno == EADDRNOTAVAIL;
    close(file);
    return !is_free;
}

static bool is_dead(const char *address)
{
    const int port = find_local_port(address);
    const struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    return port > 0 && !may_listen(&v4, sizeof v4) && !may_listen(&v6, sizeof v6);
}

/* ---- processes that started this one */

static FILE *open_of(pid_t process, const char *name)
{
    char path[64];
    gfn_format(path, sizeof path, "/proc/%ld/%s", (long)process, name);
    return fopen(path, "re");
}

/* 0: not known. */
static pid_t find_parent(pid_t process)
{
    gfn_process p;
    return gfn_process_read(process, &p) ? p.parent : 0;
}

/* Whether a process was started with this variable. */
static bool has_variable(pid_t process, const char *name, const char *value)
{
    char *entry = NULL;
    size_t size = 0;
    const size_t n = strlen(name);
    bool is_found = false;
    FILE *file = open_of(process, "environ");
    while (file && !is_found && getdelim(&entry, &size, '\0', file) > 0)
        is_found =
            strncmp(entry, name, n) == 0 && entry[n] == '=' && strcmp(entry + n + 1, value) == 0;
    free(entry);
    if (file)
        fclose(file);
    return is_found;
}

/* Whether a process has the same open file as this one. */
static bool has_file(pid_t process, const char *descriptor)
{
    char path[64], mine[LINK_SIZE], others[LINK_SIZE];
    gfn_format(path, sizeof path, "/proc/self/fd/%.20s", descriptor);
    const ssize_t n = readlink(path, mine, sizeof mine);
    gfn_format(path, sizeof path, "/proc/%ld/fd/%.20s", (long)process, descriptor);
    return n > 0 && readlink(path, others, sizeof others) == n &&
           memcmp(mine, others, (size_t)n) == 0;
}

/* Whether a process has started MPI: it has the library, and memory to share with other ranks. (It
 * may have the library alone because another library needs it.) */
static bool has_started_mpi(pid_t process)
{
    char *line = NULL;
    size_t size = 0;
    bool has_library = false, has_memory = false;
    FILE *file = open_of(process, "maps");
    while (file && getline(&line, &size, file) > 0) {
        has_library = has_library || strstr(line, "/libmpi");
        has_memory = has_memory || strstr(line, " /dev/shm/") || strstr(line, "/pmix_dstor");
    }
    free(line);
    if (file)
        fclose(file);
    return has_library && has_memory;
}

/* The process of this slot that has started MPI; 0: none. Processes above those that share the
 * connection belong to the launcher, or started it. */
static pid_t find_owner(const char *name, const char *value)
{
    const bool is_file = strcmp(name, "PMI_FD") == 0;
    pid_t process = getppid();
    for (int i = 0; i < MOST_ANCESTORS && process > 1; i++) {
        if (is_file ? !has_file(process, value) : !has_variable(process, name, value))
            return 0;
        if (has_started_mpi(process))
            return process;
        process = find_parent(process);
    }
    return 0;
}

static struct gfn_slot open_or_taken(const char *name, const char *value)
{
    const pid_t owner = find_owner(name, value);
    return (struct gfn_slot){owner > 0 ? GFN_SLOT_TAKEN : GFN_SLOT_OPEN, owner};
}

/* ---- kinds of launchers */

/* "NAMESPACE.RANK;tcp4://127.0.0.1:43201"; without any, PMIx finds no server. */
static struct gfn_slot find_by_pmix(lookup_function *lookup)
{
    for (size_t i = 0; i < N_URIS; i++) {
        const char *uri = lookup(uris[i]);
        const char *address = uri ? strstr(uri, "://") : NULL;
        if (uri && !(address && is_dead(address + 3)))
            return open_or_taken(uris[i], uri);
    }
    return (struct gfn_slot){.state = GFN_SLOT_CLOSED};
}

/* Whether a descriptor is a socket whose other end is open. */
static bool is_connected(const char *descriptor)
{
    char byte, *end;
    const long file = strtol(descriptor, &end, 10);
    if (end == descriptor || *end != '\0' || file < 0 || file > INT32_MAX)
        return false;
    const ssize_t n = recv((int)file, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

static struct gfn_slot find_by_pmi(lookup_function *lookup)
{
    const char *file = lookup("PMI_FD"), *port = lookup("PMI_PORT");
    if (file == NULL && port == NULL)
        return (struct gfn_slot){.state = GFN_SLOT_UNKNOWN};
    if (file ? !is_connected(file) : is_dead(port))
        return (struct gfn_slot){.state = GFN_SLOT_CLOSED};
    return open_or_taken(file ? "PMI_FD" : "PMI_PORT", file ? file : port);
}

static struct gfn_slot find_by_task(lookup_function *lookup)
{
    const char *task = lookup("SLURM_TASK_PID");
    const long wanted = task ? strtol(task, NULL, 10) : 0;
    pid_t process = getpid();
    if (wanted <= 0)
        return (struct gfn_slot){.state = GFN_SLOT_UNKNOWN};
    for (int i = 0; i < MOST_ANCESTORS && process > 1 && process != wanted; i++)
        process = find_parent(process);
    return (struct gfn_slot){.state = process == wanted ? GFN_SLOT_OPEN : GFN_SLOT_CLOSED};
}

struct gfn_slot gfn_slot_find(enum gfn_slot_kind kind, char *(*lookup)(const char *name))
{
    switch (kind) {
    case GFN_SLOT_BY_PMIX:
        return find_by_pmix(lookup);
    case GFN_SLOT_BY_PMI:
        return find_by_pmi(lookup);
    default:
        return find_by_task(lookup);
    }
}
