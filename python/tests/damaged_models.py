"""Damaged and adversarial ONNX models, and what opc says to each.

usage: damaged_models.py REPORT      runs all, each in a child; writes JSON

Every entry of `models()` is bytes; the process that reads them may crash, so the
tests look at the report only.
"""

import json
import pathlib
import random
import sys

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
LIMIT = 60  # seconds for one model
MEMORY = 6 << 30  # bytes of address space for one model


def info(name, shape=(2, 3), kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def node(op, inputs="x", outputs="y", **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def model(nodes, inputs=None, outputs=None, weights=(), opset=18, **options):
    graph = helper.make_graph(
        nodes,
        "graph",
        inputs or [info("x")],
        outputs or [info("y", None)],
        weights,
    )
    opsets = [helper.make_opsetid("", opset)] if opset else []
    return helper.make_model(
        graph, opset_imports=opsets, ir_version=9, **options
    )


def sound():
    """A model with a bit of everything, to be damaged."""
    weights = [
        numpy_helper.from_array(np.ones((3, 4), np.float32), "w"),
        numpy_helper.from_array(np.array([4, 2]), "shape"),
    ]
    branch = helper.make_graph(
        [node("Relu", "r", "t")], "then", [], [info("t")]
    )
    other = helper.make_graph([node("Neg", "r", "e")], "else", [], [info("e")])
    nodes = [
        node("MatMul", "x w", "m"),
        node("Reshape", "m shape", "r"),
        node("ReduceMax", "r", "big", keepdims=0),
        node("Greater", "big zero", "c"),
        node("If", "c", "y", then_branch=branch, else_branch=other),
    ]
    weights.append(numpy_helper.from_array(np.float32(0), "zero"))
    return model(nodes, weights=weights)


def tensor(name, dims, kind=FLOAT, raw=b""):
    return TensorProto(name=name, dims=dims, data_type=kind, raw_data=raw)


def with_weight(weight, op="Add"):
    return model([node(op, "x w")], weights=[weight])


def external(**entries):
    weight = TensorProto(name="w", dims=[2, 3], data_type=FLOAT)
    weight.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        weight.external_data.add(key=key, value=value)
    return with_weight(weight)


def bad_weights():
    yield "short data", with_weight(tensor("w", [2, 3], raw=bytes(8)))
    yield "long data", with_weight(tensor("w", [2, 3], raw=bytes(80)))
    yield "no data", with_weight(tensor("w", [2, 3]))
    yield "negative extent", with_weight(tensor("w", [-2, 3], raw=bytes(24)))
    yield "overflowing extents", with_weight(tensor("w", [2**62, 2**62, 16]))
    yield "terabytes", with_weight(tensor("w", [2**20, 2**20]))
    yield "unknown type", with_weight(tensor("w", [2, 3], 77, bytes(24)))
    yield "no type", with_weight(tensor("w", [2, 3], 0, bytes(24)))
    yield "strings", with_weight(tensor("w", [2, 3], TensorProto.STRING))
    yield "rank 1000", with_weight(tensor("w", [1] * 1000, raw=bytes(4)))
    two = [tensor("w", [1], raw=bytes(4)), tensor("w", [1], raw=bytes(4))]
    yield "two weights of one name", model([node("Add", "x w")], weights=two)
    yield "external missing", external(location="no-such-file")
    yield "external absolute", external(location="/etc/passwd")
    yield "external climbing", external(location="../../etc/passwd")
    yield "external nameless", external(offset="0")
    yield "external offset", external(location=".", offset="-5")
    yield (
        "external length",
        external(location=".", length="99999999999999999999"),
    )


def bad_graphs():
    yield "cycle", model([node("Add", "x b", "a"), node("Relu", "a", "b")])
    yield "self cycle", model([node("Add", "x y", "y")])
    yield "undefined input", model([node("Add", "x ghost")])
    yield "undefined output", model([node("Relu")], outputs=[info("ghost")])
    yield "two makers", model([node("Relu"), node("Neg")])
    yield "no nodes", model([], outputs=[info("ghost")])
    yield "output is input", model([], outputs=[info("x")])
    yield (
        "two inputs of one name",
        model([node("Relu")], [info("x"), info("x")]),
    )
    yield "empty graph", onnx.ModelProto(ir_version=9)
    yield "no opset", model([node("Relu")], opset=None)
    yield "opset 9999", model([node("Relu")], opset=9999)
    yield "opset -1", model([node("Relu")], opset=-1)
    yield "opset 1", model([node("Relu")], opset=1)
    yield "unknown op", model([node("NoSuchOp")])
    yield "unknown domain", model([node("Relu", domain="nowhere")])
    yield "no op", model([node("")])
    yield "too many inputs", model([node("Relu", "x x x x")])
    yield "no inputs", model([node("Add", "")])
    yield "too many outputs", model([node("Relu", "x", "y z w")])
    yield "negative input", model([node("Relu")], [info("x", (-5, 3))])
    yield "huge input", model([node("Relu")], [info("x", (2**62, 2**62))])
    yield (
        "no input type",
        model([node("Relu")], [onnx.ValueInfoProto(name="x")]),
    )
    unknown = info("x", None)
    yield "unknown rank", model([node("Relu")], [unknown])
    long = [node("Relu", f"v{i}", f"v{i + 1}") for i in range(20000)]
    yield "20000 nodes", model(long, [info("v0")], [info("v20000")])
    yield "odd names", model([node("Relu", "x", "\n")], outputs=[info("\n")])
    yield "long name", model([node("Relu", "x", "n" * 10**6)])


def nested(depth):
    inner = helper.make_graph([node("Relu", "x", "t")], "g", [], [info("t")])
    for _ in range(depth):
        choice = node("If", "c", "t", then_branch=inner, else_branch=inner)
        inner = helper.make_graph([choice], "g", [], [info("t")])
    choice = node("If", "c", "y", then_branch=inner, else_branch=inner)
    return model([choice], [info("x"), info("c", (), TensorProto.BOOL)])


def chained(depth):
    """The same with one branch that grows, to be deep and not wide."""
    leaf = helper.make_graph([node("Relu", "x", "t")], "g", [], [info("t")])
    inner = leaf
    for _ in range(depth):
        choice = node("If", "c", "t", then_branch=inner, else_branch=leaf)
        inner = helper.make_graph([choice], "g", [], [info("t")])
    choice = node("If", "c", "y", then_branch=inner, else_branch=leaf)
    return model([choice], [info("x"), info("c", (), TensorProto.BOOL)])


def recursive():
    """A function that calls itself."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("my", 1)]
    body = [helper.make_node("F", ["a"], ["b"], domain="my")]
    function = helper.make_function("my", "F", ["a"], ["b"], body, opsets)
    made = model([node("F", domain="my")], functions=[function])
    made.opset_import.add(domain="my", version=1)
    return made


def exploding():
    """Functions that each call the next one eight times: 8 ** 12 nodes."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("my", 1)]
    functions = []
    for level in range(12):
        op, domain = (f"F{level + 1}", "my") if level < 11 else ("Relu", "")
        names = ["a", *(f"t{i}" for i in range(7)), "b"]
        body = [
            helper.make_node(op, [names[i]], [names[i + 1]], domain=domain)
            for i in range(8)
        ]
        functions.append(
            helper.make_function("my", f"F{level}", ["a"], ["b"], body, opsets)
        )
    made = model([node("F0", domain="my")], functions=functions)
    made.opset_import.add(domain="my", version=1)
    return made


def odd_structures():
    yield "nested 8 wide", nested(8)
    yield "nested 25 deep", chained(25)
    yield "recursive function", recursive()
    yield "exploding functions", exploding()
    loop = helper.make_graph([], "body", [], [])
    yield "empty loop body", model([node("Loop", "x x x", body=loop)])
    yield "if without branches", model([node("If", "x")])
    lone = helper.make_graph([node("Relu", "x", "t")], "g", [], [info("t")])
    both = {
        "then_branch": lone,
        "else_branch": helper.make_graph([], "e", [], []),
    }
    yield "branches that differ", model([node("If", "x", **both)])


def field(number, data):
    """One length-delimited field of protobuf's wire format."""
    size, length = len(data), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def bottomless(depth):
    """The bytes of If in If in If ..., deeper than onnx can make them."""
    graph = b""
    for _ in range(depth):
        branch = field(1, b"then_branch") + field(6, graph) + b"\xa0\x01\x05"
        graph = field(1, field(4, b"If") + field(5, branch))
    return b"\x08\x09" + field(7, graph)


def attribute_of(kind, **fields):
    made = node("Softmax")
    made.attribute.append(AttributeProto(name="axis", type=kind, **fields))
    return model([made])


def conv(x=(1, 3, 8, 8), w=(4, 3, 3, 3), **attributes):
    weight = numpy_helper.from_array(np.zeros(w, np.float32), "w")
    inputs = [info("x", x)]
    return model([node("Conv", "x w", **attributes)], inputs, weights=[weight])


def shaped(op, values, shape=(2, 3), **attributes):
    weight = numpy_helper.from_array(np.array(values, np.int64), "v")
    return model(
        [node(op, "x v", **attributes)], [info("x", shape)], weights=[weight]
    )


def bad_attributes():
    yield "axis as text", attribute_of(AttributeProto.STRING, s=b"one")
    yield "axis as nothing", attribute_of(AttributeProto.UNDEFINED)
    yield "axis unknown kind", attribute_of(AttributeProto.GRAPH)
    yield "axis 99", model([node("Softmax", axis=99)])
    yield "axis -99", model([node("Concat", "x x", axis=-99)])
    yield "perm twice", model([node("Transpose", perm=[0, 0])])
    yield "perm long", model([node("Transpose", perm=[0, 1, 2])])
    yield "conv group 0", conv(group=0)
    yield "conv group 5", conv(group=5)
    yield "conv strides 0", conv(strides=[0, 0])
    yield "conv strides short", conv(strides=[1])
    yield "conv pads huge", conv(pads=[2**40] * 4)
    yield "conv pads negative", conv(pads=[-9] * 4)
    yield "conv dilations -1", conv(dilations=[-1, -1])
    yield "conv kernel differs", conv(kernel_shape=[5, 5])
    yield "conv channels differ", conv(w=(4, 2, 3, 3))
    yield "conv rank 1", conv(x=(3,), w=(4,))
    yield "conv window larger", conv(x=(1, 3, 2, 2))
    yield "pool kernel 0", model([node("MaxPool", kernel_shape=[0, 0])])
    yield "pool no kernel", model([node("MaxPool")], [info("x", (1, 1, 4, 4))])
    yield "reshape impossible", shaped("Reshape", [4, 4])
    yield "reshape two unknown", shaped("Reshape", [-1, -1])
    yield "reshape -7", shaped("Reshape", [-7, 6])
    yield "reshape overflow", shaped("Reshape", [2**62, 2**62])
    yield "expand terabytes", shaped("Expand", [2**40, 2, 3])
    yield "expand impossible", shaped("Expand", [2, 4])
    yield "tile negative", shaped("Tile", [-1, 2])
    yield "tile huge", shaped("Tile", [2**40, 2**40])
    yield "pad huge", shaped("Pad", [2**60, 0, 0, 0])
    yield "pad negative", shaped("Pad", [-9, 0, 0, 0])
    yield "gather outside", shaped("Gather", [7])
    yield "squeeze wrong", shaped("Squeeze", [0])
    yield "unsqueeze twice", shaped("Unsqueeze", [0, 0])
    yield "matmul differs", model([node("MatMul", "x x")])
    yield "add differs", shaped("Add", [[1, 2]], (2, 3))
    yield "cast to strings", model([node("Cast", to=TensorProto.STRING)])
    yield "cast to 99", model([node("Cast", to=99)])
    yield "einsum nonsense", model([node("Einsum", equation="->->,,i")])
    yield (
        "constant empty",
        model([node("Constant", "", "c"), node("Add", "x c")]),
    )
    size = numpy_helper.from_array(np.array([2**40, 2**40]), "n")
    fill = node("ConstantOfShape", "n", "y")
    yield "constant of terabytes", model([fill], weights=[size])
    yield (
        "range of terabytes",
        model(
            [node("Range", "a b c", "y")],
            weights=[
                numpy_helper.from_array(np.array(value), name)
                for name, value in (("a", 0), ("b", 2**60), ("c", 1))
            ],
        ),
    )


def damaged_bytes():
    data = sound().SerializeToString()
    generator = random.Random(0)
    for end in range(0, len(data), max(1, len(data) // 60)):
        yield f"cut at {end}", data[:end]
    for number in range(200):
        broken = bytearray(data)
        for _ in range(1 + number % 4):
            broken[generator.randrange(len(data))] = generator.randrange(256)
        yield f"flipped {number}", bytes(broken)
    for number in range(20):
        noise = bytes(generator.randrange(256) for _ in range(200))
        yield f"noise {number}", noise
    yield "nested 10000 deep", bottomless(10000)
    yield "text", b"this is no model\n" * 10
    yield "zeros", bytes(1000)


def models():
    """{name: bytes}"""
    found = {"sound": sound().SerializeToString()}
    groups = (bad_weights, bad_graphs, odd_structures, bad_attributes)
    for group in groups:
        for name, made in group():
            found[name] = made.SerializeToString()
    found.update(damaged_bytes())
    return found


def say(name):
    """What opc makes of one model: an error's class and text, or ["ok", ""]."""
    import resource

    import opc
    import sanitizers

    if not sanitizers.preloaded():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        opc.compile(ALL[name], cache=False)
    except opc.Error as error:
        return [type(error).__name__, str(error)]
    return ["ok", ""]


def main():
    import forked
    import opc

    opc.targets()
    rows = {}
    for name, state, value in forked.run(list(ALL), say, 2, LIMIT):
        rows[name] = value if state == forked.DONE else [state, value]
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))


ALL = models()

if __name__ == "__main__":
    main()
