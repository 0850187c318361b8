# SPDX-License-Identifier: MIT
"""What scripts/bench prints: targets beside figures, tables in Markdown, JSON."""

import json
import math

from jobs import JOBS, LAYOUTS, PHASES, POLICIES, PROGRAMS, TARGETS, WORLDS


def value_of(results, target, job, policy):
    """The figure of a target; None where something it needs was not measured."""
    cells = results["cells"]
    if job in PROGRAMS:
        return results["programs"].get(job, {}).get(target.quantity)

    def get(job, layout, quantity):
        return cells.get((job, policy, layout), {}).get(quantity)

    above, below = get(job, target.layout, target.quantity), target.over
    if below is None:
        return above
    if below in LAYOUTS:
        below = get(job, below, target.quantity)
    elif below in JOBS:
        below = get(below, target.layout, target.quantity)
    elif isinstance(below, str):
        below = get(job, target.layout, below)
    return above / below if above and below else None


def is_met(value, limit):
    sense, bound = limit.split()
    return value >= float(bound) if sense == ">=" else value <= float(bound)


def judged(results):
    """Rows of targets that can be told: what, job, limit, and by policy value and verdict."""
    for target in TARGETS:
        for job in target.jobs.split():
            values = {p: value_of(results, target, job, p) for p in POLICIES}
            if job in PROGRAMS:  # a whole run is both
                values["early"] = None
            if any(v is not None for v in values.values()):
                yield {"what": target.what, "job": job, "layout": target.layout,
                       "limit": target.limit, "values": values,
                       "met": {p: is_met(v, target.limit) for p, v in values.items()
                               if v is not None and target.limit}}


def figure(value, digits=3):
    """A number that is read by people: three digits, thousands apart."""
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return "{:,.{}f}".format(round(value, places), max(places, 0))


def table(title, head, rows, left):
    """Markdown; the first `left` columns are text. Nothing where there are no rows."""
    rows = [[str(c) for c in row] for row in rows]
    if not rows:
        return
    widths = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]

    def line(row):
        print("| " + " | ".join(c.ljust(w) if i < left else c.rjust(w)
                                for i, (c, w) in enumerate(zip(row, widths))) + " |")

    print("\n" + title + "\n")
    line(head)
    print("|" + "|".join("-" * (w + 2) if i < left else "-" * (w + 1) + ":"
                         for i, w in enumerate(widths)) + "|")
    for row in rows:
        line(row)


def spread(cell):
    return "%.2f, %.2f" % (cell["median"], cell["worst"])


def scaled(value, factor, digits=3):
    return figure(None if value is None else value * factor, digits)


def print_head(machine):
    print("Measured {date} with `{command}` on {processor}, {cores} cores, Linux {linux}; gfn-dist "
          "{version}, kernels {kernels}, CFLAGS {cflags}, MPI {mpi}; load before: {load}.\n"
          "Best of {rounds} x {repeats} repeats of {seconds} s; spread: median and worst over "
          "best. Layouts are ranks x threads; one process is pinned, a core a thread."
          .format(**machine))


def print_targets(results):
    mark = {True: " *", False: " !", None: ""}
    table("**Targets** (* met, ! missed)",
          ["target", "job", "layout", "limit"] + POLICIES,
          [[row["what"], row["job"], row["layout"], row["limit"]] +
           [figure(row["values"][p]) + mark[row["met"].get(p)] for p in POLICIES]
           for row in judged(results)], 4)


def print_cells(cells):
    """Each row begins with the cell's names: job, policy and layout."""
    head = ["job", "policy", "layout"]
    table("**Speed.** Transitions count the stop action; GFLOP/s are of the layers only, forward "
          "and backward, once for each distinct state.",
          head + ["iterations/s", "trajectories/s", "transitions/s", "GFLOP/s", "% of peak",
                  "spread"],
          [[*names, figure(c["rate"]), figure(c["trajectories"]), figure(c["transitions"]),
            figure(c["gflops"]), scaled(c["share"], 100), spread(c)]
           for names, c in cells.items()], 3)
    table("**Time of an iteration by phase**, µs, of rank 0.",
          head + ["iteration"] + PHASES,
          [[*names, scaled(c["time"], 1e6)] + [scaled(c["phases"].get(p), 1e6) for p in PHASES]
           for names, c in cells.items()], 3)
    seldom = ["first_evaluation", "evaluation", "objects", "draw", "files"]
    table("**What is done seldom**, ms: the exact evaluation, at first and later; 10,000 objects, "
          "drawn, and drawn and judged; the files of a run.",
          head + ["first evaluation", "evaluation", "objects", "judged", "files"],
          [[*names] + [scaled(c[what], 1e3) for what in seldom]
           for names, c in cells.items() if c["objects"] is not None], 3)
    table("**Peak memory** before the first evaluation, MiB, and distinct states of an iteration.",
          head + ["memory", "parameters", "steps/trajectory", "states/iteration", "states/visits"],
          [[*names, figure(c["memory"]), c["parameters"], figure(c["steps_per_trajectory"]),
            figure(c["states"], 4),
            figure(c["states"] / (c["batch_size"] * c["steps_per_trajectory"]), 2)]
           for names, c in cells.items() if names[2] == "1x1"], 3)


def print_tables(results):
    print_head(results["machine"])
    print_targets(results)
    print_cells(results["cells"])
    table("**Trained policies**: the default options, and",
          ["world", "options", "training", "s", "steps wanted"],
          [[name, WORLDS[name].options, WORLDS[name].training, figure(seconds),
            WORLDS[name].target] for name, seconds in results["training"].items()], 3)
    phases = PHASES + ["evaluation", "files"]
    table("**Whole runs** of the default job, ms, from the start of the process to its end.",
          ["run", "options", "cores", "all", "spread"] + phases,
          [[name, PROGRAMS[name].arguments or "none", PROGRAMS[name].cores or "all",
            scaled(c["time"], 1e3), spread(c)] + [scaled(c["phases"].get(p), 1e3) for p in phases]
           for name, c in results["programs"].items()], 2)


def print_json(results, file):
    """The same for machines: seconds, MiB and plain ratios."""
    whole = dict(results, targets=list(judged(results)))
    whole["cells"] = [dict(cell, name=job, policy=policy, layout=layout)
                      for (job, policy, layout), cell in results["cells"].items()]
    json.dump(whole, file, indent=1)
    file.write("\n")
