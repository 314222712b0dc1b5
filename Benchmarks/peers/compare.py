"""Runs every workload in Nabla, PyTorch, JAX and Chainer in turn, on the same inputs, and prints the ratios.

    python3 compare.py PATH-TO-NablaBenchmarks [--seconds S] [--threads N[,N...]] [--filter NAME] [--rounds R]

Libraries that cannot live in one Python environment may each have their own: NABLA_TORCH_PYTHON, NABLA_JAX_PYTHON and
NABLA_CHAINER_PYTHON name the interpreters, and the one that runs this file stands in for those not given. A library that its interpreter
cannot import is left out, with a line on stderr.

The old OpenBLAS in Chainer's NumPy (0.3.20 in NumPy 1.23.5) does not know newer processors and then takes kernels of 2007 without AVX, four
times slower in matrix products than what it has. NABLA_CHAINER_CORETYPE, say SkylakeX where there is AVX-512, chooses its kernels; unset,
Chainer is measured as it installs, and rows of matrix products say more about OpenBLAS than about Chainer.

`--threads 1,2` prints one table for one thread and one for two. Programs take turns, so that a busy minute of the machine meets all of
them; of the rounds' medians the least counts. A ratio is the other library's time over Nabla's. Where checksums differ by more than
rounding, 1e-4 of their magnitude, the row says so.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# Kernels pinned for the sake of equal numbers on all machines would be measured instead of this machine's own.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS"):
    os.environ.pop(name, None)


def interpreters():
    """The Python of every peer that can be imported, by the peer's name."""
    found = {}
    for peer in ("torch", "jax", "chainer"):
        python = os.environ.get(f"NABLA_{peer.upper()}_PYTHON", sys.executable)
        try:
            done = subprocess.run([python, "-c", f"import {peer}"], capture_output=True, text=True)
            reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1] if done.returncode else None
        except OSError as error:
            reason = str(error)
        if reason is None:
            found[peer] = python
        else:
            print(f"{peer} is left out: {python}: {reason}", file=sys.stderr)
    return found


def records(command, environment):
    """The results that a program prints, one JSON object a line."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        print(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def measure(binary, peers, folder, threads, rounds, more):
    """The best record of each workload and program."""
    common = [*more, "--threads", threads]
    # NumPy, and whatever else reads only these, learns of the number of threads before it is loaded.
    limited = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    programs = {"nabla": ([binary, *common, "--json", "yes"], None)}
    for peer, python in peers.items():
        programs[peer] = ([python, str(HERE / f"{peer}_workloads.py"), "--inputs", folder, *common], limited)
    if "chainer" in programs and "NABLA_CHAINER_CORETYPE" in os.environ:
        programs["chainer"] = (programs["chainer"][0], {**limited, "OPENBLAS_CORETYPE": os.environ["NABLA_CHAINER_CORETYPE"]})
    best = {}
    for _ in range(rounds):
        for program, (command, environment) in programs.items():
            for record in records(command, environment):
                known = best.setdefault(record["workload"], {}).setdefault(program, record)
                if record["median"] < known["median"]:
                    best[record["workload"]][program] = record
    return best


def text(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def agree(a, b):
    return abs(a - b) <= 1e-4 * max(abs(a), abs(b)) + 1e-4


def table(best, peers):
    print("| workload | Nabla |" + "".join(f" {peer} | ratio |" for peer in peers))
    print("|---|---|" + "---|---|" * len(peers))
    for workload, row in best.items():
        if "nabla" not in row or len(row) == 1:
            continue
        own = row["nabla"]
        cells = [workload, text(own["median"])]
        for peer in peers:
            other = row.get(peer)
            if not other:
                cells += ["", ""]
                continue
            a, b = own["checksum"], other["checksum"]
            note = "" if agree(a, b) else f" (checksums {a:.6g}, {b:.6g})"
            cells += [text(other["median"]), f"{other['median'] / own['median']:.2f}{note}"]
        print("| " + " | ".join(cells) + " |")


def main():
    binary, *rest = sys.argv[1:]
    options = dict(zip(rest[0::2], rest[1::2]))
    prefix, rounds = options.get("--filter", ""), int(options.get("--rounds", 3))
    more = ["--seconds", options.get("--seconds", "1"), "--filter", prefix]
    peers = interpreters()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([binary, "--write-inputs", folder, "--filter", prefix], check=True)
        for number, threads in enumerate(options.get("--threads", "1").split(",")):
            print(f"{chr(10) if number else ''}Threads: {threads}\n")
            table(measure(binary, peers, folder, threads, rounds, more), peers)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
