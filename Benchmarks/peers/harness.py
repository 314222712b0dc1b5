"""Times a workload as the Swift harness does: a warm-up whose checksum counts, then runs until the time is over."""
import json
import sys
import time
from pathlib import Path

import numpy


def load(folder, workload):
    """The arrays of a workload, by name."""
    return {path.stem: numpy.load(path) for path in sorted(Path(folder, workload).glob("*.npy"))}


def run(workloads, folder):
    """Prints one line of JSON for each workload that the command line names by its beginning."""
    options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    seconds, prefix = float(options.get("--seconds", 1)), options.get("--filter", "")
    for name, make in workloads.items():
        if not name.startswith(prefix):
            continue
        body = make(load(folder or options["--inputs"], name.split(".")[0]))
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
