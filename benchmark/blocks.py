"""Times layers of transformers beside all peers, as exporters write them.

usage: python -m benchmark.blocks [--threads 1,2] [--filter TEXT]

All extents of the inputs are open, and what follows from them is written as
torch's exporter writes it for the models of `transformers`: masks made from
attention_mask and from ranges, positions cut out of tables, repeated heads,
rotations. Weights are random.
"""

import collections
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmark import compare

LENGTH = 256
LAYERS = 2

# heads and width of queries, heads of keys, width of the feed-forward part
Shape = collections.namedtuple("Shape", "heads width keys inner")


class Graph:
    """Nodes and constants of a graph; values are names."""

    def __init__(self, seed=0):
        self.nodes, self.constants, self.inputs = [], [], []
        self.random = np.random.default_rng(seed)

    def input(self, name, dtype, dims):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, dims))
        return name

    def value(self, array, dtype=np.int64):
        name = f"c{len(self.constants)}"
        array = np.asarray(array, dtype)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def number(self, value):
        return self.value(value, np.float32)

    def weight(self, *shape):
        scale = shape[0] ** -0.5
        return self.number(scale * self.random.standard_normal(shape))

    def __call__(self, op, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    # What exporters write for one line of torch.

    def extent(self, x, axis):
        return self("Gather", self("Shape", x), self.value(axis), axis=0)

    def shape(self, *extents):
        """A vector of numbers and of scalars that the graph computes."""
        parts = [
            self.value([extent])
            if isinstance(extent, int)
            else self("Unsqueeze", extent, self.value([0]))
            for extent in extents
        ]
        return self("Concat", *parts, axis=0)

    def arange(self, start, end):
        return self("Range", start, end, self.value(1))

    def slice(self, x, axis, start, end):
        vector = lambda e: (
            self.value([e])
            if isinstance(e, int)
            else self("Unsqueeze", e, self.value([0]))
        )
        return self(
            "Slice",
            x,
            vector(start),
            vector(end),
            self.value([axis]),
            self.value([1]),
        )

    def unsqueeze(self, x, *axes):
        return self("Unsqueeze", x, self.value(axes))

    def expand(self, x, shape):
        """torch's expand, where -1 keeps an extent."""
        ones = self("ConstantOfShape", self("Shape", shape), value=ONE)
        wanted = self(
            "Where", self("Equal", shape, self.minus(ones)), ones, shape
        )
        return self("Expand", x, wanted)

    def minus(self, ones):
        return self("Mul", ones, self.value(-1))

    def linear(self, x, columns, rows, bias=False):
        y = self("MatMul", x, self.weight(rows, columns))
        return self("Add", self.weight(columns), y) if bias else y

    def heads(self, x, like, count, width):
        batch, length = self.extent(like, 0), self.extent(like, 1)
        split = self("Reshape", x, self.shape(batch, length, count, width))
        return self("Transpose", split, perm=[0, 2, 1, 3])

    def model(self, output):
        y = helper.make_tensor_value_info(
            output, TensorProto.FLOAT, ["batch", "sequence", "hidden"]
        )
        graph = helper.make_graph(
            self.nodes, "block", self.inputs, [y], self.constants
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
        )


ONE = numpy_helper.from_array(np.array([1], np.int64))
LOWEST = float(np.finfo(np.float32).min)


def layer_norm(g, x, width):
    return g("LayerNormalization", x, g.weight(width), g.weight(width), axis=-1)


def rms_norm(g, x, width):
    square = g("ReduceMean", g("Pow", x, g.number(2)), axes=[-1], keepdims=1)
    root = g("Sqrt", g("Add", square, g.number(1e-6)))
    scaled = g("Mul", x, g("Div", g.number(1), root))
    return g("Mul", g.weight(width), scaled)


def attend(g, q, k, v, mask, scale, cap=None):
    """Scaled on both sides of the product, as torch exports it."""
    root = g.number(scale**0.5)
    k = g("Transpose", k, perm=[0, 1, 3, 2])
    scores = g("MatMul", g("Mul", q, root), g("Mul", k, root))
    if cap:
        scores = g("Tanh", g("Div", scores, g.number(cap)))
        scores = g("Mul", scores, g.number(cap))
    return g("MatMul", g("Softmax", g("Add", scores, mask), axis=-1), v)


def joined(g, y, like, width):
    y = g("Transpose", y, perm=[0, 2, 1, 3])
    batch, length = g.extent(like, 0), g.extent(like, 1)
    return g("Reshape", y, g.shape(batch, length, width))


# Masks.


def padding_mask(g, attention_mask, x):
    """BERT's: expanded over the queries, 1 turned into the lowest number."""
    batch, length = g.extent(attention_mask, 0), g.extent(attention_mask, 1)
    mask = g.unsqueeze(attention_mask, 1, 2)
    mask = g.expand(mask, g.shape(batch, 1, g.extent(x, 1), length))
    mask = g("Cast", mask, to=TensorProto.FLOAT)
    inverted = g("Sub", g.number(1), mask)
    hidden = g("Cast", inverted, to=TensorProto.BOOL)
    return g("Where", hidden, g.number(LOWEST), inverted)


def causal_mask(g, attention_mask, x, past, window=None):
    """What `transformers` makes by broadcasting ranges of batches, queries and
    keys, looking up the padding with the first and the last of them."""
    batch, length = g.extent(x, 0), g.extent(x, 1)
    total = g("Add", past, length)
    zero = g.value(0)
    batches = g.unsqueeze(g.arange(zero, batch), 1, 2, 3)
    queries = g.unsqueeze(g.arange(past, total), 0, 1, 3)
    keys = g.unsqueeze(g.arange(zero, total), 0, 1, 2)
    seen = g("LessOrEqual", keys, queries)
    if window:
        oldest = g("Sub", queries, g.value(window))
        seen = g("And", g("Greater", keys, oldest), seen)
    seen = g("And", g("GreaterOrEqual", batches, zero), seen)
    full = g("Shape", g("Add", batches, keys))
    places = [
        g.unsqueeze(g("Expand", part, full), -1) for part in (batches, keys)
    ]
    index = g("Concat", *places, axis=-1)
    valid = g("Cast", attention_mask, to=TensorProto.BOOL)
    seen = g("And", seen, g("GatherND", valid, index))
    return g("Where", seen, g.number(0), g.number(LOWEST))


# Positions.


def rotation(g, positions, width):
    frequencies = 10000.0 ** -(np.arange(0, width, 2) / width)
    column = g.number(frequencies.reshape(1, -1, 1))
    batch = g.extent(positions, 0)
    column = g.expand(column, g.shape(batch, -1, 1))
    row = g("Cast", g.unsqueeze(positions, 1), to=TensorProto.FLOAT)
    angles = g("Transpose", g("MatMul", column, row), perm=[0, 2, 1])
    angles = g("Concat", angles, angles, axis=-1)
    return g.unsqueeze(g("Cos", angles), 1), g.unsqueeze(g("Sin", angles), 1)


def rotate(g, x, turn, width, whole):
    """The first `width` of `whole` elements of each head turn."""
    cos, sin = turn
    part = x if width == whole else g.slice(x, 3, 0, width)
    half = width // 2
    low = g.slice(part, 3, 0, half)
    high = g("Neg", g.slice(part, 3, half, sys.maxsize))
    turned = g("Concat", high, low, axis=-1)
    y = g("Add", g("Mul", part, cos), g("Mul", turned, sin))
    if width == whole:
        return y
    return g("Concat", y, g.slice(x, 3, width, sys.maxsize), axis=-1)


def repeated(g, x, times):
    """Each head of keys serves `times` heads of queries."""
    if times == 1:
        return x
    batch, heads, length, width = (g.extent(x, axis) for axis in range(4))
    wide = g.expand(
        g.unsqueeze(x, 2), g.shape(batch, heads, times, length, width)
    )
    count = g("Mul", heads, g.value(times))
    return g("Reshape", wide, g.shape(batch, count, length, width))


# Models.


def bert(shape):
    g = Graph()
    hidden = shape.heads * shape.width
    ids = g.input("ids", TensorProto.INT64, ["batch", "sequence"])
    mask = g.input("attention_mask", TensorProto.INT64, ["batch", "sequence"])
    table = g.value(np.arange(512).reshape(1, 512))
    positions = g.slice(table, 1, 0, g.extent(ids, 1))
    x = g("Gather", g.weight(1000, hidden), ids, axis=0)
    x = g("Add", x, g("Gather", g.weight(512, hidden), positions, axis=0))
    x = layer_norm(g, x, hidden)
    hides = padding_mask(g, mask, ids)
    for _ in range(LAYERS):
        q, k, v = (
            g.heads(
                g.linear(x, hidden, hidden, True), x, shape.heads, shape.width
            )
            for _ in range(3)
        )
        y = joined(g, attend(g, q, k, v, hides, shape.width**-0.5), x, hidden)
        x = layer_norm(
            g, g("Add", g.linear(y, hidden, hidden, True), x), hidden
        )
        y = g.linear(x, shape.inner, hidden, True)
        erf = g("Erf", g("Div", y, g.number(2**0.5)))
        y = g("Mul", g("Mul", y, g("Add", erf, g.number(1))), g.number(0.5))
        y = g.linear(y, hidden, shape.inner, True)
        x = layer_norm(g, g("Add", y, x), hidden)
    return g.model(x)


def decoder(shape, rotary=1.0, window=None, cap=None, norm=False, gpt=False):
    """A decoder that is given the keys and values of `past` tokens."""
    g = Graph()
    hidden = shape.heads * shape.width
    ids = g.input("ids", TensorProto.INT64, ["batch", "sequence"])
    mask = g.input("attention_mask", TensorProto.INT64, ["batch", "total"])
    cache = [
        g.input(
            f"past_{i}",
            TensorProto.FLOAT,
            ["batch", shape.keys, "past", shape.width],
        )
        for i in range(2 * LAYERS)
    ]
    x = g("Gather", g.weight(1000, hidden), ids, axis=0)
    past = g.extent(cache[0], 2)
    positions = g.unsqueeze(g.arange(past, g("Add", past, g.extent(ids, 1))), 0)
    turned = int(shape.width * rotary)
    if gpt:
        x = g("Add", x, g("Gather", g.weight(1024, hidden), positions, axis=0))
    else:
        turn = rotation(g, positions, turned)
    hides = causal_mask(g, mask, x, past, window)
    normalise = layer_norm if gpt else rms_norm
    for i in range(LAYERS):
        y = normalise(g, x, hidden)
        counts = (shape.heads, shape.keys, shape.keys)
        q, k, v = (
            g.heads(
                g.linear(y, count * shape.width, hidden, gpt),
                x,
                count,
                shape.width,
            )
            for count in counts
        )
        if norm:
            q, k = rms_norm(g, q, shape.width), rms_norm(g, k, shape.width)
        if not gpt:
            q, k = (
                rotate(g, part, turn, turned, shape.width) for part in (q, k)
            )
        k = g("Concat", cache[2 * i], k, axis=2)
        v = g("Concat", cache[2 * i + 1], v, axis=2)
        k, v = (repeated(g, part, shape.heads // shape.keys) for part in (k, v))
        y = attend(g, q, k, v, hides, shape.width**-0.5, cap)
        y = g.linear(joined(g, y, x, hidden), hidden, hidden, gpt)
        x = g("Add", x, y)
        y = normalise(g, x, hidden)
        y = feed_forward(g, y, shape, hidden, gpt)
        x = g("Add", x, y)
    return g.model(normalise(g, x, hidden))


def feed_forward(g, x, shape, hidden, gpt):
    inner = g.linear(x, shape.inner, hidden, gpt)
    if gpt:
        cube = g("Mul", g("Pow", inner, g.number(3)), g.number(0.044715))
        turned = g("Mul", g("Add", inner, cube), g.number(0.7978845608))
        more = g("Add", g("Tanh", turned), g.number(1))
        inner = g("Mul", g("Mul", inner, g.number(0.5)), more)
    else:
        gate = g("Mul", inner, g("Sigmoid", inner))
        inner = g("Mul", gate, g.linear(x, shape.inner, hidden))
    return g.linear(inner, hidden, shape.inner, gpt)


MODELS = {
    "bert": (bert, Shape(12, 32, 12, 1536), {}),
    "gpt2": (decoder, Shape(12, 64, 12, 3072), {"gpt": True}),
    "llama": (decoder, Shape(8, 64, 4, 1408), {}),
    "gemma2": (decoder, Shape(8, 64, 4, 1536), {"window": 128, "cap": 50.0}),
    "qwen3": (decoder, Shape(8, 64, 4, 1536), {"norm": True}),
    "glm4": (decoder, Shape(8, 64, 2, 1536), {"rotary": 0.5}),
}


def make_model(name, shape=None):
    """A model of MODELS, with other sizes where `shape` is given."""
    build, usual, options = MODELS[name]
    return build(shape or usual, **options)


def inputs_of(model, batch=1, length=LENGTH, past=0, seed=1):
    """Numbers for the inputs of a model; the first third of a row is padding in
    all rows but the first."""
    random = np.random.default_rng(seed)
    sizes = dict(batch=batch, sequence=length, past=past, total=past + length)
    result = {}
    for info in model.graph.input:
        shape = [
            sizes.get(dim.dim_param, dim.dim_value)
            for dim in info.type.tensor_type.shape.dim
        ]
        if info.name == "ids":
            result[info.name] = random.integers(0, 1000, shape)
        elif info.name == "attention_mask":
            result[info.name] = np.ones(shape, np.int64)
            result[info.name][1:, : shape[1] // 3] = 0
        else:
            result[info.name] = random.standard_normal(shape, np.float32)
    return result


def make_case(name, folder):
    model = make_model(name)
    path = f"{folder}/{name}.onnx"
    onnx.save(model, path)
    return compare.Case(path, inputs_of(model))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        cases = {
            name: lambda name=name: make_case(name, folder) for name in MODELS
        }
        sys.exit(compare.main("blocks", __doc__.split("\n")[0], cases))
