"""Arguments of calls, as the tables of refusals have them."""

from typing import NamedTuple

U8, I8, I64, F16, F32, F64, BOOL = 1, 2, 5, 6, 7, 8, 12
OPEN = "Symbol('a')"

REALS = "integers are not supported; nearest supported form: reals"
KNOWN = "nearest supported form: a known extent"


class Tensor(NamedTuple):
    """An input; an extent that is a str is a size that varies."""

    dtype: int
    shape: tuple


class Dtype(NamedTuple):
    code: int


class Open:
    """A number that is an input."""


def of(dtype):
    return lambda *shape: Tensor(dtype, shape)


u8, i8, i, h, f, d, b = map(of, (U8, I8, I64, F16, F32, F64, BOOL))


def row(op, message, **arguments):
    return op, arguments, message
