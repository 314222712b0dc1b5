#!/usr/bin/env python3
"""Counts what recording, walking and replaying cost: instructions, allocations and reference counts, which do not depend on the machine's speed.

    python3 Scripts/counts.py [--program .build/release/Counts] [--update]     # after make test-release

Each workload of Tests/Counts runs under Valgrind's callgrind, once a few times and once twice as often: the difference is what the workload
costs. A count above its threshold in Benchmarks/counts.json ends with status 1. `--update` writes what was counted there instead, with 5 % of
room for instructions: another compiler or system library moves them a little. Counts of one build differ by a few instructions between runs.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THRESHOLDS = os.path.join(ROOT, "Benchmarks", "counts.json")
# One instruction set on every machine: valgrind knows no AVX-512, and libraries choose their code by what there is.
LIMITS = {"NABLA_MAX_CPU_ISA": "x86-64-v3", "DNNL_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell", "LC_ALL": "C",
          # The start of a program is in both runs, and must take the same.
          "SWIFT_DETERMINISTIC_HASHING": "1"}
ALLOCATING = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"}
RETAINING = {"swift_retain", "swift_retain_n", "swift_release", "swift_release_n"}
REPETITIONS = 100


def fail(text):
    sys.exit("counts: " + text)


def counts(program, workload, repetitions, folder):
    """What so many repetitions cost in all, the start of the program included."""
    out = os.path.join(folder, "callgrind.out")
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, program, workload, str(repetitions)],
        env={**os.environ, **LIMITS}, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"{workload}: valgrind ended with status {run.returncode}: {run.stderr[-400:]}")
    total = {"instructions": 0, "allocations": 0, "reference counts": 0}
    names = {}
    callee = None
    with open(out, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            function = re.match(r"(c?)fn=\((\d+)\)(?: (.*))?", line)
            if function:
                # A name is written out where it comes first, and stands as its number after that.
                called, number, name = function.groups()
                if name:
                    names[number] = name.split("'")[0].strip()
                if called:
                    callee = names.get(number, "")
            elif line.startswith("calls="):
                count = int(line[6:].split()[0])
                if callee in ALLOCATING:
                    total["allocations"] += count
                elif callee in RETAINING:
                    total["reference counts"] += count
            elif line.startswith("totals:"):
                total["instructions"] = int(line.split()[1])
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "Counts"))
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    if "avx2" not in open("/proc/cpuinfo").read():
        print("counts: left out, this processor has no AVX2")
        return
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind cannot read what Swift's compiler writes for debuggers.
        program = os.path.join(folder, "Counts")
        subprocess.run(["objcopy", "--strip-debug", options.program, program], check=True)
        workloads = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split("\n")
        found = {}
        for workload in filter(None, workloads):
            few, many = (counts(program, workload, n, folder) for n in (REPETITIONS, 2 * REPETITIONS))
            found[workload] = {key: round((many[key] - few[key]) / REPETITIONS, 1) for key in few}
    if options.update:
        rooms = {name: {key: round(value * 1.05 if key == "instructions" else value + 1) for key, value in each.items()}
                 for name, each in found.items()}
        with open(THRESHOLDS, "w") as file:
            file.write(json.dumps(rooms, indent=2) + "\n")
    thresholds = json.load(open(THRESHOLDS))
    if set(thresholds) != set(found):
        fail(f"expected the workloads {sorted(thresholds)}, got {sorted(found)}")
    above = []
    print(f"{'':32}{'instructions':>20}{'allocations':>18}{'reference counts':>20}")
    for name, each in found.items():
        print(f"{name:32}" + "".join(
            f"{each[key]:>{width - 8}.0f} / {thresholds[name][key]:<5}" for key, width in zip(each, (20, 18, 20))))
        above += [f"{name}: expected at most {thresholds[name][key]} {key}, got {each[key]:.0f}"
                  for key in each if each[key] > thresholds[name][key]]
    if above:
        fail("\n        ".join(above))


main()
