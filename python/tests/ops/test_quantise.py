"""Quantisation: linear, dynamic, and back."""

import numpy as np
from support import Case, integers, normal, ops_test

SCALE = np.float32(0.0625)


def quantise():
    # Halves, which go to the even quotient whatever the zero point, and what
    # lies outside of the range.
    x = np.linspace(-20, 20, 1281, dtype=np.float32)
    for zero in (np.uint8(100), np.uint8(101), np.int8(-5), np.int8(0)):
        yield Case("QuantizeLinear", x, SCALE, zero, fixed=(1, 2))
    yield Case("QuantizeLinear", x, SCALE)
    rows, zeros = normal(3, 7), np.array([1, 2, 3], np.int8)
    scales = np.array([0.01, 0.02, 0.04], np.float32)
    yield Case("QuantizeLinear", rows, scales, zeros, axis=0)
    for dtype in (np.uint8, np.int8):
        q = integers(0, 120, 3, 7, dtype=dtype)
        yield Case("DequantizeLinear", q, SCALE, dtype(3))
        yield Case("DequantizeLinear", q, scales, zeros.astype(dtype), axis=0)
    yield Case(
        "DequantizeLinear", integers(-999, 999, 9, dtype=np.int32), SCALE
    )


def dynamic():
    ranges = (normal(5, 9), abs(normal(40)), -abs(normal(40)), np.zeros(3))
    for x in ranges:
        yield Case("DynamicQuantizeLinear", x.astype(np.float32), outputs=3)


def products():
    a = integers(0, 255, 5, 8, dtype=np.uint8)
    b = integers(0, 255, 8, 6, dtype=np.uint8, seed=1)
    one = lambda value, zero: (np.float32(value), np.uint8(zero))
    args = (a, *one(0.01, 120), b, *one(0.02, 110), *one(0.3, 128))
    yield Case("QLinearMatMul", *args, fixed=(1, 2, 3, 4, 5, 6, 7))
    x = integers(0, 255, 1, 3, 7, 7, dtype=np.uint8)
    w = integers(0, 255, 4, 3, 3, 3, dtype=np.uint8, seed=1)
    args = (x, *one(0.01, 120), w, *one(0.02, 110), *one(0.3, 128))
    yield Case("QLinearConv", *args, fixed=(1, 2, 3, 4, 5, 6, 7))


test_quantise = ops_test(quantise())
test_dynamic = ops_test(dynamic())
test_product = ops_test(products())
