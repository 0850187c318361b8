/* SPDX-License-Identifier: MIT
 *
 * Slots of launchers that live and have ended: sockets and processes of the test's own.
 */
#include "comm/slot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { VARIABLES = 4, TEXT = 300 };

static char variables[VARIABLES][2][TEXT];

static char *lookup(const char *name)
{
    for (int i = 0; i < VARIABLES; i++)
        if (strcmp(variables[i][0], name) == 0)
            return variables[i][1];
    return NULL;
}

static void set(int i, const char *name, const char *value)
{
    snprintf(variables[i][0], TEXT, "%s", name);
    snprintf(variables[i][1], TEXT, "%s", value);
}

static int forget(void **state)
{
    (void)state;
    memset(variables, 0, sizeof variables);
    return 0;
}

static enum gfn_slot_state find(enum gfn_slot_kind kind)
{
    return gfn_slot_find(kind, lookup).state;
}

/* A socket that listens at a port of the system's choice; 0: this machine lacks the family. */
static int listen_at(int family, int *port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
    socklen_t size = family == AF_INET ? sizeof v4 : sizeof v6;
    const int file = socket(family, SOCK_STREAM, 0);
    const bool listens = file >= 0 && bind(file, address, size) == 0 && listen(file, 1) == 0;
    if (!listens && file >= 0)
        close(file);
    if (!listens)
        return 0;
    assert_int_equal(getsockname(file, address, &size), 0);
    *port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
    return file;
}

static void a_server_of_pmix_is_open_as_long_as_it_listens(void **state)
{
    (void)state;
    static const struct {
        int family;
        const char *address;
    } cases[] = {{AF_INET, "tcp4://127.0.0.1"}, {AF_INET6, "tcp6://[::1]"}};
    char uri[TEXT];
    assert_int_equal(find(GFN_SLOT_BY_PMIX), GFN_SLOT_CLOSED); /* no variable at all */
    for (size_t i = 0; i < 2; i++) {
        int port = 0;
        const int server = listen_at(cases[i].family, &port);
        assert_true(server > 0 || cases[i].family == AF_INET6); /* a host may have no IPv6 */
        if (server == 0)
            continue;
        snprintf(uri, sizeof uri, "1202978816.0;%s:%d", cases[i].address, port);
        set(0, "PMIX_SERVER_URI41", uri);
        assert_int_equal(find(GFN_SLOT_BY_PMIX), GFN_SLOT_OPEN);
        set(1, "PMIX_SERVER_URI2", "1.0;tcp4://127.0.0.1:1"); /* one that listens is enough */
        assert_int_equal(find(GFN_SLOT_BY_PMIX), GFN_SLOT_OPEN);
        close(server);
        assert_int_equal(find(GFN_SLOT_BY_PMIX), GFN_SLOT_CLOSED);
    }
}

static void servers_that_cannot_be_judged_are_open(void **state)
{
    (void)state;
    static const char *const uris[] = {"1.0;tcp4://198.51.100.7:33277",
                                       "pmix-server:127:/tmp/usock", "1.0;tcp4://127.0.0.1",
                                       "1.0;tcp4://127.0.0.1:70000", ""};
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        set(0, "PMIX_SERVER_URI3", uris[i]);
        if (find(GFN_SLOT_BY_PMIX) != GFN_SLOT_OPEN)
            fail_msg("\"%s\" is not open", uris[i]);
    }
}

static void a_port_of_pmi_is_judged_only_on_its_own_host(void **state)
{
    (void)state;
    char host[200] = "", port[TEXT];
    assert_int_equal(gethostname(host, sizeof host - 1), 0);
    snprintf(port, sizeof port, "%s:1", host);
    set(0, "PMI_PORT", port);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_CLOSED);
    snprintf(port, sizeof port, "%s.elsewhere:1", host);
    set(0, "PMI_PORT", port);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_OPEN);
}

static void a_descriptor_of_pmi_is_open_as_long_as_both_ends_are(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "x", "-1", "3x", "99999999999999999999", "1000000"};
    int ends[2], pipes[2];
    char text[20], byte = 0;
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_UNKNOWN);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(text, sizeof text, "%d", ends[0]);
    set(0, "PMI_FD", text);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_OPEN);
    assert_int_equal(write(ends[1], "a", 1), 1);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_OPEN);
    assert_true(read(ends[0], &byte, 1) == 1 && byte == 'a'); /* nothing was taken */
    close(ends[1]);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_CLOSED);
    close(ends[0]);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_CLOSED);
    assert_int_equal(pipe(pipes), 0);
    snprintf(text, sizeof text, "%d", pipes[0]);
    set(0, "PMI_FD", text);
    assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_CLOSED); /* another file has its number */
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        set(0, "PMI_FD", wrong[i]);
        assert_int_equal(find(GFN_SLOT_BY_PMI), GFN_SLOT_CLOSED);
    }
    close(pipes[0]);
    close(pipes[1]);
}

static void a_task_is_this_process_or_one_that_started_it(void **state)
{
    (void)state;
    char text[20];
    int status = 0;
    assert_int_equal(find(GFN_SLOT_BY_TASK), GFN_SLOT_UNKNOWN);
    snprintf(text, sizeof text, "%ld", (long)getpid());
    set(0, "SLURM_TASK_PID", text);
    assert_int_equal(find(GFN_SLOT_BY_TASK), GFN_SLOT_OPEN);
    pid_t child = fork();
    if (child == 0)
        _exit(find(GFN_SLOT_BY_TASK) == GFN_SLOT_OPEN ? 17 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 17);
    snprintf(text, sizeof text, "%ld", (long)child); /* which has ended */
    set(0, "SLURM_TASK_PID", text);
    assert_int_equal(find(GFN_SLOT_BY_TASK), GFN_SLOT_CLOSED);
    set(0, "SLURM_TASK_PID", "nonsense");
    assert_int_equal(find(GFN_SLOT_BY_TASK), GFN_SLOT_UNKNOWN);
}

#define slot_test(f) cmocka_unit_test_setup(f, forget)

/* A slot that another process has taken: tests/cli/launchers.sh. */
int main(void)
{
    const struct CMUnitTest tests[] = {
        slot_test(a_server_of_pmix_is_open_as_long_as_it_listens),
        slot_test(servers_that_cannot_be_judged_are_open),
        slot_test(a_port_of_pmi_is_judged_only_on_its_own_host),
        slot_test(a_descriptor_of_pmi_is_open_as_long_as_both_ends_are),
        slot_test(a_task_is_this_process_or_one_that_started_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
