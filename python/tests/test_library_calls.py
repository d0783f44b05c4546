"""Compiled programs ask libc and libm for functions, and nothing else for any.

LLVM turns what a chip cannot do into calls of a compiler's support library
(__truncsfbf2), which is not there when a user loads a program. Here every
element-wise op on every type that may need one is compiled for every chip.
"""

import ctypes
import functools
import itertools
import json
import subprocess

import pytest
from support import BUILD

OPC = BUILD / "bin/opc"

FLOATS = ("f16", "bf16", "f32", "f64")
INTEGERS = ("i8", "i16", "i32", "i64", "ui8", "ui16", "ui32", "ui64")
# Of one float; with attributes where an op has them.
UNARY = (
    "ceil floor round sqrt exp log sin cos tan asin acos atan sinh cosh tanh "
    "asinh acosh atanh erf erfc expm1 log1p abs neg sign relu reciprocal "
    "sigmoid softplus softsign mish hard_swish"
).split()
ALPHA = "leaky_relu elu celu swish thresholded_relu".split()
BINARY = "add sub mul div min max fmod mod prelu pow".split()
COMPARE = "equal less less_equal greater greater_equal".split()
EXTENT = 37  # whole vectors of every chip, and a rest


def chips():
    text = subprocess.run(
        [OPC, "targets", "--json"], capture_output=True, text=True, check=True
    ).stdout
    return [
        f"{target['name']}:{chip['name']}"
        for target in json.loads(text)["targets"]
        for chip in target["chips"]
        # Programs for devices call what the host's do, and kernels nothing.
        if not chip["device"]["name"]
    ]


class Graph:
    """The text of a @main that grows by ops, each of which is an output."""

    def __init__(self):
        self.inputs, self.lines, self.outputs = [], [], []

    def input(self, element):
        name = f"%x{len(self.inputs)}"
        self.inputs.append((name, f"tensor<{EXTENT}x{element}>"))
        return self.inputs[-1]

    def op(self, mnemonic, operands, results, attributes=""):
        """`results` is the type of the one result, or a list of types."""
        kinds = [results] if isinstance(results, str) else results
        value = f"%y{len(self.outputs)}"
        names = ", ".join(name for name, _ in operands)
        types = ", ".join(kind for _, kind in operands)
        self.lines.append(
            f"  {value}:{len(kinds)} = opc.{mnemonic} {names} {attributes} : "
            f"({types}) -> ({', '.join(kinds)})"
        )
        for index, kind in enumerate(kinds):
            self.outputs.append((f"{value}#{index}", kind))

    def text(self):
        def named(values, prefix):
            return ", ".join(
                f'{name}{{opc.name = "{prefix}{i}"}}'
                for i, name in enumerate(values)
            )

        inputs = named([f"{n}: {t} " for n, t in self.inputs], "x")
        results = named([f"{t} " for _, t in self.outputs], "y")
        names = ", ".join(name for name, _ in self.outputs)
        types = ", ".join(kind for _, kind in self.outputs)
        body = "\n".join(self.lines)
        return (
            f"func.func @main({inputs}) -> ({results}) {{\n{body}\n"
            f"  return {names} : {types}\n}}\n"
        )


def add_casts(graph):
    values = {t: graph.input(t) for t in (*FLOATS, *INTEGERS, "i1")}
    for source, result in itertools.permutations(values, 2):
        if source not in FLOATS and result not in FLOATS:
            continue
        kind = values[result][1]
        graph.op("cast", [values[source]], kind)
        if result in INTEGERS:
            graph.op("cast", [values[source]], kind, "{saturate = true}")


def add_functions(graph, element):
    x, y, c = graph.input(element), graph.input(element), graph.input("i1")
    kind, truth = x[1], c[1]
    for mnemonic in UNARY:
        graph.op(mnemonic, [x], kind)
    for mnemonic in ALPHA:
        graph.op(mnemonic, [x], kind, "{alpha = 0.5 : f64}")
    for mnemonic in BINARY:
        graph.op(mnemonic, [x, y], kind)
    for mnemonic in COMPARE:
        graph.op(mnemonic, [x, y], truth)
    graph.op("isnan", [x], truth)
    graph.op("select", [c, x, y], kind)
    for approximate in ("none", "tanh"):
        graph.op("gelu", [x], kind, f'{{approximate = "{approximate}"}}')


def add_rows(graph, element):
    x = graph.input(element)
    scalar, indices = f"tensor<{element}>", f"tensor<{EXTENT}xi64>"
    for kind in ("sum", "max", "min", "prod"):
        attributes = f'kind = "{kind}", axes = array<i64: 0>, keepdims = false'
        graph.op("reduce", [x], scalar, f"{{{attributes}}}")
    graph.op("softmax", [x], x[1], "{axis = 0 : i64}")
    for order in ("true", "false"):
        graph.op(
            "unique",
            [x],
            [x[1], indices, indices, indices, "tensor<i64>"],
            f"{{axis = 0 : i64, sorted = {order}}}",
        )


# What an op does with one value, a choice, and another: LLVM moves conversions
# through choices and exact functions.
def add_chains(graph, element):
    x, y, c = graph.input(element), graph.input(element), graph.input("i1")
    for first, last in itertools.product(("ceil", "neg", "abs"), COMPARE[:2]):
        graph.op(first, [x], x[1])
        graph.op("select", [c, graph.outputs[-1], y], x[1])
        graph.op(last, [graph.outputs[-1], x], c[1])


@functools.cache
def program():
    graph = Graph()
    add_casts(graph)
    for element in FLOATS:
        add_functions(graph, element)
        add_chains(graph, element)
        add_rows(graph, element)
    return graph.text()


@pytest.mark.parametrize("chip", chips())
def test_needs_libc_and_libm_alone(chip, tmp_path):
    source, library = tmp_path / "all.mlir", tmp_path / "all.so"
    source.write_text(program())
    command = [OPC, "compile", source, "-o", library, "--target", chip]
    done = subprocess.run(
        [*command, "--no-cache"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    listing = subprocess.run(
        ["llvm-nm-22", "-D", "--undefined-only", "--format=just-symbols"]
        + [library],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.split("@")[0] for line in listing.stdout.split()]
    assert names  # the functions of libm
    known = [ctypes.CDLL("libm.so.6"), ctypes.CDLL("libc.so.6")]
    assert not [n for n in names if not any(hasattr(k, n) for k in known)]
