"""What the programs of all peers share: the command line, the inputs, the chains of elementwise functions, and the clock.

    python3 PEER_workloads.py --inputs FOLDER [--seconds S] [--filter NAME] [--threads N]

A workload is timed as the Swift harness does: a warm-up whose checksum counts, then runs until the time is over. Import this module before
a peer's library: it sets the number of threads that the libraries read when they are loaded.
"""
import json
import os
import sys
import time
from pathlib import Path

options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
threads = int(options.get("--threads", 1))
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(threads)

import numpy


def small(f):
    """Eighty functions of a small array, by the functions of module `f`."""

    def chain(x):
        h = x
        for _ in range(20):
            h = f.sin(h)
            h = h * x
            h = f.exp(-h)
            h = h + x
        return f.sum(h)

    return chain


def large(f):
    """A few functions of a large array, by the functions of module `f`."""

    def chain(x):
        a = f.tanh(x) * x + f.exp(-x)
        b = f.sin(a) * a + f.log(x + 2)
        return f.sum(f.sqrt(b + 3) * a)

    return chain


def chains(f, value, gradient, second):
    """The workloads of both chains; each of the last three makes a workload from a chain."""
    orders = {"value": value, "gradient": gradient, "second": second}
    both = {"chain_small": small(f), "elementwise_large": large(f)}
    return {f"{name}.{order}": make(chain) for name, chain in both.items() for order, make in orders.items()}


def load(folder, workload):
    """The arrays of a workload, by name."""
    return {path.stem: numpy.load(path) for path in sorted(Path(folder, workload).glob("*.npy"))}


def run(workloads):
    """Prints one line of JSON for each workload that the command line names by its beginning."""
    seconds, prefix = float(options.get("--seconds", 1)), options.get("--filter", "")
    for name, make in workloads.items():
        if not name.startswith(prefix):
            continue
        body = make(load(options["--inputs"], name.split(".")[0]))
        checksum = body()
        body()
        times, start = [], time.perf_counter()
        while time.perf_counter() - start < seconds or len(times) < 5:
            begin = time.perf_counter()
            body()
            times.append((time.perf_counter() - begin) * 1e9)
        times.sort()
        pick = lambda p: times[round((len(times) - 1) * p)]
        print(json.dumps({"workload": name, "median": pick(0.5), "p10": pick(0.1), "p90": pick(0.9), "runs": len(times), "checksum": checksum}), flush=True)
