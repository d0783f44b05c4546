"""Matrix products: MatMul, Gemm, Einsum, their integer forms, attention."""

import numpy as np
from support import Case, integers, normal, ops_test

SHAPES = [
    ((1, 1), (1, 1)),
    ((5, 7), (7, 3)),
    ((33, 65), (65, 17)),
    ((64, 128), (128, 96)),
    ((7,), (7, 3)),
    ((5, 7), (7,)),
    ((7,), (7,)),
    ((2, 5, 7), (7, 3)),
    ((2, 5, 7), (2, 7, 3)),
    ((3, 1, 5, 7), (2, 7, 3)),
    ((1, 300), (300, 40)),
    ((4, 0), (0, 3)),
    ((0, 4), (4, 3)),
]


def products():
    for a, b in SHAPES:
        yield Case("MatMul", normal(*a), normal(*b, seed=1), scale=8)
    for a, b in SHAPES[1:4]:
        weight = normal(*b, seed=1)
        yield Case("MatMul", normal(*a), weight, fixed=(1,), scale=8)
    # The weight's rank is that of the result.
    weight = normal(1, 1, 5, 19, seed=1)
    yield Case("MatMul", normal(7, 5), weight, fixed=(1,), scale=8)
    for dtype in (np.float64, np.float16):
        a, b = normal(9, 14, dtype=dtype), normal(14, 6, dtype=dtype, seed=1)
        yield Case("MatMul", a, b, scale=8)
    for dtype in (np.int32, np.int64, np.uint32):
        a = integers(0, 9, 5, 6, dtype=dtype)
        yield Case("MatMul", a, integers(0, 9, 6, 4, dtype=dtype, seed=1))
    c = normal(6, seed=2)
    for ta in (0, 1):
        for tb in (0, 1):
            a = normal(*((11, 9) if ta else (9, 11)))
            b = normal(*((6, 11) if tb else (11, 6)), seed=1)
            yield Case("Gemm", a, b, c, transA=ta, transB=tb, scale=8)
    a, b = normal(9, 11), normal(11, 6, seed=1)
    yield Case("Gemm", a, b, scale=8)
    yield Case(
        "Gemm", a, b, normal(9, 1, seed=2), alpha=0.5, beta=-2.0, scale=8
    )
    yield Case("Gemm", a, b, c, fixed=(1, 2), scale=8)


def integer_products():
    a = integers(0, 255, 7, 20, dtype=np.uint8)
    b = integers(-128, 127, 20, 5, dtype=np.int8, seed=1)
    yield Case("MatMulInteger", a, b)
    yield Case("MatMulInteger", a, b, np.uint8(120), np.int8(3))
    zeros = integers(-3, 3, 5, dtype=np.int8)
    yield Case("MatMulInteger", a, b, np.uint8(7), zeros, fixed=(1, 3))


EQUATIONS = {
    "ij,jk->ik": ((4, 5), (5, 6)),
    "bij,bjk->bik": ((2, 4, 5), (2, 5, 6)),
    "bhid,bhjd->bhij": ((2, 3, 4, 5), (2, 3, 6, 5)),
    "ij->ji": ((4, 5),),
    "ij->i": ((4, 5),),
    "ii->i": ((4, 4),),
    "ij,ij->": ((4, 5), (4, 5)),
    "i,j->ij": ((4,), (5,)),
    "...ij,...jk->...ik": ((2, 4, 5), (2, 5, 6)),
    "ij,jk": ((4, 5), (5, 6)),
}


def sums():
    for equation, shapes in EQUATIONS.items():
        inputs = [normal(*shape, seed=i) for i, shape in enumerate(shapes)]
        yield Case("Einsum", *inputs, equation=equation, scale=8)


test_product = ops_test(products())
test_integer_product = ops_test(integer_products())
test_einsum = ops_test(sums())
