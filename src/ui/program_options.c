/* SPDX-License-Identifier: MIT
 *
 * Options of the program, in addition to those of a run.
 */
#include "ui/cli.h"

static const gfn_option program_rows[] = {
    {"config", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "read options from a file, such as the config.ini of a run; the command line overrides it"},
    {"print-config", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Files",
     "train nothing: print the configuration, with the source of each value, as --config takes it"},
    {"out", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "train: run directory (unset: a new runs/NAME-DATE-TIME); sample: .npy, .txt or .csv; plot: "
     ".png, .pdf, .svg, .eps or .ps"},
    {"resume", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "continue the run in this directory, on any ranks and threads; iterations, samples, "
     "cadences and paths of files may change"},
    {"seeds", GFN_OPTION_WORD, "", 0, 0, NULL, "Running",
     "train with several seeds one after another, such as 0-9 or 0,3,7, each in a folder of the "
     "run directory; time-limit holds for all together"},
    {"trajectories", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "sample: write whole trajectories, step by step, to this .safetensors file"},
    {"picture-labels", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "plot: names of the groups of runs, A,B,C in their order; unset: what differs"},
    {"picture-width", GFN_OPTION_WORD, "", 0, 0, NULL, "Files",
     "plot: width of the picture; of .png in pixels, 320px to 6000px (unset: 1040px), of others "
     "in mm, cm or inches, 80mm to 600mm (3.15in to 23.6in; unset: 180mm)"},
    {"json", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal",
     "eval: print one JSON object in place of the report; plot: in place of the table"},
    {"watchdog", GFN_OPTION_TIME, "10m", 0, 1e9, NULL, "Running",
     "end the job, with a message, if a rank makes no progress for this long; 0: never"},
    {"progress", GFN_OPTION_WORD, "auto", 0, 0, "auto|always|never", "Terminal", "the live line"},
    {"color", GFN_OPTION_WORD, "auto", 0, 0, "auto|always|never", "Terminal",
     "the heat map in colors; auto: on a terminal, unless NO_COLOR is set"},
    {"generate", GFN_OPTION_WORD, "", 0, 0, "man|bash", "Terminal",
     "print the man page, or what completes command lines in bash"},
    {"quiet", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "errors only"},
    {"help", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "print this help"},
    {"version", GFN_OPTION_FLAG, "no", 0, 0, NULL, "Terminal", "print version and kernels"},
    {NULL, GFN_OPTION_INT, NULL, 0, 0, NULL, NULL, NULL},
};

const gfn_option *cli_option_rows(void)
{
    return program_rows;
}
