"""What compiling the public models costs: seconds, and peak memory.

usage: python -m benchmark.compiling [--filter TEXT] [--rounds N]

Each compilation is a process of its own without the cache; the least time of N
counts, and of it the part that was not spent waiting for other programs. Exits 1
where one takes longer than SECONDS.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import fetch_models

SECONDS = 5

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


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="", help="part of a model's name")
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
    print("\n".join(slow), end="\n" if slow else "")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
