/* SPDX-License-Identifier: MIT
 *
 * CPU quotas on simulated machines: folders with a few small files. Lines of mountinfo are those of
 * Debian 12 (version 2), CentOS 7 (version 1), and Docker, shortened.
 */
#include "tests/unit/io/scratch.h"

#include <math.h>

#include "comm/cpu_quota.h"

static const char mount_2[] = "26 20 0:24 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 "
                              "rw,nsdelegate,memory_recursiveprot\n";
static const char mount_1[] =
    "24 18 0:23 / /sys/fs/cgroup ro,nosuid shared:8 - tmpfs tmpfs ro,mode=755\n"
    "27 24 0:26 / /sys/fs/cgroup/cpuset rw shared:11 - cgroup cgroup rw,cpuset\n"
    "28 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 - cgroup cgroup rw,cpuacct,cpu\n";

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

static void put_machine(const char *groups, const char *mounts)
{
    put("m/proc/self/cgroup", groups);
    put("m/proc/self/mountinfo", mounts);
}

/* Quotas of version 1 of a group below the mount. */
static void put_1(const char *group, const char *quota, const char *period)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "m/sys/fs/cgroup/cpu,cpuacct%s/cpu.cfs_quota_us", group);
    put(path, quota);
    snprintf(path, sizeof path, "m/sys/fs/cgroup/cpu,cpuacct%s/cpu.cfs_period_us", group);
    put(path, period);
}

/* The smallest quota of the machine; INFINITY: none. */
static double least(void)
{
    struct gfn_quota quota;
    gfn_quota_read("m", &quota);
    return gfn_quota_share(&quota, 1, 0);
}

#define assert_cores(expected) assert_float_equal(least(), expected, 1e-12)
#define assert_no_quota() assert_true(isinf(least()))

static void quotas_of_version_2_count_in_every_group_above_the_process(void **state)
{
    (void)state;
    put_machine("0::/slurm/job_7/step_0\n", mount_2);
    assert_no_quota(); /* no files: cpu is not among the controllers */
    put("m/sys/fs/cgroup/slurm/cpu.max", "max 100000\n");
    put("m/sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "max 100000\n");
    put("m/sys/fs/cgroup/other/cpu.max", "1000 100000\n");
    assert_no_quota();
    put("m/sys/fs/cgroup/slurm/cpu.max", "385000 100000\n");
    assert_cores(3.85);
    put("m/sys/fs/cgroup/slurm/job_7/cpu.max", "75000 50000\n");
    assert_cores(1.5);
    put("m/sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "50000 100000\n");
    assert_cores(0.5);
    put("m/sys/fs/cgroup/cpu.max", "20000 100000\n"); /* the top, as in a container */
    assert_cores(0.2);
}

static void quotas_of_version_1_count_in_the_tree_of_cpu(void **state)
{
    (void)state;
    put_machine("5:cpuset:/cpu\n4:cpuacct,cpu:/user/session\n1:name=systemd:/x\n", mount_1);
    put_1("", "-1\n", "100000\n");
    put_1("/user/session", "-1\n", "100000\n");
    assert_no_quota();
    put("m/sys/fs/cgroup/cpuset/cpu/cpu.cfs_quota_us", "1000\n");
    put("m/sys/fs/cgroup/cpuset/cpu/cpu.cfs_period_us", "1000\n");
    put("m/sys/fs/cgroup/cpu,cpuacct/user/session/cpu.max", "1000 100000\n");
    assert_no_quota();
    put_1("/user", "250000\n", "100000\n");
    assert_cores(2.5);
    put_1("/user/session", "30000\n", "20000\n");
    assert_cores(1.5);
}

/* Version 2 is mounted for systemd alone, or for all controllers that version 1 does not have. */
static void hybrid_trees_count_both(void **state)
{
    (void)state;
    char mounts[2000];
    snprintf(mounts, sizeof mounts,
             "%s30 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n", mount_1);
    put_machine("4:cpu,cpuacct:/a\n0::/b\n", mounts);
    put("m/sys/fs/cgroup/unified/b/cgroup.procs", "17\n");
    put_1("/a", "175000\n", "100000\n");
    assert_cores(1.75);
    put("m/sys/fs/cgroup/unified/b/cpu.max", "125000 100000\n");
    assert_cores(1.25);
}

/* Docker with version 1: the mount begins at the container's group, whose path is the host's. */
static void the_path_of_a_group_counts_from_the_root_of_its_mount(void **state)
{
    (void)state;
    const char mounts[] = "9 8 0:27 /docker/0123 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup "
                          "rw,cpu,cpuacct\n";
    put_machine("4:cpu,cpuacct:/docker/0123/inner\n", mounts);
    put_1("", "300000\n", "100000\n");
    assert_cores(3);
    put_1("/inner", "200000\n", "100000\n");
    assert_cores(2);
    put_machine("4:cpu,cpuacct:/docker/01234\n", mounts); /* elsewhere: the top is all there is */
    put_1("/4", "100000\n", "100000\n");
    assert_cores(3);
}

static void groups_outside_of_a_namespace_are_not_confused_with_those_inside(void **state)
{
    (void)state;
    put("m/cpu.max", "1000 100000\n");
    put("m/sys/fs/cgroup/cpu.max", "50000 100000\n");
    put_machine("0::/\n", mount_2);
    assert_cores(0.5);
    put_machine("0::/../../sibling\n", mount_2);
    assert_no_quota();
    put_machine("0::/..\n", mount_2);
    assert_no_quota();
    put_machine("0::/..a\n", mount_2); /* a name, inside */
    assert_cores(0.5);
    /* Mounted before the namespace was made: its root is above that of the namespace. */
    put("m/sys/fs/cgroup/sibling/cpu.max", "25000 100000\n");
    put_machine("0::/../sibling\n", "26 20 0:24 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    assert_cores(0.25);
    put_machine("0::/../sibling\n", "26 20 0:24 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    assert_cores(0.5);
}

static void names_with_blanks_and_other_mounts_are_understood(void **state)
{
    (void)state;
    put_machine("0::/a b\n", "26 20 0:24 /other /mnt/other rw - cgroup2 none rw\n"
                             "27 20 0:24 / /mnt/my\\040groups\\134 rw master:1 - cgroup2 none rw\n"
                             "28 20 0:24 / /mnt/again rw - cgroup2 none rw\n");
    put("m/mnt/other/cpu.max", "1000 100000\n"); /* another container's */
    put("m/mnt/my groups\\/a b/cpu.max", "60000 100000\n");
    assert_cores(0.6);
    put("m/mnt/again/a b/cpu.max", "40000 100000\n");
    assert_cores(0.4);
}

static void a_group_that_is_mounted_twice_counts_once(void **state)
{
    (void)state;
    struct gfn_quota quota;
    put_machine("0::/a\n", "26 20 0:24 / /sys/fs/cgroup rw - cgroup2 none rw\n"
                           "27 20 0:24 / /mnt rw - cgroup2 none rw\n");
    put("m/sys/fs/cgroup/a/cpu.max", "60000 100000\n");
    assert_int_equal(symlink("sys/fs/cgroup", "m/mnt"), 0);
    gfn_quota_read("m", &quota);
    assert_int_equal(quota.n, 1);
}

static void missing_and_malformed_files_are_no_quota(void **state)
{
    (void)state;
    static const char *const texts[] = {"",          "\n",         "max\n",       "50000\n",
                                        "50000 x\n", "0 100000\n", "-5 100000\n", "50000 0\n",
                                        "x 100000",  "50000 -1\n", "max max\n"};
    struct gfn_quota quota;
    gfn_quota_read("nowhere", &quota);
    assert_int_equal(quota.n, 0);
    put("m/proc/self/cgroup", "0::/a\n"); /* without mountinfo */
    assert_no_quota();
    put_machine("nonsense\n::\n:\n0:\n\n7:cpu\n0::/a\n3:cpu:/a\n",
                "\n-\n - - -\n1 2 3 / /sys\n1 2 3 / /sys - cgroup2\n1 2 3 /\n");
    assert_no_quota();
    put_machine("0::/a\n", mount_2);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put("m/sys/fs/cgroup/a/cpu.max", texts[i]);
        if (!isinf(least()))
            fail_msg("\"%s\": %g cores", texts[i], least());
    }
    put_machine("4:cpu:/a\n", mount_1);
    put("m/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n"); /* without a period */
    assert_no_quota();
}

static void more_groups_than_fit_are_left_out(void **state)
{
    (void)state;
    char path[400] = "m/sys/fs/cgroup", groups[400] = "0::", file[500];
    for (int i = 0; i < 30; i++) {
        strcat(path, "/deep");
        strcat(groups, "/deep");
        snprintf(file, sizeof file, "%s/cpu.max", path);
        put(file, "50000 100000\n");
    }
    put_machine(groups, mount_2);
    assert_cores(0.5);
}

/* Group 1 holds ranks 0 to 2, group 2 inside it ranks 1 and 2, group 3 rank 3; rank 4 has none. */
static void ranks_of_a_group_share_its_quota(void **state)
{
    (void)state;
    const struct gfn_quota all[] = {
        {1, {{7, 1, 2.7}}},
        {2, {{7, 2, 1.5}, {7, 1, 2.7}}},
        {2, {{7, 2, 1.5}, {7, 1, 2.7}}},
        {1, {{8, 1, 0.2}}},
        {0},
    };
    const double shares[] = {2.7 / 3, 1.5 / 2, 1.5 / 2, 0.2, INFINITY};
    const double whole[] = {1, 1, 1, 1, INFINITY};
    for (int rank = 0; rank < 5; rank++) {
        const double share = gfn_quota_share(all, 5, rank);
        assert_true(share == shares[rank] || fabs(share - shares[rank]) < 1e-12);
        assert_true(gfn_quota_whole_share(all, 5, rank) == whole[rank]);
    }
}

static void this_process_can_be_asked(void **state)
{
    (void)state;
    struct gfn_quota quota;
    gfn_quota_read("", &quota);
    assert_in_range(quota.n, 0, GFN_QUOTA_GROUPS);
    for (int64_t i = 0; i < quota.n; i++)
        assert_true(quota.groups[i].cores > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(quotas_of_version_2_count_in_every_group_above_the_process),
        scratch_test(quotas_of_version_1_count_in_the_tree_of_cpu),
        scratch_test(hybrid_trees_count_both),
        scratch_test(the_path_of_a_group_counts_from_the_root_of_its_mount),
        scratch_test(groups_outside_of_a_namespace_are_not_confused_with_those_inside),
        scratch_test(names_with_blanks_and_other_mounts_are_understood),
        scratch_test(a_group_that_is_mounted_twice_counts_once),
        scratch_test(missing_and_malformed_files_are_no_quota),
        scratch_test(more_groups_than_fit_are_left_out),
        scratch_test(ranks_of_a_group_share_its_quota),
        scratch_test(this_process_can_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
