#!/usr/bin/env python3
"""Random graphs of PyTorch operators, forward and backward, against eager.

usage: scripts/torch_fuzz.py [--count N] [--first SEED] [--reduce FOLDER]

Each seed is a graph (python/tests/jit/fuzz/random_graphs.py), compiled in a process
of its own. A result, a gradient or a changed input that is further from eager's than
rounding explains is wrong, as float64 decides. With --reduce what fails is shrunk to
the few operators that show it, as a script in that folder. Ctrl-C ends it early, with
what was found until then. The exit status is 1 if anything fails.
"""

import argparse
import collections
import pathlib
import sys

import forked

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python/tests/jit/fuzz"))
FAULTS = ("wrong", "error", forked.CRASH, forked.HANG)
LIMIT = 120


def tried(seed):
    """Kind of the failure, and why; runs in a process of its own."""
    import random_graphs
    import torch

    from opc.torch import trials

    torch.set_num_threads(1)
    case = random_graphs.case(seed)
    found = trials.failure(case.function, case.inputs)
    return found or ("agrees", "")


def reduced(seed, folder):
    """Writes the script that shows what is wrong with a seed."""
    import random_graphs

    import opc.torch

    case = random_graphs.case(seed)
    file = folder / f"seed{seed}.py"
    found = opc.torch.reduce(case.function, case.inputs, file=file)
    if found:
        print(f"  {found.nodes()} operators: {file}")


class Found:
    """What became of seeds."""

    def __init__(self):
        self.count, self.failed = collections.Counter(), []
        self.lacking = collections.Counter()

    def add(self, seed, kind, why):
        self.count[kind] += 1
        if kind == "refused":
            lines = why.split("\n")
            self.lacking.update({line.partition(" of ")[0] for line in lines})
        if kind in FAULTS:
            self.failed.append(seed)
            print(f"seed {seed}: {kind}: {why}", flush=True)

    def show(self):
        print(", ".join(f"{n} {kind}" for kind, n in self.count.items()))
        for name, number in self.lacking.most_common():
            print(f"{number} with {name}, which PyTorch executed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--reduce", type=pathlib.Path)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    import random_graphs  # noqa: F401 (once, for all that are forked)

    import opc.torch  # noqa: F401

    seeds = list(range(args.first, args.first + args.count))
    results = forked.run(seeds, tried, args.processes, LIMIT)
    found = Found()
    try:
        for seed, state, value in forked.progress(
            results, len(seeds), "graphs"
        ):
            kind, why = value if state == forked.DONE else (state, value)
            found.add(seed, kind, why)
    except KeyboardInterrupt:
        results.close()
    found.show()
    for seed in found.failed if args.reduce else ():
        args.reduce.mkdir(parents=True, exist_ok=True)
        reduced(seed, args.reduce)
    return int(bool(found.failed))


if __name__ == "__main__":
    sys.exit(main())
