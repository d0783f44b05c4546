"""What compiling costs: seconds and peak memory of the public models, and how
many times the CPU time a graph of four times the nodes takes.

usage: python -m benchmark.compiling [--filter TEXT] [--rounds N]

Each compilation is a process of its own without the cache; the least time of N
counts, and of it the part that was not spent waiting for other programs. Exits 1
where a model takes longer than SECONDS, or a graph GREATEST_RATIO times as long.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import opc

from benchmark import growing

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_models

SECONDS = 5

# Between 4 (linear) and 16 (quadratic), in the middle of their logarithms.
GREATEST_RATIO = 8.0
GROWING = {
    growing.chain: 800,
    growing.reduced: 400,
    growing.split: 600,
    growing.concat: 1000,
    growing.split_concat: 500,
    growing.apart: 400,
    growing.captured: 500,
    growing.nested: 125,
}
TARGETS = ("cpu", "reference")

COST = """
import json, re, sys, time
import opc
start, work = time.monotonic(), time.process_time()
opc.compile(sys.argv[1], cache=False)
seconds = min(time.monotonic() - start, time.process_time() - work)
# Of this program alone: getrusage counts what its parent had, too.
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())
print(json.dumps([seconds, int(peak[1]) / 1000]))
"""


def cost(file):
    """Seconds and peak megabytes of one compilation of `file`."""
    command = [sys.executable, "-c", COST, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def least(file, rounds):
    """The least of each over `rounds` compilations."""
    costs = [cost(file) for _ in range(rounds)]
    return tuple(map(min, zip(*costs, strict=True)))


def seconds_of(case, target):
    """The CPU time of one compilation."""
    start = time.process_time()
    opc.compile(case[0], target=target, cache=False)
    return time.process_time() - start


def ratio(make, size, target, rounds):
    """What a compilation costs whatever its size makes it smaller, never
    greater; the least is what other work on the machine leaves."""
    small, large = make(size), make(4 * size)
    return min(
        seconds_of(large, target) / seconds_of(small, target)
        for _ in range(rounds)
    )


def grow(pattern, rounds):
    """The lines of what takes too long."""
    print(
        f"\n{'four times the nodes':24}" + "".join(f"{t:>12}" for t in TARGETS)
    )
    slow = []
    for make, size in GROWING.items():
        name = make.__name__
        if pattern not in name:
            continue
        ratios = [ratio(make, size, target, rounds) for target in TARGETS]
        print(f"{name:24}" + "".join(f"{r:11.1f}x" for r in ratios))
        slow += [
            f"  {name} of {size} to {4 * size} nodes, {target}: {r:.1f} times "
            f"the CPU time, the limit is {GREATEST_RATIO}"
            for target, r in zip(TARGETS, ratios, strict=True)
            if r >= GREATEST_RATIO
        ]
    return slow


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="", help="part of a name")
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


def main():
    arguments = parse()
    print(f"\n{'compiling':24}{'s':>8}{'peak MB':>10}{'file MB':>10}")
    slow = []
    for name in fetch_models.MODELS:
        if arguments.filter not in name:
            continue
        file = fetch_models.path(name)
        seconds, megabytes = least(file, arguments.rounds)
        size = file.stat().st_size / 1e6
        print(f"{name:24}{seconds:8.2f}{megabytes:10.0f}{size:10.1f}")
        if seconds > SECONDS:
            slow.append(f"  {name}: {seconds:.2f} s, the limit is {SECONDS} s")
    slow += grow(arguments.filter, arguments.rounds)
    print("\n".join(slow), end="\n" if slow else "")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
