"""Times cases on every engine and reports them: table, JSON and plot.

A case is an ONNX file, inputs, and maybe a function on torch tensors that does
the same. The reference for results is onnxruntime's.
"""

import argparse
import collections
import json
import math
import pathlib
import sys

from benchmark import engines, timing

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE = 1e-3  # relative to the greatest value; order of summation is free

Case = collections.namedtuple(
    "Case", "path inputs torch tolerance", defaults=[None, TOLERANCE]
)

PEERS = ("onnxruntime", "openvino", "torch")


def makers(case, chosen):
    """The engines that can run a case; onnxruntime leads, as the reference."""
    table = {
        "onnxruntime": engines.onnxruntime,
        "opc": engines.opc,
        "openvino": engines.openvino,
    }
    if case.torch:
        table["torch"] = engines.torch(case.torch)
    return {name: make for name, make in table.items() if name in chosen}


def one_line(error, width=160):
    return " ".join(f"{type(error).__name__}: {error}".split())[:width]


def prepare(name, case, chosen, threads):
    """Engines that are ready to run the case, and what is wrong with the others."""
    ready, faults, reference = {}, {}, None
    for engine, make in makers(case, chosen).items():
        try:
            call = make(case.path, case.inputs, threads)
            outputs = call()
        except Exception as error:  # a peer's failure may not end the run
            faults[engine] = f"{name}: {engine}: {one_line(error)}"
            continue
        reference = outputs if reference is None else reference
        difference = engines.relative_difference(outputs, reference)
        if difference > case.tolerance:
            faults[engine] = f"{name}: {engine}: differs by {difference:.1e}"
        else:
            ready[engine] = call
    return ready, faults


def geometric_mean(values):
    """None for no values."""
    if not values:
        return None
    return math.exp(sum(map(math.log, values)) / len(values))


def ratios(rows, engine):
    """The engine's time over opc's for each case that both ran."""
    return [
        times[engine] / times["opc"]
        for times in rows.values()
        if engine in times and "opc" in times
    ]


def cell(times, engine):
    if engine not in times:
        return f"{'-':>12}{'':8}"
    ratio = f"{times[engine] / times['opc']:7.2f}x" if "opc" in times else ""
    return f"{1e3 * times[engine]:12.3f}{ratio if engine != 'opc' else '':>8}"


def measure(cases, threads, arguments):
    """Seconds for each case and engine; prints a line as each case is done."""
    columns = [name for name in ("opc", *PEERS) if name in arguments.engines]
    heading = "".join(f"{name + ' ms':>12}{'':8}" for name in columns)
    print(f"\n{threads} thread(s), least time; beside it, that time over opc's")
    print(f"{'case':24}{heading}")
    rows, faults = {}, {}
    for name, make_case in cases.items():
        if arguments.filter not in name:
            continue
        try:
            case = make_case()
        except Exception as error:
            faults[name, "case"] = f"{name}: {one_line(error)}"
            continue
        ready, wrong = prepare(name, case, arguments.engines, threads)
        rows[name] = timing.interleaved(
            ready, arguments.rounds, arguments.slice
        )
        faults.update({(name, engine): text for engine, text in wrong.items()})
        line = "".join(cell(rows[name], column) for column in columns)
        print(f"{name:24}{line}", flush=True)
    means = {name: geometric_mean(ratios(rows, name)) for name in columns[1:]}
    print(
        f"{'geometric mean':24}{'':20}"
        + "".join(f"{m:19.2f}x" if m else f"{'-':>20}" for m in means.values())
    )
    for text in faults.values():
        print(f"  {text}")
    return rows, means, faults


def plot(rows, threads, file):
    """Bars of each peer's time over opc's; right of 1, opc is faster."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    names = [name for name, times in rows.items() if "opc" in times][::-1]
    peers = [
        peer for peer in PEERS if any(peer in rows[name] for name in names)
    ]
    figure, axes = pyplot.subplots(figsize=(8, 1.5 + 0.4 * len(names)))
    height = 0.8 / max(len(peers), 1)
    for index, peer in enumerate(peers):
        pairs = [
            (position + (len(peers) - index - 0.5) * height - 0.4, rows[name])
            for position, name in enumerate(names)
            if peer in rows[name]
        ]
        values = [times[peer] / times["opc"] for _, times in pairs]
        lengths = [value - 1 for value in values]
        places = [place for place, _ in pairs]
        axes.barh(places, lengths, height, left=1, label=peer)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    least, most = axes.get_xlim()
    axes.set_xlim(min(least, 0.5), max(most, 2))
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}x")
    axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(
        f"time over opc's, {threads} thread(s); right of 1 opc is faster"
    )
    axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    pyplot.close(figure)


def parse(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", default="1,2", help="e.g. 1,2")
    parser.add_argument("--filter", default="", help="part of a case's name")
    parser.add_argument("--engines", default="opc," + ",".join(PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--slice", type=float, default=0.05, help="seconds a turn"
    )
    parser.add_argument(
        "--output", type=pathlib.Path, default=ROOT / "build/bench"
    )
    arguments = parser.parse_args()
    arguments.engines = arguments.engines.split(",")
    return arguments


def main(title, description, cases):
    """Measures `cases` (name -> function that gives a Case); the exit status."""
    arguments = parse(description)
    arguments.output.mkdir(parents=True, exist_ok=True)
    results, failed = {}, False
    for threads in map(int, arguments.threads.split(",")):
        rows, means, faults = measure(cases, threads, arguments)
        results[threads] = {"seconds": rows, "geometric_mean_over_opc": means}
        results[threads]["faults"] = list(faults.values())
        failed |= any(engine in ("opc", "case") for _, engine in faults)
        if "opc" in arguments.engines:
            plot(rows, threads, arguments.output / f"{title}-{threads}.png")
    file = arguments.output / f"{title}.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    print(
        f"\nwritten: {arguments.output}/{title}*.png and {file}",
        file=sys.stderr,
    )
    return 1 if failed else 0
