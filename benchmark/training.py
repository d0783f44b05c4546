"""Trains nets with opc, eager and Inductor: how far losses drift, what a step takes.

usage: python -m benchmark.training [--filter TEXT] [--steps N] [--threads N]
                                    [--rounds N]

Losses are compared with eager's, as the greatest relative difference over the steps.
Beside it are eager's from eager in float64, which is what rounding alone does, and
opc's from eager's where both are in float64: what a formula that is wrong would do.
Rounding in f32 grows beyond any limit in nets with kinks (ReLU, max pooling), so that
of those float64 alone is judged.
Times are the least of steps that take turns; the ratio is to the better of eager and
Inductor. Exit code 1: a limit is passed.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

import torch

from benchmark import timing
from benchmark.training_cases import CASES, Case, Training, apart

GREATEST_DRIFT = 1e-3
GREATEST_DRIFT_OF_DOUBLES = 1e-6
GREATEST_RATIO = 1.2

# Recurrent layers are refused by Dynamo unless it is told to unroll them.
_unrolled = torch._dynamo.config.patch(allow_rnn=True)


def _compiled(backend: str) -> Callable[[Any], Any]:
    return lambda function: torch.compile(function, backend=backend)


ENGINES = {
    "eager": lambda function: function,
    "inductor": _compiled("inductor"),
    "opc": _compiled("opc"),
}


@_unrolled
def drift(case: Case, steps: int) -> dict[str, float]:
    """How far losses are apart: those of opc and eager, of eager in both types, of
    opc and eager in float64."""
    torch._dynamo.reset()
    eager, exact, ours, ours_exact = (
        Training(case, ENGINES[engine], dtype).losses(steps)
        for engine in ("eager", "opc")
        for dtype in (torch.float32, torch.float64)
    )
    return {
        "opc-eager": apart(ours, eager),
        "eager-f64": apart(eager, exact),
        "both f64": apart(ours_exact, exact),
    }


@_unrolled
def seconds(case: Case, rounds: int) -> dict[str, float]:
    """The least time of a step of each engine, taking turns."""
    torch._dynamo.reset()
    calls = {}
    for name, wrap in ENGINES.items():
        training = Training(case, wrap)
        batch = training.next()
        calls[name] = lambda t=training, b=batch: t.step(*b)
        for _ in range(2):  # compiles; the optimiser makes its state
            calls[name]()
    return timing.interleaved(calls, rounds, slice_seconds=0.3)


def ratio(times: dict[str, float]) -> float:
    """opc's time beside that of the better peer."""
    return times["opc"] / min(times["eager"], times["inductor"])


def report(name: str, drifts: dict[str, float], times: dict[str, float]) -> str:
    """A line of the table."""
    drifted = "".join(f"{value:11.1e}" for value in drifts.values())
    took = "".join(f"{1e3 * value:10.2f}" for value in times.values())
    return f"{name:12}{drifted}{took}{ratio(times):8.2f}"


def faults(
    name: str, drifts: dict[str, float], times: dict[str, float]
) -> list[str]:
    """What passes its limit."""
    limits = {"both f64": GREATEST_DRIFT_OF_DOUBLES}
    if CASES[name].is_smooth:
        limits["opc-eager"] = GREATEST_DRIFT
    found = [
        f"  {name}: losses are {drifts[which]:.1e} apart ({which}), the limit "
        f"is {limit:.0e}"
        for which, limit in limits.items()
        if drifts[which] > limit
    ]
    if ratio(times) > GREATEST_RATIO:
        found.append(
            f"  {name}: a step takes {ratio(times):.2f} times the better of "
            f"eager and Inductor, the limit is {GREATEST_RATIO}"
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="", help="part of a name")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    print(
        f"\n{f'{given.steps} steps':12}{'opc-eager':>11}{'eager-f64':>11}"
        f"{'both f64':>11}"
        + "".join(f"{f'{name} ms':>10}" for name in ENGINES)
        + f"{'ratio':>8}"
    )
    found = []
    for name, case in CASES.items():
        if given.filter not in name:
            continue
        results = drift(case, given.steps), seconds(case, given.rounds)
        print(report(name, *results), flush=True)
        found += faults(name, *results)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
