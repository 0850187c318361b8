# SPDX-License-Identifier: MIT
"""How scripts/bench measures: programs of a build folder are started, timed and repeated."""

import collections
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

from jobs import FUSED, JOBS, LAYOUTS, PROGRAMS, WORLDS

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def say(text):
    print(text, file=sys.stderr, flush=True)


def physical_cores():
    """The cores that this process may use, one of each set of hyperthreads, in order."""
    cores, seen = [], set()
    for cpu in sorted(os.sched_getaffinity(0)):
        try:
            with open("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % cpu) as file:
                siblings = file.read()
        except OSError:
            siblings = str(cpu)
        if siblings not in seen:
            cores.append(cpu)
        seen.add(siblings)
    return cores


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return re.search(r"model name\s*:\s*(.*)", file.read()).group(1)
    except (OSError, AttributeError):
        return platform.machine()


class Build:
    """Programs, and how they are started."""

    def __init__(self, folder):
        self.folder = folder
        self.program = os.path.join(folder, "gfn-dist")
        self.bench = os.path.join(folder, "tests", "bench", "bench")
        self.fused = os.path.join(folder, "tests", "bench", "fused")
        self.cores = physical_cores()
        with open(os.path.join(folder, "Makefile")) as file:
            settings = dict(re.findall(r"^(\w+) = (.*)$", file.read(), re.MULTILINE))
        self.mpi = settings.get("MPI_NAME", "none")
        self.launcher = {"MPI_NAME": self.mpi, "MPIEXEC": settings.get("MPIEXEC", "")}
        self.cflags = settings.get("CFLAGS", "")
        self.options = set(re.findall(r"^  --([\w-]+)", self.run([self.program, "--help"]),
                                      re.MULTILINE))

    def run(self, command, cores=0, environment=None):
        """Standard output of a command that is pinned to so many cores (0: not at all)."""
        pinned = self.cores[:cores]
        pin = (lambda: os.sched_setaffinity(0, pinned)) if pinned else None
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, preexec_fn=pin,
                              env={**os.environ, **(environment or {})})
        if done.returncode != 0:
            raise RuntimeError((done.stderr + done.stdout).strip() or "exit %d" % done.returncode)
        return done.stdout

    def measure(self, layout, arguments):
        """What the bench program says of a job in a layout."""
        command = [self.bench] + arguments
        if layout.ranks == 1:
            threads = {"OMP_PROC_BIND": "true"} if layout.threads > 1 else {}
            return json.loads(self.run(command, layout.threads, threads))
        launch = [os.path.join(TOP, "scripts", "np-run"), "--timeout", "600",
                  "--ranks", str(layout.ranks), "--"]
        return json.loads(self.run(launch + command, 0, self.launcher))

    def can(self, layout):
        """Ranks may share a core; threads of one process each have one."""
        has_cores = layout.threads == 1 or layout.threads <= len(self.cores)
        return has_cores and (layout.ranks == 1 or self.mpi != "none")

    def knows(self, job):
        return all(option.split("=")[0] in self.options for option in job.extra.split())


def flags(options):
    return ["--" + option for option in options.split()]


def trained(work, world):
    return os.path.join(work, "trained-" + world)


def train(build, work, name):
    """Train a policy for a world, into a run directory; the seconds that took."""
    say("training a policy for %s" % name)
    world, out = WORLDS[name], trained(work, name)
    start = time.monotonic()
    build.run([build.program, "--quiet", "--samples", "0", "--eval-every", "0", "--out", out] +
              flags(world.options + " " + world.training))
    return time.monotonic() - start


def merge(rounds, layout):
    """One cell of the table from what the bench program said in each round."""
    first, best = rounds[0], min(rounds, key=lambda r: min(r["seconds"]))
    seconds = sorted(s for r in rounds for s in r["seconds"])
    peaks = [r["peak_gflops"] for r in rounds if r["peak_gflops"]]
    cell = {key: first[key] for key in
            ("job", "policy", "ranks", "threads", "batch_size", "parameters",
             "steps_per_trajectory", "states")}
    cell["time"], cell["rate"] = seconds[0], 1 / seconds[0]
    cell["median"] = statistics.median(seconds) / seconds[0]
    cell["worst"] = seconds[-1] / seconds[0]
    cell["repeats"] = len(seconds)
    cell["trajectories"] = cell["rate"] * first["batch_size"]
    cell["transitions"] = cell["trajectories"] * first["steps_per_trajectory"]
    cell["gflops"] = best["flop"] and 1e-9 * best["flop"] / seconds[0]
    cell["peak"] = max(peaks) * layout.threads if peaks else None
    cell["share"] = cell["gflops"] / cell["peak"] if peaks and cell["gflops"] else None
    cell["phases"] = best["phases"]
    cell["memory"] = first["peak_memory"] and max(r["peak_memory"] for r in rounds) / 2**20
    cell.update(first["end"])
    return cell


def measure_core(build, world, cell, options):
    """Adds the passes of the policy to a cell, by the autograd core and by hand, and the time that
    an iteration would take with the latter."""
    passes = json.loads(build.run([build.fused] + FUSED[world] + [
        "%g" % (options.rounds * options.repeats * options.seconds)], 1))
    more = sum(passes["tape_" + p] - passes["hand_" + p] for p in ("forward", "backward"))
    cell["passes"] = passes
    cell["by_hand"] = cell["time"] - more * cell["states"] / passes["rows"]


def measure_job(build, work, name, policy, options):
    """Cells of a job under a policy, by layout. Rounds go over the layouts."""
    job, rounds = JOBS[name], collections.defaultdict(list)
    for number in range(options.rounds):
        for layout_name in options.layouts:
            layout = LAYOUTS[layout_name]
            arguments = ["job=%s batch-size=%d threads=%d %s" % (
                WORLDS[job.world].options, job.batch, layout.threads, job.extra),
                "repeats=%d" % options.repeats, "seconds=%g" % options.seconds]
            if policy == "trained":
                arguments.append("trained=" + trained(work, job.world))
            if number == 0 and "e" in job.marks and "e" in layout.marks:
                arguments.append("end=" + os.path.join(
                    work, "-".join(("end", name, policy, layout_name))))
            try:
                rounds[layout_name].append(build.measure(layout, arguments))
            except (RuntimeError, ValueError) as error:
                options.failures.append("%s %s %s: %s" % (name, policy, layout_name, error))
                say("failed: " + options.failures[-1])
    cells = {layout: merge(said, LAYOUTS[layout]) for layout, said in rounds.items()}
    for layout, cell in cells.items():
        if "a" in job.marks and "a" in LAYOUTS[layout].marks:
            measure_core(build, job.world, cell, options)
        say("{:18} {:8} {} {:12,.1f} iterations/s".format(name, policy, layout, cell["rate"]))
    return cells


def measure_program(build, work, name, repeats):
    """Whole runs of the default job: seconds, and the phases that the best of them tells."""
    program, seconds, phases = PROGRAMS[name], [], None
    for i in range(repeats):
        out = os.path.join(work, "%s-%d" % (name, i))
        start = time.monotonic()
        build.run([build.program] + program.arguments.split() + ["--out", out], program.cores)
        seconds.append(time.monotonic() - start)
        if seconds[-1] == min(seconds):
            with open(os.path.join(out, "summary.json")) as file:
                phases = json.load(file)["phases"]
        shutil.rmtree(out)
    return {"time": min(seconds), "median": statistics.median(seconds) / min(seconds),
            "worst": max(seconds) / min(seconds), "phases": phases, "repeats": repeats}
