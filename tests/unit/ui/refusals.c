/* SPDX-License-Identifier: MIT
 *
 * Bad input ends with one message that says what was expected, what was found and a hint, and
 * leaves nothing behind.
 */
#include "tests/unit/ui/program.h"

enum { FAILED = CLI_EXIT_FAILED, USAGE = CLI_EXIT_USAGE };

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- values that options cannot have ---- */

static void values_that_no_integer_has(void **state)
{
    (void)state;
    assert_values_refused(
        LIST("size", "ndim", "batch-size", "iterations", "seed", "threads", "samples", "eval-every",
             "log-every", "checkpoint-every"),
        LIST("", "abc", "-1", "nan", "inf", "1.5", "99999999999999999999", " 3", "0x10"), NULL);
}

static void values_that_no_number_has(void **state)
{
    (void)state;
    assert_values_refused(
        LIST("lr", "lr-logz", "weight-decay", "clip-norm", "r0", "r1", "r2", "time-limit"),
        LIST("abc", "-1", "nan", "inf", "1e999", "1 ", "1e-3x"), NULL);
}

static void values_that_no_widths_have(void **state)
{
    (void)state;
    assert_values_refused(LIST("hidden"),
                          LIST("0", "-3", "32,", ",32", "32,0", "a", "70000", "1e3",
                               "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"),
                          NULL);
}

/* As --OPTION VALUE and as --OPTION=. */
static void words_that_are_no_choice(void **state)
{
    (void)state;
    static const char *const options[] = {"--env",        "--preset",   "--objective", "--backward",
                                          "--activation", "--schedule", "--reward",    "--encoding",
                                          "--progress",   "--color"};
    for (size_t i = 0; i < COUNT(options); i++) {
        char pattern[128];
        const refusal r = {USAGE, pattern, {options[i], "nonsense"}};
        snprintf(pattern, sizeof pattern, "^gfn-dist: %s: " EVERYTHING, options[i] + 2);
        assert_all_refused(&r, 1);
        assert_values_refused(LIST(options[i] + 2), LIST(""), NULL);
    }
}

static void values_outside_the_range(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "^gfn-dist: size: " EVERYTHING, {"--size", "1"}},
        {USAGE, "^gfn-dist: size: " EVERYTHING, {"--size", "0"}},
        {USAGE, "^gfn-dist: ndim: " EVERYTHING, {"--ndim", "0"}},
        {USAGE, "^gfn-dist: batch-size: " EVERYTHING, {"--batch-size", "0"}},
        {USAGE, "^gfn-dist: hypergrid: r0 is 0, needs .*hint", {"--r0", "0"}},
        {USAGE, "^gfn-dist: weight-decay: " EVERYTHING, {"--lr", "1", "--weight-decay", "1"}},
        {USAGE, "^gfn-dist: threads: " EVERYTHING, {"--threads", "0"}},
        {USAGE, "the reward cosine has no r2", {"--reward", "cosine", "--r2", "1"}},
        {USAGE, "size is 3, and the goals", {"--reward", "sparse", "--size", "3"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

/* What the user may have meant. */
static void hints_that_mend_the_value(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "found \"TB\" \\(hint: tb\\)", {"--objective", "TB"}},
        {USAGE, "found \"nope\" \\(hint: gfn-dist list\\)", {"--preset", "nope"}},
        {USAGE, "found \"FIFO\" \\(hint: fifo\\)", {"--replay", "FIFO"}},
        {USAGE, "found \"lr-z\" \\(hint: lr-logz\\)", {"--lr-z", "3"}},
        {USAGE, "^gfn-dist: seed: .*found \"1-3\" \\(hint: --seeds 1-3\\)", {"--seed", "1-3"}},
        {USAGE, "^gfn-dist: seed: .*found \"-1\" \\(hint: the default", {"--seed", "-1"}},
        {USAGE, "found \"1e4\" \\(hint: 10000\\)", {"--iterations", "1e4"}},
        {USAGE, "found \"256x256\" \\(hint: 256,256\\)", {"--hidden", "256x256"}},
        {USAGE, "found \"0\" \\(hint: leave it out for all cores\\)", {"--threads", "0"}},
        {USAGE, "\\(hint: the default is 10m; units are s, m, h and d\\)", {"--watchdog", "10x"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void spaces_that_overflow(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "hint.*khot", {"--size", "2147483647", "--ndim", "2", "--encoding", "onehot"}},
        {USAGE, "hint", {"--size", "2147483647", "--ndim", "32"}},
        {USAGE, "hint", {"--size", "1000000", "--ndim", "30", "--batch-size", "524288"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

/* ---- names and commands ---- */

static void names_that_nothing_has(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "found \"sise\" \\(hint: size\\)", {"--sise", "16"}},
        {USAGE, "found \"itarations\" \\(hint: iterations\\)", {"--itarations=5"}},
        {USAGE, EVERYTHING, {"-x"}},
        {USAGE, "expected an option such as --size 16, found \"-size\"", {"-size", "16"}},
        {USAGE, "expected an option such as --size 16, found \"-n\"", {"-n", "8"}},
        {USAGE, EVERYTHING, {"frobnicate"}},
        {USAGE, "size: expected a value, found none", {"--size"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void commands_with_the_wrong_words(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, EVERYTHING, {"train", "again"}},
        {USAGE, EVERYTHING, {"sample"}},
        {USAGE, EVERYTHING, {"eval"}},
        {USAGE, EVERYTHING, {"eval", "a", "b"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void options_of_other_commands(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, EVERYTHING, {"eval", "a", "--size", "8"}},
        {USAGE, EVERYTHING, {"eval", "a", "--out", "x"}},
        {USAGE, EVERYTHING, {"eval", "a", "--preset", "seed"}},
        {USAGE, EVERYTHING, {"eval", "a", "--seeds", "0-9"}},
        {USAGE, EVERYTHING, {"eval", "a", "--print-config"}},
        {USAGE, EVERYTHING, {"sample", "a", "--progress", "never"}},
        {USAGE, EVERYTHING, {"list", "--config", "x"}},
        {USAGE,
         "^gfn-dist: trajectories: expected an option of train, found .*hint",
         {"--trajectories", "x"}},
        {USAGE,
         "^gfn-dist: trajectories: expected an option of train, found .*hint",
         {"--print-config", "train", "--trajectories", "x"}},
        {USAGE,
         "^gfn-dist: generate: expected an option of eval, .*hint",
         {"eval", "a", "--generate", "man"}},
        {USAGE,
         "^gfn-dist: print-config: expected an option of check-env, .*hint",
         {"check-env", "hypergrid", "--print-config"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void options_that_contradict_each_other(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: generate: expected no other option, found \"size\" .*hint",
         {"--generate", "man", "--size", "8"}},
        {USAGE,
         "^gfn-dist: generate: expected no other option, found \"print-config\" .*hint",
         {"--generate", "bash", "--print-config"}},
        {USAGE,
         "^gfn-dist: seeds: expected nothing beside --print-config, found \"0-9\" .*hint",
         {"--print-config", "--seeds", "0-9"}},
        {USAGE,
         "^gfn-dist: resume: expected nothing beside --print-config, found \"run\" .*hint",
         {"--resume", "run", "--print-config"}},
        {USAGE,
         "^gfn-dist: preset: expected none beside --config a.ini, found seed .*preset = seed",
         {"--preset", "seed", "--config", "a.ini"}},
        {USAGE,
         "^gfn-dist: seed: expected none beside --seeds 0-9, found 3 .*hint",
         {"--seeds", "0-9", "--seed", "3"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

/* They would be ignored silently. */
static void options_without_effect(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: replay-capacity: expected a replay buffer, found none \\(hint: --replay fifo",
         {"--replay-capacity", "10"}},
        {USAGE,
         "^gfn-dist: replay-capacity: expected a replay buffer, found none",
         {"--print-config", "--replay-capacity", "10", "--terminal-states", "cells.npy"}},
    };
    assert_all_refused(cases, COUNT(cases));
    put_text("all.ini", "replay-capacity = 10\n");
    assert_passes((arguments){"--print-config", "--config", "all.ini"});
}

/* ---- presets and seeds ---- */

static void presets_that_are_unknown(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: preset: expected one of seed, torchgfn-2d8, .*found \"sead\".*hint",
         {"--preset", "sead"}},
        {USAGE, "^gfn-dist: preset: " EVERYTHING, {"--print-config", "--preset", "sead"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

static void seeds_that_make_no_sweep(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "^gfn-dist: size: " EVERYTHING, {"--seeds", "0-9", "--size", "1"}},
        {USAGE,
         "^gfn-dist: weight-decay: " EVERYTHING,
         {"--seeds", "0-9", "--lr", "1", "--weight-decay", "1"}},
        {FAILED,
         "nowhere: expected the directory of a sweep",
         {"--resume", "nowhere", "--seeds", "0-9"}},
    };
    assert_values_refused(
        LIST("seeds"),
        LIST("", "abc", "-1", "3-", "5-4", "1,1", "0-5,3", "1.5", "0-1000", "99999999999999999999"),
        NULL);
    assert_all_refused(cases, COUNT(cases));
}

/* ---- exploration and replay ---- */

static void exploration(void **state)
{
    (void)state;
    const char *const *size = LIST("--size", "8");
    assert_values_refused(LIST("epsilon", "explore-until"),
                          LIST("-0.1", "1.1", "nan", "inf", "x", ""), size);
    assert_values_refused(LIST("temperature"), LIST("0", "-1", "nan", "inf", "1e7", "x", ""), size);
    assert_values_refused(LIST("explore-schedule"), LIST("sine", "", "none"), size);
}

static void replay(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE, "^gfn-dist: replay-share: " EVERYTHING, {"--replay-share", "0.5"}},
        {USAGE,
         "^gfn-dist: replay-share: expected .* for --replay fifo, found 1 of --batch-size 256 "
         ".*hint",
         {"--replay", "fifo", "--replay-share", "1"}},
        {USAGE,
         "^gfn-dist: replay-share: " EVERYTHING,
         {"--replay", "reward", "--batch-size", "1"}},
    };
    const char *const *fifo = LIST("--replay", "fifo");
    assert_values_refused(LIST("replay"), LIST("all", "FIFO", "fifo,reward", ""), NULL);
    assert_values_refused(LIST("replay-capacity"),
                          LIST("0", "-1", "1.5", "1e3", "nan", "100000001", ""), fifo);
    assert_values_refused(LIST("replay-share"), LIST("-0.1", "1.01", "nan", "half"), fifo);
    assert_all_refused(cases, COUNT(cases));
}

/* ---- losses and the target network ---- */

static void losses(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: loss-scale: expected none, as the loss square has no scale, .*hint",
         {"--loss-scale", "1"}},
        {USAGE,
         "^gfn-dist: loss-scale: expected none, as the loss cosh has no scale, .*hint",
         {"--loss", "cosh", "--loss-scale", "2"}},
        {USAGE,
         "^gfn-dist: loss-scale: expected a number from 0.001 to 1000 for the loss huber, found "
         "-1 ",
         {"--loss", "huber", "--loss-scale", "-1"}},
        {USAGE,
         "^gfn-dist: loss-scale: expected .* for the loss linex, found 0 \\(hint",
         {"--seeds", "0-1", "--loss", "linex", "--loss-scale", "0"}},
        {USAGE, "found \"Huber\" \\(hint: huber\\)", {"--loss", "Huber"}},
    };
    assert_values_refused(LIST("loss"), LIST("huber(1)", "l2", ""), NULL);
    assert_values_refused(LIST("loss-scale"), LIST("nan", "inf", "1001", "-1001", "x"), NULL);
    assert_all_refused(cases, COUNT(cases));
}

static void target_networks(void **state)
{
    (void)state;
    static const char *const others[] = {"tb", "vargrad", "fm"};
    for (size_t i = 0; i < COUNT(others); i++) {
        char pattern[128];
        const refusal r = {USAGE, pattern, {"--objective", others[i], "--target-every", "10"}};
        snprintf(pattern, sizeof pattern,
                 "^gfn-dist: target-every: expected an objective .*, found %s, .*hint: --objective",
                 others[i]);
        assert_all_refused(&r, 1);
    }
    assert_values_refused(LIST("target-every"), LIST("-1", "1.5", "nan", ""),
                          LIST("--objective", "db"));
}

/* ---- files and run directories ---- */

static void files_that_are_not_there(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {FAILED,
         "^gfn-dist: nowhere: .*found nothing \\(hint: ls runs; paths are relative",
         {"eval", "nowhere"}},
        {FAILED, "nowhere", {"sample", "nowhere"}},
        {FAILED, "missing.ini", {"--config", "missing.ini"}},
        {FAILED, "missing.ini", {"--print-config", "--config", "missing.ini"}},
    };
    assert_all_refused(cases, COUNT(cases));
}

/* As in metrics.jsonl. */
#define FIFTY "0123456789012345678901234567890123456789012345678,"
#define LONG_LINE "{" FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "}"

static void files_of_options_that_are_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
    } rows[] = {
        {"size = 16\nsise = 3\n", "bad.ini:2: .*sise.*hint"},
        {"size = 1\n", "bad.ini:1: size: expected"},
        {"size 16\n", "bad.ini:1"},
        {LONG_LINE "\n", "bad.ini:1: expected name = value, found no '='"},
        {"preset = sead\n", "^gfn-dist: bad.ini: preset: expected one of seed, "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const refusal r = {USAGE, rows[i].pattern, {"--config", "bad.ini"}};
        put_text("bad.ini", rows[i].text);
        assert_all_refused(&r, 1);
    }
}

static void places_that_cannot_hold_a_run(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {FAILED, "file", {"--out", "file/run"}},
        {FAILED, "/proc", {"--out", "/proc/run"}},
        {USAGE, "file: expected a folder, found a file .*hint", {"--out", "file"}},
    };
    put_text("file", "");
    assert_all_refused(cases, COUNT(cases));
}

static void a_run_is_never_overwritten(void **state)
{
    (void)state;
    static const refusal again = {USAGE,
                                  "^gfn-dist: run: expected a folder without a run, found "
                                  "config.ini \\(hint: another --out, or "
                                  "--resume run\\)\n",
                                  {"--size", "4", "--iterations", "3", "--out", "run"}};
    assert_passes((arguments){"--size", "4", "--iterations", "3", "--quiet", "--out", "run"});
    assert_all_refused(&again, 1);
}

static void samples_go_to_files_of_their_format(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {USAGE,
         "^gfn-dist: out: expected a name that ends in .npy, .txt or .csv, found \"x.dat\" .*hint",
         {"sample", "run", "--out", "x.dat"}},
        {USAGE, "^gfn-dist: out: expected", {"sample", "run", "--out", ".npy"}},
        {FAILED,
         "^gfn-dist: no/x.npy: cannot create .*hint",
         {"sample", "run", "--out", "no/x.npy"}},
    };
    assert_passes((arguments){"--size", "4", "--iterations", "3", "--quiet", "--out", "run"});
    assert_all_refused(cases, COUNT(cases));
}

static void a_damaged_checkpoint_is_not_evaluated(void **state)
{
    (void)state;
    static const refusal eval = {FAILED, "checkpoint", {"eval", "run"}};
    assert_passes((arguments){"--size", "4", "--iterations", "3", "--quiet", "--out", "run"});
    assert_int_equal(truncate("run/checkpoint.safetensors", 3000), 0);
    assert_all_refused(&eval, 1);
}

static void a_run_that_goes_on_keeps_its_options(void **state)
{
    (void)state;
    static const char *const changes[][2] = {{"--replay", "reward"},
                                             {"--replay-capacity", "5"},
                                             {"--replay-share", "0.1"},
                                             {"--epsilon", "0.1"},
                                             {"--terminal-states", "cells.npy"}};
    assert_passes((arguments){"--size", "9", "--iterations", "3", "--batch-size", "24", "--replay",
                              "fifo", "--quiet", "--out", "run"});
    for (size_t i = 0; i < COUNT(changes); i++) {
        const refusal r = {USAGE,
                           "^gfn-dist: [a-z-]+: " EVERYTHING,
                           {"--resume", "run", changes[i][0], changes[i][1]}};
        assert_all_refused(&r, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scratch_test(values_that_no_integer_has),
        scratch_test(values_that_no_number_has),
        scratch_test(values_that_no_widths_have),
        scratch_test(words_that_are_no_choice),
        scratch_test(values_outside_the_range),
        scratch_test(hints_that_mend_the_value),
        scratch_test(spaces_that_overflow),
        scratch_test(names_that_nothing_has),
        scratch_test(commands_with_the_wrong_words),
        scratch_test(options_of_other_commands),
        scratch_test(options_that_contradict_each_other),
        scratch_test(options_without_effect),
        scratch_test(presets_that_are_unknown),
        scratch_test(seeds_that_make_no_sweep),
        scratch_test(exploration),
        scratch_test(replay),
        scratch_test(losses),
        scratch_test(target_networks),
        scratch_test(files_that_are_not_there),
        scratch_test(files_of_options_that_are_wrong),
        scratch_test(places_that_cannot_hold_a_run),
        scratch_test(a_run_is_never_overwritten),
        scratch_test(samples_go_to_files_of_their_format),
        scratch_test(a_damaged_checkpoint_is_not_evaluated),
        scratch_test(a_run_that_goes_on_keeps_its_options),
    };
    return cmocka_run_group_tests_name("refusals", tests, NULL, print_refusals);
}
