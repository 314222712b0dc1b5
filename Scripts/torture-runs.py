#!/usr/bin/env python3
"""What a run of `nabla train` must survive: kills at random moments, a second run in its folder, a full disk, a reader that goes away.

    python3 Scripts/torture-runs.py [--nabla .build/release/nabla] [--kills 100] [--seed 0]

Each time the run is resumed to its end, and everything it came to must be what a run came to that nothing happened to: the states to the bit,
the records of the log but for the time they took. Prints what was done; ends with status 1 at the first difference.
"""
import argparse
import json
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

OPTIONS = ["--iterations", "5000", "--rate", "0.05", "--order", "first", "--shots", "5", "--seed", "4"]


def fail(text):
    sys.exit("torture-runs: " + text)


def expect(condition, text):
    if not condition:
        fail(text)


class Runs:
    def __init__(self, nabla, folder):
        self.nabla, self.folder = nabla, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, name):
        """Goes on with the run if there is one; a run killed before it had settings begins anew."""
        if os.path.exists(os.path.join(self.path(name), "settings.json")):
            return [self.nabla, "train", "maml", "--resume", "--output", self.path(name)]
        return [self.nabla, "train", "maml", "--output", self.path(name)] + OPTIONS

    def start(self, name, **options):
        return subprocess.Popen(self.command(name), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def finish(self, name):
        run = self.start(name)
        output, errors = run.communicate()
        expect(run.returncode == 0, f"{name} could not be resumed: status {run.returncode}\n{errors}")
        return output

    def outcome(self, name):
        states = {}
        for file in sorted(os.listdir(self.path(name + "/state"))):
            with open(self.path(f"{name}/state/{file}"), "rb") as f:
                data = f.read()
            size = struct.unpack("<Q", data[:8])[0]
            header = json.loads(data[8 : 8 + size])
            header.pop("__metadata__").pop("seconds")
            states[file] = (header, data[8 + size :])
        with open(self.path(name + "/log.jsonl")) as f:
            log = [json.loads(line) for line in f]
        for record in log:
            record.pop("seconds", None)
        return states, log, sorted(os.listdir(self.path(name)))


def kills(runs, whole, length, count, chance):
    done, restarts, at_ends, turns = 0, 0, 0, 0
    while done < count:
        name = f"killed-{turns}"
        turns += 1
        # A run that is left alone ends in the length of a whole one at the latest.
        while done < count:
            begins = not os.path.exists(os.path.join(runs.path(name), "settings.json"))
            run = runs.start(name)
            pause = length * chance.random() * 0.6
            try:
                run.communicate(timeout=pause)
                expect(run.returncode == 0, f"{name} ended with {run.returncode}")
                at_ends += 1
                break
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.communicate()
                done += 1
                restarts += begins
        runs.finish(name)
        expect(runs.outcome(name) == whole, f"{name} came to something else than a run that was not killed")
        shutil.rmtree(runs.path(name))
    print(f"{done} kills in {turns} runs ({restarts} while a run began, {at_ends} runs ended before the next): all ended to the same bits")


def two_writers(runs, whole):
    first = runs.start("two")
    time.sleep(0.3)
    for _ in range(20):
        second = runs.start("two")
        output, errors = second.communicate()
        expected = f"nabla: {runs.path('two')}: in use by another run, process {first.pid}\n"
        expect((second.returncode, output, errors) == (1, "", expected), f"the second run was not refused: {second.returncode} {errors}")
    first.communicate()
    expect(first.returncode == 0 and runs.outcome("two") == whole, "a refused run has changed something")
    print("20 second runs in a folder were refused; the first ended to the same bits")


def full_disk(runs, whole, chance):
    def limit(size):
        def apply():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return apply

    refused = 0
    for turn in range(20):
        run = runs.start("full", preexec_fn=limit(chance.randrange(0, 80000)))
        output, errors = run.communicate()
        if run.returncode != 0:
            refused += 1
            line = errors.strip().split("\n")[-1]
            expect(run.returncode == 1 and line.startswith("nabla: ") and "File too large" in line, f"a full disk gave {run.returncode}: {errors}")
    runs.finish("full")
    expect(runs.outcome("full") == whole, "a full disk has cost something")
    print(f"{refused} of 20 runs met a limit of the size of files with one line; resumed without it: the same bits")


def small_disk(runs, whole):
    """A file system of its own, where that can be mounted."""
    place = runs.path("disk")
    os.mkdir(place)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True).returncode != 0:
        print("no small file system can be mounted here")
        return
    try:
        run = runs.start("disk/run")
        output, errors = run.communicate()
        expect(run.returncode == 1 and "No space left on device" in errors, f"a full file system gave {run.returncode}: {errors}")
        subprocess.run(["mount", "-o", "remount,size=16m", place], check=True)
        runs.finish("disk/run")
        expect(runs.outcome("disk/run") == whole, "a full file system has cost something")
        print("a file system of 64 KiB was full, with one line; enlarged: the same bits")
    finally:
        subprocess.run(["umount", place], check=True)


def readers(runs, whole):
    for turn in range(5):
        shutil.rmtree(runs.path("read"), ignore_errors=True)
        run = subprocess.Popen(runs.command("read"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if turn > 0:
            run.stdout.readline()
        run.stdout.close()
        expect(run.wait() == 0 and runs.outcome("read") == whole, "a run without a reader came to something else")
    print("5 runs whose reader went away ended to the same bits")


def interruptions(runs, whole, length, chance):
    ended = {}
    for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143)] * 10:
        run = runs.start("interrupted")
        time.sleep(length * chance.random() * 0.3)
        run.send_signal(number)
        _, errors = run.communicate()
        # Before and after the training there is nothing to save, and the signal ends the run by itself.
        expect(run.returncode in (status, -number, 0), f"an interrupted run ended with {run.returncode}: {errors}")
        if run.returncode == status:
            expect("Interrupted: finishing" in errors and "Saved. Now" in errors, f"an interrupted run did not say what it does: {errors}")
        ended[run.returncode] = ended.get(run.returncode, 0) + 1
        if run.returncode == 0:
            expect(runs.outcome("interrupted") == whole, "an interrupted run came to something else")
            shutil.rmtree(runs.path("interrupted"))
    runs.finish("interrupted")
    expect(runs.outcome("interrupted") == whole, "an interrupted run came to something else")
    statuses = ", ".join(f"{count} with {status}" for status, count in sorted(ended.items(), reverse=True))
    print(f"20 interruptions ({statuses}): the same bits")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nabla", default=".build/release/nabla")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    # What is found out is seen at once, also in a file.
    sys.stdout.reconfigure(line_buffering=True)
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(os.path.abspath(arguments.nabla), folder)
        # The first run is slower, for what it reads is on no fast path yet.
        length = float("inf")
        for name in ["warm", "whole"]:
            start = time.monotonic()
            runs.finish(name)
            length = min(length, time.monotonic() - start)
        whole = runs.outcome("whole")
        expect(runs.outcome("warm") == whole, "two runs of one seed came to different things")
        print(f"a run that nothing happens to: {length:.1f} s, {len(whole[1])} records, {len(whole[0])} states")
        kills(runs, whole, length, arguments.kills, chance)
        two_writers(runs, whole)
        full_disk(runs, whole, chance)
        small_disk(runs, whole)
        readers(runs, whole)
        interruptions(runs, whole, length, chance)


main()
