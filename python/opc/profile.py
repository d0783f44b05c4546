"""Where the time of a run goes, as data."""

from typing import Any, NamedTuple


class KernelTime(NamedTuple):
    """What one kernel took, in all runs of a profile together."""

    name: str
    ops: tuple[str, ...]
    """What was fused into it, "opc.conv"."""
    nodes: tuple[str, ...]
    """The nodes of the model that it computes."""
    calls: int
    seconds: float
    flops: int
    """Arithmetic of all calls."""
    bytes: int
    """What all calls must at least read and write."""
    chip: str | None = None
    """Where it was placed, in a program for several."""
    estimate: float | None = None
    """Seconds that a call was expected to take there."""


class Launch(NamedTuple):
    """One call of a kernel."""

    kernel: str
    start: float
    """Seconds since the profile began."""
    seconds: float
    thread: int


class Profile(NamedTuple):
    """What `Model.profile` measured."""

    runs: int
    seconds: list[float]
    """Of each run, kernels and all else."""
    kernels: list[KernelTime]
    """The slowest first."""
    launches: list[Launch]
    """In the order in which they were; the first 2^20 of them."""


def make_profile(
    seconds: list[float], raw: dict[str, Any], manifest: dict[str, Any]
) -> Profile:
    """Puts the profile of the runtime (opc-c/opc.h) and the manifest together."""
    kernels = [_kernel(row, manifest) for row in raw["kernels"]]
    kernels.sort(key=lambda kernel: -kernel.seconds)
    launches = [
        Launch(
            event["kernel"],
            event["ts_ns"] / 1e9,
            event["dur_ns"] / 1e9,
            event["thread"],
        )
        for event in raw["events"]
    ]
    return Profile(len(seconds), seconds, kernels, launches)


def _kernel(row: dict[str, Any], manifest: dict[str, Any]) -> KernelTime:
    known = manifest.get("kernels", [])
    spec = known[row["index"]] if row["index"] < len(known) else {}
    places = manifest.get("locations", [])
    estimate = spec.get("estimate_us")
    return KernelTime(
        row["kernel"],
        tuple(spec.get("ops", ())),
        tuple(places[place] for place in spec.get("locations", ())),
        row["calls"],
        row["ns"] / 1e9,
        row["flops"],
        row["bytes"],
        spec.get("chip"),
        None if estimate is None else estimate / 1e6,
    )
