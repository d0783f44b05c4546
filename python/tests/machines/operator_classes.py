"""One small model for each class of operators, and inputs of awkward sizes.

Sizes that divide no vector, single rows and columns, and none; products larger than
the caches that they are cut for. `feeds(m, n, dtype)` makes the inputs of a model for two extents.
"""

import numpy as np
from onnx import helper

# Extents (m, n) of a run; those of STATIC are also compiled in.
STATIC = (37, 129)
SIZES = [STATIC, (1, 1), (0, 7), (5, 0), (130, 515)]


class OperatorClass:
    """Nodes over inputs; `scale`: on the tolerance of one operation, for sums."""

    def __init__(self, nodes, feeds, sizes=SIZES, opset=20, scale=1.0):
        self.nodes, self.feeds = nodes, feeds
        self.sizes, self.opset, self.scale = sizes, opset, scale

    @property
    def outputs(self):
        return [name for node in self.nodes for name in node.output]


# What is part of the model, whatever else is: axes, steps, counts.
PARAMETERS = {"axis", "first", "last", "axes", "steps", "pads", "k"}
WEIGHTS = {"w", "b", "g"}


def parts(feeds, fixed=PARAMETERS | WEIGHTS):
    """What belongs to the model, and what a run is given."""
    inside = {name: value for name, value in feeds.items() if name in fixed}
    given = {name: value for name, value in feeds.items() if name not in fixed}
    return inside, given


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def values(*shape, dtype, seed=0, scale=1.0):
    made = np.random.default_rng([seed, *shape]).standard_normal(shape)
    return (scale * made).astype(dtype)


def matrix(m, n, dtype):
    return {"x": values(m, n, dtype=dtype)}


def specials(m, n, dtype):
    """With what functions have to say something of."""
    x = values(m, n, dtype=dtype, scale=4)
    odd = [np.nan, np.inf, -np.inf, 0.0, -0.0, 87.5, -87.5, 12.0, -12.0]
    x.reshape(-1)[: len(odd)] = np.array(odd, dtype)[: x.size]
    return {"x": x}


def pair(m, n, dtype):
    return {
        "x": values(m, n, dtype=dtype),
        "y": values(m, n, dtype=dtype, seed=1),
    }


def with_rows(m, n, dtype):
    return pair(m, n, dtype) | {"b": values(n, dtype=dtype, seed=2)}


def with_scale(m, n, dtype):
    x = values(m, n, dtype=dtype, scale=3)
    return {
        "x": x,
        "g": values(n, dtype=dtype, seed=1),
        "b": values(n, dtype=dtype, seed=2),
    }


def product(m, n, dtype, k=70):
    return {
        "x": values(m, k, dtype=dtype),
        "w": values(k, n, dtype=dtype, seed=1),
        "b": values(n, dtype=dtype, seed=2),
    }


def vector_product(m, n, dtype):
    del m
    return product(1, n, dtype)


def batched(m, n, dtype):
    return {
        "x": values(3, m, 19, dtype=dtype),
        "y": values(3, 19, n, dtype=dtype, seed=1),
    }


def image(m, n, dtype, channels=6):
    return {"x": values(2, channels, m, n, dtype=dtype)}


def convolved(m, n, dtype, channels=6, per_group=6, outputs=10):
    return image(m, n, dtype, channels) | {
        "w": values(outputs, per_group, 3, 3, dtype=dtype, seed=1),
        "b": values(outputs, dtype=dtype, seed=2),
    }


def depthwise(m, n, dtype):
    return convolved(m, n, dtype, channels=7, per_group=1, outputs=7)


def picked(m, n, dtype):
    indices = np.random.default_rng(3).integers(-m, max(m, 1), 11 if m else 0)
    return {"x": values(m, n, dtype=dtype), "i": indices}


def rotated(m, n, dtype):
    angles = values(1, m, 8, dtype=np.float64, seed=1)
    return {
        "x": values(1, 3, m, 16, dtype=dtype),
        "c": np.cos(angles).astype(dtype),
        "s": np.sin(angles).astype(dtype),
    }


def ranked(m, n, dtype):
    """No two alike in a row: which of them comes first is nobody's promise."""
    order = np.random.default_rng(4).permuted(
        np.tile(np.arange(n), (m, 1)), axis=1
    )
    return {"x": order.astype(dtype), "k": np.array([min(n, 5)])}


# Windows need something to slide over.
IMAGES = [(37, 29), (3, 3), (9, 70)]

CLASSES = {
    "binary": OperatorClass([node("Mul", "x y", "z")], pair),
    "unary": OperatorClass(
        [node("Exp", "x", "e"), node("Tanh", "x", "t"), node("Erf", "x", "f")],
        specials,
    ),
    "broadcast_chain": OperatorClass(
        [
            node("Add", "x b", "s"),
            node("Gelu", "s", "g"),
            node("Add", "g y", "z"),
        ],
        with_rows,
        scale=4,
    ),
    "cast": OperatorClass(
        [
            node("Cast", "x", "i", to=helper.TensorProto.INT32),
            node("Cast", "i", "b", to=helper.TensorProto.BOOL),
            node("Cast", "x", "h", to=helper.TensorProto.FLOAT16),
            node("Cast", "h", "w", to=helper.TensorProto.FLOAT),
            node("Cast", "x", "d", to=helper.TensorProto.DOUBLE),
        ],
        lambda m, n, dtype: {"x": values(m, n, dtype=dtype, scale=100)},
    ),
    "row_reduction": OperatorClass(
        [
            node("ReduceSum", "x axis", "s", keepdims=1),
            node("ReduceMax", "x axis", "t", keepdims=0),
        ],
        lambda m, n, dtype: matrix(m, n, dtype) | {"axis": np.array([1])},
        sizes=[size for size in SIZES if size[1]],
        scale=4,
    ),
    "column_reduction": OperatorClass(
        [
            node("ReduceMean", "x axis", "s", keepdims=1),
            node("ReduceMin", "x axis", "t", keepdims=0),
        ],
        lambda m, n, dtype: matrix(m, n, dtype) | {"axis": np.array([0])},
        sizes=[size for size in SIZES if size[0]],
        scale=4,
    ),
    "softmax": OperatorClass(
        [node("Softmax", "x", "y", axis=-1)], matrix, scale=4
    ),
    "layer_norm": OperatorClass(
        [node("LayerNormalization", "x g b", "y", axis=-1)],
        with_scale,
        sizes=[size for size in SIZES if size[1]],
        scale=16,
    ),
    "rms_norm": OperatorClass(
        [node("RMSNormalization", "x g", "y", axis=-1)],
        lambda m, n, dtype: {
            key: value
            for key, value in with_scale(m, n, dtype).items()
            if key != "b"
        },
        sizes=[size for size in SIZES if size[1]],
        opset=23,
        scale=16,
    ),
    "gemv": OperatorClass(
        [node("MatMul", "x w", "p"), node("Add", "p b", "y")],
        vector_product,
        scale=16,
    ),
    "gemm": OperatorClass(
        [node("Gemm", "x w b", "p"), node("Relu", "p", "y")], product, scale=16
    ),
    "large_gemm": OperatorClass(
        [node("Gemm", "x w b", "y")],
        lambda m, n, dtype: product(m, n, dtype, k=1300),
        sizes=[(67, 260)],
        scale=64,
    ),
    "batched_gemm": OperatorClass(
        [node("MatMul", "x y", "z")], batched, scale=16
    ),
    "conv2d": OperatorClass(
        [node("Conv", "x w b", "y", pads=[1, 1, 1, 1], strides=[2, 1])],
        convolved,
        sizes=IMAGES,
        scale=16,
    ),
    "large_conv2d": OperatorClass(
        [node("Conv", "x w b", "y", pads=[1, 1, 1, 1])],
        lambda m, n, dtype: convolved(m, n, dtype, 48, 48, 72),
        sizes=[(41, 43)],
        scale=32,
    ),
    "depthwise_conv": OperatorClass(
        [node("Conv", "x w b", "y", pads=[1, 1, 1, 1], group=7)],
        depthwise,
        sizes=IMAGES,
        scale=16,
    ),
    "max_pool": OperatorClass(
        [
            node(
                "MaxPool",
                "x",
                "y",
                kernel_shape=[3, 3],
                strides=[2, 2],
                pads=[1, 1, 1, 1],
            )
        ],
        image,
        sizes=IMAGES,
    ),
    "average_pool": OperatorClass(
        [node("AveragePool", "x", "y", kernel_shape=[2, 3], pads=[0, 1, 1, 0])],
        image,
        sizes=IMAGES,
        scale=2,
    ),
    "transpose": OperatorClass(
        [node("Transpose", "x", "y", perm=[1, 0])], matrix
    ),
    "gather": OperatorClass(
        [node("Gather", "x i", "y", axis=0)],
        picked,
        sizes=[size for size in SIZES if size[0]],
    ),
    "concat_slice_pad": OperatorClass(
        [
            node("Concat", "x y", "c", axis=1),
            node("Slice", "c first last axes steps", "s"),
            node("Pad", "s pads", "z"),
        ],
        lambda m, n, dtype: (
            pair(m, n, dtype)
            | {
                "first": np.array([1]),
                "last": np.array([1000000]),
                "axes": np.array([1]),
                "steps": np.array([2]),
                "pads": np.array([1, 0, 0, 2]),
            }
        ),
    ),
    "rotary": OperatorClass(
        [node("RotaryEmbedding", "x c s", "y")],
        rotated,
        sizes=[size for size in SIZES if size[0]],
        opset=23,
        scale=4,
    ),
    "top_k": OperatorClass(
        [node("TopK", "x k", "v i", axis=1)],
        ranked,
        sizes=[(37, 129), (1, 5), (0, 7), (130, 515)],
    ),
}
