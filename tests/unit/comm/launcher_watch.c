/* SPDX-License-Identifier: MIT
 *
 * A process whose launcher is gone gets to know it, also if a shell is between them.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <gfn/comm.h>

#include "base/clock.h"
#include "comm/launcher_watch.h"

static int to_test[2];

static void tell(char what)
{
    if (write(to_test[1], &what, 1) != 1)
        _exit(1);
}

static void lost(void *self, double seconds)
{
    (void)self;
    tell('l');
    if (seconds > 0.5)
        _exit(0);
}

/* A rank: says that it watches, then when its launcher is gone. */
static void be_rank(void)
{
    gfn_comm *comm = NULL;
    setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
    setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    if (gfn_comm_open_serial(&comm) != GFN_OK ||
        gfn_comm_watch_launcher(comm, lost, NULL) != GFN_OK)
        _exit(1);
    tell(gfn_launcher_process_find(getpid()).process > 0 ? 'w' : 'n');
    gfn_clock_sleep(20);
    _exit(1);
}

/* A process with this name, which starts the next, and waits. */
static pid_t start(const char *const *name)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    if (*name == NULL)
        be_rank();
    prctl(PR_SET_NAME, *name);
    waitpid(start(name + 1), NULL, 0);
    _exit(0);
}

static char hear(void)
{
    char what = '-';
    return read(to_test[0], &what, 1) == 1 ? what : '-';
}

static void a_rank_learns_that_its_launcher_was_killed(void **unused)
{
    (void)unused;
    static const char *const chains[][3] = {
        {"prterun"}, {"mpirun", "sh"}, {"slurmstepd: [12", "wrapper"}};
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        const pid_t launcher = start(chains[i]);
        assert_int_equal(hear(), 'w');
        gfn_clock_sleep(1.5);
        assert_int_equal(kill(launcher, SIGKILL), 0); /* a zombie until it is waited for */
        assert_int_equal(hear(), 'l');
        assert_int_equal(hear(), 'l');
        assert_int_equal(waitpid(launcher, NULL, 0), launcher);
    }
}

static void other_ancestors_are_no_launchers(void **unused)
{
    (void)unused;
    static const char *const chain[] = {"mpirunner", NULL};
    const pid_t other = start(chain);
    assert_int_equal(hear(), 'n');
    assert_int_equal(kill(other, SIGKILL), 0);
    assert_int_equal(waitpid(other, NULL, 0), other);
    const struct gfn_launcher_process none = gfn_launcher_process_find(-5);
    assert_int_equal(none.process, 0);
}

static int open_pipe(void **unused)
{
    (void)unused;
    alarm(100); /* a rank that says nothing would block the test */
    return pipe(to_test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_learns_that_its_launcher_was_killed),
        cmocka_unit_test(other_ancestors_are_no_launchers),
    };
    return cmocka_run_group_tests(tests, open_pipe, NULL);
}
