"""Arithmetic on shapes is done at compile time, and gives what a run would."""

import numpy as np
import opc
import pytest
from onnx import TensorProto, helper
from support import TARGETS, assert_close, onnxruntime_session

INT64 = TensorProto.INT64
LEAST = np.iinfo(np.int64).min


def shape_model(nodes, rank, **constants):
    """A model of x, of `rank` symbolic extents, whose shape is `s`; gives y."""
    extents = [f"n{axis}" for axis in range(rank)]
    graph = helper.make_graph(
        [helper.make_node("Shape", ["x"], ["s"]), *nodes],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, extents)],
        [helper.make_tensor_value_info("y", INT64, None)],
        [
            helper.make_tensor(
                name,
                helper.np_dtype_to_tensor_dtype(value.dtype),
                value.shape,
                value,
            )
            for name, value in constants.items()
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10
    )


def check(model, target, *sizes):
    session = onnxruntime_session(model)
    compiled = opc.compile(model, target=target, cache=False)
    for size in sizes:
        feeds = {"x": np.zeros(size, np.float32)}
        assert_close(compiled.run(feeds), session.run(None, feeds))


def cast(source, result, dtype):
    return helper.make_node("Cast", [source], [result], to=dtype)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [TensorProto.INT8, TensorProto.UINT8])
def test_extents_wrap_in_narrow_integers(target, dtype):
    nodes = [cast("s", "t", dtype), cast("t", "y", INT64)]
    check(shape_model(nodes, 1), target, (3,), (200,), (300,))


@pytest.mark.parametrize("target", TARGETS)
def test_unsigned_differences_wrap(target):
    nodes = [
        cast("s", "t", TensorProto.UINT32),
        helper.make_node("Sub", ["t", "five"], ["u"]),
        cast("u", "y", INT64),
    ]
    check(
        shape_model(nodes, 1, five=np.array([5], np.uint32)), target, (9,), (3,)
    )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("start", [-10, -4, -2, 1, 10])
@pytest.mark.parametrize("end", [LEAST, -3, 0])
def test_slices_of_a_shape_run_backwards(target, start, end):
    names = {"start": start, "end": end, "axis": 0, "step": -1}
    nodes = [helper.make_node("Slice", ["s", *names], ["y"])]
    constants = {name: np.array([v], np.int64) for name, v in names.items()}
    check(shape_model(nodes, 4, **constants), target, (2, 3, 4, 5))
