"""Tensors of few bits, and what scales and zero points make of them."""

import ml_dtypes
import numpy as np
import onnx
import opc
from onnx import TensorProto, helper, numpy_helper
from support import BF16, TARGETS

INT4, UINT4 = np.dtype(ml_dtypes.int4), np.dtype(ml_dtypes.uint4)
ONNX_TYPES = {
    INT4: TensorProto.INT4,
    UINT4: TensorProto.UINT4,
    np.dtype(ml_dtypes.int2): TensorProto.INT2,
    np.dtype(ml_dtypes.uint2): TensorProto.UINT2,
}
# What a program takes and gives for a tensor of fewer bits.
BYTES = {INT4: np.int8, UINT4: np.uint8}


def onnx_type(dtype):
    dtype = np.dtype(dtype)
    return ONNX_TYPES.get(dtype) or helper.np_dtype_to_tensor_dtype(dtype)


def random_of(dtype, *shape, seed=0):
    limits = ml_dtypes.iinfo(dtype)
    low, high = max(limits.min, -(2**20)), min(limits.max, 2**20)
    random = np.random.default_rng(seed)
    return random.integers(low, high, shape, endpoint=True).astype(dtype)


def weight(name, array, raw=True):
    """A tensor of the model; with `raw` as bytes, else in its typed list."""
    array = np.asarray(array)
    if raw or array.dtype in (np.float16, BF16):
        return numpy_helper.from_array(array, name)
    values = array.astype(np.int64).ravel()
    if array.dtype.kind == "f":
        values = array.ravel()
    return helper.make_tensor(name, onnx_type(array.dtype), array.shape, values)


def model_of(nodes, feeds, outputs, weights, opset=21):
    """`feeds` by name: (dtype, shape); `outputs`: dtype by name."""
    graph = helper.make_graph(
        nodes,
        "g",
        [
            helper.make_tensor_value_info(name, onnx_type(dtype), shape)
            for name, (dtype, shape) in feeds.items()
        ],
        [
            helper.make_tensor_value_info(name, onnx_type(dtype), None)
            for name, dtype in outputs.items()
        ],
        weights,
    )
    opsets = [
        helper.make_opsetid("", opset),
        helper.make_opsetid("com.microsoft", 1),
    ]
    return helper.make_model(
        graph, opset_imports=opsets, ir_version=min(13, onnx.IR_VERSION)
    )


def run(model, target, **feeds):
    return opc.compile(model, target=target, cache=False).run(feeds)


def spread(parameter, shape, axis, block):
    """A scale or zero point with the extents of x."""
    parameter = np.asarray(parameter)
    if block:
        parameter = parameter.repeat(block, axis)
        parameter = parameter.take(range(shape[axis]), axis)
    elif parameter.ndim == 1:
        parameter = parameter.reshape([-1] + [1] * (len(shape) - axis - 1))
    return np.broadcast_to(parameter, shape)


def dequantised(q, scale, zero, axis=1, block=0):
    """The definition: an exact difference, and one rounding of the product."""
    whole = q.astype(np.int64)
    if zero is not None:
        whole = whole - spread(zero, q.shape, axis, block).astype(np.int64)
    factor = spread(scale, q.shape, axis, block).astype(np.float32)
    return (whole.astype(np.float32) * factor).astype(np.asarray(scale).dtype)


def parameters_of(dtype, shape, axis, block, scale_dtype=np.float32):
    """Scales and zero points: one (axis None), one an index, one a block."""
    if block:
        extents = list(shape)
        extents[axis] = -(-shape[axis] // block)
    else:
        extents = [] if axis is None else [shape[axis]]
    random = np.random.default_rng(3)
    scale = (random.random(extents) / 8 + 0.01).astype(scale_dtype)
    return scale, np.asarray(random_of(dtype, *extents, seed=4))


def assert_product(a, w, model, **feeds):
    """a w + bias with an error of some roundings of the largest terms."""
    exact = a.astype(np.float64) @ w.astype(np.float64)
    terms = np.abs(a).astype(np.float64) @ np.abs(w).astype(np.float64)
    for target in TARGETS:
        (y,) = run(model, target, **feeds)
        assert y.shape == exact.shape
        # Sums of as many roundings as a product of f32 has at most in order.
        assert (np.abs(y - exact) <= 2.0**-22 * terms + 1e-30).all(), target
