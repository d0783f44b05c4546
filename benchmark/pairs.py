"""Times two ways to say the same beside each other, where one may not be slower.

usage: python -m benchmark.pairs [--threads N] [--filter TEXT] [--rounds N]

Graphs whose extents all are without a name beside those where they are given, and
opc.map and opc.fold beside the named ops that compute the same. Exits 1 where the
second of a pair takes more than 1.1 times the first, or the results differ.
"""

import argparse
import itertools
import sys
import tempfile

import numpy as np
import onnx
import onnx.parser
import opc

from benchmark import engines, timing

LIMIT = 1.1
GELU = (
    " root = Constant <value = float {1.4142135}> ()"
    " one = Constant <value = float {1.0}> ()"
    " half = Constant <value = float {0.5}> ()"
    " d = Div (h, root) e = Erf (d) o = Add (e, one) m = Mul (h, o)"
    " y = Mul (m, half)"
)
ATTENTION = (
    "scale = Constant <value = float {{0.125}}> ()"
    " t = Transpose <perm = [0, 1, 3, 2]> (q1) s = MatMul (q0, t)"
    " d = Mul (s, scale) {mask} p = Softmax <axis = -1> ({scores})"
    " y = MatMul (p, q2)"
)
HEADS = [(1, 12, 256, 64)] * 3

# body of an ONNX graph whose inputs are q0, q1 ... and whose output is y; shapes
GRAPHS = {
    "add+relu": ("s = Add (q0, q1) y = Relu (s)", [(1024, 1024)] * 2),
    "bias+gelu": (
        "h = Add (q0, q1)" + GELU,
        [(1024, 1024), (1024,)],
    ),
    "attention": (ATTENTION.format(mask="", scores="d"), HEADS),
    "masked attention": (
        ATTENTION.format(mask="a = Add (d, q3)", scores="a"),
        [*HEADS, (1, 1, 256, 256)],
    ),
    "layer norm": (
        "y = LayerNormalization <axis = -1> (q0, q1, q2)",
        [(1024, 768), (768,), (768,)],
    ),
    "matmul": ("y = MatMul (q0, q1)", [(256, 512), (512, 512)]),
    "softmax": ("y = Softmax <axis = -1> (q0)", [(1024, 1000)]),
}

MATRIX = "tensor<1024x1000xf32>"
COLUMN = "tensor<1024x1xf32>"

# What the named op says, what a body says, and the type of the result.
BODIES = {
    "map of relu": (
        f"opc.relu %x : ({MATRIX}) -> {MATRIX}",
        f"""opc.map %x : ({MATRIX}) -> {MATRIX} {{
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %m = arith.maximumf %a, %zero : f32
    opc.element %m : f32
  }}""",
        MATRIX,
    ),
    "map of exp": (
        f"opc.exp %x : ({MATRIX}) -> {MATRIX}",
        f"""opc.map %x : ({MATRIX}) -> {MATRIX} {{
  ^bb0(%a: f32):
    %m = math.exp %a : f32
    opc.element %m : f32
  }}""",
        MATRIX,
    ),
    "fold of max": (
        f"opc.reduce %x {{axes = array<i64: 1>, keepdims = true,"
        f' kind = "max"}} : ({MATRIX}) -> {COLUMN}',
        f"""opc.fold %x {{axes = array<i64: 1>, keepdims = true,
      neutral = 0xFF800000 : f32}} : ({MATRIX}) -> {COLUMN} {{
  ^bb0(%t: f32, %n: f32):
    %m = arith.maximumf %t, %n : f32
    opc.element %m : f32
  }}""",
        COLUMN,
    ),
}


def graph(body, shapes, folder, name):
    """The file of an ONNX graph with these shapes of inputs."""
    inputs = ", ".join(
        f"float[{','.join(map(str, shape))}] q{i}"
        for i, shape in enumerate(shapes)
    )
    rank = max(map(len, shapes))
    result = ",".join(f"r{i}" for i in range(rank))
    model = onnx.parser.parse_model(
        f'<ir_version: 9, opset_import: ["" : 17]>'
        f" g ({inputs}) => (float[{result}] y) {{ {body} }}"
    )
    file = f"{folder}/{name}.onnx"
    onnx.save(model, file)
    return file


def unnamed(shapes):
    """The same ranks; no two extents have a name in common."""
    names = (f"n{i}" for i in itertools.count())
    return [tuple(next(names) for _ in shape) for shape in shapes]


def of_extents(name, folder):
    body, shapes = GRAPHS[name]
    random = np.random.default_rng(0)
    inputs = {
        f"q{i}": random.standard_normal(shape, np.float32)
        for i, shape in enumerate(shapes)
    }
    files = [
        graph(body, shapes, folder, "given"),
        graph(body, unnamed(shapes), folder, "open"),
    ]
    return files, inputs


def of_bodies(name, folder):
    *sources, result = BODIES[name]
    files = []
    for kind, source in zip(("named", "body"), sources, strict=True):
        files.append(f"{folder}/{kind}.mlir")
        with open(files[-1], "w") as file:
            file.write(
                f'func.func @main(%x: {MATRIX} {{opc.name = "x"}})'
                f' -> ({result} {{opc.name = "y"}}) {{\n'
                f"  %y = {source}\n  return %y : {result}\n}}\n"
            )
    random = np.random.default_rng(0)
    return files, {"x": random.standard_normal((1024, 1000), np.float32)}


def measure(files, inputs, arguments):
    """Least seconds of each of two files, and how much the results differ."""
    models = [
        opc.compile(file, threads=arguments.threads, cache=False)
        for file in files
    ]
    results = [model.run(inputs) for model in models]
    calls = {
        i: (lambda model=model: model.run(inputs))
        for i, model in enumerate(models)
    }
    best = timing.interleaved(calls, arguments.rounds)
    return best[0], best[1], engines.relative_difference(*results[::-1])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--filter", default="", help="part of a name")
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


def main():
    arguments, status = parse(), 0
    pairs = [(of_extents, GRAPHS), (of_bodies, BODIES)]
    print(f"{'pair':24}{'first ms':>12}{'second ms':>12}{'ratio':>8}")
    for make, table in pairs:
        for name in table:
            if arguments.filter not in name:
                continue
            with tempfile.TemporaryDirectory() as folder:
                first, second, off = measure(*make(name, folder), arguments)
            wrong = off > 1e-6
            slow = second > LIMIT * first
            said = "  differs" if wrong else "  too slow" if slow else ""
            print(
                f"{name:24}{1e3 * first:12.3f}{1e3 * second:12.3f}"
                f"{second / first:8.2f}{said}",
                flush=True,
            )
            status |= wrong or slow
    return status


if __name__ == "__main__":
    sys.exit(main())
