"""Runs every workload in Nabla, PyTorch and JAX in turn, on the same inputs, and prints the ratios.

    python3 compare.py PATH-TO-NablaBenchmarks [--seconds S] [--threads N] [--filter NAME] [--rounds R]

A library whose Python package is missing is left out. Programs take turns, so that a busy minute of the machine meets all of them; of the
rounds' medians the least counts. Where checksums differ by more than rounding, the row says so.
"""
import importlib.util
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
binary, *rest = sys.argv[1:]
options = dict(zip(rest[0::2], rest[1::2]))
seconds, threads = options.get("--seconds", "1"), options.get("--threads", "1")
rounds, prefix = int(options.get("--rounds", 3)), options.get("--filter", "")
peers = [name for name in ("torch", "jax") if importlib.util.find_spec(name)]


def lines(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"{' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def text(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([binary, "--write-inputs", folder, "--filter", prefix], check=True)
    common = ["--seconds", seconds, "--threads", threads, "--filter", prefix]
    programs = {"nabla": [binary, *common, "--json", "yes"]}
    for peer in peers:
        programs[peer] = [sys.executable, str(HERE / f"{peer}_workloads.py"), "--inputs", folder, *common]
    best = {}
    for _ in range(rounds):
        for program, command in programs.items():
            for record in lines(command):
                known = best.setdefault(record["workload"], {}).setdefault(program, record)
                if record["median"] < known["median"]:
                    best[record["workload"]][program] = record

print(f"| workload | Nabla |" + "".join(f" {peer} | ratio |" for peer in peers))
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
        note = "" if abs(a - b) <= 1e-3 * (abs(a) + abs(b)) + 1e-3 else f" (checksums {a:.6g}, {b:.6g})"
        cells += [text(other["median"]), f"{other['median'] / own['median']:.2f}{note}"]
    print("| " + " | ".join(cells) + " |")
