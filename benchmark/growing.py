"""Graphs of any size: each maker gives a model, its inputs and its results.

onnx's checker and onnxruntime's types take longer than compiling does, so that
these are made without.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper


def value_info(name, array):
    element = helper.np_dtype_to_tensor_dtype(array.dtype)
    return helper.make_tensor_value_info(name, element, array.shape)


def model(nodes, inputs, outputs):
    def infos(arrays):
        return [value_info(name, array) for name, array in arrays.items()]

    graph = helper.make_graph(nodes, "graph", infos(inputs), infos(outputs))
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def chain(length):
    """Nodes that the reference does not fuse: a launch for each."""
    nodes = [
        helper.make_node("Neg", [f"v{i}"], [f"v{i + 1}"]) for i in range(length)
    ]
    x = np.arange(17, dtype=np.float32)
    feeds, wanted = {"v0": x}, {f"v{length}": x * (-1) ** length}
    return model(nodes, feeds, wanted), feeds, list(wanted.values())


def reduced(length):
    """Pairs of launches whose sizes only the run knows."""
    nodes = []
    for i in range(length):
        nodes += [
            helper.make_node("ReduceSum", [f"v{i}"], [f"r{i}"], keepdims=1),
            helper.make_node("Sub", [f"v{i}", f"r{i}"], [f"v{i + 1}"]),
        ]
    x = np.tile(np.array([1, -1], np.float32), (3, 4))  # of sum 0
    made = model(nodes, {"v0": x}, {f"v{length}": x})
    for info in (*made.graph.input, *made.graph.output):
        info.type.tensor_type.shape.dim[0].dim_param = "n"
    return made, {"v0": x}, [x]


def split(count):
    """Slices that differ in nothing but where they start."""
    names = [f"y{i}" for i in range(count)]
    x = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    node = helper.make_node("Split", ["x"], names, axis=0, num_outputs=count)
    wanted = dict(zip(names, np.split(x, count), strict=True))
    return model([node], {"x": x}, wanted), {"x": x}, list(wanted.values())


def concat(count):
    """Operands of one and of two columns, joined along the inner axis."""
    feeds = {
        f"x{i}": np.full((2, 1 + i % 2), i, np.float32) for i in range(count)
    }
    wanted = np.concatenate(list(feeds.values()), axis=1)
    node = helper.make_node("Concat", list(feeds), ["y"], axis=1)
    return model([node], feeds, {"y": wanted}), feeds, [wanted]


def split_concat(count):
    """Parts that come together in another order."""
    names = [f"v{i}" for i in range(count)]
    x = np.arange(count, dtype=np.float32)
    nodes = [
        helper.make_node("Split", ["x"], names, axis=0, num_outputs=count),
        helper.make_node("Concat", names[::-1], ["y"], axis=0),
    ]
    wanted = x[::-1].copy()
    return model(nodes, {"x": x}, {"y": wanted}), {"x": x}, [wanted]


def apart(count):
    """Nodes that have nothing to do with each other, inputs and outputs."""
    feeds = {f"x{i}": np.array([i, -1], np.float32) for i in range(count)}
    wanted = {f"y{i}": -x for i, x in enumerate(feeds.values())}
    nodes = [
        helper.make_node("Neg", [x], [y])
        for x, y in zip(feeds, wanted, strict=True)
    ]
    return model(nodes, feeds, wanted), feeds, list(wanted.values())


def captured(count):
    """Branches that read that many values from around them."""
    feeds = {f"x{i}": np.array([i % 7], np.float32) for i in range(count)}
    values = list(feeds.values())

    def branch(op, result):
        node = helper.make_node(op, list(feeds), [result])
        info = value_info(result, values[0])
        return helper.make_graph([node], result, [], [info])

    node = helper.make_node(
        "If",
        ["c"],
        ["y"],
        then_branch=branch("Sum", "sum"),
        else_branch=branch("Max", "max"),
    )
    feeds = {**feeds, "c": np.array(True)}
    wanted = [np.sum(values, axis=0)]
    return model([node], feeds, {"y": wanted[0]}), feeds, wanted


def field(number, data):
    """A message in a message: protobuf's Python cannot nest them that deep."""
    head = bytearray()
    for value in (number << 3 | 2, len(data)):
        while value > 127:
            head.append(value & 127 | 128)
            value >>= 7
        head.append(value)
    return bytes(head) + data


def owner(node, attribute, body):
    """The bytes of a node with a body."""
    proto = onnx.AttributeProto(
        name=attribute, type=onnx.AttributeProto.GRAPH
    ).SerializeToString()
    return node.SerializeToString() + field(5, proto + field(6, body))


def body_of(node, rest, inputs, outputs):
    """The bytes of a graph of a node, given as bytes, and others."""
    graph = helper.make_graph(rest, "body", inputs, outputs)
    return field(1, node) + graph.SerializeToString()


def model_of(graph):
    opset = [helper.make_opsetid("", 18)]
    proto = onnx.ModelProto(ir_version=8, opset_import=opset)
    return proto.SerializeToString() + field(7, graph)


def nested(depth):
    """A branch in a branch; what is innermost runs where all conditions hold."""
    x = np.array([1, 2], np.float32)
    feeds = {"x": x, "c": np.array(True)}
    node = helper.make_node("Neg", ["x"], ["y"]).SerializeToString()
    for d in range(depth):
        inner = body_of(node, [], [], [value_info("y", x)])
        other = helper.make_graph(
            [helper.make_node("Abs", ["x"], [f"z{d}"])],
            "other",
            [],
            [value_info(f"z{d}", x)],
        )
        choice = helper.make_node("If", ["c"], ["y"], else_branch=other)
        node = owner(choice, "then_branch", inner)
    infos = [value_info(name, array) for name, array in feeds.items()]
    graph = body_of(node, [], infos, [value_info("y", x)])
    return model_of(graph), feeds, [-x]


def repeated(depth):
    """Loops in loops, the innermost of which makes longer what all carry."""
    feeds = {"x": np.array([1, 2], np.float32), "n": np.array(1)}

    def tensor(name, element=TensorProto.FLOAT, shape=(None,)):
        return helper.make_tensor_value_info(name, element, shape)

    node = helper.make_node("Concat", ["v", "v"], ["w"], axis=0)
    node = node.SerializeToString()
    for _ in range(depth):
        inner = body_of(
            node,
            [helper.make_node("Identity", ["go"], ["on"])],
            [
                tensor("i", TensorProto.INT64, ()),
                tensor("go", TensorProto.BOOL, ()),
                tensor("v"),
            ],
            [tensor("on", TensorProto.BOOL, ()), tensor("w")],
        )
        loop = helper.make_node("Loop", ["n", "", "v"], ["w"])
        node = owner(loop, "body", inner)
    rename = [helper.make_node("Identity", ["x"], ["v"])]
    infos = [value_info(name, array) for name, array in feeds.items()]
    graph = body_of(node, rename, infos, [tensor("w")])
    return model_of(graph), feeds, [np.tile(feeds["x"], 2)]
