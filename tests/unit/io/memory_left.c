/* SPDX-License-Identifier: MIT
 *
 * How much memory is left, on simulated machines: folders with a few small files.
 */
#include "tests/unit/io/scratch.h"

#include "io/memory_left.h"

#define MIB (INT64_C(1) << 20)

/* Write a file and make the folders above it. */
static void put(const char *path, const char *text)
{
    char folder[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdir(folder, 0777);
    }
    put_text(path, text);
}

static void put_machine(const char *name, const char *cgroup)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/meminfo", name);
    put(path, "MemTotal:       24683520 kB\nMemFree:        16384 kB\n"
              "MemAvailable:    2048000 kB\nBuffers:          123 kB\n"); /* 2000 MiB */
    snprintf(path, sizeof path, "%s/proc/self/cgroup", name);
    put(path, cgroup);
    snprintf(path, sizeof path, "%s/proc/self/mountinfo", name);
    put(path, "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
              "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
}

static void memory_available_on_the_machine_counts(void **state)
{
    (void)state;
    assert_int_equal(gfn_memory_left("nowhere"), -1);
    put_machine("m", "0::/\n");
    assert_int_equal(gfn_memory_left("m"), 2000 * MIB);
}

/* A group of version 2 inside one that has less left, which is inside one without a limit. */
static void every_group_above_the_process_counts(void **state)
{
    (void)state;
    put_machine("m", "0::/slurm/job_7/step_0\n");
    put("m/sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 5\n"); /* the root has no limit */
    put("m/sys/fs/cgroup/slurm/memory.max", "max\n");
    put("m/sys/fs/cgroup/slurm/memory.current", "99999999\n");
    put("m/sys/fs/cgroup/slurm/job_7/memory.max", "1048576000\n");    /* 1000 MiB */
    put("m/sys/fs/cgroup/slurm/job_7/memory.current", "209715200\n"); /* 200 */
    put("m/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("m/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "209715200\n");
    assert_int_equal(gfn_memory_left("m"), 800 * MIB);
    put("m/sys/fs/cgroup/slurm/job_7/memory.stat",
        "anon 104857600\nfile 104857600\ninactive_file 52428800\n"); /* 50 of them are cache */
    assert_int_equal(gfn_memory_left("m"), 850 * MIB);
    put("m/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "314572800\n"); /* 300 */
    assert_int_equal(gfn_memory_left("m"), 100 * MIB);
}

/* In a container the path of the process is that on the host, which does not exist. */
static void groups_of_version_1_count_even_if_only_the_root_is_visible(void **state)
{
    (void)state;
    put_machine("m", "9:name=systemd:/\n5:cpu,cpuacct:/docker/0123\n4:memory:/docker/0123\n0::/\n");
    put("m/sys/fs/cgroup/memory/memory.limit_in_bytes", "524288000\n"); /* 500 MiB */
    put("m/sys/fs/cgroup/memory/memory.usage_in_bytes", "419430400\n"); /* 400 */
    put("m/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 104857600\n");
    assert_int_equal(gfn_memory_left("m"), 200 * MIB);
    /* Usage above the limit: nothing is left. */
    put("m/sys/fs/cgroup/memory/memory.usage_in_bytes", "734003200\n");
    assert_int_equal(gfn_memory_left("m"), 0);
    /* In version 1 a very large number means no limit. */
    put("m/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_int_equal(gfn_memory_left("m"), 2000 * MIB);
}

static void malformed_files_are_ignored(void **state)
{
    (void)state;
    put_machine("m", "nonsense\n::\n:\n0:\n\n0::/a\n7:memory\n");
    put("m/sys/fs/cgroup/a/memory.max", "-5\n");
    put("m/sys/fs/cgroup/a/memory.current", "much\n");
    put("m/sys/fs/cgroup/memory.max", "");
    assert_int_equal(gfn_memory_left("m"), 2000 * MIB);
    put("m/proc/meminfo", "MemAvailable: kB\n");
    assert_int_equal(gfn_memory_left("m"), -1);
}

/* The limit is too large to disturb this process; the simulated usage is 250 MiB below it. */
static void limits_of_the_process_count(void **state)
{
    (void)state;
    char text[200];
    struct rlimit old;
    const int64_t most = INT64_C(1) << 60;
    put_machine("m", "0::/\n");
    snprintf(text, sizeof text, "Name:\tx\nVmSize:\t  102400 kB\nVmData:\t   %lld kB\n",
             (long long)(most - 250 * MIB) / 1024);
    put("m/proc/self/status", text);
    assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
    struct rlimit limit = {.rlim_cur = (rlim_t)most, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_DATA, &limit), 0);
    const int64_t left = gfn_memory_left("m");
    assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);
    assert_int_equal(left, 250 * MIB);
}

static void this_machine_has_memory_left(void **state)
{
    (void)state;
    const int64_t left = gfn_memory_left("");
    assert_true(access("/proc/meminfo", R_OK) != 0 || left > MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(memory_available_on_the_machine_counts),
        scratch_test(every_group_above_the_process_counts),
        scratch_test(groups_of_version_1_count_even_if_only_the_root_is_visible),
        scratch_test(malformed_files_are_ignored),
        scratch_test(limits_of_the_process_count),
        scratch_test(this_machine_has_memory_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
