"""IR of small models as text, and mutations of it.

usage: ir_text.py REPORT      compiles each mutation in a child; writes JSON

What a text says may crash the process that reads it: the tests look at the report.
"""

import json
import pathlib
import random
import re
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
LIMIT = 60  # seconds for one text
MEMORY = 6 << 30  # bytes of address space for one text
MUTATIONS = 60  # of each model
RANDOM = np.random.default_rng(3)


def weight(name, *shape):
    values = RANDOM.standard_normal(shape).astype(np.float32)
    return numpy_helper.from_array(values, name)


def numbers(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def model(nodes, inputs, outputs, weights=(), opset=18):
    def info(name, kind, shape):
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        nodes,
        "graph",
        [info(*one) for one in inputs],
        [info(name, kind, None) for name, kind in outputs],
        weights,
    )
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def perceptron():
    """Weights above and below the size of a resource."""
    nodes = [
        node("MatMul", "x w", "h"),
        node("Add", "h b", "s"),
        node("Softmax", "s", "p", axis=-1),
        node("ReduceMean", "p axes", "y"),
    ]
    weights = [weight("w", 20, 12), weight("b", 12), numbers("axes", 1)]
    return model(nodes, [("x", FLOAT, ["batch", 20])], [("y", FLOAT)], weights)


def images():
    nodes = [
        node("Conv", "x w", "c", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("MaxPool", "c", "m", kernel_shape=[2, 2], ceil_mode=1),
        node("Resize", "m  scales", "r", mode="linear"),
        node("Pad", "r pads", "q", mode="reflect"),
        node("Transpose", "q", "y", perm=[0, 2, 3, 1]),
    ]
    nodes[2] = helper.make_node(
        "Resize", ["m", "", "scales"], ["r"], mode="linear"
    )
    scales = numpy_helper.from_array(
        np.array([1, 1, 2, 2], np.float32), "scales"
    )
    weights = [
        weight("w", 4, 3, 3, 3),
        scales,
        numbers("pads", 0, 0, 1, 1, 0, 0, 1, 1),
    ]
    return model(nodes, [("x", FLOAT, [1, 3, 12, 10])], [("y", FLOAT)], weights)


def checks():
    """Windows and counts whose fit only the run knows."""
    nodes = [
        node("Conv", "x w", "c"),
        node("MaxPool", "c", "m", kernel_shape=[2, 2], pads=[1, 1, 1, 1]),
        node("TopK", "m k", "y i"),
    ]
    weights = [weight("w", 4, 3, 3, 3), numbers("k", 2)]
    inputs = [("x", FLOAT, ["n", 3, "h", "w"])]
    return model(nodes, inputs, [("y", FLOAT), ("i", INT64)], weights)


def shapes():
    """Extents that are computed, sliced and bound."""
    nodes = [
        node("Shape", "x", "s"),
        node("Gather", "s zero", "n"),
        node("Unsqueeze", "n zeros", "n1"),
        node("Concat", "n1 rest", "target", axis=0),
        node("Reshape", "x target", "r"),
        node("Slice", "r zeros ends zeros", "c"),
        node("TopK", "c k", "v i", axis=1),
        node("GatherElements", "c i", "g", axis=1),
        node("Concat", "g v", "y", axis=0),
    ]
    weights = [
        numpy_helper.from_array(np.array(0, np.int64), "zero"),
        numbers("zeros", 0),
        numbers("rest", -1),
        numbers("ends", 3),
        numbers("k", 2),
    ]
    return model(nodes, [("x", FLOAT, ["n", 3, 4])], [("y", FLOAT)], weights)


def control():
    """A loop that carries and stacks, and two branches."""
    body = helper.make_graph(
        [
            node("Add", "a x", "next"),
            node("Identity", "go", "on"),
            node("Relu", "next", "row"),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", INT64, []),
            helper.make_tensor_value_info("go", BOOL, []),
            helper.make_tensor_value_info("a", FLOAT, [3]),
        ],
        [
            helper.make_tensor_value_info("on", BOOL, []),
            helper.make_tensor_value_info("next", FLOAT, [3]),
            helper.make_tensor_value_info("row", FLOAT, [3]),
        ],
    )
    branches = {
        f"{name}_branch": helper.make_graph(
            [node(op, "rows", name)],
            name,
            [],
            [helper.make_tensor_value_info(name, FLOAT, None)],
        )
        for name, op in (("then", "Exp"), ("else", "Neg"))
    }
    nodes = [
        node("Loop", "times yes x", "last rows", body=body),
        node("If", "c", "y", **branches),
    ]
    weights = [
        numpy_helper.from_array(np.array(4, np.int64), "times"),
        numpy_helper.from_array(np.array(True), "yes"),
    ]
    inputs = [("x", FLOAT, [3]), ("c", BOOL, [])]
    return model(nodes, inputs, [("y", FLOAT), ("last", FLOAT)], weights)


def recurrent():
    nodes = [
        node("LSTM", "x w r b", "s h", hidden_size=4),
        node("ScatterElements", "h i u", "y", axis=2),
    ]
    weights = [
        weight("w", 1, 16, 5),
        weight("r", 1, 16, 4),
        weight("b", 1, 32),
        numpy_helper.from_array(np.array([[[0, 2]]], np.int64), "i"),
        weight("u", 1, 1, 2),
    ]
    return model(nodes, [("x", FLOAT, ["t", 2, 5])], [("y", FLOAT)], weights)


MODELS = {
    f.__name__: f
    for f in (perceptron, images, checks, shapes, control, recurrent)
}


def text_of(made, folder):
    """The IR of a model after import, as a file that can be compiled."""
    import subprocess

    from support import BUILD

    onnx.save(made, folder / "model.onnx")
    command = [BUILD / "bin" / "opc", "compile", folder / "model.onnx"]
    command += ["--stop-after", "import", "-o", folder / "model.mlir"]
    subprocess.run(command, check=True)
    return (folder / "model.mlir").read_text()


NUMBER = re.compile(r"-?\b\d+\b")
TOKEN = re.compile(r'"[^"\n]*"|[%#@!]?[\w.$-]+|[^\s\w]')


def replaced(text, found, by):
    return text[: found.start()] + by + text[found.end() :]


def change_number(text, chance):
    found = chance.choice(list(NUMBER.finditer(text)))
    value = int(found[0])
    others = [0, 1, -1, 2, 7, value + 1, value - 1, 2**31, 2**62, -(2**63)]
    return replaced(text, found, str(chance.choice(others)))


def swap_tokens(text, chance):
    first, second = sorted(
        chance.sample(list(TOKEN.finditer(text)), 2), key=lambda m: m.start()
    )
    return (
        text[: first.start()]
        + second[0]
        + text[first.end() : second.start()]
        + first[0]
        + text[second.end() :]
    )


def drop_token(text, chance):
    return replaced(text, chance.choice(list(TOKEN.finditer(text))), "")


def copy_token(text, chance):
    tokens = list(TOKEN.finditer(text))
    return replaced(text, chance.choice(tokens), chance.choice(tokens)[0])


def drop_line(text, chance):
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def copy_line(text, chance):
    lines = text.splitlines(keepends=True)
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return "".join(lines)


def change_type(text, chance):
    kinds = (
        "f16 bf16 f32 f64 i1 i4 i8 i32 i64 ui8 si32 i128 index f8E5M2".split()
    )
    found = chance.choice(list(re.finditer(r"\b(f32|i64|i1)\b", text)))
    return replaced(text, found, chance.choice(kinds))


def change_dynamic(text, chance):
    places = list(re.finditer(r"<\d+x|<\?x|x\d+x|x\?x", text))
    if not places:
        return change_number(text, chance)
    found = chance.choice(places)
    extent = chance.choice(["?", "0", "5", "1099511627776"])
    return replaced(text, found, found[0][0] + extent + "x")


def cut_resource(text, chance):
    """A resource with another number of digits, or with another name."""
    found = list(re.finditer(r"0x[0-9A-Fa-f]{20,}", text))
    if not found:
        return drop_line(text, chance)
    one = chance.choice(found)
    return replaced(
        text, one, chance.choice([one[0][:-8], one[0] + "00" * 4, ""])
    )


CHANGES = (
    change_number,
    change_number,
    swap_tokens,
    drop_token,
    copy_token,
    drop_line,
    copy_line,
    change_type,
    change_dynamic,
    cut_resource,
)

#: Of BY_HAND, those whose brackets nest deeper than is supported.
TOO_DEEP = ("5000 nested modules", "brackets", "signs")

BY_HAND = {
    "5000 nested modules": "module {\n" * 5000 + "}\n" * 5000,
    "unknown dialect": "func.func @main() { no.such_op() : () -> () return }",
    "a buffer as argument": "func.func @main(%x: memref<4xf32>) -> memref<4xf32>"
    " { return %x : memref<4xf32> }",
    "no body": "func.func private @main(%x: tensor<4xf32>) -> tensor<4xf32>",
    "no result": "func.func @main(%x: tensor<4xf32>) { return }",
    "unranked": "func.func @main(%x: tensor<*xf32>) -> tensor<*xf32>"
    " { return %x : tensor<*xf32> }",
    "two blocks": "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32>"
    " { cf.br ^a ^a: return %x : tensor<4xf32> }",
    "a call": "func.func private @f(tensor<4xf32>) -> tensor<4xf32>\n"
    "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32>"
    " { %0 = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>"
    " return %0 : tensor<4xf32> }",
    "more elements": "func.func @main(%x: tensor<4xf32>) -> tensor<8xf32>"
    " { %0 = opc.reshape %x {dims = affine_map<() -> (8)>} :"
    " (tensor<4xf32>) -> tensor<8xf32> return %0 : tensor<8xf32> }",
    "signs": "func.func @main() attributes {a = affine_map<()[s] -> ("
    + "-" * 100000
    + "s)>} { return }",
    "brackets": "func.func @main() attributes {a = " + "[" * 100000 + "}",
    "a symbol that nobody binds": "func.func @main(%x: tensor<?xf32>"
    ' {opc.dims = affine_map<()[s0] -> (s0 * 2)>, opc.name = "x"}) -> tensor<?xf32>'
    ' attributes {opc.symbols = ["n"]} { %0 = opc.relu %x : (tensor<?xf32>)'
    " -> tensor<?xf32> return %0 : tensor<?xf32> }",
}


def mutations(name, text):
    chance = random.Random(name)
    for number in range(MUTATIONS):
        changed = text
        for _ in range(1 + number % 2):
            change = chance.choice(CHANGES)
            changed = change(changed, chance)
        yield f"{name} {number} {change.__name__}", changed


def say(text):
    """What opc makes of a text: an error's class and message, or ["ok", ""]."""
    import resource

    import opc
    import sanitizers

    if not sanitizers.preloaded():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.NamedTemporaryFile("w", suffix=".mlir") as file:
        file.write(text)
        file.flush()
        try:
            compiled = opc.compile(file.name, cache=False)
        except opc.Error as error:
            return [type(error).__name__, str(error)]
    try:
        inputs = [sample(spec) for spec in compiled.inputs]
        compiled.run(inputs)
    except opc.Error as error:
        return ["ok", str(error)]
    return ["ok", ""]


def sample(spec):
    """Ones of an input's type, its open extents 3."""
    shape = [d if isinstance(d, int) else 3 for d in spec.shape]
    return np.ones(shape, spec.dtype)


def main():
    import forked
    import opc

    opc.targets()
    texts = dict(BY_HAND)
    with tempfile.TemporaryDirectory() as folder:
        for name, build in MODELS.items():
            text = text_of(build(), pathlib.Path(folder))
            texts[f"{name} as it is"] = text
            texts.update(mutations(name, text))
    jobs = list(texts)
    rows = {
        name: value if state == forked.DONE else [state, value]
        for name, state, value in forked.run(
            jobs, lambda n: say(texts[n]), 2, LIMIT
        )
    }
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))
    if len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).write_text(json.dumps(texts))


if __name__ == "__main__":
    main()
