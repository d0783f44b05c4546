"""Times this build of opc beside another, say of the commit before a change.

usage: python -m benchmark.before PACKAGES [--sets operators,blocks,models]

PACKAGES is the folder build/python of the other tree. Both compile and run the
same files, in turns, each in a process of its own. Exits 1 where the geometric
mean of a set is more than 3 % slower, or a row more than 10 % when measured
three times, or where the results differ.
"""

import argparse
import contextlib
import pathlib
import sys
import tempfile

import opc

from benchmark import blocks, compare, engines, models, operators, worker

NOW = pathlib.Path(opc.__file__).parent.parent
MEAN, ROW, TRIES = 1.03, 1.10, 3


def cases_of(title, folder):
    """name -> a function that gives the Case, for a set."""
    if title == "models":
        return models.CASES
    module, table = {
        "operators": (operators, operators.OPERATORS),
        "blocks": (blocks, blocks.MODELS),
    }[title]
    return {
        name: lambda name=name: module.make_case(name, folder) for name in table
    }


def seconds(pair, arguments):
    """Least seconds of each of two workers, which take turns."""
    best = [float("inf")] * len(pair)
    for _ in range(arguments.rounds):
        for index, one in enumerate(pair):
            best[index] = min(best[index], one.least(arguments.slice))
    return best


def measure(case, threads, arguments):
    """(before, now) seconds, the same of compiling, and how results differ."""
    with contextlib.ExitStack() as stack:
        pair = [
            stack.enter_context(worker.Worker(packages, case, threads))
            for packages in (arguments.packages, NOW)
        ]
        compiling = [one.compiling for one in pair]
        difference = engines.relative_difference(
            pair[1].outputs, pair[0].outputs
        )
        best = seconds(pair, arguments)
        for _ in range(TRIES - 1):
            if best[1] > ROW * best[0]:
                again = seconds(pair, arguments)
                best = list(map(min, best, again))
        return best, compiling, difference


def report(title, cases, threads, arguments):
    """Prints a line for each case; what is slower or differs, as lines."""
    print(f"\n{title}, {threads} thread(s), least time of a run")
    print(
        f"{'case':28}{'before ms':>12}{'now ms':>12}{'now/before':>12}", end=""
    )
    print(f"{'compiling s':>16}")
    ratios, faults = [], []
    for name, make_case in cases.items():
        if arguments.filter not in name:
            continue
        case = make_case()
        try:
            measured = measure(case, threads, arguments)
        except RuntimeError as error:
            faults.append(f"  {name}: {error}")
            continue
        (before, now), compiling, difference = measured
        ratios.append(now / before)
        print(
            f"{name:28}{1e3 * before:12.3f}{1e3 * now:12.3f}{ratios[-1]:12.2f}"
            f"{compiling[0]:8.2f}{compiling[1]:8.2f}",
            flush=True,
        )
        if ratios[-1] > ROW:
            faults.append(f"  {name}: {ratios[-1]:.2f} times the time")
        if not difference <= case.tolerance:
            faults.append(f"  {name}: results differ by {difference:.1e}")
    mean = compare.geometric_mean(ratios)
    if mean:
        print(f"{'geometric mean':28}{'':24}{mean:12.2f}")
    if mean and mean > MEAN:
        faults.append(f"  {title}: {mean:.2f} times the time on the whole")
    return faults


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("packages", type=pathlib.Path)
    parser.add_argument("--sets", default="operators,blocks,models")
    parser.add_argument("--threads", default="1,2", help="e.g. 1,2")
    parser.add_argument("--filter", default="", help="part of a case's name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--slice", type=float, default=0.05, help="seconds a turn"
    )
    arguments = parser.parse_args()
    if not (arguments.packages / "opc").is_dir():
        parser.error(f"no package named opc in {arguments.packages}")
    return arguments


def main():
    arguments, faults = parse(), []
    with tempfile.TemporaryDirectory() as folder:
        for threads in map(int, arguments.threads.split(",")):
            for title in arguments.sets.split(","):
                cases = cases_of(title, folder)
                faults += report(title, cases, threads, arguments)
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
