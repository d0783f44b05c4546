#!/usr/bin/env python3
"""Measures what a chip's "speed" says (docs/Devices.md), where it runs here.

usage: benchmark/speeds.py [TARGET ...]

Kernels are timed one at a time, copies as what a run takes besides them.
"""

import json
import sys

import numpy as np
import opc

RUNS = 7


def graph(op, *extents):
    """One op on inputs x and y, or x alone."""
    types = ["x".join(map(str, each)) + "xf32" for each in extents]
    inputs, result = types[:-1], types[-1]
    names = "xy"[: len(inputs)]
    arguments = ", ".join(
        f'%{name}: tensor<{kind}> {{opc.name = "{name}"}}'
        for name, kind in zip(names, inputs, strict=True)
    )
    operands = ", ".join(f"%{name}" for name in names)
    taken = ", ".join(f"tensor<{kind}>" for kind in inputs)
    return (
        f"func.func @main({arguments}) -> (tensor<{result}> "
        f'{{opc.name = "r"}}) attributes {{opc.symbols = []}} {{\n'
        f"  %0 = {op[0]} {operands} {op[1]} : ({taken}) -> tensor<{result}>\n"
        f"  return %0 : tensor<{result}>\n}}\n"
    )


def seconds(target, op, *extents):
    """Of the kernel, and of the rest of a run; the least of several."""
    compiled = opc.compile(graph(op, *extents), target=target, cache=False)
    feeds = {
        name: np.ones(shape, np.float32)
        for name, shape in zip("xy", extents[:-1], strict=False)
    }
    compiled.run(feeds)
    inside = min(
        compiled.profile(feeds, runs=1).kernels[0].seconds for _ in range(RUNS)
    )
    whole = min(compiled.profile(feeds, runs=1).seconds[0] for _ in range(RUNS))
    return inside, whole - inside


def measure(target):
    product = ("opc.matmul", "{transpose_a = false, transpose_b = false}")
    scan = (
        "opc.cumulative",
        '{kind = "sum", axis = 1 : i64, exclusive = false, reverse = false}',
    )
    n, many = 768, 1 << 23
    compute, _ = seconds(target, product, (n, n), (n, n), (n, n))
    serial, _ = seconds(target, scan, (1, 1 << 20), (1, 1 << 20))
    stream, copies = seconds(target, ("opc.neg", ""), (many,), (many,))
    launch, wait = seconds(target, ("opc.neg", ""), (1,), (1,))
    return {
        "gflops": 2 * n**3 / compute / 1e9,
        "serial_gflops": (1 << 20) / serial / 1e9,
        "bandwidth_gbs": 8 * many / stream / 1e9,
        "launch_us": launch * 1e6,
        "link_us": wait / 2 * 1e6,
        "link_gbs": 8 * many / copies / 1e9,
    }


def main():
    for target in sys.argv[1:] or ["cpu"]:
        speed = {name: float(f"{x:.3g}") for name, x in measure(target).items()}
        print(f"{target}: {json.dumps(speed)}")


if __name__ == "__main__":
    main()
