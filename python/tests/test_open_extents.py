"""Operands whose extents have no name in common, at many sizes of one program.

Kernels are written for extents that agree; a run may bring an extent of 1
instead, to either side, or one that fits nothing. The values are onnxruntime's.
"""

import itertools

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import TARGETS, assert_close, normal, onnxruntime_session

NODE = helper.make_node
# Less than a vector, whole vectors and a rest, more than a tile and a rest of 1.
SIZES = (12, 37, 129)


class Graph:
    """Nodes over inputs; a shape is a string with one letter for each axis."""

    def __init__(self, nodes, inputs, weights=None, opset=18):
        self.nodes, self.inputs = nodes, inputs
        infos = [
            helper.make_tensor_value_info(
                name,
                TensorProto.FLOAT,
                [f"{name}_{axis}" for axis in range(len(letters))],
            )
            for name, letters in inputs.items()
        ]
        weights = {k: np.asarray(v) for k, v in (weights or {}).items()}
        output = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
        graph = helper.make_graph(
            nodes,
            "graph",
            infos,
            [output],
            [numpy_helper.from_array(v, k) for k, v in weights.items()],
        )
        self.model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", opset)],
            ir_version=8,
        )

    def feeds(self, sizes, ones=()):
        """Numbers; `ones` are the axes, as (input, axis), that are 1 instead."""
        return {
            name: normal(
                *(
                    1 if (name, axis) in ones else sizes[letter]
                    for axis, letter in enumerate(letters)
                ),
                seed=seed,
            )
            for seed, (name, letters) in enumerate(self.inputs.items())
        }


def branches():
    def body(op):
        result = helper.make_tensor_value_info("r", TensorProto.FLOAT, None)
        nodes = [NODE(op, ["x", "y"], ["s"]), NODE("Exp", ["s"], ["r"])]
        return helper.make_graph(nodes, op, [], [result])

    return [
        NODE("ReduceSum", ["x"], ["total"], keepdims=0),
        NODE("Greater", ["total", "zero"], ["c"]),
        NODE(
            "If",
            ["c"],
            ["out"],
            then_branch=body("Add"),
            else_branch=body("Sub"),
        ),
    ]


# Nodes, inputs with their axes, the letters that may be 1, weights.
GRAPHS = {
    "pointwise": (
        [NODE("Add", ["x", "y"], ["s"]), NODE("Relu", ["s"], ["out"])],
        {"x": "ab", "y": "ab"},
        "ab",
    ),
    "widened": (
        [
            NODE("Tanh", ["x"], ["t"]),
            NODE("Mul", ["t", "t"], ["u"]),
            NODE("Neg", ["u"], ["n"]),
            NODE("Sub", ["n", "y"], ["out"]),
        ],
        {"x": "ab", "y": "b"},
        "ab",
    ),
    "select": (
        [
            NODE("Greater", ["x", "y"], ["c"]),
            NODE("Where", ["c", "z", "y"], ["out"]),
        ],
        {"x": "ab", "y": "ab", "z": "b"},
        "ab",
    ),
    "softmax": (
        [
            NODE("Add", ["x", "m"], ["s"]),
            NODE("Softmax", ["s"], ["out"], axis=-1),
        ],
        {"x": "hab", "m": "hab"},
        "hab",
    ),
    "reduction": (
        [
            NODE("Mul", ["x", "y"], ["s"]),
            NODE("ReduceMean", ["s", "last"], ["mean"], keepdims=1),
            NODE("Sub", ["s", "mean"], ["out"]),
        ],
        {"x": "ab", "y": "ab"},
        "ab",
    ),
    "transposed": (
        [
            NODE("Transpose", ["x"], ["t"], perm=[1, 0]),
            NODE("Add", ["t", "y"], ["s"]),
            NODE("Concat", ["s", "s"], ["out"], axis=0),
        ],
        {"x": "ba", "y": "ab"},
        "ab",
    ),
    "batches": (
        [NODE("MatMul", ["x", "y"], ["p"]), NODE("Relu", ["p"], ["out"])],
        {"x": "ghak", "y": "ghkb"},
        "gh",
    ),
    "bias": (
        [
            NODE("MatMul", ["x", "w"], ["p"]),
            NODE("Add", ["p", "y"], ["s"]),
            NODE("Tanh", ["s"], ["out"]),
        ],
        {"x": "hak", "y": "hab"},
        "ha",
    ),
    "expand": (
        [
            NODE("Shape", ["y"], ["shape"]),
            NODE("Expand", ["x", "shape"], ["e"]),
            NODE("Mul", ["e", "y"], ["out"]),
        ],
        {"x": "ab", "y": "ab"},
        "ab",
    ),
    "expand alone": (
        [
            NODE("Shape", ["y"], ["shape"]),
            NODE("Expand", ["x", "shape"], ["out"]),
        ],
        {"x": "ab", "y": "ab"},
        "ab",
    ),
    "few inside": (
        [
            NODE("Add", ["x", "y"], ["s"]),
            NODE("Mul", ["s", "y"], ["m"]),
            NODE("Relu", ["m"], ["out"]),
        ],
        {"x": "hadc", "y": "hadc"},
        "had",
    ),
    "columns": (
        [
            NODE("Add", ["x", "y"], ["s"]),
            NODE("ReduceMax", ["s", "second"], ["out"], keepdims=1),
        ],
        {"x": "hab", "y": "hab"},
        "hab",
    ),
    "flattened": (
        [
            NODE("Sub", ["x", "y"], ["s"]),
            NODE("Softmax", ["s"], ["p"], axis=1),
            NODE("ReduceSum", ["s", "last two"], ["t"], keepdims=1),
            NODE("Mul", ["p", "t"], ["out"]),
        ],
        {"x": "hac", "y": "hac"},
        "ha",
    ),
    "windows": (
        [
            NODE("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]),
            NODE("Add", ["c", "y"], ["s"]),
            NODE("Relu", ["s"], ["r"]),
            NODE(
                "MaxPool",
                ["r"],
                ["out"],
                kernel_shape=[2, 2],
                auto_pad="SAME_UPPER",
            ),
        ],
        {"x": "gedb", "y": "gudb"},
        "dbg",
    ),
    "moved": (
        [
            NODE("Add", ["x", "y"], ["s"]),
            NODE("Transpose", ["s"], ["t"], perm=[1, 2, 0]),
            NODE("Pad", ["t", "pads"], ["p"]),
            NODE("Slice", ["p", "starts", "ends", "starts"], ["out"]),
        ],
        {"x": "hab", "y": "hab"},
        "hab",
    ),
    "branches": (branches(), {"x": "ab", "y": "ab"}, "ab"),
    "attention": (
        [
            NODE("MatMul", ["q", "k"], ["s"]),
            NODE("Add", ["s", "m"], ["a"]),
            NODE("Softmax", ["a"], ["p"], axis=-1),
            NODE("MatMul", ["p", "v"], ["out"]),
        ],
        {"q": "ghak", "k": "ghkb", "m": "ghab", "v": "ghbd"},
        "gh",
    ),
}
WEIGHTS = {
    "reduction": {"last": [-1]},
    "bias": {"w": normal(19, 129, seed=9)},
    "columns": {"second": [1]},
    "flattened": {"last two": [1, 2]},
    "windows": {"k": normal(7, 5, 3, 3, seed=9)},
    "moved": {"pads": [1, 0, 2, 0, 0, 1], "starts": [1], "ends": [99]},
    "branches": {"zero": np.float32(0)},
}


def make_graph(name):
    nodes, inputs, _ = GRAPHS[name]
    return Graph(nodes, inputs, WEIGHTS.get(name))


def sizes_of(name, size):
    sizes = dict(a=size, b=size + 1, c=3, d=8, e=5, g=2, h=3, k=19, u=7)
    if name == "bias":
        sizes["b"] = 129
    return sizes


def places(name):
    """The axes that may be 1, as (input, axis)."""
    _, inputs, letters = GRAPHS[name]
    return [
        (value, axis)
        for value, own in inputs.items()
        for axis, letter in enumerate(own)
        if letter in letters
    ]


def choices(name):
    """Which axes are 1: none, each, each pair, all."""
    axes = places(name)
    yield from itertools.chain.from_iterable(
        itertools.combinations(axes, count) for count in range(3)
    )
    yield tuple(axes)


def check_run(compiled, session, feeds):
    """The values are onnxruntime's, and so is what does not fit."""
    try:
        expected = session.run(None, feeds)
    except Exception:  # of a type that onnxruntime does not document
        with pytest.raises(opc.Error, match="extent"):
            compiled.run(feeds)
    else:
        assert_close(compiled.run(feeds), expected, scale=64)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GRAPHS)
def test_every_extent_may_be_one(name, target):
    graph = make_graph(name)
    session = onnxruntime_session(graph.model)
    compiled = opc.compile(graph.model, target=target, cache=False)
    for size in SIZES:
        few = [(), places(name)[:1]]
        for ones in choices(name) if size == SIZES[1] else few:
            check_run(
                compiled, session, graph.feeds(sizes_of(name, size), ones)
            )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GRAPHS)
def test_extents_that_do_not_fit_are_told(name, target):
    graph = make_graph(name)
    compiled = opc.compile(graph.model, target=target, cache=False)
    sizes = sizes_of(name, SIZES[0])
    fitting = graph.feeds(sizes)
    inputs = GRAPHS[name][1]
    for value, axis in places(name):
        letter = inputs[value][axis]
        if sum(letter in letters for letters in inputs.values()) < 2:
            continue  # nothing else has this extent
        feeds = dict(fitting)
        shape = list(feeds[value].shape)
        shape[axis] += 1
        feeds[value] = normal(*shape)
        extents = rf"\b{shape[axis]}\b.*\b{shape[axis] - 1}\b"
        backwards = rf"\b{shape[axis] - 1}\b.*\b{shape[axis]}\b"
        with pytest.raises(opc.Error, match=f"{extents}|{backwards}"):
            compiled.run(feeds)
    # A failed run leaves nothing behind.
    expected = onnxruntime_session(graph.model).run(None, fitting)
    assert_close(compiled.run(fitting), expected, scale=64)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_broadcasts(name, target):
    """An extent of 0 beside 0, and beside 1, makes an empty result."""
    graph = make_graph(name)
    session = onnxruntime_session(graph.model)
    compiled = opc.compile(graph.model, target=target, cache=False)
    letter = GRAPHS[name][2][-1]
    sizes = sizes_of(name, SIZES[0]) | {letter: 0}
    which = [
        (value, axis)
        for value, axis in places(name)
        if GRAPHS[name][1][value][axis] == letter
    ]
    for ones in ((), which[:1], which[1:2]):
        feeds = graph.feeds(sizes, ones)
        got = compiled.run(feeds)
        assert got[0].size == 0
        # onnxruntime does not broadcast batches of products to 0.
        if not ones or "MatMul" not in {node.op_type for node in graph.nodes}:
            assert_close(got, session.run(None, feeds))
