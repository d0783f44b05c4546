"""A row's result does not depend on how many rows there are.

The default contract of products, convolutions, softmax, norms, reductions and
attention: the same bits for batches of 1, 2, 17 and 64, from a program of fixed
extents and from one for all of them, on one thread and on two.
"""

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import normal

BATCHES = (1, 2, 17, 64)
MOST = max(BATCHES)


class Family:
    """`node` over x of `shape` behind the batch, with `weights`; the operands in
    `rows` have a batch, too."""

    def __init__(
        self, op, shape, weights=(), opset=20, rows=("x",), **attributes
    ):
        self.op, self.shape, self.opset = op, shape, opset
        self.rows, self.attributes = rows, attributes
        self.weights = dict(weights)

    def __str__(self):
        sizes = "x".join(map(str, self.shape))
        return f"{self.op}-{sizes}-{'-'.join(self.weights)}"

    def model(self, batch):
        node = helper.make_node(
            self.op, [*self.rows, *self.weights], ["y"], **self.attributes
        )
        inputs = [
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, [batch, *self.shape]
            )
            for name in self.rows
        ]
        output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        constants = [
            numpy_helper.from_array(value, name)
            for name, value in self.weights.items()
        ]
        graph = helper.make_graph([node], "g", inputs, [output], constants)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)]
        )

    def feeds(self):
        return {
            name: normal(MOST, *self.shape, seed=seed)
            for seed, name in enumerate(self.rows)
        }


def axes(*values):
    return {"axes": np.array(values, np.int64)}


FAMILIES = [
    *(
        Family("MatMul", [k], {"w": normal(k, n, seed=9)})
        for k, n in ((64, 10), (100, 7), (33, 129), (512, 64), (768, 1000))
    ),
    Family(
        "Gemm", [64], {"w": normal(64, 37), "b": normal(37, seed=9)}, alpha=0.5
    ),
    Family("MatMul", [12, 37], {"w": normal(37, 20, seed=9)}),
    Family("Conv", [3, 12, 12], {"w": normal(16, 3, 3, 3)}, pads=[1] * 4),
    Family("Conv", [64, 7, 7], {"w": normal(64, 64, 1, 1)}),
    Family("Conv", [32, 7, 7], {"w": normal(32, 1, 3, 3)}, group=32),
    *(Family("Softmax", [n], axis=-1) for n in (12, 37, 129, 1000)),
    *(
        Family("LayerNormalization", [n], {"s": normal(n)})
        for n in (12, 37, 129)
    ),
    Family(
        "InstanceNormalization", [6, 7, 9], {"s": normal(6), "b": normal(6)}
    ),
    *(Family("ReduceSum", [n], axes(1), keepdims=0) for n in (12, 37, 129)),
    Family("ReduceSum", [37, 5], axes(1), keepdims=0),
    Family("ReduceMean", [3, 37, 4], axes(2, 3), keepdims=0),
    Family("ReduceL2", [129], axes(1)),
    Family("GlobalAveragePool", [6, 7, 9]),
    *(
        Family("Attention", shape, rows=("q", "k", "v"), opset=23)
        for shape in ([3, 5, 16], [3, 37, 64], [2, 129, 32])
    ),
]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_first_row_is_the_same_in_every_batch(family, threads):
    feeds = family.feeds()
    of_all = opc.compile(family.model("batch"), threads=threads)
    expected = of_all.run(feeds)[0][0]
    for batch in BATCHES:
        some = {name: value[:batch] for name, value in feeds.items()}
        for model in (
            of_all,
            opc.compile(family.model(batch), threads=threads),
        ):
            np.testing.assert_array_equal(model.run(some)[0][0], expected)
